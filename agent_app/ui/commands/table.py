"""The table of commands: their words, keys and icons, and the presenter's actions by which they are enabled.

Buttons, menus, tooltips and the F1 list are all made from this table, so that they agree.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt

from agent_app.model.desk.view import Action
from shared.enums import HangingUp

CONTEXT = "commands"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a text for translation where it stands in a table."""
    return text


@dataclass(frozen=True)
class Face:
    """The looks of a command, and its presenter's action (``None``: always enabled)."""

    title: str
    icon: str = ""
    action: Action | None = None
    hint: str = ""
    """The effect, where the title is too short for it; for the tooltip."""
    when: HangingUp | None = None
    """The face is used only while hanging up has this effect."""


@dataclass(frozen=True)
class WindowCommand:
    """``faces``: the command does the first one that is enabled; so a hold button retrieves while holding."""

    id: str
    keys: str
    faces: tuple[Face, ...]
    group: str


SEAT, CALL, WORK, LOOK, APP = (
    QT_TRANSLATE_NOOP("commands", "Seat"),
    QT_TRANSLATE_NOOP("commands", "Call"),
    QT_TRANSLATE_NOOP("commands", "Notes and tickets"),
    QT_TRANSLATE_NOOP("commands", "Customer"),
    QT_TRANSLATE_NOOP("commands", "Program"),
)
GROUPS = (CALL, SEAT, WORK, LOOK, APP)


def _one(
    name: str, keys: str, group: str, title: str, picture: str = "", action: Action | None = None, hint: str = ""
) -> WindowCommand:
    return WindowCommand(name, keys, (Face(title, picture, action, hint),), group)


def _hang_up(title: str, when: HangingUp, hint: str) -> Face:
    return Face(title, "hang_up", Action.HANG_UP, hint, when)


COMMANDS: tuple[WindowCommand, ...] = (
    _one("answer", "F2", CALL, QT_TRANSLATE_NOOP("commands", "Answer"), "answer", Action.ANSWER),
    WindowCommand("hang_up", "F3", (
        _hang_up(QT_TRANSLATE_NOOP("commands", "Hang up"), HangingUp.END, QT_TRANSLATE_NOOP("commands", "Ends the talk")),
        _hang_up(QT_TRANSLATE_NOOP("commands", "Refuse"), HangingUp.REFUSE, QT_TRANSLATE_NOOP("commands", "The next agent is asked, and this seat is locked")),
        _hang_up(QT_TRANSLATE_NOOP("commands", "Give up"), HangingUp.GIVE_UP, QT_TRANSLATE_NOOP("commands", "Ends the call that is dialled")),
        _hang_up(QT_TRANSLATE_NOOP("commands", "Hand over"), HangingUp.HAND_OVER, QT_TRANSLATE_NOOP("commands", "The customer goes to whoever is asked, who rings or talks; you are out of the call")),
        _hang_up(QT_TRANSLATE_NOOP("commands", "Leave"), HangingUp.LEAVE, QT_TRANSLATE_NOOP("commands", "You leave; the others go on")),
        _hang_up(QT_TRANSLATE_NOOP("commands", "Stop"), HangingUp.STOP_LISTENING, QT_TRANSLATE_NOOP("commands", "You leave unnoticed")),
    ), CALL),
    WindowCommand("hold", "F4", (
        Face(QT_TRANSLATE_NOOP("commands", "Hold"), "hold", Action.HOLD),
        Face(QT_TRANSLATE_NOOP("commands", "Retrieve"), "retrieve", Action.RETRIEVE),
    ), CALL),
    WindowCommand("mute", "F5", (
        Face(QT_TRANSLATE_NOOP("commands", "Mute"), "mute", Action.MUTE),
        Face(QT_TRANSLATE_NOOP("commands", "Unmute"), "unmute", Action.UNMUTE),
    ), CALL),
    _one("dial", "F6", CALL, QT_TRANSLATE_NOOP("commands", "Dial out"), "dial", Action.DIAL, QT_TRANSLATE_NOOP("commands", "Calls an outside number; in a talk the customer waits meanwhile")),
    _one("call_seat", "Shift+F6", CALL, QT_TRANSLATE_NOOP("commands", "Internal call"), "person", Action.CALL_SEAT, QT_TRANSLATE_NOOP("commands", "Calls another seat; in a talk the customer waits meanwhile")),
    _one("transfer", "Ctrl+F6", CALL, QT_TRANSLATE_NOOP("commands", "Transfer"), "transfer", Action.TRANSFER, QT_TRANSLATE_NOOP("commands", "The customer waits while a seat, a queue, a number, a menu or the PIN check is asked; hanging up hands over")),
    _one("swap", "Shift+F4", CALL, QT_TRANSLATE_NOOP("commands", "Swap"), "swap", Action.SWAP, QT_TRANSLATE_NOOP("commands", "Talks to who waits; the other one waits")),
    _one("join", "Shift+F5", CALL, QT_TRANSLATE_NOOP("commands", "Conference"), "conference", Action.JOIN, QT_TRANSLATE_NOOP("commands", "Everybody hears everybody")),
    _one("return", "Shift+F3", CALL, QT_TRANSLATE_NOOP("commands", "Return"), "return", Action.RETURN, QT_TRANSLATE_NOOP("commands", "Gives up whoever is asked; the customer is back")),
    _one("drop", "Ctrl+8", CALL, QT_TRANSLATE_NOOP("commands", "Send a party away"), "close", Action.DROP_PARTY, QT_TRANSLATE_NOOP("commands", "Goes to the parties of the conference; Space sends the chosen one away")),
    WindowCommand("monitor", "Ctrl+M", (
        Face(QT_TRANSLATE_NOOP("commands", "Monitor"), "monitoring", Action.MONITOR, QT_TRANSLATE_NOOP("commands", "Hears both sides of a busy seat's call, heard by neither")),
        Face(QT_TRANSLATE_NOOP("commands", "Listen only"), "monitoring", Action.LISTEN, QT_TRANSLATE_NOOP("commands", "Nobody hears you any more")),
    ), CALL),
    _one("whisper", "Ctrl+W", CALL, QT_TRANSLATE_NOOP("commands", "Whisper"), "whisper", Action.WHISPER, QT_TRANSLATE_NOOP("commands", "The agent hears you, the customer does not")),
    _one("barge", "Ctrl+B", CALL, QT_TRANSLATE_NOOP("commands", "Barge in"), "barge", Action.BARGE, QT_TRANSLATE_NOOP("commands", "Everybody hears you")),
    _one("intercept", "Ctrl+I", CALL, QT_TRANSLATE_NOOP("commands", "Intercept"), "intercept", Action.INTERCEPT, QT_TRANSLATE_NOOP("commands", "The call is yours; the agent is out of it")),
    _one("fax", "Ctrl+Shift+F", CALL, QT_TRANSLATE_NOOP("commands", "Send fax"), "fax", Action.SEND_FAX),
    _one("call_back", "F10", CALL, QT_TRANSLATE_NOOP("commands", "Call back"), "dial", Action.CALL_BACK),
    _one("keypad", "F11", CALL, QT_TRANSLATE_NOOP("commands", "Keypad"), "keypad"),
    WindowCommand("seat", "F7", (
        Face(QT_TRANSLATE_NOOP("commands", "Open the seat"), "open", Action.OPEN_SEAT),
        Face(QT_TRANSLATE_NOOP("commands", "Lock the seat"), "locked", Action.LOCK_SEAT),
    ), SEAT),
    _one("lock", "Shift+F7", SEAT, QT_TRANSLATE_NOOP("commands", "Lock the seat, with a reason"), "locked", Action.LOCK_SEAT),
    _one("finish", "F8", WORK, QT_TRANSLATE_NOOP("commands", "Finish"), "open", Action.FINISH_WRAP_UP),
    _one("extend", "Shift+F8", WORK, QT_TRANSLATE_NOOP("commands", "More time"), "clock", Action.EXTEND_WRAP_UP),
    _one("note", "F12", WORK, QT_TRANSLATE_NOOP("commands", "Write a note"), "wrap_up"),
    _one("disposition", "Shift+F12", WORK, QT_TRANSLATE_NOOP("commands", "Choose the disposition"), "wrap_up"),
    _one("new_ticket", "Ctrl+T", WORK, QT_TRANSLATE_NOOP("commands", "New ticket"), "ticket", Action.NEW_TICKET),
    _one("save_ticket", "Ctrl+S", WORK, QT_TRANSLATE_NOOP("commands", "Save the ticket"), "ticket", Action.NEW_TICKET),
    _one("tickets", "Ctrl+5", WORK, QT_TRANSLATE_NOOP("commands", "Go to the tickets"), "ticket"),
    _one("search", "F9", LOOK, QT_TRANSLATE_NOOP("commands", "Find a customer"), "search", Action.SEARCH),
    _one("show_pop", "Shift+F9", LOOK, QT_TRANSLATE_NOOP("commands", "Back to the caller"), "person"),
    _one("ask_account", "Ctrl+R", LOOK, QT_TRANSLATE_NOOP("commands", "Refresh"), "clock", Action.ASK_ACCOUNT),
    _one("holdings", "Ctrl+1", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the holdings")),
    _one("orders", "Ctrl+2", LOOK, QT_TRANSLATE_NOOP("commands", "Go to today's orders")),
    _one("contacts", "Ctrl+3", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the history")),
    _one("trail", "Ctrl+4", LOOK, QT_TRANSLATE_NOOP("commands", "Go to what the caller did in the menu")),
    _one("calls", "Ctrl+6", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the last calls"), "clock"),
    _one("people", "Ctrl+7", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the directory"), "person"),
    _one("play", "Ctrl+P", LOOK, QT_TRANSLATE_NOOP("commands", "Play the recording"), "play", Action.PLAY_RECORDING),
    _one("supervise", "Ctrl+Shift+S", APP, QT_TRANSLATE_NOOP("commands", "Supervisor's desk"), "board", Action.SUPERVISE, QT_TRANSLATE_NOOP("commands", "All seats, queues, lines and branches, in a window of its own")),
    _one("help", "F1", APP, QT_TRANSLATE_NOOP("commands", "Keyboard shortcuts"), "keypad"),
    _one("audio", "Ctrl+,", APP, QT_TRANSLATE_NOOP("commands", "Headset and sound"), "audio"),
    _one("language", "Ctrl+L", APP, QT_TRANSLATE_NOOP("commands", "中文 / English"), ""),
    _one("theme", "Ctrl+Shift+L", APP, QT_TRANSLATE_NOOP("commands", "Light or dark"), ""),
    _one("password", "Ctrl+Shift+P", APP, QT_TRANSLATE_NOOP("commands", "Change the password"), "locked", Action.CHANGE_PASSWORD),
    _one("about", "Ctrl+Shift+D", APP, QT_TRANSLATE_NOOP("commands", "About, and send diagnostics"), "warning"),
    _one("log_out", "Ctrl+Shift+Q", APP, QT_TRANSLATE_NOOP("commands", "Log out"), "log_out", Action.LOG_OUT),
    _one("menu", "Alt+M", APP, QT_TRANSLATE_NOOP("commands", "Menu"), "menu"),
    _one("escape", "Esc", APP, QT_TRANSLATE_NOOP("commands", "Close the search, the notice or the message"), "close"),
)  # fmt: skip

Key = Qt.Key
HOOK = (Key.Key_ToggleCallHangup, Key.Key_Phone, Key.Key_MediaTogglePlayPause, Key.Key_MediaPlay, Key.Key_MediaPause)
"""A headset's button, if the system passes it to the window: answers a ringing call, else hangs up."""
MEDIA_KEYS: dict[str, tuple[Qt.Key, ...]] = {
    "answer": (Key.Key_Call,),
    "hang_up": (Key.Key_Hangup,),
    "mute": (Key.Key_MicMute,),
}
"""Further keys of commands, which are not printed on buttons."""
