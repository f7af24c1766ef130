"""One talk (通话): how a call was offered to one agent, and what became of it. The desk's leg is its id."""

from enum import StrEnum
from typing import TYPE_CHECKING

from shared.desk import desk_phone
from shared.enums import CallKind, HangingUp, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName
from switch_server.core.leg import Leg, LegState

if TYPE_CHECKING:
    from switch_server.core.room import Room

NO_POP = frozenset({CallKind.INTERNAL, CallKind.MONITOR})
"""No customer comes to the seat with these."""
DIALLED = frozenset({CallKind.OUT, CallKind.INTERNAL})
HANGING_UP: dict[SeatState | None, HangingUp] = {
    SeatState.RINGING: HangingUp.REFUSE,
    SeatState.DIALLING: HangingUp.GIVE_UP,
    SeatState.CONSULTING: HangingUp.HAND_OVER,
    SeatState.MONITORING: HangingUp.STOP_LISTENING,
}
"""What it means in a state; in the others it follows from who else is there (``Room.leaving``)."""


class Outcome(StrEnum):
    """Why the desk's leg is gone."""

    ANSWERED = "answered"
    """They talked, and one of them hung up."""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """By the agent, while it rang."""
    CALLER_GONE = "caller_gone"
    """While it rang; or whoever asked the seat thought better of it."""
    LOST = "lost"
    """The desk went away in a talk."""
    PHONE_LOST = "phone_lost"
    """The desk's phone could not be reached."""
    OFFLINE = "offline"
    """The agent logged out, or their link was lost while it rang."""
    NO_CHANNEL = "no_channel"
    """The voice card had none; not the agent's fault."""


class Talk:
    """Times are UTC seconds. ``customer`` is the leg of the other side, ``waited`` the seconds in the queue before this desk rang.

    ``auto``: the agent asked for it, so the phone answers by itself.
    """

    def __init__(
        self,
        leg: Leg,
        customer: Leg,
        agent: AgentId,
        kind: CallKind,
        room: "Room",
        *,
        contact: str,
        queue: QueueName | None = None,
        waited: float = 0.0,
        auto: bool = False,
    ) -> None:
        self.leg = leg
        self.customer = customer
        self.agent = agent
        self.kind = kind
        self.room = room
        self.auto = auto
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
        self.took = False
        """It has had the customer for its own, not only been asked."""
        self.transferred_to = ""
        """``seat:8002``, ``queue:fund``, ``number:139…``, ``menu:main``: who has the customer now."""
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
        doing = self.room.state_of(self.leg.id) if self.leg.state is LegState.UP else None
        return doing or (SeatState.DIALLING if self.auto else SeatState.RINGING)

    @property
    def hanging_up(self) -> HangingUp:
        """What putting the handset down would do now."""
        return HANGING_UP.get(self.state) or self.room.leaving(self.id)

    @property
    def dials(self) -> bool:
        """Its agent has called somebody, who has not answered."""
        return self.leg is not self.customer and self.kind in DIALLED and self.answered_at is None

    @property
    def pops(self) -> bool:
        """Does a customer come with it, for the screen pop to show?"""
        return self.kind not in NO_POP

    def hold(self, now: float) -> None:
        """The customer waits, whatever the agent does meanwhile."""
        if self.held_at is None:
            self.held_at = now

    def retrieve(self, now: float) -> None:
        if self.held_at is not None:
            self.held_s += now - self.held_at
            self.held_at = None

    def end(self, outcome: Outcome, now: float) -> None:
        self.retrieve(now)
        self.outcome = outcome
        self.ended_at = now
