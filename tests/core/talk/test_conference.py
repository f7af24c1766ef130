"""三方通话 and larger conferences: joining, leaving, going on, and who hears whom."""

from functools import partial

import pytest

from shared import desk
from shared.desk import CameBack, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import DigitMode, EndCause, LockReason, SeatState
from shared.ids import CardId, LegId, leg_of
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.leg import HangUp
from switch_server.core.words import media
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import DAN, EVE, FUND, MUSIC, NUMBER, RINGBACK, FloorWorld

CUSTOMER = "13800138000"


@pytest.fixture
def world() -> FloorWorld:
    return FloorWorld()


def test_three(world: FloorWorld) -> None:
    call = world.consulted()
    assert world.press_button(desk.Join) == desk.Done()
    assert (world.hears(call), world.hears(ANN), world.hears(BOB)) == (
        {"ann", "bob"},
        {"caller", "bob"},
        {"caller", "ann"},
    )
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.CONFERENCE, SeatState.CONFERENCE)
    assert world.parties() == [(CUSTOMER, "talking"), ("bob", "talking")]
    assert world.parties(BOB) == [(CUSTOMER, "talking"), ("ann", "talking")]
    assert world.shown().held_at is None
    for button in (desk.Join, desk.Swap, desk.Return, desk.Retrieve):
        assert world.wrong(button)
        assert world.wrong(button, BOB)
    world.finish()


def test_keys_of_a_desk_phone_go_to_everybody_outside_and_others_keys_nowhere(world: FloorWorld) -> None:
    """A customer with an agent may key a secret, so a customer's keys reach nobody. Keys never leave their group."""
    call = world.talks_to()
    customer = leg_of(call, 1)
    key = partial(ev.DigitPressed, digit=Secret("5"), way=DigitMode.RFC4733)
    world.tell(key(customer))
    assert world.commands(media.SendDigits) == []
    world.tell(key(world.leg(ANN)))
    assert world.commands(media.SendDigits) == [media.SendDigits(customer, "5")]
    outside = world.asked(ToNumber(NUMBER))
    world.tell(key(customer))  # the customer waits, with music
    world.tell(key(world.leg(ANN)))
    assert world.commands(media.SendDigits)[1:] == [media.SendDigits(outside, "5")]
    world.press_button(desk.Join)
    for who in (customer, outside, world.leg(ANN)):
        world.tell(key(who))
    sent = [(customer, "5"), (outside, "5")]
    assert [(each.leg, each.digits) for each in world.commands(media.SendDigits)[2:]] == sent
    world.finish()


def test_a_pin_keyed_on_after_its_withdrawn_check_reaches_no_party(world: FloorWorld) -> None:
    call = world.talks_to()
    world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    world.command(desk.Consult(call, ToPin()))
    world.press_button(desk.Return)
    for digit in "271828":
        world.tell(ev.DigitPressed(leg_of(call, 1), Secret(digit), DigitMode.RFC4733))
    assert len(world.hears(call)) == 2, "the agent and the outside party"
    assert world.commands(media.SendDigits) == []
    world.finish()


def test_joined_from_the_customers_side(world: FloorWorld) -> None:
    call = world.consulted()
    world.press_button(desk.Swap)
    world.press_button(desk.Join)
    assert world.hears(call) == {"ann", "bob"}
    world.finish()


def test_five_on_one_recording(world: FloorWorld) -> None:
    call = world.conference(BOB, CAT)
    outside = world.asked(ToNumber(NUMBER))
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.CONSULTING, SeatState.CONFERENCE)
    assert (world.hears(call), world.hears(BOB)) == ({"bob", "cat"}, {"caller", "cat"})
    assert world.parties() == [(CUSTOMER, "waiting"), ("bob", "waiting"), ("cat", "waiting"), (NUMBER, "talking")]
    assert world.parties(BOB) == [(CUSTOMER, "talking"), ("ann", "waiting"), ("cat", "talking"), (NUMBER, "waiting")]
    world.press_button(desk.Join)
    everybody = {"caller", "ann", "bob", "cat", outside}
    for who in everybody - {"caller"}:
        assert world.hears(LegId(who)) == everybody - {who}  # agents by id, the outside party by its leg
    assert world.hears(call) == everybody - {"caller"}
    assert world.commands(media.StartRecording) == [
        media.StartRecording(
            leg_of(call, 1), world.commands(media.StartRecording)[0].recording, f"/recordings/2026/11/22/{call}r1.wav"
        )
    ]
    world.hang_up(call)
    assert [world.seat(agent) for agent in (ANN, BOB, CAT)] == [SeatState.WRAP_UP, SeatState.LOCKED, SeatState.LOCKED]
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


def test_the_agent_leaves_and_two_go_on(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.put_down()
    assert (world.hears(call), world.hears(BOB)) == ({"bob"}, {"caller"})
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.TALKING)
    assert world.parties(BOB) == [(CUSTOMER, "talking")]
    assert "transferred_to" not in world.last_talk(ANN), "who leaves a conference hands nobody over"
    world.put_down(BOB)
    assert world.seat(BOB) is SeatState.WRAP_UP, "the customer was his in the end"
    world.run(1.0)
    assert world.row("contacts", call)["agent"] == BOB
    world.finish()


def test_the_agent_leaves_and_customer_and_outside_party_go_on(world: FloorWorld) -> None:
    call = world.talks_to()
    outside = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    world.put_down()
    assert (world.hears(call), world.hears(outside)) == ({outside}, {"caller"})
    assert world.seat() is SeatState.WRAP_UP
    world.run(600.0)
    assert call in world.switch.calls
    world.hang_up(call)
    world.run(1.0)
    assert [hang.cause for hang in world.all(HangUp) if hang.leg == outside] == [EndCause.CALLER_HUNG_UP]
    assert world.row("calls", call)["agent"] == ANN
    world.finish()


def test_a_party_leaves_and_two_go_on(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.put_down(BOB)
    assert (world.hears(call), world.seat(ANN), world.seat(BOB)) == ({"ann"}, SeatState.TALKING, SeatState.LOCKED)
    assert world.shown().came_back is None, "a conference has no side to come back from"
    world.finish()


def test_all_agents_leave_one_after_the_other(world: FloorWorld) -> None:
    call = world.conference(BOB, CAT)
    for agent, left in ((ANN, {"bob", "cat"}), (CAT, {"bob"})):
        world.put_down(agent)
        assert world.hears(call) == left
    world.put_down(BOB)
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


# --- a party is sent away ---


def test_a_party_is_sent_away(world: FloorWorld) -> None:
    call = world.conference(BOB)
    outside = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    assert world.command(desk.DropParty(call, outside)) == desk.Done()
    assert [hang.leg for hang in world.all(HangUp)] == [outside]
    assert world.hears(call) == {"ann", "bob"}
    assert world.command(desk.DropParty(call, world.leg(BOB))) == desk.Done()
    assert (world.hears(call), world.seat(ANN), world.seat(BOB)) == ({"ann"}, SeatState.TALKING, SeatState.LOCKED)
    world.finish()


def test_who_can_not_be_sent_away(world: FloorWorld) -> None:
    call = world.consulted()
    bob = world.leg(BOB)
    assert world.refused(desk.DropParty(call, bob)) == "wrong_state"  # a consult is ended by Return
    world.press_button(desk.Join)
    assert world.refused(desk.DropParty(call, leg_of(call, 1))) == "not_allowed"
    assert world.refused(desk.DropParty(call, world.leg(ANN))) == "not_allowed"
    assert world.refused(desk.DropParty(call, leg_of(call, 9))) == "wrong_state"
    world.press_button(desk.Hold, BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT))
    world.press_button(desk.Join)
    assert world.refused(desk.DropParty(call, bob)) == "wrong_state", "he has turned away, and is not in it now"
    world.finish()


def test_a_conference_seat_that_goes_offline_ends_its_own_consult_too(world: FloorWorld) -> None:
    call = world.conference(BOB, CAT)
    world.reactions.far = "silent"
    outside = world.asked(ToNumber(NUMBER), BOB, wait=1.0)
    assert world.seat(BOB) is SeatState.CONSULTING
    world.tell(ev.AgentOffline(BOB))
    assert (world.hears(call), [hang.leg for hang in world.all(HangUp)]) == ({"ann", "cat"}, [outside, leg_of(call, 3)])
    assert world.command(desk.DropParty(call, world.leg(CAT))) == desk.Done()
    world.finish()


# --- hold in a conference ---


def test_hold_in_a_conference_lets_the_others_go_on(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.press_button(desk.Hold)
    assert (world.hears(call), world.hears(ANN), world.hears(BOB)) == ({"bob"}, set(), {"caller"})
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.HOLDING, SeatState.TALKING)
    world.press_button(desk.Hold, BOB)
    assert world.hears(call) == {MUSIC}
    world.press_button(desk.Retrieve)
    assert (world.hears(call), world.hears(BOB)) == ({"ann"}, set())
    world.press_button(desk.Retrieve, BOB)
    assert world.hears(call) == {"ann", "bob"}
    world.finish()


def test_held_by_both_and_one_is_handed_over(world: FloorWorld) -> None:
    """Bob's parked group is the customer's group, wherever Ann has taken the customer."""
    call = world.conference(BOB)
    world.press_button(desk.Hold, BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT))
    world.put_down()
    assert (world.hears(call), world.seat(BOB)) == ({"cat"}, SeatState.HOLDING)
    world.press_button(desk.Retrieve, BOB)
    assert world.hears(call) == {"bob", "cat"}
    world.finish()


def test_everybody_turned_away_and_left(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.press_button(desk.Hold)
    world.press_button(desk.Hold, BOB)
    world.put_down()
    assert world.hears(call) == {MUSIC}
    world.put_down(BOB)
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


# --- asked in to a conference, and handed over ---


def test_an_agent_of_a_conference_puts_another_in_their_place(world: FloorWorld) -> None:
    """A blind transfer: the new agent joins the remaining parties, who hear each other meanwhile."""
    call = world.conference(BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT), wait=1.0)
    assert world.hears(call) == {"bob"}
    world.put_down()
    assert (world.hears(call), world.parties(BOB)) == ({"bob"}, [(CUSTOMER, "talking"), ("cat", "ringing")])
    world.run(3.0)
    assert (world.hears(call), world.seat(CAT)) == ({"bob", "cat"}, SeatState.CONFERENCE)
    world.finish()


def test_the_other_agent_does_not_answer(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.join(CAT)
    world.reactions.desk = "silent"
    world.asked(ToSeat(CAT), wait=1.0)
    world.put_down()
    world.run(40.0)
    assert (world.hears(call), world.seat(BOB), world.seat(CAT)) == ({"bob"}, SeatState.TALKING, SeatState.LOCKED)
    world.finish()


def test_those_who_were_handed_a_ringing_party_move_on_before_it_answers(world: FloorWorld) -> None:
    """Ann has asked Cat; Bob asks Dan for the customer and leaves; Ann hands over: Dan joins the customer's group."""
    call = world.conference(BOB)
    world.join(CAT, DAN)
    world.asked(ToSeat(CAT))
    world.asked(ToSeat(DAN), BOB, wait=1.0)
    assert world.hears(call) == {MUSIC}
    world.put_down(BOB)
    assert world.hears(call) == {RINGBACK}
    world.put_down()
    assert (world.hears(call), world.hears(CAT)) == ({"cat"}, {"caller"})
    world.run(3.0)
    assert world.hears(call) == {"cat", "dan"}
    world.finish()


def test_two_seats_hand_over_the_same_customer(world: FloorWorld) -> None:
    """Ann hands over to Cat, who still rings; Bob, in the same conference, to an outside party: then all three hear each other."""
    call = world.conference(BOB)
    outside = world.asked(ToNumber(NUMBER), BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT), wait=1.0)
    world.put_down()
    world.put_down(BOB)
    assert world.hears(call) == {outside}
    world.run(3.0)
    assert world.hears(call) == {outside, "cat"}
    world.finish()


def test_the_customer_of_a_conference_is_handed_to_a_queue(world: FloorWorld) -> None:
    """All other parties leave; the call goes on with the customer alone."""
    call = world.conference(BOB)
    outside = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    world.asked(ToQueue(FUND), wait=1.0)
    world.put_down()
    assert world.state(call) == "queued"
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.WRAP_UP, SeatState.LOCKED)
    assert not world.switch.calls[call].legs[outside].alive
    assert world.visits(call) == [("agents", "answered"), ("fund", None)]
    world.finish()


def test_only_the_seat_that_holds_the_customer_can_transfer_them(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.press_button(desk.Hold)
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB)
    world.put_down(BOB)
    assert world.hears(call) == {"cat"}
    assert world.command(desk.Consult(call, ToQueue(FUND))) == desk.Done()  # Ann still has the customer on hold
    world.press_button(desk.Return)
    assert world.hears(call) == {"ann", "cat"}
    world.finish()


# --- lost parties ---


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_a_seat_of_a_conference_is_lost_and_the_others_go_on(world: FloorWorld, who: str) -> None:
    lost, left = (ANN, BOB) if who == "ann" else (BOB, ANN)
    call = world.conference(BOB)
    world.desk_ended(world.leg(lost), EndCause.FAR_LOST, 408)
    assert (world.hears(call), world.hears(left), world.seat(left)) == ({left}, {"caller"}, SeatState.TALKING)
    assert world.reason(lost) is LockReason.PHONE_LOST
    assert "agent_lost" not in world.heard()
    world.desk_ended(world.leg(left), EndCause.FAR_LOST, 408)
    assert (world.state(call), world.heard()[-1]) == ("queued", "agent_lost")
    world.finish()


def test_a_seat_is_lost_while_it_consults_for_a_conference(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.join(CAT, EVE)
    world.asked(ToSeat(CAT))
    world.tell(ev.AgentOffline(ANN))
    assert (world.hears(call), world.seat(BOB), world.seat(CAT)) == ({"bob"}, SeatState.TALKING, SeatState.LOCKED)
    world.finish()


def test_the_card_dies(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.tell(ev.CardDied(CardId("card-1"), "killed"))
    assert [world.seat(agent) for agent in (ANN, BOB)] == [SeatState.WRAP_UP, SeatState.LOCKED]
    world.run(1.0)
    assert call not in world.switch.calls
    world.finish()


def test_after_the_return_of_a_conference_everybody_is_there(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT))
    world.press_button(desk.Return)
    assert world.hears(call) == {"ann", "bob"}
    assert (world.shown().came_back, world.seat(CAT)) == (CameBack.CANCELLED, SeatState.LOCKED)
    world.finish()
