"""The view of the desk as one frozen value: made by the presenter after each change, drawn by ``ui`` and read by robots.

Text in the view is from customers, agents and the switch (plain text, never markup); the app's own texts are ids, which ``ui`` translates.
"""

from enum import StrEnum

from msgspec import Struct

from agent_app.model.fax.view import FaxView
from agent_app.model.phonebook.people import PastCall, Person
from agent_app.model.sound.phone_messages import CallQuality, SoundDevice
from shared.desk import CameBack, CustomerCard, DeskSnapshot, Notice
from shared.enums import Language
from shared.floor import ColleagueRow, TargetRow
from shared.ids import CallId


class LinkState(StrEnum):
    """The state of the link to the switch."""

    CONNECTING = "connecting"
    UP = "up"
    LOST = "lost"
    """Was up; the link is retried all the time."""
    WRONG_KEY = "wrong_key"
    """The switch does not have this desk's key, or is not the switch of the key file."""
    WRONG_VERSION = "wrong_version"
    """``link_text`` says which side is older."""


class PhoneState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    """Also where the voice is a desk phone, whose state the app does not have."""
    DOWN = "down"
    """The phone's process has ended; a new one is being started."""


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
    """An outside number; in a talk a consult, while the customer waits."""
    CALL_SEAT = "call_seat"
    """内部呼叫: another seat; in a talk as ``DIAL``."""
    TRANSFER = "transfer"
    """呼叫转移: consults a seat, a queue, a number, a menu or the PIN step, while the customer waits."""
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
    """发送传真: makes a document and sends it."""
    HANDLE_FAX = "handle_fax"
    """Cancels, repeats, takes, files or forwards a fax."""
    OPEN_FAX = "open_fax"
    SEND_DIGITS = "send_digits"
    MUTE = "mute"
    UNMUTE = "unmute"
    FINISH_WRAP_UP = "finish_wrap_up"
    EXTEND_WRAP_UP = "extend_wrap_up"
    SEARCH = "search"
    ASK_ACCOUNT = "ask_account"
    """Asks the branch about an account of the customer on screen; the account is pending then."""
    NEW_TICKET = "new_ticket"
    CALL_BACK = "call_back"
    """Calls the customer on screen."""
    PLAY_RECORDING = "play_recording"
    CHANGE_PASSWORD = "change_password"  # noqa: S105
    SUPERVISE = "supervise"
    """Opens the supervisor's desk. The actions below are done there, to a row (``model.floor.supervising``)."""
    FORCE_SEAT = "force_seat"
    TAKE_WAITING = "take_waiting"
    SET_SKILLS = "set_skills"
    SEND_MESSAGE = "send_message"
    ASK_REPORT = "ask_report"


class Pending(Struct, frozen=True):
    """A command without an answer yet: sent at ``since`` (seconds of the presenter's clock), given up at ``until``."""

    action: Action
    since: float
    until: float


class DeskProblem(Struct, frozen=True):
    """A problem; shown until another action succeeds or the problem is dismissed.

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
    """Name of a device that was pulled, until another is chosen or the device is plugged again."""


class SearchView(Struct, frozen=True):
    text: str = ""
    busy: bool = False
    rows: tuple[CustomerCard, ...] = ()


class PlayerView(Struct, frozen=True):
    """A recording that is being fetched (``have`` of ``size`` bytes) or ready (``wav``)."""

    call: CallId
    have: int = 0
    size: int = 0
    wav: bytes | None = None


class PackView(Struct, frozen=True):
    """Diagnostics that are being packed (``have`` of ``size`` files) or ready (``path``)."""

    have: int = 0
    size: int = 0
    path: str = ""


class Returned(Struct, frozen=True):
    """The customer is back, since the consulted party could not take the call. ``kind``, ``who``: the ``Party``'s; empty where unknown."""

    why: CameBack
    kind: str = ""
    who: str = ""


class ShownNotice(Struct, frozen=True):
    """A notice that the agent has not dismissed yet. ``id``: given by this app, for ``DeskPresenter.dismiss_notice``."""

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
    """The state last reported by the switch; while the link is not up the state is old, and drawn grey."""
    stale: bool = True
    clock_off: float = 0.0
    """Seconds to add to this PC's UTC clock to get the switch's."""
    pending: tuple[Pending, ...] = ()
    problem: DeskProblem | None = None
    enabled: dict[Action, Enabled] = {}
    audio: AudioView = AudioView()
    quality: CallQuality | None = None
    """The sound quality of the present talk, as last measured by the phone."""
    search: SearchView = SearchView()
    shown: CustomerCard | None = None
    """The customer on screen: the pop's (``shown_is_pop``), or a customer whom the agent has looked up."""
    shown_is_pop: bool = True
    note: str = ""
    """The note for the call in hand, as typed; kept over a reconnect, sent with the disposition."""
    note_unsent: bool = False
    """The switch has not confirmed ``note`` yet."""
    player: PlayerView | None = None
    packing: PackView | None = None
    colleagues: tuple[ColleagueRow, ...] = ()
    """Colleagues who can be called, by agent number; up to date after ``DeskPresenter.floor.show_colleagues(on=True)``, else as last reported."""
    targets: tuple[TargetRow, ...] = ()
    """Queues and menus that a call can be transferred to; up to date as ``colleagues``."""
    returned: Returned | None = None
    notices: tuple[ShownNotice, ...] = ()
    """A supervisor's messages and actions, the newest last."""
    people: tuple[Person, ...] = ()
    """The agent's own directory, by name."""
    can_undo: bool = False
    """The last change of ``people`` can be taken back."""
    calls: tuple[PastCall, ...] = ()
    """The last calls, the newest first."""
    fax: FaxView = FaxView()
    language: Language = Language.ZH
    needs_password: bool = True
    """Show the log-in form: never logged in, logged out, or the session is void (then ``problem`` says why)."""
    agent_name: str = ""
    """The agent number last used at this desk, for the log-in form."""

    def is_pending(self, action: Action) -> bool:
        return any(pending.action is action for pending in self.pending)
