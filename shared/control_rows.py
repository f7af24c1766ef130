"""Rows of the control protocol's replies (``shared.control``): the fields of one line of an operator's table.

``None``: not known, or not known yet. Times are UTC seconds, prices 1/1000 yuan, offsets ms into the recording.
"""

from enum import StrEnum

from msgspec import Struct


class TroubleCode(StrEnum):
    """Texts for people are in ``resources/texts/switchctl.yaml`` as ``trouble_<value>``."""

    PART = "part"  # trouble of a part of the switch: ``subject`` is the part, ``text`` its description
    CARD_DOWN = "card_down"
    NO_FAX_CARD = (
        "no_fax_card"  # faxes are configured, but a library is missing (``subject``: the Debian package that has it)
    )
    FAX_SPACE = "fax_space"  # the space for faxes is used up (``subject``: megabytes): no fax is taken or received
    BRANCH_AWAY = "branch_away"
    TRUNK_SILENT = "trunk_silent"  # no answer to OPTIONS
    TRUNK_UNREGISTERED = (
        "trunk_unregistered"  # our registration at the carrier is not in force (``text``: the last error)
    )
    LINES_FAULTY = (
        "lines_faulty"  # lines of a box with cards that take no call (``subject``: the trunk, ``text``: the lines)
    )
    QUEUE_UNSERVED = (
        "queue_unserved"  # callers wait (``text``: their number), but no agent who could answer is logged in
    )
    ORDERS_IN_DOUBT = "orders_in_doubt"  # ``subject``: the number of orders
    NUMBERS_LOCKED = "numbers_locked"  # numbers with too many wrong PINs today (``subject``: their number, ``text``: the first of them)
    BRANCH_FOREIGN = (
        "branch_foreign"  # a branch named orders, accounts or branches that are not its own (``text``: how often)
    )
    CLOCK_BEHIND = (
        "clock_behind"  # ``subject``: seconds that the switch's clock is behind the system's clock, which has been set
    )
    CLOCK_AHEAD = "clock_ahead"
    FEW_DESCRIPTORS = "few_descriptors"  # ``subject`` of ``text`` file descriptors are in use
    SILENT_CONNECTIONS = "silent_connections"  # ``subject``: TCP connections to the links' endpoints that say nothing
    FILE_DAMAGED = "file_damaged"  # ``subject``: the database, ``text``: SQLite's message
    RECORDS_LOST = "records_lost"  # too many records waited for the disk (``subject``: the part, ``text``: their number since the start)
    OVERLOAD = (
        "overload"  # new calls are refused with 503 (``subject``: their number, until none was refused for a minute)
    )


class Trouble(Struct, frozen=True):
    """A condition that needs a person's attention now."""

    code: TroubleCode
    subject: str
    text: str = ""


class ControlLineRow(Struct, frozen=True):
    """A trunk. ``state``: ``up``, ``down`` (no answer to OPTIONS) or ``unwatched``."""

    trunk: str
    group: str
    direction: str
    far: tuple[str, ...]
    state: str
    lines: int
    used_in: int
    used_out: int


class CardRow(Struct, frozen=True):
    """A voice card. Loads are ``None`` until the card has reported them."""

    card: str
    up: bool
    channels: int
    used: int
    cpu_percent: float | None = None
    late_p999_ms: float | None = None
    """The 99.9th percentile of the ticks' delay in the last minute."""
    packets_in: int | None = None
    packets_out: int | None = None
    strangers: int | None = None
    malformed: int | None = None
    restarts: int | None = None
    compiled: bool | None = None
    """Whether the card calculates in compiled code; else with numpy, which takes more CPU."""


class ControlBranchRow(Struct, frozen=True):
    """A branch's link and its gateway's last status. ``None``: the gateway has reported no status."""

    branch: str
    link_up: bool
    trading_system_up: bool | None = None
    session: str | None = None
    trade_date: str | None = None
    pending: int | None = None
    """The number of keys whose result the gateway does not know."""
    round_trip_ms: float | None = None
    requests: int = 0
    failures: int = 0
    foreign: int = 0
    """The number of messages refused since they named orders, accounts or branches that are not the branch's own."""


class ControlCallRow(Struct, frozen=True):
    """A running call (``live``) or a past one. ``where``: the flow's step at which the call is, or ended."""

    call: str
    live: bool
    state: str
    trunk: str
    ani: str
    dnis: str
    started_at: float
    ended_at: float | None = None
    cause: str | None = None
    card: str | None = None
    flow: str | None = None
    where: str | None = None
    language: str | None = None
    branch: str | None = None
    account_end: str | None = None
    line: int | None = None
    """Of a box with cards."""


class ControlLegRow(Struct, frozen=True):
    """``sip_code``: the final response; ``q850``, ``reason_sip`` and ``reason_text``: the network's reason of the end (RFC 3326); ``progress``: the
    codes of the provisional responses.
    """

    leg: str
    state: str
    trunk: str
    number: str
    card: str | None = None
    cause: str | None = None
    packets_in: int | None = None
    packets_out: int | None = None
    lost: int | None = None
    jitter_ms: float | None = None
    mos: float | None = None
    sip_code: int | None = None
    q850: int | None = None
    reason_sip: int | None = None
    reason_text: str | None = None
    progress: str | None = None
    redirected_to: str | None = None
    line: int | None = None
    """Of a box with cards."""
    far_end: str | None = None
    """``ip:port`` to which a call out was sent last."""
    tried: str | None = None
    """The destinations that did not take it, and why."""


class ControlRecordingRow(Struct, frozen=True):
    recording: str
    path: str
    started_at: float | None = None
    duration_ms: int | None = None
    cause: str | None = None


class ControlOrderRow(Struct, frozen=True):
    """An order (``place``) or a cancel (``cancel``; ``cancels`` is the cancelled order's contract number). Offsets: ms into the recording."""

    key: str
    at: float
    kind: str
    state: str
    call: str
    branch: str
    account_end: str
    channel: str
    code: str | None = None
    side: str | None = None
    price: int | None = None
    quantity: int | None = None
    cancels: str | None = None
    contract: str | None = None
    refusal: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None
    read_back_ms: int | None = None
    yes_ms: int | None = None


class AccountRow(Struct, frozen=True):
    account: str
    branch: str
    locked: bool


class CustomerRow(Struct, frozen=True):
    id: int
    name: str
    phones: tuple[str, ...]
    accounts: tuple[AccountRow, ...]
    vip: bool
    language: str


class AgentRow(Struct, frozen=True):
    """An agent. ``state``, ``reason``: of the seat (``SeatState``, ``LockReason``); ``offline`` if the agent is not logged in.

    ``call`` and ``queue``: of the present call. ``address`` and the fields after it: of the desk's link, while it is up.
    """

    agent: str
    name: str
    role: str
    group: str
    skills: dict[str, int]
    disabled: bool
    has_password: bool
    state: str
    calls_today: int
    since: float | None = None
    reason: str | None = None
    call: str | None = None
    queue: str | None = None
    desk: str | None = None
    address: str | None = None
    round_trip_ms: float | None = None
    phone_problem: str | None = None
    phone_loss: float | None = None
    """The share of lost packets of all that the phone should have received, 0 to 1."""
    phone_jitter_ms: float | None = None


class ControlQueueRow(Struct, frozen=True):
    """A queue. ``seats``: logged-in agents that may serve it, overflow apart; ``answered``, ``abandoned``: since the switch started."""

    queue: str
    title: dict[str, str]
    is_open: bool
    """The queue is within its hours."""
    waiting: int
    longest_s: float
    callbacks: int
    """The number of customers to be called back."""
    open_seats: int
    seats: int
    answered: int
    abandoned: int
    skill: str = ""
    level: int = 1


class DeskRow(Struct, frozen=True):
    """A desk with a key. ``agent`` and the fields after it: while the desk's link is up (``up``)."""

    desk: str
    key: str
    """Public, Z85."""
    up: bool
    agent: str | None = None
    address: str | None = None
    round_trip_ms: float | None = None
    phone_problem: str | None = None
    program: str | None = None


class PhoneRow(Struct, frozen=True):
    """A desk phone. ``desk``: its desk, ``None``: usable at any desk. ``address`` and the fields after it: while the phone is registered.

    ``since`` and ``until``: UTC seconds. ``used_by``: the agent whose seat has its voice at this phone now.
    """

    phone: str
    desk: str | None
    registered: bool
    address: str | None = None
    since: float | None = None
    until: float | None = None
    program: str | None = None
    used_by: str | None = None


class ControlTalkRow(Struct, frozen=True):
    """An agent's part in a call: rung, dialled or talked. ``kind``: ``in``, ``out``, ``callback``; ``outcome``: how that part ended.

    ``waited_ms``: the caller's wait before this desk rang; ``pop_ms``: from the ring to the screen pop.
    """

    talk: str
    call: str
    agent: str
    kind: str
    number: str
    queue: str | None = None
    offered_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    hold_ms: float | None = None
    waited_ms: float | None = None
    pop_ms: float | None = None
    outcome: str | None = None
    disposition: str | None = None


class AuditRow(Struct, frozen=True):
    id: int
    at: float
    actor: str
    action: str
    subject: str
    detail: str
