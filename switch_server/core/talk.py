"""One talk (通话): how a call was offered to one agent, and what became of it. The desk's leg is its id."""

from enum import StrEnum

from shared.desk import desk_phone
from shared.enums import CallKind, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName
from switch_server.core.leg import Leg, LegState


class Outcome(StrEnum):
    """Why the desk's leg is gone."""

    ANSWERED = "answered"
    """They talked, and one of them hung up."""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """By the agent, while it rang."""
    CALLER_GONE = "caller_gone"
    """While it rang."""
    LOST = "lost"
    """The desk went away in a talk."""
    PHONE_LOST = "phone_lost"
    """The desk's phone could not be reached."""
    OFFLINE = "offline"
    """The agent logged out, or their link was lost while it rang."""
    NO_CHANNEL = "no_channel"
    """The voice card had none; not the agent's fault."""


class Talk:
    """Times are UTC seconds. ``customer`` is the leg of the other side, ``waited`` the seconds in the queue before this desk rang."""

    def __init__(
        self,
        leg: Leg,
        customer: Leg,
        agent: AgentId,
        kind: CallKind,
        *,
        contact: str,
        queue: QueueName | None,
        waited: float,
    ) -> None:
        self.leg = leg
        self.customer = customer
        self.agent = agent
        self.kind = kind
        self.contact = contact
        self.queue = queue
        self.waited = waited
        self.offered_at = leg.started
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.held_at: float | None = None
        self.held_s = 0.0
        self.outcome: Outcome | None = None
        self.disposition = ""
        self.note = ""
        self.followed = False
        """Another agent has talked to the caller since, so that the contact is theirs."""
        self.wrapped_up = False
        """What was agreed has been written already, so that no wrap-up is needed."""

    @property
    def id(self) -> LegId:
        return self.leg.id

    @property
    def call(self) -> CallId:
        return CallId(self.leg.id.rpartition("/")[0])

    @property
    def auto(self) -> bool:
        """The agent asked for it: the phone is to answer by itself."""
        return self.kind is CallKind.OUT

    @property
    def handset(self) -> bool:
        """The voice is a desk phone's: the agent may hang up there, and the app does not know of its legs."""
        return desk_phone(self.contact) is not None

    @property
    def number(self) -> str:
        """The customer's."""
        return self.customer.ani if self.customer.incoming else self.customer.dnis

    @property
    def dnis(self) -> str:
        """Our number that the customer called, or sees."""
        return self.customer.dnis if self.customer.incoming else self.customer.ani

    @property
    def state(self) -> SeatState | None:
        """What the agent's seat does because of this leg: ``None`` when it is over."""
        if self.outcome is not None or not self.leg.alive:
            return None
        out = self.kind is CallKind.OUT
        if self.leg.state is not LegState.UP:
            return SeatState.DIALLING if out else SeatState.RINGING
        if out and self.customer.state is not LegState.UP:
            return SeatState.DIALLING
        return SeatState.TALKING if self.held_at is None else SeatState.HOLDING

    def hold(self, now: float) -> None:
        self.held_at = now

    def retrieve(self, now: float) -> None:
        if self.held_at is not None:
            self.held_s += now - self.held_at
            self.held_at = None

    def end(self, outcome: Outcome, now: float) -> None:
        self.retrieve(now)
        self.outcome = outcome
        self.ended_at = now
