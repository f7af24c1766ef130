"""The voice card: a process that runs up to about 1,000 G.711 channels as rows of numpy arrays on a 20 ms tick.

The card handles channels, one for each leg, and has no calls, menus or agents. Its commands and events are defined in
``switch_server.core.words.media``; the switch's end of the control socket is in ``switch_server.adapters.cards``.

Errors: ``CardError`` is the root of ``NoSegment`` (no prompt folder has the segment), ``BadWave`` (the file is no WAV that a card can
play) and ``PortsFull``.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported: BLAS threads double the cost of small products

FRAME = 160
"""Samples, and G.711 bytes, of a 20 ms frame at 8 kHz."""
TICK_NS = 20_000_000
TICKS_A_SECOND = 50


class CardError(Exception):
    """Root of the card's errors."""


class NoSegment(CardError):  # noqa: N818  # named by the contract
    """A play list names a segment that no prompt folder has."""


class BadWave(CardError):  # noqa: N818
    """A prompt file that is not 8 kHz mono A-law, µ-law or 16-bit PCM WAV."""


class PortsFull(CardError):  # noqa: N818
    """No UDP port can be had for a channel."""
