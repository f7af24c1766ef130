"""A program that places telephone calls with PJSIP and presses keys: the demo's customers.

One process holds four calls, so the demo starts several. Requests are JSON lines on standard input (``CallRequest``), results JSON lines
on standard output (``CallReport``). The program ends when its input is closed and its calls are over; on SIGTERM it hangs up and ends.
Keys are sent by RFC 4733.
"""

import argparse
import logging
import os
import select
import sys
import time
from typing import Any

import msgspec
import pjsua2 as pj
from msgspec import Struct

from switch_server.demo.telephones import SLOTS
from switch_server.demo.telephones.endpoint import POLL_MS, StopSignal, account_config, open_endpoint

AFTER_ANSWER = 0.8
ANSWER_WAIT = 20.0
LOUDNESS = 8000
"""Amplitude of a caller's hum: about -15 dBFS."""
log = logging.getLogger(__name__)


class KeyPress(Struct, frozen=True):
    """Wait ``wait`` seconds, then press ``digits``."""

    wait: float
    digits: str


class Errand(Struct, frozen=True):
    """One call to place. ``listen``: seconds from the last key to hanging up.

    ``hum``: the pitch, Hz, of a tone that stands for the caller's voice from the last key on; 0: silence.
    """

    number: int
    uri: str
    kind: str
    presses: tuple[KeyPress, ...]
    listen: float
    hum: int = 0


class CallReport(Struct, frozen=True):
    """The result of a call. ``heard``: the caller received sound (peak level above silence). ``by_far``: the centre hung up first."""

    number: int
    kind: str
    answered: bool
    code: int
    seconds: float
    heard: bool
    by_far: bool


class ScriptedCall(pj.Call):  # type: ignore[misc]  # pjsua2 is untyped
    """One call: ``step``, called on the SIP thread, presses the keys when they are due, and hangs up."""

    def __init__(self, account: Any, sink: Any, errand: Errand) -> None:
        super().__init__(account)
        self.account = account
        self._sink = sink
        self.errand = errand
        self.begun = time.monotonic()
        self.answered: float | None = None
        self.code = 0
        self.over = False
        self.peak = 0
        self.hung_up = False
        self._next = 0
        self._due = 0.0
        self._media: Any = None
        self._voice: Any = None

    def place(self) -> None:
        self.makeCall(self.errand.uri, pj.CallOpParam(True))

    def onCallState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered = time.monotonic()
            self._due = self.answered + AFTER_ANSWER
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.code = info.lastStatusCode
            self.over = True
            self._media = self._voice = None

    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        self._media = self.getAudioMedia(-1)
        self._media.startTransmit(
            self._sink
        )  # a conference port measures its level only while it is connected to another port

    def step(self, now: float) -> None:
        if self.over:
            return
        if self.answered is None:
            if now - self.begun > ANSWER_WAIT:
                self._hang_up()
            return
        if self._media is not None:
            self.peak = max(self.peak, self._media.getTxLevel())
        if now < self._due:
            return
        presses = self.errand.presses
        if self._next < len(presses):
            press = presses[self._next]
            if press.digits:
                self.dialDtmf(press.digits)
            self._next += 1
            if self._next == len(presses):
                self._hum()
            keyed = 0.22 * len(press.digits)
            wait = presses[self._next].wait if self._next < len(presses) else self.errand.listen
            self._due = now + keyed + wait
        else:
            self._hang_up()

    def report(self) -> CallReport:
        return CallReport(
            self.errand.number,
            self.errand.kind,
            self.answered is not None,
            self.code,
            round(time.monotonic() - (self.answered or self.begun), 1),
            self.peak > 0,
            self.over and not self.hung_up,
        )

    def _hum(self) -> None:
        if not self.errand.hum or self._media is None:
            return
        tone = pj.ToneDesc()
        tone.freq1, tone.freq2, tone.on_msec, tone.off_msec, tone.volume = self.errand.hum, 0, 700, 300, LOUDNESS
        self._voice = pj.ToneGenerator()
        self._voice.createToneGenerator(8000, 1)
        self._voice.play(pj.ToneDescVector([tone]), True)
        self._voice.startTransmit(self._media)

    def _hang_up(self) -> None:
        if not self.hung_up:
            self.hung_up = True
            self.hangup(pj.CallOpParam(True))


class Telephones:
    """PJSIP's endpoint with its calls, all on one thread."""

    def __init__(self) -> None:
        self.endpoint = open_endpoint()
        self.calls: list[ScriptedCall] = []

    def place(self, errand: Errand, ani: str) -> None:
        """Places a call from an account of its own, which is closed with the call: PJSIP has room for eight accounts (``PJSUA_MAX_ACC``)."""
        account = pj.Account()
        account.create(account_config(ani))
        call = ScriptedCall(account, self.endpoint.audDevManager().getPlaybackDevMedia(), errand)
        call.place()
        self.calls.append(call)

    def step(self) -> list[CallReport]:
        """Processes PJSIP's events and the calls' keys; returns the reports of calls that are over."""
        self.endpoint.libHandleEvents(POLL_MS)
        now = time.monotonic()
        for call in self.calls:
            call.step(now)
        done = [call for call in self.calls if call.over]
        self.calls = [call for call in self.calls if not call.over]
        reports = [call.report() for call in done]
        for call in done:
            call.account.shutdown()
        return reports

    def close(self) -> None:
        for call in self.calls:
            call.hangup(pj.CallOpParam(True))
        until = time.monotonic() + 2.0
        while self.calls and time.monotonic() < until:
            self.step()
        self.calls.clear()  # every Call object must be gone before libDestroy, or PJSIP aborts
        self.endpoint.libDestroy()


class CallRequest(Struct, frozen=True):
    """A line of the input: place ``errand``'s call from the number ``ani``."""

    errand: Errand
    ani: str


def main() -> int:
    argparse.ArgumentParser("caller", description=__doc__).parse_args()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # PJSIP prints to standard output, which must carry the reports only
    sys.setswitchinterval(0.0005)  # the media clock is a C thread that takes the GIL
    stopping, telephones = StopSignal(), Telephones()
    decode, encode = msgspec.json.Decoder(CallRequest).decode, msgspec.json.encode
    waiting: list[CallRequest] = []
    open_input, rest = True, b""
    try:
        while (open_input or waiting or telephones.calls) and not stopping:
            if open_input and select.select([sys.stdin.buffer], [], [], 0)[0]:
                chunk = os.read(sys.stdin.fileno(), 65536)
                open_input = bool(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                waiting += [decode(line) for line in lines if line]
            while waiting and len(telephones.calls) < SLOTS:
                request = waiting.pop(0)
                telephones.place(request.errand, request.ani)
            for report in telephones.step():
                out.write(encode(report) + b"\n")
    finally:
        telephones.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
