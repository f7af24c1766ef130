"""The protocol between the switch and a voice card (``docs/adr/0001-card-protocol-over-seqpacket.md``).

A card has one channel for each leg, and no data about calls, menus or agents. ``CardCommand`` goes switch → card, ``CardEvent``
card → switch, in order, each handled exactly once while the card runs. A command for a leg without a channel (the channel was closed,
or the card is new) is counted and dropped, without an answer: its ``ChannelClosed`` is already on its way, or the card's death has been
reported. Times are ms unless a name says otherwise.
"""

from typing import Final

from msgspec import Struct

from shared.enums import DigitMode, Direction, Law, PlayEnd
from shared.ids import CardId, LegId, RecordingId


class T38Far(Struct, frozen=True):
    """What the far end's SDP says of its T.38 (ITU-T T.38 (09/2010), annex D). ``redundancy``: earlier packets repeated in each UDPTL packet."""

    max_datagram: int = 200
    version: int = 0
    redundancy: int = 3
    fec: bool = False


class Far(Struct, frozen=True):
    """The far end's media, from its SDP. ``telephone_event`` is the RFC 4733 payload type, ``None`` where not negotiated."""

    ip: str
    port: int
    law: Law
    telephone_event: int | None = None
    ptime: int = 20
    direction: Direction = Direction.SENDRECV
    sources: tuple[str, ...] = ()
    """IPv4 addresses or networks from which the sound of a far end behind NAT may come, besides ``ip`` (``Trunk.media``)."""
    t38: T38Far | None = None
    """The far end's media is fax over UDPTL at ``ip:port`` in place of G.711 (ITU-T T.38); for a fax card's channels only."""


class Near(Struct, frozen=True):
    """Our end of the media, for our SDP."""

    ip: str
    port: int
    law: Law
    telephone_event: int | None = None
    t38: bool = False
    """The port takes UDPTL too: the lines may offer T.38 at it, and accept an offer (``Trunk.fax``)."""


VOICE: Final = "voice"
"""The kind of card whose channels play, listen, record and are patched together. A call is given a card of the kind that its leg needs."""


class MediaStats(Struct, frozen=True):
    """Statistics of one channel, from open to close (RFC 3550 §6.4; MOS by the E-model, ITU-T G.107)."""

    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    strangers: int = 0
    """Packets dropped because they came from another address than the latched one."""
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    far_lost: int | None = None
    """Packets that the far end reported as lost (RTCP RR)."""
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
    """SDP answer, or a re-INVITE: new address, hold, other law. If ip or port changed, the address is latched anew."""

    leg: LegId
    far: Far


class CloseChannel(CardCommand, frozen=True):
    """Ends play, patches and recording of the leg (each with its event), then ``ChannelClosed``."""

    leg: LegId


class Play(CardCommand, frozen=True):
    """Plays the segments one after another, in place of the legs that this leg hears; replaces a running play (which ends ``stopped``).

    A segment is a prompt's name (``zh_CN/welcome``, looked up in the card's prompt folders, first folder first), or a tone
    (``tone:dial | ringback | busy | congestion | test1k``), or a pause (``pause:300``, ms). Every play ends with ``PlayEnded``.
    ``barge_in``: the caller's first key ends the play (``barged``), and that key is reported as any other.
    """

    leg: LegId
    play: int
    segments: tuple[str, ...]
    barge_in: bool = True
    loop: bool = False


class StopPlay(CardCommand, frozen=True):
    leg: LegId


class Hear(CardCommand, frozen=True):
    """The whole set of legs that ``leg`` hears: the only command that connects legs.

    Bridge: A hears {B}, B hears {A}. Conference: each hears all others. Monitor M: M hears {A, B}. Whisper W: A hears {B, W}.
    All legs are on one card; a leg whose channel closes is removed from every set. Empty: silence.
    """

    leg: LegId
    legs: tuple[LegId, ...]


class SendDigits(CardCommand, frozen=True):
    """Keys towards the far end, 100 ms each, 100 ms apart, by RFC 4733 where negotiated, else as tones."""

    leg: LegId
    digits: str


class KeysEndPlays(CardCommand, frozen=True):
    """Whether a key that the card hears on the leg ends a play (``Play.barge_in``); at first it does. Off while the leg's keys come by INFO."""

    leg: LegId
    on: bool


class StartRecording(CardCommand, frozen=True):
    """Stereo 8 kHz A-law WAV: left channel from the leg, right channel to the leg. Flushed every second.

    A leg can have several recordings at once, each with its own begin and end. The header is valid after each flush, so a killed card
    leaves a playable file. Every recording ends with ``RecordingEnded``.
    """

    leg: LegId
    recording: RecordingId
    path: str


class MaskRecording(CardCommand, frozen=True):
    """While on, silence is written to both channels of all recordings of the leg (a PIN is being keyed), also of one that begins meanwhile.
    The files keep their full duration.
    """

    leg: LegId
    on: bool


class MoveRecording(CardCommand, frozen=True):
    """The recording continues, in the same file and without a gap, with the audio of the leg ``to``. The mask of ``leg`` is not taken along.

    Has no effect where ``leg`` has no such recording, or ``to`` has no channel on the card.
    """

    leg: LegId
    to: LegId
    recording: RecordingId


class StopRecording(CardCommand, frozen=True):
    """Has no effect where the leg has no such recording."""

    leg: LegId
    recording: RecordingId


class ReloadPrompts(CardCommand, frozen=True):
    """Drop cached prompts; a running play goes on with the old ones."""


class StopCard(CardCommand, frozen=True):
    """Close everything and exit with 0."""


class CardEvent(Struct, frozen=True, tag=True, tag_field="type"):
    """Card → switch."""


class CardReady(CardEvent, frozen=True):
    """The first message of a card. ``kind``: what its channels can do (``VOICE``)."""

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
    """One key, reported once, in whichever ways it was detected (the adapter wraps ``digit`` into a ``Secret`` at once)."""

    leg: LegId
    digit: str
    way: DigitMode
    recording_ms: int | None = None
    """Offset of the key's begin in the first of the leg's running recordings, if there is one."""


class MediaLatched(CardEvent, frozen=True):
    """The first packet of the far end has come: its address is latched."""

    leg: LegId


class MediaSilent(CardEvent, frozen=True):
    """No RTP for ``seconds`` from a far end that should send (not on hold); repeated every 10 s while the silence lasts."""

    leg: LegId
    seconds: int


class RecordingEnded(CardEvent, frozen=True):
    """``cause``: ``stopped`` | ``closed`` | ``failed`` (disk; ``text`` has the error). All that was flushed stays playable."""

    leg: LegId
    recording: RecordingId
    cause: str
    duration_ms: int
    text: str = ""


class CardLoad(CardEvent, frozen=True):
    """Each second, for the operator. ``late_p999_ms``: 99.9th percentile of the ticks' delay over the last minute.

    ``compiled``: the card calculates in compiled code; else with numpy.
    """

    card: CardId
    channels: int
    cpu_percent: float
    late_p999_ms: float
    packets_in: int
    packets_out: int
    strangers: int
    malformed: int
    dropped_commands: int
    compiled: bool = False


CARD_COMMANDS = (
    OpenChannel, ChangeFar, CloseChannel, Play, StopPlay, Hear, SendDigits, KeysEndPlays,
    StartRecording, MaskRecording, MoveRecording, StopRecording, ReloadPrompts, StopCard,
)  # fmt: skip
CARD_EVENTS = (
    CardReady, ChannelOpened, ChannelFailed, ChannelClosed, PlayEnded, DigitHeard,
    MediaLatched, MediaSilent, RecordingEnded, CardLoad,
)  # fmt: skip
