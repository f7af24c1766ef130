"""Facts about faxes, from the cards. ``leg`` is the leg whose channel is on the fax card."""

from shared.fax import FaxId, FaxModem, FaxResult
from shared.ids import LegId
from switch_server.core.words import Event


class FaxConnected(Event, frozen=True):
    """Phase B is over: the far machine is known. ``bit_rate``: bit/s."""

    leg: LegId
    fax: FaxId
    remote: str
    bit_rate: int
    ecm: bool
    t38: bool = False


class FaxPage(Event, frozen=True):
    """``pages``: confirmed (sending) or in the file (receiving), of this session so far."""

    leg: LegId
    fax: FaxId
    pages: int
    bit_rate: int
    resends: int
    bad_rows: int


class FaxEnded(Event, frozen=True):
    """The session is over, once for each that was begun (``words.fax.FaxEnded``)."""

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


class FaxToneHeard(Event, frozen=True):
    """A voice card has heard CNG: the far end is a fax machine that wants to send."""

    leg: LegId
