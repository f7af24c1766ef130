"""Calls from INVITE to the last row: taken, refused, ended, torn down, repaired."""

import pytest

from shared.enums import DigitMode, Direction, EndCause, Law, PlayEnd
from shared.ids import CallId, CardId, LegId, OrderKey, TrunkName, leg_of, recording_of
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.leg import Answer, HangUp, RefreshLeg, Reject, Ring, ToCard
from switch_server.core.switch import Switch
from switch_server.core.words import Effect, Limits, SaveRecord, SwitchConfig, Trunk, media
from tests.core.a_flow import MAIN, NUMBER, TRUNK, flow_of
from tests.core.world import CARD, CONFIG, FAR, NEAR, World


def test_a_call_is_answered_recorded_and_welcomed() -> None:
    world = World()
    call = world.offer()
    world.run(0.5)
    assert [e.leg for e in world.all(Ring)] == [e.leg for e in world.all(Answer)] == [leg_of(call, 1)]
    [recording] = world.commands(media.StartRecording)
    assert recording.path == f"/recordings/2026/11/22/{call}r1.wav"
    assert world.heard() == ["welcome"]
    world.run(2.0)
    assert world.heard() == ["welcome", "main_menu"]
    world.finish()
    assert world.row("calls", call)["cause"] == EndCause.CALLER_HUNG_UP
    assert world.row("calls", call)["ended_at_step"] == "main"
    assert world.row("legs", f"{call}/1")["law"] == Law.A
    assert world.row("contacts", call)["number"] == "13800138000"
    assert world.row("recordings", recording_of(call, 1))["cause"] == "closed"


def test_goodbye_ends_the_call_after_its_prompt() -> None:
    world = World()
    call = world.answered()
    world.press(call, "0")
    assert world.all(HangUp) == []
    world.run(3.0)
    assert [h.cause for h in world.all(HangUp)] == [EndCause.GOODBYE]
    assert call not in world.switch.calls
    world.finish()


@pytest.mark.parametrize(
    ("dnis", "far", "code", "cause"),
    [
        ("999", FAR, 404, EndCause.REJECTED_NUMBER),
        (NUMBER, None, 488, EndCause.REJECTED_MEDIA),
    ],
)
def test_refused_at_the_door(dnis: str, far: media.Far | None, code: int, cause: EndCause) -> None:
    world = World(flow=flow_of("bye", {}))
    world.offer(dnis=dnis, far=far)
    assert [(r.sip_code, r.cause) for r in world.all(Reject)] == [(code, cause)]
    assert world.switch.counters[cause.value] == 1
    world.finish()


def test_a_flow_without_number_takes_any_other() -> None:
    world = World()
    world.offer(dnis="anything")
    assert world.all(Reject) == []


def test_an_unknown_trunk_is_404() -> None:
    world = World()
    world.tell(ev.CallOffered(LegId("x/1"), TrunkName("nobody"), "1", NUMBER, FAR))
    assert [r.sip_code for r in world.all(Reject)] == [404]


def test_all_lines_in_use_is_486_until_one_is_free() -> None:
    world = World(config=SwitchConfig(trunks=(Trunk(TRUNK, lines=2),)))
    first, _ = world.offer(), world.offer()
    world.run(1.0)
    world.offer()
    assert [(r.sip_code, r.cause) for r in world.all(Reject)] == [(486, EndCause.REJECTED_BUSY)]
    world.hang_up(first)
    world.offer()
    assert len(world.all(Reject)) == 1
    world.finish()


def test_cards_are_filled_evenly_and_503_when_full() -> None:
    world = World()
    world.tell(ev.CardUp(CARD, 2))
    world.tell(ev.CardUp(CardId("card-2"), 1))
    for _ in range(4):
        world.offer()
    assert sorted(e.card for e in world.all(ToCard)) == [
        "card-1",
        "card-1",
        "card-2",
    ]
    assert [(r.sip_code, r.cause) for r in world.all(Reject)] == [(503, EndCause.REJECTED_FULL)]
    assert {c.card: c.used for c in world.switch.snapshot().cards} == {"card-1": 2, "card-2": 1}
    world.finish()


def test_no_card_at_all_is_503() -> None:
    world = World()
    world.tell(ev.CardDied(CARD, "killed"))
    world.tell(ev.CardDied(CardId("card-9"), "never seen"))
    world.offer()
    assert [r.sip_code for r in world.all(Reject)] == [503]


def test_a_channel_that_fails_is_503() -> None:
    world = World()
    world.reactions.channel = "full"
    call = world.offer()
    world.run(1.0)
    assert [(r.sip_code, r.cause) for r in world.all(Reject)] == [(503, EndCause.REJECTED_FULL)]
    assert world.row("calls", call)["cause"] == EndCause.REJECTED_FULL
    world.finish()


def test_cancelled_before_the_channel_is_open() -> None:
    world = World()
    call = world.offer()
    world.tell(ev.LegEnded(leg_of(call, 1), EndCause.CANCELLED))
    world.run(1.0)
    assert world.all(Answer) == []
    assert world.row("calls", call)["cause"] == EndCause.CANCELLED
    assert "contacts" not in world.watch.rows
    world.finish()


def test_the_same_invite_twice_is_one_call() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.CallOffered(leg_of(call, 1), TRUNK, "1", NUMBER, FAR))
    assert world.switch.counters["calls_offered_twice"] == 1
    assert world.all(Reject) == []
    world.tell(ev.CallOffered(leg_of(call, 7), TRUNK, "1", NUMBER, FAR))
    assert world.all(Reject) == [Reject(leg_of(call, 7), 500, EndCause.FAULT)], "another caller, by the same name"
    world.finish()


def test_hold_and_a_new_address_reach_the_card() -> None:
    world = World()
    call = world.answered()
    held = media.Far("192.0.2.77", 4444, Law.MU, direction=Direction.SENDONLY)
    world.tell(ev.LegChanged(leg_of(call, 1), held))
    assert world.commands(media.ChangeFar) == [media.ChangeFar(leg_of(call, 1), held)]
    world.hang_up(call)
    world.tell(ev.LegChanged(leg_of(call, 1), FAR))
    assert len(world.commands(media.ChangeFar)) == 1
    world.finish()


def test_a_dead_card_costs_its_calls_only() -> None:
    world = World()
    world.tell(ev.CardUp(CardId("card-2"), 60))
    calls = [world.offer() for _ in range(4)]
    world.run(6.0)
    dead = [call for call in calls if world.switch.calls[call].caller.card == CARD]
    world.tell(ev.CardDied(CARD, "killed"))
    assert len(dead) == 2
    assert {h.cause for h in world.all(HangUp)} == {EndCause.CARD_LOST}
    world.run(1.0)
    assert set(world.switch.calls) == set(calls) - set(dead)
    assert {world.row("recordings", recording_of(call, 1))["cause"] for call in dead} == {"card_lost"}
    world.tell(ev.CardUp(CARD, 60))
    world.run(1.0)
    world.finish()


def test_a_card_dies_while_it_opens_a_channel() -> None:
    world = World()
    world.offer()
    world.tell(ev.CardDied(CARD, "killed"))
    assert [r.sip_code for r in world.all(Reject)] == [503]
    world.run(1.0)
    assert world.switch.counters["events_ignored"] == 1  # the late ChannelOpened
    world.finish()


def test_a_channel_that_the_card_gives_up_ends_the_call() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.ChannelClosed(leg_of(call, 1), media.MediaStats()))
    assert [h.cause for h in world.all(HangUp)] == [EndCause.CARD_LOST]
    world.tell(ev.ChannelClosed(leg_of(call, 1), media.MediaStats()))
    world.tell(ev.ChannelOpened(leg_of(call, 1), NEAR))
    world.tell(ev.ChannelFailed(leg_of(call, 1), "exists"))
    assert world.switch.counters["events_ignored"] == 3
    world.finish()


def test_a_full_disk_ends_the_recording_and_not_the_call() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.RecordingEnded(leg_of(call, 1), recording_of(call, 1), "failed", 4000, "no space left"))
    assert world.row("recordings", recording_of(call, 1))["text"] == "no space left"
    assert world.state(call) == "asking"
    world.finish()
    assert world.row("recordings", recording_of(call, 1))["cause"] == "failed"


def test_an_ack_that_never_comes_ends_the_call() -> None:
    world = World()
    world.reactions.confirm = False
    call = world.offer()
    world.run(41.0)
    assert [h.cause for h in world.all(HangUp)] == [EndCause.FAR_LOST]
    world.finish()
    assert "recordings" not in world.watch.rows
    assert world.row("calls", call)["ended_at_step"] == ""


def test_a_channel_that_never_opens_ends_the_call() -> None:
    world = World()
    world.reactions.to = lambda effect: iter(())  # type: ignore[method-assign]
    world.offer()
    world.run(39.0)
    assert world.all(Reject) == []
    world.run(2.0)
    assert [r.sip_code for r in world.all(Reject)] == [503]
    world.run(41.0)
    assert world.switch.counters["repaired_calls"] == 1
    world.watch.all_over()


def test_what_the_lines_never_tell_is_given_up() -> None:
    world = World()
    world.answered()
    world.reactions.to = lambda effect: iter(())  # type: ignore[method-assign]
    world.tell(ev.HangUpOrdered(next(iter(world.switch.calls))))
    world.run(39.0)
    assert world.switch.calls
    world.run(2.0)
    assert world.switch.counters["repaired_calls"] == 1
    world.watch.all_over()


def test_an_operator_hangs_up() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.HangUpOrdered(call))
    world.tell(ev.HangUpOrdered(CallId("no-such-call")))
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.OPERATOR
    world.finish()


def test_no_call_lasts_for_ever() -> None:
    world = World(config=SwitchConfig(CONFIG.trunks, limits=Limits(call_max=30.0)))
    world.reactions.play_seconds = 1000.0
    call = world.offer()
    world.run(32.0)
    assert world.row("calls", call)["cause"] == EndCause.TOO_LONG
    assert [(hang_up.leg, hang_up.cause) for hang_up in world.all(HangUp)] == [(leg_of(call, 1), EndCause.TOO_LONG)]
    assert world.switch.counters["ended_too_long"] == 1
    world.finish()


def test_draining_may_let_calls_end_by_themselves() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.Draining(at_once=False))
    world.offer()
    assert [r.sip_code for r in world.all(Reject)] == [503]
    world.press(call, "*1")
    world.run(4.0)
    assert world.step(call) == "account"
    world.tell(ev.Draining())
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.SWITCH_STOPPED
    world.finish()


def test_draining_ends_what_runs_and_takes_nothing_new() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.Draining())
    world.offer()
    assert [r.sip_code for r in world.all(Reject)] == [503]
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.SWITCH_STOPPED
    world.finish()


def test_a_running_call_keeps_its_flow() -> None:
    world = World()
    old = world.answered()
    small = flow_of("bye", {})
    world.tell(ev.Configured(CONFIG, (small,)))
    new = world.offer()
    world.run(1.0)
    assert new not in world.switch.calls  # it said goodbye at once
    world.press(old, "9")
    assert world.step(old) == "main"
    assert world.commands(media.Play)[-1].segments == ("en/main_menu",)
    assert world.switch.snapshot().flows == ("small",)
    world.finish()


def test_silence_asks_the_far_end_once_until_it_answers() -> None:
    world = World()
    call = world.answered()
    leg = leg_of(call, 1)
    world.tell(ev.MediaSilent(leg, 10))
    assert world.all(RefreshLeg) == []
    world.tell(ev.MediaSilent(leg, 20))
    world.tell(ev.MediaSilent(leg, 30))
    assert len(world.all(RefreshLeg)) == 1
    world.run(1.0)
    world.tell(ev.MediaSilent(leg, 40))
    assert len(world.all(RefreshLeg)) == 2
    world.tell(ev.LegEnded(leg, EndCause.FAR_LOST))
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.FAR_LOST
    world.finish()


def reconcile(world: World, *legs: LegId) -> list[Effect]:
    return world._carry_out(world.switch.reconcile(legs, world.now))


def test_reconciling_ends_a_leg_that_the_lines_lost() -> None:
    world = World()
    call, other = world.answered(), world.answered()
    assert reconcile(world, leg_of(other, 1)) == []  # once may be an event on its way
    reconcile(world, leg_of(call, 1), leg_of(other, 1))
    assert reconcile(world, leg_of(other, 1)) == []
    reconcile(world, leg_of(other, 1))
    assert world.switch.counters["repaired_legs"] == 1
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.RECONCILED
    assert list(world.switch.calls) == [other]
    world.finish()


def test_reconciling_hangs_up_a_leg_that_only_the_lines_know() -> None:
    world = World()
    stray = LegId("20260101T000000-0001/1")
    reconcile(world, stray)
    assert reconcile(world, stray) == [HangUp(stray, EndCause.RECONCILED)]
    world.finish()


class Bug(Exception):  # noqa: N818
    pass


def test_a_raising_handler_costs_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    switch = Switch(lambda about, bug: seen.append((about, bug)))
    effects = _two_calls(switch)

    def broken(*_: object) -> None:
        raise Bug

    monkeypatch.setattr(switch.calls[CallId("a")].ivr, "key", broken)
    press = ev.DigitPressed(LegId("a/1"), Secret("1"), DigitMode.AUTO)
    effects = switch.handle(press, 1.0)
    assert [type(bug) for _, bug in seen] == [Bug]
    assert [(e.leg, e.cause) for e in effects if isinstance(e, HangUp)] == [("a/1", EndCause.FAULT)]
    assert switch.calls[CallId("b")].state.value == "up"


def test_a_card_of_another_kind_is_given_no_voice() -> None:
    world = World()
    world.tell(ev.CardUp(CardId("fax-1"), 500, "fax"))
    call = world.offer()
    world.run(1.0)
    assert world.switch.calls[call].caller.card == CARD
    world.tell(ev.CardDied(CARD, "killed"))
    refused = world.offer()
    assert refused not in world.switch.calls
    assert [effect.sip_code for effect in world.all(Reject)] == [503]
    world.finish()


def test_a_raising_deadline_costs_one_call_and_a_raising_end_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    switch = Switch()
    _two_calls(switch)

    def broken(*_: object) -> None:
        raise Bug

    for name in ("timed_out", "stop"):
        monkeypatch.setattr(switch.calls[CallId("a")].ivr, name, broken)
    switch.handle(ev.PlayEnded(LegId("a/1"), 1, PlayEnd.DONE, 1), 1.0)
    switch.handle(ev.PlayEnded(LegId("a/1"), 2, PlayEnd.DONE, 1), 2.0)
    effects = switch.tick(20.0)
    assert switch.counters["faults"] == 2
    assert HangUp(LegId("a/1"), EndCause.FAULT) in effects
    assert list(switch.calls) == ["b"]
    assert not [name for name in switch._timers.names() if name.startswith("a:")]


@pytest.mark.parametrize("event", [ev.CardDied(CARD, "killed"), ev.Draining()])
def test_one_raising_end_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch, event: ev.Event) -> None:
    switch = Switch()
    _two_calls(switch)

    def broken(*_: object) -> None:
        raise Bug

    monkeypatch.setattr(switch.calls[CallId("a")].ivr, "stop", broken)
    effects = switch.handle(event, 1.0)
    assert {e.leg for e in effects if isinstance(e, HangUp)} == {"a/1", "b/1"}
    assert "a" not in switch.calls
    assert switch.counters["faults"] == 1


def test_what_is_no_event_is_a_fault_without_a_call() -> None:
    switch = Switch()
    assert switch.handle(ev.Event(), 1.0) == []
    assert switch.counters["faults"] == 1
    assert switch.handle(ev.OrderJournalled(OrderKey("x")), 1.0) == []
    assert switch.counters["order_events_unknown"] == 1


def _two_calls(switch: Switch) -> list[Effect]:
    out: list[Effect] = switch.handle(ev.Configured(CONFIG, (MAIN,)), 0.0)
    out += switch.handle(ev.CardUp(CARD, 9), 0.0)
    for call in ("a", "b"):
        leg = LegId(f"{call}/1")
        for event in (
            ev.CallOffered(leg, TRUNK, "1", NUMBER, FAR),
            ev.ChannelOpened(leg, NEAR),
            ev.LegConfirmed(leg),
        ):
            out += switch.handle(event, 0.0)
    return out


def test_rows_are_written_when_something_begins_and_when_it_ends() -> None:
    world = World()
    world.answered()
    world.finish()
    assert [effect.table for effect in world.all(SaveRecord)] == [
        "calls", "recordings", "calls", "recordings", "calls", "legs", "contacts",
    ]  # fmt: skip
