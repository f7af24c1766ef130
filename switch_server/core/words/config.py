"""Configuration that the core and the lines read, as data. Files are loaded and checked by ``services.strict_yaml``."""

from typing import Literal

from msgspec import Struct

from shared.desk import Choice
from shared.enums import DigitMode, Language, Law
from shared.ids import BranchId, QueueName, SkillName, StockCode, TrunkName


class Trunk(Struct, frozen=True, forbid_unknown_fields=True):
    """A trunk (中继) or a group of lines towards one far side."""

    name: TrunkName
    far: tuple[str, ...] = ()
    """``ip``, ``ip:port`` or CIDR networks: who may call in without digest; the first with a single address is where calls go out."""
    lines: int = 30
    numbers: tuple[str, ...] = ("*",)
    """Dialled numbers, or prefixes ending in ``*``, that it may offer (in) and carry (out)."""
    laws: tuple[Law, ...] = (Law.A, Law.MU)
    """In order of preference."""
    digits: DigitMode = DigitMode.AUTO
    direction: Literal["in", "out", "both"] = "both"
    username: str = ""
    password: str = ""
    """Digest (RFC 7616, MD5): asked of callers that ``far`` does not name, given to a far side that asks."""
    options_interval: float = 30.0
    """Seconds between OPTIONS that keep watch; 0: none."""
    session_expires: int = 1800
    """RFC 4028, seconds, at least 90."""
    group: str = "centre"
    """The branch, or ``centre``, that the lines belong to."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Waits in seconds, and tries."""

    wrong_pins_per_call: int = 3
    order_wait: float = 12.0
    """From the caller's "1" to "the state is being confirmed"."""
    answer_wait: float = 8.0
    """For a branch's or the store's answer to a question."""
    media_lost: int = 20
    """Without RTP before the far end is asked whether it lives."""
    teardown: float = 40.0
    """For the lines and the card to say that a leg is gone, before it is given up and counted as repaired."""
    call_max: float = 4 * 3600.0
    """The longest call; it ends with ``TOO_LONG``."""
    drain: float = 300.0
    """For calls that run to end by themselves, from the wish to stop the switch to hanging them up."""
    desk_grace: float = 4.0
    """From the loss of a desk's link in a talk to giving its caller to another agent."""
    desk_away: float = 600.0
    """From the loss of a desk's link to logging its agent out; who logs in after that begins a new shift."""
    callback_ring: float = 40.0
    """For a customer to answer a callback; it is tried again twice, ten minutes apart."""
    callbacks_per_day: int = 3
    """That one number may ask for; only one at a time."""
    returning: float = 3600.0
    """A caller who called within so long comes before others."""


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """When a queue is open, in Asia/Shanghai. ``days``: 1 Monday … 7 Sunday. Times are ``HH:MM``; ``close`` is the first minute after, at most ``24:00``."""

    open: str
    close: str
    days: tuple[int, ...] = (1, 2, 3, 4, 5)


class Overflow(Struct, frozen=True, forbid_unknown_fields=True):
    """After so many seconds of waiting the seats of another queue are asked too."""

    after: float
    queue: QueueName


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """A queue (排队) and whom it is given to."""

    name: QueueName
    title: dict[Language, str] = {}
    skill: SkillName = SkillName("")
    """That an agent must have; empty: any agent."""
    level: int = 1
    """At least; among agents that are free, a higher level goes first, then who has been idle longest."""
    ring: float = 20.0
    """Seconds that a desk rings before the next agent is asked."""
    wrap_up: float = 30.0
    most: int = 100
    """Callers that may wait."""
    hours: tuple[Hours, ...] = ()
    """Empty: always open."""
    holidays: tuple[str, ...] = ()
    """``YYYYMMDD``: closed all day."""
    overflow: tuple[Overflow, ...] = ()
    service_level: float = 20.0


DISPOSITIONS = (
    Choice("enquiry", {Language.ZH: "业务咨询", Language.EN: "Enquiry"}),
    Choice("order", {Language.ZH: "委托交易", Language.EN: "Order"}),
    Choice("account", {Language.ZH: "账户业务", Language.EN: "Account"}),
    Choice("complaint", {Language.ZH: "投诉", Language.EN: "Complaint"}),
    Choice("fault", {Language.ZH: "系统故障", Language.EN: "Fault report"}),
    Choice("wrong_number", {Language.ZH: "打错电话", Language.EN: "Wrong number"}),
    Choice("no_talk", {Language.ZH: "无人应答", Language.EN: "Nobody spoke"}),
    Choice("other", {Language.ZH: "其他", Language.EN: "Other"}),
)


class SwitchConfig(Struct, frozen=True):
    """What the core decides by."""

    trunks: tuple[Trunk, ...] = ()
    branches: tuple[BranchId, ...] = ()
    stocks: frozenset[StockCode] = frozenset()
    """Codes whose name has a prompt."""
    recordings: str = ""
    """Folder of recordings."""
    limits: Limits = Limits()
    queues: tuple[Queue, ...] = (Queue(QueueName("agents")),)
    dispositions: tuple[Choice, ...] = DISPOSITIONS
    """话务小结: what an agent can say that a talk was about."""
