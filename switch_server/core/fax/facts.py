"""Facts about faxes: what is asked, what the disk has kept, what a fax card reports. ``leg`` is the leg whose channel is on the fax card."""

from msgspec import Struct

from shared.fax import FaxId, FaxModem, FaxPriority, FaxResult, FaxState
from shared.ids import AccountNo, AgentId, CallId, CardId, CustomerId, LegId
from switch_server.core.words import Event


class FaxJob(Struct, frozen=True, kw_only=True):
    """A fax to be sent, with all that a new start of the switch needs to go on. Times are UTC seconds.

    ``by``: who asked: ``agent:NAME``, ``operator:NAME``, ``caller``. ``call``: the call in which it was asked for.
    """

    fax: FaxId
    number: str
    document: str
    """Path of the pages (TIFF class F), header line included."""
    pages: int
    by: str
    title: str = ""
    digest: str = ""
    """A hash of the document that was asked for, without header line and cover sheet, so that the same fax asked twice is found."""
    priority: FaxPriority = FaxPriority.NORMAL
    created: float = 0.0
    not_before: float = 0.0
    customer: CustomerId | None = None
    account: AccountNo | None = None
    agent: AgentId | None = None
    group: str = ""
    call: CallId | None = None
    pages_done: int = 0
    """Pages that the far machine has confirmed: the next try begins after them."""
    seconds: float = 0.0
    """Of the tries so far, from dialling to the end of each."""
    dials: int = 0
    """Sessions that were begun, also those that a stop of the switch ended."""
    tries: int = 0
    """Of these, the ones that count for ``FaxRetries.most``."""
    same: int = 0
    """Tries in a row that ended with ``last``."""
    last: FaxResult | None = None
    fastest: FaxModem = FaxModem.V17
    """The fastest modem that the next try may use."""


class FaxAsked(Event, frozen=True):
    """Somebody asks for a fax. Answered by ``FaxAnswered``; accepted only after ``FaxKept``.

    ``live``: the call on which it is to be sent, whose far end is a fax machine. Where that is not possible, or ends early, it is sent to
    ``job.number`` by a new call; an empty number: it has failed.
    """

    job: FaxJob
    live: CallId | None = None


class FaxKept(Event, frozen=True):
    """Answer to ``KeepFax``: the row is on disk."""

    fax: FaxId


class FaxKeepFailed(Event, frozen=True):
    """Answer to ``KeepFax``: the store did not take the row."""

    fax: FaxId


class FaxesRecovered(Event, frozen=True):
    """At start, from the store: the faxes that are still to be sent."""

    jobs: tuple[FaxJob, ...]


class FaxCancelAsked(Event, frozen=True):
    """``by``: as ``FaxJob.by``. Has no effect on a fax that is not waiting or being sent."""

    fax: FaxId
    by: str


class FaxRetryAsked(Event, frozen=True):
    """A fax that has failed or was cancelled (``was``) is tried anew: ``job`` is from the store, with its confirmed pages and no tries."""

    job: FaxJob
    by: str
    was: FaxState = FaxState.FAILED


class FaxSpoolChanged(Event, frozen=True):
    """The space for faxes on the disk is used up, or there is room again."""

    full: bool


class FaxPlaced(Event, frozen=True):
    """The journal's form of a choice that depends on other calls: the fax card (``None``: there was none) for the call's move number ``number``.

    A replay handles these before all other events.
    """

    call: CallId
    number: int
    card: CardId | None


class FaxBegun(Event, frozen=True):
    """The decision to send a fax on a live call, as an event of that call; in a replay it comes from the journal."""

    call: CallId
    fax: FaxId
    document: str
    first_page: int
    fastest: FaxModem = FaxModem.V17


class FaxDocumentMade(Event, frozen=True):
    """Answer to ``MakeFaxDocument``. ``fax``: an id for the fax; ``pages`` 0: the document can't be made.

    ``asked_in`` is the call; a replay of the call does not need this fact, since ``FaxBegun`` or ``FaxOutcome`` follows from it.
    """

    asked_in: CallId
    fax: FaxId
    document: str = ""
    pages: int = 0
    title: str = ""


class FaxOutcome(Event, frozen=True):
    """What became of the fax for which the call's walk waits, as an event of that call: ``sent`` or ``failed``. In a replay it comes from the journal."""

    call: CallId
    outcome: str


class FaxStopped(Event, frozen=True):
    """The fax of the call was cancelled, as an event of that call; in a replay it comes from the journal."""

    call: CallId


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


FaxFact = (
    FaxAsked | FaxKept | FaxKeepFailed | FaxesRecovered | FaxCancelAsked | FaxRetryAsked | FaxSpoolChanged | FaxPlaced | FaxBegun | FaxStopped
    | FaxDocumentMade | FaxOutcome
)  # fmt: skip
"""Facts that concern no leg."""
FaxLegFact = FaxConnected | FaxPage | FaxEnded | FaxToneHeard
