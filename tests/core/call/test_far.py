"""Far legs and queues: dialled, ringing, in a talk, ended; music and announcements."""

from msgspec import structs

from shared.enums import DigitMode, EndCause, Law
from shared.ids import CallId, LegId, leg_of
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.flow import DialStep, QueueStep, Say, SetStep
from switch_server.core.leg import HangUp, PlaceCall, ToCard
from switch_server.core.words import SwitchConfig, Trunk, media
from tests.core.a_flow import MAIN, NUMBER, OUT, TRUNK, flow_of
from tests.core.world import CARD, FAR, NEAR, World

DIAL = next(name for name, step in MAIN.steps.items() if isinstance(step, DialStep))
MAIN_WITHHOLDING = structs.replace(MAIN, steps={**MAIN.steps, DIAL: structs.replace(MAIN.steps[DIAL], withhold=True)})


def dialled(world: World) -> tuple[CallId, LegId]:
    call = world.answered()
    world.press(call, "7")
    return call, leg_of(call, 2)


def bridged() -> tuple[World, LegId, LegId]:
    """A call whose ``dial`` step has been answered: the caller's leg, and the far end's."""
    world = World()
    call, far = dialled(world)
    world.run(4.0)
    return world, leg_of(call, 1), far


def hears(world: World) -> list[tuple[LegId, tuple[LegId, ...]]]:
    return [(hear.leg, hear.legs) for hear in world.commands(media.Hear)]


def test_a_talk_and_the_far_end_hangs_up() -> None:
    world = World()
    call, far = dialled(world)
    [place] = world.all(PlaceCall)
    assert (place.trunk, place.dnis, place.ani, place.near) == (OUT, "10001", "13800138000", NEAR)
    assert world.heard()[-1] == "tone:ringback"
    world.run(4.0)
    assert world.state(call) == "talking"
    assert hears(world) == [(leg_of(call, 1), (far,)), (far, (leg_of(call, 1),))]
    assert {c.used for c in world.switch.snapshot().cards} == {2}
    [trunk] = [t for t in world.switch.snapshot().trunks if t.trunk == OUT]
    assert (trunk.used_in, trunk.used_out) == (0, 1)
    world.press(call, "55")  # for the far end
    world.hang_up(call, 2)
    assert hears(world)[-1] == (leg_of(call, 1), ())
    assert world.step(call) == "dial_ended"
    world.run(3.0)
    assert world.step(call) == "main"
    world.finish()


def test_the_far_end_may_be_shown_no_number() -> None:
    shown = []
    for withhold in (False, True):
        world = World(MAIN_WITHHOLDING if withhold else MAIN)
        dialled(world)
        shown += [(place.ani, place.forwarded, place.withheld) for place in world.all(PlaceCall)]
        world.finish()
    assert shown == [("13800138000", NUMBER, False), ("13800138000", NUMBER, True)]


def test_each_leg_has_its_own_end() -> None:
    world = World()
    call, far = dialled(world)
    world.run(4.0)
    gone = world.now
    world.hang_up(call, 2)
    world.run(600.0)
    world.finish()
    assert world.row("legs", far)["ended_at"] == gone
    ends = world.row("legs", leg_of(call, 1))["ended_at"], world.row("calls", call)["ended_at"]
    assert gone + 1.0 < float(str(ends[0])) <= float(str(ends[1]))


def pressed(leg: LegId, digit: str, way: DigitMode = DigitMode.RFC4733) -> ev.DigitPressed:
    return ev.DigitPressed(leg, Secret(digit), way)


def test_keys_in_a_talk_reach_the_other_side_once() -> None:
    """Keys of either side reach the other, and neither the flow nor the journal takes them."""
    world = World()
    call, far = dialled(world)
    world.run(4.0)
    caller, used = leg_of(call, 1), len(world.journal)
    for event in (pressed(caller, "5"), pressed(far, "#"), pressed(caller, "6")):
        world.tell(event)
    sent = [media.SendDigits(far, "5"), media.SendDigits(caller, "#"), media.SendDigits(far, "6")]
    assert world.commands(media.SendDigits) == sent
    world.tell(pressed(caller, ""))  # an invalid key
    assert world.commands(media.SendDigits) == sent
    assert len(world.journal) == used
    world.hang_up(call, 2)
    world.tell(pressed(caller, "7"))
    assert world.commands(media.SendDigits) == sent, "nobody is there"
    world.finish()


def test_tones_in_the_audio_are_said_again_only_as_events() -> None:
    world, caller, far = bridged()
    world.tell(pressed(caller, "5", DigitMode.INBAND))
    assert world.commands(media.SendDigits) == [media.SendDigits(far, "5")]
    world.tell(ev.LegChanged(far, media.Far("192.0.2.9", 4000, Law.A)))
    world.tell(pressed(caller, "6", DigitMode.INBAND))
    assert len(world.commands(media.SendDigits)) == 1, "it hears the tone itself"
    world.tell(pressed(caller, "7"))
    assert world.commands(media.SendDigits)[-1] == media.SendDigits(far, "7")
    world.finish()


def test_a_key_in_several_ways_reaches_the_other_side_once() -> None:
    """Case 18, in a bridge: events and INFO from the caller, INFO and tones from a far end that has no events."""
    world, caller, far = bridged()
    world.tell(ev.LegChanged(far, media.Far("192.0.2.9", 4000, Law.A)))
    for key in "22":
        for leg, ways in ((caller, (DigitMode.RFC4733, DigitMode.INFO)), (far, (DigitMode.INFO, DigitMode.INBAND))):
            for way in ways:
                world.tell(pressed(leg, key, way))
                world.run(0.5)
    sent = [(command.leg, command.digits) for command in world.commands(media.SendDigits)]
    assert sent == [(far, "2"), (caller, "2")] * 2
    world.finish()


def test_info_beside_tones_is_not_said_again_as_a_tone() -> None:
    """Case 18: a far end without events hears the caller's tones themselves."""
    world, caller, far = bridged()
    for leg in (caller, far):
        world.tell(ev.LegChanged(leg, media.Far("192.0.2.9", 4000, Law.A)))
    world.tell(pressed(caller, "1", DigitMode.INFO))
    world.tell(pressed(caller, "1", DigitMode.INBAND))
    sent = len(world.commands(media.SendDigits))
    world.tell(pressed(caller, "2", DigitMode.INFO))
    world.tell(pressed(caller, "2", DigitMode.INBAND))
    assert len(world.commands(media.SendDigits)) == sent
    world.finish()


def test_keys_before_the_answer_go_to_the_party_that_is_heard() -> None:
    """During the card's ringback the flow gets them, since it may go on if there is no answer; during the far end's announcement, the far end."""
    world = World()
    call, far = dialled(world)
    world.press(call, "1", every=0.0)
    assert not world.commands(media.SendDigits)
    world.tell(ev.LegRinging(far, FAR))
    world.tell(ev.MediaLatched(far))
    world.press(call, "2", every=0.0)
    assert world.commands(media.SendDigits) == [media.SendDigits(far, "2")]
    world.finish()


def test_the_caller_hangs_up_in_a_talk() -> None:
    world = World()
    call, far = dialled(world)
    world.run(4.0)
    world.hang_up(call)
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [(far, EndCause.CALLER_HUNG_UP)]
    world.finish()
    assert world.row("legs", far)["direction"] == "out"


def test_busy() -> None:
    world = World()
    world.reactions.far = "busy"
    call, _ = dialled(world)
    world.run(1.0)
    assert world.step(call) == "dial_failed"
    assert world.commands(media.StopPlay)  # ends the ringback
    world.finish()


def test_early_media_is_heard_before_the_answer() -> None:
    world = World()
    world.reactions.far = "early"
    call, far = dialled(world)
    world.run(1.0)
    assert (leg_of(call, 1), (far,)) in hears(world)
    assert world.state(call) == "dialling"
    world.tell(ev.LegRinging(far, FAR))
    world.run(3.0)
    assert world.state(call) == "talking"
    world.tell(ev.LegRinging(far, FAR))  # late, and without effect
    world.tell(ev.LegAnswered(far, FAR))
    assert len(world.commands(media.ChangeFar)) == 3
    world.finish()


def test_early_media_and_then_busy() -> None:
    world = World()
    world.reactions.far = "silent"
    call, far = dialled(world)
    world.tell(ev.LegRinging(far, FAR))
    world.tell(ev.MediaLatched(far))
    world.tell(ev.LegEnded(far, EndCause.FAR_BUSY))
    assert hears(world)[-1] == (leg_of(call, 1), ())
    assert world.step(call) == "dial_failed"
    world.finish()


def test_no_answer() -> None:
    world = World()
    world.reactions.far = "silent"
    call, far = dialled(world)
    world.run(31.0)
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [(far, EndCause.NO_ANSWER)]
    assert world.step(call) == "dial_failed"
    world.run(3.0)
    world.finish()
    assert world.row("legs", far)["cause"] == EndCause.NO_ANSWER


def test_no_free_line_out() -> None:
    world = World()
    world.tell(ev.Configured(SwitchConfig(trunks=(Trunk(TRUNK), Trunk(OUT, lines=1))), (world.switch.flows[0],)))
    dialled(world)
    call, _ = dialled(world)
    assert world.step(call) == "dial_failed"
    assert len(world.commands(media.OpenChannel)) == 3
    world.finish()


def test_no_channel_for_the_far_leg() -> None:
    world = World()
    call = world.answered()
    world.reactions.channel = "full"
    world.press(call, "7")
    assert world.step(call) == "dial_failed"
    assert world.all(PlaceCall) == []
    world.finish()


def test_the_caller_is_gone_before_the_far_channel_opens_or_fails() -> None:
    for opened in (True, False):
        world = World()
        far = leg_of(CallId("20261122T093000-0001"), 2)
        late = ev.ChannelOpened(far, NEAR) if opened else ev.ChannelFailed(far, "full")
        call = world.answered()
        world.press(call, "7", every=0.0)
        world.hang_up(call)
        world.tell(late)
        world.run(1.0)
        assert world.all(PlaceCall) == []
        assert call not in world.switch.calls
        world.finish()


def test_the_far_legs_channel_dies_alone() -> None:
    world = World()
    call, far = dialled(world)
    world.run(4.0)
    world.tell(ev.ChannelClosed(far, media.MediaStats()))
    assert world.step(call) == "dial_ended"
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [(far, EndCause.CARD_LOST)]
    world.finish()


def test_the_card_dies_in_a_talk() -> None:
    world = World()
    dialled(world)
    world.run(4.0)
    world.tell(ev.CardDied(CARD, "killed"))
    assert len(world.all(HangUp)) == 2
    world.run(1.0)
    assert not world.switch.calls
    world.finish()


def test_a_number_from_a_variable() -> None:
    steps = {
        "set": SetStep({"branch_number": "62000"}, "dial"),
        "dial": DialStep(OUT, "{branch_number}", "again", "bye"),
        "again": DialStep(OUT, "{nothing}", "bye", "bye"),
    }
    world = World(flow=flow_of("set", steps))  # type: ignore[arg-type]
    world.reactions.far = "busy"
    call = world.offer()
    world.run(2.0)
    assert [place.dnis for place in world.all(PlaceCall)] == ["62000"]
    assert call not in world.switch.calls
    world.finish()


def test_a_dial_over_a_trunk_that_is_only_for_calls_in() -> None:
    world = World(flow=flow_of("dial", {"dial": DialStep(OUT, "1", "bye", "bye")}))
    world.tell(ev.Configured(SwitchConfig(trunks=(Trunk(TRUNK), Trunk(OUT, direction="in"))), world.switch.flows))
    world.offer()
    world.run(2.0)
    assert world.all(PlaceCall) == []
    world.finish()


def test_a_trunk_that_a_reload_took_away_still_serves_its_leg() -> None:
    world = World()
    call = world.answered()
    world.tell(ev.Configured(SwitchConfig(trunks=(Trunk(OUT),)), world.switch.flows))
    world.press(call, "7")
    world.run(4.0)
    assert world.state(call) == "talking"
    world.finish()


def test_a_queue_plays_music_and_announcements_and_gives_up() -> None:
    world = World()
    call = world.answered()
    world.press(call, "8", every=0.0)
    assert world.heard()[-1] == "agents_busy"
    world.run(2.1)
    plays = world.commands(media.Play)
    assert (plays[-1].segments, plays[-1].loop) == (("music/hold",), True)
    world.run(20.0)
    assert world.commands(media.Play)[-1].segments == ("zh_CN/agents_busy",)
    world.run(39.0)
    assert world.step(call) == "queue_full"
    world.run(3.0)
    assert world.step(call) == "main"
    world.finish()


def test_a_queue_without_announcement_has_only_music() -> None:
    steps = {"q": QueueStep("trading", "full", wait=5.0), "full": Say(("queue_timeout",), "bye")}
    world = World(flow=flow_of("q", steps))  # type: ignore[arg-type]
    world.offer()
    world.run(4.0)
    assert world.heard() == ["hold"]
    world.run(3.0)
    assert world.heard() == ["hold", "queue_timeout"]
    world.finish()
    assert all(effect.card == CARD for effect in world.all(ToCard))
