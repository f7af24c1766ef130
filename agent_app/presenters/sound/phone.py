"""The desk's phone: the call that it may take, the legs that it has, and the devices and volumes that a person chose."""

from collections.abc import Callable

from agent_app.model.desk.actions import Why
from agent_app.model.desk.problems import LocalProblem, PhoneProblemCode
from agent_app.model.desk.view import LinkState, PhoneState
from agent_app.model.sound.phone_messages import (
    AnswerCall,
    CallOver,
    CallQuality,
    CallUp,
    DeviceLost,
    Devices,
    EndCall,
    Expect,
    Forget,
    Levels,
    Mute,
    PhoneEvent,
    PhoneProblem,
    PhoneReady,
    Ringing,
    TellLevels,
    TestTone,
    UseDevices,
    Volume,
)
from agent_app.presenters.parts.ports import PhonePort, SettingsPort, SwitchPort
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import DeskCall, PhoneNow, is_phone_name
from shared.ids import LegId

TELL_S = 5.0
KEEP_S = 1.0
"""From the last change of a volume until the volume is written."""
FORGET_S = 1.0
"""The switch ends a leg by itself; a leg that the phone still has so long after is ended by the phone."""
_FOR_PEOPLE = frozenset(map(str, PhoneProblemCode))
_DEVICE_TROUBLE = frozenset({"no_headset", "no_devices", "device_failed"})
KINDS = ("speaker", "microphone", "ring")
LONGEST_NAME = 32


class PhonePresenter:
    """``ready_at`` is called with the address at which the phone takes INVITEs, each time the phone has started."""

    def __init__(
        self,
        draft: ViewDraft,
        phone: PhonePort,
        switch: SwitchPort,
        settings: SettingsPort,
        clock: Callable[[], float],
        ready_at: Callable[[str], None],
    ) -> None:
        self.legs: dict[LegId, bool] = {}
        """The phone's legs; true: the talk is up."""
        self._draft, self._phone, self._switch, self._settings = draft, phone, switch, settings
        self._clock, self._ready_at = clock, ready_at
        self._call: DeskCall | None = None
        self._expected: set[LegId] = set()
        self._legs_to_end: dict[LegId, float] = {}
        self._to_answer: LegId | None = None
        self._meters = False
        self._loss = self._jitter = 0.0
        self._tell_at = 0.0
        self._told: PhoneNow | None = None
        self._volumes_to_keep: dict[str, str] = {}
        self._keep_volumes_at = 0.0
        draft.put_audio(**_remembered(settings))
        remembered = settings.get("desk_phone")
        self._voice_by(remembered if is_phone_name(remembered) else "")

    # --- choice of the phone ---

    def use_desk_phone(self, name: str) -> None:
        """``""``: the app's own phone. A log-in has one phone, so the phone is chosen before."""
        if not self._draft.view.needs_password:
            self._draft.problem(None, Why.LOGGED_IN)
        elif name and not is_phone_name(name):
            self._draft.problem(None, LocalProblem.BAD_PHONE_NAME, name[:LONGEST_NAME])
        elif name != self._draft.view.desk_phone:
            self._settings.put("desk_phone", name)
            self._voice_by(name)

    def _voice_by(self, name: str) -> None:
        self.legs.clear()
        self._expected.clear()
        self._legs_to_end.clear()
        state = PhoneState.READY if name else PhoneState.STARTING
        self._draft.put(desk_phone=name, phone=state, quality=None)
        self._draft.solved(_DEVICE_TROUBLE | {str(PhoneProblemCode.PHONE_DOWN)})
        self._phone.run(on=not name)
        if name:
            self._ready_at(f"phone:{name}")

    # --- the call ---

    def follow(self, call: DeskCall | None, *, by_snapshot: bool) -> None:
        """The call in hand, by the switch: the phone may take its leg, and must end other legs."""
        old, self._call = self._call, call
        if old is not None and (call is None or call.leg != old.leg):
            self._done_with_mute()
        if self._draft.view.desk_phone:
            return
        keep = call.leg if call is not None else None
        now = self._clock()
        for leg in self._expected | set(self.legs):
            if leg != keep:
                self._legs_to_end.setdefault(leg, now + (FORGET_S if leg in self.legs and not by_snapshot else 0.0))
        self._forget(now)
        if call is not None:
            self._legs_to_end.pop(call.leg, None)
            if call.leg not in self._expected:
                self._expect(call)

    def answer(self) -> None:
        """Answers at once if the INVITE has come, else as soon as it comes."""
        if self._call is not None:
            self._to_answer = self._call.leg
            if self._call.leg in self.legs:
                self._phone.do(AnswerCall(self._call.leg))

    def end(self) -> None:
        """The phone hangs up, since the switch can't be reached."""
        self._to_answer = None
        if self._call is not None:
            self._phone.do(EndCall(self._call.leg))

    def mute(self, on: bool) -> None:
        self._draft.put_audio(muted=on)
        self._phone.do(Mute(on))

    # --- devices and volumes ---

    def volumes(self, chosen: dict[str, float | None]) -> None:
        for kind, factor in chosen.items():
            if factor is not None:
                within = min(max(factor, 0.0), 2.0)
                self._draft.put_audio(**{f"{kind}_volume": within})
                self._volumes_to_keep[f"{kind}_volume"] = str(within)
                self._keep_volumes_at = self._clock() + KEEP_S
        self._tell_volumes()

    def keep_volumes(self) -> None:
        """Writes the chosen volumes. A moved slider gives a hundred values, of which only the last is written."""
        chosen, self._volumes_to_keep = self._volumes_to_keep, {}
        for key, value in chosen.items():
            self._settings.put(key, value)

    def use(self, chosen: dict[str, str | None]) -> None:
        for kind, device in chosen.items():
            if device is not None:
                self._settings.put(kind, device)
                self._draft.put_audio(**{kind: device})
        self._draft.put_audio(lost_device="")
        self._tell_devices()

    def test_tone(self, on_ring: bool) -> None:
        self._phone.do(TestTone(on_ring))

    def meters(self, on: bool) -> None:
        self._meters = on
        self._phone.do(TellLevels(on))

    # --- the phone ---

    def event(self, event: PhoneEvent) -> None:
        if self._draft.view.desk_phone:
            return  # a late event of the app's own phone, which is being ended
        match event:
            case PhoneReady(contact):
                self._ready(contact)
            case Devices():
                self._devices(event)
            case DeviceLost(_, name, instead):
                self._draft.put_audio(lost_device=name)
                if not instead:
                    self._draft.problem(None, PhoneProblemCode.NO_HEADSET, name)
            case Ringing(leg):
                self._has(leg, up=False)
                if leg == self._to_answer:
                    self._phone.do(AnswerCall(leg))
            case CallUp(leg):
                self._has(leg, up=True)
            case CallOver(leg):
                self._lost(leg)
            case Levels(speaker, microphone):
                self._draft.put_audio(speaker_level=speaker, microphone_level=microphone)
            case CallQuality():
                self._loss, self._jitter = event.loss, event.jitter_ms
                self._draft.put(quality=event)
            case PhoneProblem(code):
                self._trouble(code)
            case _:
                pass  # a message without a handler
        self.tell()

    def down(self) -> None:
        self.legs.clear()
        self._expected.clear()
        self._legs_to_end.clear()
        self._draft.put(phone=PhoneState.DOWN)
        self._draft.problem(None, PhoneProblemCode.PHONE_DOWN)
        self.tell()

    def tick(self, now: float) -> None:
        self._forget(now)
        if now >= self._keep_volumes_at:
            self.keep_volumes()
        if now >= self._tell_at:
            self.tell(anew=True)

    def tell(self, *, anew: bool = False) -> None:
        """Sends ``PhoneNow`` if it has changed; ``anew``: also if not."""
        view = self._draft.view
        if view.link is not LinkState.UP or view.needs_password:
            self._told = None
            return
        now = PhoneNow(tuple(self.legs), self._loss, self._jitter, self._problem())
        told = self._told
        if anew or told is None or (told.legs, told.problem) != (now.legs, now.problem):
            self._told = now
            self._tell_at = self._clock() + TELL_S
            self._switch.tell(now)

    # --- inside ---

    def _trouble(self, code: str) -> None:
        """Shows the code only; the phone's text is a library's English, and in the log."""
        if code == PhoneProblemCode.PHONE_DOWN:
            self.down()
        elif code in _FOR_PEOPLE:
            self._draft.problem(None, code)

    def _ready(self, contact: str) -> None:
        self.legs.clear()
        self._expected.clear()
        self._draft.put(phone=PhoneState.READY)
        self._draft.solved(frozenset({str(PhoneProblemCode.PHONE_DOWN)}))
        self._tell_devices()
        self._tell_volumes()
        self._phone.do(Mute(self._draft.view.audio.muted))
        self._phone.do(TellLevels(self._meters))
        if self._call is not None:
            self._expect(self._call)
        self._ready_at(contact)

    def _expect(self, call: DeskCall) -> None:
        self._expected.add(call.leg)
        self._phone.do(Expect(call.leg, call.token, call.auto))

    def _has(self, leg: LegId, *, up: bool) -> None:
        self.legs[leg] = up
        if self._call is None or leg != self._call.leg:
            self._legs_to_end.setdefault(leg, self._clock() + FORGET_S)

    def _lost(self, leg: LegId) -> None:
        self.legs.pop(leg, None)
        self._loss = self._jitter = 0.0
        self._draft.put(quality=None)

    def _forget(self, now: float) -> None:
        for leg in [leg for leg, due in self._legs_to_end.items() if now >= due]:
            del self._legs_to_end[leg]
            self._expected.discard(leg)
            self.legs.pop(leg, None)
            self._phone.do(Forget(leg))

    def _done_with_mute(self) -> None:
        """Ends the mute with the talk, so that the next talk does not begin muted."""
        self._to_answer = None
        if self._draft.view.audio.muted:
            self.mute(on=False)

    def _devices(self, event: Devices) -> None:
        before = {device.id for device in self._draft.view.audio.devices}
        there = {device.id: device.name for device in event.devices}
        lost = self._draft.view.audio.lost_device
        self._draft.put_audio(
            devices=event.devices,
            speaker=event.speaker,
            microphone=event.microphone,
            ring=event.ring,
            lost_device="" if lost in there.values() else lost,
        )
        if not self._problem():
            self._draft.solved(_DEVICE_TROUBLE)
        wanted = {kind: self._settings.get(kind) for kind in KINDS}
        came_back = any(
            device in there and device not in before and device != getattr(event, kind)
            for kind, device in wanted.items()
        )
        if came_back:
            self._tell_devices()

    def _problem(self) -> str:
        view = self._draft.view
        if view.desk_phone:
            return ""
        if view.phone is not PhoneState.READY:
            return PhoneProblemCode.PHONE_DOWN
        devices = view.audio.devices
        whole = any(device.inputs for device in devices) and any(device.outputs for device in devices)
        return "" if whole else PhoneProblemCode.NO_HEADSET

    def _tell_devices(self) -> None:
        self._phone.do(UseDevices(**{kind: self._settings.get(kind) for kind in KINDS}))

    def _tell_volumes(self) -> None:
        audio = self._draft.view.audio
        self._phone.do(Volume(audio.speaker_volume, audio.microphone_volume, audio.ring_volume))


def _remembered(settings: SettingsPort) -> dict[str, float | str]:
    values: dict[str, float | str] = {kind: settings.get(kind) for kind in KINDS}
    for kind in KINDS:
        values[f"{kind}_volume"] = _factor(settings.get(f"{kind}_volume"))
    return values


def _factor(text: str) -> float:
    """A factor of 0 to 2; 1 where the file has another value."""
    try:
        factor = float(text)
    except ValueError:
        return 1.0
    return factor if 0.0 <= factor <= 2.0 else 1.0
