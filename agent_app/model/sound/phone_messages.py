"""The messages between the window's process and the phone's process: one struct a message, length-prefixed MessagePack over the
phone's standard input and output.

The phone's process (``agent_app.phone``) has PJSIP and the sound device, but no data of agents, customers or queues. It answers only INVITEs with
an announced token (``Expect``). The end of its input means that the window's process has ended: the phone ends its call and exits.
Levels are dBFS, volumes 0 to 2 (1: unchanged), times ms.
"""

from msgspec import Struct

from shared.ids import LegId


class PhoneCommand(Struct, frozen=True, tag=True, tag_field="type"):
    """A message from the window to the phone."""


class Expect(PhoneCommand, frozen=True):
    """An INVITE with this token may come, or waits already (at most 3 s, then 403). ``auto``: answer the INVITE at once."""

    leg: LegId
    token: str
    auto: bool = False


class Forget(PhoneCommand, frozen=True):
    """The switch no longer has this leg: end its call, if there is one."""

    leg: LegId


class AnswerCall(PhoneCommand, frozen=True):
    leg: LegId


class EndCall(PhoneCommand, frozen=True):
    """BYE, or 603 while the call rings. Only while the switch can't be reached (link down); else the switch hangs up."""

    leg: LegId


class Mute(PhoneCommand, frozen=True):
    on: bool


class Volume(PhoneCommand, frozen=True):
    """``speaker``, ``microphone``, ``ring``: factors, 0 to 2."""

    speaker: float = 1.0
    microphone: float = 1.0
    ring: float = 1.0


class UseDevices(PhoneCommand, frozen=True):
    """By ``SoundDevice.id``; empty: the system's default. A missing device is replaced by the default and reported by ``DeviceLost``.

    Takes effect in a running talk too. ``ring``: the device for the ring tone; ``none``: no ring tone.
    """

    speaker: str = ""
    microphone: str = ""
    ring: str = ""


class TestTone(PhoneCommand, frozen=True):
    """1 kHz at -20 dBFS for a second on the speaker, or on the ringing device; the meters run for 5 s, so that the microphone can be tested too."""

    on_ring: bool = False


class TellLevels(PhoneCommand, frozen=True):
    """Meters: ``Levels`` ten times a second while on and while a device is open."""

    on: bool


class Move(PhoneCommand, frozen=True):
    """The address of this PC on the way to the switch has changed: INVITEs are taken at the new one from now on (``PhoneReady`` has it).

    A call keeps the old address to its end; if that is no longer this PC's, the phone's process ends (exit status 5), and its call too.
    """

    ip: str


class StopPhone(PhoneCommand, frozen=True):
    """Hang up and exit with 0."""


class PhoneEvent(Struct, frozen=True, tag=True, tag_field="type"):
    """A message from the phone to the window."""


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
    """Sent at the start and when a device was plugged or unplugged. ``speaker``, ``microphone``, ``ring``: ids in use now."""

    devices: tuple[SoundDevice, ...]
    speaker: str
    microphone: str
    ring: str


class DeviceLost(PhoneEvent, frozen=True):
    """The device was pulled; the call goes on with ``instead`` (``""``: with no device, until one is plugged)."""

    id: str
    name: str
    instead: str


class Ringing(PhoneEvent, frozen=True):
    """The expected INVITE has come."""

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
    """Sent each 5 s in a call. ``buffer_ms``: the jitter buffer now; ``device_ms``: the delay of sound devices and their buffers in both directions."""

    leg: LegId
    loss: float
    jitter_ms: float
    round_trip_ms: float
    buffer_ms: float
    device_ms: float


class PhoneProblem(PhoneEvent, frozen=True):
    """``code``: ``no_devices``, ``device_failed``, ``port_taken``, ``stranger`` (an INVITE without an announced token was refused) …; ``text`` for the log."""

    code: str
    text: str = ""


PHONE_COMMANDS: tuple[type[PhoneCommand], ...] = (
    Expect, Forget, AnswerCall, EndCall, Mute, Volume, UseDevices, TestTone, TellLevels, Move, StopPhone,
)  # fmt: skip
PHONE_EVENTS: tuple[type[PhoneEvent], ...] = (
    PhoneReady, Devices, DeviceLost, Ringing, CallUp, CallOver, Levels, CallQuality, PhoneProblem,
)  # fmt: skip
