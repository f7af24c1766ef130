# Over 400 lines: one list of all facts, in one place.
"""Facts that reach the core: one frozen class each.

``Switch.handle`` takes these and nothing else. They are written to the event journal as they come, but for ``DigitPressed`` (a key is
journalled, as ``DigitUsed``, when the flow takes it, so that a PIN's digits never are), for ``PhoneTold`` (each 5 s; a repair is a
``DeskGone``), and for the keys and the note of an agent's command. What is written, when and in which order is the
core's business (``Switch``'s ``journal``), since a replay depends on it.
"""

from msgspec import Struct

from shared.aci import OrderReport, PlaceOrder, Reply
from shared.desk import AnyCommand, AnyTarget
from shared.enums import CallKind, DigitMode, EndCause, ListenMode, LockReason, PlayEnd, Role
from shared.ids import (
    AccountNo,
    AgentId,
    BranchId,
    CallId,
    CardId,
    CustomerId,
    DeskId,
    LegId,
    OrderKey,
    QueueName,
    RecordingId,
    SkillName,
    TrunkName,
)
from shared.secret import Secret
from switch_server.core.config import SwitchConfig
from switch_server.core.flow import Flow
from switch_server.core.media import Far, MediaStats, Near


class Event(Struct, frozen=True, tag=True, tag_field="type"):
    """Root of all events."""


# --- lines (SIP) ---


class CallOffered(Event, frozen=True):
    """INVITE from a trunk that may call us. Answered by ``Reject`` or ``Ring``/``Answer``. ``far=None``: no common codec in the offer."""

    leg: LegId
    trunk: TrunkName
    ani: str
    dnis: str
    far: Far | None


class LegRinging(Event, frozen=True):
    """180 or 183 on a leg that we placed; ``far`` is there with early media."""

    leg: LegId
    far: Far | None = None


class LegAnswered(Event, frozen=True):
    """200 OK on a leg that we placed."""

    leg: LegId
    far: Far


class LegConfirmed(Event, frozen=True):
    """ACK for our 200 OK: the caller's leg is up."""

    leg: LegId


class LegChanged(Event, frozen=True):
    """The far end's re-INVITE or UPDATE, already answered by the lines: hold, other address, other law."""

    leg: LegId
    far: Far


class LegRefreshed(Event, frozen=True):
    """The far end answered a session refresh: it lives."""

    leg: LegId


class LegEnded(Event, frozen=True):
    """BYE, CANCEL, failure or time-out; the line is free. Told exactly once for each leg, also for those that we hang up or reject."""

    leg: LegId
    cause: EndCause
    sip_code: int = 0


class DigitPressed(Event, frozen=True):
    """One key. From the card (RFC 4733, in-band) or the lines (INFO). Never journalled in this form."""

    leg: LegId
    digit: Secret
    way: DigitMode
    recording_ms: int | None = None


# --- cards ---


class CardUp(Event, frozen=True):
    card: CardId
    channels: int


class CardDied(Event, frozen=True):
    """All its channels are gone without further events."""

    card: CardId
    reason: str


class ChannelOpened(Event, frozen=True):
    leg: LegId
    near: Near


class ChannelFailed(Event, frozen=True):
    leg: LegId
    reason: str


class ChannelClosed(Event, frozen=True):
    leg: LegId
    stats: MediaStats


class PlayEnded(Event, frozen=True):
    leg: LegId
    play: int
    reason: PlayEnd
    played_ms: int


class MediaSilent(Event, frozen=True):
    leg: LegId
    seconds: int


class RecordingEnded(Event, frozen=True):
    leg: LegId
    recording: RecordingId
    cause: str
    duration_ms: int
    text: str = ""


# --- accounts and branches ---


class AccountFound(Event, frozen=True):
    """Answer to ``FindAccount``; ``branch=None``: no such account at any branch.

    ``locked``: the account is. ``number_locked``: no PIN is tried from this calling number any more today. ``busy``: the tries that are
    left today are being made by other calls. Otherwise the call has one of them.
    """

    call: CallId
    request: int
    account: AccountNo
    branch: BranchId | None
    customer: CustomerId | None = None
    locked: bool = False
    number_locked: bool = False
    busy: bool = False


class WrongPinCounted(Event, frozen=True):
    """Answer to ``CountWrongPin``: wrong PINs of this account today over the phone, and whether it, or the calling number, is locked."""

    call: CallId
    request: int
    failures_today: int
    locked: bool
    number_locked: bool = False


class BranchAnswered(Event, frozen=True):
    """Answer to ``AskBranch``; a branch that is down or slow is a ``Refused`` with that code."""

    call: CallId
    request: int
    reply: Reply


class BranchUp(Event, frozen=True):
    branch: BranchId


class BranchDown(Event, frozen=True):
    branch: BranchId


# --- orders ---


class OrderJournalled(Event, frozen=True):
    """``captured`` is durable: now it may be sent."""

    key: OrderKey


class OrderJournalFailed(Event, frozen=True):
    key: OrderKey
    text: str


class OrderAnswered(Event, frozen=True):
    """``OrderAccepted | OrderRefused | OrderVoid | OrderPending`` to a send or a resolve."""

    key: OrderKey
    reply: Reply


class OrderSilent(Event, frozen=True):
    """No answer to a send or a resolve in time, or the link broke meanwhile. ``never_left``: the frame surely was not sent."""

    key: OrderKey
    never_left: bool = False


class OrderReported(Event, frozen=True):
    branch: BranchId
    report: OrderReport


class OrderRecovered(Event, frozen=True):
    """At start, from the journal: an order without a final answer. ``order`` is a ``PlaceOrder`` or ``CancelOrder`` as captured."""

    key: OrderKey
    call: CallId
    branch: BranchId
    order: PlaceOrder | None
    cancels: str | None = None


# --- desks ---


class AgentOnline(Event, frozen=True):
    """Logged in, or back after the link was lost; password or session have been checked. A seat that comes back keeps its state.

    ``anew``: by password. A seat that the core still knows is locked then, after its talk if there is one.
    """

    agent: AgentId
    name: str
    desk: DeskId
    contact: str
    """``shared.desk.VoiceContact``: the app's phone, or a desk phone."""
    role: Role = Role.AGENT
    skills: dict[SkillName, int] = {}
    """Level of each, 1 and more."""
    calls_today: int = 0
    lock: LockReason | None = None
    """That a seat had when the switch was stopped or killed: it gets it back. Of a seat that the core knows it means nothing."""
    group: str = ""
    anew: bool = False


class AgentSkilled(Event, frozen=True):
    """The operator changed what an agent can do."""

    agent: AgentId
    name: str
    role: Role
    skills: dict[SkillName, int]
    group: str = ""


class AgentOffline(Event, frozen=True):
    """Logged out on purpose. ``code``: ``logged_out``, or a ``LoggedOut`` code; a talk that runs goes to the next agent."""

    agent: AgentId
    code: str = "logged_out"


class DeskDown(Event, frozen=True):
    """The desk's link is gone; ``AgentOnline`` may follow."""

    agent: AgentId


class DeskCommanded(Event, frozen=True):
    """Answered by ``AnswerDesk``. ``call``: the one that the command names; for a ``Dial``, a fresh id for the call that it makes."""

    agent: AgentId
    request: int
    command: AnyCommand
    call: CallId | None = None


class PhoneTold(Event, frozen=True):
    """The legs that the desk's phone has (each 5 s and at each change): what differs twice running is repaired and counted."""

    agent: AgentId
    legs: tuple[LegId, ...]


class PopSeen(Event, frozen=True):
    """The pop stood on the agent's screen so many ms after the app heard of the ring."""

    agent: AgentId
    call: CallId
    after_ms: float


class CallerFound(Event, frozen=True):
    """Answer to ``FindCaller``: a customer of ours (``None``: nobody, or several), VIP, and when they last called (UTC seconds)."""

    call: CallId
    customer: CustomerId | None
    vip: bool = False
    last_call: float | None = None


class CallbackRecovered(Event, frozen=True):
    """At start, from the store: somebody still waits to be called back. ``id``: of the call in which they asked for it."""

    id: CallId
    queue: QueueName
    number: str
    since: float
    priority: int
    flow: str
    step: str
    tries: int = 0
    card: CardId | None = None


class CallbacksCounted(Event, frozen=True):
    """At start, from the store: how often each number has asked to be called back today (Asia/Shanghai)."""

    numbers: dict[str, int]


# --- operators ---


class HangUpOrdered(Event, frozen=True):
    """``switchctl calls hangup``."""

    call: CallId


class Draining(Event, frozen=True):
    """The switch is stopping: no new calls. Those that run are ended with ``SWITCH_STOPPED``, ``at_once`` or when it is told again."""

    at_once: bool = True


class DigitUsed(Event, frozen=True):
    """The journal's form of a key: written when a menu or an input took it; ``digit`` is ``•`` in a secret input.

    Replay feeds it in place of the ``DigitPressed`` that led to it. Empty: a waiting key cut a prompt short, and is still waiting.
    """

    leg: LegId
    digit: str
    recording_ms: int | None = None


class LegPlaced(Event, frozen=True):
    """The journal's form of a choice that other calls had a part in: the card of a leg, or ``None`` where no line or channel was free.

    Replay feeds it before all else.
    """

    leg: LegId
    card: CardId | None


class AgentAssigned(Event, frozen=True):
    """The journal's form of the core's choice: this desk is asked to take the call. ``ring``: seconds.

    ``by``: the seat's leg for which a queue was asked (``Consulted``). ``auto``: a supervisor took the call out of order.
    """

    call: CallId
    leg: LegId
    agent: AgentId
    kind: CallKind
    contact: str
    ring: float
    queue: QueueName | None = None
    waited: float = 0.0
    by: LegId | None = None
    auto: bool = False


class Consulted(Event, frozen=True):
    """The journal's form of a ``Consult`` that was taken. ``by``: the seat's leg; ``leg``: of who is dialled, where there is one.

    ``contact``: of the seat that rings; ``trunk`` and ``ani``: of an outside number.
    """

    call: CallId
    by: LegId
    target: AnyTarget
    leg: LegId
    contact: str = ""
    trunk: TrunkName | None = None
    ani: str = ""


class ListenerCame(Event, frozen=True):
    """The journal's form of a ``Monitor`` that was taken. ``target``: the leg of the seat that is listened to."""

    call: CallId
    leg: LegId
    agent: AgentId
    contact: str
    target: LegId
    mode: ListenMode


class DeskGone(Event, frozen=True):
    """The journal's form of what became of the seat (log-out, lost link, repair, or it listens to another call: ``refused``).

    ``outcome``: a ``core.talk.Outcome``.
    """

    call: CallId
    leg: LegId
    outcome: str


class QueueJudged(Event, frozen=True):
    """The journal's form of the answer to a call's ``number``-th wish to wait: ``open``, ``closed`` or ``full``. Fed before all else."""

    call: CallId
    number: int
    verdict: str


class CallbackJudged(Event, frozen=True):
    """The journal's form of the answer to a call's ``number``-th wish to be called back (``core.callbacks.Verdict``). Fed before all else."""

    call: CallId
    number: int
    verdict: str


class DialledOut(Event, frozen=True):
    """The journal's form of an agent's ``Dial`` or ``CallSeat`` that was taken: a call is made, its desk rings first. ``ani``: the number we show.

    Seat to seat: ``trunk`` is ``desk``, ``number`` the agent who is called, ``callee`` the ``ip:port`` of their phone; empty: they are busy.
    """

    call: CallId
    agent: AgentId
    contact: str
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    callee: str = ""


class CallbackDialled(Event, frozen=True):
    """The journal's form of a callback whose turn has come. ``of``: the call in which it was asked for; it keeps ``priority`` and ``since``."""

    call: CallId
    of: CallId
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    flow: str
    step: str
    queue: QueueName
    priority: int
    since: float


class Configured(Event, frozen=True):
    """At start and at each reload. Calls that run keep the flow they began with."""

    config: SwitchConfig
    flows: tuple[Flow, ...]
