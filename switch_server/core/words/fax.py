"""The protocol between the switch and a fax card: the voice card's (``words.media``) without plays and patches, with these commands and events.

A fax card's channel is opened, changed and closed as a voice card's. It sends silence until ``SendFax`` or ``ReceiveFax`` begins a T.30 session
(ITU-T T.30), over G.711 or, where the far end's media is ``Far.t38``, over UDPTL (ITU-T T.38 (09/2010)).
"""

from typing import Final

from msgspec import Struct

from shared.fax import FaxId, FaxModem, FaxResult
from shared.ids import LegId
from switch_server.core.words.media import CardCommand, CardEvent

FAX: Final = "fax"
"""The kind of card whose channels send and receive faxes."""


class FaxSettings(Struct, frozen=True):
    """What our machine says and allows. ``ident``: TSI or CSI, at most 20 of ``+0-9`` and space. ``ecm``: error correction (T.30 annex A)."""

    ident: str = ""
    ecm: bool = True
    fastest: FaxModem = FaxModem.V17


class SendFax(CardCommand, frozen=True):
    """Sends the pages of ``path`` (TIFF class F, ``docs/fax.md``) from ``first_page`` (0: the first) on. Ends with ``FaxEnded``.

    Our machine acts as the calling one (CNG, then DCS after the far machine's DIS), also on a call that the far end has placed: its user presses
    start, and the far machine answers as the called one (T.30 §3.1.2, manual receiving).
    """

    leg: LegId
    fax: FaxId
    path: str
    first_page: int = 0
    settings: FaxSettings = FaxSettings()


class ReceiveFax(CardCommand, frozen=True):
    """Answers with CED and DIS, and writes the pages to ``path`` (a new file). Ends with ``FaxEnded``; what was received till then stays in the file."""

    leg: LegId
    fax: FaxId
    path: str
    settings: FaxSettings = FaxSettings()


class StopFax(CardCommand, frozen=True):
    """Ends the session of the leg (DCN), then ``FaxEnded`` with ``FaxResult.STOPPED``. Has no effect where there is none."""

    leg: LegId


class FaxConnected(CardEvent, frozen=True):
    """Phase B is over: the far machine is known. ``bit_rate``: bit/s."""

    leg: LegId
    fax: FaxId
    remote: str
    bit_rate: int
    ecm: bool
    t38: bool = False


class FaxPage(CardEvent, frozen=True):
    """The far end has confirmed a page (sending), or a page is in the file (receiving). ``pages``: of this session so far."""

    leg: LegId
    fax: FaxId
    pages: int
    bit_rate: int
    resends: int
    """Frames that were sent or asked for again (ECM)."""
    bad_rows: int


class FaxEnded(CardEvent, frozen=True):
    """The session is over, once for each ``SendFax`` and ``ReceiveFax``; the line should be hung up, or given back to the voice.

    ``pages``: confirmed or received in this session. ``t30``: spandsp's completion code, for the record (``resources/`` has its words).
    """

    leg: LegId
    fax: FaxId
    result: FaxResult
    t30: int
    pages: int
    remote: str = ""
    bit_rate: int = 0
    modem: FaxModem | None = None
    ecm: bool = False
    resends: int = 0
    t38: bool = False


class FaxToneHeard(CardEvent, frozen=True):
    """A voice card's: CNG (1,100 Hz, 0.5 s of every 3.5 s, T.30 §4.2) has come from the far end. Told once for each channel."""

    leg: LegId


FAX_COMMANDS = (SendFax, ReceiveFax, StopFax)
FAX_EVENTS = (FaxConnected, FaxPage, FaxEnded, FaxToneHeard)
