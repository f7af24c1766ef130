"""A caller's place in a queue (排队), and its rank. Pure data."""

from shared.ids import CallId, LegId, QueueName

VIP = 10
RETURNING = 5
AGENT_LOST = 100


class QueuePlace:
    """``priority`` is the queue step's; ``since`` (UTC seconds) is when the caller came, and is kept through a callback and a lost agent."""

    def __init__(self, call: CallId, queue: QueueName, priority: int, since: float) -> None:
        self.call = call
        self.queue = queue
        self.priority = priority
        self.since = since
        self.bonus = 0
        """For a VIP or a returning caller."""
        self.lost = False
        """The desk of the caller's agent was lost in the talk."""
        self.not_before = 0.0
        """UTC seconds: no seat is rung before (the voice card was full)."""
        self.agent_leg: LegId | None = None
        """The leg of an agent who waits here for a colleague, for the customer."""
        self.ringing = False
        """A desk rings for the caller now."""
        self.visit = ""
        """Key of the visit's row (``core.acd.records``)."""
        self.entered = since
        """UTC seconds: the caller came to this place; after a callback, when it was answered."""
        self.served = False
        """An agent has answered the caller."""

    @property
    def total(self) -> int:
        return self.priority + self.bonus + (AGENT_LOST if self.lost else 0)

    @property
    def rank(self) -> tuple[int, float, CallId]:
        """Sort key; the lowest is served next."""
        return -self.total, self.since, self.call
