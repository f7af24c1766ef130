"""The journal's part of one call, through a fresh core, gives the transitions of that day."""

import pytest
from msgspec import structs

from shared import desk
from shared.enums import CallKind, ListenMode
from shared.ids import CallId, CardId, LegId, OrderKey, TrunkName, leg_of
from switch_server.adapters.event_codec import decode_event, encode_event
from switch_server.core import catalogue as ev
from switch_server.core.about import call_about
from switch_server.core.call import ForConsult
from switch_server.core.words import Queue, Transition
from switch_server.services.replay import replay
from tests.core.chaos import BEGINNINGS, Chaos
from tests.core.desk_world import AGENTS, ANN, BOB, CONFIG, DeskWorld
from tests.core.watch import call_id
from tests.core.world import ACCOUNT, BRANCH, CARD, PIN, World


def of(world: World, call: CallId) -> list[Transition]:
    return [t for t in world.all(Transition) if call_id(t) == call]


def replayed(world: World, call: CallId) -> list[Transition]:
    return [transition for _, transition in replay(call, world.journal, world.now)]


@pytest.fixture(scope="module")
def busy() -> World:
    """Ten calls at once on two cards: trading, dialling with one line out too few, waiting, hanging up, a card's death in between."""
    world = World()
    world.tell(ev.CardUp(CardId("card-2"), 60))
    calls = [world.offer() for _ in range(10)]
    world.run(3.0)
    for call, keys in zip(calls, ("7", "7", "7", "8", "*1", "B", "2600519#", "5", "9", ""), strict=True):
        world.press(call, keys, every=0.05)
    world.run(10.0)
    for call in calls[4:9]:
        if call in world.switch.calls:
            world.press(call, f"1{ACCOUNT}#{PIN}#", every=0.03)
    world.run(7.0)
    for call in calls[5:8]:
        world.press(call, "3600519", every=0.03)
    world.run(4.0)
    for call in calls[5:8]:
        world.press(call, "1500#", every=0.01)
    world.run(4.0)
    world.tell(ev.CardDied(CARD, "killed"))
    for call in calls[5:8]:
        world.press(call, "100#", every=0.01)
    world.run(5.0)
    for call in calls[5:8]:
        world.press(call, "11", every=0.01)
    world.run(40.0)
    world._carry_out(world.switch.reconcile([], world.now))
    world._carry_out(world.switch.reconcile([], world.now))
    world.run(100.0)
    assert not world.switch.calls
    return world


def test_one_call_out_of_many(busy: World) -> None:
    calls = sorted({call_id(t) for t in busy.all(Transition)})
    assert len(calls) == 10
    assert any(t.machine == "order" for t in busy.all(Transition))
    for call in calls:
        assert replayed(busy, call) == of(busy, call)


def test_a_call_that_the_journal_does_not_have(busy: World) -> None:
    assert replayed(busy, CallId("20200101T000000-0001")) == []


def test_a_refused_call_has_no_transitions() -> None:
    world = World()
    world.tell(ev.CardUp(CARD, 1))
    world.offer()
    refused = world.offer()
    assert replayed(world, refused) == of(world, refused) == []


def test_deadlines_pass_at_their_own_time_however_late_the_tick() -> None:
    world = World()
    call = world.logged_in()
    world.reactions.to = lambda effect: iter(())  # type: ignore[method-assign]
    world.press(call, "2600519", every=0.0)
    world.now += 3.0
    world.press(call, "11", every=0.0)  # ahead, while the branch is silent
    world.now += 100.0  # the shell was asleep
    world.tell(ev.BranchDown(BRANCH))
    world.now += 1.0
    world.hang_up(call)
    assert any(t.event == "refused" for t in of(world, call))
    assert replayed(world, call) == of(world, call)


def test_without_an_until_it_ends_with_the_journal() -> None:
    world = World()
    call = world.answered()
    was = of(world, call)
    at, last = list(replay(call, world.journal))[-1]
    assert last == was[-1]
    assert at <= world.now


def test_a_journal_without_placements_is_replayed_as_well_as_it_can_be() -> None:
    world = World()
    call = world.logged_in()
    world.finish()
    journal = [entry for entry in world.journal if not isinstance(entry[2], ev.LegPlaced)]
    assert [t for _, t in replay(call, journal)] == of(world, call)


@pytest.mark.parametrize("beginning", [*range(len(BEGINNINGS)), 200, 209, 255])
def test_every_beginning(beginning: int) -> None:
    chaos = Chaos(beginning)
    chaos.several_due(11)
    chaos.finish()
    for call in {call_id(t) for t in chaos.told} - {CallId("")}:
        chaos.replayed(call)


def test_calls_with_agents() -> None:
    """A talk with hold, a desk that lets it ring, one that is lost, a callback, a call out: nobody is logged in at the replay."""
    world = DeskWorld(config=structs.replace(CONFIG, queues=(structs.replace(CONFIG.queues[0], most=2),)))
    held = world.talking(ANN)
    asker = world.offer()
    world.run(2.0)
    world.command(desk.Hold(held))
    world.press(asker, "1")
    world.command(desk.Retrieve(held))
    world.command(desk.SendDigits(held, "1"))
    lost, full = world.offer(), [world.offer(), world.offer()]
    world.put_down()
    world.command(desk.WrapUp(held, "other"))
    world.run(5.0)
    world.tell(ev.DeskDown(ANN))
    world.run(5.0)
    world.reactions.desk = "silent"
    world.online(BOB)
    world.run(16.0)
    world.reactions.desk = "answer"
    world.command(desk.OpenSeat(), BOB)
    world.run(30.0)
    out = CallId("20261122T093000-0700")
    talk = world.switch.desks.seats[BOB].talk
    assert talk is not None
    world.put_down(BOB)
    world.command(desk.Dial("13900139000"), BOB, out)
    world.run(20.0)
    world.tell(ev.PhoneTold(BOB, ()))
    world.tell(ev.PhoneTold(BOB, ()))
    world.command(desk.OpenSeat(), BOB)
    world.run(60.0)
    world.finish()
    calls = sorted({call_id(t) for t in world.all(Transition)} - {CallId("")})
    assert {held, asker, lost, *full, out} < set(calls)
    assert any(call.endswith("b1") for call in calls)
    kinds = {type(event) for _, _, event in world.journal}
    assert {ev.AgentAssigned, ev.DeskGone, ev.QueueJudged, ev.CallPlaced} <= kinds
    for call in calls:
        assert replayed(world, call) == of(world, call)
    for number, (_, at, event) in enumerate(world.journal):  # as the file has it
        world.journal[number] = (number + 1, at, decode_event(encode_event(event)))
    for call in calls:
        assert replayed(world, call) == of(world, call)


def test_a_callback_refused_for_what_others_asked_for() -> None:
    world = DeskWorld(config=structs.replace(CONFIG, queues=(Queue(AGENTS, most=1),)))
    calls = []
    for number in ("13800138000", "13800138000", "13700137000"):
        calls.append(call := world.offer(ani=number))
        world.run(3.0)
        world.press(call, "1")
        world.run(3.0)
        if call in world.switch.calls:
            world.hang_up(call)
            world.run(3.0)
    judged = [event.verdict for _, _, event in world.journal if isinstance(event, ev.CallbackJudged)]
    assert judged == ["kept", "there", "refused"]
    for call in calls:
        assert replayed(world, call) == of(world, call)
    world.finish()


def test_the_journals_words_of_a_call_that_is_not_there() -> None:
    world = World()
    gone = CallId("gone")
    world.tell(ev.DeskGone(gone, leg_of(gone, 2), "lost"))
    world.tell(ev.Consulted(gone, leg_of(gone, 2), desk.ToPin(), leg_of(gone, 3)))
    asked = ForConsult(leg_of(gone, 2), leg_of(gone, 3))
    world.tell(ev.CallPlaced(gone, TrunkName("out"), "95500", "13800138000", CARD, asked))
    world.tell(ev.ListenerCame(gone, leg_of(gone, 3), ANN, "192.0.2.20:5070", leg_of(gone, 2), ListenMode.MONITOR))
    world.switch.take(ev.AgentAssigned(gone, leg_of(gone, 2), ANN, CallKind.OUT, "192.0.2.20:5070", 20.0))
    call = world.answered()
    world.tell(ev.DeskGone(call, leg_of(call, 2), "lost"))
    assert world.state(call) == "asking"
    world.finish()


def test_whom_an_event_is_about() -> None:
    assert call_about(ev.LegConfirmed(LegId("c/1"))) == "c"
    assert call_about(ev.OrderJournalled(OrderKey("c-1"))) == "c"
    assert call_about(ev.HangUpOrdered(CallId("c"))) == "c"
    assert call_about(ev.Draining()) is None
    assert call_about(ev.LegConfirmed(LegId("nonsense"))) is None
