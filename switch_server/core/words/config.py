"""Configuration of the core and of the SIP lines, as data. ``services.config_file`` loads and checks the file."""

from typing import Literal

from msgspec import Struct

from shared.desk import Choice
from shared.enums import DigitMode, Language, Law
from shared.ids import BranchId, QueueName, SkillName, StockCode, TrunkName
from switch_server.core.words.fax_rules import FaxRules
from switch_server.core.words.number_rules import NumberRules
from switch_server.core.words.trunk_rules import (
    CallsPerSecond,
    CardLines,
    CarrierRegistration,
    FailOver,
    NumberHeaders,
    line_numbers,
)


class Signalling(Struct, frozen=True, forbid_unknown_fields=True):
    """The SIP that a trunk's far end speaks beyond RFC 3261; carriers differ in it."""

    reliable: Literal["never", "supported", "required"] = "supported"
    """100rel (RFC 3262). ``never``: callers that require it are refused (420); ``required``: we require it, and refuse callers without it (421)."""
    p_early_media: bool = False
    """P-Early-Media (RFC 5009) decides whether early media is heard in place of our ringback; without it, or with ``False``, the SDP does."""
    redirects: Literal["refuse", "follow"] = "refuse"
    """3xx to our INVITE. ``follow``: to numbers that the trunk may dial, at its own addresses only."""


class Trunk(Struct, frozen=True, forbid_unknown_fields=True):
    """A trunk (中继) or a group of lines towards one far end."""

    name: TrunkName
    far: tuple[str, ...] = ()
    """``ip``, ``ip:port`` or CIDR networks that may call in without digest; outgoing calls go to the first entry that is a single address."""
    lines: int = 30
    numbers: tuple[str, ...] = ("*",)
    """Dialled numbers, or prefixes ending in ``*``, that are allowed on the trunk, incoming and outgoing."""
    laws: tuple[Law, ...] = (Law.A, Law.MU)
    """In order of preference."""
    digits: DigitMode = DigitMode.AUTO
    direction: Literal["in", "out", "both"] = "both"
    username: str = ""
    password: str = ""
    """Digest (RFC 7616, MD5): callers that ``far`` does not name must prove it; it is given to a far end that challenges."""
    options_interval: float = 30.0
    """Seconds between OPTIONS requests that check the far end; 0: none."""
    session_expires: int = 1800
    """RFC 4028, seconds, at least 90."""
    media: Literal["as_told", "symmetric"] = "as_told"
    """``as_told``: sound comes from the IP in the far end's SDP. ``symmetric``: for a far end behind NAT, also from the IP of its signalling, and
    from ``media_from``.
    """
    media_from: tuple[str, ...] = ()
    """With ``media: symmetric``: IPv4 addresses or CIDR networks of the carrier's media."""
    fax: Literal["audio", "t38", "auto"] = "auto"
    """Fax on this trunk. ``audio``: as sound in G.711; a far end that offers T.38 is refused (488), and goes on in sound. ``auto``: also over UDPTL
    (ITU-T T.38) if the far end offers it. ``t38``: the switch offers T.38, too, and goes on in sound if that is refused.
    """
    group: str = "centre"
    """The branch, or ``centre``, that the lines belong to."""
    signalling: Signalling = Signalling()

    number_rules: NumberRules = NumberRules()
    number_headers: NumberHeaders = NumberHeaders()
    fail_over: FailOver = FailOver()
    calls_per_second: CallsPerSecond = CallsPerSecond()
    registration: CarrierRegistration | None = None
    kind: Literal["sip", "card"] = "sip"
    """``card``: the far end is a box with analogue or digital cards, whose lines are shown and blocked one by one."""
    card: CardLines | None = None
    """Of ``kind: card`` only."""

    @property
    def capacity(self) -> int:
        """The most calls at once: of a box with cards the number of its lines."""
        return self.lines if self.card is None else len(line_numbers(self.card.lines))

    @property
    def addresses(self) -> tuple[str, ...]:
        """``far``, and the registrars of a trunk that registers."""
        return (
            self.far if self.registration is None else tuple(dict.fromkeys((*self.far, *self.registration.registrars)))
        )


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Time limits in seconds, and numbers of tries."""

    wrong_pins_per_call: int = 3
    order_wait: float = 12.0
    """From the caller's "1" to the prompt "the state is being confirmed"."""
    answer_wait: float = 8.0
    """Wait for the answer of a branch or of the store."""
    media_lost: int = 20
    """Time without RTP before a session refresh asks the far end whether it is still there."""
    teardown: float = 40.0
    """Wait for the lines and the card to report the end of each leg, before the call is removed and counted as repaired."""
    call_max: float = 4 * 3600.0
    """The longest call; it ends with ``TOO_LONG``."""
    drain: float = 300.0
    """Time that running calls have to end by themselves, from the command to stop the switch; then they are hung up."""
    desk_grace: float = 4.0
    """From the loss of a desk's link in a talk to giving its caller to another agent."""
    desk_away: float = 600.0
    """From the loss of a desk's link to logging its agent out; a log-in after that begins a new shift."""
    callback_ring: float = 40.0
    """Time that a customer has to answer a callback; it is tried twice more, ten minutes apart."""
    callbacks_per_day: int = 3
    """Callbacks that one number may ask for in a day; only one at a time."""
    returning: float = 3600.0
    """A caller whose last call is at most so long ago goes before others (``words.queue_place.RETURNING``)."""


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours of a queue, in Asia/Shanghai. ``days``: 1 Monday … 7 Sunday. Times are ``HH:MM``; ``close`` is the first closed minute, at most ``24:00``."""

    open: str
    close: str
    days: tuple[int, ...] = (1, 2, 3, 4, 5)


class Overflow(Struct, frozen=True, forbid_unknown_fields=True):
    """After ``after`` seconds of waiting a caller may also go to the seats of the other ``queue``."""

    after: float
    queue: QueueName


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """A queue (排队), and which agents take its calls."""

    name: QueueName
    title: dict[Language, str] = {}
    skill: SkillName = SkillName("")
    """Skill that an agent must have; empty: any agent."""
    level: int = 1
    """Lowest level of the skill; among free agents the higher level goes first, then the longest idle."""
    ring: float = 20.0
    """Seconds that a desk rings before the call goes to the next agent."""
    wrap_up: float = 30.0
    most: int = 100
    """Callers that may wait."""
    hours: tuple[Hours, ...] = ()
    """Empty: always open."""
    holidays: tuple[str, ...] = ()
    """Days ``YYYYMMDD`` on which the queue is closed."""
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
    """The part of the configuration that the core reads."""

    trunks: tuple[Trunk, ...] = ()
    branches: tuple[BranchId, ...] = ()
    stocks: frozenset[StockCode] = frozenset()
    """Stock codes whose name exists as a prompt."""
    recordings: str = ""
    """Folder of recordings."""
    limits: Limits = Limits()
    queues: tuple[Queue, ...] = (Queue(QueueName("agents")),)
    dispositions: tuple[Choice, ...] = DISPOSITIONS
    """话务小结: the subjects of a talk that an agent can choose."""
    fax: FaxRules = FaxRules()
    fax_spool: str = ""
    """Folder of faxes' pages."""
