"""The desk's side of a call: a desk rings, answers, holds, ends the talk, or is lost.

```
(nobody) ──ring──► ringing ──answered──► talking ◄──hold / retrieve──► holding
    ▲                 │                     │
    └── next agent ◄──┘ no answer …         ├─ agent ends ──► the flow goes on (``on_ended``), or the call ends
    └── head of the queue, music + excuse ◄─┘ desk lost
```
In a call that the agent dialled the desk comes first, and nobody comes after it.
"""

from typing import TYPE_CHECKING

from shared.enums import CallKind, EndCause
from shared.ids import TrunkName
from switch_server.core import talk_records
from switch_server.core.effects import RingDesk
from switch_server.core.events import AgentAssigned
from switch_server.core.leg import Leg, LegEvent, LegState
from switch_server.core.media import Far, Near, Play, SendDigits, StopPlay
from switch_server.core.talk import Outcome, Talk

if TYPE_CHECKING:
    from switch_server.core.call import Call

DESK = TrunkName("desk")
"""Trunk of every desk's leg."""
UNREACHABLE = (403, 404, 408)
CAUSES = {
    Outcome.NO_ANSWER: EndCause.NO_ANSWER,
    Outcome.REFUSED: EndCause.NO_ANSWER,
    Outcome.LOST: EndCause.DESK_LOST,
    Outcome.PHONE_LOST: EndCause.FAR_LOST,
    Outcome.OFFLINE: EndCause.DESK_LOST,
    Outcome.NO_CHANNEL: EndCause.REJECTED_FULL,
}
"""Of the desk's leg; of a call that its agent dialled, too."""


class DeskSide:
    """At most one desk at a time has the call (``talk``); ``answered`` is the last that talked."""

    def __init__(self, call: "Call") -> None:
        self.talk: Talk | None = None
        self.answered: Talk | None = None
        self._call = call

    @property
    def rings(self) -> bool:
        return self.talk is not None and self.talk.answered_at is None

    # --- begins ---

    def ring(self, assigned: AgentAssigned) -> Talk:
        """A desk is asked to take the call (or, where the agent dialled, to begin it)."""
        call = self._call
        leg = Leg(assigned.leg, DESK, incoming=False, ani=call.number, dnis=assigned.agent, started=call.now)
        call.add_leg(leg)
        self.talk = talk = Talk(
            leg,
            call.caller,
            assigned.agent,
            assigned.kind,
            contact=assigned.contact,
            queue=assigned.queue,
            waited=assigned.waited,
        )
        call.timer("ring", assigned.ring)
        talk_records.offered(call, talk)
        call.board.desks.talk_begun(call, talk)
        call.open_channel(leg, None)
        return talk

    def opened(self, leg: Leg, near: Near) -> None:
        """The card has a channel for the desk: now its phone may ring."""
        assert self.talk is not None
        self._call.step_leg(leg, LegEvent.CHANNEL_OPENED_OUT)
        self._call.emit(RingDesk(leg.id, self.talk.contact, leg.ani, near, self.talk.auto))

    def leg_answered(self, far: Far) -> None:
        """200 OK from the desk's phone: the two hear each other in the same instant, whatever the caller was hearing."""
        call, talk = self._call, self.talk
        assert talk is not None
        call.timer("ring", None)
        call.change_far(talk.leg, far)
        if talk.kind is CallKind.OUT:
            call.to_card(talk.leg, Play(talk.leg.id, 1, ("tone:ringback",), barge_in=False, loop=True))
            call.board.desks.talk_moved(talk, "desk_up")
            call.dial_customer()
            return
        self._talks("answered")
        call.board.acd.left(call, answered=True)
        call.ivr.far_up()
        call.bridge(talk.leg)

    def early_media(self) -> None:
        """The customer's exchange says something before they answer (RFC 3960): the agent hears it in place of our ringback."""
        if self.talk is not None and self.talk.leg.state is LegState.UP:
            self._call.to_card(self.talk.leg, StopPlay(self.talk.leg.id))
            self._call.bridge(self.talk.leg)

    def customer_answered(self) -> None:
        """Of a call that the agent dialled."""
        self.early_media()
        self._talks("customer_answered")

    def _talks(self, event: str) -> None:
        talk = self.talk
        assert talk is not None
        talk.answered_at = self._call.now
        if self.answered is not None:
            self.answered.followed = True
        self.answered = talk
        talk_records.answered(self._call, talk)
        self._call.board.desks.talk_moved(talk, event)

    # --- in a talk ---

    def hold(self) -> None:
        """The caller hears music, the agent nothing; the recording goes on."""
        call, talk = self._call, self.talk
        assert talk is not None
        talk.hold(call.now)
        call.unbridge()
        call.ivr.hold()
        call.board.desks.talk_moved(talk, "hold")

    def retrieve(self) -> None:
        call, talk = self._call, self.talk
        assert talk is not None
        talk.retrieve(call.now)
        call.ivr.retrieve()
        call.bridge(talk.leg)
        call.board.desks.talk_moved(talk, "retrieve")

    def send_digits(self, digits: str) -> None:
        caller = self._call.caller
        self._call.to_card(caller, SendDigits(caller.id, digits))

    # --- ends ---

    def ended_by_agent(self) -> None:
        """Their command: ends the talk, or refuses what rings."""
        talk = self.talk
        assert talk is not None
        talked = talk.answered_at is not None
        if talk.kind is CallKind.OUT:
            self._over(Outcome.ANSWERED if talked else Outcome.REFUSED, EndCause.AGENT_HUNG_UP)
            self._call.end(EndCause.AGENT_HUNG_UP)
        elif talked:
            self._over(Outcome.ANSWERED, EndCause.AGENT_HUNG_UP)
            self._call.ivr.desk_done()
        else:
            self.gone(Outcome.REFUSED)

    def leg_ended(self, cause: EndCause, sip_code: int) -> None:
        """By itself: an agent ends a talk by command (or with the handset of a desk phone), so this is a phone that let it ring, can't be
        reached, or was lost.
        """
        if cause is EndCause.FAR_HUNG_UP and self.talk is not None and self.talk.handset:
            self.ended_by_agent()
            return
        unreachable = sip_code in UNREACHABLE or cause in (EndCause.FAR_LOST, EndCause.RECONCILED)
        self.gone(Outcome.PHONE_LOST if unreachable else Outcome.NO_ANSWER)

    def gone(self, outcome: Outcome) -> None:
        """The desk does not have the call any more, though the caller is there: the next agent's turn, or the end of a dialled call."""
        talk = self.talk
        assert talk is not None
        talked = talk.answered_at is not None
        if talked and outcome is not Outcome.OFFLINE:
            outcome = Outcome.LOST
        self._over(outcome, CAUSES[outcome])
        if talk.kind is CallKind.OUT:
            self._call.end(CAUSES[outcome])
        elif talked:
            self._call.ivr.desk_lost()
            self._call.board.acd.again(self._call)
        else:
            self._call.board.acd.next_agent(self._call, blame=outcome is not Outcome.NO_CHANNEL)

    def channel_lost(self) -> None:
        """The card has none for the desk, or closed it by itself."""
        self.gone(Outcome.NO_CHANNEL)

    def rang_long_enough(self) -> None:
        """The desk's time to answer is over. An app's phone that should have answered by itself can't be in order."""
        out_of_order = self.talk is not None and self.talk.auto and not self.talk.handset
        self.gone(Outcome.PHONE_LOST if out_of_order else Outcome.NO_ANSWER)

    def call_ends(self, cause: EndCause) -> None:
        """The caller hung up, or the call is ended for another reason."""
        if self.talk is not None:
            self._over(Outcome.CALLER_GONE if self.talk.answered_at is None else Outcome.ANSWERED, cause)

    def _over(self, outcome: Outcome, cause: EndCause) -> None:
        call, talk = self._call, self.talk
        assert talk is not None
        self.talk = None
        call.timer("ring", None)
        call.unbridge()
        if talk.leg.alive:
            call.hang_up(talk.leg, cause)
        talk.end(outcome, call.now)
        talk_records.ended(call, talk)
        call.board.desks.talk_over(talk)
