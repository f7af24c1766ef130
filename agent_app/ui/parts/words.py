"""The app's texts for ids of the model and the wire: one table for each kind, English here, Chinese in the ``.ts`` file.

An id without a text (of a newer switch) is shown as it is.
"""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from agent_app.model.calling.targets import Kind
from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import LinkState, PhoneState
from agent_app.model.phonebook.people import CallWay
from agent_app.model.reports.report import ReportSpan
from shared.desk import CameBack, DeskRefusal
from shared.enums import (
    CallKind,
    Language,
    ListenMode,
    LockReason,
    OrderStatus,
    PartyState,
    Refusal,
    Role,
    SeatState,
    Side,
)
from shared.reports import By

CONTEXT = "words"
TextTable = dict[str, str]


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a text for translation where it stands in a table."""
    return text


def say(table: TextTable, word: str) -> str:
    """The text in the present language."""
    source = table.get(word)
    return word if source is None else QCoreApplication.translate(CONTEXT, source)


JOINS: TextTable = {
    "about": QT_TRANSLATE_NOOP("words", "{what}: {text}"),
    "beside": QT_TRANSLATE_NOOP("words", "{text} ({more})"),
    "wait": QT_TRANSLATE_NOOP("words", "{text} ({n} s)"),
    "next": QT_TRANSLATE_NOOP("words", ", "),
}
"""The punctuation between two texts, which differs by language."""


def about(what: str, text: str) -> str:
    """``Hold: The switch did not answer.``"""
    return say(JOINS, "about").format(what=what, text=text)


def beside(text: str, more: str) -> str:
    """``Sound good (loss 0.2 %)``."""
    return say(JOINS, "beside").format(text=text, more=more)


def listed(texts: Iterable[str]) -> str:
    """``one, other``."""
    return say(JOINS, "next").join(texts)


LINK_TEXTS: TextTable = {
    "displaced": QT_TRANSLATE_NOOP("words", "Another program is using this desk's key."),
    "fault": QT_TRANSLATE_NOOP(
        "words",
        "The part of this program that holds the link failed and begins anew. If that comes again, send the diagnostics.",
    ),
}


def problem(code: str) -> str:
    """The text for a ``DeskProblem.code``, from the table that has it."""
    return say(PROBLEMS if code in PROBLEMS else WHYS, code)


def titled(title: dict[Language, str], language: Language, otherwise: str = "") -> str:
    """A text that came in both languages (queues, dispositions, IVR steps), in the present language if it has that, else in any."""
    return title.get(language) or next(iter(title.values()), "") or otherwise


SEAT_STATES: TextTable = {
    SeatState.OFFLINE: QT_TRANSLATE_NOOP("words", "Offline"),
    SeatState.LOCKED: QT_TRANSLATE_NOOP("words", "Locked"),
    SeatState.OPEN: QT_TRANSLATE_NOOP("words", "Open"),
    SeatState.RINGING: QT_TRANSLATE_NOOP("words", "Ringing"),
    SeatState.DIALLING: QT_TRANSLATE_NOOP("words", "Dialling"),
    SeatState.TALKING: QT_TRANSLATE_NOOP("words", "Talking"),
    SeatState.HOLDING: QT_TRANSLATE_NOOP("words", "On hold"),
    SeatState.CONSULTING: QT_TRANSLATE_NOOP("words", "Consulting"),
    SeatState.CONFERENCE: QT_TRANSLATE_NOOP("words", "Conference"),
    SeatState.MONITORING: QT_TRANSLATE_NOOP("words", "Monitoring"),
    SeatState.WRAP_UP: QT_TRANSLATE_NOOP("words", "Wrap-up"),
}

LOCK_REASONS: TextTable = {
    LockReason.BREAK: QT_TRANSLATE_NOOP("words", "Short break"),
    LockReason.LUNCH: QT_TRANSLATE_NOOP("words", "Lunch"),
    LockReason.TRAINING: QT_TRANSLATE_NOOP("words", "Training"),
    LockReason.MEETING: QT_TRANSLATE_NOOP("words", "Meeting"),
    LockReason.PAPERWORK: QT_TRANSLATE_NOOP("words", "Paperwork"),
    LockReason.OTHER: QT_TRANSLATE_NOOP("words", "Other"),
    LockReason.LOGGED_IN: QT_TRANSLATE_NOOP("words", "Just logged in"),
    LockReason.NO_ANSWER: QT_TRANSLATE_NOOP("words", "A call was not answered"),
    LockReason.PHONE_LOST: QT_TRANSLATE_NOOP("words", "This desk's phone could not be reached"),
}

ROLES: TextTable = {
    Role.AGENT: QT_TRANSLATE_NOOP("words", "Agent"),
    Role.SUPERVISOR: QT_TRANSLATE_NOOP("words", "Supervisor"),
    Role.MANAGER: QT_TRANSLATE_NOOP("words", "Manager"),
}

CALL_KINDS: TextTable = {
    CallKind.IN: QT_TRANSLATE_NOOP("words", "Incoming call"),
    CallKind.OUT: QT_TRANSLATE_NOOP("words", "Outgoing call"),
    CallKind.CALLBACK: QT_TRANSLATE_NOOP("words", "Callback"),
    CallKind.INTERNAL: QT_TRANSLATE_NOOP("words", "Internal call"),
    CallKind.CONSULT: QT_TRANSLATE_NOOP("words", "Asked in by a colleague"),
    CallKind.MONITOR: QT_TRANSLATE_NOOP("words", "Listening in"),
    CallKind.TAKEN: QT_TRANSLATE_NOOP("words", "Taken over"),
}

LINK_STATES: TextTable = {
    LinkState.CONNECTING: QT_TRANSLATE_NOOP("words", "Connecting to the switch …"),
    LinkState.UP: QT_TRANSLATE_NOOP("words", "Switch connected"),
    LinkState.LOST: QT_TRANSLATE_NOOP("words", "Connection to the switch lost"),
    LinkState.WRONG_KEY: QT_TRANSLATE_NOOP("words", "The switch does not accept this desk's key"),
    LinkState.WRONG_VERSION: QT_TRANSLATE_NOOP("words", "App and switch are of different versions"),
}

PHONE_STATES: TextTable = {
    PhoneState.STARTING: QT_TRANSLATE_NOOP("words", "Phone is starting …"),
    PhoneState.READY: QT_TRANSLATE_NOOP("words", "Phone ready"),
    PhoneState.DOWN: QT_TRANSLATE_NOOP("words", "Phone stopped; it is being started again"),
}

SIDES: TextTable = {
    Side.BUY: QT_TRANSLATE_NOOP("words", "Buy"),
    Side.SELL: QT_TRANSLATE_NOOP("words", "Sell"),
}

ORDER_STATES: TextTable = {
    OrderStatus.NOT_REPORTED: QT_TRANSLATE_NOOP("words", "Not reported"),
    OrderStatus.REPORTING: QT_TRANSLATE_NOOP("words", "Reporting"),
    OrderStatus.REPORTED: QT_TRANSLATE_NOOP("words", "Reported"),
    OrderStatus.CANCEL_PENDING: QT_TRANSLATE_NOOP("words", "Cancel pending"),
    OrderStatus.PART_CANCEL_PENDING: QT_TRANSLATE_NOOP("words", "Part filled, cancel pending"),
    OrderStatus.PART_CANCELLED: QT_TRANSLATE_NOOP("words", "Part cancelled"),
    OrderStatus.CANCELLED: QT_TRANSLATE_NOOP("words", "Cancelled"),
    OrderStatus.PART_FILLED: QT_TRANSLATE_NOOP("words", "Part filled"),
    OrderStatus.FILLED: QT_TRANSLATE_NOOP("words", "Filled"),
    OrderStatus.REJECTED: QT_TRANSLATE_NOOP("words", "Rejected"),
}

REFUSALS: TextTable = {
    Refusal.UNKNOWN_ACCOUNT: QT_TRANSLATE_NOOP("words", "The branch does not know this account."),
    Refusal.WRONG_PIN: QT_TRANSLATE_NOOP("words", "Wrong PIN."),
    Refusal.ACCOUNT_LOCKED: QT_TRANSLATE_NOOP("words", "The account is locked."),
    Refusal.NOT_LOGGED_IN: QT_TRANSLATE_NOOP("words", "The branch wants a log-in first."),
    Refusal.MARKET_CLOSED: QT_TRANSLATE_NOOP("words", "The market is closed."),
    Refusal.UNKNOWN_CODE: QT_TRANSLATE_NOOP("words", "Unknown stock code."),
    Refusal.SUSPENDED: QT_TRANSLATE_NOOP("words", "The stock is suspended."),
    Refusal.BAD_LOT: QT_TRANSLATE_NOOP("words", "Not a whole lot."),
    Refusal.OFF_TICK: QT_TRANSLATE_NOOP("words", "The price is off its tick."),
    Refusal.OFF_LIMIT: QT_TRANSLATE_NOOP("words", "The price is beyond the day's limits."),
    Refusal.NO_CASH: QT_TRANSLATE_NOOP("words", "Not enough cash."),
    Refusal.NO_SHARES: QT_TRANSLATE_NOOP("words", "Not enough shares."),
    Refusal.UNKNOWN_CONTRACT: QT_TRANSLATE_NOOP("words", "Unknown contract number."),
    Refusal.NOT_CANCELLABLE: QT_TRANSLATE_NOOP("words", "The order can no longer be cancelled."),
    Refusal.BRANCH_DOWN: QT_TRANSLATE_NOOP("words", "The branch can't be reached."),
    Refusal.BRANCH_SLOW: QT_TRANSLATE_NOOP("words", "The branch doesn't answer."),
    Refusal.BAD_ANSWER: QT_TRANSLATE_NOOP("words", "The branch's answer made no sense."),
    Refusal.UNSUPPORTED: QT_TRANSLATE_NOOP("words", "The branch can't answer this."),
    Refusal.JOURNAL_FAILED: QT_TRANSLATE_NOOP("words", "The order could not be saved, so it was not sent."),
}

PROBLEMS: TextTable = {
    DeskRefusal.WRONG_PASSWORD: QT_TRANSLATE_NOOP("words", "Wrong agent number or password."),
    DeskRefusal.TOO_MANY_TRIES: QT_TRANSLATE_NOOP("words", "Too many tries; please wait."),
    DeskRefusal.ALREADY_LOGGED_IN: QT_TRANSLATE_NOOP("words", "This agent is logged in at another desk."),
    DeskRefusal.DESK_TAKEN: QT_TRANSLATE_NOOP("words", "Another agent is logged in at this desk."),
    DeskRefusal.NO_SUCH_PHONE: QT_TRANSLATE_NOOP("words", "The switch has no such desk phone for this desk."),
    DeskRefusal.PHONE_TAKEN: QT_TRANSLATE_NOOP("words", "An agent at another desk uses that desk phone."),
    DeskRefusal.SESSION_OVER: QT_TRANSLATE_NOOP("words", "The session is over; please log in again."),
    DeskRefusal.NOT_LOGGED_IN: QT_TRANSLATE_NOOP("words", "Nobody is logged in."),
    DeskRefusal.WEAK_PASSWORD: QT_TRANSLATE_NOOP("words", "A password needs 8 characters or more."),
    DeskRefusal.WRONG_STATE: QT_TRANSLATE_NOOP("words", "That can't be done in this state."),
    DeskRefusal.NO_SUCH_CALL: QT_TRANSLATE_NOOP("words", "That call is over."),
    DeskRefusal.NO_LINE: QT_TRANSLATE_NOOP("words", "No line takes this number, or all lines are in use."),
    DeskRefusal.IN_CALL: QT_TRANSLATE_NOOP("words", "Not during a call."),
    DeskRefusal.NOT_ALLOWED: QT_TRANSLATE_NOOP("words", "You may not do that."),
    DeskRefusal.NOT_FOUND: QT_TRANSLATE_NOOP("words", "Not found."),
    DeskRefusal.UNKNOWN_CHOICE: QT_TRANSLATE_NOOP("words", "There is no such disposition any more."),
    DeskRefusal.NOT_HERE: QT_TRANSLATE_NOOP("words", "That agent is not logged in."),
    DeskRefusal.SEAT_BUSY: QT_TRANSLATE_NOOP("words", "That seat is busy or not open."),
    DeskRefusal.NOT_IN_CALL: QT_TRANSLATE_NOOP("words", "That seat is in no call."),
    DeskRefusal.FAX_REFUSED: QT_TRANSLATE_NOOP("words", "The switch refused the fax."),
    DeskRefusal.BUSY: QT_TRANSLATE_NOOP("words", "The switch is busy or stopping."),
    DeskRefusal.FAULT: QT_TRANSLATE_NOOP("words", "A fault in the switch; it has been logged there."),
    "never_left": QT_TRANSLATE_NOOP("words", "Not sent: there is no connection to the switch."),
    "timed_out": QT_TRANSLATE_NOOP("words", "The switch did not answer in time."),
    "link_lost": QT_TRANSLATE_NOOP("words", "The connection was lost before the switch answered."),
    "unsupported": QT_TRANSLATE_NOOP("words", "The switch does not know this request; it is of another version."),
    "rejected": QT_TRANSLATE_NOOP("words", "The switch refused the request."),
    "bad_reply": QT_TRANSLATE_NOOP("words", "The switch's answer was not understood."),
    "operator": QT_TRANSLATE_NOOP("words", "The operator logged you out."),
    "displaced": QT_TRANSLATE_NOOP("words", "You logged in at another desk."),
    "removed": QT_TRANSLATE_NOOP("words", "This agent number was removed."),
    "no_devices": QT_TRANSLATE_NOOP("words", "No sound device: plug in a headset."),
    "no_headset": QT_TRANSLATE_NOOP("words", "No headset: plug one in."),
    "device_failed": QT_TRANSLATE_NOOP("words", "The sound device failed."),
    "device_lost": QT_TRANSLATE_NOOP("words", "The sound device was unplugged."),
    "port_taken": QT_TRANSLATE_NOOP("words", "The phone's network port is taken by another program."),
    "stranger": QT_TRANSLATE_NOOP("words", "A call that the switch did not announce was refused."),
    "window_fault": QT_TRANSLATE_NOOP(
        "words",
        "A part of the window failed and was drawn anew. If it looks wrong, start the program again; the log says what happened.",
    ),
    "cannot_write": QT_TRANSLATE_NOOP("words", "The file can't be written there."),
    "disk_full": QT_TRANSLATE_NOOP("words", "The disk is full; the file was not written."),
    "no_access": QT_TRANSLATE_NOOP("words", "You may not write there; please choose another place."),
    "no_folder": QT_TRANSLATE_NOOP("words", "That folder is not there; please choose another place."),
    "logs_moved": QT_TRANSLATE_NOOP(
        "words",
        "The log folder can't be written; the logs of this start are elsewhere. Please tell whoever looks after this PC.",
    ),
    "program_fault": QT_TRANSLATE_NOOP(
        "words",
        "A part of the program failed; its log says which. If something no longer works, start the program again, and send the diagnostics.",
    ),
    "bad_phone_name": QT_TRANSLATE_NOOP("words", "A desk phone's name has letters, digits, - and _, at most 32."),
    "bad_digits": QT_TRANSLATE_NOOP("words", "Only digits, * and # can be sent."),
    "just_changed": QT_TRANSLATE_NOOP("words", "Who is in the call has just changed. Look, and press again."),
    "no_target": QT_TRANSLATE_NOOP("words", "Choose whom to call."),
    "no_name": QT_TRANSLATE_NOOP("words", "A name is needed."),
    "too_many": QT_TRANSLATE_NOOP("words", "The directory is full."),
    "no_title": QT_TRANSLATE_NOOP("words", "The ticket needs a title."),
    "too_long": QT_TRANSLATE_NOOP("words", "The text is too long."),
    "bad_number": QT_TRANSLATE_NOOP("words", "That is no telephone number."),
    "phone_down": QT_TRANSLATE_NOOP("words", "The phone stopped; it is being started again."),
}

WHYS: TextTable = {
    Why.PENDING: QT_TRANSLATE_NOOP("words", "Asked for; waiting for the switch."),
    Why.LINK_DOWN: QT_TRANSLATE_NOOP("words", "There is no connection to the switch."),
    Why.RESYNCING: QT_TRANSLATE_NOOP("words", "The connection is back; the state is being fetched."),
    Why.LOGGED_IN: QT_TRANSLATE_NOOP("words", "You are logged in already."),
    Why.NOT_LOGGED_IN: QT_TRANSLATE_NOOP("words", "Nobody is logged in."),
    Why.PHONE_NOT_READY: QT_TRANSLATE_NOOP("words", "The phone is not ready."),
    Why.ANSWER_ON_PHONE: QT_TRANSLATE_NOOP("words", "Answer on the desk phone: lift its handset."),
    Why.MUTE_ON_PHONE: QT_TRANSLATE_NOOP("words", "Mute on the desk phone."),
    Why.IN_CALL: QT_TRANSLATE_NOOP("words", "Not during a call."),
    Why.NO_CALL: QT_TRANSLATE_NOOP("words", "There is no call."),
    Why.NOT_RINGING: QT_TRANSLATE_NOOP("words", "Nothing rings."),
    Why.ANSWERS_ITSELF: QT_TRANSLATE_NOOP("words", "This call is answered by itself."),
    Why.NOT_TALKING: QT_TRANSLATE_NOOP("words", "Only during a talk."),
    Why.NOT_HOLDING: QT_TRANSLATE_NOOP("words", "Nobody is on hold."),
    Why.SEAT_OPEN: QT_TRANSLATE_NOOP("words", "The seat takes calls already, or will after this call."),
    Why.MUTED: QT_TRANSLATE_NOOP("words", "The microphone is muted already."),
    Why.NOT_MUTED: QT_TRANSLATE_NOOP("words", "The microphone is not muted."),
    Why.NO_TALK_TO_WRAP_UP: QT_TRANSLATE_NOOP("words", "There is no talk to sum up."),
    Why.NOT_IN_WRAP_UP: QT_TRANSLATE_NOOP("words", "Only during the wrap-up."),
    Why.NOTE_UNSENT: QT_TRANSLATE_NOOP("words", "A note is not sent yet: choose a disposition and finish the wrap-up."),
    Why.NO_CUSTOMER: QT_TRANSLATE_NOOP("words", "There is no customer on the screen."),
    Why.NO_NUMBER: QT_TRANSLATE_NOOP("words", "No number of this customer is known."),
    Why.RINGS: QT_TRANSLATE_NOOP("words", "Answer or refuse the call that rings first."),
    Why.DIALLING: QT_TRANSLATE_NOOP("words", "A call is being dialled; Return gives it up."),
    Why.CONSULTING: QT_TRANSLATE_NOOP("words", "Somebody is being asked already: swap, join or return first."),
    Why.MONITORING: QT_TRANSLATE_NOOP("words", "Not while listening in; hang up first."),
    Why.NOT_CONSULTING: QT_TRANSLATE_NOOP("words", "Nobody is being asked."),
    Why.NOT_ANSWERED: QT_TRANSLATE_NOOP("words", "Whoever is asked has not answered yet."),
    Why.NOT_IN_CONFERENCE: QT_TRANSLATE_NOOP("words", "Only in a conference."),
    Why.NOBODY_TO_DROP: QT_TRANSLATE_NOOP("words", "There is nobody who can be sent away."),
    Why.NOT_ALLOWED: QT_TRANSLATE_NOOP("words", "Only for supervisors."),
    Why.NOT_MONITORING: QT_TRANSLATE_NOOP("words", "Only while listening in to a seat."),
    Why.THIS_WAY_ALREADY: QT_TRANSLATE_NOOP("words", "You are in the call this way already."),
    Why.NO_ROW: QT_TRANSLATE_NOOP("words", "Choose a row first."),
    Why.OWN_SEAT: QT_TRANSLATE_NOOP("words", "This is your own seat."),
    Why.SEAT_OFFLINE: QT_TRANSLATE_NOOP("words", "Nobody is logged in there."),
    Why.NOTHING_TO_HEAR: QT_TRANSLATE_NOOP("words", "That seat is in no talk."),
    Why.SEAT_BUSY: QT_TRANSLATE_NOOP("words", "Your own seat must be open or locked."),
    Why.ASKED_FOR: QT_TRANSLATE_NOOP("words", "An agent has this caller and asks the queue for a colleague."),
    Why.NO_OPEN_SEAT: QT_TRANSLATE_NOOP("words", "No seat is open."),
    Why.NO_FAX: QT_TRANSLATE_NOOP("words", "The switch has no fax: its operator must install libspandsp."),
    Why.FAX_NOT_ALLOWED: QT_TRANSLATE_NOOP("words", "Your role may not send faxes."),
}

REPORTS: TextTable = {
    By.AGENTS: QT_TRANSLATE_NOOP("words", "agent"),
    By.GROUPS: QT_TRANSLATE_NOOP("words", "group"),
    By.QUEUES: QT_TRANSLATE_NOOP("words", "queue"),
    By.HOURS: QT_TRANSLATE_NOOP("words", "hour"),
    By.DAYS: QT_TRANSLATE_NOOP("words", "day"),
    By.BRANCHES: QT_TRANSLATE_NOOP("words", "branch"),
}

SPANS: TextTable = {
    ReportSpan.TODAY: QT_TRANSLATE_NOOP("words", "Today"),
    ReportSpan.YESTERDAY: QT_TRANSLATE_NOOP("words", "Yesterday"),
    ReportSpan.SEVEN_DAYS: QT_TRANSLATE_NOOP("words", "Last 7 days"),
    ReportSpan.THIS_MONTH: QT_TRANSLATE_NOOP("words", "This month"),
    ReportSpan.LAST_MONTH: QT_TRANSLATE_NOOP("words", "Last month"),
    ReportSpan.CUSTOM: QT_TRANSLATE_NOOP("words", "From – to"),
}

CHANNELS: TextTable = {
    "phone": QT_TRANSLATE_NOOP("words", "Phone"),
    "sms": QT_TRANSLATE_NOOP("words", "SMS"),
    "fax": QT_TRANSLATE_NOOP("words", "Fax"),
    "mail": QT_TRANSLATE_NOOP("words", "Mail"),
    "voicemail": QT_TRANSLATE_NOOP("words", "Voicemail"),
}

DIRECTIONS: TextTable = {
    "in": QT_TRANSLATE_NOOP("words", "in"),
    "out": QT_TRANSLATE_NOOP("words", "out"),
}

TICKET_STATES: TextTable = {
    "open": QT_TRANSLATE_NOOP("words", "To do"),
    "waiting": QT_TRANSLATE_NOOP("words", "Waiting"),
    "closed": QT_TRANSLATE_NOOP("words", "Closed"),
}

CAME_BACK: TextTable = {
    CameBack.BUSY: QT_TRANSLATE_NOOP("words", "{who} is busy; the customer is back."),
    CameBack.NO_ANSWER: QT_TRANSLATE_NOOP("words", "{who} did not answer; the customer is back."),
    CameBack.REFUSED: QT_TRANSLATE_NOOP("words", "{who} refused; the customer is back."),
    CameBack.UNREACHABLE: QT_TRANSLATE_NOOP("words", "{who} can't be reached; the customer is back."),
    CameBack.NOT_OPEN: QT_TRANSLATE_NOOP("words", "{who} takes no calls now; the customer is back."),
    CameBack.NO_LINE: QT_TRANSLATE_NOOP("words", "No line to {who}; the customer is back."),
    CameBack.HUNG_UP: QT_TRANSLATE_NOOP("words", "{who} hung up; the customer is back."),
    CameBack.CANCELLED: QT_TRANSLATE_NOOP("words", "{who} was given up; the customer is back."),
    CameBack.PIN_PASSED: QT_TRANSLATE_NOOP("words", "The PIN was right; the customer is back."),
    CameBack.PIN_FAILED: QT_TRANSLATE_NOOP("words", "The PIN was not right; the customer is back."),
}

PARTY_KINDS: TextTable = {
    "customer": QT_TRANSLATE_NOOP("words", "Customer"),
    "seat": QT_TRANSLATE_NOOP("words", "Seat"),
    "outside": QT_TRANSLATE_NOOP("words", "Outside"),
    "queue": QT_TRANSLATE_NOOP("words", "Queue"),
    "menu": QT_TRANSLATE_NOOP("words", "Voice menu"),
    "pin": QT_TRANSLATE_NOOP("words", "PIN check"),
    "listener": QT_TRANSLATE_NOOP("words", "Supervisor"),
}

PARTY_STATES: TextTable = {
    PartyState.ASKED: QT_TRANSLATE_NOOP("words", "asked"),
    PartyState.RINGING: QT_TRANSLATE_NOOP("words", "ringing"),
    PartyState.TALKING: QT_TRANSLATE_NOOP("words", "talking"),
    PartyState.WAITING: QT_TRANSLATE_NOOP("words", "waiting"),
    PartyState.LISTENING: QT_TRANSLATE_NOOP("words", "listening"),
}

LISTEN_MODES: TextTable = {
    ListenMode.MONITOR: QT_TRANSLATE_NOOP("words", "Listening: nobody hears you"),
    ListenMode.WHISPER: QT_TRANSLATE_NOOP("words", "Whispering: only the agent hears you"),
    ListenMode.BARGE: QT_TRANSLATE_NOOP("words", "Barged in: everybody hears you"),
}

NOTICES: TextTable = {
    "message": QT_TRANSLATE_NOOP("words", "Message from {sender}"),
    "opened": QT_TRANSLATE_NOOP("words", "{sender} opened your seat"),
    "locked": QT_TRANSLATE_NOOP("words", "{sender} locked your seat"),
    "intercepted": QT_TRANSLATE_NOOP("words", "{sender} took over your call"),
    "skills": QT_TRANSLATE_NOOP("words", "{sender} changed your skills"),
    "dial_busy": QT_TRANSLATE_NOOP("words", "{sender} is busy"),
    "dial_no_answer": QT_TRANSLATE_NOOP("words", "{sender} did not answer"),
    "dial_refused": QT_TRANSLATE_NOOP("words", "{sender} could not be reached"),
    "fax": QT_TRANSLATE_NOOP("words", "New fax from {sender}"),
    "fax_failed": QT_TRANSLATE_NOOP("words", "The fax to {sender} failed"),
    "dial_no_line": QT_TRANSLATE_NOOP("words", "No free line to {sender}"),
}
"""An unknown code is shown as a message."""

CALL_WAYS: TextTable = {
    CallWay.IN: QT_TRANSLATE_NOOP("words", "In"),
    CallWay.OUT: QT_TRANSLATE_NOOP("words", "Out"),
    CallWay.MISSED: QT_TRANSLATE_NOOP("words", "Missed"),
    CallWay.INTERNAL: QT_TRANSLATE_NOOP("words", "Internal"),
}

TARGET_KINDS: TextTable = {
    Kind.SEAT: QT_TRANSLATE_NOOP("words", "Seat"),
    Kind.QUEUE: QT_TRANSLATE_NOOP("words", "Queue"),
    Kind.NUMBER: QT_TRANSLATE_NOOP("words", "Outside"),
    Kind.MENU: QT_TRANSLATE_NOOP("words", "Voice menu"),
    Kind.PIN: QT_TRANSLATE_NOOP("words", "PIN check"),
}

LANGUAGES: dict[Language, str] = {Language.ZH: "简体中文", Language.EN: "English"}
"""Names of the languages, each in its own language."""
