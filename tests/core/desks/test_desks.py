"""From the queue through a talk with an agent to the end of the wrap-up: the desk's commands and the reports to it."""

from collections.abc import Callable

import pytest

from shared import desk
from shared.enums import CallKind, EndCause, LockReason, SeatState
from shared.ids import CallId, CustomerId, DeskId, LegId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.desks import AnswerDesk, HidePop, ShowPop
from switch_server.core.leg import HangUp, RefreshLeg, RingDesk, ToCard
from switch_server.core.talk import TellDesk
from switch_server.core.words import Audit, media
from tests.core.desk_world import ANN, ASKED, BOB, CAT, DeskWorld
from tests.core.world import ACCOUNT, FAR


@pytest.fixture
def world() -> DeskWorld:
    return DeskWorld()


def hears(world: DeskWorld) -> list[tuple[LegId, tuple[LegId, ...]]]:
    return [(hear.leg, hear.legs) for hear in world.commands(media.Hear)]


# --- the plain way ---


def test_a_caller_reaches_an_agent_who_talks_hangs_up_and_wraps_up(world: DeskWorld) -> None:
    world.online()
    call = world.offer()
    world.run(1.0)
    leg = leg_of(call, 2)
    assert world.rung() == [leg]
    [shown] = world.all(ShowPop)
    assert (shown.agent, shown.call, shown.number) == (ANN, call, "13800138000")
    assert world.effects.index(shown) < world.effects.index(world.all(RingDesk)[0])
    seat, ringing = world.switch.desk_state(ANN)
    assert seat is not None
    assert ringing is not None
    assert (seat.state, ringing.state, ringing.kind, ringing.token, ringing.auto) == (
        SeatState.RINGING, SeatState.RINGING, CallKind.IN, "", False,
    )  # fmt: skip
    assert (ringing.number, ringing.dnis, ringing.queue) == ("13800138000", "02087550000", "agents")
    world.run(2.0)
    assert world.seat() is SeatState.TALKING
    assert world.state(call) == "talking"
    assert hears(world) == [(leg_of(call, 1), (leg,)), (leg, (leg_of(call, 1),))]
    assert world.put_down() == desk.Done()
    assert world.seat() is SeatState.WRAP_UP
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [
        (leg, EndCause.AGENT_HUNG_UP), (leg_of(call, 1), EndCause.AGENT_HUNG_UP),
    ]  # fmt: skip
    world.run(5.0)
    assert call not in world.switch.calls
    assert world.command(desk.WrapUp(call, "enquiry", "asked for the time")) == desk.Done()
    assert world.seat() is SeatState.OPEN
    assert world.states() == ["locked", "open", "ringing", "talking", "wrap_up", "open"]
    assert world.all(HidePop) == [HidePop(ANN, call)]
    talk = world.talk(leg)
    assert (talk["agent"], talk["kind"], talk["outcome"], talk["disposition"], talk["note"]) == (
        ANN, "in", "answered", "enquiry", "asked for the time",
    )  # fmt: skip
    contact = world.row("contacts", call)
    assert (contact["agent"], contact["queue"], contact["disposition"], contact["summary"], contact["direction"]) == (
        ANN, "agents", "enquiry", "asked for the time", "in",
    )  # fmt: skip
    assert (world.row("calls", call)["agent"], world.row("calls", call)["direction"]) == (ANN, "in")
    world.finish()


def test_the_caller_hangs_up_in_the_talk(world: DeskWorld) -> None:
    call = world.talking()
    world.hang_up(call)
    assert world.seat() is SeatState.WRAP_UP
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [(leg_of(call, 2), EndCause.CALLER_HUNG_UP)]
    assert world.talk(leg_of(call, 2))["outcome"] == "answered"
    world.run(29.0)
    assert world.seat() is SeatState.WRAP_UP
    world.run(2.0)
    assert world.seat() is SeatState.OPEN
    [seat] = [s for s in (world.switch.desk_state(ANN)[0],) if s]
    assert (seat.wrap_up_call, seat.calls_today) == (call, 1)
    assert world.command(desk.WrapUp(call, "other")) == desk.Done()  # late, but accepted
    assert world.row("contacts", call)["disposition"] == "other"
    world.finish()


def test_the_next_call_ends_the_time_for_a_disposition(world: DeskWorld) -> None:
    first = world.talking()
    world.hang_up(first)
    world.run(31.0)
    second = world.offer()
    world.run(1.0)
    assert [p.call for p in world.pops()] == [first, first, second]
    assert world.refused(desk.WrapUp(first, "other")) == "no_such_call"
    world.finish()


def test_hold_gives_music_to_the_caller_and_nothing_to_the_agent(world: DeskWorld) -> None:
    call = world.talking()
    caller, leg = leg_of(call, 1), leg_of(call, 2)
    assert world.command(desk.Hold(call)) == desk.Done()
    assert hears(world)[-2:] == [(caller, ()), (leg, ())]
    play = world.commands(media.Play)[-1]
    assert (play.leg, play.segments, play.loop) == (caller, ("music/hold",), True)
    assert world.seat() is SeatState.HOLDING
    assert world.refused(desk.Hold(call)) == "wrong_state"
    assert world.refused(desk.SendDigits(call, "1")) == "wrong_state"
    world.run(10.0)
    before = len(world.effects)
    assert world.command(desk.Retrieve(call)) == desk.Done()
    commands = [e.command for e in world.effects[before:] if isinstance(e, ToCard)]
    assert media.StopPlay(caller) in commands
    assert hears(world)[-2:] == [(caller, (leg,)), (leg, (caller,))]
    assert world.refused(desk.Retrieve(call)) == "wrong_state"
    assert world.command(desk.SendDigits(call, "12#")) == desk.Done()
    assert world.commands(media.SendDigits) == [media.SendDigits(caller, "12#")]
    world.command(desk.Hold(call))
    world.run(5.0)
    world.put_down()
    assert world.talk(leg)["hold_ms"] == 15_000
    assert len(world.commands(media.StartRecording)) == 1
    world.finish()


def test_after_the_agent_the_flow_goes_on_where_it_says_so() -> None:
    world = DeskWorld(ASKED)
    world.online()
    call = world.offer()
    world.run(3.0)
    world.press(call, "2")
    world.run(4.0)
    assert world.seat() is SeatState.TALKING
    world.press(call, "9")  # reaches the agent
    world.put_down()
    assert world.step(call) == "survey"
    assert world.seat() is SeatState.WRAP_UP
    world.run(4.0)
    assert world.watch.desks.sound.of(leg_of(call, 1))[0] == ()
    world.finish()


def test_an_answer_in_the_middle_of_an_announcement_leaves_no_dead_air(world: DeskWorld) -> None:
    world.reactions.play_seconds = 20.0
    world.reactions.desk = "silent"
    world.online()
    call = world.offer()
    world.run(3.0)
    assert world.commands(media.Play)[-1].segments[0] == "zh_CN/agents_busy"
    effects = world.tell(ev.LegAnswered(leg_of(call, 2), FAR))
    commands = [e.command for e in effects if isinstance(e, ToCard)]
    assert [type(c) for c in commands] == [media.ChangeFar, media.StopPlay, media.StopPlay, media.Hear, media.Hear]
    world.run(60.0)
    assert world.commands(media.Play)[-1].segments[0] == "zh_CN/agents_busy"  # no later play
    world.finish()


def test_a_talk_that_is_over_makes_no_state(world: DeskWorld) -> None:
    call = world.talking()
    talk = world.switch.calls[call].desk.talk_of(ANN)
    assert talk is not None
    world.tell(ev.LegRinging(leg_of(call, 2), FAR))  # late
    world.hang_up(call)
    assert talk.state is None
    world.finish()


def test_early_media_of_a_desk_means_nothing(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    world.online()
    call = world.offer()
    world.run(1.0)
    world.tell(ev.LegRinging(leg_of(call, 2), FAR))
    assert not hears(world)
    world.finish()


# --- no answer ---


def test_the_caller_hangs_up_while_the_desk_rings(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    world.online()
    idle = world.switch.desks.seats[ANN].idle_since
    call = world.offer()
    world.run(5.0)
    world.hang_up(call)
    assert world.seat() is SeatState.OPEN
    assert world.switch.desks.seats[ANN].idle_since == idle
    assert world.talk(leg_of(call, 2))["outcome"] == "caller_gone"
    assert [type(p) for p in world.pops()] == [ShowPop, HidePop]
    assert world.switch.snapshot().queues[0].abandoned == 1
    world.finish()


def let_it_ring(world: DeskWorld, call: CallId) -> None:
    world.run(16.0)


def refuse(world: DeskWorld, call: CallId) -> None:
    assert world.put_down() == desk.Done()


def busy(world: DeskWorld, call: CallId) -> None:
    world.desk_ended(leg_of(call, 2), EndCause.FAR_BUSY, 486)


def forbidden(world: DeskWorld, call: CallId) -> None:
    world.desk_ended(leg_of(call, 2), EndCause.FAR_REFUSED, 403)


def unreachable(world: DeskWorld, call: CallId) -> None:
    world.desk_ended(leg_of(call, 2), EndCause.FAR_LOST)


def vanished(world: DeskWorld, call: CallId) -> None:
    for _ in range(2):
        world._carry_out(world.switch.reconcile([leg_of(call, 1)], world.now))


@pytest.mark.parametrize(
    ("how", "outcome", "reason"),
    [
        (let_it_ring, "no_answer", LockReason.NO_ANSWER),
        (refuse, "refused", LockReason.NO_ANSWER),
        (busy, "no_answer", LockReason.NO_ANSWER),
        (forbidden, "phone_lost", LockReason.PHONE_LOST),
        (unreachable, "phone_lost", LockReason.PHONE_LOST),
        (vanished, "phone_lost", LockReason.PHONE_LOST),
    ],
)
def test_the_next_agent_is_asked(
    world: DeskWorld, how: Callable[[DeskWorld, CallId], None], outcome: str, reason: LockReason
) -> None:
    world.reactions.desk = "silent"
    world.online(ANN)
    world.online(BOB)
    call = world.offer()
    world.run(1.0)
    how(world, call)
    assert (world.seat(ANN), world.reason(ANN)) == (SeatState.LOCKED, reason)
    assert world.talk(leg_of(call, 2))["outcome"] == outcome
    world.run(0.1)
    assert world.rung() == [leg_of(call, 2), leg_of(call, 3)]
    assert world.seat(BOB) is SeatState.RINGING
    assert [(type(p), p.agent) for p in world.pops()] == [(ShowPop, ANN), (HidePop, ANN), (ShowPop, BOB)]
    world.desk_answers(leg_of(call, 3))
    assert world.seat(BOB) is SeatState.TALKING
    world.finish()


def test_a_phone_that_can_t_be_reached(world: DeskWorld) -> None:
    world.reactions.desk = "dead"
    world.online()
    call = world.offer()
    world.run(2.0)
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.PHONE_LOST)
    assert world.state(call) == "queued"
    world.reactions.desk = "answer"
    world.command(desk.OpenSeat())
    world.run(3.0)
    assert world.seat() is SeatState.TALKING
    world.finish()


def test_a_card_without_channels_is_not_the_agents_fault(world: DeskWorld) -> None:
    world.online()
    call = world.offer()
    world.run(0.05)
    world.reactions.channel = "full"
    world.run(0.5)
    assert world.seat() is SeatState.OPEN
    assert world.talk(leg_of(call, 2))["outcome"] == "no_channel"
    world.run(0.5)
    assert leg_of(call, 3) not in world.switch.calls[call].legs
    world.reactions.channel = ""
    world.run(3.0)
    assert world.seat() is SeatState.TALKING
    world.tell(ev.ChannelClosed(leg_of(call, 3), media.MediaStats()))  # the card closes the channel by itself
    assert world.state(call) == "queued"
    assert world.talk(leg_of(call, 3))["outcome"] == "lost"
    world.finish()


def test_a_wait_that_is_over_is_prolonged_while_a_desk_rings(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    call = world.offer()
    world.run(295.0)
    world.online()
    world.run(8.0)
    assert world.step(call) == "queue"
    world.run(8.5)
    assert world.step(call) == "timeout"
    world.finish()


def test_a_key_takes_the_caller_out_of_the_queue_while_a_desk_rings(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    world.online()
    call = world.offer()
    world.run(3.0)
    world.press(call, "92")  # 9 is no key of this menu
    assert call not in world.switch.calls or world.switch.calls[call].cause is EndCause.GOODBYE
    assert world.seat() is SeatState.OPEN
    assert world.talk(leg_of(call, 2))["outcome"] == "caller_gone"
    assert [e.digit for _, _, e in world.journal if isinstance(e, ev.DigitUsed)] == ["2"]
    world.finish()


# --- lost phones and lost links ---


def test_a_desk_that_is_lost_in_a_talk(world: DeskWorld) -> None:
    world.online(ANN)
    call = world.talking(ANN)
    others = [world.offer(), world.offer()]
    world.run(2.0)
    world.reactions.desk = "silent"
    world.desk_ended(leg_of(call, 2))
    assert world.heard()[-1] == "agent_lost"
    assert hears(world)[-1] == (leg_of(call, 1), ())
    assert (world.seat(ANN), world.reason(ANN)) == (SeatState.WRAP_UP, LockReason.PHONE_LOST)
    assert world.talk(leg_of(call, 2))["outcome"] == "lost"
    world.run(3.0)
    assert world.heard()[-1] == "hold"
    world.online(BOB)
    assert world.switch.desks.seats[BOB].talk is not None
    assert world.rung_agents()[-1] == BOB
    world.run(1.0)
    assert world.rung()[-1] == leg_of(call, 3), f"before {others}"
    world.desk_answers(leg_of(call, 3))
    assert world.state(call) == "talking"
    assert len([s for s in world.commands(media.StartRecording) if s.leg == leg_of(call, 1)]) == 1
    world.finish()


def test_the_contact_has_the_last_agents_word(world: DeskWorld) -> None:
    call = world.talking(ANN)
    world.desk_ended(leg_of(call, 2))
    world.online(BOB)
    world.run(4.0)
    world.hang_up(call)
    world.run(1.0)
    assert world.command(desk.WrapUp(call, "enquiry", "second"), BOB) == desk.Done()
    assert world.command(desk.WrapUp(call, "fault", "first"), ANN) == desk.Done()
    contact = world.row("contacts", call)
    assert (contact["agent"], contact["disposition"], contact["summary"]) == (BOB, "enquiry", "second")
    assert [world.talk(leg_of(call, leg))["note"] for leg in (2, 3)] == ["first", "second"]
    world.finish()


def test_without_an_excuse_there_is_music() -> None:
    world = DeskWorld(ASKED)
    world.online()
    call = world.offer()
    world.run(3.0)
    world.press(call, "2")
    world.run(4.0)
    world.desk_ended(leg_of(call, 2))
    assert world.heard()[-1] == "hold"
    world.finish()


def test_a_link_that_comes_back_in_time_costs_nothing(world: DeskWorld) -> None:
    call = world.talking()
    effects = world.tell(ev.DeskDown(ANN))
    assert RefreshLeg(leg_of(call, 2)) in effects
    world.tell(ev.DeskDown(ANN))
    world.run(3.0)
    world.online(open_=False)
    world.run(60.0)
    assert world.seat() is SeatState.TALKING
    world.finish()


def test_a_link_that_stays_away_loses_the_talk(world: DeskWorld) -> None:
    call = world.talking()
    world.tell(ev.DeskDown(ANN))
    world.run(4.1)
    assert (world.seat(), world.state(call)) == (SeatState.OFFLINE, "queued")
    assert world.all(HangUp)[-1] == HangUp(leg_of(call, 2), EndCause.DESK_LOST)
    world.online(open_=False)
    assert (world.seat(), world.reason()) == (SeatState.WRAP_UP, LockReason.PHONE_LOST)
    world.finish()


def test_a_phone_that_does_not_answer_the_refresh_is_lost_at_once(world: DeskWorld) -> None:
    call = world.talking()
    world.tell(ev.DeskDown(ANN))
    world.desk_ended(leg_of(call, 2), EndCause.FAR_LOST)
    assert (world.seat(), world.state(call)) == (SeatState.OFFLINE, "queued")
    world.run(10.0)
    world.finish()


def test_a_link_that_is_lost_while_the_desk_rings(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    world.online(ANN)
    world.online(BOB)
    call = world.offer()
    world.run(1.0)
    world.tell(ev.DeskDown(ANN))
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.OFFLINE, SeatState.RINGING)
    assert world.talk(leg_of(call, 2))["outcome"] == "offline"
    world.online(ANN, open_=False)
    assert world.seat(ANN) is SeatState.OPEN
    world.finish()


@pytest.mark.parametrize("state", [SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP])
def test_an_idle_seat_comes_back_as_it_was(world: DeskWorld, state: SeatState) -> None:
    if state is SeatState.WRAP_UP:
        world.hang_up(world.talking())
    else:
        world.online(open_=state is SeatState.OPEN)
    world.tell(ev.DeskDown(ANN))
    assert world.seat() is SeatState.OFFLINE
    call = world.offer()
    world.run(5.0)
    assert world.state(call) == "queued"
    world.hang_up(call)
    world.online(open_=False)
    assert world.seat() is state
    world.finish()


def test_an_agent_who_stays_away_is_logged_out(world: DeskWorld) -> None:
    """After a PC's failure, the shift ends in the records; the next log-in begins a new shift, with a locked seat."""
    world.online()
    world.run(100.0)
    world.tell(ev.DeskDown(ANN))
    away = world.switch.config.limits.desk_away
    world.run(away - 1.0)
    world.tell(ev.DeskDown(ANN))  # reported again: the deadline stays
    assert world.seat() is SeatState.OFFLINE
    world.run(1.1)
    assert world.switch.desk_state(ANN) == (None, None)
    assert world.all(TellDesk)[-1] == TellDesk(ANN, desk.LoggedOut("link_lost"))
    assert world.all(Audit)[-1] == Audit("switch-server", "agent_logged_out", ANN, "link_lost")
    rows = [row for row in world.watch.rows["seat_states"].values() if row["agent"] == ANN]
    assert [(row["state"], row["ended_by"]) for row in rows][-1] == ("offline", "link_lost")
    world.online(open_=False)
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LOGGED_IN)
    world.run(away + 1.0)
    assert world.seat() is SeatState.LOCKED, "its link is up"
    world.finish()


def test_an_agent_that_was_logged_out_for_staying_away_can_still_file_the_last_call(world: DeskWorld) -> None:
    call = world.talking()
    world.hang_up(call)
    world.tell(ev.DeskDown(ANN))
    world.run(world.switch.config.limits.desk_away + 1.0)
    assert world.switch.desk_state(ANN) == (None, None)
    world.online(open_=False)
    assert world.seat() is SeatState.LOCKED
    assert world.command(desk.WrapUp(call, "other", "the note")) == desk.Done()
    assert world.talk(leg_of(call, 2))["note"] == "the note"
    world.finish()


def test_an_agent_who_is_back_in_time_stays_logged_in(world: DeskWorld) -> None:
    world.online()
    away = world.switch.config.limits.desk_away
    assert away > 300.0, "five minutes without a network cost nobody the log-in"
    for end in (lambda: world.online(open_=False), lambda: world.tell(ev.AgentOffline(ANN))):
        world.tell(ev.DeskDown(ANN))
        world.run(away - 1.0)
        end()
        world.run(2.0)
        assert not world.all(Audit)
    world.finish()


def test_a_password_opens_no_seat(world: DeskWorld) -> None:
    """A new log-in at a seat that is still kept locks the seat; during a talk, after the talk."""
    again = ev.AgentOnline(ANN, "Ann", DeskId("desk-ann"), "192.0.2.20:5070", anew=True)
    world.online()
    world.tell(ev.DeskDown(ANN))
    world.tell(again)
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LOGGED_IN)
    world.command(desk.LockSeat(LockReason.LUNCH))
    world.tell(again)
    assert world.reason() is LockReason.LUNCH, "why it was locked is not forgotten"
    world.command(desk.OpenSeat())
    call = world.talking()
    world.tell(ev.DeskDown(ANN))
    world.tell(again)
    assert world.seat() is SeatState.TALKING
    world.hang_up(call)
    world.command(desk.WrapUp(call, "other", ""))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.LOGGED_IN)
    world.finish()


@pytest.mark.parametrize("code", ["logged_out", "operator"])
def test_logged_out_in_a_talk(world: DeskWorld, code: str) -> None:
    call = world.talking()
    world.tell(ev.AgentOffline(ANN, code))
    assert world.state(call) == "queued"
    assert world.switch.desk_state(ANN) == (None, None)
    assert world.talk(leg_of(call, 2))["outcome"] == "offline"
    last = world.all(TellDesk)[-1].report
    assert last == (desk.CallChanged(None) if code == "logged_out" else desk.LoggedOut(code))
    world.tell(ev.DeskDown(ANN))
    assert world.switch.counters["events_of_no_seat"] == 1
    world.online(BOB)
    world.run(4.0)
    assert world.seat(BOB) is SeatState.TALKING
    world.finish()


def test_the_same_agent_at_another_desk(world: DeskWorld) -> None:
    call = world.talking()
    world.tell(ev.DeskDown(ANN))
    world.tell(ev.AgentOnline(ANN, "Ann", DeskId("desk-9"), "192.0.2.99:5070"))
    assert world.talk(leg_of(call, 2))["outcome"] == "lost"
    assert world.seat() is SeatState.WRAP_UP
    world.finish()


# --- the pop ---


def test_the_pop_is_shown_again_when_more_is_known(world: DeskWorld) -> None:
    call = world.talking()
    world.tell(ev.CallerFound(call, CustomerId(7)))
    assert [p.customer for p in world.all(ShowPop)] == [None, 7]
    world.tell(ev.PopSeen(ANN, call, 33.0))
    assert world.talk(leg_of(call, 2))["pop_ms"] == 33.0
    world.tell(ev.PopSeen(ANN, CallId("another"), 33.0))
    world.hang_up(call)
    world.tell(ev.PopSeen(ANN, call, 44.0))
    assert world.talk(leg_of(call, 2))["pop_ms"] == 44.0
    world.tell(ev.CallerFound(call, CustomerId(8)))
    assert len(world.all(ShowPop)) == 2
    assert world.talk(leg_of(call, 2))["customer"] == 7
    world.run(60.0)
    world.tell(ev.CallerFound(call, CustomerId(8)))
    assert world.switch.counters["answers_after_end"] == 1
    world.finish()


def test_the_trail_has_the_steps_with_a_title() -> None:
    from tests.core.a_flow import MAIN

    world = DeskWorld(MAIN)
    world.online()
    call = world.logged_in()
    world.press(call, "8")
    world.run(3.0)
    shown = world.all(ShowPop)[0]
    assert shown.account == ACCOUNT
    assert shown.customer == 7
    assert shown.trail == ()
    world.put_down()
    world.command(desk.WrapUp(call, "other"))
    world.press(call, "2")  # back into the queue, out of the survey
    world.run(1.0)
    [step] = world.all(ShowPop)[-1].trail
    assert (step.step, step.title["en"]) == ("survey", "Survey")  # type: ignore[index]
    world.finish()


def test_a_pop_that_another_seat_was_shown(world: DeskWorld) -> None:
    call = world.talking()
    world.online(BOB)
    world.tell(ev.PopSeen(BOB, call, 33.0))
    assert "pop_ms" not in world.talk(leg_of(call, 2))
    world.finish()


def test_the_call_s_owner(world: DeskWorld) -> None:
    call = world.talking()
    world.online(BOB)
    assert world.switch.has_call(ANN, call)
    assert not world.switch.has_call(BOB, call)
    assert not world.switch.has_call(CAT, call)
    world.hang_up(call)
    assert world.switch.has_call(ANN, call)
    assert world.command(desk.WrapUp(call, "enquiry")) == desk.Done()
    assert not world.switch.has_call(ANN, call)
    world.finish()


# --- repairs ---


def test_a_phone_that_had_the_call_and_has_it_no_longer(world: DeskWorld) -> None:
    """A phone that was killed and has restarted: no call can be on its way."""
    call = world.talking()
    world.tell(ev.PhoneTold(ANN, (leg_of(call, 2),)))
    world.tell(ev.PhoneTold(ANN, ()))
    assert world.seat() is SeatState.TALKING
    world.tell(ev.PhoneTold(ANN, ()))
    assert (world.seat(), world.state(call)) == (SeatState.WRAP_UP, "queued")


def test_a_phone_without_the_call_that_the_switch_has(world: DeskWorld) -> None:
    call = world.talking()
    world.tell(ev.PhoneTold(ANN, ()))
    world.tell(ev.PhoneTold(ANN, ()))  # the phone is not up for long enough
    world.run(9.0)
    world.tell(ev.PhoneTold(ANN, ()))
    assert world.seat() is SeatState.TALKING
    world.tell(ev.PhoneTold(ANN, (leg_of(call, 2),)))
    world.tell(ev.PhoneTold(ANN, ()))
    assert world.seat() is SeatState.TALKING
    world.tell(ev.PhoneTold(ANN, ()))
    assert (world.seat(), world.state(call)) == (SeatState.WRAP_UP, "queued")
    assert world.switch.counters["repaired_seats"] == 1
    world.finish()


def test_a_phone_with_a_call_that_the_switch_does_not_have(world: DeskWorld) -> None:
    call = world.talking()
    stray = leg_of(call, 2)
    world.hang_up(call)
    world.run(40.0)
    for _ in range(2):
        world.tell(ev.PhoneTold(ANN, (stray,)))
    assert world.all(HangUp)[-1] == HangUp(stray, EndCause.RECONCILED)
    world.tell(ev.PhoneTold(BOB, ()))
    world.finish()


def test_a_phone_that_names_other_peoples_legs_ends_nothing(world: DeskWorld) -> None:
    """A caller's leg, a colleague's leg, and one that never existed."""
    call = world.talking()
    world.online(BOB)
    hung_up = len(world.all(HangUp))
    for _ in range(3):
        world.tell(ev.PhoneTold(BOB, (leg_of(call, 1), leg_of(call, 2), LegId("no leg at all"))))
    assert len(world.all(HangUp)) == hung_up
    assert (world.seat(), world.state(call)) == (SeatState.TALKING, "talking")
    assert world.switch.counters["legs_of_others"] == 3
    world.finish()


def test_a_fault_at_one_seat_is_told_and_leaves_the_others_repaired(world: DeskWorld) -> None:
    for agent in (ANN, BOB):
        world.online(agent)
    world.switch.desks.seats[BOB].state = SeatState.OFFLINE
    world.switch.desks.seats[ANN].talk = "no talk"  # type: ignore[assignment]  # a bug of ours
    world.watch.desks.states[BOB] = "offline"
    told: list[str] = []
    world.switch._on_fault = lambda about, _bug: told.append(str(about))
    world.switch.reconcile([], world.now)
    assert (told, world.switch.counters["faults"]) == (["reconcile"], 1)
    assert world.seat(BOB) is SeatState.OPEN


def test_a_seat_that_cannot_be_shown_keeps_none_of_the_others_waiting(world: DeskWorld) -> None:
    for agent in (ANN, BOB):
        world.online(agent)
    world.switch.desks.seats[ANN].view = None  # type: ignore[assignment,method-assign]  # a bug of ours
    world.switch._on_fault = lambda _about, _bug: None
    lock = desk.LockSeat(LockReason.LUNCH)
    effects = [world.switch.handle(ev.DeskCommanded(agent, n, lock), world.now) for n, agent in enumerate((ANN, BOB))]
    answered = [(effect.agent, effect.reply) for each in effects for effect in each if isinstance(effect, AnswerDesk)]
    assert answered == [(ANN, desk.Done()), (BOB, desk.Done())]
    assert [effect.agent for effect in effects[1] if isinstance(effect, TellDesk)] == [BOB]
    assert world.switch.counters["faults"] == 1
    assert world.switch.desks._touched == {}


def test_a_seat_with_a_talk_that_does_not_exist_is_repaired(world: DeskWorld) -> None:
    call = world.talking()
    seat = world.switch.desks.seats[ANN]
    talk = seat.talk
    world.hang_up(call)
    world.run(40.0)
    seat.talk = talk
    live = list(world.watch.live_lines)
    world._carry_out(world.switch.reconcile(live, world.now))
    assert world.switch.counters["repaired_seats"] == 1
    assert seat.talk is None
    seat.state = SeatState.OFFLINE
    world.watch.desks.states[ANN] = "offline"
    world._carry_out(world.switch.reconcile(live, world.now))
    assert world.switch.counters["repaired_seats"] == 2
    assert world.seat() is SeatState.WRAP_UP
    world.finish()
