"""What call centres' users complain of in public, each as a test: an agent who is stuck, dead air, a transfer that loses the caller …

Whole-switch versions on real audio: ``tests/e2e/test_matrix.py``, ``tests/e2e/test_desk.py``.
"""

import pytest
from msgspec import structs

from shared import desk
from shared.desk import CameBack, Done, ToQueue, ToSeat
from shared.enums import EndCause, ListenMode, LockReason, Role, SeatState
from shared.ids import AgentId, DeskId, QueueName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.leg import ToCard
from switch_server.core.words import Queue, media
from tests.core.desk_world import ANN, BOB, CONFIG, DeskWorld
from tests.core.world import FAR

FUND = QueueName("fund")


def test_an_agent_is_stuck_after_a_lost_bye() -> None:
    """The customer's BYE was lost: nothing is heard of them, they are asked, and the seat is free."""
    world = DeskWorld()
    call = world.talking()
    world.tell(ev.MediaSilent(leg_of(call, 1), 30))
    world.tell(ev.LegEnded(leg_of(call, 1), EndCause.FAR_LOST))  # nobody answered the question
    assert world.seat() is SeatState.WRAP_UP
    world.finish()


def test_an_agent_is_stuck_after_a_lost_bye_of_the_own_phone() -> None:
    """The phone has no call any more, and says so twice."""
    world = DeskWorld()
    call = world.talking()
    world.tell(ev.PhoneTold(ANN, (leg_of(call, 2),)))
    world.tell(ev.PhoneTold(ANN, ()))
    world.tell(ev.PhoneTold(ANN, ()))
    assert world.seat() is SeatState.WRAP_UP
    assert world.switch.counters["repaired_seats"] == 1
    world.hang_up(call)
    world.finish()


def test_dead_air_after_an_answer_during_an_announcement() -> None:
    world = DeskWorld()
    world.reactions.play_seconds, world.reactions.desk = 20.0, "silent"
    world.online()
    call = world.offer()
    world.run(3.0)
    effects = world.tell(ev.LegAnswered(leg_of(call, 2), FAR))
    commands = [effect.command for effect in effects if isinstance(effect, ToCard)]
    assert media.Hear(leg_of(call, 1), (leg_of(call, 2),)) in commands, "in the same instant"
    assert media.Hear(leg_of(call, 2), (leg_of(call, 1),)) in commands
    world.finish()


def test_the_desk_rings_on_after_the_caller_has_hung_up() -> None:
    world = DeskWorld()
    world.reactions.desk = "silent"
    world.online()
    call = world.offer()
    world.run(1.0)
    assert world.seat() is SeatState.RINGING
    world.hang_up(call)
    assert (world.seat(), world.reason()) == (SeatState.OPEN, None), "and nobody is blamed"
    world.finish()


def test_a_consulted_transfer_into_a_queue_that_nobody_answers() -> None:
    """Comes back: one recording over all of it, the wrap-up is the agent's who has the customer, nothing is counted for the other."""
    world = DeskWorld(config=structs.replace(CONFIG, queues=(*CONFIG.queues, Queue(FUND, ring=10.0))))
    call = world.talking()
    assert world.command(desk.Consult(call, ToQueue(FUND))) == Done()
    world.run(65.0)
    shown = world.switch.desk_state(ANN)[1]
    assert shown is not None
    assert (shown.state, shown.came_back) == (SeatState.TALKING, CameBack.NO_ANSWER)
    assert world.watch.desks.sound.of(leg_of(call, 1)) == ((leg_of(call, 2),), "")
    world.put_down()
    assert world.seat() is SeatState.WRAP_UP
    world.run(2.0)
    assert len(world.commands(media.StartRecording)) == 1
    assert world.row("recordings", f"{call}r1")["cause"] == "closed"
    assert world.talk(leg_of(call, 2))["hold_ms"] >= 60_000, "the customer's wait is hold time"
    world.finish()


def test_a_transferred_call_is_counted_twice() -> None:
    """One visit to the queue, answered once; one row for each agent who talked, with who handed on to whom; one contact, the last agent's."""
    world = DeskWorld()
    call = world.talking()
    world.online(BOB, open_=False)
    world.command(desk.Consult(call, ToSeat(BOB)))
    world.run(4.0)
    world.put_down()
    world.put_down(BOB)
    world.command(desk.WrapUp(call, "order", "handed on"), ANN)
    world.command(desk.WrapUp(call, "enquiry", "answered"), BOB)
    world.run(2.0)
    [visit] = [row for row in world.watch.rows["queue_visits"].values() if row["call"] == call]
    assert visit["outcome"] == "answered"
    ann, bob = world.talk(leg_of(call, 2)), world.talk(leg_of(call, 3))
    assert (ann["queue"], ann["transferred_to"], bob["queue"], bob["kind"]) == (
        "agents",
        f"seat:{BOB}",
        None,
        "consult",
    )
    contact = world.row("contacts", call)
    assert (contact["agent"], contact["disposition"]) == (BOB, "enquiry")
    assert [world.switch.desks.seats[agent].calls_today for agent in (ANN, BOB)] == [1, 0]
    world.finish()


@pytest.mark.parametrize("in_a_call", [False, True])
def test_a_lock_s_reason_survives_a_restart(in_a_call: bool) -> None:
    """Also of a lock that was asked for in a call. What the store keeps of the seat is what the next switch is told at the log-in."""
    before = DeskWorld()
    before.online()
    if in_a_call:
        before.talking()
    before.command(desk.LockSeat(LockReason.LUNCH))
    *_, kept = before.watch.rows["seat_states"].values()
    after = DeskWorld()
    after.tell(ev.AgentOnline(ANN, "Ann", DeskId("desk-ann"), "192.0.2.20:5070", lock=kept["lock"]))
    assert (after.seat(), after.reason()) == (SeatState.LOCKED, LockReason.LUNCH)
    after.finish()


def test_a_lock_asked_for_in_a_call_is_lost_by_a_transfer() -> None:
    """It takes effect after the call, whoever the customer is handed to."""
    world = DeskWorld()
    call = world.talking()
    world.online(BOB, open_=False)
    world.command(desk.LockSeat(LockReason.LUNCH))
    world.command(desk.Consult(call, ToSeat(BOB)))
    world.run(4.0)
    world.put_down()
    world.command(desk.WrapUp(call, "order"))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LUNCH)
    world.finish()


def test_a_whisper_in_the_customer_s_track() -> None:
    """The recording is what the customer says and hears, and a supervisor who whispers is in neither, whatever the agent does meanwhile."""
    world = DeskWorld()
    boss = AgentId("boss")
    world.tell(ev.AgentOnline(boss, "Boss", DeskId("desk-boss"), "192.0.2.21:5070", Role.MANAGER))
    call = world.talking()
    world.online(BOB, open_=False)
    world.command(desk.Monitor(ANN, ListenMode.WHISPER), boss)
    world.run(3.0)
    acts: tuple[desk.AnyCommand, ...] = (
        desk.Hold(call), desk.Retrieve(call), desk.Consult(call, ToSeat(BOB)), desk.Swap(call), desk.Join(call),
    )  # fmt: skip
    for act in acts:
        assert world.command(act) == Done()
        world.run(3.0)
        assert leg_of(call, 3) not in world.watch.desks.sound.of(leg_of(call, 1))[0], act
        assert leg_of(call, 3) in world.watch.desks.sound.of(leg_of(call, 2))[0], act
    assert {start.leg for start in world.commands(media.StartRecording)} == {leg_of(call, 1)}
    world.finish()
