"""Supervision of the trunks' far ends by OPTIONS (RFC 3261 §11)."""

import logging
import random
from collections.abc import Callable
from typing import Any

from sippy.SipURL import SipURL
from sippy.Time.Timeout import Timeout

from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.stack import Address, SipSocket
from switch_server.adapters.sip_lines.trunk_table import TrunkTable, addresses

log = logging.getLogger(__name__)


class TrunkWatch:
    """Sends OPTIONS to each single address of each trunk. Any response but 408 and 503 means up; no response for ``patience_s`` means down."""

    def __init__(self, tm: Any, ports: SipSocket, table: TrunkTable, patience_s: float) -> None:
        self._tm = tm
        self._ports = ports
        self._table = table
        self._patience_s = patience_s
        self._round = 0

    def start(self) -> None:
        """Begins, also again after a reload: rounds of an older configuration end by themselves."""
        self._round += 1
        for trunk in self._table.trunks.values():
            if trunk.options_interval > 0:
                for far in addresses(trunk):
                    Timeout(self._ask, random.uniform(0.01, 0.2), 1, far, trunk.options_interval, self._round)  # noqa: S311

    def _ask(self, far: Address, interval: float, number: int) -> None:
        if number != self._round:
            return
        Timeout(self._ask, interval, 1, far, interval, number)
        port = self._ports.port_for(far[0])
        asking = SipDialog.outgoing(SipURL(host=far[0], port=far[1]), "huawu", port)
        request = asking.request("OPTIONS", headers=(messages.header("Accept", "application/sdp"),))
        silence = Timeout(self._note, self._patience_s, 1, far, False, number)
        self._tm.newTransaction(request, resp_cb=self._heard(far, silence, number), userv=port)

    def _heard(self, far: Address, silence: Any, number: int) -> Callable[[Any], None]:
        def heard(response: Any) -> None:
            code = response.getSCode()[0]
            if code >= 200:
                silence.cancel()
                self._note(far, code not in (408, 503), number)

        return heard

    def _note(self, far: Address, up: bool, number: int) -> None:
        if number == self._round and self._table.up.get(far) is not up:
            log.info("far end %s:%d is %s", *far, "up" if up else "down")
            self._table.up[far] = up
