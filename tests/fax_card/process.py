"""A real fax card process, and real machines beside it, in real time."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from shared.enums import Law
from shared.fax import FaxId
from shared.ids import LegId
from switch_server.adapters.cards.process import _EVENTS
from switch_server.core.words import fax, media

E = TypeVar("E", bound=media.CardEvent)
ROOT = Path(__file__).resolve().parents[2]


class FaxCardProcess:
    """``do`` sends commands, ``wait`` waits for events; ``loads`` has all load reports."""

    def __init__(self, channels: int = 64) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "switch_server.fax_card", "--card", "fax-t", "--fd", str(theirs.fileno()),
             "--ip", "127.0.0.1", "--channels", str(channels)],
            cwd=ROOT, pass_fds=(theirs.fileno(),),
        )  # fmt: skip
        theirs.close()
        self._encoder, self._decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[_EVENTS])
        self.events: list[media.CardEvent] = []
        self.loads: list[media.CardLoad] = []

    def __enter__(self) -> Self:
        assert self.wait(media.CardReady).kind == fax.FAX
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        assert self.process.wait(30) in {0, -9}

    def do(self, *commands: media.CardCommand) -> None:
        for command in commands:
            self._socket.sendall(self._encoder.encode([command]))

    def wait(self, kind: type[E], check: Callable[[E], bool] = lambda _: True, seconds: float = 30.0) -> E:
        """The first event of that kind that passes ``check``; it is taken."""
        end = time.monotonic() + seconds
        while True:
            for event in self.events:
                if isinstance(event, kind) and check(event):
                    self.events.remove(event)
                    return event
            left = end - time.monotonic()
            assert left > 0, f"no {kind.__name__} within {seconds} s; there are {self.events}"
            self._socket.settimeout(left)
            try:
                told = self._decoder.decode(self._socket.recv(1 << 20))
            except TimeoutError:
                continue
            for event in told:
                (self.loads if isinstance(event, media.CardLoad) else self.events).append(event)


def of(leg: LegId) -> Callable[[Any], bool]:
    """Whether an event is of this leg."""
    return lambda event: bool(event.leg == leg)


class Machines:
    """A process of ``tests.fax_machine rtp``, whose machines' lines end at the card's channels ``legs``."""

    def __init__(self, card: FaxCardProcess, count: int, *options: str, t38: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fax_machine", "rtp", "--machines", str(count), *options, *["--t38"] * t38],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdin
        self.legs = [LegId(f"m/{id(self)}-{number}") for number in range(count)]
        told = media.T38Far(400, 0, 3) if t38 else None
        for leg, port in zip(self.legs, self._line(), strict=True):
            card.do(media.OpenChannel(leg, media.Far("127.0.0.1", port, Law.A, t38=told)))
        opened = {leg: card.wait(media.ChannelOpened, of(leg)) for leg in self.legs}
        self.process.stdin.write(json.dumps([opened[leg].near.port for leg in self.legs]) + "\n")
        self.process.stdin.flush()
        self._card = card

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def send_to(self, path: Path, first_pages: Sequence[int] = ()) -> None:
        """The card sends ``path`` to each machine, from the first page or from each machine's of ``first_pages`` on."""
        for number, leg in enumerate(self.legs):
            first = first_pages[number] if first_pages else 0
            self._card.do(fax.SendFax(leg, FaxId(f"f{leg}"), str(path), first))

    def receive_from(self, folder: Path) -> list[Path]:
        """The card receives from each machine."""
        paths = [folder / f"in-{number}.tif" for number in range(len(self.legs))]
        self._card.do(
            *(fax.ReceiveFax(leg, FaxId(f"r{leg}"), str(path)) for leg, path in zip(self.legs, paths, strict=True))
        )
        return paths

    def ended(self, seconds: float = 150.0) -> list[fax.FaxEnded]:
        return [self._card.wait(fax.FaxEnded, of(leg), seconds) for leg in self.legs]

    def told(self) -> dict[str, Any]:
        """``codes`` and ``cpu`` of the machines, when they have ended."""
        told: dict[str, Any] = self._line()
        return told

    def _line(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())
