"""Carries out the agents' commands: one function for each command, which returns the answer (``Done``, or ``Refused`` with the reason).

Commands about a call (``core.talk.commands``) read the call, not the seat, so that a replay of the call, in which no agent is logged in,
decides the same. Commands whose result depends on other calls or seats (``calling``, ``floor``) make an event of the decision.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from shared import desk
from shared.desk import DeskRefusal, Done, Refused
from shared.enums import SWITCH_LOCKS, SeatState
from shared.ids import CallId
from switch_server.core.desks.calling import CallingCommands
from switch_server.core.desks.desks import Desks
from switch_server.core.desks.facts import DeskCommanded
from switch_server.core.desks.floor import FloorCommands
from switch_server.core.desks.host import DeskSwitchboard
from switch_server.core.desks.seat import Seat
from switch_server.core.room import Talk
from switch_server.core.talk import DeskSide
from switch_server.core.talk import commands as talks
from switch_server.core.talk import records as talk_records

CommandAnswer = Done | Refused


class SeatCommands:
    def __init__(self, switch: DeskSwitchboard, desks: Desks) -> None:
        self._switch = switch
        self._desks = desks
        self.calling = CallingCommands(switch, desks)
        self.floor = FloorCommands(switch, desks)
        self._of_seat: dict[type[desk.Command], Callable[[Seat, Any, DeskCommanded], CommandAnswer]] = {
            desk.OpenSeat: self._open,
            desk.LockSeat: self._lock,
            desk.Dial: self.calling.dial,
            desk.CallSeat: self.calling.call_seat,
            desk.Consult: self.calling.consult,
            desk.Monitor: self.floor.monitor,
            desk.TakeWaiting: self.floor.take_waiting,
            desk.ForceSeat: self.floor.force,
            desk.WrapUp: self._wrap_up,
            desk.ExtendWrapUp: self._extend,
        }
        self._of_call: dict[type[desk.Command], Callable[[DeskSide, Talk, Any], CommandAnswer]] = {
            desk.HangUp: talks.hang_up,
            desk.Hold: talks.hold,
            desk.Retrieve: talks.retrieve,
            desk.Return: talks.back,
            desk.Swap: talks.swap,
            desk.Join: talks.join,
            desk.DropParty: talks.drop,
            desk.Listen: talks.listen,
            desk.Intercept: talks.intercept,
            desk.SendDigits: talks.send_digits,
        }

    def do(self, event: DeskCommanded) -> CommandAnswer:
        command = event.command
        kind = type(command)
        if kind in self._of_call:
            call = self._switch.calls.get(event.call or CallId(""))
            talk = call.desk.talk_of(event.agent) if call is not None else None
            if call is None or talk is None or event.call != getattr(command, "call", None):
                return Refused(DeskRefusal.NO_SUCH_CALL)
            answer = self._of_call[kind](call.desk, talk, command)
            self._switch.call_changed(call)
            return answer
        seat = self._desks.seats.get(event.agent)
        return Refused(DeskRefusal.NOT_LOGGED_IN) if seat is None else self._of_seat[kind](seat, command, event)

    # --- the seat ---

    def _open(self, seat: Seat, _: desk.OpenSeat, __: DeskCommanded) -> CommandAnswer:
        self._desks.open_(seat)
        return Done()

    def _lock(self, seat: Seat, command: desk.LockSeat, _: DeskCommanded) -> CommandAnswer:
        if command.reason in SWITCH_LOCKS:
            return Refused(DeskRefusal.UNKNOWN_CHOICE)
        self._desks.lock(seat, command.reason)
        return Done()

    # --- wrap-up ---

    def _wrap_up(self, seat: Seat, command: desk.WrapUp, _: DeskCommanded) -> CommandAnswer:
        note_only = command.stay and not command.disposition
        talks = (seat.talk, seat.last_talk, seat.previous_talk if note_only else None)
        talk = next((talk for talk in talks if talk is not None and talk.call == command.call), None)
        if talk is None:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if talk.answered_at is None:
            return Refused(DeskRefusal.WRONG_STATE)
        if not note_only and command.disposition not in {choice.id for choice in self._switch.config.dispositions}:
            return Refused(DeskRefusal.UNKNOWN_CHOICE)
        talk.note = command.note
        if not note_only:
            talk.disposition, talk.wrapped_up = command.disposition, not command.stay
        for row in talk_records.wrapped_up(talk, call_is_over=talk.call not in self._switch.calls):
            self._switch.emit(row)
        if talk is seat.last_talk and not command.stay:
            self._desks.end_wrap_up(seat)
            self._desks.seat_changed(seat, "wrapped_up")
        return Done()

    def _extend(self, seat: Seat, command: desk.ExtendWrapUp, _: DeskCommanded) -> CommandAnswer:
        if seat.last_talk is None or seat.last_talk.call != command.call:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if seat.state is not SeatState.WRAP_UP:
            return Refused(DeskRefusal.WRONG_STATE)
        self._desks.start_wrap_up(seat)
        self._desks.seat_changed(seat, "extended")
        return Done()


def for_journal(event: DeskCommanded) -> DeskCommanded:
    """The command as it is journalled: without keys, which may be a PIN, and without the note, which only the store has. A replay needs neither."""
    match event.command:
        case desk.SendDigits() as command:
            return replace(event, command=replace(command, digits="0" * len(command.digits)))
        case desk.WrapUp() as command:
            return replace(event, command=replace(command, note=""))
        case _:
            return event
