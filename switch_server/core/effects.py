"""Orders that the core gives to the world: one frozen class each; every adapter takes the group that is its own.

Card commands (``switch_server.core.media``) travel inside ``ToCard``. The shell carries effects out in the order given.
"""

from typing import Any

from msgspec import Struct

from shared import desk
from shared.aci import CancelOrder, PlaceOrder, Request
from shared.enums import EndCause
from shared.ids import AccountNo, AgentId, BranchId, CallId, CardId, CustomerId, LegId, OrderKey, TrunkName
from shared.secret import Secret
from switch_server.core.media import CardCommand, Near


class Effect(Struct, frozen=True, tag=True, tag_field="type"):
    """Root of all effects."""


# --- lines (SIP) ---


class LineEffect(Effect, frozen=True):
    """For ``ports.Lines``."""

    leg: LegId


class Ring(LineEffect, frozen=True):
    """180 Ringing; with ``near``, 183 Session Progress and early media."""

    near: Near | None = None


class Answer(LineEffect, frozen=True):
    """200 OK with our SDP. ``LegConfirmed`` follows on ACK, ``LegEnded`` if it never comes."""

    near: Near


class Reject(LineEffect, frozen=True):
    """Final response to a ``CallOffered``: 404, 486, 488, 500, 503. ``LegEnded`` follows with ``cause``."""

    sip_code: int
    cause: EndCause


class HangUp(LineEffect, frozen=True):
    """BYE, CANCEL or a final response, whichever the leg's state asks for. ``LegEnded`` follows with ``cause``."""

    cause: EndCause


class PlaceCall(LineEffect, frozen=True):
    """INVITE out over a trunk. ``LegRinging``, ``LegAnswered`` or ``LegEnded`` follow."""

    trunk: TrunkName
    ani: str
    dnis: str
    near: Near


class RingDesk(LineEffect, frozen=True):
    """INVITE to a desk's phone at ``contact`` (``shared.desk.VoiceContact``): ``ip:port``, with the leg's token in ``shared.desk.TOKEN_HEADER``,
    or ``phone:NAME``, where that has registered from.

    ``ani`` is what the phone may show; ``auto``: the agent asked for this call, so a phone that can answers by itself. Answered as
    ``PlaceCall`` is; a phone that can't be reached, or has not registered, is ``LegEnded(FAR_LOST)``.
    """

    contact: str
    ani: str
    near: Near
    auto: bool = False


class RefreshLeg(LineEffect, frozen=True):
    """Session refresh (re-INVITE with unchanged SDP): ``LegRefreshed``, or ``LegEnded(FAR_LOST)``."""


# --- cards ---


class ToCard(Effect, frozen=True):
    """For ``ports.Cards``."""

    card: CardId
    command: CardCommand


# --- accounts and branches ---


class FindAccount(Effect, frozen=True):
    """For ``ports.Store``: which branch is asked for the PIN, and has the call a try? Answered by ``AccountFound``.

    ``number``: whom the customer calls from or was called at; empty where it is withheld.
    """

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class CountWrongPin(Effect, frozen=True):
    """For ``ports.Store``: the call's try was a wrong PIN; answered by ``WrongPinCounted``."""

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class GiveBackPinTry(Effect, frozen=True):
    """For ``ports.Store``: the call's try, if it has one, was no wrong PIN. Not answered."""

    call: CallId


class AskBranch(Effect, frozen=True):
    """For ``ports.Branches``; answered by ``BranchAnswered`` always. ``pin`` is put into a ``LogIn`` when the frame is built."""

    call: CallId
    request: int
    branch: BranchId
    query: Request
    pin: Secret | None = None


# --- orders ---


class OrderContext(Struct, frozen=True):
    """Who gave the order and where it can be heard (DESIGN §7.6); offsets in ms into the recording."""

    call: CallId
    account: AccountNo
    branch: BranchId
    recording: str | None
    read_back_ms: int | None
    yes_ms: int | None
    agent: str | None = None


class JournalOrder(Effect, frozen=True):
    """For ``ports.OrderJournal``: make ``captured`` durable; answered by ``OrderJournalled`` or ``OrderJournalFailed``."""

    key: OrderKey
    order: PlaceOrder | CancelOrder
    context: OrderContext


class SendOrder(Effect, frozen=True):
    """For ``ports.Branches``, only after ``OrderJournalled``; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId
    order: PlaceOrder | CancelOrder


class Resolve(Effect, frozen=True):
    """For ``ports.Branches``: ask what became of a key; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId


class ReportOrigin(Struct, frozen=True):
    """Which report of which branch, and the account that it names. ``trade_date`` is ``YYYYMMDD``.

    ``held``: the core holds the order. Else the report only brings the journalled row up to date, and is had again after a restart.
    """

    branch: BranchId
    account: AccountNo
    trade_date: str
    seq: int
    held: bool


class RecordOrderState(Effect, frozen=True):
    """For ``ports.OrderJournal``: the order's state changed (history row). ``contract``, ``code`` where known.

    ``report``: the branch's report that changed it, where it was one. Such a row is written once for each report, and only where the
    order is of that branch and account.
    """

    key: OrderKey
    state: str
    event: str
    contract: str | None = None
    code: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None
    report: ReportOrigin | None = None


# --- desks ---


class TellDesk(Effect, frozen=True):
    """For ``ports.Desks``: ``SeatChanged``, ``CallChanged`` (each only when the value differs), ``Notice`` or ``LoggedOut`` for the agent's desk."""

    agent: AgentId
    report: desk.SeatChanged | desk.CallChanged | desk.Notice | desk.LoggedOut


class AnswerDesk(Effect, frozen=True):
    """For ``ports.Desks``: the answer to a ``DeskCommanded``, after what it changed has been told."""

    agent: AgentId
    request: int
    reply: desk.Done | desk.Refused


class ShowPop(Effect, frozen=True):
    """For ``ports.Desks``: a call has come to this agent (before its INVITE leaves), or what is known of the caller has changed."""

    agent: AgentId
    call: CallId
    number: str
    trunk: TrunkName
    account: AccountNo | None
    """The one whose PIN was keyed right."""
    customer: CustomerId | None
    trail: tuple[desk.TrailStep, ...]


class HidePop(Effect, frozen=True):
    """For ``ports.Desks``: the agent is done with the call (wrapped up, or another agent has it)."""

    agent: AgentId
    call: CallId


class FindCaller(Effect, frozen=True):
    """For ``ports.Store``: who calls from this number? Answered by ``CallerFound``, before the call can reach a queue."""

    call: CallId
    number: str


# --- records ---


class SaveRecord(Effect, frozen=True):
    """For ``ports.Store``: a row of ``table`` (calls, legs, recordings, contacts, talks, callbacks, queue_visits,
    seat_states) to insert or update by its primary key.

    Times are UTC seconds. The store knows the tables' columns and refuses others.
    """

    table: str
    row: dict[str, Any]


class Audit(Effect, frozen=True):
    """For ``ports.Store``: who did what, for the audit table."""

    actor: str
    action: str
    subject: str
    detail: str = ""


# --- the journal itself ---


class Transition(Effect, frozen=True):
    """Logged once, ``old -> event -> new``. ``machine``: leg, call, ivr, order, seat; ``subject`` its id. ``new="illegal"``/``"ignored"`` are counted."""

    machine: str
    subject: str
    old: str
    event: str
    new: str
