"""Control: the requests of the operator's command line (``switchctl``) to a running switch, and the replies.

Every request has one reply; no message is sent unasked, so a live view asks again. On the wire: ``shared.codec`` frames over a local
socket (``ipc://``, readable by its owner only), to which the operator's side connects. Times are UTC seconds since 1970 (float);
money fen; prices 1/1000 yuan. Of an account only the last two digits are shown, except in ``Customers``. Rows: ``shared.control_rows``.
Messages about agents, queues and desks: ``shared.control_agents``; about reports: ``shared.control_reports``; about trunks: ``shared.control_trunks``;
about faxes: ``shared.control_fax``.
"""

from enum import StrEnum
from typing import Any

import msgspec

from shared import control_agents, control_base, control_fax, control_reports, control_trunks
from shared.bounds import AccountRef, BranchRef, CallRef, Line, Offset, Sentence
from shared.control_base import Limit
from shared.control_rows import (
    AuditRow,
    CardRow,
    ControlBranchRow,
    ControlCallRow,
    ControlLegRow,
    ControlLineRow,
    ControlOrderRow,
    ControlRecordingRow,
    ControlTalkRow,
    CustomerRow,
    Trouble,
)

Request = control_base.Request
Reply = control_base.Reply
SOCKET_NAME = "control.sock"
"""The name of the switch's socket in its state folder."""
PART_BYTES = 256 * 1024
"""The most bytes of a recording in one ``RecordingPart``; a frame holds at most 1 MiB."""

# --- requests ---


class AskStatus(Request, frozen=True):
    """Answered by ``Status``."""


class AskLines(Request, frozen=True):
    """Answered by ``Lines``."""


class AskCards(Request, frozen=True):
    """Answered by ``Cards``."""


class AskBranches(Request, frozen=True):
    """Answered by ``Branches``."""


class AskCounters(Request, frozen=True):
    """Answered by ``Counters``."""


class AskCalls(Request, frozen=True):
    """Answered by ``Calls``: the calls that run now, then (``past``) the calls that have ended, the newest first."""

    past: bool = True
    since: float = 0.0
    limit: Limit = 50


class AskCall(Request, frozen=True):
    """Answered by ``CallDetail``."""

    call: CallRef


class AskTracedNumber(Request, frozen=True):
    """Answered by ``TracedNumber``: the number that a caller withholds. Audited."""

    call: CallRef
    actor: Line = ""


class AskOrders(Request, frozen=True):
    """Answered by ``Orders``, the newest first. ``None``: no restriction."""

    branch: BranchRef | None = None
    account: AccountRef | None = None
    call: CallRef | None = None
    state: Line | None = None
    since: float = 0.0
    limit: Limit = 50


class AskRecording(Request, frozen=True):
    """Answered by ``RecordingPart``, from ``offset`` bytes on. ``call``: the id of a call (for its whole recording) or of a
    recording. Audited.
    """

    call: CallRef
    offset: Offset = 0
    actor: Line = ""


class FindCustomers(Request, frozen=True):
    """Answered by ``Customers``. Searches by telephone number, account, name, pinyin or the pinyin's initials. Audited."""

    text: Line
    limit: Limit = 50
    actor: Line = ""


class AskAudit(Request, frozen=True):
    """Answered by ``AuditTrail``, the newest first."""

    limit: Limit = 50


class Reload(Request, frozen=True):
    """Loads configuration and flows again. Answered by ``Reloaded``; if there are problems nothing changes. Running calls go on as before."""

    actor: Line = ""


class HangUpCall(Request, frozen=True):
    """Answered by ``Done``."""

    call: CallRef
    actor: Line = ""


class UnlockAccount(Request, frozen=True):
    """Unlocks the account's phone channel and clears today's wrong PINs. Answered by ``Done``."""

    account: AccountRef
    actor: Line = ""


class UnlockNumber(Request, frozen=True):
    """Clears today's wrong PINs of a calling number; empty: of all callers who withhold their number. Answered by ``Done``."""

    number: Line
    actor: Line = ""


class MakeBackup(Request, frozen=True):
    """Copies databases and keys into a new ``folder`` (an absolute path). Answered by ``BackupProgress`` as soon as the backup has begun."""

    folder: Sentence
    actor: Line = ""


class AskBackup(Request, frozen=True):
    """Answered by the ``BackupProgress`` of the last backup."""


class Drain(Request, frozen=True):
    """Stops the switch: no new calls. Running calls may go on until ``Status.stops_at``, unless ``now``. Answered by ``Done`` before the switch ends."""

    actor: Line = ""
    now: bool = False


# --- replies ---


class RefusedCode(StrEnum):
    """Why the switch refused the request. Texts for people are in ``resources/texts/switchctl.yaml`` as ``refused_<value>``."""

    NO_SUCH_CALL = "no_such_call"
    NO_TRACED_NUMBER = "no_traced_number"  # the caller did not withhold the number, or the network did not tell it
    CALL_ENDED = "call_ended"
    NO_RECORDING = "no_recording"
    NO_SUCH_RECORDING = "no_such_recording"  # neither a call nor a recording has this id
    RECORDING_GONE = "recording_gone"  # the store has the recording's row, but the file can't be read
    NO_SUCH_ACCOUNT = "no_such_account"
    NO_WRONG_PINS = "no_wrong_pins"  # of that number today
    NO_SUCH_AGENT = "no_such_agent"
    AGENT_EXISTS = "agent_exists"
    NOT_LOGGED_IN = "not_logged_in"
    WEAK_PASSWORD = "weak_password"  # noqa: S105
    NO_SUCH_DESK = "no_such_desk"
    NO_SUCH_QUEUE = "no_such_queue"
    DESK_EXISTS = "desk_exists"
    NO_SUCH_PHONE = "no_such_phone"
    PHONE_EXISTS = "phone_exists"
    BAD_VALUE = "bad_value"  # ``text``: the reason
    NO_SUCH_LINE = "no_such_line"  # ``text``: trunk and line
    KEY_IN_USE = "key_in_use"  # ``text``: the desk with this key
    BACKUP_RUNS = "backup_runs"  # ``text``: the folder of the running backup
    NO_BACKUP = "no_backup"  # no backup since the start
    FOLDER_EXISTS = "folder_exists"
    FOLDER_FAILED = "folder_failed"  # ``text``: the folder and the reason
    NO_SUCH_FAX = "no_such_fax"
    FAX_REFUSED = "fax_refused"  # ``text``: a ``shared.desk_fax.FaxProblem``, or what is wrong with the file
    STORE_FAILED = "store_failed"
    FAULT = "fault"  # a bug of the switch, logged there


class RequestRefused(Reply, frozen=True):
    """The reply to any request that is refused."""

    code: RefusedCode
    text: str = ""


class Done(Reply, frozen=True):
    """The request was carried out. ``subject``: the call, account (last digits), agent or desk."""

    subject: str = ""


class BackupState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class BackupProgress(Reply, frozen=True):
    """``done`` of ``whole`` bytes are copied. ``text``: why the backup failed; in that case the folder does not exist."""

    folder: str
    state: BackupState
    done: int = 0
    whole: int = 0
    text: str = ""


class Status(Reply, frozen=True):
    """An overview. ``orders``: the number of orders in the switch's memory by state."""

    version: str
    pid: int
    at: float
    started_at: float
    draining: bool
    calls: int
    lines_used: int
    lines: int
    cards_up: int
    cards: int
    channels_used: int
    channels: int
    branches_up: int
    branches: int
    orders: dict[str, int]
    flows: tuple[str, ...]
    troubles: tuple[Trouble, ...] = ()
    """Empty: no trouble."""
    seats: int = 0
    """The number of agents that are logged in; ``seats_open``: of open seats."""
    seats_open: int = 0
    waiting: int = 0
    """The number of callers in queues."""
    stops_at: float | None = None
    """While ``draining``: when the remaining calls are hung up, UTC seconds."""


class Lines(Reply, frozen=True):
    at: float
    rows: tuple[ControlLineRow, ...]
    counters: dict[str, int]
    """Counts since the start: messages, bad messages, messages of strangers."""


class Cards(Reply, frozen=True):
    at: float
    rows: tuple[CardRow, ...]


class Branches(Reply, frozen=True):
    at: float
    rows: tuple[ControlBranchRow, ...]


class Calls(Reply, frozen=True):
    at: float
    rows: tuple[ControlCallRow, ...]


class Orders(Reply, frozen=True):
    at: float
    rows: tuple[ControlOrderRow, ...]


class CallDetail(Reply, frozen=True):
    at: float
    call: ControlCallRow
    legs: tuple[ControlLegRow, ...]
    recordings: tuple[ControlRecordingRow, ...]
    orders: tuple[ControlOrderRow, ...]
    talks: tuple[ControlTalkRow, ...] = ()


class TracedNumber(Reply, frozen=True):
    """The number of a caller who withholds it: no other message has it."""

    call: str
    number: str


class RecordingPart(Reply, frozen=True):
    """The bytes from ``offset`` on of a WAV file that has ``size`` bytes at this moment; at most ``PART_BYTES``."""

    recording: str
    size: int
    offset: int
    data: bytes


class Customers(Reply, frozen=True):
    at: float
    rows: tuple[CustomerRow, ...]


class AuditTrail(Reply, frozen=True):
    """``broken``: the first row whose hash does not follow from the row before; ``None``: the chain is whole."""

    at: float
    rows: tuple[AuditRow, ...]
    broken: int | None = None


class Counters(Reply, frozen=True):
    """All counters, by group (``core``, ``lines``, ``store`` …) and name."""

    at: float
    groups: dict[str, dict[str, int]]


class Reloaded(Reply, frozen=True):
    """``problems`` (file, line, key, allowed values): nothing was changed. If empty, ``flows`` are in force for new calls."""

    problems: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()


REQUESTS: tuple[type[Request], ...] = (
    AskStatus, AskLines, AskCards, AskBranches, AskCounters, AskCalls, AskCall, AskTracedNumber, AskOrders, AskRecording,
    FindCustomers, AskAudit, Reload, HangUpCall, UnlockAccount, UnlockNumber, MakeBackup, AskBackup, Drain, *control_agents.REQUESTS, *control_reports.REQUESTS,
    *control_trunks.REQUESTS, *control_fax.REQUESTS,
)  # fmt: skip
REPLIES: tuple[type[Reply], ...] = (
    RequestRefused, Done, Status, Lines, Cards, Branches, Counters, Calls, CallDetail, Orders, RecordingPart,
    Customers, TracedNumber, AuditTrail, Reloaded, BackupProgress, *control_agents.REPLIES, *control_reports.REPLIES,
    *control_trunks.REPLIES, *control_fax.REPLIES,
)  # fmt: skip


def document(reply: Reply) -> dict[str, Any]:
    """The reply as the stable document that ``switchctl … --json`` prints: ``format`` (1), ``type``, then the reply's fields."""
    return {"format": 1, **msgspec.to_builtins(reply)}
