"""A far end for tests: sends and receives real RTP (RFC 3550, 4733, G.711) over UDP, and measures the received audio.

with RtpPeer() as peer:
peer.call(near.ip, near.port)         # the switch's RTP address, from its SDP
peer.say(sine(1000, 8000))            # a second of 1 kHz; silence follows
heard = peer.listen(1.0)              # samples of the next second
"""

import queue
import random
import struct
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np

from shared.enums import Law
from switch_server.card import g711
from switch_server.card.sockets import bind_pair
from switch_server.card.tones import dtmf, sine

__all__ = ["Heard", "RtpPeer", "dtmf", "frequency", "gaps", "level", "purity", "sine"]

HEADER = struct.Struct("!BBHII")
EVENT_KEYS = "0123456789*#ABCD"
Mangle = Callable[[int, bytes], list[bytes]]
"""Returns the packets to send in place of packet n: ``[]`` loses it, ``[p, p]`` doubles it; returning it later reorders."""


class Heard(NamedTuple):
    """A received RTP packet; ``at`` is the monotonic time."""

    at: float
    marker: bool
    type: int
    seq: int
    stamp: int
    ssrc: int
    payload: bytes


class RtpPeer:
    """An RTP endpoint with a thread that sends a packet each ``ptime`` ms, with sound or silence, and keeps received packets."""

    def __init__(
        self, *, law: Law = Law.A, ptime: int = 20, ip: str = "127.0.0.1", events: int = 101, seq: int | None = None
    ) -> None:
        self.law, self.ptime, self.events = law, ptime, events
        self._index = g711.LAW_INDEX[law]
        self.socket, self.rtcp = bind_pair(ip)
        self.socket.settimeout(0.1)
        self.ip, self.port = self.socket.getsockname()
        self.far: tuple[str, int] | None = None
        self.source: tuple[str, int] | None = None  # the address that sent the last packet
        self.sending = True
        self.heard: list[Heard] = []
        self.mangle: Mangle = lambda _number, packet: [packet]
        self.seq = random.getrandbits(16) if seq is None else seq
        self.stamp = random.getrandbits(32)
        self.ssrc = random.getrandbits(32)
        self.sent = 0
        self.late_ms = 0.0  # the largest lateness of a sent packet: the effect of the machine's load alone
        self._to_say: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._rest = b""
        self._keys: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._event: tuple[str, int, int, int] | None = None
        self._over = threading.Event()
        self._quiet = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send_all, self._hear_all)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.socket.close()
        self.rtcp.close()

    # --- speaking ---

    def call(self, ip: str, port: int) -> None:
        """Sends packets to this address from now on."""
        self.far = (ip, port)

    def say(self, samples: np.ndarray) -> None:
        """Queues samples; silence is sent when nothing is queued."""
        self._quiet.clear()
        self._to_say.put(g711.encode(samples.astype(np.int16), self._index).tobytes())

    def press(self, keys: str, ms: int = 100) -> None:
        """Keys by RFC 4733, ``ms`` each and 60 ms apart, with three end packets each."""
        for key in keys:
            self._quiet.clear()
            self._keys.put((key, ms))

    def press_tones(self, keys: str, ms: int = 80, pause_ms: int = 80, dbm0: float = -9.0) -> None:
        """Keys as tones in the audio."""
        pause = np.zeros(8 * pause_ms, np.int16)
        self.say(np.concatenate([part for key in keys for part in (dtmf(key, 8 * ms, dbm0), pause)]))

    def said_all(self, seconds: float = 30.0) -> None:
        """Waits until all queued samples have been sent."""
        assert self._quiet.wait(seconds), "the peer has not said all"

    def raw(self, data: bytes) -> None:
        assert self.far is not None
        self.socket.sendto(data, self.far)

    def packet(self, payload: bytes, kind: int, *, stamp: int, marker: bool = False) -> bytes:
        """An RTP packet with the next sequence number."""
        self.seq = (self.seq + 1) & 0xFFFF
        return HEADER.pack(0x80, kind | marker << 7, self.seq, stamp & 0xFFFFFFFF, self.ssrc) + payload

    def _send_all(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self.late_ms = max(self.late_ms, (time.monotonic() - due) * 1000)
            due += self.ptime / 1000
            samples = 8 * self.ptime
            if self.far is not None and self.sending:
                packet = self._next(samples)
                self.sent += 1
                for data in self.mangle(self.sent, packet):
                    self.socket.sendto(data, self.far)
            self.stamp = (self.stamp + samples) & 0xFFFFFFFF

    def _next(self, samples: int) -> bytes:
        if self._event is None and not self._keys.empty():
            key, ms = self._keys.get()
            self._event = key, ms * 8, self.stamp, 0
        if self._event is not None:
            return self._next_event(samples)
        while len(self._rest) < samples and not self._to_say.empty():
            self._rest += self._to_say.get()
        payload, self._rest = self._rest[:samples], self._rest[samples:]
        if not self._rest and self._to_say.empty() and self._keys.empty():
            self._quiet.set()
        payload += bytes([g711.SILENCE[self._index]]) * (samples - len(payload))
        return self.packet(payload, g711.PAYLOAD_TYPE[self._index], stamp=self.stamp)

    def _next_event(self, samples: int) -> bytes:
        assert self._event is not None
        key, length, begin, step = self._event
        duration = min(samples * (step + 1), length)
        ends = max(0, step - (length - 1) // samples)
        payload = struct.pack("!BBH", EVENT_KEYS.index(key), (0x80 if ends else 0) | 10, duration)
        self._event = None if ends == 3 else (key, length, begin, step + 1)
        return self.packet(payload, self.events, stamp=begin, marker=step == 0)

    # --- hearing ---

    def _hear_all(self) -> None:
        while not self._over.is_set():
            try:
                data, self.source = self.socket.recvfrom(2048)
            except TimeoutError:
                continue
            first, kind, seq, stamp, ssrc = HEADER.unpack_from(data)
            assert first == 0x80
            self.heard.append(Heard(time.monotonic(), kind > 127, kind & 127, seq, stamp, ssrc, data[HEADER.size :]))

    def wait(self, enough: Callable[[list[Heard]], bool], seconds: float = 30.0) -> list[Heard]:
        """The packets heard so far, as soon as there are enough."""
        end = time.monotonic() + seconds
        while not enough(self.heard):
            assert time.monotonic() < end, f"not heard within {seconds} s"
            time.sleep(0.005)
        return list(self.heard)

    def listen(self, seconds: float, *, start: int | None = None) -> np.ndarray:
        """Samples of the next ``seconds`` (or from packet number ``start`` on), put in order by their timestamps; gaps are zeros."""
        begin = len(self.heard) if start is None else start
        packets = self.wait(lambda heard: len(heard) >= begin + round(seconds * 50), seconds + 10)[begin:]
        return self.samples(packets)

    def samples(self, packets: list[Heard]) -> np.ndarray:
        """The packets' samples, placed by their timestamps; empty without packets."""
        audio = [packet for packet in packets if packet.type in g711.PAYLOAD_TYPE]
        if not audio:
            return np.zeros(0, np.int16)
        base = audio[0].stamp
        end = max((p.stamp - base) & 0xFFFFFFFF for p in audio) + len(audio[-1].payload)
        out = np.zeros(end, np.int16)
        for packet in audio:
            place = (packet.stamp - base) & 0xFFFFFFFF
            law = g711.PAYLOAD_TYPE.index(packet.type)
            out[place : place + len(packet.payload)] = g711.decode(np.frombuffer(packet.payload, np.uint8), law)
        return out


# --- measuring ---


def frequency(samples: np.ndarray) -> float:
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    return float(np.argmax(spectrum) * 8000 / (8 * len(samples)))


def level(samples: np.ndarray) -> float:
    """The level in dBm0; -99 for silence and for no samples."""
    if not len(samples):
        return -99.0
    rms = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    return 20 * np.log10(rms * np.sqrt(2) / 32767) + 3.14 if rms > 0 else -99.0


def purity(samples: np.ndarray, hertz: float) -> float:
    """The share of the energy in a sine of this frequency; 0 without energy."""
    if not len(samples):
        return 0.0
    phase = 2 * np.pi * hertz / 8000 * np.arange(len(samples))
    base = np.stack([np.cos(phase), np.sin(phase)])
    part = base @ samples.astype(np.float64)
    return float(2 * (part**2).sum() / len(samples) / max(1.0, float((samples.astype(np.float64) ** 2).sum())))


def gaps(samples: np.ndarray, below_dbm0: float = -45.0) -> list[tuple[int, int]]:
    """Runs of 10 ms blocks below a level: (start, length) in ms."""
    blocks = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    quiet = np.array([level(block) < below_dbm0 for block in blocks])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    return [(int(a) * 10, int(b - a) * 10) for a, b in zip(edges[::2], edges[1::2], strict=True)]
