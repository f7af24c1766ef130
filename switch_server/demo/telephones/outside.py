"""The demo's outside world: a telephone for every number there is, behind the trunk ``outside``. Prints ``ready``; ends on SIGTERM.

The last digit of the number says how it behaves (``HABITS``). Who answers reads their own number aloud, in A-law over RTP.
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
from switch_server.demo.telephones.endpoint import POLL_MS, Leaving, account_config, open_endpoint
from switch_server.demo.telephones.voice import voice

RINGING, ANSWER, BUSY, HANG_UP = 180, 200, 486, 0
"""Status codes of RFC 3261, and a BYE."""


class Act(Struct, frozen=True):
    """What a telephone does so many seconds after it was called. ``code``: an answer to the INVITE, or ``HANG_UP``."""

    after: float
    code: int


HABITS: dict[str, tuple[Act, ...]] = {
    "1": (Act(0.0, BUSY),),
    "2": (Act(0.0, RINGING),),
    "3": (Act(0.0, RINGING), Act(2.0, ANSWER), Act(7.0, HANG_UP)),
}
"""By a number's last digit; the words for it are ``outside`` in ``resources/texts/demo.yaml``."""
HANG_UP_WAIT = 1.0
OTHERS = (Act(0.0, RINGING), Act(2.0, ANSWER))


def number_of(uri: str) -> str:
    """The number of ``<sip:13900001234@…>``."""
    match = re.search(r"sips?:([^@>;]*)@", uri)
    return match[1] if match else ""


class Line(pj.Call):  # type: ignore[misc]  # pjsua2 is untyped
    """A telephone that is called. Driven by ``step``."""

    def __init__(self, account: Any, call_id: int, folder: Path, language: Language) -> None:
        super().__init__(account, call_id)
        self.number = number_of(self.getInfo().localUri)
        self.over = False
        self._folder = folder
        self._language = language
        self._begun = time.monotonic()
        self._acts = list(HABITS.get(self.number[-1:], OTHERS))
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
        while self._acts and not self.over and now - self._begun >= self._acts[0].after:
            code = self._acts.pop(0).code
            order = pj.CallOpParam(True)
            if code == HANG_UP:
                self.hangup(order)
            else:
                order.statusCode = code
                self.answer(order)


class World(pj.Account):  # type: ignore[misc]  # pjsua2 is untyped
    """Everybody outside. A call too many for PJSIP is refused by it as busy."""

    def __init__(self, folder: Path, language: Language) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._folder = folder
        self._language = language

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802  PJSIP's name
        self.lines.append(Line(self, prm.callId, self._folder, self._language))

    def step(self, now: float) -> None:
        for line in self.lines:
            line.step(now)
        self.lines = [line for line in self.lines if not line.over]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("outside", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="UDP port on 127.0.0.1")
    parser.add_argument("--folder", type=Path, required=True, help="where the voices are written")
    parser.add_argument("--language", type=Language, required=True, help="zh_CN or en")
    given = parser.parse_args(arguments)
    if not 0 < given.port < 1 << 16:
        parser.error(f"--port {given.port}: 1 to 65535")
    given.folder.mkdir(parents=True, exist_ok=True)
    leaving = Leaving()
    sys.setswitchinterval(0.0005)  # the media clock is a C thread that takes the GIL
    try:
        endpoint = open_endpoint(given.port)
    except pj.Error as error:
        sys.stderr.write(f"outside: can't listen on 127.0.0.1:{given.port}: {error.reason}\n")
        return 1
    world = World(given.folder, given.language)
    world.create(account_config("outside"))
    print("ready", flush=True)  # noqa: T201  whoever started it waits for this
    while not leaving:
        endpoint.libHandleEvents(POLL_MS)
        world.step(time.monotonic())
    endpoint.hangupAllCalls()
    until = time.monotonic() + HANG_UP_WAIT
    while world.lines and time.monotonic() < until:
        endpoint.libHandleEvents(POLL_MS)
        world.step(time.monotonic())
    world.lines.clear()  # every Call object must be gone before libDestroy, or PJSIP aborts
    world.shutdown()
    endpoint.libDestroy()
    return 0


if __name__ == "__main__":
    sys.exit(main())
