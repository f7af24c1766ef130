# Over 400 lines: the messages of one link, all data, to be read from top to bottom as the protocol's document.
"""Desk: the requests of an agent's desk (agent-app 座席软件) to the switch, and the switch's replies and reports.

On the wire: ``shared.codec`` frames over a CURVE link (``shared.link``); the desk connects, with its desk key.
Requests and reports are different types; each request gets exactly one ``Reply`` (``Refused`` where the switch refuses).

State travels as whole values: a ``DeskSnapshot`` is everything that a desk shows, and each report replaces one field of the snapshot
(by ``applied``, on both sides). So a lost, doubled or late report has no lasting effect: after a gap the desk asks for a snapshot.
Times are UTC seconds by the switch's clock; ``DeskSnapshot.at`` and ``LoggedIn.snapshot.at`` show a desk the error of its own clock.
Money is fen, prices 1/1000 yuan. Texts from customers or agents are plain text, at most ``TEXT_MAX`` characters, and never markup.
"""

import re
from enum import StrEnum
from typing import Annotated, assert_never

from msgspec import Meta, Struct
from msgspec.structs import replace

from shared.aci import Funds, Holding, OrderRow
from shared.bounds import (
    LEGS_MAX,
    AccountRef,
    AgentRef,
    CallRef,
    CustomerRef,
    LegRef,
    Line,
    Offset,
    QueueRef,
    TicketRef,
)
from shared.enums import CallKind, HangingUp, Language, ListenMode, LockReason, PartyState, Role, SeatState
from shared.ids import AccountNo, AgentId, BranchId, CallId, CustomerId, DeskId, LegId, QueueName, TicketId

TEXT_MAX = 4000
PART_BYTES = 256 * 1024
TOKEN_HEADER = "X-Huawu-Token"  # noqa: S105  a header's name
"""SIP header of the switch's INVITE to a desk's phone; the phone accepts no INVITE without the token of the reported call."""
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(max_length=64)]
Number = Annotated[str, Meta(pattern=r"^[0-9*#+]{1,32}\Z")]
VoiceContact = Annotated[str, Meta(pattern=r"^([0-9.]{7,15}:[0-9]{1,5}|phone:[A-Za-z0-9_-]{1,32})\Z")]
"""Where the seat's voice is: ``ip:port`` of the app's own phone, or ``phone:NAME`` of a desk phone (话机) that registers at the switch."""


_PHONE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def is_phone_name(text: str) -> bool:
    """Whether ``text`` may be a desk phone's name."""
    return _PHONE_NAME.fullmatch(text) is not None


def desk_phone(contact: str) -> str | None:
    """The name in ``phone:NAME``; ``None`` if the contact is the app's own phone."""
    scheme, colon, name = contact.partition(":")
    return name if colon and scheme == "phone" else None


class Message(Struct, frozen=True, tag=True, tag_field="type", forbid_unknown_fields=False):
    """The root of all messages on a desk's link. Unknown fields are ignored, unknown types are answered ``unsupported``."""


class Request(Message, frozen=True):
    """Desk to switch."""


class Reply(Message, frozen=True):
    """Switch to desk, to one request."""


class Report(Message, frozen=True):
    """Switch to desk, unasked, numbered. Replaces a part of the ``DeskSnapshot``, or is a notice."""


class Told(Message, frozen=True):
    """Desk to switch, unasked, numbered."""


# --- the state that a desk shows ---


class Seat(Struct, frozen=True):
    """座席. ``since``: of ``state``. ``reason``: why the seat is locked, or (in a call) will be locked after the call."""

    agent: AgentId
    name: str
    role: Role
    desk: DeskId
    state: SeatState
    since: float
    reason: LockReason | None = None
    lock_next: LockReason | None = None
    """Requested during a call: takes effect after the call."""
    wrap_up_until: float | None = None
    wrap_up_call: CallId | None = None
    """The call without a disposition so far; stays after the wrap-up time, until the next call."""
    calls_today: int = 0


# --- targets of a desk; ``kind`` tells them apart on the wire ---


class Target(Struct, frozen=True, tag_field="kind", forbid_unknown_fields=False):
    """The root of the targets of a consult or a transfer."""


class ToSeat(Target, frozen=True, tag="seat"):
    """内部: another agent's seat."""

    agent: AgentRef


class ToQueue(Target, frozen=True, tag="queue"):
    """The next agent of a queue."""

    queue: QueueRef


class ToNumber(Target, frozen=True, tag="number"):
    """外线: an outside number, over the trunk that the rules choose."""

    number: Number


class ToMenu(Target, frozen=True, tag="menu"):
    """A flow of the IVR, from its beginning. The agent can't talk to a flow: hanging up hands the customer over."""

    flow: Name


class ToPin(Target, frozen=True, tag="pin"):
    """The customer keys account and PIN to the IVR, unheard and unrecorded, and returns with the result (passed or failed) only."""


AnyTarget = ToSeat | ToQueue | ToNumber | ToMenu | ToPin


class Party(Struct, frozen=True):
    """Another party of this seat's call. ``kind``: ``customer``, ``seat``, ``outside``, ``queue``, ``menu``, ``pin``, ``listener``.

    ``name``: an agent's, a queue's or a flow's id; ``number``: a telephone number. ``since``: of ``state``, UTC seconds.
    ``leg`` is empty if the party has no leg yet.
    """

    leg: LegId
    kind: str
    name: str
    number: str
    state: PartyState
    since: float


class CameBack(StrEnum):
    """Why the last party that this seat asked is not in the call, unless the call was handed to that party; the window shows it."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_OPEN = "not_open"  # the seat is locked, in a call or not logged in; the queue is closed or full
    NO_LINE = "no_line"
    HUNG_UP = "hung_up"  # after a talk with this seat
    CANCELLED = "cancelled"  # 返回
    PIN_PASSED = "pin_passed"
    PIN_FAILED = "pin_failed"


class DeskCall(Struct, frozen=True):
    """The call that the seat has now. ``state``: ``ringing``, ``dialling``, ``talking``, ``holding``, ``consulting``, ``conference``
    or ``monitoring``.
    """

    call: CallId
    leg: LegId
    token: str
    """The phone accepts the INVITE that carries this token in ``TOKEN_HEADER``, and no other INVITE."""
    auto: bool
    """The phone answers at once: the agent asked for this call."""
    kind: CallKind
    state: SeatState
    hanging_up: HangingUp
    """The effect of ``HangUp`` now."""
    number: str
    """The number of the other side."""
    dnis: str
    queue: QueueName | None
    waited: float
    """Seconds in the queue before this seat rang."""
    rang_at: float
    answered_at: float | None = None
    held_at: float | None = None
    """Since when the customer waits: on hold, or while the agent talks to another party."""
    parties: tuple[Party, ...] = ()
    """All other parties of the call, in the order in which they came. ``consulting``: the customer and the asked party; ``Swap`` changes which
    of the two is ``talking``."""
    came_back: CameBack | None = None
    busy: AgentId | None = None
    """The busy agent whom this internal call is for: this seat hears the busy tone, and a supervisor may press ``Monitor``."""
    listening: ListenMode | None = None
    """Set if a supervisor at this seat takes part in another seat's call; ``target`` is that seat."""
    target: AgentId | None = None


class TrailStep(Struct, frozen=True):
    """A step of the caller's way through the IVR. ``title``: the flow's name for the step, per language."""

    at: float
    step: str
    title: dict[Language, str]


class Contact(Struct, frozen=True):
    """A row of a customer's history, over any channel (``phone``, ``sms``, ``fax``, ``mail``, ``voicemail``)."""

    id: str
    channel: str
    direction: str
    at: float
    number: str = ""
    agent: AgentId | None = None
    agent_name: str = ""
    seconds: float = 0.0
    disposition: str = ""
    summary: str = ""
    call: CallId | None = None
    recording: bool = False
    """There is a recording that this agent may play."""


class Ticket(Struct, frozen=True):
    """工单: a customer's open problem, kept over several calls. ``state``: ``open``, ``waiting``, ``closed``."""

    id: TicketId
    customer: CustomerId
    title: str
    state: str
    opened_at: float
    opened_by: AgentId
    updated_at: float
    text: str = ""
    """All notes so far, the newest last; each begins with a line of time and agent."""
    call: CallId | None = None


class AccountFacts(Struct, frozen=True):
    """资金账号 at its branch. ``pending``: asked, not answered yet; ``problem``: a ``shared.enums.Refusal`` if the branch refused."""

    account: AccountNo
    branch: BranchId
    branch_name: dict[Language, str]
    locked: bool = False
    pending: bool = False
    problem: str = ""
    funds: Funds | None = None
    holdings: tuple[Holding, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    asked_at: float | None = None


class CustomerCard(Struct, frozen=True):
    id: CustomerId
    name: str
    phones: tuple[str, ...] = ()
    vip: bool = False
    language: Language = Language.ZH
    accounts: tuple[AccountFacts, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tickets: tuple[Ticket, ...] = ()


class Pop(Struct, frozen=True):
    """Screen pop (来电弹屏): the known facts of the caller, completed as answers arrive."""

    call: CallId
    number: str
    place: str
    """The place of the number, if the number shows it (trunk's group, or ``""``)."""
    verified: AccountNo | None
    """The account whose PIN the caller keyed correctly in this call."""
    trail: tuple[TrailStep, ...] = ()
    customer: CustomerCard | None = None
    others: tuple[CustomerCard, ...] = ()
    """Other customers with this telephone number (without contacts and tickets)."""
    pending: bool = True
    """The store has not answered yet; branches have their own ``pending``."""


class QueueRow(Struct, frozen=True):
    queue: QueueName
    title: dict[Language, str]
    waiting: int
    longest: float
    """Seconds."""
    open_seats: int
    seats: int


class Choice(Struct, frozen=True):
    """A disposition (话务小结) that an agent may choose, with its text per language."""

    id: str
    title: dict[Language, str]


class DeskSnapshot(Reply, frozen=True):
    """Everything that a desk shows. ``seat=None``: no agent is logged in on this link."""

    at: float
    seat: Seat | None = None
    call: DeskCall | None = None
    pop: Pop | None = None
    queues: tuple[QueueRow, ...] = ()
    dispositions: tuple[Choice, ...] = ()


# --- reports ---


class SeatChanged(Report, frozen=True):
    seat: Seat | None


class CallChanged(Report, frozen=True):
    call: DeskCall | None


class PopChanged(Report, frozen=True):
    """``None``: no pop any more (the seat is open again, or took another call)."""

    pop: Pop | None


class QueuesChanged(Report, frozen=True):
    queues: tuple[QueueRow, ...]


class LoggedOut(Report, frozen=True):
    """The switch ended the log-in: the session token is void. ``code``: ``operator``, ``displaced``, ``removed``."""

    code: str


class Notice(Report, frozen=True):
    """A supervisor's message to the agent, a supervisor's change of the seat, or the failure of a dialled call; shown until it is read, and
    no part of a snapshot.

    ``code``: ``message``, ``opened``, ``locked``, ``intercepted``, ``skills``; ``sender`` is the supervisor's name.
    ``dial_busy``, ``dial_no_answer``, ``dial_refused``, ``dial_no_line``; ``sender`` is the dialled number or agent.
    """

    at: float
    code: str
    sender: str
    text: Text = ""


REPORTS: tuple[type[Report], ...] = (SeatChanged, CallChanged, PopChanged, QueuesChanged, LoggedOut, Notice)
StateReport = SeatChanged | CallChanged | PopChanged | QueuesChanged | LoggedOut


def applied(snapshot: DeskSnapshot, report: StateReport) -> DeskSnapshot:
    """The snapshot after a report; the desk's model and the tests use this function."""
    match report:
        case SeatChanged(seat):
            return replace(snapshot, seat=seat)
        case CallChanged(call):
            return replace(snapshot, call=call)
        case PopChanged(pop):
            return replace(snapshot, pop=pop)
        case QueuesChanged(queues):
            return replace(snapshot, queues=queues)
        case LoggedOut():
            return DeskSnapshot(at=snapshot.at, dispositions=snapshot.dispositions)
        case _:
            assert_never(report)


# --- log-in ---


class LogIn(Request, frozen=True):
    """Answered by ``LoggedIn`` or ``Refused``. ``contact``: ``ip:port`` of the app's phone, to which INVITEs go, or
    ``phone:NAME`` of a desk phone.

    ``take_over``: ends this agent's log-in at another desk (refused while the agent has a call).
    """

    agent: Name
    password: Annotated[str, Meta(max_length=256)]
    contact: VoiceContact
    take_over: bool = False

    def __repr__(self) -> str:
        return f"LogIn(agent={self.agent!r}, password=••••)"


class Resume(Request, frozen=True):
    """Sent after a reconnect in place of the password. Answered like ``LogIn``; after ``Refused(SESSION_OVER)`` the password is needed."""

    session: Annotated[str, Meta(max_length=128)]
    contact: VoiceContact

    def __repr__(self) -> str:
        return "Resume(session=••••)"


class LogOut(Request, frozen=True):
    """Answered by ``Done``; refused in a call."""


class ChangePassword(Request, frozen=True):
    """Answered by ``Done``. A new password has 8 characters or more."""

    old: Annotated[str, Meta(max_length=256)]
    new: Annotated[str, Meta(max_length=256)]

    def __repr__(self) -> str:
        return "ChangePassword(••••)"


# --- commands: the core decides; ``call`` is the call that the agent meant, so that a late click has no effect on the next call ---


class Command(Request, frozen=True):
    """Answered by ``Done`` or ``Refused``, after the change has been reported."""


class OpenSeat(Command, frozen=True):
    """座席开放."""


class LockSeat(Command, frozen=True):
    """座席闭锁; in a call it takes effect after the call."""

    reason: LockReason = LockReason.BREAK


class HangUp(Command, frozen=True):
    """Hangs up. ``means``: the effect that the agent was shown (``DeskCall.hanging_up``).

    ``refuse``: the next agent is asked, and this seat is locked with ``NO_ANSWER``. ``give_up``: ends the dialled call.
    ``end``: ends the talk. ``leave``: the other parties go on. ``hand_over``: joins the waiting party to the asked party, which may still ring
    (呼叫转移). ``stop_listening``: leaves unnoticed. Refused with ``WRONG_STATE`` if hanging up has another effect by now, such as ending the
    talk with a customer who was to be handed to a party that has just gone.
    """

    call: CallRef
    means: HangingUp


class Hold(Command, frozen=True):
    """The other side hears music, the agent nothing."""

    call: CallRef


class Retrieve(Command, frozen=True):
    call: CallRef


class Dial(Command, frozen=True):
    """Dials a number. Only from an open or locked seat, or in wrap-up; during a talk ``Consult`` is used."""

    number: Number


class CallSeat(Command, frozen=True):
    """内部呼叫: calls another seat. From the same states as ``Dial``. A busy seat gives the busy tone (``DeskCall.busy``)."""

    agent: AgentRef


class Consult(Command, frozen=True):
    """Puts this seat's group on hold and asks another party. From ``talking``, ``holding`` or ``conference``."""

    call: CallRef
    target: AnyTarget


class Return(Command, frozen=True):
    """返回: gives up the asked party and returns to the waiting one. From ``consulting``; in a dialled call it ends the call."""

    call: CallRef


class Swap(Command, frozen=True):
    """呼叫切换: talks to the waiting party; the other party waits. From ``consulting``, once the asked party has answered."""

    call: CallRef


class Join(Command, frozen=True):
    """三方通话: all parties hear each other. From the same states as ``Swap``."""

    call: CallRef


class DropParty(Command, frozen=True):
    """Removes a party from a conference (not the customer)."""

    call: CallRef
    leg: LegRef


class Monitor(Command, frozen=True):
    """同步监听: joins the call of a busy seat. For supervisors; from the same states as ``Dial``, or while that seat gives the busy tone."""

    agent: AgentRef
    mode: ListenMode = ListenMode.MONITOR


class Listen(Command, frozen=True):
    """Changes the way of listening in the monitored call: monitor, whisper (耳语), barge (强插)."""

    call: CallRef
    mode: ListenMode


class Intercept(Command, frozen=True):
    """呼叫拦截: from ``monitoring``; this seat gets the call, and the other agent's seat goes to wrap-up. The customer hears no gap."""

    call: CallRef


class TakeWaiting(Command, frozen=True):
    """A supervisor gives a waiting caller, out of order, to an open seat (``None``: the supervisor's own seat, open or locked)."""

    call: CallRef
    agent: AgentRef | None = None


class ForceSeat(Command, frozen=True):
    """A supervisor opens, locks or logs out a seat. Audited; the agent gets a ``Notice``."""

    agent: AgentRef
    act: Annotated[str, Meta(pattern=r"^(open|lock|log_out)\Z")]
    reason: LockReason = LockReason.OTHER


class SendDigits(Command, frozen=True):
    """Sends keys to the far end (RFC 4733)."""

    call: CallRef
    digits: Annotated[str, Meta(pattern=r"^[0-9*#A-D]{1,32}\Z")]


class WrapUp(Command, frozen=True):
    """话务小结 of the talk that just ended or still runs; ends the wrap-up unless ``stay``. A later one replaces an earlier one.

    ``disposition=""`` with ``stay``: keeps only the note (the wrap-up time ends without a choice); also for the talk wrapped up last.
    """

    call: CallRef
    disposition: Name
    note: Text = ""
    stay: bool = False


class ExtendWrapUp(Command, frozen=True):
    """One more wrap-up time from now."""

    call: CallRef


COMMANDS: tuple[type[Command], ...] = (
    OpenSeat, LockSeat, HangUp, Hold, Retrieve, Dial, CallSeat, Consult, Return, Swap, Join, DropParty, Monitor, Listen, Intercept,
    TakeWaiting, ForceSeat, SendDigits, WrapUp, ExtendWrapUp,
)  # fmt: skip
AnyCommand = (
    OpenSeat | LockSeat | HangUp | Hold | Retrieve | Dial | CallSeat | Consult | Return | Swap | Join | DropParty | Monitor | Listen | Intercept
    | TakeWaiting | ForceSeat | SendDigits | WrapUp | ExtendWrapUp
)  # fmt: skip


# --- questions to the customer data centre ---


class FindCustomers(Request, frozen=True):
    """Answered by ``Customers``. Searches by telephone number, account, name, pinyin or the pinyin's initials. Audited, as are the next two requests."""

    text: Annotated[str, Meta(max_length=64)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class AskCustomer(Request, frozen=True):
    """Answered by ``CustomerShown``: card with contacts and tickets, accounts without branch facts."""

    customer: CustomerRef


class AskAccount(Request, frozen=True):
    """Answered by ``AccountShown`` after the branch's answer or its time-out."""

    account: AccountRef


class SaveTicket(Request, frozen=True):
    """Answered by ``TicketSaved``. ``ticket=None``: a new ticket. ``note`` is added to the ticket's text."""

    customer: CustomerRef
    ticket: TicketRef | None
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    state: Annotated[str, Meta(pattern=r"^(open|waiting|closed)\Z")] = "open"
    note: Text = ""
    call: CallRef | None = None


class AskRecording(Request, frozen=True):
    """Answered by ``RecordingPart``; refused with ``NOT_ALLOWED`` unless the call is the agent's own or their group's, or the agent is a manager. Audited."""

    call: CallRef
    offset: Offset = 0


QUESTIONS: tuple[type[Request], ...] = (FindCustomers, AskCustomer, AskAccount, SaveTicket, AskRecording)
REQUESTS: tuple[type[Request], ...] = (LogIn, Resume, LogOut, ChangePassword, *COMMANDS, *QUESTIONS)


# --- replies ---


class DeskRefusal(StrEnum):
    """Stable codes; the app has the texts for people."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105  unknown agents are answered alike
    TOO_MANY_TRIES = "too_many_tries"  # ``wait`` seconds
    ALREADY_LOGGED_IN = "already_logged_in"  # ``text``: the other desk
    DESK_TAKEN = "desk_taken"  # another agent is logged in on this link
    NO_SUCH_PHONE = (
        "no_such_phone"  # ``text``: the desk phone's name; the switch has no such phone, or it belongs to another desk
    )
    PHONE_TAKEN = "phone_taken"  # ``text``: the desk whose agent uses that desk phone
    SESSION_OVER = "session_over"
    NOT_LOGGED_IN = "not_logged_in"
    WEAK_PASSWORD = "weak_password"  # noqa: S105
    WRONG_STATE = "wrong_state"  # the request does not fit the state of the seat or the call
    NO_SUCH_CALL = "no_such_call"  # the call is over, or not this seat's
    NO_LINE = "no_line"  # no trunk takes the number, or all its lines are in use
    IN_CALL = "in_call"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    UNKNOWN_CHOICE = "unknown_choice"  # no such disposition
    SEAT_BUSY = "seat_busy"  # the other seat is locked by its work, in a call, or not open
    NOT_HERE = "not_here"  # the agent is not logged in
    NOT_IN_CALL = "not_in_call"  # there is no call to listen to
    FAX_REFUSED = "fax_refused"  # ``text``: ``shared.desk_fax.FaxProblem`` and what it says
    BUSY = "busy"  # the switch is stopping, or overloaded
    FAULT = "fault"  # a bug of the switch, logged there


class Refused(Reply, frozen=True):
    code: DeskRefusal
    text: str = ""
    wait: float = 0.0


class Done(Reply, frozen=True):
    pass


class LoggedIn(Reply, frozen=True):
    """``session``: the token for ``Resume``, valid with this desk's key only."""

    session: str
    snapshot: DeskSnapshot

    def __repr__(self) -> str:
        return "LoggedIn(session=••••)"


class Customers(Reply, frozen=True):
    rows: tuple[CustomerCard, ...]


class CustomerShown(Reply, frozen=True):
    customer: CustomerCard


class AccountShown(Reply, frozen=True):
    account: AccountFacts


class TicketSaved(Reply, frozen=True):
    ticket: Ticket


class RecordingPart(Reply, frozen=True):
    """Bytes ``offset`` … of a WAV file of ``size`` bytes; at most ``PART_BYTES``."""

    call: CallId
    size: int
    offset: int
    data: bytes


REPLIES: tuple[type[Reply], ...] = (
    Refused, Done, LoggedIn, DeskSnapshot, Customers, CustomerShown, AccountShown, TicketSaved, RecordingPart,
)  # fmt: skip


# --- reports of a desk ---


class PhoneNow(Told, frozen=True):
    """Sent every 5 s, and at once after a change: the legs of the app's phone. The switch compares them with its own, unless the voice is at
    a desk phone, whose legs are unknown to the app.
    """

    legs: Annotated[tuple[LegRef, ...], Meta(max_length=LEGS_MAX)]
    loss: float = 0.0
    """The share of lost packets over the last 5 s, 0 to 1."""
    jitter_ms: float = 0.0
    problem: Line = ""
    """``no_headset``, ``phone_down`` …; empty: no problem."""


class PopShown(Told, frozen=True):
    """The pop was on the screen ``after_ms`` after the app received the ring's report."""

    call: CallRef
    after_ms: float


TOLD: tuple[type[Told], ...] = (PhoneNow, PopShown)
