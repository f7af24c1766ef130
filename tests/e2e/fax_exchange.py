"""The far ends of faxes at the whole switch: a telephone exchange in which each number is a fax machine (``tests.fax_machine``), all in one thread.

with FaxExchange(centre.sip, port, folder) as exchange:    # ``port``: of the trunk's far end
    exchange.until(lambda: exchange.calls)                 # a machine has answered, and receives
    exchange.dials("95599", tiff)                          # a machine that sends
"""

import select
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.e2e.phone import media_of, sdp
from tests.fax_card import pages
from tests.fax_machine.line import Line, RtpMachine
from tests.lines.peer import Call, Message, Peer

TICK = 0.02
REFRESH_EVERY = 14.0
"""Seconds: the first refresh comes in the first page."""
Machine = dict[str, Any]
"""``tests.fax_machine.engine``'s options ``ident``, ``ecm`` and ``modems``."""
PLAIN: Machine = {"ident": "+86 21 5555", "ecm": True, "modems": "v17"}


class FarCall:
    """A call of the switch, or to it. ``number``: the dialled one. ``ends``: whether the machine hangs up after its fax. Times are UTC seconds."""

    def __init__(self, number: str, dialog: Call, machine: RtpMachine, path: Path) -> None:
        self.number, self.dialog, self.machine, self.path = number, dialog, machine, path
        self.began = time.time()
        self.ends = True
        self.sends = False
        """The machine has called the switch, to send."""
        self.page_times: list[float] = []
        """When each page was there."""
        self.code_at: float | None = None
        self.over_at: float | None = None
        """The other side has hung up, or has been hung up on."""
        self.offers = 0
        """Re-INVITEs of the switch that were answered."""
        self.own_offers = 0
        self.offers_taken: list[int] = []
        """The switch's responses to ours."""

    @property
    def code(self) -> int | None:
        """T.30's completion code; 0: all well."""
        return self.machine.terminal.code

    def pages(self) -> list[pages.Page]:
        """The pages in the file; to be read when the call is over."""
        return pages.load(self.path) if self.page_times else []


class FaxExchange:
    """``machines``: of the numbers that are no plain one. ``expires``: the value of ``Session-Expires`` in our responses, by number."""

    def __init__(
        self, switch: tuple[str, int], port: int, folder: Path, *, machines: dict[str, Machine] | None = None,
        expires: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.calls: list[FarCall] = []
        self.stays: set[str] = set()
        """Numbers whose machine never hangs up."""
        self.voices: dict[str, bytes] = {}
        """Numbers that answer with this sound in place of a fax machine."""
        self.refreshing: dict[str, int] = {}
        """Numbers whose machine offers its media again this many times, one each ``REFRESH_EVERY`` seconds (RFC 4028)."""
        self._peer, self._caller = Peer(switch, port=port), Peer(switch)
        self._folder, self._machines, self._expires = folder, machines or {}, expires or {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._changed = threading.Condition(self._lock)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failed: BaseException | None = None
        folder.mkdir(exist_ok=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        self.close_calls()
        self._peer.close()
        self._caller.close()
        assert self._failed is None, self._failed

    # --- orders ---

    def dials(self, number: str, tiff: Path, caller: str = "02155550000") -> FarCall:
        """A machine calls the switch and sends the pages."""
        with self._lock:
            line = Line()
            dialog = Call(self._caller, number, caller)
            call = FarCall(number, dialog, RtpMachine(line, send=str(tiff), **self._options(number)), tiff)
            call.sends = True
            self.calls.append(call)
            dialog.invite(sdp(line.port))
        return call

    def of(self, number: str) -> list[FarCall]:
        with self._lock:
            return [call for call in self.calls if call.number == number]

    def until(self, condition: Callable[[], object], seconds: float = 120.0) -> None:
        """Waits until SIP messages or pages fulfil the condition."""
        end = time.monotonic() + seconds
        while not condition():
            with self._changed:
                self._changed.wait(0.2)
            assert self._failed is None, self._failed
            assert time.monotonic() < end, "it did not come true in time"

    def close_calls(self) -> None:
        """Closes the files of calls whose other side has never hung up."""
        with self._lock:
            for call in self.calls:
                self._ended(call)

    # --- the thread ---

    def _run(self) -> None:
        due = time.monotonic()
        try:
            while not self._over.is_set():
                due += TICK
                while (left := due - time.monotonic()) > 0:
                    peers = {peer.skt: peer for peer in (self._peer, self._caller)}
                    for skt in select.select(list(peers), [], [], left)[0]:
                        message = peers[skt].receive(0)
                        if message is not None:
                            with self._lock:
                                self._take(peers[skt], message)
                                self._changed.notify_all()
                with self._lock:
                    for call in list(self.calls):
                        if call.over_at is None and call.machine.line.far is not None:
                            self._tick(call)
        except BaseException as error:  # raised in ``until`` and at the end
            self._failed = error

    def _tick(self, call: FarCall) -> None:
        call.machine.tick()
        terminal, now = call.machine.terminal, time.time()
        for _ in range(terminal.pages - len(call.page_times)):
            call.page_times.append(now)
            self._changed.notify_all()
        if terminal.code is None:
            self._refresh(call, now)
            return
        if call.code_at is None:
            call.code_at = now
            self._changed.notify_all()
        elif call.ends and now > call.code_at + 1.0:
            call.dialog.request("BYE")
            self._ended(call)

    def _refresh(self, call: FarCall, now: float) -> None:
        due = call.began + REFRESH_EVERY * (call.own_offers + 1)
        if call.own_offers < self.refreshing.get(call.number, 0) and now > due:
            call.own_offers += 1
            call.dialog.again(sdp(call.machine.line.port))

    def _take(self, peer: Peer, message: Message) -> None:
        if message.status is not None:
            self._response(message)
            return
        call = next((each for each in self.calls if each.dialog.call_id == message.get("Call-ID")), None)
        method = message.start.split()[0]
        if method == "INVITE" and call is None:
            self._rung(message)
        elif method == "INVITE" and call is not None:
            call.offers += call.machine.line.far is not None
            self._agree(call, message)
        elif method == "BYE" and call is not None:
            peer.reply(message, 200)
            self._ended(call)
        elif method != "ACK":
            peer.reply(message, 200)

    def _rung(self, invite: Message) -> None:
        number = invite.start.partition(":")[2].partition("@")[0]
        path = self._folder / f"{number}-{len(self.calls)}.tif"
        machine = RtpMachine(
            Line(media_of(invite)), voice=self.voices.get(number, b""), receive=str(path), **self._options(number)
        )
        call = FarCall(number, Call.of(self._peer, invite), machine, path)
        call.ends = number not in self.stays
        self.calls.append(call)
        self._agree(call, invite)

    def _agree(self, call: FarCall, invite: Message) -> None:
        expires = self._expires.get(call.number)
        extra = (f"Session-Expires: {expires}", "Require: timer") if expires else ()
        call.dialog.peer.reply(invite, 200, body=sdp(call.machine.line.port), tag=call.dialog.local_tag, extra=extra)

    def _response(self, message: Message) -> None:
        call = next((each for each in self.calls if each.dialog.call_id == message.get("Call-ID")), None)
        if call is None or message.method != "INVITE" or message.status is None or message.status < 200:
            return
        call.dialog.learn(message)
        call.dialog.ack(failed=message.status >= 300)
        if call.machine.line.far is not None:
            call.offers_taken.append(message.status)
        elif message.status == 200:
            call.machine.line.far = media_of(message)
        else:
            self._ended(call)

    def _ended(self, call: FarCall) -> None:
        if call.over_at is None:
            call.over_at = time.time()
            self._close(call)

    def _close(self, call: FarCall) -> None:
        if not call.machine.closed:
            call.machine.close()

    def _options(self, number: str) -> Machine:
        return PLAIN | self._machines.get(number, {})
