"""Sound at an RTP peer, judged by what came last: a box changes its stream (SSRC, timestamps) when it connects others."""

import time

import numpy as np

from tests.asterisk.box import TONE_DBM0
from tests.rtp_peer import Heard, RtpPeer, frequency, gaps, level, purity

SECONDS = 40.0
PACKETS = 25
TRIES = 12
PURE = 0.98


def one_stream(heard: list[Heard]) -> bool:
    """Whether these packets are of one source, and within twice their length."""
    spread = [(packet.stamp - heard[0].stamp) & 0xFFFFFFFF for packet in heard]
    return len({packet.ssrc for packet in heard}) == 1 and max(spread) < 2 * 160 * len(heard)


def hears(ear: RtpPeer, hertz: float, seconds: float = SECONDS) -> None:
    """Waits until the last half second is this tone."""
    end = time.monotonic() + seconds
    while not is_heard(ear, hertz):
        assert time.monotonic() < end, f"not {hertz} Hz within {seconds} s, but {last_heard(ear)}"
        time.sleep(0.05)


def is_heard(ear: RtpPeer, hertz: float) -> bool:
    last = ear.heard[-PACKETS:]
    if len(last) < PACKETS or not one_stream(last):
        return False
    samples = ear.samples(last)
    return level(samples) > -25 and abs(frequency(samples) - hertz) < 10


def last_heard(ear: RtpPeer) -> str:
    """For a failure's message."""
    last = ear.heard[-PACKETS:]
    if not last or not one_stream(last):
        return (
            f"{len(ear.heard)} packets, the last ones (SSRC, timestamp): {[(each.ssrc, each.stamp) for each in last]}"
        )
    samples = ear.samples(last)
    return f"{len(ear.heard)} packets, the last ones {frequency(samples):.0f} Hz, {level(samples):.0f} dBm0, {time.monotonic() - last[-1].at:.1f} s ago"


def hears_only(ear: RtpPeer, hertz: float, dbm0: float = TONE_DBM0, seconds: float = 1.0) -> None:
    """Waits for ``seconds`` of this tone, by pitch and level, with hardly any other sound and without a gap.

    Several seconds are tried, since a busy machine sends some of the test's own packets too late.
    """
    hears(ear, hertz)
    faults: list[str] = []
    for _ in range(TRIES):
        begun = len(ear.heard)
        samples = ear.listen(seconds) if one_stream(ear.heard[begun - PACKETS :]) else np.zeros(8, np.int16)
        fault = fault_of(samples, hertz, dbm0)
        if not fault:
            return
        faults.append(fault)
    raise AssertionError(f"not {hertz} Hz alone: {faults}")


def fault_of(samples: np.ndarray, hertz: float, dbm0: float) -> str:
    """What is not as it should be in the sound of one tone; empty if nothing is."""
    found = {"hertz": frequency(samples), "dbm0": level(samples), "purity": purity(samples, hertz)}
    good = abs(found["hertz"] - hertz) < 5 and abs(found["dbm0"] - dbm0) < 1 and found["purity"] > PURE
    silent = gaps(samples)
    return "" if good and not silent else f"{found}, gaps (ms, ms): {silent}"
