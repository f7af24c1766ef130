"""The rules of queues and desks, checked from outside: who waits, whose desk rings, what the desks were told."""

from typing import Any

from shared import desk
from shared.enums import CallKind, SeatState
from shared.ids import AgentId, CallId, LegId, call_of
from switch_server.core import events as ev
from switch_server.core import media
from switch_server.core.config import Queue
from switch_server.core.desk_side import DESK
from switch_server.core.effects import (
    AnswerDesk,
    Effect,
    HidePop,
    RingDesk,
    ShowPop,
    TellDesk,
    ToCard,
    Transition,
)
from switch_server.core.ivr_states import IvrState
from switch_server.core.leg import Leg, LegState
from switch_server.core.queue_rules import is_open
from switch_server.core.seat import Seat
from switch_server.core.switch import Switch
from switch_server.core.waiting import Waiting

IDLE = (SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP, SeatState.OFFLINE)


class Sound:
    """What each leg hears, as the card was told: others, or something that is played."""

    def __init__(self) -> None:
        self.hears: dict[LegId, tuple[LegId, ...]] = {}
        self.plays: dict[LegId, media.Play] = {}

    def command(self, command: media.CardCommand) -> None:
        match command:
            case media.OpenChannel(leg=leg) | media.CloseChannel(leg=leg):
                self.hears.pop(leg, None)
                self.plays.pop(leg, None)
            case media.Hear(leg=leg, legs=legs):
                self.hears[leg] = legs
            case media.Play(leg=leg):
                self.plays[leg] = command
            case media.StopPlay(leg=leg):
                self.plays.pop(leg, None)
            case _:
                pass

    def of(self, leg: LegId) -> tuple[tuple[LegId, ...], str]:
        play = self.plays.get(leg)
        return self.hears.get(leg, ()), play.segments[0] if play is not None and play.loop else "once" if play else ""

    def check(self, caller: Leg, desk_leg: Leg, state: SeatState) -> None:
        """No dead air: in a talk both hear each other, on hold the caller has music and the agent nothing."""
        theirs, ours = self.of(caller.id), self.of(desk_leg.id)
        match state:
            case SeatState.TALKING:
                assert theirs == ((desk_leg.id,), ""), f"the caller hears {theirs}"
                assert ours == ((caller.id,), ""), f"the agent hears {ours}"
            case SeatState.HOLDING:
                assert theirs == ((), "music/hold"), f"on hold the caller hears {theirs}"
                assert ours == ((), ""), f"on hold the agent hears {ours}"
            case SeatState.DIALLING if desk_leg.state is LegState.UP:
                assert ours in (((), "tone:ringback"), ((caller.id,), "")), f"dialling, the agent hears {ours}"
            case _:
                assert not theirs[0], f"the caller hears {theirs} while a desk rings"


class DeskWatch:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.told: dict[AgentId, desk.DeskSnapshot] = {}
        self.pops: dict[AgentId, CallId | None] = {}
        self.states: dict[AgentId, str] = {}
        self.asked: set[tuple[AgentId, int]] = set()
        self.rings = 0
        self.sound = Sound()

    def event(self, event: ev.Event) -> None:
        if isinstance(event, ev.DeskCommanded):
            self.asked.add((event.agent, event.request))

    def effect(self, effect: Effect) -> None:
        match effect:
            case TellDesk(agent=agent, report=report):
                self.told[agent] = desk.applied(self.told.get(agent, desk.DeskSnapshot(0.0)), report)
            case ShowPop(agent=agent, call=call):
                self.pops[agent] = call
            case HidePop(agent=agent, call=call):
                assert self.pops.get(agent) == call, "a pop is hidden that is not shown"
                self.pops[agent] = None
            case RingDesk(leg=leg):
                self.rings += 1
                talk = self.switch.calls[call_of(leg)].desk.talk
                assert talk is not None
                assert self.pops[talk.agent] == talk.call, "the pop comes before the ring"
                shown = self.told[talk.agent].call
                assert shown is not None
                assert shown.leg == leg, "the desk knows of the leg before it rings"
            case ToCard(command=command):
                self.sound.command(command)
            case Transition(machine="seat", subject=subject, old=old, new=new):
                agent = AgentId(subject)
                assert self.states.get(agent, "offline") == old, "seat transitions are a chain"
                self.states[agent] = new
            case AnswerDesk(agent=agent, request=request):
                self.asked.remove((agent, request))
            case _:
                pass

    def assigned(self, event: ev.AgentAssigned) -> None:
        """Before it is carried out: was it this caller's turn, and this seat free?"""
        if event.kind is CallKind.OUT:
            return
        seat, place = self.switch.desks.seats[event.agent], self.switch.acd.waiting[event.call]
        assert seat.state is SeatState.OPEN
        assert seat.talk is None
        before = [other for other in self._waiters() if other.rank < place.rank and self._able(seat, other)]
        assert not before, f"{before[0].call} was there before {event.call}"

    def check(self) -> None:
        switch = self.switch
        legs: dict[AgentId, Leg] = {}
        for call in switch.calls.values():
            for leg in call.legs.values():
                if leg.trunk == DESK and leg.alive:
                    assert leg.dnis not in legs, "an agent has two calls"
                    legs[AgentId(leg.dnis)] = leg
            queued = call.ivr.state is IvrState.QUEUED
            assert queued == (call.id in switch.acd.waiting), f"{call.id} waits nowhere, or is not there"
        assert set(switch.acd.waiting) <= set(switch.calls), "somebody waits who has gone"
        assert set(legs) <= set(switch.desks.seats), "a desk has a call and no agent"
        for seat in switch.desks.seats.values():
            self._explained(seat, legs.get(seat.agent))
            shown = self.told.get(seat.agent)
            assert shown is not None
            assert (shown.seat, shown.call) == switch.desk_state(seat.agent), "a desk shows what is not so"
            if seat.state is SeatState.OPEN:
                forgotten = [place.call for place in self._waiters() if self._able(seat, place)]
                assert not forgotten, f"{seat.agent} is open and {forgotten} wait"
        self._callbacks()
        for agent, left in self.told.items():
            assert agent in switch.desks.seats or left.seat is None, "logged out, and still shown"
        assert not self.asked, "a command without an answer"

    def _callbacks(self) -> None:
        """A callback whose turn has come is dialled, or looked at again soon."""
        switch, now = self.switch, self.switch.now
        for callback in switch.acd.callbacks.waiting():
            place = Waiting(callback.id, callback.queue, 0, callback.since)
            seats = [s for s in switch.desks.seats.values() if s.state is SeatState.OPEN and self._able(s, place)]
            due = callback.not_before <= now and len(seats) > switch.acd.callbacks.on_their_way(callback.queue)
            if due and is_open(switch.acd.queue(callback.queue), now):
                raise AssertionError(f"callback {callback.id} is forgotten")

    def _explained(self, seat: Seat, leg: Leg | None) -> None:
        if leg is None:
            assert seat.state in IDLE, f"{seat.agent} is {seat.state} without a leg"
            assert seat.link == (seat.state is not SeatState.OFFLINE)
            return
        call = self.switch.calls[call_of(leg.id)]
        up = leg.state is LegState.UP
        out = not call.caller.incoming and call.callback_of is None
        expected: tuple[SeatState, ...]
        if not up:
            expected = (SeatState.DIALLING if out else SeatState.RINGING,)
        elif call.caller.state is not LegState.UP:
            expected = (SeatState.DIALLING,)
        else:
            expected = (SeatState.TALKING, SeatState.HOLDING)
        assert seat.state in expected, f"{seat.agent} is {seat.state}, its leg {leg.state}"
        self.sound.check(call.caller, leg, seat.state)

    def all_over(self, rows: dict[str, dict[str, Any]]) -> None:
        assert not self.switch.acd.waiting
        kept = self.switch.acd.callbacks.items
        for name, row in rows.items():
            assert (row["state"] in ("waiting", "dialling")) == (name in kept), f"callback {name} is {row['state']}"

    def _waiters(self) -> list[Waiting]:
        now = self.switch.now
        return [p for p in self.switch.acd.waiting.values() if not p.ringing and p.not_before <= now]

    def _able(self, seat: Seat, place: Waiting) -> bool:
        config = self.switch.config
        by_name = {queue.name: queue for queue in config.queues}
        own = by_name.get(place.queue, Queue(place.queue))
        waited = self.switch.now - place.since
        queues = [own, *(by_name.get(o.queue, Queue(o.queue)) for o in own.overflow if waited >= o.after)]
        return any(not q.skill or seat.skills.get(q.skill, 0) >= q.level for q in queues)
