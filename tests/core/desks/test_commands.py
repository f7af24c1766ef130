"""The commands that an agent may give in each state, and the answers."""

import pytest

from shared import desk
from shared.enums import HangingUp, LockReason, SeatState
from shared.ids import CallId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.words import MediaStats, SwitchConfig
from tests.core.desk_world import ANN, BOB, CONFIG, DeskWorld

NO_CALL = CallId("20261122T093000-9999")


def in_state(state: str) -> tuple[DeskWorld, CallId]:
    """A world with Ann's seat in this state, and the call concerned."""
    world = DeskWorld()
    world.reactions.far = "silent"
    if state == "logged_out":
        return world, NO_CALL
    world.online(open_=state != "locked")
    call = NO_CALL
    if state == "dialling":
        call = CallId("20261122T093000-0500")
        assert world.command(desk.Dial("13900139000"), call=call) == desk.Done()
        world.run(3.0)
    elif state in ("ringing", "talking", "holding", "wrap_up"):
        world.reactions.desk = "silent"
        call = world.offer()
        world.run(1.0)
        if state != "ringing":
            world.desk_answers(leg_of(call, 2))
        if state == "holding":
            world.command(desk.Hold(call))
        if state == "wrap_up":
            world.put_down()
    assert world.seat().value == state
    return world, call


STATES = ("logged_out", "locked", "open", "ringing", "dialling", "talking", "holding", "wrap_up")
OK = "done"
TABLE: dict[str, tuple[str, ...]] = {
    "OpenSeat": ("not_logged_in", OK, OK, OK, OK, OK, OK, OK),
    "LockSeat": ("not_logged_in", OK, OK, OK, OK, OK, OK, OK),
    "HangUp": ("no_such_call", "no_such_call", "no_such_call", OK, OK, OK, OK, "no_such_call"),
    "Hold": ("no_such_call", "no_such_call", "no_such_call", "wrong_state", "wrong_state", OK, "wrong_state", "no_such_call"),
    "Retrieve": (
        "no_such_call", "no_such_call", "no_such_call", "wrong_state", "wrong_state", "wrong_state", OK, "no_such_call",
    ),
    "SendDigits": (
        "no_such_call", "no_such_call", "no_such_call", "wrong_state", "wrong_state", OK, "wrong_state", "no_such_call",
    ),
    "Dial": ("not_logged_in", OK, OK, "in_call", "in_call", "in_call", "in_call", OK),
    "WrapUp": ("not_logged_in", "no_such_call", "no_such_call", "wrong_state", "wrong_state", OK, OK, OK),
    "ExtendWrapUp": (
        "not_logged_in", "no_such_call", "no_such_call", "no_such_call", "no_such_call", "no_such_call", "no_such_call", OK,
    ),
}  # fmt: skip


def make(name: str, call: CallId, means: HangingUp) -> desk.AnyCommand:
    made: dict[str, desk.AnyCommand] = {
        "OpenSeat": desk.OpenSeat(), "LockSeat": desk.LockSeat(LockReason.LUNCH), "HangUp": desk.HangUp(call, means),
        "Hold": desk.Hold(call), "Retrieve": desk.Retrieve(call), "SendDigits": desk.SendDigits(call, "1"),
        "Dial": desk.Dial("13900139000"), "WrapUp": desk.WrapUp(call, "other"), "ExtendWrapUp": desk.ExtendWrapUp(call),
    }  # fmt: skip
    return made[name]


@pytest.mark.parametrize("name", list(TABLE))
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(name: str, state: str) -> None:
    world, call = in_state(state)
    told = world.watch.desks.told.get(ANN)
    means = told.call.hanging_up if told is not None and told.call is not None else HangingUp.END
    reply = world.command(make(name, call, means), ANN, CallId("20261122T093000-0600"))
    said = reply.code.value if isinstance(reply, desk.Refused) else OK
    assert said == TABLE[name][STATES.index(state)]
    if call in world.switch.calls:
        assert world.refused(desk.HangUp(call, means), BOB) == "no_such_call"  # another seat's call
    world.finish()


def test_a_click_that_came_late_does_nothing_to_the_next_call() -> None:
    world = DeskWorld()
    first = world.talking()
    world.put_down()
    world.command(desk.WrapUp(first, "other"))
    second = world.talking()
    assert world.refused(desk.HangUp(first, HangingUp.END)) == "no_such_call"
    assert world.refused(desk.Hold(first)) == "no_such_call"
    assert world.state(second) == "talking"
    world.finish()


# --- locks ---


def test_a_lock_in_a_call_takes_effect_after_it() -> None:
    world, call = in_state("talking")
    world.command(desk.LockSeat(LockReason.LUNCH))
    seat, _ = world.switch.desk_state(ANN)
    assert seat is not None
    assert (seat.state, seat.lock_next, seat.reason) == (SeatState.TALKING, LockReason.LUNCH, None)
    assert world.switch.snapshot().seats[0].reason == "lunch"
    world.put_down()
    world.command(desk.WrapUp(call, "other"))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LUNCH)
    world.finish()


def test_a_lock_in_a_call_is_taken_back() -> None:
    world, _ = in_state("talking")
    world.command(desk.LockSeat(LockReason.LUNCH))
    world.command(desk.OpenSeat())
    world.put_down()
    assert world.reason() is None
    world.command(desk.LockSeat(LockReason.PAPERWORK))
    assert world.seat() is SeatState.WRAP_UP
    world.run(31.0)
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.PAPERWORK)
    world.finish()


@pytest.mark.parametrize("reason", [LockReason.LOGGED_IN, LockReason.NO_ANSWER, LockReason.PHONE_LOST])
def test_the_switchs_reasons_are_no_agents_choice(reason: LockReason) -> None:
    world, _ = in_state("open")
    assert world.refused(desk.LockSeat(reason)) == "unknown_choice"
    world.finish()


# --- wrap-up ---


def test_wrap_up() -> None:
    world, call = in_state("wrap_up")
    assert world.refused(desk.WrapUp(call, "nonsense")) == "unknown_choice"
    world.run(20.0)
    assert world.command(desk.ExtendWrapUp(call)) == desk.Done()
    assert world.refused(desk.ExtendWrapUp(NO_CALL)) == "no_such_call"
    world.run(20.0)
    assert world.command(desk.WrapUp(call, "order", "first word", stay=True)) == desk.Done()
    assert world.seat() is SeatState.WRAP_UP
    world.run(11.0)
    assert world.seat() is SeatState.OPEN
    assert world.refused(desk.ExtendWrapUp(call)) == "wrong_state"
    assert world.command(desk.WrapUp(call, "complaint", "second word")) == desk.Done()
    talk = world.talk(leg_of(call, 2))
    assert (talk["disposition"], talk["note"]) == ("complaint", "second word")
    assert world.refused(desk.WrapUp(call, "complaint")) == "no_such_call"
    world.finish()


def test_a_note_without_a_disposition_is_kept_and_ends_nothing() -> None:
    world, call = in_state("wrap_up")
    assert world.refused(desk.WrapUp(call, "", "not so")) == "unknown_choice"
    assert world.command(desk.WrapUp(call, "", "a note", stay=True)) == desk.Done()
    talk = world.talk(leg_of(call, 2))
    assert (talk["disposition"], talk["note"]) == (None, "a note")
    assert world.seat() is SeatState.WRAP_UP
    world.finish()


def test_a_note_that_comes_late_is_kept_and_a_disposition_is_not() -> None:
    """The seat was opened, or rang again, while the agent was still typing."""
    world, call = in_state("wrap_up")
    world.command(desk.WrapUp(call, "order", "fir", stay=True))
    world.command(desk.OpenSeat())
    assert world.refused(desk.WrapUp(call, "complaint", "no", stay=True)) == "no_such_call"
    assert world.refused(desk.WrapUp(NO_CALL, "", "no", stay=True)) == "no_such_call"
    assert world.command(desk.WrapUp(call, "", "first word", stay=True)) == desk.Done()
    talk = world.talk(leg_of(call, 2))
    assert (talk["disposition"], talk["note"]) == ("order", "first word")
    assert world.seat() is SeatState.OPEN
    world.finish()


def test_a_disposition_given_in_the_talk_needs_no_wrap_up() -> None:
    world, call = in_state("talking")
    world.command(desk.WrapUp(call, "order", "all said"))
    assert world.seat() is SeatState.TALKING
    world.hang_up(call)
    assert world.seat() is SeatState.OPEN
    world.run(1.0)
    contact = world.row("contacts", call)
    assert (contact["disposition"], contact["summary"]) == ("order", "all said")
    world.finish()


def test_opening_ends_the_wrap_up() -> None:
    world, _ = in_state("wrap_up")
    world.command(desk.OpenSeat())
    assert world.seat() is SeatState.OPEN
    world.run(60.0)
    world.finish()


def test_a_queue_without_wrap_up_time() -> None:
    queue = CONFIG.queues[0]
    world = DeskWorld(config=SwitchConfig(trunks=CONFIG.trunks, queues=(type(queue)(queue.name, wrap_up=0.0),)))
    call = world.talking()
    world.put_down()
    assert world.seat() is SeatState.OPEN
    assert world.command(desk.WrapUp(call, "other")) == desk.Done()
    world.finish()


def test_keys_and_notes_are_not_journalled() -> None:
    world, call = in_state("talking")
    world.command(desk.SendDigits(call, "271828"))
    world.command(desk.WrapUp(call, "other", "said: my PIN is 271828", stay=True))
    written = [e.command for _, _, e in world.journal if isinstance(e, ev.DeskCommanded)]
    assert written[-2:] == [desk.SendDigits(call, "000000"), desk.WrapUp(call, "other", "", stay=True)]
    assert world.talk(leg_of(call, 2))["note"] == "said: my PIN is 271828"
    assert not any(isinstance(e, ev.PhoneTold) for _, _, e in world.journal)
    world.finish()


def test_todays_calls_begin_anew_at_midnight() -> None:
    world, call = in_state("wrap_up")
    world.command(desk.WrapUp(call, "other"))
    world.now += 86_400.0
    world.reactions.desk = "answer"
    world.talking()
    seat, _ = world.switch.desk_state(ANN)
    assert seat is not None
    assert seat.calls_today == 1
    world.finish()


# --- faults of the switch ---


def test_a_fault_of_ours_is_answered_too() -> None:
    world, call = in_state("talking")
    world._fault = lambda about, bug: world.faults.append(bug)  # type: ignore[method-assign]
    world.switch._on_fault = world._fault
    world.watch.check = lambda: None  # type: ignore[method-assign]
    side = world.switch.calls[call].desk
    side.hold = lambda: 1 / 0  # type: ignore[method-assign,return-value]
    assert world.refused(desk.Hold(call)) == "fault"
    assert len(world.faults) == 1
    assert world.seat() is SeatState.WRAP_UP
    assert world.switch.calls[call].cause is not None
    world.tell(ev.ChannelClosed(leg_of(call, 1), MediaStats()))


def test_a_call_whose_end_fails_frees_its_seat() -> None:
    world, call = in_state("talking")
    world.switch._on_fault = lambda about, bug: world.faults.append(bug)
    world.watch.check = lambda: None  # type: ignore[method-assign]
    world.switch.calls[call].end = lambda cause: 1 / 0  # type: ignore[method-assign,return-value]
    world.hang_up(call)
    assert call not in world.switch.calls
    assert world.seat() is SeatState.WRAP_UP
    assert len(world.faults) == 2


def test_a_fault_of_the_round_costs_no_event() -> None:
    world, _ = in_state("locked")
    faults: list[BaseException] = []
    world.switch._on_fault = lambda about, bug: faults.append(bug)
    world.watch.check = lambda: None  # type: ignore[method-assign]
    world.switch.acd.distribute = lambda: 1 / 0  # type: ignore[method-assign,return-value]
    world.tell(ev.PhoneTold(ANN, ()))
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
