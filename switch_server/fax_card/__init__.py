"""The fax card: a process whose channels send and receive faxes by ITU-T T.30, over G.711 (RTP) or over UDPTL (ITU-T T.38).

T.30 and the modems are spandsp's (``library.py``), RTP, UDPTL and the channels are here. Commands and events: ``switch_server.core.words.fax``
and, for channels, ``switch_server.core.words.media``. The switch's end of the control socket is in ``switch_server.adapters.cards``.

Errors: ``FaxCardError`` is the root of ``NoSpandsp`` (the library is missing, or another version).
"""

FRAME = 160
"""Samples, and G.711 bytes, of a 20 ms frame at 8 kHz."""


class FaxCardError(Exception):
    """Root of the fax card's errors."""


class NoSpandsp(FaxCardError):  # noqa: N818  # the text says what is missing
    """spandsp can't be used; the text says why, and what to install."""
