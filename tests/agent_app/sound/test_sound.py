"""Phone and devices at the presenter."""

import pytest

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, LinkState, PhoneState
from agent_app.model.sound.phone_messages import (
    CallOver,
    CallQuality,
    CallUp,
    DeviceLost,
    Devices,
    Forget,
    Levels,
    Mute,
    PhoneEvent,
    PhoneProblem,
    PhoneReady,
    Ringing,
    SoundDevice,
    TellLevels,
    TestTone,
    UseDevices,
    Volume,
)
from shared.desk import LoggedIn, LogIn, PhoneNow, Resume
from shared.ids import LegId
from tests.agent_app.fakes import AGENT, CONTACT, HEADSET, PASSWORD, SEAT, World, at_work

SPEAKERS = SoundDevice("spk", "Speakers", 0, 2)
LEG = LegId("c1/2")


def told(world: World) -> list[PhoneNow]:
    return [each for each in world.switch.heard if isinstance(each, PhoneNow)]


def test_a_phone_that_is_up_gets_the_saved_devices_and_volumes() -> None:
    world = World(
        speaker="usb", microphone="usb", ring="spk", speaker_volume="1.5", ring_volume="9", microphone_volume="x"
    )
    world.desk.phone_event(PhoneReady(CONTACT, "1"))
    assert world.phone.of(UseDevices) == [UseDevices("usb", "usb", "spk")]
    assert world.phone.of(Volume) == [Volume(1.5, 1.0, 1.0)]
    assert world.phone.of(Mute) == [Mute(on=False)]
    assert world.view.phone is PhoneState.READY


def test_chosen_devices_are_used_saved_and_shown_at_once() -> None:
    world = World()
    world.desk.phone_event(Devices((HEADSET, SPEAKERS), "", "", ""))
    world.desk.use_devices(speaker="usb", ring="spk")
    assert world.phone.of(UseDevices) == [UseDevices("usb", "", "spk")]
    assert (world.view.audio.speaker, world.view.audio.ring) == ("usb", "spk")
    assert world.settings == {"speaker": "usb", "ring": "spk"}


def test_a_dragged_volume_slider_is_saved_once() -> None:
    world = World()
    for step in range(100):
        world.desk.set_volumes(speaker=step / 100)
        world.pass_time(0.05, 0.05)
        assert "speaker_volume" not in world.settings
    assert len(world.phone.of(Volume)) == 100, "it is heard at once"
    world.pass_time(1.2)
    assert world.settings["speaker_volume"] == "0.99"
    world.desk.set_volumes(ring=0.5)
    world.desk.keep()  # the program ends
    assert world.settings["ring_volume"] == "0.5"


@pytest.mark.parametrize("code", ["device_failed", "no_devices", "port_taken"])
def test_a_library_s_error_text_is_not_shown_to_the_agent(code: str) -> None:
    world = World()
    world.desk.phone_event(PhoneProblem(code, "Error opening OutputStream: Device unavailable"))
    assert world.view.problem is not None
    assert (world.view.problem.code, world.view.problem.text) == (code, "")


def test_volumes_stay_within_their_bounds() -> None:
    world = World()
    world.desk.set_volumes(speaker=5.0, microphone=-1.0)
    assert world.phone.of(Volume) == [Volume(2.0, 0.0, 1.0)]
    world.desk.keep()
    assert world.settings == {"speaker_volume": "2.0", "microphone_volume": "0.0"}


def test_a_headset_unplugged_in_a_talk_is_reported_and_used_again_when_plugged_in() -> None:
    world = at_work()
    world.settings.put("speaker", "usb")
    world.desk.phone_event(DeviceLost("usb", "USB headset", ""))
    world.desk.phone_event(Devices((SPEAKERS,), "spk", "", "spk"))
    assert world.view.audio.lost_device == "USB headset"
    assert world.problem == "no_headset"
    assert told(world)[-1].problem == "no_headset"
    world.desk.phone_event(Devices((SPEAKERS, HEADSET), "spk", "usb", "spk"))
    assert (world.view.audio.lost_device, world.problem) == ("", "")
    assert world.phone.of(UseDevices)[-1] == UseDevices("usb", "", "")
    assert told(world)[-1].problem == ""


def test_a_missing_device_is_not_asked_for_again() -> None:
    world = World(speaker="gone")
    for _ in range(3):
        world.desk.phone_event(Devices((SPEAKERS,), "spk", "", "spk"))
    assert world.phone.of(UseDevices) == []


def test_an_unplugged_device_with_a_substitute_is_no_problem() -> None:
    world = at_work()
    world.desk.phone_event(DeviceLost("usb", "USB headset", "spk"))
    assert (world.view.audio.lost_device, world.problem) == ("USB headset", "")
    world.desk.use_devices(speaker="spk")
    assert world.view.audio.lost_device == ""


def test_meters_and_test_tone() -> None:
    world = World()
    world.desk.meters(on=True)
    world.desk.test_tone(on_ring=True)
    world.desk.phone_event(Levels(-20.0, -30.0))
    assert world.phone.done == [TellLevels(on=True), TestTone(on_ring=True)]
    assert (world.view.audio.speaker_level, world.view.audio.microphone_level) == (-20.0, -30.0)
    world.desk.phone_event(PhoneReady(CONTACT, "1"))
    assert world.phone.of(TellLevels) == [TellLevels(on=True)] * 2


def test_the_phone_s_legs_are_reported_at_once_and_every_five_seconds() -> None:
    world = at_work()
    world.pass_time(0.2)
    heard = len(told(world))
    world.ring()
    world.desk.phone_event(Ringing(LEG))
    assert told(world)[heard:] == [PhoneNow((LEG,))]
    world.desk.phone_event(CallUp(LEG))
    world.desk.phone_event(CallQuality(LEG, 0.02, 7.0, 30.0, 60.0, 40.0))
    assert len(told(world)) == heard + 1  # no field that the switch compares has changed
    world.pass_time(5.2)
    assert told(world)[heard + 1 :] == [PhoneNow((LEG,), 0.02, 7.0)]
    world.desk.phone_event(CallOver(LEG, 200, by_us=False))
    assert told(world)[-1] == PhoneNow(())


def test_nothing_is_reported_without_a_log_in_or_a_link() -> None:
    world = World()
    world.connect()
    world.pass_time(11)
    assert told(world) == []
    world = at_work()
    world.desk.link_state(LinkState.LOST)
    heard = len(told(world))
    world.pass_time(11)
    assert len(told(world)) == heard


def test_a_leg_of_another_call_is_dropped() -> None:
    world = at_work()
    world.desk.phone_event(Ringing(LegId("old/2")))
    world.pass_time(1.5)
    assert world.phone.of(Forget) == [Forget(LegId("old/2"))]


def test_a_phone_that_died_is_shown_reported_and_resumed_at_its_new_address() -> None:
    world = at_work()
    world.ring()
    world.desk.phone_event(Ringing(LEG))
    world.desk.phone_event(PhoneProblem("phone_down", "exit status -9"))
    assert (world.view.phone, world.problem) == (PhoneState.DOWN, "phone_down")
    assert told(world)[-1] == PhoneNow((), problem="phone_down")
    assert world.view.enabled[Action.DIAL].why == Why.RINGS
    world.desk.phone_event(PhoneReady("127.0.0.1:5099", "1"))
    assert world.problem == ""
    assert world.switch.open(Resume) == [Resume("session-1", "127.0.0.1:5099")]
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)), Resume)
    world.desk.phone_event(PhoneReady("127.0.0.1:5099", "1"))
    assert world.switch.open(Resume) == []  # the switch has the address already


def test_a_log_in_has_the_phone_s_present_address() -> None:
    world = World()
    world.connect()
    world.desk.phone_event(PhoneReady("10.0.0.9:5062", "1"))
    world.desk.log_in(AGENT, PASSWORD)
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, "10.0.0.9:5062")]


def test_an_address_that_changes_during_the_log_in_is_sent_after_it() -> None:
    world = World()
    world.connect()
    world.desk.log_in(AGENT, PASSWORD)
    world.desk.phone_event(PhoneReady("10.0.0.9:5062", "1"))
    assert world.switch.open(Resume) == []
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)), LogIn)
    assert world.switch.open(Resume) == [Resume("session-1", "10.0.0.9:5062")]
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)), Resume)
    assert world.switch.open(Resume) == []


@pytest.mark.parametrize(("code", "shown"), [("stranger", ""), ("busy", ""), ("device_failed", "device_failed")])
def test_problems_that_the_agent_cannot_mend_are_not_shown(code: str, shown: str) -> None:
    world = World()
    world.desk.phone_event(PhoneProblem(code))
    assert world.problem == shown


def test_an_unknown_event_of_a_newer_phone_is_ignored() -> None:
    world = World()
    world.desk.phone_event(PhoneEvent())
    assert world.view.problem is None
