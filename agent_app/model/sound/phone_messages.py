"""What the window's process and the phone's process say to each other: one struct a message, length-prefixed MessagePack over the
phone's standard input and output.

The phone process (``agent_app.phone``) is PJSIP and the sound device; it knows no agents, customers or queues. It answers no INVITE
but one whose token it was told (``Expect``). When its input ends, the window is gone: it drops its call without a word of its own and exits.
Levels are dBFS, volumes 0 to 2 (1: as it came), times ms.
"""

from msgspec import Struct

from shared.ids import LegId


class PhoneCommand(Struct, frozen=True, tag=True, tag_field="type"):
    """Window to phone."""


class Expect(PhoneCommand, frozen=True):
    """An INVITE with this token may come; ``auto``: answer it at once. It may already be waiting (at most 3 s, then 403)."""

    leg: LegId
    token: str
    auto: bool = False


class Forget(PhoneCommand, frozen=True):
    """The switch no longer has this leg: end whatever is left of it."""

    leg: LegId


class AnswerCall(PhoneCommand, frozen=True):
    leg: LegId


class EndCall(PhoneCommand, frozen=True):
    """BYE, or 603 while it rings. Only for when the switch can't be asked (link down); else the switch hangs up."""

    leg: LegId


class Mute(PhoneCommand, frozen=True):
    on: bool


class Volume(PhoneCommand, frozen=True):
    """``speaker``, ``microphone``, ``ring``: factors, 0 to 2."""

    speaker: float = 1.0
    microphone: float = 1.0
    ring: float = 1.0


class UseDevices(PhoneCommand, frozen=True):
    """By ``SoundDevice.id``; empty: the system's default. A device that is not there falls back to the default and is told by ``DeviceLost``.

    Takes effect in a running talk too. ``ring``: where it rings (second device); ``none`` rings nowhere.
    """

    speaker: str = ""
    microphone: str = ""
    ring: str = ""


class TestTone(PhoneCommand, frozen=True):
    """1 kHz at -20 dBFS for a second on the speaker, or on the ringing device; meters run meanwhile for 5 s, so that one sees oneself speak."""

    on_ring: bool = False


class TellLevels(PhoneCommand, frozen=True):
    """Meters: ``Levels`` ten times a second while on and something is open."""

    on: bool


class Move(PhoneCommand, frozen=True):
    """Another address is the one on the way to the switch: INVITEs are taken there from now on (``PhoneReady`` says where).

    A call keeps the old one to its end; if the old one is no longer this PC's, the phone ends (exit status 5) and its call with it.
    """

    ip: str


class StopPhone(PhoneCommand, frozen=True):
    """Hang up and exit with 0."""


class PhoneEvent(Struct, frozen=True, tag=True, tag_field="type"):
    """Phone to window."""


class PhoneReady(PhoneEvent, frozen=True):
    """``contact``: ``ip:port`` where INVITEs are taken."""

    contact: str
    version: str


class SoundDevice(Struct, frozen=True):
    id: str
    name: str
    inputs: int
    outputs: int
    default_in: bool = False
    default_out: bool = False


class Devices(PhoneEvent, frozen=True):
    """At start and whenever a device was plugged or unplugged. ``speaker``, ``microphone``, ``ring``: ids in use now."""

    devices: tuple[SoundDevice, ...]
    speaker: str
    microphone: str
    ring: str


class DeviceLost(PhoneEvent, frozen=True):
    """The device was pulled; the call goes on with ``instead`` (``""``: with none, until one is plugged)."""

    id: str
    name: str
    instead: str


class Ringing(PhoneEvent, frozen=True):
    """The expected INVITE is here."""

    leg: LegId


class CallUp(PhoneEvent, frozen=True):
    leg: LegId


class CallOver(PhoneEvent, frozen=True):
    """``code``: SIP status, 200 for a BYE."""

    leg: LegId
    code: int
    by_us: bool


class Levels(PhoneEvent, frozen=True):
    speaker: float
    microphone: float


class CallQuality(PhoneEvent, frozen=True):
    """Each 5 s in a call. ``buffer_ms``: jitter buffer now; ``device_ms``: what the sound device adds in both directions."""

    leg: LegId
    loss: float
    jitter_ms: float
    round_trip_ms: float
    buffer_ms: float
    device_ms: float


class PhoneProblem(PhoneEvent, frozen=True):
    """``code``: ``no_devices``, ``device_failed``, ``port_taken``, ``stranger`` (an INVITE without our token was refused) …; ``text`` for the log."""

    code: str
    text: str = ""


PHONE_COMMANDS: tuple[type[PhoneCommand], ...] = (
    Expect, Forget, AnswerCall, EndCall, Mute, Volume, UseDevices, TestTone, TellLevels, Move, StopPhone,
)  # fmt: skip
PHONE_EVENTS: tuple[type[PhoneEvent], ...] = (
    PhoneReady, Devices, DeviceLost, Ringing, CallUp, CallOver, Levels, CallQuality, PhoneProblem,
)  # fmt: skip
