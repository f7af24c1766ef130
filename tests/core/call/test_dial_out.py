"""An agent calls out: the desk first, then the customer."""

import pytest
from msgspec import structs

from shared import desk
from shared.enums import CallKind, EndCause, LockReason, SeatState
from shared.ids import CallId, CustomerId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.desks import ShowPop
from switch_server.core.leg import HangUp, PlaceCall, Reject, RingDesk
from switch_server.core.talk import TellDesk
from switch_server.core.words import Trunk, media
from tests.core.a_flow import OUT, TRUNK
from tests.core.desk_world import ANN, CONFIG, DeskWorld
from tests.core.world import CARD, FAR

CALL = CallId("20261122T093000-0700")
CUSTOMER, DESK = leg_of(CALL, 1), leg_of(CALL, 2)
NUMBER = "13900139000"


@pytest.fixture
def world() -> DeskWorld:
    world = DeskWorld()
    world.online()
    return world


def dial(world: DeskWorld) -> None:
    assert world.command(desk.Dial(NUMBER), call=CALL) == desk.Done()


def hears(world: DeskWorld) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((hear.leg, hear.legs) for hear in world.commands(media.Hear))


def test_the_desk_then_the_customer_then_they_talk(world: DeskWorld) -> None:
    dial(world)
    shown = world.switch.desk_state(ANN)[1]
    assert shown is not None
    assert (shown.call, shown.leg, shown.auto, shown.kind, shown.state, shown.number, shown.queue) == (
        CALL, DESK, True, CallKind.OUT, SeatState.DIALLING, NUMBER, None,
    )  # fmt: skip
    assert [(p.call, p.number) for p in world.all(ShowPop)] == [(CALL, NUMBER)]
    world.tell(ev.CallerFound(CALL, CustomerId(3)))
    world.run(1.0)
    assert [ring.leg for ring in world.all(RingDesk)] == [DESK]
    assert not world.all(PlaceCall)
    world.run(1.5)
    assert world.commands(media.Play)[-1] == media.Play(DESK, 0, ("tone:ringback",), barge_in=False, loop=True)
    [placed] = world.all(PlaceCall)
    assert (placed.leg, placed.trunk, placed.dnis, placed.ani) == (CUSTOMER, OUT, NUMBER, "02087550000")
    assert world.seat() is SeatState.DIALLING
    assert not world.commands(media.StartRecording)
    world.run(4.0)
    assert world.seat() is SeatState.TALKING
    assert hears(world) == [(CUSTOMER, (DESK,)), (DESK, (CUSTOMER,))]
    assert world.commands(media.StopPlay)[0].leg == DESK
    assert [s.leg for s in world.commands(media.StartRecording)] == [CUSTOMER]
    world.command(desk.Hold(CALL))
    assert world.commands(media.Play)[-1].segments == ("music/hold",)
    world.command(desk.Retrieve(CALL))
    world.put_down()
    assert world.seat() is SeatState.WRAP_UP
    world.run(1.0)
    assert CALL not in world.switch.calls
    assert world.row("calls", CALL)["cause"] is EndCause.AGENT_HUNG_UP
    talk = world.talk(DESK)
    assert (talk["kind"], talk["number"], talk["outcome"], talk["customer"]) == ("out", NUMBER, "answered", 3)
    assert world.row("contacts", CALL)["direction"] == "out"
    world.run(30.0)
    assert world.seat() is SeatState.OPEN
    world.finish()


def test_early_media_takes_the_place_of_our_ringback(world: DeskWorld) -> None:
    world.reactions.far = "early"
    dial(world)
    world.run(2.5)
    assert hears(world) == [(CUSTOMER, (DESK,)), (DESK, (CUSTOMER,))]
    assert media.StopPlay(DESK) in world.commands(media.StopPlay)
    assert world.seat() is SeatState.DIALLING
    world.run(4.0)
    assert world.seat() is SeatState.TALKING
    assert len(hears(world)) == 2
    world.finish()


def notices(world: DeskWorld) -> list[tuple[str, str]]:
    """The notices to the agent about parties that did not answer."""
    return [
        (told.report.code, told.report.sender) for told in world.all(TellDesk) if isinstance(told.report, desk.Notice)
    ]


def test_the_customer_is_busy(world: DeskWorld) -> None:
    world.reactions.far = "busy"
    dial(world)
    world.run(4.0)
    assert world.seat() is SeatState.OPEN  # no wrap-up without a talk
    assert world.switch.desk_state(ANN)[1] is None
    assert world.talk(DESK)["outcome"] == "caller_gone"
    assert notices(world) == [("dial_busy", NUMBER)]
    world.run(1.0)
    assert world.row("calls", CALL)["cause"] is EndCause.FAR_BUSY
    world.finish()


def test_the_customer_does_not_answer(world: DeskWorld) -> None:
    world.reactions.far = "silent"
    dial(world)
    world.run(43.0)
    assert world.seat() is SeatState.OPEN
    assert HangUp(CUSTOMER, EndCause.NO_ANSWER) in world.effects
    assert notices(world) == [("dial_no_answer", NUMBER)]
    world.finish()


def test_the_agent_hangs_up_before_the_answer(world: DeskWorld) -> None:
    world.reactions.far = "silent"
    dial(world)
    world.run(5.0)
    assert world.put_down() == desk.Done()
    assert (world.seat(), world.reason()) == (SeatState.OPEN, None)
    assert world.talk(DESK)["outcome"] == "refused"
    assert notices(world) == []
    world.finish()


@pytest.mark.parametrize(("phone", "reason"), [("dead", "phone_lost"), ("silent", "phone_lost"), ("refuse", None)])
def test_the_agents_own_phone_fails(world: DeskWorld, phone: str, reason: str | None) -> None:
    world.reactions.desk = phone
    dial(world)
    world.run(20.0)
    assert not world.all(PlaceCall)
    assert world.reason() == (LockReason(reason) if reason else None)
    assert CALL not in world.switch.calls
    world.finish()


def test_from_a_locked_seat_back_to_it() -> None:
    world = DeskWorld()
    world.online(open_=False)
    dial(world)
    world.run(7.0)
    assert world.seat() is SeatState.TALKING
    world.hang_up(CALL)
    assert world.seat() is SeatState.WRAP_UP
    world.command(desk.WrapUp(CALL, "other"))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LOGGED_IN)
    world.finish()


def test_the_link_is_lost_while_the_call_is_dialled_and_in_the_talk(world: DeskWorld) -> None:
    dial(world)
    world.tell(ev.DeskDown(ANN))
    assert CALL not in world.switch.calls or world.switch.calls[CALL].cause is EndCause.DESK_LOST
    world.online(open_=False)
    world.run(1.0)
    other = CallId("20261122T093000-0701")
    world.command(desk.Dial(NUMBER), call=other)
    world.run(7.0)
    assert world.seat() is SeatState.TALKING
    world.tell(ev.DeskDown(ANN))
    world.run(5.0)
    assert world.seat() is SeatState.OFFLINE
    assert world.state(other) == "queued", "the customer is not left alone: the next agent has them"
    assert world.commands(media.Play)[-1].segments == ("zh_CN/agent_lost",)
    world.hang_up(other)
    world.finish()


def test_no_line_no_card_no_time() -> None:
    config = structs.replace(
        CONFIG, trunks=(Trunk(TRUNK, direction="in"), Trunk(OUT, lines=1, direction="out", numbers=("139*",)))
    )
    world = DeskWorld(config=config)
    world.online()
    assert world.refused(desk.Dial("10086"), call=CALL) == "no_line"
    assert world.refused(desk.Dial(NUMBER), call=None) == "busy"
    world.tell(ev.CardUp(CARD, 1))
    assert world.refused(desk.Dial(NUMBER), call=CALL) == "busy"  # an outgoing call needs two channels
    world.tell(ev.CardUp(CARD, 2))
    dial(world)
    world.online(agent := world.switch.desks.seats[ANN].agent, open_=False)
    assert world.refused(desk.Dial(NUMBER), agent, CallId("x")) == "in_call"
    world.hang_up(CALL)
    world.run(1.0)
    world.tell(ev.DeskDown(ANN))
    assert world.refused(desk.Dial(NUMBER), call=CALL) == "wrong_state"
    world.online(open_=False)
    world.tell(ev.Draining())
    assert world.refused(desk.Dial(NUMBER), call=CALL) == "busy"
    world.finish()


def test_a_trunk_that_only_names_networks_is_for_calls_in() -> None:
    """Such a trunk has no address for outgoing calls: the agent is told at once, and the next trunk is tried."""
    networks = Trunk(TRUNK, far=("127.0.0.0/8",))
    world = DeskWorld(config=structs.replace(CONFIG, trunks=(networks,)))
    world.online()
    assert world.refused(desk.Dial(NUMBER), call=CALL) == "no_line"
    world.finish()
    for far in ("192.0.2.7:5060", "192.0.2.7", "192.0.2.7/32"):
        config = structs.replace(CONFIG, trunks=(networks, Trunk(OUT, far=("10.0.0.0/8", far))))
        world = DeskWorld(config=config)
        world.online()
        dial(world)
        world.finish()


def test_a_flow_for_any_number_gives_no_caller_number() -> None:
    world = DeskWorld(structs.replace(DeskWorld().switch.flows[0], numbers=("*",)), structs.replace(CONFIG, queues=()))
    world.online()
    dial(world)
    world.run(7.0)
    assert world.all(PlaceCall)[0].ani == ""
    world.put_down()
    assert world.seat() is SeatState.WRAP_UP  # 30 s without a queue
    world.run(31.0)
    assert world.seat() is SeatState.OPEN
    world.finish()


def test_the_customers_answer_that_comes_after_the_desk_is_gone(world: DeskWorld) -> None:
    world.reactions.far = "silent"
    dial(world)
    world.run(4.0)
    world.put_down()
    world.tell(ev.LegRinging(CUSTOMER, FAR))
    world.tell(ev.LegAnswered(CUSTOMER, FAR))
    world.run(5.0)
    assert CALL not in world.switch.calls
    world.finish()


def test_a_caller_by_the_name_of_a_call_out_is_answered_500(world: DeskWorld) -> None:
    dial(world)
    world.tell(ev.CallOffered(CUSTOMER, TRUNK, NUMBER, "95500", FAR))
    assert world.all(Reject) == [Reject(CUSTOMER, 500, EndCause.FAULT)]
    assert world.switch.counters["calls_offered_twice"] == 1
