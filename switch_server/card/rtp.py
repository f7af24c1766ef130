"""RTP headers of a whole batch at once (RFC 3550 §5.1)."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


class Headers(NamedTuple):
    """Columns for n packets; ``good`` marks the packets that are RTP; the other columns are valid only for these."""

    good: npt.NDArray[np.bool_]
    type: npt.NDArray[np.uint8]
    seq: npt.NDArray[np.uint16]
    stamp: npt.NDArray[np.uint32]
    ssrc: npt.NDArray[np.uint32]
    offset: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]

    def take(self, which: Rows) -> "Headers":
        """The same columns for the packets ``which``."""
        good, kind, seq, stamp, ssrc, offset, length = self
        return Headers(good[which], kind[which], seq[which], stamp[which], ssrc[which], offset[which], length[which])


def words(rx: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The three 32-bit words of the fixed headers of ``rx`` (n, ROW) as (3, n): first word, timestamp, SSRC."""
    fixed: Any = rx[:, :12].view(">u4")
    return fixed.T.astype(np.uint32, order="C")  # type: ignore[no-any-return]


def parse(rx: npt.NDArray[np.uint8], lengths: npt.NDArray[np.uint32]) -> Headers:
    """Reads the headers of the datagrams ``rx`` (n, ROW) of ``lengths`` bytes; raises nothing, whatever their content."""
    first_half, stamp, ssrc = words(rx)
    size = lengths.astype(np.int64)
    first = rx[:, 0]
    offset = np.full(len(rx), 12, np.int64)
    good = size > 12
    if (first != 0x80).any():
        good &= (first & 0xC0) == 0x80
        odd = np.flatnonzero(good & (first != 0x80))
        for row in odd.tolist():
            offset[row], size[row] = _payload(rx[row], int(size[row]))
        good[odd] = offset[odd] < size[odd]
    if size.size and int(lengths.max()) >= rx.shape[1]:
        good &= lengths < rx.shape[1]  # longer than a row, and so than any G.711 packet that is accepted
    return Headers(
        good,
        rx[:, 1] & np.uint8(0x7F),
        first_half.astype(np.uint16),
        stamp,
        ssrc,
        offset,
        size - offset,
    )


def _payload(row: npt.NDArray[np.uint8], size: int) -> tuple[int, int]:
    """Start and end of the payload, without CSRCs, extension and padding; start == end where the header's lengths do not fit."""
    first = int(row[0])
    start = 12 + 4 * (first & 15)
    if first & 0x10:
        if start + 4 > size:
            return size, size
        start += 4 + 4 * int.from_bytes(row[start + 2 : start + 4].tobytes(), "big")
    if first & 0x20 and size <= len(row):
        size -= int(row[size - 1])
    return (start, size) if start < size else (size, size)
