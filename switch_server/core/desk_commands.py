"""What an agent's command means: one function each; the answer says why not.

Commands about a call look at the call, not at the seat, so that a replay of the call, where nobody is logged in, decides alike.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shared import desk
from shared.desk import DeskRefusal, Done, Refused
from shared.enums import SWITCH_LOCKS, SeatState
from shared.ids import CallId
from switch_server.core import talk_records
from switch_server.core.admission import freest, shown_number, trunk_out
from switch_server.core.events import DeskCommanded, DialledOut
from switch_server.core.seat import BUSY, Seat
from switch_server.core.talk import Talk

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.centre import Centre
    from switch_server.core.desks import Desks

Answer = Done | Refused
FREE_FOR_DIAL = frozenset({SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP})


class Commands:
    def __init__(self, house: "Centre", desks: "Desks") -> None:
        self._house = house
        self._desks = desks
        self._of_seat: dict[type[desk.Command], Callable[[Seat, Any, DeskCommanded], Answer]] = {
            desk.OpenSeat: self._open,
            desk.LockSeat: self._lock,
            desk.Dial: self._dial,
            desk.WrapUp: self._wrap_up,
            desk.ExtendWrapUp: self._extend,
        }
        self._of_call: dict[type[desk.Command], Callable[[Call, Talk, Any], Answer]] = {
            desk.HangUp: self._hang_up,
            desk.Hold: self._hold,
            desk.Retrieve: self._retrieve,
            desk.SendDigits: self._digits,
        }

    def do(self, event: DeskCommanded) -> Answer:
        command = event.command
        kind = type(command)
        if kind in self._of_call:
            call = self._house.calls.get(event.call or CallId(""))
            talk = call.desk.talk if call is not None else None
            if (
                call is None
                or talk is None
                or talk.agent != event.agent
                or event.call != getattr(command, "call", None)
            ):
                return Refused(DeskRefusal.NO_SUCH_CALL)
            answer = self._of_call[kind](call, talk, command)
            self._house.settled(call)
            return answer
        seat = self._desks.seats.get(event.agent)
        return Refused(DeskRefusal.NOT_LOGGED_IN) if seat is None else self._of_seat[kind](seat, command, event)

    # --- the seat ---

    def _open(self, seat: Seat, _: desk.OpenSeat, __: DeskCommanded) -> Answer:
        """In a call: whatever would have locked the seat after it does not."""
        seat.lock = seat.lock_next = None
        if seat.state is SeatState.WRAP_UP:
            self._desks.forget_last(seat)
        self._desks.moved(seat, "opened")
        return Done()

    def _lock(self, seat: Seat, command: desk.LockSeat, _: DeskCommanded) -> Answer:
        if command.reason in SWITCH_LOCKS:
            return Refused(DeskRefusal.UNKNOWN_CHOICE)
        if seat.state in BUSY:
            seat.lock_next = command.reason
        else:
            seat.lock = command.reason
        self._desks.moved(seat, "locked")
        return Done()

    def _dial(self, seat: Seat, command: desk.Dial, event: DeskCommanded) -> Answer:
        if seat.state not in FREE_FOR_DIAL:
            return Refused(DeskRefusal.IN_CALL if seat.state in BUSY else DeskRefusal.WRONG_STATE)
        house = self._house
        if event.call is None or event.call in house.calls or house.draining:
            return Refused(DeskRefusal.BUSY)
        trunk = trunk_out(house, command.number)
        if trunk is None:
            return Refused(DeskRefusal.NO_LINE)
        card = freest(house, 2)
        if card is None:
            return Refused(DeskRefusal.BUSY)
        ani = shown_number(house.flows)
        house.take(DialledOut(event.call, seat.agent, seat.contact, trunk.name, ani, command.number, card))
        return Done()

    # --- wrap-up ---

    def _wrap_up(self, seat: Seat, command: desk.WrapUp, _: DeskCommanded) -> Answer:
        talk = self._talk_of(seat, command.call)
        if talk is None:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if talk.answered_at is None:
            return Refused(DeskRefusal.WRONG_STATE)
        note_only = command.stay and not command.disposition
        if not note_only and command.disposition not in {choice.id for choice in self._house.config.dispositions}:
            return Refused(DeskRefusal.UNKNOWN_CHOICE)
        talk.note = command.note
        if not note_only:
            talk.disposition, talk.wrapped_up = command.disposition, not command.stay
        for row in talk_records.wrapped_up(talk, call_is_over=talk.call not in self._house.calls):
            self._house.emit(row)
        if talk is seat.last and not command.stay:
            self._desks.forget_last(seat)
            self._desks.moved(seat, "wrapped_up")
        return Done()

    def _extend(self, seat: Seat, command: desk.ExtendWrapUp, _: DeskCommanded) -> Answer:
        if seat.last is None or seat.last.call != command.call:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if seat.state is not SeatState.WRAP_UP:
            return Refused(DeskRefusal.WRONG_STATE)
        self._desks.start_wrap_up(seat)
        self._desks.moved(seat, "extended")
        return Done()

    def _talk_of(self, seat: Seat, call: CallId) -> Talk | None:
        return next((talk for talk in (seat.talk, seat.last) if talk is not None and talk.call == call), None)

    # --- the call ---

    def _hang_up(self, call: "Call", _: Talk, __: desk.HangUp) -> Answer:
        call.desk.ended_by_agent()
        return Done()

    def _hold(self, call: "Call", talk: Talk, _: desk.Hold) -> Answer:
        if talk.state is not SeatState.TALKING:
            return Refused(DeskRefusal.WRONG_STATE)
        call.desk.hold()
        return Done()

    def _retrieve(self, call: "Call", talk: Talk, _: desk.Retrieve) -> Answer:
        if talk.state is not SeatState.HOLDING:
            return Refused(DeskRefusal.WRONG_STATE)
        call.desk.retrieve()
        return Done()

    def _digits(self, call: "Call", talk: Talk, command: desk.SendDigits) -> Answer:
        if talk.state is not SeatState.TALKING:
            return Refused(DeskRefusal.WRONG_STATE)
        call.desk.send_digits(command.digits)
        return Done()


def for_journal(event: DeskCommanded) -> DeskCommanded:
    """As it is written down: keys may be somebody's PIN, and a note is the store's. A replay needs neither."""
    match event.command:
        case desk.SendDigits() as command:
            return replace(event, command=replace(command, digits="0" * len(command.digits)))
        case desk.WrapUp() as command:
            return replace(event, command=replace(command, note=""))
        case _:
            return event
