"""One session between two programs, pure: no socket, no clock.

The socket side passes in received frames (``receive``) and the time (``tick``), and sends the frames of ``take_out``. ``now`` is monotonic
seconds; ``epoch`` (UTC minus monotonic, given once) turns it into the header's ``sent_at``.

States::

    NEW ── Hello sent/awaited ──► OPEN ──► CLOSED
     └────────── Rejected, silent, lost ─────┘

The side that connects sends ``Hello``; the side that listens answers ``Welcome``. Once open, both may send requests, replies and reports.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from shared import codec, protocol
from shared.bounds import SENTENCE_MAX
from shared.link.errors import Failure
from shared.protocol import Goodbye, Heartbeat, Hello, RejectCode, Rejected, Unsupported, Welcome


class SessionState(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


class Rules(Struct, frozen=True):
    """The limits and intervals of one side. Times in seconds."""

    heartbeat_s: float = (
        1.0  # with it, a network that is gone for 5 s is a silence of 6 s at most: the session outlives it
    )
    silence_s: float = 7.0
    hello_s: float = 5.0
    bad_frames: int = 5
    """The number of bad frames that ends the session."""
    rate: float = 20_000.0
    """Frames a second that a peer may send on average; ``burst``: the allowance above it."""
    burst: float = 20_000.0


class Identity(Struct, frozen=True):
    """The program's name and version, for people, and its protocol version."""

    program: str
    version: str
    protocol: int = protocol.PROTOCOL


# --- events ---


class SessionOpened(Struct, frozen=True):
    program: str
    version: str


class RequestReceived(Struct, frozen=True):
    """A request of the peer; to be answered once with ``reply(frame_id, …)``."""

    frame_id: int
    message: Struct


class Answered(Struct, frozen=True):
    """The end of one of our requests: the peer's reply, or the reason why there is none."""

    frame_id: int
    result: Struct | Failure


class ReportReceived(Struct, frozen=True):
    """A report of the peer. ``seq`` counts the reports of this session, 1, 2, 3 …"""

    seq: int
    message: Struct


class Gap(Struct, frozen=True):
    """The reports ``expected`` … ``got - 1`` never came; the ``ReportReceived`` with ``got`` follows."""

    expected: int
    got: int


class SessionClosed(Struct, frozen=True):
    """The session is over; comes once. Open requests were answered before."""

    code: RejectCode
    text: str = ""


SessionEvent = SessionOpened | RequestReceived | Answered | ReportReceived | Gap | SessionClosed


class Session:
    """See the module. ``listens``: this side waits for ``Hello``."""

    def __init__(
        self, *, listens: bool, identity: Identity, table: codec.MessageTable, rules: Rules, now: float, epoch: float
    ) -> None:
        self.state = SessionState.NEW
        self.round_trip_ms: float | None = None
        self.counts = {"in": 0, "out": 0, "bad": 0, "unsupported": 0, "gaps": 0, "stray_replies": 0}
        self._listens = listens
        self._identity = identity
        self._table = table
        self._rules = rules
        self._epoch = epoch
        self._out: list[bytes] = []
        self._next_id = 0
        self._sent_reports = 0
        self._heard_reports = 0
        self._deadlines: dict[int, float] = {}
        self._beats: dict[int, float] = {}
        self._heard_at = now
        self._beat_at = now
        self._started_at = now
        self._tokens = rules.burst
        self._tokens_at = now
        if not listens:
            self._send(Hello(identity.protocol, identity.program, identity.version), now)

    # --- out ---

    def take_out(self) -> list[bytes]:
        """The frames to send now, in order; the session does not keep them."""
        out, self._out = self._out, []
        return out

    def request(self, message: Struct, now: float, timeout: float) -> int:
        """Queues a request; ``Answered`` with the returned id comes once, at the latest after ``timeout``. Only while ``OPEN``."""
        frame_id = self._send(message, now)
        self._deadlines[frame_id] = now + timeout
        return frame_id

    def withdraw(self, frame_id: int) -> None:
        """Removes a request whose frame the socket did not take."""
        self._deadlines.pop(frame_id, None)

    def reply(self, frame_id: int, message: Struct, now: float) -> None:
        self._send(message, now, in_reply_to=frame_id)

    def report(self, message: Struct, now: float) -> None:
        """Queues a numbered report."""
        self._sent_reports += 1
        self._send(message, now, seq=self._sent_reports)

    def beat(self, now: float) -> None:
        """Asks the peer for a sign of life now."""
        self._beat_at = now
        self._beats = {self._send(Heartbeat(), now): now}  # the newest only: a peer that never answers costs no memory

    def close(self, code: RejectCode, now: float, text: str = "") -> list[SessionEvent]:
        """Ends the session from this side; the peer is informed if it can still receive."""
        if self.state is SessionState.CLOSED:
            return []
        if code is RejectCode.STOPPED:
            self._send(Goodbye(code), now)
        elif code not in {RejectCode.LOST, RejectCode.SILENT}:
            self._send(Rejected(code, text), now)
        return self._end(code, text)

    # --- in ---

    def receive(self, data: bytes, now: float) -> list[SessionEvent]:
        """One frame of the peer. Raises nothing, whatever its content."""
        if self.state is SessionState.CLOSED:
            return []
        self._heard_at = now
        self.counts["in"] += 1
        if not self._within_rate(now):
            return self._too_fast(data, now)
        try:
            frame = codec.decode(data, self._table)
        except codec.FrameError as error:
            return self._bad(error, now)
        if self.state is SessionState.NEW:
            return self._open(frame.message, now)
        return self._take(frame, now)

    def tick(self, now: float) -> list[SessionEvent]:
        """Time-outs, our heartbeat, the peer's silence. To be called a few times a second."""
        if self.state is SessionState.CLOSED:
            return []
        if self.state is SessionState.NEW and now - self._started_at > self._rules.hello_s:
            return self.close(RejectCode.SILENT, now)
        if now - self._heard_at > self._rules.silence_s:
            return self.close(RejectCode.SILENT, now)
        if self.state is SessionState.OPEN and now - self._beat_at >= self._rules.heartbeat_s:
            self.beat(now)
        late = [frame_id for frame_id, deadline in self._deadlines.items() if deadline <= now]
        return [self._answered(frame_id, Failure.TIMED_OUT) for frame_id in late]

    # --- inside ---

    def _send(self, message: Struct, now: float, *, in_reply_to: int = 0, seq: int = 0) -> int:
        self._next_id += 1
        self.counts["out"] += 1
        sent_at = self._epoch + now
        self._out.append(
            codec.encode(message, frame_id=self._next_id, sent_at=sent_at, in_reply_to=in_reply_to, seq=seq)
        )
        return self._next_id

    def _within_rate(self, now: float) -> bool:
        rules = self._rules
        self._tokens = min(rules.burst, self._tokens + (now - self._tokens_at) * rules.rate)
        self._tokens_at = now
        self._tokens -= 1
        return self._tokens >= 0

    def _too_fast(self, data: bytes, now: float) -> list[SessionEvent]:
        """Refuses one frame for its rate; below minus one burst the session ends, so that a flood costs a bounded time."""
        if self._tokens < -self._rules.burst:
            return self.close(RejectCode.RATE, now)
        try:
            frame = codec.decode(data, self._table)
        except codec.FrameError as error:
            return self._bad(error, now)
        self._tokens -= 1
        if frame.in_reply_to or frame.seq:
            return self._take(frame, now) if self.state is SessionState.OPEN else []
        self.reply(frame.id, Rejected(RejectCode.RATE), now)
        return []

    def _bad(self, error: codec.FrameError, now: float) -> list[SessionEvent]:
        self.counts["bad"] += 1
        if self.state is SessionState.NEW and self._listens:
            return self.close(RejectCode.HELLO_FIRST, now, "the first frame was not a Hello")
        if self.counts["bad"] >= self._rules.bad_frames:
            return self.close(RejectCode.TOO_MANY_BAD, now, error.reason[:SENTENCE_MAX])
        if error.in_reply_to in self._deadlines:
            return [self._answered(error.in_reply_to, Failure.BAD_REPLY)]
        if error.id and not error.in_reply_to:
            self.reply(error.id, Rejected(RejectCode.BAD_FRAME, error.reason[:SENTENCE_MAX]), now)
        return []

    def _open(self, message: Struct, now: float) -> list[SessionEvent]:
        expected = Hello if self._listens else Welcome
        if isinstance(message, Rejected):
            return self._end(message.code, message.text)
        if not isinstance(message, expected):
            return self.close(RejectCode.HELLO_FIRST, now, f"the first frame was not a {expected.__name__}")
        mine = self._identity
        if message.protocol != mine.protocol:
            theirs = f"{message.program} {message.version}"
            text = protocol.version_gap(mine.protocol, f"{mine.program} {mine.version}", message.protocol, theirs)
            return self.close(RejectCode.PROTOCOL, now, text)
        self.state = SessionState.OPEN
        if self._listens:
            self._send(Welcome(mine.protocol, mine.program, mine.version, self._rules.heartbeat_s), now)
        self.beat(now)
        return [SessionOpened(message.program, message.version)]

    def _take(self, frame: codec.Frame, now: float) -> list[SessionEvent]:
        message = frame.message
        if isinstance(message, Heartbeat):
            return self._heartbeat(frame, now)
        if frame.in_reply_to:
            return self._reply_came(frame)
        if isinstance(message, codec.Unknown):
            self.counts["unsupported"] += 1
            self.reply(frame.id, Unsupported(message.name), now)
            return []
        if isinstance(message, Rejected | Goodbye):
            return self._end(message.code, message.text if isinstance(message, Rejected) else "")
        if isinstance(message, Hello | Welcome):
            return self.close(RejectCode.BAD_FRAME, now, "the session is open already")
        if frame.seq:
            return self._report_came(frame)
        return [RequestReceived(frame.id, message)]

    def _heartbeat(self, frame: codec.Frame, now: float) -> list[SessionEvent]:
        if not frame.in_reply_to:
            self.reply(frame.id, frame.message, now)
            return []
        sent = self._beats.pop(frame.in_reply_to, None)
        if sent is not None:
            self.round_trip_ms = (now - sent) * 1000
        return []

    def _reply_came(self, frame: codec.Frame) -> list[SessionEvent]:
        if frame.in_reply_to not in self._deadlines:
            self.counts["stray_replies"] += 1  # after its time-out, or to no request of ours
            return []
        return [self._answered(frame.in_reply_to, _result(frame.message))]

    def _report_came(self, frame: codec.Frame) -> list[SessionEvent]:
        expected = self._heard_reports + 1
        self._heard_reports = frame.seq
        if frame.seq == expected:
            return [ReportReceived(frame.seq, frame.message)]
        self.counts["gaps"] += 1
        return [Gap(expected, frame.seq), ReportReceived(frame.seq, frame.message)]

    def _answered(self, frame_id: int, result: Struct | Failure) -> Answered:
        del self._deadlines[frame_id]
        return Answered(frame_id, result)

    def _end(self, code: RejectCode, text: str) -> list[SessionEvent]:
        self.state = SessionState.CLOSED
        lost: Iterable[int] = tuple(self._deadlines)
        return [*(self._answered(frame_id, Failure.LINK_LOST) for frame_id in lost), SessionClosed(code, text)]


def _result(message: Struct) -> Struct | Failure:
    match message:
        case Unsupported():
            return Failure.UNSUPPORTED
        case Rejected(code=RejectCode.FAULT):
            return Failure.BAD_REPLY  # the peer's handler raised half-way: what it did is not known
        case Rejected():
            return Failure.REJECTED
        case codec.Unknown():
            return Failure.BAD_REPLY
        case _:
            return message
