"""The sound devices: one thread opens, watches and closes them, so that a slow driver does not hold up the calls.

``DevicesWanted`` is the target; each turn of the thread (``_settle``) opens and closes streams to reach it. No device is open without need. A device that
dies or can't be opened is not used for ``RETRY_S``, and its role goes to the default or to any other device; after that it is tried again, so that
a headset that is plugged in again is used again. Roles: ``speaker``, ``microphone``, ``ring``; if ring and speaker are the same device, the speaker's
stream plays the ring tone.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from agent_app.model.sound.phone_messages import DeviceLost, Devices, PhoneEvent, PhoneProblem, SoundDevice, UseDevices
from agent_app.phone import PhoneError
from agent_app.phone.devices import ListedDevice, PortAudio, choose, signature
from agent_app.phone.streams import PLAY, SoundStream
from agent_app.phone.voice import Voice

RETRY_S = 2.0
FAULT_PAUSE_S = 1.0
BUSY_S, IDLE_S = 0.1, 1.0
"""Between two turns: while a device is open, and while none is."""
RESCAN_S = 15.0
"""Between two lists made while no device is open, for systems whose ``signature`` never changes (a list takes some 7 ms of CPU time)."""
ROLES = ("speaker", "microphone", "ring")
NOWHERE = "none"
log = logging.getLogger(__name__)


class DevicesWanted(Struct, frozen=True):
    talk: bool = False
    ring: bool = False
    try_until: float = 0.0
    """For the test tone: speaker and microphone are open until then (monotonic)."""
    try_ring_until: float = 0.0
    use: UseDevices = UseDevices()


class SoundCard:
    """``post`` is called on the sound card's thread. Raises ``PhoneError("no_devices")`` without PortAudio."""

    def __init__(self, voice: Voice, post: Callable[[PhoneEvent], None]) -> None:
        self._library = PortAudio()
        self.version = self._library.version
        self._voice = voice
        self._post = post
        self._want = DevicesWanted()
        self._streams: dict[str, SoundStream] = {}
        self._listed: tuple[ListedDevice, ...] = ()
        self._failed: dict[tuple[str, str], float] = {}
        """Role and device -> the time from which the device may be tried again."""
        self._latency_step: dict[tuple[str, str], int] = {}
        """Role and device -> index into the latencies (``streams.PLAY``, ``RECORD``)."""
        self._in_use: dict[str, str] = {}
        self._told: Devices | None = None
        self._signature: object = None
        self._scanned = 0.0
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    # --- any thread ---

    def want(self, **changes: object) -> None:
        changed = replace(self._want, **changes)
        if changed != self._want:
            self._want = changed
            self._wake.set()

    @property
    def busy(self) -> bool:
        return bool(self._streams)

    def device_ms(self) -> float:
        """The delay of devices and elastic buffers now, both directions together."""
        streams = list(self._streams.values())
        return round(
            sum(stream.latency_ms for stream in streams)
            + self._voice.playback.fill_ms()
            + self._voice.capture.fill_ms(),
            1,
        )

    def close(self) -> None:
        self._over = True
        self._wake.set()
        self._thread.join(3.0)

    # --- the sound card's thread ---

    def _run(self) -> None:
        while not self._over:
            try:
                self._turn(time.monotonic())
            except Exception as fault:
                log.exception("sound")
                self._close_all()
                self._post(PhoneProblem("device_failed", type(fault).__name__))
                time.sleep(FAULT_PAUSE_S)
            self._wake.wait(BUSY_S if self._streams or self._wanted_roles(time.monotonic()) else IDLE_S)
            self._wake.clear()
        self._close_all()

    def _turn(self, now: float) -> None:
        seen = signature()
        if seen != self._signature or (not self._streams and now - self._scanned > RESCAN_S):
            self._close_all()
            self._listed = self._library.refresh()
            self._signature, self._scanned = signature(), now
            self._failed.clear()
        self._close_dead_streams(now)
        self._reopen_late_streams(now)
        self._settle(now)
        self._tell()

    def _wanted_roles(self, now: float) -> set[str]:
        want = self._want
        roles = set()
        if want.talk or now < want.try_until:
            roles |= {"speaker", "microphone"}
        if (want.ring or now < want.try_ring_until) and want.use.ring != NOWHERE:
            roles.add("ring")
        return roles

    def _close_dead_streams(self, now: float) -> None:
        for role, stream in list(self._streams.items()):
            if stream.dead:
                log.warning("%s: %s is dead", role, stream.item.device.id)
                self._close(role)
                self._failed[role, stream.item.device.id] = now + RETRY_S

    def _reopen_late_streams(self, now: float) -> None:
        """A stream with repeated underruns is opened anew with more delay."""
        for role, stream in list(self._streams.items()):
            device = stream.item.device.id
            latency_step = self._latency_step.get((role, device), 0)
            if latency_step + 1 < len(PLAY) and stream.has_late_blocks(now):
                self._latency_step[role, device] = latency_step + 1
                log.warning("%s: %s runs dry: opened anew with more delay", role, device)
                self._close(role)

    def _choice(self, role: str, now: float) -> ListedDevice | None:
        wanted = getattr(self._want.use, role)
        failed = frozenset(i for (r, i), until in self._failed.items() if r == role and until > now)
        return choose(self._listed, wanted, output=role != "microphone", failed=failed)

    def _settle(self, now: float) -> None:
        wanted = self._wanted_roles(now)
        for role in ROLES:
            item = self._choice(role, now)
            shared = role == "ring" and "speaker" in self._streams and item == self._streams["speaker"].item
            if role == "ring":
                self._voice.ring_on_speaker = shared
            open_item = self._streams[role].item if role in self._streams else None
            if role not in wanted or shared or item is None:
                self._close(role)
            elif open_item != item:
                item = self._swap(role, item, now)
            self._note(role, item)

    def _swap(self, role: str, item: ListedDevice, now: float) -> ListedDevice | None:
        """Opens ``item``, or else another device that works; the old stream runs until then. Returns the device that is open."""
        tried: ListedDevice | None = item
        while tried is not None:
            if role in self._streams and tried == self._streams[role].item:
                return tried
            try:
                stream = self._open(role, tried)
            except PhoneError as error:
                log.warning("%s: %s", role, error)
                known = (role, tried.device.id) in self._failed
                self._failed[role, tried.device.id] = now + RETRY_S
                if not known:
                    self._post(PhoneProblem(error.code, f"{role}: {error.text}"))
                tried = self._choice(role, now)
            else:
                self._close(role)
                self._streams[role] = stream
                self._failed.pop((role, tried.device.id), None)
                log.info("%s: %s, %.0f ms", role, tried.device.id, stream.latency_ms)
                return tried
        self._close(role)
        return None

    def _open(self, role: str, item: ListedDevice) -> SoundStream:
        work: Any = {"speaker": self._voice.speaker, "microphone": self._voice.microphone, "ring": self._voice.ringer}[
            role
        ]
        return SoundStream(
            self._library,
            item,
            work,
            output=role != "microphone",
            latency_step=self._latency_step.get((role, item.device.id), 0),
        )

    def _close(self, role: str) -> None:
        stream = self._streams.pop(role, None)
        if stream is not None:
            stream.close()
            log.info("%s: closed after %d blocks, %d of them late", role, stream.blocks, stream.late)

    def _close_all(self) -> None:
        for role in ROLES:
            self._close(role)

    # --- reports ---

    def _note(self, role: str, item: ListedDevice | None) -> None:
        """Notes the role's device; the loss of the role's former or chosen device is reported."""
        now_id = item.device.id if item else ""
        use = getattr(self._want.use, role)
        wanted = use if use != NOWHERE else ""
        before = self._in_use.get(role)
        self._in_use[role] = now_id
        lost = wanted if wanted and wanted != now_id else before
        if before is not None and now_id == before:
            return
        if lost and lost != now_id and (lost != before or not self._is_usable(role, before)):
            self._post(DeviceLost(lost, self._name(lost), now_id))

    def _is_usable(self, role: str, device: str | None) -> bool:
        """Whether the device is plugged and works, so that its change was a choice."""
        return any(item.device.id == device for item in self._listed) and (role, device) not in self._failed

    def _name(self, device: str) -> str:
        known = self._told.devices if self._told else ()
        return next((d.name for d in known if d.id == device), device.partition("/")[2])

    def _tell(self) -> None:
        gone = {device for _, device in self._failed}
        devices: tuple[SoundDevice, ...] = tuple(item.device for item in self._listed if item.device.id not in gone)
        ring = "" if self._want.use.ring == NOWHERE else self._in_use.get("ring", "")
        told = Devices(devices, self._in_use.get("speaker", ""), self._in_use.get("microphone", ""), ring)
        if told == self._told:
            return
        if not devices and (self._told is None or self._told.devices):
            self._post(PhoneProblem("no_devices", "the system has no sound device"))
        self._told = told
        self._post(told)
