"""The robot at the presenter, on a virtual clock."""

from random import Random
from typing import Any

from agent_app.model.sound.phone_messages import AnswerCall, Ringing
from agent_app.options import RobotPlan, SecondsRange
from agent_app.robot import Robot
from shared.desk import (
    CallChanged,
    DeskRefusal,
    Done,
    HangUp,
    LockSeat,
    LoggedIn,
    LogIn,
    LogOut,
    OpenSeat,
    Party,
    PopChanged,
    PopShown,
    Refused,
    SeatChanged,
    WrapUp,
)
from shared.enums import CallKind, HangingUp, LockReason, PartyState, SeatState
from shared.ids import CallId, LegId
from tests.agent_app.fakes import AGENT, PASSWORD, SEAT, World, call, card, pop, seat

PLAN = RobotPlan(SecondsRange(1, 1), SecondsRange(8, 8), SecondsRange(2, 2), "complaint")


class Day:
    """A robot at a desk; the test acts as the switch."""

    def __init__(self, plan: RobotPlan = PLAN) -> None:
        self.world = World()
        self.talks: list[dict[str, Any]] = []
        self.ready = 0
        self.robot = Robot(
            self.world.desk, plan, AGENT, PASSWORD, say=self.talks.append, ready=self._ready, random=Random(1)
        )

    def _ready(self) -> None:
        self.ready += 1

    def live(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.world.pass_time(0.1)
            self.robot.step(self.world.now)

    def begin(self) -> None:
        """The robot is logged in and the seat open."""
        world = self.world
        world.connect()
        self.live(0.1)
        world.switch.answer(LoggedIn("s", world.snapshot(seat=SEAT)), LogIn)
        self.live(0.1)
        world.report(SeatChanged(seat()))
        world.switch.answer(Done(), OpenSeat)
        self.live(0.1)

    def step(self) -> None:
        self.robot.step(self.world.now)


def test_the_robot_logs_in_opens_the_seat_and_prints_ready_once() -> None:
    day = Day()
    day.begin()
    day.live(3)
    assert day.ready == 1
    assert day.world.switch.asked == []


def test_a_whole_talk() -> None:
    day, world = Day(), None
    day.begin()
    world = day.world
    world.report(PopChanged(pop(pending=True)), SeatChanged(seat(SeatState.RINGING)))
    day.step()
    world.report(CallChanged(call()))
    world.desk.phone_event(Ringing(LegId("c1/2")))
    day.live(0.5)
    world.report(PopChanged(pop(customer=card())))
    day.live(0.4)
    assert world.phone.of(AnswerCall) == []
    day.live(0.5)
    assert world.phone.of(AnswerCall) == [AnswerCall(LegId("c1/2"))]
    world.talk()
    day.live(7.5)
    assert world.switch.open(HangUp) == []
    day.live(1)
    assert world.switch.open(HangUp) == [HangUp(CallId("c1"), HangingUp.END)]
    world.wrap_up()
    world.switch.answer(Done(), HangUp)
    day.live(1.5)
    assert world.switch.open(WrapUp) == []
    day.live(1)
    (wrapped,) = world.switch.open(WrapUp)
    assert isinstance(wrapped, WrapUp)
    assert (wrapped.call, wrapped.disposition) == ("c1", "complaint")
    assert wrapped.note
    assert day.talks == []
    world.report(SeatChanged(seat()))
    world.switch.answer(Done(), WrapUp)
    day.live(0.2)
    (talk,) = day.talks
    assert 400 < talk.pop("pop_ms") < 700
    assert talk.pop("talk_s") >= 8
    assert talk == {"call": "c1", "kind": "in", "number": "…11", "customer": True, "disposition": "complaint"}
    assert len([told for told in world.switch.heard if isinstance(told, PopShown)]) == 1


def test_a_caller_who_hangs_up_first_and_one_who_does_not_wait() -> None:
    day = Day()
    day.begin()
    world = day.world
    world.ring()
    world.talk()
    day.live(3)
    world.wrap_up()
    day.live(2.5)
    world.report(SeatChanged(seat()))
    world.switch.answer(Done(), WrapUp)
    day.live(0.2)
    assert (len(day.talks), world.switch.open(HangUp)) == (1, [])
    world.ring("c2")
    day.live(0.3)
    world.report(CallChanged(None), SeatChanged(seat()))
    day.live(0.3)
    assert len(day.talks) == 1  # a ring without an answer is no talk


def test_a_wrap_up_that_is_refused_is_given_up_and_the_seat_opened() -> None:
    day = Day()
    day.begin()
    world = day.world
    world.ring()
    world.talk()
    day.live(1)
    world.wrap_up()
    for _ in range(3):
        day.live(2.5)
        while world.switch.open(WrapUp):  # the note alone, too
            world.switch.answer(Refused(DeskRefusal.UNKNOWN_CHOICE), WrapUp)
    day.live(1.5)
    assert len(day.talks) == 1
    assert not world.switch.open(WrapUp)


def test_a_seat_that_was_locked_by_the_switch_is_opened_again() -> None:
    day = Day()
    day.begin()
    day.world.report(SeatChanged(seat(SeatState.LOCKED).__class__(**{**_fields(SEAT), "reason": LockReason.NO_ANSWER})))
    day.live(1.2)
    assert len(day.world.switch.open(OpenSeat)) == 1


def test_a_seat_that_a_supervisor_locked_stays_locked() -> None:
    day = Day()
    day.begin()
    day.world.report(SeatChanged(seat(SeatState.LOCKED).__class__(**{**_fields(SEAT), "reason": LockReason.BREAK})))
    day.live(3)
    assert day.world.switch.open(OpenSeat) == []


def test_the_robot_does_not_hang_up_on_a_colleague_that_consults_it() -> None:
    day = Day()
    day.begin()
    colleague = Party(LegId("c1/2"), "seat", "1002", "", PartyState.TALKING, 0.0)
    customer = Party(LegId("c1/1"), "customer", "", "139", PartyState.WAITING, 0.0)
    consult = call(state=SeatState.TALKING, kind=CallKind.CONSULT, parties=(customer, colleague))
    day.world.report(CallChanged(consult), SeatChanged(seat(SeatState.TALKING)))
    day.live(60)
    assert day.world.switch.open(HangUp) == []
    handed = call(state=SeatState.TALKING, kind=CallKind.CONSULT, parties=(customer,))
    day.world.report(CallChanged(handed))
    day.live(7)
    assert day.world.switch.open(HangUp) == []
    day.live(2)
    assert day.world.switch.open(HangUp) == [HangUp(CallId("c1"), HangingUp.END)]


def test_stopping_lets_the_talk_end_then_locks_and_logs_out() -> None:
    day = Day()
    day.begin()
    world = day.world
    world.ring()
    world.talk()
    day.live(1)
    day.robot.stop()
    day.live(2)
    assert world.switch.open(LockSeat) == []
    world.wrap_up()
    day.live(2.5)
    world.report(SeatChanged(seat()))
    world.switch.answer(Done(), WrapUp)
    day.live(0.3)
    assert len(world.switch.open(LockSeat)) == 1
    world.report(SeatChanged(SEAT))
    world.switch.answer(Done(), LockSeat)
    day.live(0.3)
    world.switch.answer(Done(), LogOut)
    day.live(0.2)
    assert (day.robot.over, day.robot.failed, len(day.talks)) == (True, "", 1)


def test_a_wrong_password_ends_the_robot_a_busy_switch_does_not() -> None:
    day = Day()
    day.world.connect()
    day.live(0.1)
    day.world.switch.answer(Refused(DeskRefusal.BUSY), LogIn)
    day.live(1.5)
    day.world.switch.answer(Refused(DeskRefusal.WRONG_PASSWORD), LogIn)
    day.live(0.2)
    assert (day.robot.over, day.robot.failed) == (True, "wrong_password")


def _fields(of: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__}
