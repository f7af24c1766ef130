"""The rules of queues and desks, checked from outside: waiting callers, ringing desks, and reports to desks."""

from typing import Any

from shared import desk
from shared.enums import EndCause, HangingUp, ListenMode, SeatState
from shared.ids import AgentId, CallId, CardId, LegId, call_of
from switch_server.core import catalogue as ev
from switch_server.core.acd import is_open
from switch_server.core.call import Call
from switch_server.core.desks import AnswerDesk, HidePop, Seat, ShowPop
from switch_server.core.flow import IvrState
from switch_server.core.leg import Leg, LegState, RingDesk, ToCard
from switch_server.core.switch import Switch
from switch_server.core.talk import DESK_TRUNK, TellDesk
from switch_server.core.words import Effect, Queue, QueuePlace, Transition, media

IDLE = (SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP, SeatState.OFFLINE)


class Sound:
    """The legs and the play that each leg hears, by the commands to the card."""

    def __init__(self) -> None:
        self.cards: dict[LegId, CardId] = {}
        self.hears: dict[LegId, tuple[LegId, ...]] = {}
        self.plays: dict[LegId, media.Play] = {}

    def command(self, card: CardId, command: media.CardCommand) -> None:
        """A second channel, on another card, changes nothing of what the leg hears."""
        match command:
            case media.OpenChannel(leg=leg) | media.CloseChannel(leg=leg) if self.cards.get(leg, card) != card:
                return
            case media.OpenChannel(leg=leg):
                self.cards[leg] = card
            case media.CloseChannel(leg=leg):
                self.cards.pop(leg, None)
            case _:
                pass
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

    def check(self, call: Call) -> None:
        """No dead air: each member of a room hears a party or a play, except a seat that has turned away itself."""
        room = call.desk.room
        silent = {leg for leg, listener in room.listeners.items() if listener.mode is ListenMode.MONITOR}
        whispers = {leg: each.target for leg, each in room.listeners.items() if each.mode is ListenMode.WHISPER}
        for leg, member in room.members.items():
            hears, plays = self.of(leg)
            assert not silent & set(hears), f"{leg} hears who listens in silence"
            assert all(whispers.get(other, leg) == leg for other in hears), f"{leg} hears a whisper to another"
            assert leg not in hears
            others = {other for other, each in room.members.items() if each.group == member.group} - {leg}
            assert others <= set(hears), f"{leg} does not hear {others - set(hears)}"
            assert not hears or not plays, f"{leg} hears {hears} and {plays}"
            turned_away = member.talk is not None and member.parked is not None
            assert hears or plays or turned_away, f"{leg} hears nothing"
            if not others and member.parked is None and not room.has_asked(member):
                wanted = any(each.parked == member.group for each in room.members.values())
                coming = room.ask is not None and room.ask.by is None and room.ask.group == member.group
                assert wanted or coming, f"{leg} is left alone"
        for leg in room.listeners:
            hears, plays = self.of(leg)
            assert not plays
            target = room.members[room.listeners[leg].target]
            assert target.leg.id in hears, "who listens does not hear the agent"
        if (
            call.caller.id not in room.members
            and call.caller.state is LegState.UP
            and call.ivr.state is not IvrState.DONE
        ):
            assert not self.of(call.caller.id)[0], "the caller hears somebody, and talks to nobody"


class DeskWatch:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.told: dict[AgentId, desk.DeskSnapshot] = {}
        self.pops: dict[AgentId, CallId | None] = {}
        self.states: dict[AgentId, str] = {}
        self.asked: set[tuple[AgentId, int]] = set()
        self.hangs_up: dict[tuple[AgentId, int], tuple[desk.DeskCall | None, desk.HangUp]] = {}
        """What the desk showed when the hang-up was sent."""
        self.rings = 0
        self.out_of_order: set[CallId] = set()
        self.sound = Sound()

    def event(self, event: ev.Event) -> None:
        if isinstance(event, ev.DeskCommanded):
            self.asked.add((event.agent, event.request))
            if isinstance(event.command, desk.TakeWaiting):
                self.out_of_order.add(event.command.call)
            if isinstance(event.command, desk.HangUp):
                shown = self.told.get(event.agent, desk.DeskSnapshot(0.0)).call
                self.hangs_up[event.agent, event.request] = shown, event.command

    def effect(self, effect: Effect) -> None:
        match effect:
            case TellDesk(report=desk.Notice()):
                pass
            case TellDesk(agent=agent, report=report):
                assert not isinstance(report, desk.Notice)
                self.told[agent] = desk.applied(self.told.get(agent, desk.DeskSnapshot(0.0)), report)
            case ShowPop(agent=agent, call=call):
                self.pops[agent] = call
            case HidePop(agent=agent, call=call):
                assert self.pops.get(agent) == call, "a pop is hidden that is not shown"
                self.pops[agent] = None
            case RingDesk(leg=leg):
                self.rings += 1
                talk = self.switch.calls[call_of(leg)].desk.talks[leg]
                assert not talk.shows_pop or self.pops[talk.agent] == talk.call, "the pop comes before the ring"
                shown = self.told[talk.agent].call
                assert shown is not None
                assert shown.leg == leg, "the desk knows of the leg before it rings"
            case ToCard(card=card, command=command):
                self.sound.command(card, command)
            case Transition(machine="seat", subject=subject, old=old, new=new):
                agent = AgentId(subject)
                assert self.states.get(agent, "offline") == old, "seat transitions are a chain"
                self.states[agent] = new
            case AnswerDesk(agent=agent, request=request, reply=reply):
                self.asked.remove((agent, request))
                if (agent, request) in self.hangs_up:
                    self._hung_up(agent, *self.hangs_up.pop((agent, request)), done=reply == desk.Done())
            case _:
                pass

    def _hung_up(self, agent: AgentId, shown: desk.DeskCall | None, put: desk.HangUp, *, done: bool) -> None:
        """Checks that a hang-up did what the desk showed, or nothing."""
        meant = shown is not None and (shown.call, shown.hanging_up) == (put.call, put.means)
        assert done == meant, f"{put} at {agent}, who was shown {shown}"
        if not done:
            assert agent not in self.told or self.told[agent].call == shown, "it was refused, and did something"
            return
        call = self.switch.calls.get(put.call)
        if put.means is HangingUp.LEAVE:
            assert call is not None and call.cause is None, f"{agent} left {put.call}, and it ended for the others"  # noqa: PT018
        if put.means is HangingUp.HAND_OVER:
            assert call is not None
            assert call.internal or call.cause in (None, EndCause.FAULT), (
                f"{agent} handed {put.call} over, and it ended"
            )

    def assigned(self, event: ev.AgentAssigned) -> None:
        """Checks before the event is handled that it is this caller's turn and that the seat is free."""
        if event.call not in self.switch.calls:
            return
        seat, place = self.switch.desks.seats[event.agent], self.switch.acd.waiting[event.call]
        assert seat.talk is None
        if event.call in self.out_of_order:
            return
        assert seat.state is SeatState.OPEN
        before = [other for other in self._waiters() if other.rank < place.rank and self._able(seat, other)]
        assert not before, f"{before[0].call} was there before {event.call}"

    def check(self) -> None:
        switch = self.switch
        legs: dict[AgentId, Leg] = {}
        for call in switch.calls.values():
            for leg in call.legs.values():
                if leg.trunk == DESK_TRUNK and leg.alive:
                    taken = leg is not call.caller or leg.id in call.desk.talks
                    assert not taken or leg.dnis not in legs, "an agent has two calls"
                    if taken:
                        legs[AgentId(leg.dnis)] = leg
            asks = call.desk.room.ask
            waits = call.ivr.state is IvrState.QUEUED or (asks is not None and isinstance(asks.target, desk.ToQueue))
            assert waits == (call.id in switch.acd.waiting), f"{call.id} waits nowhere, or is not there"
            assert (call.caller.id in call.desk.room.members) <= (call.caller.state is LegState.UP or call.caller.alive)
            self._owned(call)
            self.sound.check(call)
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
        """Checks that a due callback is dialled, or judged again soon."""
        switch, now = self.switch, self.switch.now
        for callback in switch.acd.callbacks.waiting():
            place = QueuePlace(callback.id, callback.queue, 0, callback.since)
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
        talk = call.desk.talks[leg.id]
        if leg.state is not LegState.UP:
            expected = {SeatState.DIALLING if talk.auto else SeatState.RINGING}
        elif leg.id in call.desk.room.listeners:
            expected = {SeatState.MONITORING}
        else:
            member = call.desk.room.members[leg.id]
            others = len([each for each in call.desk.room.members.values() if each.group == member.group]) - 1
            if member.parked is not None:
                expected = {SeatState.HOLDING} if member.holds else {SeatState.CONSULTING}
            elif call.desk.room.has_asked(member):
                expected = {SeatState.DIALLING}
            else:
                expected = {SeatState.CONFERENCE if others > 1 else SeatState.TALKING}
        assert seat.state in expected, f"{seat.agent} is {seat.state}, its leg {leg.state}"

    def _owned(self, call: Call) -> None:
        """Checks that each answered leg is a member of the room, listens, or is the caller in the flow."""
        room = call.desk.room
        if call.cause is not None:
            return
        for leg in call.legs.values():
            if leg.state is LegState.UP and leg is not call.caller:
                assert leg.id in room.members or leg.id in room.listeners, f"nobody has {leg.id}"
        if call.internal and call.caller.state is LegState.UP:
            assert call.caller.id in room.members

    def all_over(self, rows: dict[str, dict[str, Any]]) -> None:
        assert not self.switch.acd.waiting
        kept = self.switch.acd.callbacks.items
        for name, row in rows.items():
            assert (row["state"] in ("waiting", "dialling")) == (name in kept), f"callback {name} is {row['state']}"

    def _waiters(self) -> list[QueuePlace]:
        now = self.switch.now
        return [p for p in self.switch.acd.waiting.values() if not p.ringing and p.not_before <= now]

    def _able(self, seat: Seat, place: QueuePlace) -> bool:
        config = self.switch.config
        by_name = {queue.name: queue for queue in config.queues}
        own = by_name.get(place.queue, Queue(place.queue))
        waited = self.switch.now - place.since
        queues = [own, *(by_name.get(o.queue, Queue(o.queue)) for o in own.overflow if waited >= o.after)]
        return any(not q.skill or seat.skills.get(q.skill, 0) >= q.level for q in queues)
