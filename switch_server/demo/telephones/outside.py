"""The demo's outside telephones: one for every number, behind the trunk ``outside``; one is a fax machine. Prints ``ready``; ends on SIGTERM.

The last digit of a number decides its behaviour (``BEHAVIOURS``). A telephone that answers reads its own number aloud, in A-law over RTP.
"""

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any

import pjsua2 as pj
from msgspec import Struct

from shared.enums import Language
from switch_server.demo.telephones.endpoint import POLL_MS, StopSignal, account_config, open_endpoint
from switch_server.demo.telephones.fax_machine import DemoFaxMachine
from switch_server.demo.telephones.voice import voice
from switch_server.demo.texts import DemoTexts
from switch_server.fax_card import NoSpandsp
from switch_server.fax_card.library import load

RINGING, ANSWER, BUSY, HANG_UP = 180, 200, 486, 0
"""Status codes of RFC 3261, and a BYE."""


class CallStep(Struct, frozen=True):
    """An action ``after`` seconds from the INVITE. ``code``: a response to the INVITE, or ``HANG_UP``."""

    after: float
    code: int


BEHAVIOURS: dict[str, tuple[CallStep, ...]] = {
    "1": (CallStep(0.0, BUSY),),
    "2": (CallStep(0.0, RINGING),),
    "3": (CallStep(0.0, RINGING), CallStep(2.0, ANSWER), CallStep(7.0, HANG_UP)),
}
"""Steps by a number's last digit; the text ``outside`` in ``resources/texts/demo.yaml`` describes them."""
HANG_UP_WAIT = 1.0
OTHER_NUMBERS = (CallStep(0.0, RINGING), CallStep(2.0, ANSWER))


def number_of(uri: str) -> str:
    """The number of ``<sip:13900001234@…>``."""
    match = re.search(r"sips?:([^@>;]*)@", uri)
    return match[1] if match else ""


class OutsideCall(pj.Call):  # type: ignore[misc]  # pjsua2 is untyped
    """A call to an outside telephone; ``step`` carries out its due steps."""

    def __init__(self, account: Any, call_id: int, folder: Path, language: Language) -> None:
        super().__init__(account, call_id)
        self.number = number_of(self.getInfo().localUri)
        self.over = False
        self._folder = folder
        self._language = language
        self._begun = time.monotonic()
        self._steps = list(BEHAVIOURS.get(self.number[-1:], OTHER_NUMBERS))
        self._voice: Any = None

    def onCallState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        if self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self._voice = None

    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        if self._voice is None:
            path = self._folder / f"{self.getId()}.wav"
            path.write_bytes(voice(self.number, self._language))
            self._voice = pj.AudioMediaPlayer()
            self._voice.createPlayer(str(path), 0)
        self._voice.startTransmit(self.getAudioMedia(-1))

    def step(self, now: float) -> None:
        while self._steps and not self.over and now - self._begun >= self._steps[0].after:
            code = self._steps.pop(0).code
            parameters = pj.CallOpParam(True)
            if code == HANG_UP:
                self.hangup(parameters)
            else:
                parameters.statusCode = code
                self.answer(parameters)


class OutsideAccount(pj.Account):  # type: ignore[misc]  # pjsua2 is untyped
    """The SIP account of all outside numbers but the fax machine's. PJSIP refuses calls over ``SLOTS`` as busy."""

    def __init__(self, folder: Path, language: Language) -> None:
        super().__init__()
        self.calls: list[OutsideCall] = []
        self._folder = folder
        self._language = language

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802  PJSIP's name
        self.calls.append(OutsideCall(self, prm.callId, self._folder, self._language))

    def step(self, now: float) -> None:
        for call in self.calls:
            call.step(now)
        self.calls = [call for call in self.calls if not call.over]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("outside", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="UDP port on 127.0.0.1")
    parser.add_argument("--folder", type=Path, required=True, help="where the voices are written")
    parser.add_argument("--language", type=Language, required=True, help="zh_CN or en")
    parser.add_argument(
        "--fax-folder", type=Path, help="where the fax machine keeps what arrives; without it there is no machine"
    )
    parser.add_argument("--fax-to", default="", help="SIP URI to which the fax machine sends its letter")
    given = parser.parse_args(arguments)
    if not 0 < given.port < 1 << 16:
        parser.error(f"--port {given.port}: 1 to 65535")
    given.folder.mkdir(parents=True, exist_ok=True)
    machine = fax_machine(given)
    stopping = StopSignal()
    sys.setswitchinterval(0.0005)  # the media clock is a C thread that takes the GIL
    try:
        endpoint = open_endpoint(given.port)
    except pj.Error as error:
        sys.stderr.write(f"outside: can't listen on 127.0.0.1:{given.port}: {error.reason}\n")
        return 1
    account = OutsideAccount(given.folder, given.language)
    account.create(account_config("outside"))
    if machine is not None:
        machine.open()
    print("ready", flush=True)  # noqa: T201  the demo waits for this line
    while not stopping:
        endpoint.libHandleEvents(POLL_MS)
        account.step(time.monotonic())
        if machine is not None:
            machine.step(time.monotonic())
    endpoint.hangupAllCalls()
    until = time.monotonic() + HANG_UP_WAIT
    while account.calls and time.monotonic() < until:
        endpoint.libHandleEvents(POLL_MS)
        account.step(time.monotonic())
    if machine is not None:
        machine.close()
    account.calls.clear()  # every Call object must be gone before libDestroy, or PJSIP aborts
    account.shutdown()
    endpoint.libDestroy()
    return 0


def fax_machine(given: argparse.Namespace) -> DemoFaxMachine | None:
    """``None``: not asked for, or spandsp is missing; then its number is a telephone as any other."""
    if given.fax_folder is None:
        return None
    try:
        library = load()
    except NoSpandsp as missing:
        sys.stderr.write(f"outside: no fax machine: {missing}\n")
        return None
    given.fax_folder.mkdir(parents=True, exist_ok=True)
    return DemoFaxMachine(library, given.fax_folder, given.fax_to, DemoTexts(given.language)("fax_letter"))


if __name__ == "__main__":
    sys.exit(main())
