"""Words on the wire and in the store. Values are ASCII and stable; text for people lives in ``resources/``."""

from enum import StrEnum


class Language(StrEnum):
    """Of prompts and screens; the value is the folder's name under ``resources/prompts``."""

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
    """How a leg's keys arrive."""

    AUTO = "auto"  # RFC 4733 where SDP negotiated it, in-band tones where not; INFO always
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
    RECONCILED = "reconciled"  # the lines no longer knew the leg
    FAULT = "fault"  # our own bug, caught


class PlayEnd(StrEnum):
    DONE = "done"
    BARGED = "barged"
    STOPPED = "stopped"
    FAILED = "failed"  # a segment is missing; what there was has been played


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
    """Why a branch (or the link to it) said no. Each has a prompt ``refusal/<value>`` in both languages."""

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
    BRANCH_DOWN = "branch_down"  # no link, or the trading system behind it is away
    BRANCH_SLOW = "branch_slow"  # no answer in time
    BAD_ANSWER = "bad_answer"  # an answer that makes no sense
    UNSUPPORTED = "unsupported"
    JOURNAL_FAILED = "journal_failed"  # the order could not be made durable, so it was not sent


class SeatState(StrEnum):
    """What a seat (座席) is doing; derived from its link, its legs and its wishes (``core.desks.seat``), never set."""

    OFFLINE = "offline"  # nobody is logged in, or the link is down
    LOCKED = "locked"  # 座席闭锁, with a ``LockReason``
    OPEN = "open"  # 座席开放: takes calls
    RINGING = "ringing"
    DIALLING = "dialling"  # the agent calls out and the far end has not answered
    TALKING = "talking"
    HOLDING = "holding"
    CONSULTING = "consulting"  # 转移询问: the customer waits while another party is asked, rings or is talked to
    CONFERENCE = "conference"  # 三方通话: three or more hear each other
    MONITORING = "monitoring"  # 监听: in another seat's call, by a ``ListenMode``
    WRAP_UP = "wrap_up"  # 话后处理


class HangingUp(StrEnum):
    """What putting the handset down means at a seat in a call; the switch says it, the button shows it, ``HangUp`` carries it back."""

    REFUSE = "refuse"  # what rings
    GIVE_UP = "give_up"  # what is dialled
    END = "end"  # the talk: nobody is left to go on
    LEAVE = "leave"  # the others go on
    HAND_OVER = "hand_over"  # 转移: who waits and whoever is asked have each other
    STOP_LISTENING = "stop_listening"


class LockReason(StrEnum):
    """Why a seat takes no calls. The last three are the switch's, not an agent's choice."""

    BREAK = "break"
    LUNCH = "lunch"
    TRAINING = "training"
    MEETING = "meeting"
    PAPERWORK = "paperwork"
    OTHER = "other"
    LOGGED_IN = "logged_in"  # just logged in, not opened yet
    NO_ANSWER = "no_answer"  # let it ring
    PHONE_LOST = "phone_lost"  # the desk's phone can't be reached


SWITCH_LOCKS = frozenset({LockReason.LOGGED_IN, LockReason.NO_ANSWER, LockReason.PHONE_LOST})


class Role(StrEnum):
    """What an agent may: their own calls; their group's seats and recordings; everybody's."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


class CallKind(StrEnum):
    """How an agent came to a call."""

    IN = "in"  # from a queue
    OUT = "out"  # dialled by the agent
    CALLBACK = "callback"  # the centre called back and the customer came from the queue
    INTERNAL = "internal"  # seat to seat
    CONSULT = "consult"  # asked in by the agent who has the call; it may be handed over
    MONITOR = "monitor"  # a supervisor listens
    TAKEN = "taken"  # 拦截, or a waiting call taken out of order


class ListenMode(StrEnum):
    """How a supervisor is in another seat's call: hears both and is heard by nobody, by the agent only, by all."""

    MONITOR = "monitor"  # 同步监听
    WHISPER = "whisper"  # 耳语
    BARGE = "barge"  # 强插


class PartyState(StrEnum):
    """Of somebody in a call, as one seat in it sees them."""

    ASKED = "asked"  # no leg yet: a queue that nobody has answered, a menu, the PIN step
    RINGING = "ringing"
    TALKING = "talking"  # hears this seat and is heard by it
    WAITING = "waiting"  # on hold: music, or others of the same conference
    LISTENING = "listening"  # a supervisor
