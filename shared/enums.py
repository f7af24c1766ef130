"""Enumerations on the wire and in the store. Values are ASCII and stable; texts for people are in ``resources/``."""

from enum import StrEnum


class Language(StrEnum):
    """The language of prompts and screens; the value is the folder's name under ``resources/prompts``."""

    ZH = "zh_CN"
    EN = "en"


class Law(StrEnum):
    """G.711 (ITU-T G.711); the value is the SDP encoding name in lower case."""

    A = "pcma"
    MU = "pcmu"


class Direction(StrEnum):
    """SDP media direction (RFC 3264), always seen from the far end."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class DigitMode(StrEnum):
    """How the keys of a leg arrive. INFO is heard in every mode; each key counts once (``core.leg.key_source``)."""

    AUTO = "auto"  # RFC 4733 where SDP negotiated it, in-band tones where not
    RFC4733 = "rfc4733"
    INBAND = "inband"
    INFO = "info"


class EndCause(StrEnum):
    """Why a leg or a call ended."""

    CALLER_HUNG_UP = "caller_hung_up"
    FAR_HUNG_UP = "far_hung_up"
    GOODBYE = "goodbye"
    REJECTED_BUSY = "rejected_busy"  # 486, the trunk's lines are all in use
    REJECTED_FULL = "rejected_full"  # 503, no card has a free channel
    REJECTED_MEDIA = "rejected_media"  # 488, no common codec
    REJECTED_NUMBER = "rejected_number"  # 404, no flow answers this number
    CANCELLED = "cancelled"  # before the answer
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # another telephone or seat took the call
    NO_ANSWER = "no_answer"
    FAR_BUSY = "far_busy"
    FAR_REFUSED = "far_refused"
    FAR_LOST = "far_lost"  # no RTP, and no answer to a session refresh
    CARD_LOST = "card_lost"
    WRONG_PIN = "wrong_pin"
    NO_INPUT = "no_input"
    OPERATOR = "operator"
    TOO_LONG = "too_long"  # ``limits.call_max``
    AGENT_HUNG_UP = "agent_hung_up"
    DESK_LOST = "desk_lost"  # the agent's app or phone went away in a talk
    CALLBACK = "callback"  # the caller asked to be called back
    SWITCH_STOPPED = "switch_stopped"
    RECONCILED = "reconciled"  # the SIP lines have no such leg any more
    FAULT = "fault"  # a bug of the switch, caught


class PlayEnd(StrEnum):
    DONE = "done"
    BARGED = "barged"
    STOPPED = "stopped"
    FAILED = "failed"  # a segment is missing; the segments before it were played


class Market(StrEnum):
    SH = "SH"
    SZ = "SZ"


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderStatus(StrEnum):
    """委托状态 as Kingdom and Hundsun number them 0–9 (the codes stand in ``ORDER_STATUS_CODES``)."""

    NOT_REPORTED = "not_reported"  # 0 未报
    REPORTING = "reporting"  # 1 待报/正报
    REPORTED = "reported"  # 2 已报
    CANCEL_PENDING = "cancel_pending"  # 3 已报待撤
    PART_CANCEL_PENDING = "part_cancel_pending"  # 4 部成待撤
    PART_CANCELLED = "part_cancelled"  # 5 部撤, final
    CANCELLED = "cancelled"  # 6 已撤, final
    PART_FILLED = "part_filled"  # 7 部成
    FILLED = "filled"  # 8 已成, final
    REJECTED = "rejected"  # 9 废单, final


ORDER_STATUS_CODES: dict[OrderStatus, str] = {status: str(code) for code, status in enumerate(OrderStatus)}
FINAL_STATUSES = frozenset(
    {OrderStatus.PART_CANCELLED, OrderStatus.CANCELLED, OrderStatus.FILLED, OrderStatus.REJECTED}
)


class Refusal(StrEnum):
    """Why a branch, or the link to it, refused. Each value has a prompt ``refusal/<value>`` in both languages."""

    UNKNOWN_ACCOUNT = "unknown_account"
    WRONG_PIN = "wrong_pin"
    ACCOUNT_LOCKED = "account_locked"
    NOT_LOGGED_IN = "not_logged_in"
    MARKET_CLOSED = "market_closed"
    UNKNOWN_CODE = "unknown_code"
    SUSPENDED = "suspended"
    BAD_LOT = "bad_lot"
    OFF_TICK = "off_tick"
    OFF_LIMIT = "off_limit"
    NO_CASH = "no_cash"
    NO_SHARES = "no_shares"
    UNKNOWN_CONTRACT = "unknown_contract"
    NOT_CANCELLABLE = "not_cancellable"
    BRANCH_DOWN = "branch_down"  # no link, or the branch's trading system is not connected
    BRANCH_SLOW = "branch_slow"  # no answer in time
    BAD_ANSWER = "bad_answer"  # the answer is malformed or contradicts itself
    UNSUPPORTED = "unsupported"
    JOURNAL_FAILED = "journal_failed"  # the order could not be journalled, so it was not sent


class SeatState(StrEnum):
    """The state of a seat (座席), derived from its link, its legs and its requests (``core.desks.seat``), never set."""

    OFFLINE = "offline"  # no agent is logged in, or the link is down
    LOCKED = "locked"  # 座席闭锁, with a ``LockReason``
    OPEN = "open"  # 座席开放: takes calls
    RINGING = "ringing"
    DIALLING = "dialling"  # the agent calls out and the far end has not answered yet
    TALKING = "talking"
    HOLDING = "holding"
    CONSULTING = "consulting"  # 转移询问: the customer waits while another party is asked, rings or talks
    CONFERENCE = "conference"  # 三方通话: three or more hear each other
    MONITORING = "monitoring"  # 监听: in another seat's call, in one of ``ListenMode``
    WRAP_UP = "wrap_up"  # 话后处理


class HangingUp(StrEnum):
    """The effect of hanging up at a seat in a call: decided by the switch, shown on the button, repeated in the command ``HangUp``."""

    REFUSE = "refuse"  # the ringing call is refused
    GIVE_UP = "give_up"  # the dialled call is given up
    END = "end"  # the talk ends: no other party is left
    LEAVE = "leave"  # the other parties go on
    HAND_OVER = "hand_over"  # 转移: the waiting party and the asked party are joined
    STOP_LISTENING = "stop_listening"


class LockReason(StrEnum):
    """Why a seat takes no calls. The switch sets the last three; the agent chooses the others."""

    BREAK = "break"
    LUNCH = "lunch"
    TRAINING = "training"
    MEETING = "meeting"
    PAPERWORK = "paperwork"
    OTHER = "other"
    LOGGED_IN = "logged_in"  # just logged in, not opened yet
    NO_ANSWER = "no_answer"  # the agent did not answer a ring
    PHONE_LOST = "phone_lost"  # the desk's phone can't be reached


SWITCH_LOCKS = frozenset({LockReason.LOGGED_IN, LockReason.NO_ANSWER, LockReason.PHONE_LOST})


class Role(StrEnum):
    """An agent's rights: to their own calls; to their group's seats and recordings; to all."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


class CallKind(StrEnum):
    """How a call came to an agent."""

    IN = "in"  # from a queue
    OUT = "out"  # dialled by the agent
    CALLBACK = "callback"  # the centre called back and the customer came from the queue
    INTERNAL = "internal"  # seat to seat
    CONSULT = "consult"  # invited by the agent who has the call, who may hand it over
    MONITOR = "monitor"  # a supervisor listens
    TAKEN = "taken"  # 拦截, or a waiting call that a supervisor took out of order


class ListenMode(StrEnum):
    """How a supervisor takes part in another seat's call: hears both sides and is heard by nobody, by the agent only, or by all."""

    MONITOR = "monitor"  # 同步监听
    WHISPER = "whisper"  # 耳语
    BARGE = "barge"  # 强插


class PartyState(StrEnum):
    """The state of another party of the call, from the view of one seat."""

    ASKED = "asked"  # no leg yet: a queue where no agent has answered, a menu, the PIN step
    RINGING = "ringing"
    TALKING = "talking"  # hears this seat and is heard by it
    WAITING = "waiting"  # on hold: music, or others of the same conference
    LISTENING = "listening"  # a supervisor
