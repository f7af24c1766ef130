"""The quality of each channel's reception: loss and jitter (RFC 3550 §6.4, A.3, A.8), and MOS by the E-model (ITU-T G.107, G.113)."""

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
JUMP = 3000  # RFC 3550 A.1 MAX_DROPOUT
_SIXTEENTH = np.float32(1 / 16)
ROBUSTNESS = 25.1  # Bpl of G.711 with concealment, random loss (G.113)


class Reception:
    """Columns of receiver statistics: of each channel's current source, and totals of its earlier sources."""

    def __init__(self, rows: int) -> None:
        self.started = np.zeros(rows, np.bool_)
        self.packets = np.zeros(rows, np.int64)  # from all sources
        self._base = np.zeros(rows, np.int64)
        self.highest = np.zeros(rows, np.int64)  # extended sequence number
        self._packets_before = np.zeros(rows, np.int64)
        self._lost_before = np.zeros(rows, np.int64)
        self._expected_before = np.zeros(rows, np.int64)
        self._expected_reported = np.zeros(rows, np.int64)
        self._received_reported = np.zeros(rows, np.int64)
        self.jitter = np.zeros(rows, np.float32)  # samples
        self._transit = np.zeros(rows, np.int32)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {
            "highest": self.highest, "packets": self.packets, "transit": self._transit, "jitter": self.jitter,
        }  # fmt: skip

    def reset(self, row: int) -> None:
        self.started[row] = False
        self.packets[row] = self._lost_before[row] = self._expected_before[row] = 0
        self._base[row] = self.highest[row] = 65536
        self._packets_before[row] = 0
        self.jitter[row] = 0

    def push(
        self,
        rows: Rows,
        seq: npt.NDArray[np.uint16],
        stamp: npt.NDArray[np.uint32],
        anew: npt.NDArray[np.bool_] | None,
        came: Rows,
    ) -> None:
        """Counts packets of ``rows`` in order of arrival.

        ``came`` are the arrival times (samples), ``anew`` marks packets of a new source (``None``: no such packets).
        """
        again = repeats(rows)
        if again is not None:  # a row's packets follow each other: the second one's jitter is counted from the first
            once = ~again
            self.push(rows[once], seq[once], stamp[once], None if anew is None else anew[once], came[once])
            self.push(rows[again], seq[again], stamp[again], None, came[again])
            return
        highest = self.highest[rows]
        delta = (seq - highest.astype(np.uint16)).view(np.int16)
        transit = (came.astype(np.uint32) - stamp).view(np.int32)
        jumped = np.abs(delta) > JUMP
        if anew is not None:
            jumped |= anew | ~self.started[rows]
        if jumped.any():
            which = np.flatnonzero(jumped)
            for i in which.tolist():
                self._begin(int(rows[i]), int(seq[i]), transit[i])
            highest = self.highest[rows]
            delta = (seq - highest.astype(np.uint16)).view(np.int16)
        self.highest[rows] = np.maximum(highest, highest + delta)
        self.packets[rows] += 1
        moved = np.abs(transit - self._transit[rows]).astype(np.float32)
        self._transit[rows] = transit
        moved[(moved > 8000) | (moved < 0)] = 0  # the negative one is -2**31, which has no absolute value
        jitter = self.jitter[rows]
        moved -= jitter
        moved *= _SIXTEENTH
        jitter += moved
        self.jitter[rows] = jitter

    def _begin(self, row: int, seq: int, transit: np.int32) -> None:
        if self.started[row]:
            self._lost_before[row] += self._lost_now(row)
            self._expected_before[row] += self._expected_now(row)
        self.started[row] = True
        self._base[row] = self.highest[row] = 65536 + seq
        self._packets_before[row] = self.packets[row]
        self._expected_reported[row] = self._received_reported[row] = 0
        self._transit[row] = transit

    def _expected_now(self, row: int) -> int:
        return int(self.highest[row] - self._base[row]) + 1 if self.started[row] else 0

    def _received_now(self, row: int) -> int:
        return int(self.packets[row] - self._packets_before[row])

    def _lost_now(self, row: int) -> int:
        return max(0, self._expected_now(row) - self._received_now(row))

    def expected(self, row: int) -> int:
        return int(self._expected_before[row]) + self._expected_now(row)

    def lost(self, row: int) -> int:
        return int(self._lost_before[row]) + self._lost_now(row)

    def fraction_lost(self, row: int) -> int:
        """The fraction lost since the last call, in 1/256 (RFC 3550 A.3)."""
        expected, received = self._expected_now(row), self._received_now(row)
        asked = expected - int(self._expected_reported[row])
        got = received - int(self._received_reported[row])
        self._expected_reported[row], self._received_reported[row] = expected, received
        return min(255, max(0, (asked - got) * 256 // asked)) if asked > 0 else 0


def repeats(rows: Rows) -> Mask | None:
    """The packets whose row has an earlier packet among them; ``None`` where no row has two."""
    if rows.size < 2 or int(np.bincount(rows).max()) < 2:
        return None
    again = np.ones(rows.size, np.bool_)
    again[np.unique(rows, return_index=True)[1]] = False
    return again


def mos(loss: float, delay_ms: float) -> float:
    """Mean opinion score 1–4.5 of G.711 at a loss of 0–1 and a one-way delay."""
    late = 0.024 * delay_ms + (0.11 * (delay_ms - 177.3) if delay_ms > 177.3 else 0.0)
    percent = 100 * loss
    rating = 93.2 - late - 95 * percent / (percent + ROBUSTNESS)
    if rating <= 0:
        return 1.0
    rating = min(rating, 100)
    return round(min(4.5, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6), 2)
