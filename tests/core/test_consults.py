"""Somebody is asked into a call: consult, swap, join, hand over, and every way in which that can go wrong. The oracle runs after each step."""

import pytest
from msgspec import structs

from shared import desk
from shared.desk import CameBack, DeskRefusal, Done, Refused, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import EndCause, PartyState, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName, leg_of
from switch_server.core import events as ev
from switch_server.core import media
from switch_server.core.config import Hours, Queue
from switch_server.core.effects import HangUp
from switch_server.core.room import Room
from tests.core.desk_world import ANN, BOB, CAT, CONFIG, DeskWorld
from tests.core.flow import MAIN
from tests.core.world import ACCOUNT, PIN

OUTSIDE = ToNumber("13900139000")
FUND = QueueName("fund")


@pytest.fixture
def world() -> DeskWorld:
    world = DeskWorld(config=structs.replace(CONFIG, queues=(*CONFIG.queues, Queue(FUND, ring=10.0, wrap_up=20.0))))
    world.tell(ev.Configured(world.switch.config, (*world.switch.flows, MAIN)))
    return world


def talking(world: DeskWorld, *others: AgentId) -> CallId:
    """Ann talks to a customer; the others are locked, and can be called."""
    call = world.talking()
    for other in others:
        world.online(other, open_=False)
    return call


def does(world: DeskWorld, command: desk.AnyCommand, agent: AgentId = ANN) -> None:
    assert world.command(command, agent) == Done()


def consulting(world: DeskWorld, target: desk.AnyTarget | None = None) -> CallId:
    """Ann has asked Bob, who has answered."""
    call = talking(world, BOB, CAT)
    does(world, desk.Consult(call, target or ToSeat(BOB)))
    world.run(5.0)
    return call


def heard(world: DeskWorld, leg: LegId) -> tuple[set[str], str]:
    hears, plays = world.watch.desks.sound.of(leg)
    return {other.rpartition("/")[2] for other in hears}, plays


def legs(call: CallId, *numbers: int) -> list[LegId]:
    return [leg_of(call, number) for number in numbers]


def shown(world: DeskWorld, agent: AgentId = ANN) -> desk.DeskCall:
    call = world.switch.desk_state(agent)[1]
    assert call is not None
    return call


# --- asked, and there ---


def test_who_is_asked_rings_while_the_customer_hears_music(world: DeskWorld) -> None:
    world.reactions.desk = "answer"
    call = talking(world, BOB)
    world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(1.0)
    customer, ann = legs(call, 1, 2)
    assert heard(world, customer) == (set(), "music/hold")
    assert heard(world, ann) == (set(), "tone:ringback")
    assert (world.seat(), world.seat(BOB)) == (SeatState.CONSULTING, SeatState.RINGING)
    assert [(p.kind, p.name, p.state) for p in shown(world).parties] == [
        ("customer", "", PartyState.WAITING), ("seat", BOB, PartyState.RINGING),
    ]  # fmt: skip
    world.online(CAT)
    assert world.refused(desk.Consult(call, ToSeat(CAT))) == "wrong_state", "one is asked at a time"
    assert world.refused(desk.Swap(call)) == world.refused(desk.Join(call)) == "wrong_state"
    assert world.refused(desk.Hold(call)) == "wrong_state"
    world.finish()


def test_swap_join_and_leave(world: DeskWorld) -> None:
    call = consulting(world)
    customer, ann, bob = legs(call, 1, 2, 3)
    assert heard(world, ann) == ({"3"}, "")
    assert heard(world, customer) == (set(), "music/hold")
    assert (world.seat(), world.seat(BOB)) == (SeatState.CONSULTING, SeatState.TALKING)
    does(world, desk.Swap(call))
    assert heard(world, ann) == ({"1"}, "")
    assert heard(world, bob) == (set(), "music/hold")
    assert [p.state for p in shown(world).parties] == [PartyState.TALKING, PartyState.WAITING]
    does(world, desk.Join(call))
    assert heard(world, customer) == ({"2", "3"}, "")
    assert world.seat() is world.seat(BOB) is SeatState.CONFERENCE
    does(world, desk.Hold(call))
    assert heard(world, customer) == ({"3"}, "")
    assert heard(world, ann) == (set(), "")
    does(world, desk.Retrieve(call))
    does(world, desk.HangUp(call))
    assert (world.seat(), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.TALKING)
    assert heard(world, customer) == ({"3"}, "")
    does(world, desk.HangUp(call), BOB)
    assert world.seat(BOB) is SeatState.WRAP_UP, "the customer was theirs at last"
    assert "transferred_to" not in world.talk(ann), "who leaves a conference hands nobody over"
    world.run(2.0)
    assert world.row("contacts", call)["agent"] == BOB
    world.finish()


def test_return_after_the_answer_and_after_a_swap(world: DeskWorld) -> None:
    call = consulting(world)
    does(world, desk.Return(call))
    assert (world.seat(), world.seat(BOB), shown(world).came_back) == (
        SeatState.TALKING, SeatState.LOCKED, CameBack.CANCELLED,
    )  # fmt: skip
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(5.0)
    does(world, desk.Swap(call))
    does(world, desk.Return(call))
    assert (world.seat(), world.seat(BOB)) == (SeatState.TALKING, SeatState.LOCKED)
    assert heard(world, leg_of(call, 1)) == ({"2"}, "")
    assert world.refused(desk.Return(call)) == "wrong_state"
    world.finish()


def test_a_conference_of_five_and_one_is_sent_away(world: DeskWorld) -> None:
    call = consulting(world)
    does(world, desk.Join(call))
    does(world, desk.Consult(call, OUTSIDE))
    assert heard(world, leg_of(call, 1)) == ({"3"}, ""), "who was left talks on"
    world.run(6.0)
    does(world, desk.SendDigits(call, "5"))
    assert [c.leg for c in world.commands(media.SendDigits)] == [leg_of(call, 4)], "to the one that is talked to"
    does(world, desk.Join(call))
    does(world, desk.Consult(call, ToSeat(CAT)))
    world.run(5.0)
    does(world, desk.Join(call))
    assert {frozenset(heard(world, leg)[0]) for leg in legs(call, 1, 2, 3, 4, 5)} == {
        frozenset("12345") - {number} for number in "12345"
    }
    assert world.refused(desk.DropParty(call, leg_of(call, 1))) == "not_allowed"
    assert world.refused(desk.DropParty(call, leg_of(call, 2))) == "not_allowed"
    assert world.refused(desk.DropParty(call, leg_of(call, 9))) == "wrong_state"
    does(world, desk.DropParty(call, leg_of(call, 4)))
    assert HangUp(leg_of(call, 4), EndCause.AGENT_HUNG_UP) in world.effects
    assert heard(world, leg_of(call, 5))[0] == {"1", "2", "3"}
    world.hang_up(call)
    assert {world.seat(agent) for agent in (ANN, BOB, CAT)} == {SeatState.WRAP_UP, SeatState.LOCKED}
    world.finish()


def test_consult_from_hold_keeps_the_customer_on_hold(world: DeskWorld) -> None:
    call = talking(world, BOB)
    does(world, desk.Hold(call))
    held = shown(world).held_at
    world.run(3.0)
    does(world, desk.Consult(call, ToSeat(BOB)))
    assert shown(world).held_at == held
    world.run(5.0)
    does(world, desk.Return(call))
    assert (world.seat(), shown(world).held_at) == (SeatState.TALKING, None)
    world.finish()


def test_the_asked_may_ask_others_while_who_asked_waits(world: DeskWorld) -> None:
    call = consulting(world)
    does(world, desk.Consult(call, ToSeat(CAT)), BOB)
    assert heard(world, leg_of(call, 2)) == (set(), "music/hold"), "Ann waits too"
    assert world.seat() is SeatState.CONSULTING
    does(world, desk.HangUp(call))  # and hands over to whom she can't talk to just now
    assert world.talk(leg_of(call, 2))["transferred_to"] == f"seat:{BOB}"
    world.run(5.0)
    does(world, desk.Return(call), BOB)
    assert heard(world, leg_of(call, 1)) == ({"3"}, "")
    world.finish()


def test_whom_the_asked_has_asked_is_called_off_with_them(world: DeskWorld) -> None:
    call = consulting(world)
    world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToSeat(CAT)), BOB)
    does(world, desk.Return(call))
    assert {world.seat(agent) for agent in (BOB, CAT)} == {SeatState.LOCKED}
    assert heard(world, leg_of(call, 1)) == ({"2"}, "")
    world.finish()


def test_two_who_hand_over_the_same_customer(world: DeskWorld) -> None:
    """Ann hands over to Cat, who still rings; Bob, of the same conference, to an outside party: all three have each other."""
    call = consulting(world)
    does(world, desk.Join(call))
    does(world, desk.Consult(call, OUTSIDE), BOB)
    world.run(6.0)
    world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToSeat(CAT)))
    world.run(1.0)
    does(world, desk.HangUp(call))
    does(world, desk.HangUp(call), BOB)
    assert heard(world, leg_of(call, 1))[0] == {"4"}
    world.desk_answers(leg_of(call, 5))
    assert heard(world, leg_of(call, 1))[0] == {"4", "5"}
    world.finish()


def test_the_customer_is_handed_to_whom_the_asked_has_handed_on(world: DeskWorld) -> None:
    """Bob hands Ann on to Cat, who still rings; Ann hangs up: the customer waits for Cat."""
    call = consulting(world)
    world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToSeat(CAT)), BOB)
    world.run(1.0)
    does(world, desk.HangUp(call), BOB)
    assert heard(world, leg_of(call, 2)) == (set(), "tone:ringback")
    does(world, desk.HangUp(call))
    assert world.talk(leg_of(call, 2))["transferred_to"] == f"seat:{CAT}"
    world.desk_answers(leg_of(call, 4))
    assert heard(world, leg_of(call, 1))[0] == {"4"}
    world.finish()


# --- it does not come ---


@pytest.mark.parametrize(
    ("how", "why"),
    [("refuse", CameBack.NO_ANSWER), ("dead", CameBack.UNREACHABLE), ("silent", CameBack.NO_ANSWER)],
)
def test_a_seat_that_does_not_come(world: DeskWorld, how: str, why: CameBack) -> None:
    call = talking(world, BOB)
    world.reactions.desk = how
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(31.0)
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, why)
    assert heard(world, leg_of(call, 1)) == ({"2"}, "")
    world.finish()


def test_a_seat_that_refuses_by_its_button_is_not_locked(world: DeskWorld) -> None:
    call = talking(world)
    world.reactions.desk = "silent"
    world.online(BOB)
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(1.0)
    does(world, desk.HangUp(call), BOB)
    assert (world.seat(BOB), shown(world).came_back) == (SeatState.OPEN, CameBack.REFUSED)
    world.finish()


@pytest.mark.parametrize(("far", "why"), [("busy", CameBack.BUSY), ("silent", CameBack.NO_ANSWER)])
def test_an_outside_party_that_does_not_come(world: DeskWorld, far: str, why: CameBack) -> None:
    call = talking(world)
    world.reactions.far = far
    does(world, desk.Consult(call, OUTSIDE))
    world.run(46.0)
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, why)
    world.finish()


def test_early_media_of_the_asked_party_is_heard(world: DeskWorld) -> None:
    call = talking(world)
    world.reactions.far = "early"
    does(world, desk.Consult(call, OUTSIDE))
    world.run(0.5)
    assert heard(world, leg_of(call, 2)) == ({"3"}, "")
    assert shown(world).parties[1].state is PartyState.RINGING
    world.finish()


def test_the_card_has_no_channel_for_it(world: DeskWorld) -> None:
    call = talking(world, BOB)
    world.reactions.channel = "full"
    does(world, desk.Consult(call, OUTSIDE))
    world.run(1.0)
    assert shown(world).came_back is CameBack.NO_LINE
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(1.0)
    assert shown(world).came_back is CameBack.UNREACHABLE
    world.finish()


def test_the_asked_party_hangs_up_after_they_talked(world: DeskWorld) -> None:
    call = consulting(world, OUTSIDE)
    world.tell(ev.LegEnded(leg_of(call, 3), EndCause.FAR_HUNG_UP))
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, CameBack.HUNG_UP)
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(5.0)
    does(world, desk.HangUp(call), BOB)
    assert (world.seat(), world.seat(BOB)) == (SeatState.TALKING, SeatState.LOCKED), "no wrap-up: only asked"
    world.finish()


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (ToSeat(AgentId("nobody")), "not_here"), (ToNumber("0" * 32), "no_line"), (ToQueue(QueueName("gone")), "not_found"),
        (ToMenu("gone"), "not_found"),
    ],
)  # fmt: skip
def test_what_can_t_be_asked_leaves_the_talk_as_it_was(world: DeskWorld, target: desk.AnyTarget, code: str) -> None:
    call = talking(world)
    trunks = tuple(structs.replace(trunk, numbers=("1*",)) for trunk in world.switch.config.trunks)
    world.tell(ev.Configured(structs.replace(world.switch.config, trunks=trunks), world.switch.flows))
    assert world.refused(desk.Consult(call, target)) == code
    assert (world.seat(), heard(world, leg_of(call, 1))) == (SeatState.TALKING, ({"2"}, ""))
    assert world.command(desk.Consult(CallId("gone"), target)) == Refused(DeskRefusal.NO_SUCH_CALL)
    world.finish()


# --- hand over ---


def test_handed_over_while_it_rings_and_answered(world: DeskWorld) -> None:
    call = talking(world, BOB)
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(0.5)
    does(world, desk.HangUp(call))
    assert (world.seat(), heard(world, leg_of(call, 1))) == (SeatState.WRAP_UP, (set(), "tone:ringback"))
    world.run(3.0)
    assert heard(world, leg_of(call, 1)) == ({"3"}, "")
    assert world.talk(leg_of(call, 2))["transferred_to"] == f"seat:{BOB}"
    does(world, desk.HangUp(call), BOB)
    assert world.seat(BOB) is SeatState.WRAP_UP
    world.finish()


@pytest.mark.parametrize("target", [ToSeat(BOB), OUTSIDE])
def test_handed_over_while_it_rings_and_not_answered(world: DeskWorld, target: desk.AnyTarget) -> None:
    """The customer is not left with a dead line: an excuse, the head of the queue, the next agent."""
    call = talking(world, BOB)
    world.reactions.desk = world.reactions.far = "silent"
    does(world, desk.Consult(call, target))
    world.run(1.0)
    does(world, desk.HangUp(call))
    world.run(60.0)
    assert world.state(call) == "queued"
    assert world.talk(leg_of(call, 2))["transferred_to"].split(":")[0] in ("seat", "number")
    assert any(play.segments == ("zh_CN/agent_lost",) for play in world.commands(media.Play))
    world.hang_up(call)
    world.finish()


def test_handed_over_to_an_outside_party(world: DeskWorld) -> None:
    call = consulting(world, OUTSIDE)
    does(world, desk.HangUp(call))
    assert heard(world, leg_of(call, 1)) == ({"3"}, "")
    assert world.talk(leg_of(call, 2))["transferred_to"] == "number:13900139000"
    world.tell(ev.LegEnded(leg_of(call, 3), EndCause.FAR_HUNG_UP))
    world.run(2.0)
    assert world.row("calls", call)["cause"] is EndCause.AGENT_HUNG_UP, "as after any talk"
    world.finish()


# --- queues, menus, the PIN ---


def test_a_queue_answers_and_the_wait_is_its_customers_place(world: DeskWorld) -> None:
    call = talking(world)
    does(world, desk.Consult(call, ToQueue(FUND)))
    assert shown(world).parties[1].kind == "queue"
    assert shown(world).parties[1].state is PartyState.ASKED
    world.run(5.0)
    world.online(BOB)
    assert world.seat(BOB) is SeatState.RINGING
    assert (shown(world).parties[1].name, shown(world).parties[1].state) == (BOB, PartyState.RINGING)
    world.run(3.0)
    assert heard(world, leg_of(call, 2)) == ({"3"}, "")
    does(world, desk.HangUp(call))
    visits = [row for row in world.watch.rows["queue_visits"].values() if row["queue"] == FUND]
    assert [row["outcome"] for row in visits] == ["answered"]
    does(world, desk.HangUp(call), BOB)
    world.finish()


def test_a_queue_that_nobody_answers_gives_the_customer_back(world: DeskWorld) -> None:
    call = talking(world)
    world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToQueue(FUND)))
    world.online(BOB)
    world.run(12.0)
    assert (world.seat(BOB), world.reason(BOB)) == (SeatState.LOCKED, "no_answer")
    assert world.seat() is SeatState.CONSULTING
    world.run(60.0)
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, CameBack.NO_ANSWER)
    does(world, desk.HangUp(call))
    assert world.seat() is SeatState.WRAP_UP
    assert len(world.commands(media.StartRecording)) == 1
    world.finish()


def test_handed_to_a_queue_while_its_agent_rings(world: DeskWorld) -> None:
    call = talking(world)
    does(world, desk.Consult(call, ToQueue(FUND)))
    since = world.switch.acd.waiting[call].since
    world.run(2.0)
    world.online(BOB)
    does(world, desk.HangUp(call))
    assert world.switch.acd.waiting[call].since == since, "they waited already"
    assert world.seat(BOB) is SeatState.RINGING
    world.run(4.0)
    assert heard(world, leg_of(call, 1)) == ({"4"}, "")
    assert world.talk(leg_of(call, 2))["transferred_to"] == f"queue:{FUND}"
    does(world, desk.HangUp(call), BOB)
    world.finish()


def test_a_closed_queue_refuses(world: DeskWorld) -> None:
    call = talking(world)
    closed = Queue(FUND, hours=(Hours("00:00", "00:01", ()),))
    world.tell(ev.Configured(structs.replace(world.switch.config, queues=(*CONFIG.queues, closed)), world.switch.flows))
    does(world, desk.Consult(call, ToQueue(FUND)))
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, CameBack.NOT_OPEN)
    world.finish()


def test_a_menu_is_entered_when_the_agent_hangs_up(world: DeskWorld) -> None:
    call = talking(world)
    does(world, desk.Consult(call, ToMenu("main")))
    assert heard(world, leg_of(call, 2)) == (set(), "")
    assert shown(world).parties[1].kind == "menu"
    does(world, desk.Return(call))
    assert shown(world).came_back is CameBack.CANCELLED
    does(world, desk.Consult(call, ToMenu("main")))
    does(world, desk.HangUp(call))
    assert world.switch.calls[call].ivr.flow.flow == "main"
    assert world.talk(leg_of(call, 2))["transferred_to"] == "menu:main"
    world.hang_up(call)
    world.finish()


def test_a_menu_that_a_reload_took_away(world: DeskWorld) -> None:
    call = talking(world)
    does(world, desk.Consult(call, ToMenu("main")))
    world.tell(ev.Configured(world.switch.config, ()))
    does(world, desk.HangUp(call))
    world.run(2.0)
    assert world.row("calls", call)["cause"] is EndCause.FAULT
    world.finish()


@pytest.mark.parametrize(("pin", "why"), [(PIN, CameBack.PIN_PASSED), ("111111", CameBack.PIN_FAILED)])
def test_the_pin_comes_back_with_pass_or_fail(world: DeskWorld, pin: str, why: CameBack) -> None:
    call = talking(world)
    does(world, desk.Consult(call, ToPin()))
    assert heard(world, leg_of(call, 2)) == (set(), "")
    assert shown(world).parties[-1].kind == "pin"
    for _ in range(1 if why is CameBack.PIN_PASSED else 3):
        if world.step(call) == "account":
            world.press(call, f"{ACCOUNT}#")
        world.press(call, f"{pin}#")
        world.run(3.0)
    world.run(3.0)
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, why)
    assert heard(world, leg_of(call, 1)) == ({"2"}, "")
    assert "pin" not in world.switch.calls[call].variables
    does(world, desk.HangUp(call))
    world.finish()


def test_the_pin_is_not_waited_for(world: DeskWorld) -> None:
    """Returned while the recording is masked: the mask is lifted."""
    call = talking(world)
    does(world, desk.Consult(call, ToPin()))
    world.run(3.0)
    world.press(call, f"{ACCOUNT}#")
    assert world.commands(media.MaskRecording)[-1].on
    does(world, desk.Return(call))
    assert (world.seat(), shown(world).came_back) == (SeatState.TALKING, CameBack.CANCELLED)
    world.run(1.0)
    assert not world.commands(media.MaskRecording)[-1].on
    world.finish()


@pytest.mark.parametrize("lost", [False, True])
def test_the_agent_has_gone_while_the_pin_is_keyed(world: DeskWorld, lost: bool) -> None:
    """The customer keys on, and is the next agent's."""
    call = talking(world)
    does(world, desk.Consult(call, ToPin()))
    if lost:
        world.tell(ev.DeskDown(ANN))
        world.run(6.0)
    else:
        does(world, desk.HangUp(call))
        assert world.talk(leg_of(call, 2))["transferred_to"] == "pin"
    world.press(call, f"{ACCOUNT}#{PIN}#")
    world.run(5.0)
    assert world.state(call) == "queued"
    world.hang_up(call)
    world.finish()


# --- somebody goes ---


def test_the_customer_hangs_up_in_each_state(world: DeskWorld) -> None:
    """The call is theirs: it ends for all, also in the middle of a consult."""
    call = consulting(world)
    world.hang_up(call)
    assert (world.seat(), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.LOCKED)
    world.run(40.0)
    other = talking(world)
    does(world, desk.Consult(other, ToQueue(FUND)))
    world.hang_up(other)
    assert not world.switch.acd.waiting
    world.finish()


@pytest.mark.parametrize("state", ["ringing", "up", "swapped", "conference"])
def test_a_seat_is_lost(world: DeskWorld, state: str) -> None:
    """The customer goes to the head of the queue with an excuse, unless somebody still talks to them."""
    call = talking(world, BOB)
    if state == "ringing":
        world.reactions.desk = "silent"
    does(world, desk.Consult(call, ToSeat(BOB)))
    world.run(5.0)
    if state in ("swapped", "conference"):
        does(world, desk.Swap(call))
    if state == "conference":
        does(world, desk.Join(call))
    world.tell(ev.DeskDown(ANN))
    world.run(6.0)
    if state == "conference":
        assert heard(world, leg_of(call, 1)) == ({"3"}, "")
        does(world, desk.HangUp(call), BOB)
    else:
        assert world.state(call) == "queued"
        assert world.switch.acd.waiting[call].lost
        assert world.seat(BOB) is SeatState.LOCKED
        world.hang_up(call)
    world.finish()


def test_both_press_at_once(world: DeskWorld) -> None:
    """Ann hands over in the moment in which Bob hangs up: the customer is the next agent's."""
    call = consulting(world)
    does(world, desk.HangUp(call), BOB)
    assert world.refused(desk.Swap(call)) == "wrong_state"
    does(world, desk.HangUp(call))
    assert world.refused(desk.HangUp(call), BOB) == "no_such_call"
    world.finish()


def test_a_colleague_who_is_in_a_call_can_t_be_asked(world: DeskWorld) -> None:
    call = talking(world, BOB)
    world.online(CAT)
    world.offer()
    world.run(4.0)
    assert world.seat(CAT) is SeatState.TALKING
    assert world.refused(desk.Consult(call, ToSeat(CAT))) == "seat_busy"
    world.finish()


def test_a_room_that_nobody_is_in() -> None:
    assert Room(CallId("c")).state_of(LegId("c/9")) is None
