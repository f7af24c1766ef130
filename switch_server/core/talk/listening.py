"""Supervisors who listen to other seats' calls: monitor (同步监听), whisper (耳语), barge (强插), intercept (拦截)."""

from shared.desk import CameBack, Notice
from shared.enums import CallKind, ListenMode
from shared.ids import LegId
from switch_server.core.leg import Leg
from switch_server.core.room import Listener, Outcome, Talk
from switch_server.core.talk.consults import Consults
from switch_server.core.talk.effects import TellDesk
from switch_server.core.talk.facts import ListenerCame
from switch_server.core.talk.host import TalkCall, TalkSide


class Listening:
    """``coming``: listeners whose phone is being rung; it answers by itself."""

    def __init__(self, call: TalkCall, side: TalkSide, consults: Consults) -> None:
        self._call = call
        self._side = side
        self._consults = consults
        self.coming: dict[LegId, Listener] = {}

    def come(self, event: ListenerCame) -> None:
        side = self._side
        talk = side.new_talk(event.leg, event.agent, CallKind.MONITOR, event.contact, auto=True)
        self.coming[talk.id] = Listener(talk.leg, talk, event.target, event.mode)
        side.begin(talk)
        self._call.open_channel(talk.leg, None)

    def answered(self, leg: Leg) -> None:
        listener = self._side.room.listeners[leg.id] = self.coming.pop(leg.id)
        listener.talk.answered_at = self._call.now
        self._side.tidy("listens")

    def forget(self, talk: Talk) -> None:
        self.coming.pop(talk.id, None)

    def tidy(self) -> None:
        """Ends the listening to seats that are no longer in the room."""
        room = self._side.room
        for listener in [*room.listeners.values(), *self.coming.values()]:
            if listener.target not in room.members:
                self._side.end_talk(listener.talk, Outcome.ANSWERED)

    def listen(self, listener: Listener, mode: ListenMode) -> None:
        listener.mode = mode
        self._side.rewire(mode.value)

    def intercept(self, listener: Listener) -> bool:
        """The listener takes the seat's place in its group at once; a party that the seat had asked is cancelled.

        ``False``: the call has no customer, the customer has not answered yet, or the seat has left the call after the cancelling.
        """
        side, room, call = self._side, self._side.room, self._call
        if call.internal or side.talks[listener.target].is_dialling:
            return False
        if room.ask is not None and room.ask.by == listener.target:
            self._consults.give_up(CameBack.CANCELLED)
        target, talk = room.members.get(listener.target), listener.talk
        if target is None or target.talk is None:
            return False
        del room.listeners[talk.id]
        mine = room.enter(talk.leg, talk, target.group, call.now)
        mine.parked, mine.holds, mine.consult_group = target.parked, target.holds, target.consult_group
        for other in room.listeners.values():
            if other.target == listener.target:
                other.target = talk.id
        talk.kind, talk.auto = CallKind.TAKEN, True
        target.talk.transferred_to = f"seat:{talk.agent}"
        notice = Notice(call.now, "intercepted", talk.agent)
        call.emit(TellDesk(target.talk.agent, notice))
        side.end_talk(target.talk, Outcome.ANSWERED)
        call.switch.desks.caller_known(call.id)
        side.tidy("intercepted")
        return True
