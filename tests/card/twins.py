"""Two cards in one process, one with ``kernel.c`` and one with numpy alone: the same commands and packets, tick by tick, and what both do.

Both have real sockets. Their clock and the arrival times of the packets are set, and each tick waits until all packets sent are there.
"""

import contextlib
import os
import random
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from shared.enums import DigitMode, Law
from shared.ids import LegId, RecordingId
from switch_server.card import TICK_NS, g711
from switch_server.card.card import Card
from switch_server.card.free_run import FreeRun
from switch_server.card.kernel import Kernel
from switch_server.card.lateness import Lateness
from switch_server.card.prompts import Prompts
from switch_server.card.sockets import SO_TIMESTAMPNS, MmsgSockets, bind_pair
from switch_server.card.tones import dtmf, sine
from switch_server.core.words import media as m

ROWS = 12
NEVER_LATE_NS = 1 << 62
RTP = struct.Struct("!BBHII")
ARRIVAL_STEP_NS = 37_000


class Sent(NamedTuple):
    """A packet that a card sent, without what differs by chance: sequence number and timestamp count from the leg's first packet."""

    leg: LegId
    first_bytes: bytes
    seq: int
    stamp: int
    payload: bytes


class Side:
    """One of the two cards, with a far end (a socket) for each leg."""

    def __init__(self, folder: Path, prompts: Path, kernel: Kernel | None) -> None:
        self.folder = folder
        folder.mkdir()
        self.events: list[m.CardEvent] = []
        self.card = Card("127.0.0.1", ROWS, Prompts([prompts]), self.events.append, ports=3, kernel=kernel)
        self.kernel, self._lateness = kernel, Lateness()
        self._idle, self._other_end = socket.socketpair()
        self.free = None if kernel is None else FreeRun(kernel, self._lateness, self._idle.fileno(), NEVER_LATE_NS)
        self.far: dict[LegId, Udp] = {}
        self.near: dict[LegId, tuple[str, int]] = {}
        self.strange = Udp()
        self._first: dict[LegId, tuple[int, int]] = {}
        self.ran_free = 0

    @property
    def sockets(self) -> MmsgSockets:
        assert isinstance(self.card._sockets, MmsgSockets)
        return self.card._sockets

    def open(self, leg: LegId, law: Law, events: int | None, mode: DigitMode) -> None:
        far = self.far[leg] = Udp()
        ip, port = far.address
        self.card.do(m.OpenChannel(leg, m.Far(ip, port, law, events), digits=mode))
        (near,) = [event.near for event in self.events if isinstance(event, m.ChannelOpened) and event.leg == leg]
        self.near[leg] = near.ip, near.port
        for sock in self.sockets._open:
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)

    def tick(self, arrived_ns: int, due_ns: int | None) -> int:
        """A tick, whose packets arrived from ``arrived_ns`` on; returns when it was due (wall clock)."""
        sockets, card = self.sockets, self.card
        number = np.arange(len(sockets._rx_control))
        sockets._rx_control[:, 2], sockets._rx_control[:, 3] = np.divmod(arrived_ns + ARRIVAL_STEP_NS * number, 10**9)
        if self.free is not None and self.kernel is not None:
            before = card.ticks
            self.free.run(card, time.monotonic_ns() - TICK_NS, 1)
            if card.ticks > before:
                self.ran_free += 1
                return int(self.kernel.values.due) * 125_000
            if self.free.begun:
                due_ns = int(self.kernel.values.due) * 125_000
        due_ns = time.time_ns() // 125_000 * 125_000 if due_ns is None else due_ns
        card.tick(due_ns)
        return due_ns

    def heard(self) -> list[Sent]:
        """All packets that have come to the far ends."""
        found = []
        for leg, far in self.far.items():
            with contextlib.suppress(BlockingIOError):
                while True:
                    packet = far.rtp.recv(2048)
                    _, _, seq, stamp, _ = RTP.unpack_from(packet)
                    base = self._first.setdefault(leg, (seq, stamp))
                    found.append(
                        Sent(leg, packet[:2], (seq - base[0]) & 0xFFFF, (stamp - base[1]) & 0xFFFF_FFFF, packet[12:])
                    )
        return found

    def told(self) -> list[m.CardEvent]:
        """All events, ``ChannelOpened`` left out: it has the port."""
        return [event for event in self.events if not isinstance(event, m.ChannelOpened)]

    def statistics(self) -> dict[str, list[Any]]:
        card = self.card
        columns = {**card._reception.memory(), **card._jitter.memory(), "late": card._jitter.late}
        return {name: array.tolist() for name, array in columns.items() if name != "ring"}

    def recordings(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}

    def close(self) -> None:
        self.card.shut()
        for sock in (*self.far.values(), self.strange, self._idle, self._other_end):
            sock.close()


class Udp:
    """A far end's pair of ports: RTCP goes to a port of its own, and so never to another far end."""

    def __init__(self) -> None:
        self.rtp, self._rtcp = bind_pair("127.0.0.1")
        self.address = self.rtp.getsockname()

    def close(self) -> None:
        self.rtp.close()
        self._rtcp.close()


class Twins:
    """Both sides; ``tick`` sends each packet to both, runs a tick of both and compares what was sent."""

    def __init__(self, kernel: Kernel, folder: Path, prompts: Path) -> None:
        self.sides = Side(folder / "c", prompts, kernel), Side(folder / "numpy", prompts, None)
        self._sentinel = Udp()
        self._sentinel.rtp.settimeout(30)

    def do(self, command: m.CardCommand) -> None:
        for side in self.sides:
            side.card.do(command)

    def record(self, leg: LegId, name: str) -> None:
        for side in self.sides:
            side.card.do(m.StartRecording(leg, RecordingId(name), str(side.folder / name)))

    def open(self, leg: LegId, law: Law, events: int | None, mode: DigitMode = DigitMode.AUTO) -> None:
        for side in self.sides:
            side.open(leg, law, events, mode)

    def tick(self, packets: list[tuple[LegId, bytes, bool]]) -> None:
        """``packets`` of legs, each from its far end or (``True``) from a stranger."""
        for side in self.sides:
            for leg, packet, strange in packets:
                (side.strange if strange else side.far[leg]).rtp.sendto(packet, side.near[leg])
        self._settle()
        arrived = time.time_ns() - 15_000_000
        due = None
        for side in self.sides:
            due = side.tick(arrived, due)
        self._settle()
        ours, theirs = (side.heard() for side in self.sides)
        assert ours == theirs
        ours_told, theirs_told = (side.told() for side in self.sides)
        assert [each for each in ours_told if not _by_thread(each)] == [
            each for each in theirs_told if not _by_thread(each)
        ]

    def _settle(self) -> None:
        """The loopback delivers in order on one processor (``on_one_processor``): once the sentinel is there, all packets are."""
        self._sentinel.rtp.sendto(b"s", self._sentinel.address)
        assert self._sentinel.rtp.recv(1) == b"s"

    def compare(self) -> None:
        """Compares statistics; closes both sides; compares recordings and all events."""
        ours, theirs = (side.statistics() for side in self.sides)
        assert ours == theirs
        for side in self.sides:
            side.close()
        self._sentinel.close()
        recorded, by_numpy = (side.recordings() for side in self.sides)
        assert recorded == by_numpy
        ours_told, theirs_told = (sorted(map(repr, side.told())) for side in self.sides)
        assert ours_told == theirs_told


def _by_thread(event: m.CardEvent) -> bool:
    """Whether the time of an event depends on the thread that writes recordings."""
    return isinstance(event, m.RecordingEnded | m.ChannelClosed)


@contextlib.contextmanager
def on_one_processor() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Script:
    """Random commands and packets, with all that a far end may do wrong; ``mutated`` changes random bytes of a part of the packets."""

    def __init__(self, seed: int, twins: Twins, mutated: float = 0.0) -> None:
        self.random, self.twins, self.mutated = random.Random(seed), twins, mutated
        self.legs: dict[LegId, _Stream] = {}
        self._numbers = iter(range(1, 1 << 30))
        self.count = 0

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            if self.random.random() < 0.3 or not self.legs:
                self._command()
            packets = [
                (leg, self._mutate(packet), strange)
                for leg, stream in self.legs.items()
                for packet, strange in stream.packets(self.random)
            ]
            self.twins.tick(packets)
            self.count += len(packets)

    def _mutate(self, packet: bytes) -> bytes:
        if self.random.random() >= self.mutated:
            return packet
        changed = bytearray(packet)
        for _ in range(self.random.randint(1, 6)):
            changed[self.random.randrange(min(16, len(changed)))] = self.random.randrange(256)
        return bytes(changed[: self.random.choice((len(changed), self.random.randrange(1, len(changed) + 1)))])

    def _command(self) -> None:
        chance, twins = self.random, self.twins
        if len(self.legs) < 2 or (len(self.legs) < ROWS - 2 and chance.random() < 0.1):
            leg = LegId(f"leg/{next(self._numbers)}")
            law, events = chance.choice((Law.A, Law.MU)), chance.choice((101, 101, None))
            twins.open(leg, law, events, chance.choice((DigitMode.AUTO, DigitMode.AUTO, DigitMode.INBAND)))
            self.legs[leg] = _Stream(law, chance)
            return
        legs = list(self.legs)
        leg, other = chance.sample(legs, 2)
        name = f"r{next(self._numbers)}"
        make = chance.choice(self._commands())
        if make == "close" and chance.random() < 0.2:
            twins.do(m.CloseChannel(leg))
            del self.legs[leg]
        elif make == "record":
            twins.record(leg, name)
            self.legs[leg].recordings.append(name)
        elif make in {"stop", "move"} and self.legs[leg].recordings:
            name = self.legs[leg].recordings.pop()
            if make == "stop":
                twins.do(m.StopRecording(leg, RecordingId(name)))
            else:
                twins.do(m.MoveRecording(leg, RecordingId(name), other))
                self.legs[other].recordings.append(name)
        elif make == "mask":
            twins.do(m.MaskRecording(leg, chance.random() < 0.4))
        elif make == "hear":
            twins.do(m.Hear(leg, tuple(chance.sample(legs, chance.randint(0, min(3, len(legs)))))))
        elif make == "play":
            segments = tuple(chance.sample(("one", "two", "tone:ringback", "pause:60", "none"), chance.randint(1, 3)))
            twins.do(
                m.Play(leg, next(self._numbers), segments, barge_in=chance.random() < 0.5, loop=chance.random() < 0.3)
            )
        elif make == "stop_play":
            twins.do(m.StopPlay(leg))
        elif make == "digits":
            twins.do(m.SendDigits(leg, chance.choice(("1", "42#"))))

    @staticmethod
    def _commands() -> tuple[str, ...]:
        return "close", "record", "stop", "move", "mask", "hear", "hear", "play", "play", "stop_play", "digits"


class _Stream:
    """The packets of one far end."""

    def __init__(self, law: Law, chance: random.Random) -> None:
        self.law, self.index = law, g711.LAW_INDEX[law]
        self.seq, self.stamp, self.ssrc = chance.getrandbits(16), chance.getrandbits(32), chance.getrandbits(32)
        self.recordings: list[str] = []
        self._held: list[bytes] = []
        self._key, self._key_left, self._key_stamp = "", 0, 0
        self._steady = chance.random() < 0.5
        self._tick = 0

    def packets(self, chance: random.Random) -> list[tuple[bytes, bool]]:
        self._tick += 1
        usual = self._packet(self._sound(chance))
        odd = chance.random() if self._tick > 3 else 1.0
        if self._steady and odd > 0.02:
            return [(usual, False)]
        if odd < 0.03:
            return []  # lost
        if odd < 0.05:
            return [(usual, False), (usual, False)]
        if odd < 0.08:
            self._held.append(usual)
            return []
        if odd < 0.14:
            held, self._held = self._held, []
            return [(packet, False) for packet in (usual, *held)]
        if odd < 0.16:
            return [(usual, False), (usual, chance.random() < 0.8)]
        if odd < 0.165:
            self.stamp += chance.choice((80, 160 * 40, -160 * 40, 1 << 31))
            self.seq += chance.choice((0, 5, 5000, 40000))
        elif odd < 0.17:
            self.ssrc = chance.getrandbits(32)
        elif odd < 0.18:
            return [(usual, False), (chance.randbytes(chance.randint(1, 1800)), chance.random() < 0.5)]
        elif odd < 0.20:
            return [(self._event(chance), False), (usual, False)]
        elif odd < 0.22:
            samples = chance.choice((80, 240, 480, 37))
            return [(self._packet(sine(900, samples), chance.choice((0, 1))), False)]
        elif odd < 0.23:
            self._key, self._key_left = chance.choice("159D"), 6
        elif odd < 0.24:
            return [(b"\x90" + usual[1:12] + b"\xbe\xde\0\1abcd" + usual[12:], False)]
        return [(usual, False)]

    def _sound(self, chance: random.Random) -> np.ndarray:
        if self._key_left:
            self._key_left -= 1
            return dtmf(self._key, 160)
        return (np.frombuffer(chance.randbytes(320), np.int16) // chance.choice((1, 8, 256))).astype(np.int16)

    def _packet(self, sound: np.ndarray, across: int = 0) -> bytes:
        self.seq, self.stamp = (self.seq + 1) & 0xFFFF, (self.stamp + len(sound)) & 0xFFFF_FFFF
        law = self.index ^ across
        head = RTP.pack(
            0x80, g711.PAYLOAD_TYPE[law] | (0x80 if self._tick == 1 else 0), self.seq, self.stamp, self.ssrc
        )
        return head + g711.encode(sound, law).tobytes()

    def _event(self, chance: random.Random) -> bytes:
        self.seq = (self.seq + 1) & 0xFFFF
        if chance.random() < 0.5:
            self._key_stamp = self.stamp
        body = struct.pack("!BBH", chance.randrange(17), chance.choice((10, 0x8A)), chance.randrange(1600))
        return RTP.pack(0x80, 101, self.seq, self._key_stamp, self.ssrc) + body
