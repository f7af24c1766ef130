"""Asterisk as a process in its root folder, with a configuration and a state folder of its own.

    with Box(root, ("127.0.0.1", 5060), doors(), ("8001", "8002")) as box:
        box.door("info").port              # where the switch's trunk leads
        box.manager.event("DTMFEnd", Digit="5")
        box.console("core show channels")

Each door is a trunk of its own kind: Asterisk tells them apart by the port that the switch has called, the switch by the port that calls it.
"""

import itertools
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shared.enums import Law
from switch_server.card import g711
from tests.asterisk.manager import Manager
from tests.rtp_peer import sine
from tests.sip_tools import free_port

ETC = Path(__file__).parent / "etc"
UP_SECONDS = 60.0
TONE_DBM0 = -10.0
SOUNDS = {"hz600": (600, 120), "hz700short": (700, 6), "music/hz850": (850, 120)}
"""Sound files: frequency in Hz, length in s; all at ``TONE_DBM0``."""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Door:
    """A trunk between Asterisk and the switch. ``options``: of the endpoint in ``pjsip.conf``."""

    name: str
    digit: str
    options: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)


def doors() -> tuple[Door, ...]:
    return (
        Door("plain", "1", {"dtmf_mode": "rfc4733"}),
        Door("info", "2", {"dtmf_mode": "info"}),
        Door("inband", "3", {"dtmf_mode": "inband"}),
        Door("direct", "4", {"direct_media": "yes", "moh_passthrough": "yes", "dtmf_mode": "rfc4733"}),
        Door("mulaw", "5", {"allow": "!all,ulaw", "dtmf_mode": "rfc4733"}),
        Door("timed", "6", {"timers": "always", "timers_sess_expires": "90", "dtmf_mode": "rfc4733"}),
    )


def fax_door(name: str = "fax", digit: str = "7") -> Door:
    """A trunk on which Asterisk speaks T.38: its numbers 650 to 652 (``etc/extensions.conf``)."""
    return Door(name, digit, {"t38_udptl": "yes", "t38_udptl_ec": "redundancy", "dtmf_mode": "rfc4733"})


class Box:
    """``parties``: the numbers of the telephones behind it; ``ports[number]`` is where each must be. ``dialplan``: more of ``extensions.conf``."""

    def __init__(
        self, root: Path, switch: tuple[str, int], doors: tuple[Door, ...], parties: tuple[str, ...] = (), dialplan: str = ""
    ) -> None:  # fmt: skip
        self.doors = doors
        self.ports = {number: free_port() for number in parties}
        self.switch = switch
        self._root = root
        self._dialplan = dialplan
        self._inside = Path("/srv") / f"box-{os.getpid()}-{next(_numbers)}"
        self.folder = root / self._inside.relative_to("/")
        self._manager_port = free_port()
        self._secret = secrets.token_hex(8)
        self.manager = Manager(self._manager_port, self._secret)

    def door(self, name: str) -> Door:
        return next(door for door in self.doors if door.name == name)

    @property
    def address(self) -> tuple[str, int]:
        """Where its telephones reach it."""
        return "127.0.0.1", self.doors[0].port

    def __enter__(self) -> Self:
        self._lay_out()
        self._log = (self.folder / "output").open("wb")
        self._process = subprocess.Popen(
            ["chroot", str(self._root), "asterisk", "-f", "-C", str(self._inside / "etc" / "asterisk.conf")],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd="/", env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )  # fmt: skip
        try:
            self._come_up()
            self.manager.__enter__()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.manager.__exit__()
        self._end()

    def _end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder)

    def _come_up(self) -> None:
        end = time.monotonic() + UP_SECONDS
        while "Asterisk has fully booted" not in self.console("core waitfullybooted", check=False):
            assert self._process.poll() is None, self.told()
            assert time.monotonic() < end, self.told()
            time.sleep(0.1)

    def told(self) -> str:
        """The end of its log."""
        return (self.folder / "output").read_text(errors="replace")[-2000:] + self._messages()[-4000:]

    def _messages(self) -> str:
        log = self.folder / "state" / "messages"
        return log.read_text(errors="replace") if log.exists() else ""

    def console(self, command: str, *, check: bool = True) -> str:
        """Runs a command of Asterisk's console; returns what it says."""
        config = str(self._inside / "etc" / "asterisk.conf")
        done = subprocess.run(
            ["chroot", str(self._root), "asterisk", "-C", config, "-rx", command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def sent(self, door: Door) -> list[str]:
        """All SIP messages that it has sent to the switch through this door."""
        ip, port = self.switch
        head = rf"<--- Transmitting SIP \w+ \(\d+ bytes\) to UDP:{ip}:{port} --->\n"
        texts = re.findall(head + r"(.*?)(?=\n\[|\Z)", self._messages(), re.DOTALL)
        return [text for text in texts if f"{ip}:{door.port}" in text]

    # --- its files ---

    def _lay_out(self) -> None:
        etc, state, sounds = (self.folder / name for name in ("etc", "state", "sounds"))
        for folder in (etc, state, sounds / "music"):
            folder.mkdir(parents=True)
        arch = next(path.parent.name for path in (self._root / "usr/lib").glob("*/asterisk"))
        values = {
            "ETC": self._inside / "etc", "STATE": self._inside / "state", "SOUNDS": self._inside / "sounds",
            "MANAGER": self._manager_port, "SECRET": self._secret, "ARCH": arch,
        }  # fmt: skip
        for path in ETC.glob("*.conf"):
            text = path.read_text(encoding="utf-8")
            for name, value in values.items():
                text = text.replace(f"@{name}@", str(value))
            more = {"pjsip.conf": self._lines(), "extensions.conf": self._dialplan}.get(path.name, "")
            (etc / path.name).write_text(text + more)
        for name, (hertz, seconds) in SOUNDS.items():
            write_tone(sounds / f"{name}.alaw", hertz, seconds)

    def _lines(self) -> str:
        """Doors and telephones, as sections of ``pjsip.conf``."""
        ip, port = self.switch
        parts: list[str] = []
        for door in self.doors:
            name = f"door{door.digit}"
            options = "".join(f"{key} = {value}\n" for key, value in door.options.items())
            parts.append(
                f"[transport-{name}]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:{door.port}\n\n"
                f"[{name}](door)\ntransport = transport-{name}\naors = {name}\n{options}\n"
                f"[{name}]\ntype = aor\ncontact = sip:{ip}:{port}\n\n"
                f"[identify-{name}]\ntype = identify\nendpoint = {name}\nmatch_request_uri = /:{door.port}/\n\n"
            )
        for number, where in self.ports.items():
            parts.append(
                f"[{number}](telephone)\ntransport = transport-door1\naors = {number}\ncallerid = <{number}>\n\n"
                f"[{number}]\ntype = aor\ncontact = sip:{number}@127.0.0.1:{where}\n\n"
            )
        return "".join(parts)


def write_tone(path: Path, hertz: float, seconds: float) -> None:
    """A tone at ``TONE_DBM0`` as A-law octets; whole periods, so that it can be repeated."""
    samples = sine(hertz, round(8000 * seconds), TONE_DBM0)
    path.write_bytes(g711.encode(samples.astype("int16"), g711.LAW_INDEX[Law.A]).tobytes())
