# Over 400 lines: one wire's words, all of them data, read from top to bottom as the protocol's document.
"""Desk: what an agent's desk (agent-app 座席软件) asks of the switch, and what the switch answers and reports.

On the wire: ``shared.codec`` frames over a CURVE link (``shared.link``), the desk being the side that connects with its desk key.
Requests and reports are different types; each request gets exactly one ``Reply`` (``Refused`` where the switch says no).

State travels as whole values: a ``DeskSnapshot`` is everything that a desk shows, and each report replaces one field of it
(``applied`` is that rule, for both sides). So a lost, doubled or late report can't leave a trace: a gap asks for a snapshot.
Times are UTC seconds by the switch's clock; ``DeskSnapshot.at`` and ``LoggedIn.snapshot.at`` tell a desk how far its own is off.
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
"""SIP header of the switch's INVITE to a desk's phone; the phone answers no INVITE without the token it was told."""
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(max_length=64)]
Number = Annotated[str, Meta(pattern=r"^[0-9*#+]{1,32}\Z")]
VoiceContact = Annotated[str, Meta(pattern=r"^([0-9.]{7,15}:[0-9]{1,5}|phone:[A-Za-z0-9_-]{1,32})\Z")]
"""Where the seat's voice is: ``ip:port`` of the app's own phone, or ``phone:NAME`` of a desk phone (话机) that registers at the switch."""


_PHONE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def is_phone_name(text: str) -> bool:
    """May a desk phone be called so?"""
    return _PHONE_NAME.fullmatch(text) is not None


def desk_phone(contact: str) -> str | None:
    """The name in ``phone:NAME``; ``None`` where the voice is the app's own phone."""
    scheme, colon, name = contact.partition(":")
    return name if colon and scheme == "phone" else None


class Message(Struct, frozen=True, tag=True, tag_field="type", forbid_unknown_fields=False):
    """Root of all that crosses a desk's link. Unknown fields are ignored, unknown types are answered ``unsupported``."""


class Request(Message, frozen=True):
    """Desk to switch."""


class Reply(Message, frozen=True):
    """Switch to desk, to one request."""


class Report(Message, frozen=True):
    """Switch to desk, unasked, numbered. Replaces a part of the ``DeskSnapshot``, or is a word to the app."""


class Told(Message, frozen=True):
    """Desk to switch, unasked, numbered."""


# --- what a desk shows ---


class Seat(Struct, frozen=True):
    """座席. ``since``: of ``state``. ``reason``: why it is locked, or (in a call) will be after it."""

    agent: AgentId
    name: str
    role: Role
    desk: DeskId
    state: SeatState
    since: float
    reason: LockReason | None = None
    lock_next: LockReason | None = None
    """Asked for in a call: takes effect after it."""
    wrap_up_until: float | None = None
    wrap_up_call: CallId | None = None
    """The call whose disposition is still to come; stays after the wrap-up time, until the next call."""
    calls_today: int = 0


# --- whom a desk can reach: ``kind`` tells them apart on the wire ---


class Target(Struct, frozen=True, tag_field="kind", forbid_unknown_fields=False):
    """Root of the targets of a consult or a transfer."""


class ToSeat(Target, frozen=True, tag="seat"):
    """内部: another agent's seat."""

    agent: AgentRef


class ToQueue(Target, frozen=True, tag="queue"):
    """The next agent of a queue."""

    queue: QueueRef


class ToNumber(Target, frozen=True, tag="number"):
    """外线: an outside number, over the trunk that the rules give."""

    number: Number


class ToMenu(Target, frozen=True, tag="menu"):
    """A flow of the IVR, from its beginning. Nobody is talked to there: hanging up hands the customer over."""

    flow: Name


class ToPin(Target, frozen=True, tag="pin"):
    """The customer keys account and PIN to the IVR, unheard and unrecorded, and comes back with pass or fail only."""


AnyTarget = ToSeat | ToQueue | ToNumber | ToMenu | ToPin


class Party(Struct, frozen=True):
    """Somebody else in this seat's call. ``kind``: ``customer``, ``seat``, ``outside``, ``queue``, ``menu``, ``pin``, ``listener``.

    ``name``: an agent's, a queue's or a flow's id; ``number``: a telephone number. ``since``: of ``state``, UTC seconds.
    ``leg`` is empty where there is none yet.
    """

    leg: LegId
    kind: str
    name: str
    number: str
    state: PartyState
    since: float


class CameBack(StrEnum):
    """What became of the last party that this seat asked, where it was not handed the call; for the window to say."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_OPEN = "not_open"  # the seat is locked, in a call, or nobody is there; the queue is closed or full
    NO_LINE = "no_line"
    HUNG_UP = "hung_up"  # after they had talked
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
    """The phone takes the INVITE that carries this in ``TOKEN_HEADER``, and no other."""
    auto: bool
    """The phone answers by itself: the agent asked for this call."""
    kind: CallKind
    state: SeatState
    hanging_up: HangingUp
    """What ``HangUp`` would do now."""
    number: str
    """The other side's."""
    dnis: str
    queue: QueueName | None
    waited: float
    """Seconds in the queue before this seat rang."""
    rang_at: float
    answered_at: float | None = None
    held_at: float | None = None
    """Since when the customer waits: on hold, or while another party is talked to."""
    parties: tuple[Party, ...] = ()
    """All others in the call, in the order in which they came. ``consulting``: the customer and the asked party; which of them is
    ``talking`` changes by ``Swap``."""
    came_back: CameBack | None = None
    busy: AgentId | None = None
    """An internal call to this agent, who is in a call: busy tone is heard, and a supervisor may press ``Monitor``."""
    listening: ListenMode | None = None
    """This seat is a supervisor's in another seat's call; ``target`` is that seat."""
    target: AgentId | None = None


class TrailStep(Struct, frozen=True):
    """What the caller did in the IVR. ``title``: the flow's words for the step, per language."""

    at: float
    step: str
    title: dict[Language, str]


class Contact(Struct, frozen=True):
    """One row of a customer's history, whatever the channel (``phone``, ``sms``, ``fax``, ``mail``, ``voicemail``)."""

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
    """There is one, and this agent may play it."""


class Ticket(Struct, frozen=True):
    """工单: an open problem follows the customer. ``state``: ``open``, ``waiting``, ``closed``."""

    id: TicketId
    customer: CustomerId
    title: str
    state: str
    opened_at: float
    opened_by: AgentId
    updated_at: float
    text: str = ""
    """All notes so far, the newest last, each begun by a line with time and agent."""
    call: CallId | None = None


class AccountFacts(Struct, frozen=True):
    """资金账号 at its branch. ``pending``: asked, not yet answered; ``problem``: a ``shared.enums.Refusal`` where the branch said no."""

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
    """Screen pop (来电弹屏): what is known of the caller, filled in as answers come."""

    call: CallId
    number: str
    place: str
    """Where the number is from, as far as the number shows it (trunk's group, or ``""``)."""
    verified: AccountNo | None
    """The account whose PIN the caller keyed right in this call."""
    trail: tuple[TrailStep, ...] = ()
    customer: CustomerCard | None = None
    others: tuple[CustomerCard, ...] = ()
    """More customers with this telephone number (without contacts and tickets)."""
    pending: bool = True
    """The store has not answered yet; branches have a ``pending`` of their own."""


class QueueRow(Struct, frozen=True):
    queue: QueueName
    title: dict[Language, str]
    waiting: int
    longest: float
    """Seconds."""
    open_seats: int
    seats: int


class Choice(Struct, frozen=True):
    """A disposition (话务小结) that an agent may pick, with its words per language."""

    id: str
    title: dict[Language, str]


class DeskSnapshot(Reply, frozen=True):
    """Everything that a desk shows. ``seat=None``: nobody is logged in on this link."""

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
    """``None``: the pop is done with (the seat is open again, or took another call)."""

    pop: Pop | None


class QueuesChanged(Report, frozen=True):
    queues: tuple[QueueRow, ...]


class LoggedOut(Report, frozen=True):
    """The switch ended the log-in: the session token is void. ``code``: ``operator``, ``displaced``, ``removed``."""

    code: str


class Notice(Report, frozen=True):
    """A supervisor's word to the agent, or what a supervisor did to the seat, or why who was dialled did not come; shown until it is read, and
    part of no snapshot.

    ``code``: ``message``, ``opened``, ``locked``, ``intercepted``, ``skills``; ``sender`` is the supervisor's name.
    ``dial_busy``, ``dial_no_answer``, ``dial_refused``, ``dial_no_line``; ``sender`` is the number or the agent that was dialled.
    """

    at: float
    code: str
    sender: str
    text: Text = ""


REPORTS: tuple[type[Report], ...] = (SeatChanged, CallChanged, PopChanged, QueuesChanged, LoggedOut, Notice)
StateReport = SeatChanged | CallChanged | PopChanged | QueuesChanged | LoggedOut


def applied(snapshot: DeskSnapshot, report: StateReport) -> DeskSnapshot:
    """The snapshot after a report; the desk's model and the tests' oracle are this function."""
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
    """Answered by ``LoggedIn`` or ``Refused``. ``contact``: ``ip:port`` of the app's phone, where INVITEs go, or
    ``phone:NAME`` of a desk phone.

    ``take_over``: end this agent's log-in elsewhere (refused while it has a call).
    """

    agent: Name
    password: Annotated[str, Meta(max_length=256)]
    contact: VoiceContact
    take_over: bool = False

    def __repr__(self) -> str:
        return f"LogIn(agent={self.agent!r}, password=••••)"


class Resume(Request, frozen=True):
    """After a reconnect, instead of the password. Answered as ``LogIn``; ``Refused(SESSION_OVER)`` asks for the password again."""

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


# --- commands: the core decides; ``call`` is the one the agent meant, so a click that came late does nothing to the next call ---


class Command(Request, frozen=True):
    """Answered by ``Done`` or ``Refused``, after the change has been reported."""


class OpenSeat(Command, frozen=True):
    """座席开放."""


class LockSeat(Command, frozen=True):
    """座席闭锁; in a call it takes effect after it."""

    reason: LockReason = LockReason.BREAK


class HangUp(Command, frozen=True):
    """Puts the handset down. ``means``: what the agent was shown that this does (``DeskCall.hanging_up``).

    ``refuse``: the next agent is asked, and this seat is locked with ``NO_ANSWER``. ``give_up``: ends the call that is dialled.
    ``end``: ends the talk. ``leave``: the others go on. ``hand_over``: gives who waits to the asked party, whether it rings or talks
    (呼叫转移). ``stop_listening``: leaves unnoticed. Refused with ``WRONG_STATE`` where it would do something else by now, such as end the
    talk with a customer who was to be handed to somebody who has just gone.
    """

    call: CallRef
    means: HangingUp


class Hold(Command, frozen=True):
    """The other side hears music, the agent nothing."""

    call: CallRef


class Retrieve(Command, frozen=True):
    call: CallRef


class Dial(Command, frozen=True):
    """Calls out. Only from an open or locked seat, or in wrap-up; in a talk it is a ``Consult``."""

    number: Number


class CallSeat(Command, frozen=True):
    """内部呼叫: calls another seat. From the same states as ``Dial``. A busy seat is heard as busy (``DeskCall.busy``)."""

    agent: AgentRef


class Consult(Command, frozen=True):
    """Whoever this seat talks to waits, and another party is asked. From ``talking``, ``holding`` or ``conference``."""

    call: CallRef
    target: AnyTarget


class Return(Command, frozen=True):
    """返回: gives the asked party up, and talks to who waited. From ``consulting``; in a call that is dialled it ends the call."""

    call: CallRef


class Swap(Command, frozen=True):
    """呼叫切换: talks to who waits; the other side waits. From ``consulting``, once the asked party has answered."""

    call: CallRef


class Join(Command, frozen=True):
    """三方通话: everybody hears everybody. As ``Swap``."""

    call: CallRef


class DropParty(Command, frozen=True):
    """Sends one party of a conference away (not the customer)."""

    call: CallRef
    leg: LegRef


class Monitor(Command, frozen=True):
    """同步监听: into the call of a busy seat. A supervisor's; from the same states as ``Dial``, or while that seat is heard as busy."""

    agent: AgentRef
    mode: ListenMode = ListenMode.MONITOR


class Listen(Command, frozen=True):
    """Another way of being in the call that is monitored: monitor, whisper (耳语), barge (强插)."""

    call: CallRef
    mode: ListenMode


class Intercept(Command, frozen=True):
    """呼叫拦截: from ``monitoring``; the call is this seat's now, and the other agent's goes to wrap-up. The customer hears no gap."""

    call: CallRef


class TakeWaiting(Command, frozen=True):
    """A supervisor takes a waiting caller out of order, to a seat that is open (their own, if it is ``None`` and open or locked)."""

    call: CallRef
    agent: AgentRef | None = None


class ForceSeat(Command, frozen=True):
    """A supervisor opens, locks or logs out a seat. Audited, and the agent is told (``Notice``)."""

    agent: AgentRef
    act: Annotated[str, Meta(pattern=r"^(open|lock|log_out)\Z")]
    reason: LockReason = LockReason.OTHER


class SendDigits(Command, frozen=True):
    """To the far end, RFC 4733."""

    call: CallRef
    digits: Annotated[str, Meta(pattern=r"^[0-9*#A-D]{1,32}\Z")]


class WrapUp(Command, frozen=True):
    """话务小结 of the talk just ended or still going on; ends the wrap-up unless ``stay``. May come again and then replaces what was said.

    ``disposition=""`` with ``stay``: keeps the note only (the wrap-up time ends, and nothing was chosen yet); also of the talk wrapped up last.
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
    """Answered by ``Customers``. By telephone number, account, name, pinyin or its initials. Audited, as are the next two."""

    text: Annotated[str, Meta(max_length=64)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class AskCustomer(Request, frozen=True):
    """Answered by ``CustomerShown``: card with contacts and tickets, accounts without branch facts."""

    customer: CustomerRef


class AskAccount(Request, frozen=True):
    """Answered by ``AccountShown`` once the branch has answered (or not)."""

    account: AccountRef


class SaveTicket(Request, frozen=True):
    """Answered by ``TicketSaved``. ``ticket=None``: a new one. ``note`` is added to its text."""

    customer: CustomerRef
    ticket: TicketRef | None
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    state: Annotated[str, Meta(pattern=r"^(open|waiting|closed)\Z")] = "open"
    note: Text = ""
    call: CallRef | None = None


class AskRecording(Request, frozen=True):
    """Answered by ``RecordingPart``; refused ``NOT_ALLOWED`` unless it is the agent's own call, their group's, or they are manager. Audited."""

    call: CallRef
    offset: Offset = 0


QUESTIONS: tuple[type[Request], ...] = (FindCustomers, AskCustomer, AskAccount, SaveTicket, AskRecording)
REQUESTS: tuple[type[Request], ...] = (LogIn, Resume, LogOut, ChangePassword, *COMMANDS, *QUESTIONS)


# --- replies ---


class DeskRefusal(StrEnum):
    """Stable; text for people is the app's."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105  unknown agents are answered alike
    TOO_MANY_TRIES = "too_many_tries"  # ``wait`` seconds
    ALREADY_LOGGED_IN = "already_logged_in"  # ``text``: the other desk
    DESK_TAKEN = "desk_taken"  # another agent is logged in on this link
    NO_SUCH_PHONE = "no_such_phone"  # ``text``: the desk phone's name; the switch has none, or it is another desk's
    PHONE_TAKEN = "phone_taken"  # ``text``: the desk whose agent uses that desk phone
    SESSION_OVER = "session_over"
    NOT_LOGGED_IN = "not_logged_in"
    WEAK_PASSWORD = "weak_password"  # noqa: S105
    WRONG_STATE = "wrong_state"  # the seat or the call is not in a state for this
    NO_SUCH_CALL = "no_such_call"  # it is over, or not this seat's
    NO_LINE = "no_line"  # no trunk takes the number, or all its lines are in use
    IN_CALL = "in_call"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    UNKNOWN_CHOICE = "unknown_choice"  # no such disposition
    SEAT_BUSY = "seat_busy"  # the other seat is locked by its work, in a call, or not open
    NOT_HERE = "not_here"  # the agent is not logged in
    NOT_IN_CALL = "not_in_call"  # nothing to listen to
    BUSY = "busy"  # the switch is stopping, or has too much to do
    FAULT = "fault"  # our own bug, logged at the switch


class Refused(Reply, frozen=True):
    code: DeskRefusal
    text: str = ""
    wait: float = 0.0


class Done(Reply, frozen=True):
    pass


class LoggedIn(Reply, frozen=True):
    """``session``: for ``Resume``; it opens nothing on another desk's key."""

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


# --- what a desk tells unasked ---


class PhoneNow(Told, frozen=True):
    """Each 5 s, and at once when it changes: the legs that the app's phone has. The switch compares them with its own, but where the voice
    is a desk phone, of whose legs the app knows nothing.
    """

    legs: Annotated[tuple[LegRef, ...], Meta(max_length=LEGS_MAX)]
    loss: float = 0.0
    """Of received packets, 0 to 1, over the last 5 s."""
    jitter_ms: float = 0.0
    problem: Line = ""
    """``no_headset``, ``phone_down`` …; empty: all is well."""


class PopShown(Told, frozen=True):
    """The pop stood on the screen ``after_ms`` after the app heard of the ring."""

    call: CallRef
    after_ms: float


TOLD: tuple[type[Told], ...] = (PhoneNow, PopShown)
