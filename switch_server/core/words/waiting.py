"""A place in a queue (排队), and who comes before whom. Pure data."""

from shared.ids import CallId, LegId, QueueName

VIP = 10
RETURNING = 5
AGENT_LOST = 100


class Waiting:
    """``priority`` is the queue step's; ``since`` (UTC seconds) is when the caller came, and is kept over a callback and a lost agent."""

    def __init__(self, call: CallId, queue: QueueName, priority: int, since: float) -> None:
        self.call = call
        self.queue = queue
        self.priority = priority
        self.since = since
        self.bonus = 0
        """For a VIP or a returning caller."""
        self.lost = False
        """An agent was lost in a talk with them."""
        self.not_before = 0.0
        """Nobody is asked before: the voice card was full."""
        self.by: LegId | None = None
        """An agent's leg that waits here on the customer's behalf."""
        self.ringing = False
        """A desk rings for them now."""
        self.visit = ""
        """Its record's key (``core.acd.records``)."""
        self.entered = since
        """UTC seconds: they came to this place, also after a callback."""
        self.served = False
        """An agent has answered."""

    @property
    def total(self) -> int:
        return self.priority + self.bonus + (AGENT_LOST if self.lost else 0)

    @property
    def rank(self) -> tuple[int, float, CallId]:
        """The lowest is next."""
        return -self.total, self.since, self.call
