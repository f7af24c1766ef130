"""Consults while the customer waits: every command, each way back, and refusals at a wrong moment."""

from collections.abc import Callable

import pytest
from msgspec import structs

from shared import desk
from shared.desk import CameBack, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause, LockReason, SeatState
from shared.ids import CallId, LegId, QueueName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.desks import ShowPop
from switch_server.core.ivr import CountWrongPin
from switch_server.core.leg import HangUp, PlaceCall
from switch_server.core.talk import consults
from switch_server.core.words import Hours, Queue, media
from tests.core.a_flow import MAIN, OUT, TRUNK
from tests.core.desk_world import AGENTS, ANN, BOB, CAT, FLOW
from tests.core.floor_world import BUSY, FLOOR, FUND, MUSIC, NUMBER, RINGBACK, FloorWorld
from tests.core.world import ACCOUNT, FAR, PIN

NEVER = [desk.Swap, desk.Join]
"""Commands that need a consulted party that has answered."""


@pytest.fixture
def world() -> FloorWorld:
    return FloorWorld()


def ended(world: FloorWorld, leg: LegId) -> list[EndCause]:
    return [hang.cause for hang in world.all(HangUp) if hang.leg == leg]


# --- hold ---


def test_hold_and_back(world: FloorWorld) -> None:
    call = world.talks_to()
    world.press_button(desk.Hold)
    assert (world.hears(call), world.hears(ANN)) == ({MUSIC}, set())
    assert world.parties() == [("13800138000", "waiting")]
    assert world.shown().held_at == world.now
    assert all(world.wrong(button) for button in (desk.Hold, desk.Return, *NEVER))
    world.press_button(desk.Retrieve)
    assert (world.hears(call), world.hears(ANN)) == ({"ann"}, {"caller"})
    assert world.wrong(desk.Retrieve)
    world.finish()


def test_the_caller_hangs_up_on_hold(world: FloorWorld) -> None:
    call = world.talks_to()
    world.press_button(desk.Hold)
    world.run(5.0)
    world.hang_up(call)
    assert world.seat() is SeatState.WRAP_UP
    assert world.last_talk(ANN)["hold_ms"] == 5000
    world.finish()


def test_a_handset_that_is_put_down_on_hold_ends_the_talk(world: FloorWorld) -> None:
    call = world.talks_to()
    world.press_button(desk.Hold)
    world.put_down()
    assert world.seat() is SeatState.WRAP_UP
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


def test_from_hold_somebody_is_asked_without_the_customer_hearing_more_than_music(world: FloorWorld) -> None:
    call = world.talks_to()
    world.press_button(desk.Hold)
    held = world.now
    world.run(3.0)
    world.join(BOB)
    before = len(world.commands(media.Play))
    world.asked(ToSeat(BOB), wait=1.0)
    assert (world.seat(), world.shown().held_at) == (SeatState.CONSULTING, held)
    assert (world.hears(call), world.hears(ANN)) == ({MUSIC}, {RINGBACK})
    assert [play.leg for play in world.commands(media.Play)[before:]] == [world.leg(ANN)]
    world.press_button(desk.Return)
    assert (world.hears(call), world.seat(), world.shown().held_at) == ({"ann"}, SeatState.TALKING, None)
    world.finish()


# --- a seat is asked ---


def test_a_seat_rings_answers_and_is_handed_the_customer(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(BOB)
    leg = world.asked(ToSeat(BOB), wait=1.0)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.CONSULTING, SeatState.RINGING)
    assert (world.hears(call), world.hears(ANN)) == ({MUSIC}, {RINGBACK})
    assert world.parties() == [("13800138000", "waiting"), ("bob", "ringing")]
    assert world.shown(BOB).kind is CallKind.CONSULT
    assert [pop.agent for pop in world.all(ShowPop)] == [ANN, BOB]
    world.run(3.0)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.CONSULTING, SeatState.TALKING)
    assert (world.hears(call), world.hears(ANN), world.hears(BOB)) == ({MUSIC}, {"bob"}, {"ann"})
    assert world.parties() == [("13800138000", "waiting"), ("bob", "talking")]
    assert world.parties(BOB) == [("13800138000", "waiting"), ("ann", "talking")]
    held = world.shown().held_at
    assert held is not None
    assert world.put_down() == desk.Done()
    assert (world.hears(call), world.hears(BOB)) == ({"bob"}, {"caller"})
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.TALKING)
    row = world.last_talk(ANN)
    assert (row["outcome"], row["transferred_to"], row["hold_ms"]) == (
        "answered",
        "seat:bob",
        round((world.now - held) * 1000),
    )
    assert not ended(world, leg)
    world.put_down(BOB)
    assert world.seat(BOB) is SeatState.WRAP_UP
    world.run(1.0)
    assert world.row("contacts", call)["agent"] == BOB
    assert len(world.commands(media.StartRecording)) == 1
    world.finish()


def test_hand_over_to_a_ringing_party_that_answers_later(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(BOB)
    world.asked(ToSeat(BOB), wait=1.0)
    world.put_down()
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.RINGING)
    assert world.hears(call) == {RINGBACK}
    world.run(3.0)
    assert (world.hears(call), world.hears(BOB)) == ({"bob"}, {"caller"})
    assert world.shown(BOB).answered_at is not None
    assert world.last_talk(ANN)["transferred_to"] == "seat:bob"
    world.finish()


@pytest.mark.parametrize("desk_does", ["silent", "refuse", "dead"])
def test_handed_over_and_not_answered_the_customer_is_at_the_head_of_the_queue(
    world: FloorWorld, desk_does: str
) -> None:
    call = world.talks_to()
    world.join(BOB)
    world.reactions.desk = "silent"
    leg = world.asked(ToSeat(BOB), wait=0.5)
    world.put_down()
    world.command(desk.WrapUp(call, "other"))
    world.command(desk.LockSeat())
    later = world.offer()
    world.run(1.0)
    if desk_does == "refuse":
        world.put_down(BOB)
    elif desk_does == "dead":
        world.desk_ended(leg, EndCause.FAR_LOST, 408)
    else:
        world.run(consults.RING)
    assert world.state(call) == "queued"
    assert "agent_lost" in world.heard()
    places = world.switch.acd.waiting
    assert places[call].rank < places[later].rank
    assert world.reason(BOB) is (LockReason.PHONE_LOST if desk_does == "dead" else LockReason.LOGGED_IN)
    world.reactions.desk = "answer"
    world.command(desk.OpenSeat())
    world.run(4.0)
    assert world.hears(call) == {"ann"}
    world.finish()


@pytest.mark.parametrize(
    ("desk_does", "word"),
    [
        ("silent", CameBack.NO_ANSWER),
        ("refuse", CameBack.REFUSED),
        ("dead", CameBack.UNREACHABLE),
        ("offline", CameBack.UNREACHABLE),
    ],
)
def test_a_seat_that_does_not_come_gives_the_customer_back(world: FloorWorld, desk_does: str, word: CameBack) -> None:
    call = world.talks_to()
    world.join(BOB)
    world.reactions.desk = "silent"
    leg = world.asked(ToSeat(BOB), wait=1.0)
    if desk_does == "silent":
        world.run(consults.RING)
    elif desk_does == "refuse":
        world.put_down(BOB)
    elif desk_does == "dead":
        world.desk_ended(leg, EndCause.FAR_LOST, 408)
    else:
        world.tell(ev.AgentOffline(BOB))
    assert (world.seat(), world.hears(call), world.hears(ANN)) == (SeatState.TALKING, {"ann"}, {"caller"})
    assert world.shown().came_back is word
    assert world.parties() == [("13800138000", "talking")]
    assert world.press_button(desk.Hold) == desk.Done()
    assert world.shown().came_back is None
    world.finish()


def test_return_while_the_consulted_party_rings(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(BOB)
    leg = world.asked(ToSeat(BOB), wait=1.0)
    assert all(world.wrong(button) for button in (desk.Hold, desk.Retrieve, *NEVER))
    assert world.press_button(desk.Return) == desk.Done()
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.TALKING, SeatState.LOCKED)
    assert (world.hears(call), world.hears(ANN)) == ({"ann"}, {"caller"})
    assert (world.shown().came_back, ended(world, leg)) == (CameBack.CANCELLED, [EndCause.CANCELLED])
    assert world.last_talk(BOB)["outcome"] == "caller_gone"
    assert world.reason(BOB) is LockReason.LOGGED_IN
    assert world.wrong(desk.Return)
    world.finish()


def test_return_after_the_answer(world: FloorWorld) -> None:
    call = world.consulted()
    assert world.press_button(desk.Return) == desk.Done()
    assert (world.hears(call), world.hears(ANN), world.seat(ANN)) == ({"ann"}, {"caller"}, SeatState.TALKING)
    assert world.shown().came_back is CameBack.CANCELLED
    assert world.seat(BOB) is SeatState.LOCKED, "nothing to wrap up: the customer was never theirs"
    assert world.last_talk(BOB)["outcome"] == "answered"
    world.finish()


def test_return_after_a_swap_sends_the_colleague_away_not_the_customer(world: FloorWorld) -> None:
    call = world.consulted()
    world.press_button(desk.Swap)
    assert world.press_button(desk.Return) == desk.Done()
    assert (world.hears(call), world.seat(ANN), world.seat(BOB)) == ({"ann"}, SeatState.TALKING, SeatState.LOCKED)
    world.finish()


def test_swap_and_swap_back(world: FloorWorld) -> None:
    call = world.consulted()
    assert world.press_button(desk.Swap) == desk.Done()
    assert (world.hears(call), world.hears(ANN), world.hears(BOB)) == ({"ann"}, {"caller"}, {MUSIC})
    assert world.parties() == [("13800138000", "talking"), ("bob", "waiting")]
    assert (world.seat(ANN), world.shown().held_at) == (SeatState.CONSULTING, None), "it is Bob who waits"
    assert world.press_button(desk.Swap) == desk.Done()
    assert world.shown().held_at == world.now
    assert (world.hears(call), world.hears(ANN), world.hears(BOB)) == ({MUSIC}, {"bob"}, {"ann"})
    world.finish()


def test_handed_over_from_a_swap(world: FloorWorld) -> None:
    call = world.consulted()
    world.press_button(desk.Swap)
    world.put_down()
    assert (world.hears(call), world.hears(BOB)) == ({"bob"}, {"caller"})
    assert world.seat(ANN) is SeatState.WRAP_UP
    assert world.last_talk(ANN)["transferred_to"] == "seat:bob"
    world.finish()


@pytest.mark.parametrize("swapped", [False, True])
def test_the_customer_hangs_up_while_a_colleague_is_talked_to(world: FloorWorld, swapped: bool) -> None:
    call = world.consulted()
    if swapped:
        world.press_button(desk.Swap)
    world.hang_up(call)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.LOCKED)
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


def test_the_customer_hangs_up_while_the_colleague_rings(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(BOB)
    world.asked(ToSeat(BOB), wait=1.0)
    world.hang_up(call)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.LOCKED)
    assert world.last_talk(BOB)["outcome"] == "caller_gone"
    world.finish()


def test_the_customer_hangs_up_between_the_hand_over_and_the_answer(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(BOB)
    world.asked(ToSeat(BOB), wait=1.0)
    world.put_down()
    world.hang_up(call)
    assert world.seat(BOB) is SeatState.LOCKED
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


@pytest.mark.parametrize("swapped", [False, True])
def test_the_colleague_hangs_up(world: FloorWorld, swapped: bool) -> None:
    call = world.consulted()
    if swapped:
        world.press_button(desk.Swap)
    world.put_down(BOB)
    assert (world.seat(ANN), world.hears(call), world.hears(ANN)) == (SeatState.TALKING, {"ann"}, {"caller"})
    assert world.shown().came_back is CameBack.HUNG_UP
    assert world.wrong(desk.Swap)
    world.finish()


def test_one_consult_at_a_time(world: FloorWorld) -> None:
    call = world.consulted()
    world.join(CAT)
    assert world.refused(desk.Consult(call, ToSeat(CAT))) == "wrong_state"
    leg = world.asked(ToSeat(CAT), BOB, wait=1.0)  # the consulted seat consults another
    assert world.refused(desk.Consult(call, ToNumber(NUMBER))) == "wrong_state"
    assert world.press_button(desk.Return, BOB) == desk.Done()
    assert ended(world, leg) == [EndCause.CANCELLED]
    world.finish()


@pytest.mark.parametrize("state", ["open", "not here", "no link", "in a call", "wraps up"])
def test_whom_one_can_ask(world: FloorWorld, state: str) -> None:
    call = world.talks_to()
    if state != "not here":
        world.join(BOB)
    if state == "open":
        world.command(desk.OpenSeat(), BOB)
    elif state == "no link":
        world.tell(ev.DeskDown(BOB))
    elif state in ("in a call", "wraps up"):
        world.command(desk.OpenSeat(), BOB)
        other = world.offer()
        world.run(4.0)
        if state == "wraps up":
            world.hang_up(other)
    answer = world.command(desk.Consult(call, ToSeat(BOB)))
    code = {"open": "", "not here": "not_here", "no link": "not_here"}.get(state, "seat_busy")
    assert answer == (desk.Refused(desk.DeskRefusal(code)) if code else desk.Done())
    assert world.hears(call) == ({MUSIC} if not code else {"ann"})
    world.finish()


def test_consults_that_are_refused(world: FloorWorld) -> None:
    world.join(BOB)
    assert world.refused(desk.Consult(CallId("gone"), ToSeat(BOB)), BOB) == "no_such_call"
    world.reactions.desk = "silent"
    world.join(ANN, open_=True)
    call = world.offer()
    world.run(2.0)
    assert world.refused(desk.Consult(call, ToSeat(BOB))) == "wrong_state"  # a consult rings already
    assert world.refused(desk.Consult(CallId("gone"), ToSeat(BOB))) == "no_such_call"
    for button in (desk.Hold, desk.Swap, desk.Join, desk.Intercept):
        assert world.wrong(button)
    assert world.refused(desk.DropParty(call, leg_of(call, 1))) == "wrong_state"
    assert world.refused(desk.SendDigits(call, "1")) == "wrong_state"
    assert world.refused(desk.Listen(call, desk.ListenMode.BARGE)) == "wrong_state"
    world.finish()


# --- the consulted party consults another party ---


def test_a_chain_hands_the_customer_to_its_end(world: FloorWorld) -> None:
    call = world.consulted()
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB)
    assert (world.hears(ANN), world.hears(BOB), world.hears(CAT)) == ({MUSIC}, {"cat"}, {"bob"})
    world.put_down(BOB)
    assert (world.hears(ANN), world.hears(CAT), world.hears(call)) == ({"cat"}, {"ann"}, {MUSIC})
    assert world.shown().came_back is None
    world.press_button(desk.Return)  # Ann's consult has been handed over to Cat
    assert (world.hears(call), world.seat(CAT)) == ({"ann"}, SeatState.LOCKED)
    world.finish()


def test_the_asked_one_hands_over_while_the_next_one_rings(world: FloorWorld) -> None:
    call = world.consulted()
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB, wait=1.0)
    world.put_down(BOB)
    assert (world.hears(ANN), world.hears(call), world.seat(ANN)) == ({RINGBACK}, {MUSIC}, SeatState.CONSULTING)
    assert world.parties() == [("13800138000", "waiting"), ("cat", "ringing")]
    assert world.shown().came_back is None
    world.put_down()  # hands the customer over to the ringing seat
    assert (world.hears(call), world.last_talk(ANN)["transferred_to"]) == ({RINGBACK}, "seat:cat")
    world.run(3.0)
    assert world.hears(call) == {"cat"}
    world.finish()


@pytest.mark.parametrize("answered", [False, True])
def test_ann_returns_while_bob_has_her_on_hold(world: FloorWorld, answered: bool) -> None:
    """Return ends both consults: Ann's of Bob, and Bob's."""
    call = world.consulted()
    world.join(CAT)
    leg = world.asked(ToSeat(CAT), BOB, wait=4.0 if answered else 1.0)
    assert world.press_button(desk.Return) == desk.Done()
    assert (world.hears(call), world.hears(ANN), world.seat(ANN)) == ({"ann"}, {"caller"}, SeatState.TALKING)
    assert (world.seat(BOB), world.seat(CAT), len(ended(world, leg))) == (SeatState.LOCKED, SeatState.LOCKED, 1)
    assert world.shown().came_back is CameBack.CANCELLED
    world.finish()


def test_ann_hangs_up_while_bob_has_her_on_hold(world: FloorWorld) -> None:
    call = world.consulted()
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB)
    world.put_down()
    assert (world.hears(call), world.last_talk(ANN)["transferred_to"]) == ({MUSIC}, "seat:bob")
    world.press_button(desk.Return, BOB)
    assert (world.hears(call), world.hears(BOB)) == ({"bob"}, {"caller"})
    world.finish()


# --- an outside number ---


def test_an_outside_number_is_called_over_a_trunk(world: FloorWorld) -> None:
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    [placed] = world.all(PlaceCall)
    assert (placed.leg, placed.trunk, placed.dnis, placed.ani) == (leg, OUT, NUMBER, "02087550000")
    assert (world.hears(ANN), world.parties()[1]) == ({RINGBACK}, (NUMBER, "ringing"))
    world.run(3.0)
    assert (world.hears(ANN), world.hears(leg), world.hears(call)) == ({leg}, {"ann"}, {MUSIC})
    assert world.command(desk.SendDigits(call, "12")) == desk.Done()
    assert world.commands(media.SendDigits) == [media.SendDigits(leg, "12")]
    world.put_down()
    assert (world.hears(leg), world.hears(call)) == ({"caller"}, {leg})
    assert world.last_talk(ANN)["transferred_to"] == f"number:{NUMBER}"
    assert world.seat() is SeatState.WRAP_UP
    world.hang_up(call)
    world.run(1.0)
    assert ended(world, leg) == [EndCause.CALLER_HUNG_UP]
    assert world.row("legs", leg)["direction"] == "out"
    world.finish()


def test_its_own_ringing_is_heard(world: FloorWorld) -> None:
    world.reactions.far = "early"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    assert (world.hears(ANN), world.hears(leg), world.hears(call)) == ({leg}, {"ann"}, {MUSIC})
    world.put_down()
    assert (world.hears(call), world.hears(leg)) == ({leg}, {"caller"})
    world.run(3.0)
    assert (world.hears(call), world.hears(leg)) == ({leg}, {"caller"})
    world.finish()


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (EndCause.FAR_BUSY, CameBack.BUSY), (EndCause.FAR_REFUSED, CameBack.REFUSED), (EndCause.FAR_LOST, CameBack.UNREACHABLE),
        (EndCause.FAR_HUNG_UP, CameBack.HUNG_UP),
    ],
)  # fmt: skip
def test_the_consulted_party_does_not_answer(world: FloorWorld, cause: EndCause, word: CameBack) -> None:
    world.reactions.far = "silent"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    world.tell(ev.LegEnded(leg, cause, 486))
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, word)
    world.finish()


def test_a_consulted_number_that_rings_too_long_is_given_up(world: FloorWorld) -> None:
    world.reactions.far = "silent"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=consults.RING_OUT - 0.1)
    assert world.seat() is SeatState.CONSULTING
    world.run(0.2)
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.NO_ANSWER)
    assert ended(world, leg) == [EndCause.CANCELLED]
    world.finish()


def test_the_card_has_no_channel_for_it(world: FloorWorld) -> None:
    call = world.talks_to()
    world.reactions.channel = "full"
    world.asked(ToNumber(NUMBER), wait=0.5)
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.NO_LINE)
    world.finish()


def test_its_channel_is_lost_in_the_talk(world: FloorWorld) -> None:
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER))
    world.tell(ev.ChannelClosed(leg, media.MediaStats()))
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.HUNG_UP)
    world.finish()


def test_no_trunk_takes_it(world: FloorWorld) -> None:
    call = world.talks_to()
    world.tell(ev.Configured(structs.replace(FLOOR, trunks=FLOOR.trunks[:1]), (FLOW, MAIN)))
    assert world.refused(desk.Consult(call, ToNumber(NUMBER))) == "no_line"
    assert world.hears(call) == {"ann"}
    world.finish()


def test_a_trunk_lost_to_a_reload_meanwhile_is_no_fault(world: FloorWorld) -> None:
    world.talks_to()
    world.tell(
        ev.Configured(
            structs.replace(FLOOR, trunks=(structs.replace(FLOOR.trunks[1], direction="both"),)), (FLOW, MAIN)
        )
    )
    leg = world.asked(ToNumber(NUMBER))
    assert world.switch.calls[CallId(leg.partition("/")[0])].legs[leg].trunk == OUT
    assert TRUNK not in [trunk.name for trunk in world.switch.config.trunks]
    world.finish()


def test_the_outside_party_hangs_up_between_two_clicks(world: FloorWorld) -> None:
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Swap)
    world.hang_up(call, 3)
    assert leg == leg_of(call, 3)
    assert all(world.wrong(button) for button in NEVER)
    assert (world.hears(call), world.seat(), world.shown().came_back) == ({"ann"}, SeatState.TALKING, CameBack.HUNG_UP)
    world.finish()


def test_an_outside_party_that_was_handed_the_customer_hangs_up(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToNumber(NUMBER))
    world.put_down()
    world.hang_up(call, 3)
    world.run(1.0)
    assert call not in world.switch.calls
    assert world.row("calls", call)["cause"] is EndCause.AGENT_HUNG_UP
    world.finish()


def test_handed_over_to_a_number_that_turns_out_busy(world: FloorWorld) -> None:
    world.reactions.far = "silent"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    world.put_down()
    assert world.hears(call) == {RINGBACK}
    world.tell(ev.LegEnded(leg, EndCause.FAR_BUSY, 486))
    assert world.state(call) == "queued"
    assert world.heard()[-1] == "agent_lost"
    world.finish()


# --- a queue ---


def test_the_next_agent_of_a_queue(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToQueue(FUND), wait=1.0)
    assert (world.hears(ANN), world.hears(call)) == ({RINGBACK}, {MUSIC})
    assert world.parties()[1] == ("fund", "asked")
    world.run(4.0)
    world.join(BOB, open_=True)
    world.run(1.0)
    assert (world.seat(BOB), world.shown(BOB).kind, world.shown(BOB).queue) == (
        SeatState.RINGING,
        CallKind.CONSULT,
        FUND,
    )
    assert world.parties()[1] == ("bob", "ringing")
    world.run(3.0)
    assert (world.hears(ANN), world.hears(BOB)) == ({"bob"}, {"ann"})
    assert world.visits(call) == [("agents", "answered"), ("fund", "answered")]
    world.put_down()
    assert (world.hears(call), world.last_talk(ANN)["transferred_to"]) == ({"bob"}, "seat:bob")
    world.finish()


def test_the_queue_s_agent_does_not_answer_and_the_next_is_asked(world: FloorWorld) -> None:
    call = world.talks_to()
    world.reactions.desk = "silent"
    world.join(BOB, open_=True)
    world.asked(ToQueue(FUND), wait=1.0)
    assert world.seat(BOB) is SeatState.RINGING
    world.join(CAT, open_=True)
    world.reactions.desk = "answer"
    world.run(10.0)
    assert (world.seat(BOB), world.reason(BOB)) == (SeatState.LOCKED, LockReason.NO_ANSWER)
    assert world.seat(CAT) is SeatState.RINGING
    world.run(3.0)
    assert (world.hears(ANN), world.hears(call)) == ({"cat"}, {MUSIC})
    world.finish()


def test_no_agent_of_the_queue_answers_in_time(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToQueue(FUND), wait=consults.QUEUE_WAIT - 1.0)
    assert world.seat() is SeatState.CONSULTING
    world.run(2.0)
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.NO_ANSWER)
    assert (world.visits(call)[1], world.switch.acd.waiting) == (("fund", "left"), {})
    world.finish()


def test_return_from_a_queue(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToQueue(FUND), wait=1.0)
    world.press_button(desk.Return)
    assert (world.hears(call), world.shown().came_back, world.switch.acd.waiting) == ({"ann"}, CameBack.CANCELLED, {})
    world.join(BOB, open_=True)
    assert world.seat(BOB) is SeatState.OPEN
    world.finish()


@pytest.mark.parametrize("rings", [False, True])
def test_the_customer_is_handed_to_the_queue_with_the_place_that_was_waited_in(world: FloorWorld, rings: bool) -> None:
    call = world.talks_to()
    if rings:
        world.reactions.desk = "silent"
        world.join(BOB, open_=True)
    world.asked(ToQueue(FUND), wait=5.0)
    since = world.switch.acd.waiting[call].since
    world.put_down()
    assert (world.seat(ANN), world.state(call)) == (SeatState.WRAP_UP, "queued")
    assert world.last_talk(ANN)["transferred_to"] == "queue:fund"
    assert world.switch.acd.waiting[call].since == since
    assert "agent_lost" not in world.heard(), "nothing went wrong"
    world.reactions.desk = "answer"
    world.join(CAT, open_=True)
    world.run(13.0)
    assert world.hears(call) in ({"cat"}, {"bob"})
    assert world.visits(call) == [("agents", "answered"), ("fund", "answered")]
    world.finish()


@pytest.mark.parametrize("why", ["closed", "full", "gone"])
def test_a_queue_that_is_not_open(world: FloorWorld, why: str) -> None:
    call = world.talks_to()
    fund = {"closed": Queue(FUND, hours=(Hours("00:00", "00:01"),)), "full": Queue(FUND, most=0)}.get(why)
    queues = FLOOR.queues[:1] + ((fund,) if fund is not None else ())
    world.tell(ev.Configured(structs.replace(FLOOR, queues=queues), (FLOW, MAIN)))
    if fund is None:
        assert world.refused(desk.Consult(call, ToQueue(FUND))) == "not_found"
        assert world.shown().came_back is None
    else:
        assert world.command(desk.Consult(call, ToQueue(FUND))) == desk.Done()
        assert world.shown().came_back is CameBack.NOT_OPEN
        assert world.visits(call)[1] == ("fund", why)
    assert (world.hears(call), world.seat()) == ({"ann"}, SeatState.TALKING)
    world.finish()


def test_the_queue_of_the_flow_is_asked(world: FloorWorld) -> None:
    """Ann gives the caller back to the queue of the flow's own step."""
    call = world.talks_to()
    world.asked(ToQueue(AGENTS), wait=1.0)
    world.put_down()
    assert (world.step(call), world.state(call)) == ("queue", "queued")
    world.finish()


# --- a menu ---


def test_the_customer_is_handed_to_a_menu(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToMenu("main"), wait=3.0)
    assert (world.hears(ANN), world.hears(call)) == (set(), {MUSIC})
    assert world.parties()[1] == ("main", "asked")
    world.put_down()
    assert (world.step(call), world.seat()) == ("welcome", SeatState.WRAP_UP)
    assert world.last_talk(ANN)["transferred_to"] == "menu:main"
    world.run(6.0)
    assert world.step(call) == "main"
    world.press(call, "8")
    assert world.state(call) == "queued"
    world.finish()


def test_return_from_a_menu(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToMenu("main"))
    world.press_button(desk.Return)
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.CANCELLED)
    world.finish()


def test_an_unknown_menu(world: FloorWorld) -> None:
    call = world.talks_to()
    assert world.refused(desk.Consult(call, ToMenu("gone"))) == "not_found"
    world.asked(ToMenu("main"))
    world.tell(ev.Configured(FLOOR, (FLOW,)))  # a reload removes the queue
    world.put_down()
    world.run(1.0)
    assert call not in world.switch.calls
    assert world.row("calls", call)["cause"] is EndCause.FAULT
    world.finish()


# --- the PIN ---


def asks_for_pin(world: FloorWorld) -> CallId:
    call = world.talks_to()
    world.asked(ToPin(), wait=3.0)
    assert world.step(call) == "account"
    assert (world.seat(), world.hears(ANN)) == (SeatState.CONSULTING, set())
    assert world.parties() == [("pin", "asked")]
    return call


def test_the_pin_is_right(world: FloorWorld) -> None:
    call = asks_for_pin(world)
    world.press(call, f"{ACCOUNT}#")
    world.run(2.0)
    before = len(world.effects)
    world.press(call, f"{PIN}#")
    assert media.MaskRecording(leg_of(call, 1), on=True) in world.commands(media.MaskRecording)
    world.run(4.0)
    assert (world.hears(call), world.hears(ANN), world.seat()) == ({"ann"}, {"caller"}, SeatState.TALKING)
    assert world.shown().came_back is CameBack.PIN_PASSED
    [pop] = [effect for effect in world.effects[before:] if isinstance(effect, ShowPop)]
    assert pop.account == ACCOUNT, "the agent sees who it is"
    assert world.commands(media.MaskRecording)[-1].on is False
    assert PIN not in str(world.journal)
    assert "pin" not in world.switch.calls[call].variables
    assert world.state(call) == "talking", "back in the queue's step"
    assert len(world.commands(media.StartRecording)) == 1
    world.finish()


def test_the_pin_is_wrong_three_times(world: FloorWorld) -> None:
    call = asks_for_pin(world)
    world.press(call, f"{ACCOUNT}#")
    for _ in range(3):
        world.run(3.0)
        world.press(call, "111111#")
    world.run(4.0)
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.PIN_FAILED)
    number = world.switch.calls[call].number
    assert [(wrong.account, wrong.number) for wrong in world.all(CountWrongPin)] == [(ACCOUNT, number)] * 3
    world.finish()


@pytest.mark.parametrize("keyed", ["", "1000", f"{ACCOUNT}#", f"{ACCOUNT}#{PIN}#"])
def test_return_while_the_pin_is_keyed(world: FloorWorld, keyed: str) -> None:
    call = asks_for_pin(world)
    world.press(call, keyed, every=0.0)
    world.press_button(desk.Return)
    assert (world.hears(call), world.hears(ANN), world.shown().came_back) == ({"ann"}, {"caller"}, CameBack.CANCELLED)
    world.run(30.0)
    assert (world.hears(call), world.state(call), world.seat()) == ({"ann"}, "talking", SeatState.TALKING)
    masks = world.commands(media.MaskRecording)
    assert not masks or not masks[-1].on
    world.finish()


@pytest.mark.parametrize("how", ["lost", "hangs up"])
def test_the_agent_is_gone_meanwhile(world: FloorWorld, how: str) -> None:
    """The customer finishes keying, then waits for the next agent."""
    call = asks_for_pin(world)
    if how == "lost":
        world.tell(ev.AgentOffline(ANN))
    else:
        world.put_down()
        assert world.last_talk(ANN)["transferred_to"] == "pin"
    assert world.step(call) == "account"
    world.press(call, f"{ACCOUNT}#")
    world.run(2.0)
    world.press(call, f"{PIN}#")
    world.run(4.0)
    assert (world.step(call), world.state(call)) == ("queue", "queued")
    assert "agent_lost" in world.heard()
    world.join(BOB, open_=True)
    world.run(4.0)
    assert (world.hears(call), world.all(ShowPop)[-1].account) == ({"bob"}, ACCOUNT)
    world.finish()


def test_the_customer_hangs_up_while_they_key(world: FloorWorld) -> None:
    call = asks_for_pin(world)
    world.press(call, f"{ACCOUNT}#271")
    world.hang_up(call)
    assert world.seat() is SeatState.WRAP_UP
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


def test_others_of_a_conference_wait_together_while_the_customer_keys(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.asked(ToPin())
    assert (world.hears(ANN), world.hears(BOB)) == (set(), {MUSIC})
    world.press_button(desk.Return)
    assert world.hears(call) == {"ann", "bob"}
    world.finish()


# --- only the seat with the customer may transfer ---


@pytest.mark.parametrize("target", [ToQueue(FUND), ToMenu("main"), ToPin()])
def test_only_who_has_the_customer(world: FloorWorld, target: desk.AnyTarget) -> None:
    call = world.consulted()
    assert world.refused(desk.Consult(call, target), BOB) == "wrong_state"
    world.put_down()
    assert world.command(desk.Consult(call, target), BOB) == desk.Done()
    world.finish()


# --- the seat is lost ---


def lose(how: str) -> Callable[[FloorWorld], None]:
    def app(world: FloorWorld) -> None:
        world.tell(ev.DeskDown(ANN))
        world.run(world.switch.config.limits.desk_grace + 0.1)

    def phone(world: FloorWorld) -> None:
        world.desk_ended(world.leg(ANN), EndCause.FAR_LOST, 408)

    def bye(world: FloorWorld) -> None:
        world.desk_ended(world.leg(ANN))

    def log_out(world: FloorWorld) -> None:
        world.tell(ev.AgentOffline(ANN, "operator"))

    return {"app": app, "phone": phone, "bye": bye, "log-out": log_out}[how]


@pytest.mark.parametrize("how", ["app", "phone", "bye", "log-out"])
@pytest.mark.parametrize("state", ["rings", "up", "swapped", "outside rings", "queue", "menu", "on hold"])
def test_a_seat_is_lost(world: FloorWorld, how: str, state: str) -> None:
    """No party is left in silence: the customer goes to the head of the queue, and the consulted party is free."""
    world.reactions.far = "silent"
    call = world.talks_to()
    world.join(BOB)
    if state in ("rings", "up", "swapped"):
        world.reactions.desk = "silent"
        leg = world.asked(ToSeat(BOB), wait=1.0)
        if state != "rings":
            world.desk_answers(leg)
        if state == "swapped":
            world.press_button(desk.Swap)
    elif state == "on hold":
        world.press_button(desk.Hold)
    else:
        world.asked({"outside rings": ToNumber(NUMBER), "queue": ToQueue(FUND)}.get(state, ToMenu("main")), wait=1.0)
    legs = [leg for leg in world.switch.calls[call].legs if leg != leg_of(call, 1)]
    lose(how)(world)
    assert (world.state(call), world.step(call)) == ("queued", "queue")
    assert list(world.switch.acd.waiting) == [call]
    assert world.switch.acd.waiting[call].queue == AGENTS
    assert world.heard()[-1] == "agent_lost"
    assert world.seat(BOB) is SeatState.LOCKED
    world.run(1.0)
    assert all(world.switch.calls[call].legs[leg].over for leg in legs)
    world.command(desk.OpenSeat(), BOB)
    world.reactions.desk = "answer"
    world.run(4.0)
    assert world.hears(call) == {"bob"}
    world.finish()


def test_the_colleague_is_lost(world: FloorWorld) -> None:
    call = world.consulted()
    world.desk_ended(world.leg(BOB))
    assert (world.hears(call), world.shown().came_back) == ({"ann"}, CameBack.HUNG_UP)
    assert world.reason(BOB) is LockReason.PHONE_LOST
    world.finish()


def test_a_lost_customer_of_a_call_that_was_dialled_waits_in_the_first_queue(world: FloorWorld) -> None:
    world.join(ANN)
    dialled = CallId("20261122T093000-0700")
    world.command(desk.Dial(NUMBER), ANN, dialled)
    world.run(8.0)
    assert world.hears(dialled) == {"ann"}
    world.tell(ev.AgentOffline(ANN))
    assert (world.state(dialled), world.step(dialled)) == ("queued", "queue")
    assert world.heard()[-1] == "agent_lost"
    assert world.switch.acd.waiting[dialled].queue == AGENTS
    world.join(BOB, open_=True)
    world.run(4.0)
    assert world.hears(dialled) == {"bob"}
    assert world.visits(dialled) == [("agents", "answered")]
    world.finish()


def test_without_any_queue_such_a_call_ends() -> None:
    world = FloorWorld(structs.replace(FLOOR, queues=()))
    world.join(ANN)
    dialled = CallId("20261122T093000-0700")
    world.command(desk.Dial(NUMBER), ANN, dialled)
    world.run(8.0)
    world.tell(ev.AgentOffline(ANN))
    world.run(1.0)
    assert dialled not in world.switch.calls
    world.finish()


def test_busy_is_never_heard_by_a_customer(world: FloorWorld) -> None:
    """A seat that calls a busy seat hears busy tone; a consult to a busy seat is refused instead."""
    call = world.consulted()
    assert BUSY not in world.hears(call) | world.hears(ANN) | world.hears(BOB)
    assert world.refused(desk.Consult(call, ToQueue(QueueName("gone")))) == "wrong_state"
    world.tell(ev.LegRinging(world.leg(BOB), FAR))
    world.finish()
