"""What the desk's window shows, as one frozen value: made by the presenter after each change, drawn by ``ui`` and read by robots.

Text here is from customers, agents and the switch (plain text, never markup); words of the app's own are ids, which ``ui`` translates.
"""

from enum import StrEnum

from msgspec import Struct

from agent_app.model.phonebook.people import PastCall, Person
from agent_app.model.sound.phone_messages import CallQuality, SoundDevice
from shared.desk import CameBack, CustomerCard, DeskSnapshot, Notice
from shared.enums import Language
from shared.floor import ColleagueRow, TargetRow
from shared.ids import CallId


class LinkState(StrEnum):
    """Of the link to the switch."""

    CONNECTING = "connecting"
    UP = "up"
    LOST = "lost"
    """Was up; tried again all the time."""
    WRONG_KEY = "wrong_key"
    """The switch does not know this desk's key, or is not the switch that the key file names."""
    WRONG_VERSION = "wrong_version"
    """``link_text`` says which side is older."""


class PhoneState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    """Also where the voice is a desk phone, of which the app knows no more."""
    DOWN = "down"
    """Its process ended; a new one is being started."""


class Action(StrEnum):
    """Everything that a person can do at a desk; ``model.desk.actions`` is the table of what is enabled when, and why not."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    OPEN_SEAT = "open_seat"
    LOCK_SEAT = "lock_seat"
    ANSWER = "answer"
    HANG_UP = "hang_up"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    DIAL = "dial"
    """An outside number; in a talk the customer waits meanwhile (a consult)."""
    CALL_SEAT = "call_seat"
    """内部呼叫: another seat; in a talk as ``DIAL``."""
    TRANSFER = "transfer"
    """呼叫转移: asks a seat, a queue, a number, a menu or the PIN step, while the customer waits."""
    RETURN = "return"
    SWAP = "swap"
    JOIN = "join"
    DROP_PARTY = "drop_party"
    MONITOR = "monitor"
    """同步监听: into the call of a busy seat."""
    WHISPER = "whisper"
    BARGE = "barge"
    LISTEN = "listen"
    """From whisper or barge back to hearing only."""
    INTERCEPT = "intercept"
    SEND_FAX = "send_fax"
    SEND_DIGITS = "send_digits"
    MUTE = "mute"
    UNMUTE = "unmute"
    FINISH_WRAP_UP = "finish_wrap_up"
    EXTEND_WRAP_UP = "extend_wrap_up"
    SEARCH = "search"
    ASK_ACCOUNT = "ask_account"
    """The branch, about an account of the customer on screen; the account itself is pending then."""
    NEW_TICKET = "new_ticket"
    CALL_BACK = "call_back"
    """The customer on screen, at their number."""
    PLAY_RECORDING = "play_recording"
    CHANGE_PASSWORD = "change_password"  # noqa: S105
    SUPERVISE = "supervise"
    """Open the supervisor's desk. The next ones are done there, to a row (``model.floor.supervising``)."""
    FORCE_SEAT = "force_seat"
    TAKE_WAITING = "take_waiting"
    SET_SKILLS = "set_skills"
    SEND_MESSAGE = "send_message"
    ASK_REPORT = "ask_report"


class Pending(Struct, frozen=True):
    """A command on its way: asked ``since`` (seconds of the presenter's clock), given up at ``until``."""

    action: Action
    since: float
    until: float


class DeskProblem(Struct, frozen=True):
    """Something went wrong; shown until another action succeeds or it is dismissed.

    ``code``: a ``shared.desk.DeskRefusal``, a ``shared.link.Failure`` or a ``PhoneProblem`` code; ``wait``: seconds until it makes sense to try again.
    """

    action: Action | None
    code: str
    text: str = ""
    wait: float = 0.0
    at: float = 0.0


class AudioView(Struct, frozen=True):
    devices: tuple[SoundDevice, ...] = ()
    speaker: str = ""
    microphone: str = ""
    ring: str = ""
    speaker_volume: float = 1.0
    microphone_volume: float = 1.0
    ring_volume: float = 1.0
    muted: bool = False
    speaker_level: float = -99.0
    microphone_level: float = -99.0
    lost_device: str = ""
    """Name of a device that was pulled, until another is chosen or it comes back."""


class SearchView(Struct, frozen=True):
    text: str = ""
    busy: bool = False
    rows: tuple[CustomerCard, ...] = ()


class PlayerView(Struct, frozen=True):
    """A recording that is fetched (``have`` of ``size`` bytes) or ready (``wav``)."""

    call: CallId
    have: int = 0
    size: int = 0
    wav: bytes | None = None


class PackView(Struct, frozen=True):
    """Diagnostics that are packed (``have`` of ``size`` files), or are (``path``)."""

    have: int = 0
    size: int = 0
    path: str = ""


class Returned(Struct, frozen=True):
    """The customer is back, since whoever was asked could not take them. ``kind``, ``who``: of the ``Party``; empty where nobody knows."""

    why: CameBack
    kind: str = ""
    who: str = ""


class ShownNotice(Struct, frozen=True):
    """Until the agent has read it. ``id``: of this app, for ``DeskPresenter.dismiss_notice``."""

    id: int
    notice: Notice


class Enabled(Struct, frozen=True):
    """``why``: id of the reason when not ``on`` (``not_logged_in``, ``no_call``, ``link_down``, ``pending`` …), for the tooltip."""

    on: bool
    why: str = ""


class DeskView(Struct, frozen=True):
    link: LinkState = LinkState.CONNECTING
    link_text: str = ""
    retry_in: float | None = None
    phone: PhoneState = PhoneState.STARTING
    desk_phone: str = ""
    """The desk phone (桌面话机) that has the voice; ``""``: this app's own phone."""
    state: DeskSnapshot = DeskSnapshot(at=0.0)
    """As the switch last said; while the link is not up it is old, and shown greyed."""
    stale: bool = True
    clock_off: float = 0.0
    """Seconds to add to this PC's UTC clock to get the switch's."""
    pending: tuple[Pending, ...] = ()
    problem: DeskProblem | None = None
    enabled: dict[Action, Enabled] = {}
    audio: AudioView = AudioView()
    quality: CallQuality | None = None
    """Of the sound in the talk that goes on, as the phone measured it last."""
    search: SearchView = SearchView()
    shown: CustomerCard | None = None
    """The customer on screen: of the pop, or one that the agent looked up during it (``shown_is_pop`` tells which)."""
    shown_is_pop: bool = True
    note: str = ""
    """What the agent has typed for the call in hand; kept over an app's reconnect, sent with the disposition."""
    note_unsent: bool = False
    """The switch hasn't got ``note``, or has not said so yet."""
    player: PlayerView | None = None
    packing: PackView | None = None
    colleagues: tuple[ColleagueRow, ...] = ()
    """Who can be called at their desk, by agent number; live while ``DeskPresenter.floor.show_colleagues(on=True)``, else as last heard."""
    targets: tuple[TargetRow, ...] = ()
    """Queues and menus that a call can be transferred to; as ``colleagues``."""
    returned: Returned | None = None
    notices: tuple[ShownNotice, ...] = ()
    """A supervisor's words and acts, the newest last."""
    people: tuple[Person, ...] = ()
    """The agent's own directory, by name."""
    can_undo: bool = False
    """The last change of ``people`` can be taken back."""
    calls: tuple[PastCall, ...] = ()
    """The last calls, the newest first."""
    language: Language = Language.ZH
    needs_password: bool = True
    """Show the log-in form: never logged in, logged out, or the session is void (then ``problem`` says why)."""
    agent_name: str = ""
    """Last used at this desk, for the form."""

    def is_pending(self, action: Action) -> bool:
        return any(pending.action is action for pending in self.pending)
