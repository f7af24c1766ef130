"""Drives a real card process over its control socket."""

import functools
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

import msgspec

from shared.enums import DigitMode, Law
from shared.ids import LegId
from switch_server.adapters.cards.process import _EVENTS
from switch_server.core.words import media as m
from tests.rtp_peer import RtpPeer

P = ParamSpec("P")
E = TypeVar("E", bound=m.CardEvent)
_LEGS = itertools.count(1)


def patient(test: Callable[P, None]) -> Callable[P, None]:
    """A decorator for measurements in real time: other load on the machine may stall even the peers, so a test has three attempts."""

    @functools.wraps(test)
    def attempts(*args: P.args, **kwargs: P.kwargs) -> None:
        for _ in range(2):
            try:
                return test(*args, **kwargs)
            except AssertionError:
                if isinstance(card := kwargs.get("card"), CardProcess):
                    card.clear()
                if isinstance(folder := kwargs.get("tmp_path"), Path):
                    shutil.rmtree(folder)
                    folder.mkdir()
        return test(*args, **kwargs)

    return attempts


class CardProcess:
    """``do`` sends commands, ``wait`` waits for events; ``events`` has all received events that were not taken yet."""

    def __init__(
        self, *folders: Path, channels: int = 64, plain: bool = False, numpy: bool = False, ports: int = 32
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [word for folder in folders for word in ("--prompts", str(folder))]
        command = [sys.executable, "-m", "switch_server.card", "--card", "card-t", "--fd", str(theirs.fileno())]
        command += ["--ip", "127.0.0.1", "--channels", str(channels), "--ports", str(ports), *words]
        command += ["--plain"] * plain + ["--numpy"] * numpy
        self.process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
        theirs.close()
        self._socket = ours
        self._encoder, self._decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[_EVENTS])
        self.events: list[m.CardEvent] = []
        self.loads: list[m.CardLoad] = []
        self.near: dict[LegId, m.Near] = {}

    def __enter__(self) -> Self:
        self.wait(m.CardReady)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        assert self.process.wait(30) in {0, -9}

    def do(self, *commands: m.CardCommand) -> None:
        for command in commands:
            self._socket.sendall(self._encoder.encode([command]))

    def wait(self, kind: type[E], check: Callable[[E], bool] = lambda _: True, seconds: float = 30.0) -> E:
        """The first event of that kind (not taken yet) that passes ``check``; it is taken."""
        end = time.monotonic() + seconds
        while True:
            for event in self.events:
                if isinstance(event, kind) and check(event):
                    self.events.remove(event)
                    return event
            left = end - time.monotonic()
            assert left > 0, f"no {kind.__name__} within {seconds} s; there are {self.events}"
            self.read(left)

    def read(self, seconds: float) -> None:
        """Reads one packet of events, at most ``seconds`` later."""
        self._socket.settimeout(seconds)
        try:
            datagram = self._socket.recv(1 << 20)
        except TimeoutError:
            return
        for event in self._decoder.decode(datagram):
            (self.loads if isinstance(event, m.CardLoad) else self.events).append(event)

    def open(self, peer: RtpPeer, *, digits: DigitMode = DigitMode.AUTO, events: bool = True, **far: Any) -> LegId:
        """Opens a channel towards a peer, points the peer at it, waits for its first packet."""
        leg = LegId(f"t-{os.getpid()}/{next(_LEGS)}")
        sdp = m.Far(**{"ip": peer.ip, "port": peer.port, "law": peer.law,
                       "telephone_event": peer.events if events else None, **far})  # fmt: skip
        self.do(m.OpenChannel(leg, sdp, digits=digits))
        near = self.wait(m.ChannelOpened, lambda event: event.leg == leg).near
        self.near[leg] = near
        peer.call(near.ip, near.port)
        if peer.sending:
            self.wait(m.MediaLatched, lambda event: event.leg == leg)
        return leg

    def close(self, leg: LegId) -> m.MediaStats:
        self.do(m.CloseChannel(leg))
        self.near.pop(leg, None)
        return self.wait(m.ChannelClosed, lambda event: event.leg == leg).stats

    def load(self, check: Callable[[m.CardLoad], bool], seconds: float = 30.0) -> m.CardLoad:
        """The first load report from now on that passes ``check``."""
        end, self.loads = time.monotonic() + seconds, []
        while not self.loads or not check(self.loads[-1]):
            assert time.monotonic() < end, f"no such load report; the last one is {self.loads[-1:]}"
            self.read(1.0)
        return self.loads[-1]

    def clear(self) -> None:
        """Closes the channels that a test left open, and drops the events that it did not take."""
        for leg in list(self.near):
            self.close(leg)
        self.events.clear()

    def bridge(self, one: LegId, other: LegId) -> None:
        self.do(m.Hear(one, (other,)), m.Hear(other, (one,)))

    def digits(self, leg: LegId, count: int, seconds: float = 30.0) -> str:
        """The next ``count`` keys of a leg, in order."""
        return "".join(self.wait(m.DigitHeard, lambda e: e.leg == leg, seconds).digit for _ in range(count))


__all__ = ["CardProcess", "DigitMode", "Law"]
