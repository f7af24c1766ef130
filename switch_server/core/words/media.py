"""What a voice card can be told, and what it tells (``docs/adr/0001-card-protocol-over-seqpacket.md``).

A card knows legs as channels and nothing of calls, menus or agents. ``CardCommand`` goes switch → card, ``CardEvent`` card → switch,
in order, each handled exactly once while the card lives. Unknown legs are answered by nothing: a command for a leg that the card does
not have (it was closed, or the card is new) is counted and dropped, since its ``ChannelClosed`` is already on its way or the card's
death has been told. Times are ms unless a name says otherwise.
"""

from typing import Final

from msgspec import Struct

from shared.enums import DigitMode, Direction, Law, PlayEnd
from shared.ids import CardId, LegId, RecordingId


class Far(Struct, frozen=True):
    """The far end's media as its SDP says. ``telephone_event`` is the RFC 4733 payload type, ``None`` where not negotiated."""

    ip: str
    port: int
    law: Law
    telephone_event: int | None = None
    ptime: int = 20
    direction: Direction = Direction.SENDRECV


class Near(Struct, frozen=True):
    """Our end: what goes into our SDP."""

    ip: str
    port: int
    law: Law
    telephone_event: int | None = None


VOICE: Final = "voice"
"""The kind of card whose channels play, listen, record and are patched together. A call is given a card of the kind that its leg needs."""


class MediaStats(Struct, frozen=True):
    """Of one channel, from open to close (RFC 3550 §6.4; MOS by the E-model, ITU-T G.107)."""

    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    strangers: int = 0
    """Packets dropped since they came from elsewhere than the latched address."""
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    far_lost: int | None = None
    """What the far end reported as lost (RTCP RR)."""
    mos: float = 0.0


class CardCommand(Struct, frozen=True, tag=True, tag_field="type"):
    """Switch → card."""


class OpenChannel(CardCommand, frozen=True):
    """Answered by ``ChannelOpened`` or ``ChannelFailed``. ``far=None``: an outgoing leg whose SDP answer is still to come."""

    leg: LegId
    far: Far | None
    law: Law = Law.A
    digits: DigitMode = DigitMode.AUTO


class ChangeFar(CardCommand, frozen=True):
    """SDP answer, or a re-INVITE: new address, hold, other law. Learning of the address begins anew if ip or port changed."""

    leg: LegId
    far: Far


class CloseChannel(CardCommand, frozen=True):
    """Ends play, patches and recording of the leg (each with its event), then ``ChannelClosed``."""

    leg: LegId


class Play(CardCommand, frozen=True):
    """Plays the segments one after another, in place of what the leg would hear; replaces a running play (which ends ``stopped``).

    A segment is a prompt's name (``zh_CN/welcome``, looked up in the card's prompt folders, first folder first), or a tone
    (``tone:dial | ringback | busy | congestion | test1k``), or a pause (``pause:300``, ms). Ends with ``PlayEnded``: never silently.
    ``barge_in``: the caller's first key ends it (``barged``), and that key is reported as any other.
    """

    leg: LegId
    play: int
    segments: tuple[str, ...]
    barge_in: bool = True
    loop: bool = False


class StopPlay(CardCommand, frozen=True):
    leg: LegId


class Hear(CardCommand, frozen=True):
    """Whom the leg hears, as a whole set: the patch's only primitive.

    Bridge: A hears {B}, B hears {A}. Conference: each hears all others. Monitor M: hears {A, B}. Whisper: A hears {B, W}.
    All legs are on one card; a leg that closes drops out of every set. Empty: silence.
    """

    leg: LegId
    legs: tuple[LegId, ...]


class SendDigits(CardCommand, frozen=True):
    """Keys towards the far end, 100 ms each, 100 ms apart, by RFC 4733 where negotiated, else as tones."""

    leg: LegId
    digits: str


class StartRecording(CardCommand, frozen=True):
    """Stereo 8 kHz A-law WAV: left is what the leg says, right is what it hears. Flushed every second.

    A leg can have several recordings at once, which begin and end on their own.
    The header is kept valid at each flush, so a killed card leaves a playable file. Ends with ``RecordingEnded``.
    """

    leg: LegId
    recording: RecordingId
    path: str


class MaskRecording(CardCommand, frozen=True):
    """While on, silence is written on both channels of all recordings of the leg (a PIN is being keyed), also of one that begins meanwhile.
    The files' time runs on.
    """

    leg: LegId
    on: bool


class MoveRecording(CardCommand, frozen=True):
    """The recording goes on, in its file and without a gap, with what ``to`` says and hears. The mask of ``leg`` is not taken along.

    Means nothing where ``leg`` has no such recording, or ``to`` has no channel on the card.
    """

    leg: LegId
    to: LegId
    recording: RecordingId


class StopRecording(CardCommand, frozen=True):
    """Means nothing where the leg has no such recording."""

    leg: LegId
    recording: RecordingId


class ReloadPrompts(CardCommand, frozen=True):
    """Forget cached prompts; a play that runs goes on with what it has."""


class StopCard(CardCommand, frozen=True):
    """Close everything and exit with 0."""


class CardEvent(Struct, frozen=True, tag=True, tag_field="type"):
    """Card → switch."""


class CardReady(CardEvent, frozen=True):
    """The first word of a card. ``kind``: what its channels can do."""

    card: CardId
    channels: int
    kind: str = VOICE


class ChannelOpened(CardEvent, frozen=True):
    leg: LegId
    near: Near


class ChannelFailed(CardEvent, frozen=True):
    """``reason``: ``full`` | ``exists`` | ``bad_address``."""

    leg: LegId
    reason: str


class ChannelClosed(CardEvent, frozen=True):
    leg: LegId
    stats: MediaStats


class PlayEnded(CardEvent, frozen=True):
    leg: LegId
    play: int
    reason: PlayEnd
    played_ms: int


class DigitHeard(CardEvent, frozen=True):
    """One key, once, whatever the way it came (the adapter wraps ``digit`` into a ``Secret`` at once)."""

    leg: LegId
    digit: str
    way: DigitMode
    recording_ms: int | None = None
    """Offset of the key's begin in the first of the leg's recordings that run, if there is one."""


class MediaLatched(CardEvent, frozen=True):
    """The first packet of the far end came."""

    leg: LegId


class MediaSilent(CardEvent, frozen=True):
    """No RTP for ``seconds`` from a far end that should send (not while it holds); told every 10 s while it lasts."""

    leg: LegId
    seconds: int


class RecordingEnded(CardEvent, frozen=True):
    """``cause``: ``stopped`` | ``closed`` | ``failed`` (disk; ``text`` says what). What was flushed stays playable."""

    leg: LegId
    recording: RecordingId
    cause: str
    duration_ms: int
    text: str = ""


class CardLoad(CardEvent, frozen=True):
    """Each second, for the operator. ``late_p999_ms``: how late ticks began over the last minute."""

    card: CardId
    channels: int
    cpu_percent: float
    late_p999_ms: float
    packets_in: int
    packets_out: int
    strangers: int
    malformed: int
    dropped_commands: int


CARD_COMMANDS = (
    OpenChannel, ChangeFar, CloseChannel, Play, StopPlay, Hear, SendDigits,
    StartRecording, MaskRecording, MoveRecording, StopRecording, ReloadPrompts, StopCard,
)  # fmt: skip
CARD_EVENTS = (
    CardReady, ChannelOpened, ChannelFailed, ChannelClosed, PlayEnded, DigitHeard,
    MediaLatched, MediaSilent, RecordingEnded, CardLoad,
)  # fmt: skip
