"""G.711 by table (ITU-T G.711): A-law and µ-law bytes ↔ 16-bit linear samples.

Laws are table indices: ``A = 0``, ``MU = 1``. Decoding tables are (2, 256), encoding tables (2, 65536) indexed by the sample viewed as
``uint16``; ``ACROSS[from, to]`` (2, 2, 256) re-codes bytes directly.
"""

import numpy as np
import numpy.typing as npt

from shared.enums import Law

Bytes = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]

A, MU = 0, 1
LAW_INDEX = {Law.A: A, Law.MU: MU}
PAYLOAD_TYPE = (8, 0)  # RFC 3551: PCMA, PCMU
SILENCE = (0xD5, 0xFF)


def _decode_a() -> Samples:
    code = np.arange(256) ^ 0x55
    segment, mantissa = (code >> 4) & 7, code & 15
    linear = np.where(segment == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, linear, -linear).astype(np.int16)


def _decode_mu() -> Samples:
    code = ~np.arange(256) & 0xFF
    linear = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -linear, linear).astype(np.int16)


def _nearest(decode: Samples) -> Bytes:
    """For every 16-bit sample the byte with the nearest value; the index is the sample as ``uint16``."""
    order = np.argsort(decode, kind="stable")
    values = decode[order].astype(np.int32)
    edges = (values[1:] + values[:-1] + 1) // 2
    samples = np.arange(65536, dtype=np.uint16).view(np.int16)
    return order[np.searchsorted(edges, samples, side="right")].astype(np.uint8)


DECODE: Samples = np.stack([_decode_a(), _decode_mu()])
DECODE32 = DECODE.astype(np.int32)
DECODE_FLOAT: npt.NDArray[np.float32] = DECODE.astype(np.float32)
ENCODE: Bytes = np.stack([_nearest(DECODE[A]), _nearest(DECODE[MU])])


def encode(samples: npt.NDArray[np.int16], law: int) -> Bytes:
    """Linear samples of any shape to bytes of the same shape."""
    coded: Bytes = ENCODE[law][samples.view(np.uint16)]
    return coded


def decode(coded: Bytes, law: int) -> Samples:
    """Bytes of any shape to linear samples of the same shape."""
    linear: Samples = DECODE[law][coded]
    return linear


def _scaled(factor: float) -> Bytes:
    return np.stack([encode((DECODE[law] * factor).astype(np.int16), law) for law in (A, MU)])


def _across() -> Bytes:
    table = np.empty((2, 2, 256), np.uint8)
    for source in (A, MU):
        for target in (A, MU):
            table[source, target] = np.arange(256) if source == target else encode(DECODE[source], target)
    return table


HALVED: Bytes = _scaled(0.5)
"""(2, 256): the same sound 6 dB lower."""
ACROSS: Bytes = _across()
