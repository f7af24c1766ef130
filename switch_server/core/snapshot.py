"""What the switch looks like now, for the operator (``switchctl``) and for resync of links. Times are UTC seconds."""

from msgspec import Struct


class LegView(Struct, frozen=True):
    leg: str
    trunk: str
    state: str
    channel: str
    card: str | None
    number: str


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
    """The account's last two digits, once the caller has proved who they are."""
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
    """A seat (座席) of somebody who is logged in, or whose link is down. ``state`` and ``reason``: words of ``SeatState`` and ``LockReason``."""

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
    """That the call came from."""


class QueueView(Struct, frozen=True):
    """``waiting``: callers now, without the ``callbacks`` that are due later. ``answered``, ``abandoned``: since the start."""

    name: str
    waiting: int
    longest_s: float
    callbacks: int
    open_seats: int
    seats: int
    answered: int
    abandoned: int
    is_open: bool = True
    """Within its hours now."""
    oldest: float | None = None
    """Since when the longest waiting caller waits."""


class WaitingView(Struct, frozen=True):
    """A caller in a queue. ``priority``: with what they are given for being who they are; ``ringing``: a desk rings for them.

    ``consult``: an agent asks the queue for a colleague.
    """

    call: str
    queue: str
    number: str
    since: float
    priority: int
    ringing: bool
    consult: bool = False


class FloorView(Struct, frozen=True):
    """What supervisors' desks are shown of queues and lines, twice a second: no calls one by one."""

    queues: tuple[QueueView, ...]
    waiting: tuple[WaitingView, ...]
    trunks: tuple[TrunkView, ...]
    cards: tuple[CardView, ...]


class SwitchSnapshot(Struct, frozen=True):
    """``orders``: how many of those held in memory are in each state. All of it is bounded by lines, seats and configuration."""

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
