"""Supervision of the trunks' far ends by OPTIONS (RFC 3261 §11)."""

import logging
import random
from collections.abc import Callable
from functools import partial

from switch_server.adapters.sip.message import Address, Response
from switch_server.adapters.sip.timers import SipTimers, Timer
from switch_server.adapters.sip.transactions import Transactions
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.trunk_table import TrunkTable, addresses
from switch_server.core.call import TrunkChanged

log = logging.getLogger(__name__)
TELL_S = 1.0
"""Seconds between looks at the pauses of addresses and lines."""


class TrunkWatch:
    """Sends OPTIONS to each single address of each trunk. Any response but 408 and 503 means up; no response for ``patience_s`` means down."""

    def __init__(
        self, tm: Transactions, timers: SipTimers, ports: SipSocket, table: TrunkTable, patience_s: float,
        emit: Callable[[TrunkChanged], None],
    ) -> None:  # fmt: skip
        self._tm = tm
        self._timers = timers
        self._ports = ports
        self._table = table
        self._patience_s = patience_s
        self._round = 0
        self._emit = emit
        timers.after(0, self._tell_again)

    def start(self) -> None:
        """Begins, also again after a reload: rounds of an older configuration end by themselves."""
        self._round += 1
        for trunk in self._table.trunks.values():
            if trunk.options_interval > 0:
                for far in addresses(trunk):
                    ask = partial(self._ask, far, trunk.options_interval, self._round)
                    self._timers.after(random.uniform(0.01, 0.2), ask)  # noqa: S311  no secret

    def _ask(self, far: Address, interval: float, number: int) -> None:
        if number != self._round:
            return
        self._timers.after(interval, partial(self._ask, far, interval, number))
        port = self._ports.port_for(far[0])
        asking = SipDialog.outgoing(f"sip:{far[0]}:{far[1]}", "huawu", port, far)
        request = asking.request("OPTIONS", headers=(messages.header("Accept", "application/sdp"),))
        silence = self._timers.after(self._patience_s, partial(self._note, far, False, number))
        self._tm.send(request, self._heard(far, silence, number), port)

    def _heard(self, far: Address, silence: Timer, number: int) -> Callable[[Response], None]:
        def heard(response: Response) -> None:
            code = response.code
            if code >= 200:
                silence.cancel()
                self._note(far, code not in (408, 503), number)

        return heard

    def _note(self, far: Address, up: bool, number: int) -> None:
        if number == self._round and self._table.ends.answers(far, up=up):
            log.info("far end %s:%d is %s", *far, "up" if up else "down")
            self.tell()

    def tell(self) -> None:
        """Tells the core what has changed for the choice of a trunk."""
        for news in self._table.news(self._timers.clock()):
            self._emit(news)

    def _tell_again(self) -> None:
        """Pauses end with time."""
        self.tell()
        self._timers.after(TELL_S, self._tell_again)
