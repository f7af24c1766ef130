"""A call in which somebody was asked in, listened, took over … is replayed from the journal with nobody logged in, also as the file has it."""

from collections.abc import Callable
from itertools import starmap
from random import Random

import pytest
from msgspec import structs

from shared import desk
from shared.desk import ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause, ListenMode
from shared.ids import AgentId, CallId, CardId, LegId, QueueName, TrunkName
from switch_server.adapters.event_codec import decode_event, encode_event
from switch_server.core import catalogue as ev
from switch_server.core.call import ForAgent, ForCallback, ForConsult
from switch_server.core.words import Transition
from switch_server.services.replay import replay
from tests.core.chaos_floor import FloorChaos
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import DAN, EVE, FLOOR, FUND, NUMBER, FloorWorld
from tests.core.watch import call_id
from tests.core.world import ACCOUNT, PIN

OWN = CallId("20261122T093000-0700")
LEG, OTHER = LegId("c/2"), LegId("c/3")
CONTACT = "192.0.2.20:5070"
Act = Callable[[FloorWorld], object]


def hold(world: FloorWorld) -> None:
    world.talks_to()
    world.press_button(desk.Hold)
    world.run(5.0)
    world.press_button(desk.Retrieve)
    world.put_down()


def handed_over_while_it_rings(world: FloorWorld) -> None:
    world.talks_to()
    world.join(BOB)
    world.asked(ToSeat(BOB), wait=1.0)
    world.put_down()
    world.run(5.0)
    world.put_down(BOB)


def handed_over_and_not_answered(world: FloorWorld) -> None:
    world.talks_to()
    world.join(BOB)
    world.reactions.desk = "silent"
    world.asked(ToSeat(BOB), wait=1.0)
    world.put_down()
    world.run(40.0)


def swap_return_join_drop(world: FloorWorld) -> None:
    call = world.consulted()
    world.press_button(desk.Swap)
    world.press_button(desk.Return)
    outside = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    world.asked(ToSeat(BOB))
    world.press_button(desk.Swap)
    world.press_button(desk.Join)
    world.command(desk.DropParty(call, outside))
    world.put_down()
    world.run(1.0)


def an_outside_number_is_busy(world: FloorWorld) -> None:
    world.reactions.far = "busy"
    world.talks_to()
    world.asked(ToNumber(NUMBER))


def a_queue_comes_and_another_does_not(world: FloorWorld) -> None:
    world.talks_to()
    world.asked(ToQueue(FUND), wait=70.0)
    world.join(BOB, open_=True)
    world.asked(ToQueue(FUND))
    world.put_down()
    world.asked(ToQueue(QueueName("agents")), BOB, wait=1.0)
    world.put_down(BOB)
    world.run(20.0)


def a_closed_queue_and_a_menu(world: FloorWorld) -> None:
    world.talks_to()
    full = structs.replace(FLOOR.queues[1], most=0)
    world.tell(ev.Configured(structs.replace(FLOOR, queues=(FLOOR.queues[0], full)), world.switch.flows))
    world.asked(ToQueue(FUND))
    world.asked(ToMenu("main"))
    world.put_down()
    world.run(10.0)


def the_pin(world: FloorWorld) -> None:
    call = world.talks_to()
    for keys in (PIN, "111111", ""):
        world.asked(ToPin())
        world.press(call, f"{ACCOUNT}#")
        world.run(2.0)
        world.press(call, f"{keys}#")
        world.run(4.0)
        if keys == "111111":
            world.press_button(desk.Return)
    world.tell(ev.AgentOffline(ANN))
    world.press(call, f"{PIN}#")
    world.run(5.0)


def listening_and_taking_over(world: FloorWorld) -> None:
    call = world.consulted()
    world.listens()
    world.listens(EVE, BOB, ListenMode.BARGE)
    world.command(desk.Listen(call, ListenMode.WHISPER), DAN)
    world.press_button(desk.Swap)
    world.press_button(desk.Intercept, DAN)
    world.put_down(DAN)
    world.put_down(BOB)
    world.run(1.0)


def a_seat_is_called(world: FloorWorld) -> None:
    world.join(ANN, BOB, CAT)
    world.command(desk.CallSeat(BOB), ANN, OWN)
    world.run(6.0)
    world.asked(ToSeat(CAT))
    world.press_button(desk.Join)
    world.put_down()
    world.run(1.0)
    world.put_down(BOB)


def a_busy_seat_is_called_and_listened_to(world: FloorWorld) -> None:
    world.talks_to()
    world.join(DAN)
    world.command(desk.CallSeat(ANN), DAN, OWN)
    world.run(4.0)
    world.listens()
    world.put_down()


def a_caller_is_taken_out_of_order(world: FloorWorld) -> None:
    world.join(ANN, open_=True)
    world.join(DAN)
    call = world.offer()
    world.run(1.0)
    world.command(desk.TakeWaiting(call), DAN)
    world.run(5.0)


def a_seat_is_logged_out_by_force(world: FloorWorld) -> None:
    world.consulted()
    world.join(EVE)
    world.command(desk.ForceSeat(ANN, "log_out"), EVE)
    world.run(5.0)


def a_seat_and_then_the_card_are_lost(world: FloorWorld) -> None:
    world.conference(BOB)
    world.desk_ended(world.leg(ANN), EndCause.FAR_LOST, 408)
    world.tell(ev.CardDied(CardId("card-1"), "killed"))


ACTS: tuple[Act, ...] = (
    hold, handed_over_while_it_rings, handed_over_and_not_answered, swap_return_join_drop, an_outside_number_is_busy,
    a_queue_comes_and_another_does_not, a_closed_queue_and_a_menu, the_pin, listening_and_taking_over, a_seat_is_called,
    a_busy_seat_is_called_and_listened_to, a_caller_is_taken_out_of_order, a_seat_is_logged_out_by_force, a_seat_and_then_the_card_are_lost,
)  # fmt: skip


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_replayed(act: Act) -> None:
    world = FloorWorld()
    act(world)
    world.finish()
    calls = sorted({call_id(t) for t in world.all(Transition)} - {CallId("")})
    written = [(number, at, decode_event(encode_event(event))) for number, at, event in world.journal]
    assert calls
    for call in calls:
        was = [t for t in world.all(Transition) if call_id(t) == call]
        for journal in (world.journal, written):
            assert [t for _, t in replay(call, journal, world.now)] == was


@pytest.mark.parametrize(
    "event",
    [
        *starmap(
            ev.Consulted,
            [
                (CallId("c"), LEG, ToSeat(BOB), OTHER, CONTACT),
                (CallId("c"), LEG, ToQueue(FUND), OTHER),
                (CallId("c"), LEG, ToMenu("main"), OTHER),
                (CallId("c"), LEG, ToPin(), OTHER),
            ],
        ),
        *(ev.ListenerCame(CallId("c"), OTHER, DAN, CONTACT, LEG, mode) for mode in ListenMode),
        ev.AgentAssigned(CallId("c"), OTHER, BOB, CallKind.CONSULT, CONTACT, 20.0, FUND, 3.5, LEG, auto=True),
        ev.CallPlaced(OWN, TrunkName("desk"), "ann", "bob", CardId("card-1"), ForAgent(ANN, CONTACT, CONTACT)),
        ev.CallPlaced(
            OWN,
            TrunkName("city"),
            "95500",
            NUMBER,
            CardId("card-1"),
            ForCallback(CallId("c"), "main", "back", FUND, 3, 1.5),
        ),
        ev.CallPlaced(CallId("c"), TrunkName("out"), "02087550000", NUMBER, CardId("card-1"), ForConsult(LEG, OTHER)),
        ev.DeskGone(CallId("c"), LEG, "refused"),
        ev.DeskCommanded(AgentId("ann"), 7, desk.Consult(CallId("c"), ToNumber(NUMBER)), CallId("c")),
        ev.DeskCommanded(AgentId("dan"), 8, desk.ForceSeat(ANN, "lock"), None),
    ],
    ids=lambda event: type(event).__name__,
)
def test_as_the_file_has_it(event: ev.Event) -> None:
    assert decode_event(encode_event(event)) == event


def test_a_random_sequence_is_replayed_call_by_call() -> None:
    """What ``FloorChaos.finish`` does for every third beginning: it must have calls with such acts to look at."""
    chaos, bytes_ = FloorChaos(3), Random(1).randbytes(2000)
    for kind, pick in zip(bytes_[::2], bytes_[1::2], strict=True):
        chaos.act(kind, pick)
    chaos.finish()
    deep = {event.call for _, _, event in chaos.journal if isinstance(event, ev.Consulted | ev.ListenerCame)}
    assert len(deep) > 3
    assert deep <= set(chaos.to_replay())
