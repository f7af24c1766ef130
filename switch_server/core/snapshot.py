"""State of the switch at one moment, for the operator (``switchctl``) and for supervisors' desks. Times are UTC seconds."""

from msgspec import Struct


class LegView(Struct, frozen=True):
    leg: str
    trunk: str
    state: str
    channel: str
    card: str | None
    number: str
    line: int | None = None
    far_end: str | None = None


class CallView(Struct, frozen=True):
    call: str
    state: str
    trunk: str
    ani: str
    dnis: str
    card: str | None
    started_at: float
    flow: str
    step: str
    language: str
    branch: str | None
    account_end: str | None
    """The account's last two digits, after a correct PIN."""
    legs: tuple[LegView, ...]


class TrunkView(Struct, frozen=True):
    trunk: str
    lines: int
    used_in: int
    used_out: int


class CardView(Struct, frozen=True):
    card: str
    up: bool
    channels: int
    used: int


class SeatView(Struct, frozen=True):
    """A seat (座席) of an agent who is logged in; the seat's link may be down. ``state`` and ``reason``: values of ``SeatState`` and ``LockReason``."""

    agent: str
    name: str
    desk: str
    state: str
    since: float
    reason: str | None = None
    call: str | None = None
    skills: dict[str, int] = {}
    role: str = "agent"
    queue: str | None = None
    """The queue that the call came from."""


class QueueView(Struct, frozen=True):
    """``waiting``: callers in the queue now, without the ``callbacks`` that wait for their turn. ``answered``, ``abandoned``: since the switch started."""

    name: str
    waiting: int
    longest_s: float
    callbacks: int
    open_seats: int
    seats: int
    answered: int
    abandoned: int
    is_open: bool = True
    """Whether now is within the queue's hours."""
    oldest: float | None = None
    """Time at which the longest waiting caller came."""


class WaitingView(Struct, frozen=True):
    """A caller in a queue. ``priority``: the step's priority plus the caller's bonuses; ``ringing``: a desk rings for the caller.

    ``consult``: an agent waits in the queue for a colleague.
    """

    call: str
    queue: str
    number: str
    since: float
    priority: int
    ringing: bool
    consult: bool = False


class FloorView(Struct, frozen=True):
    """Queues, lines and cards for supervisors' desks, at most twice a second; without single calls."""

    queues: tuple[QueueView, ...]
    waiting: tuple[WaitingView, ...]
    trunks: tuple[TrunkView, ...]
    cards: tuple[CardView, ...]


class SwitchSnapshot(Struct, frozen=True):
    """``orders``: number of orders in memory, by state. The size is bounded by lines, seats and configuration."""

    at: float
    calls: tuple[CallView, ...]
    trunks: tuple[TrunkView, ...]
    cards: tuple[CardView, ...]
    orders: dict[str, int]
    branches_up: tuple[str, ...]
    flows: tuple[str, ...]
    counters: dict[str, int]
    seats: tuple[SeatView, ...] = ()
    queues: tuple[QueueView, ...] = ()
