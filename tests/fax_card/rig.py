"""A fax card and far machines on one clock that runs as fast as it can: a minute of fax takes a fraction of a second."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from shared.enums import Law
from shared.fax import FaxId
from shared.ids import LegId
from switch_server.core.words import fax, media
from switch_server.fax_card.card import FaxCard
from switch_server.fax_card.library import load
from tests.fax_machine.line import Line, RtpMachine, T38Machine

E = TypeVar("E", bound=media.CardEvent)
OURS, THEIRS = "+86 10 66554433", "+86 21 5555"
T38 = media.T38Far(max_datagram=400, redundancy=3)
_NUMBERS = itertools.count(1)


class Rig:
    """``card`` and ``machines`` tick together."""

    def __init__(self, channels: int = 64) -> None:
        self.events: list[media.CardEvent] = []
        self.card = FaxCard(load(), "127.0.0.1", channels, self.events.append)
        self.machines: list[RtpMachine | T38Machine] = []
        self.lines: list[Line] = []

    def open(self, line: Line, **far: Any) -> LegId:
        leg = LegId(f"t/{next(_NUMBERS)}")
        self.lines.append(line)
        self.card.do(media.OpenChannel(leg, self.far(line, **far)))
        near = self.last(media.ChannelOpened).near
        line.far = near.ip, near.port
        return leg

    def close(self) -> None:
        self.card.shut()
        for line in self.lines:
            line.socket.close()

    def far(self, line: Line, **far: Any) -> media.Far:
        return media.Far(**{"ip": "127.0.0.1", "port": line.port, "law": Law.A, **far})

    def send(
        self,
        path: Path,
        out: Path | None,
        *,
        t38: bool = False,
        ours: dict[str, Any] | None = None,
        line: Line | None = None,
        **machine: Any,
    ) -> LegId:
        """Our card sends to a machine, which writes ``out``."""
        line = line or Line()
        leg = self.open(line, t38=T38 if t38 else None)
        self.add_machine(line, t38=t38, receive=str(out) if out else "", **machine)
        self.card.do(
            fax.SendFax(leg, FaxId(f"f{leg}"), str(path), settings=fax.FaxSettings(**{"ident": OURS, **(ours or {})}))
        )
        return leg

    def receive(
        self,
        path: Path,
        out: Path,
        *,
        t38: bool = False,
        ours: dict[str, Any] | None = None,
        line: Line | None = None,
        **machine: Any,
    ) -> LegId:
        """A machine sends to our card, which writes ``out``."""
        line = line or Line()
        leg = self.open(line, t38=T38 if t38 else None)
        self.add_machine(line, t38=t38, send=str(path), **machine)
        self.card.do(
            fax.ReceiveFax(leg, FaxId(f"r{leg}"), str(out), settings=fax.FaxSettings(**{"ident": OURS, **(ours or {})}))
        )
        return leg

    def add_machine(self, line: Line, *, t38: bool, **machine: Any) -> None:
        options: dict[str, Any] = {"ident": THEIRS, "ecm": True, "modems": "v17", **machine}
        self.machines.append(T38Machine(line, **options) if t38 else RtpMachine(line, **options))

    def run(self, until: Callable[[], bool], seconds: float = 240.0) -> float:
        """Runs until the condition holds; returns the seconds of the lines' time that this took."""
        for ticks in range(round(seconds * 50)):
            if until():
                return ticks / 50
            self.tick()
        raise AssertionError(f"not within {seconds} s; there are {self.events[-12:]}")

    def tick(self) -> None:
        self.card.tick()
        for machine in self.machines:
            machine.tick()

    def of(self, kind: type[E], leg: LegId | None = None) -> list[E]:
        return [
            event for event in self.events if isinstance(event, kind) and leg in {None, getattr(event, "leg", None)}
        ]

    def last(self, kind: type[E], leg: LegId | None = None) -> E:
        return self.of(kind, leg)[-1]

    def ended(self, *legs: LegId, seconds: float = 240.0) -> list[fax.FaxEnded]:
        """Runs until the faxes of the legs, and their machines, have ended."""
        self.run(lambda: all(self.of(fax.FaxEnded, leg) for leg in legs), seconds)
        for _ in range(100):
            self.tick()  # the machines take our DCN
        return [self.last(fax.FaxEnded, leg) for leg in legs]
