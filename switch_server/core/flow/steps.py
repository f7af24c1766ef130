"""An IVR flow as data (流程): a tree of steps, loaded from YAML by ``services.flows`` and checked by ``core.flow.check``.

A flow answers one or more dialled numbers (DNIS). Each step has a ``kind``; ``next`` and the other targets are names of steps.
Seconds are floats. ``say`` is a list of pieces: a prompt's name relative to the language (``welcome``), or one slot such as
``{money: funds.available}`` that reads a variable of the call.
"""

from enum import StrEnum
from typing import Literal, assert_never

from msgspec import Struct, field

from shared.enums import EndCause, Language
from shared.ids import TrunkName


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """Speaks a variable; exactly one of the fields is set (``each`` goes with ``say`` and ``empty``)."""

    money: str | None = None
    """Fen, read as 元角分."""
    price: str | None = None
    """1/1000 yuan."""
    quantity: str | None = None
    """Shares."""
    number: str | None = None
    digits: str | None = None
    """Digit by digit: codes, accounts, contract numbers."""
    stock: str | None = None
    """A code: its name where a prompt has it, else digit by digit."""
    time: str | None = None
    """UTC seconds, read as the time of day in Asia/Shanghai."""
    word: str | None = None
    """A prompt's name with a variable in braces: ``refusal/{refusal}``."""
    text: dict[Language, str] | None = None
    """Free text in each language (a notice), spoken by espeak-ng and made when the flow is loaded."""
    each: str | None = None
    """A list variable; ``say`` is spoken for each row (as ``row.<field>``), newest first, at most ``most``."""
    say: tuple["Piece", ...] = ()
    empty: tuple["Piece", ...] = ()
    most: int = 5


Piece = str | Slot


class Step(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Root of the steps. ``title``: the step in words, for the agent who sees where the caller has been; without it, it isn't told."""

    title: dict[Language, str] | None = None


class Say(Step, frozen=True, tag="say", forbid_unknown_fields=True):
    say: tuple[Piece, ...]
    next: str
    barge_in: bool = True


class Menu(Step, frozen=True, tag="menu", forbid_unknown_fields=True):
    """One key. A key that is not in ``keys``, or none in time, says so and asks again, ``tries`` times in all; then ``on_fail``.

    ``read_back``: this menu reads an order back, so keys pressed before it began do not count, and its ``1`` makes the order's
    one-use key (``docs/protocol.md``, An order).
    """

    say: tuple[Piece, ...]
    keys: dict[str, str]
    on_fail: str
    tries: int = 3
    first_digit: float = 8.0
    read_back: bool = False


class Format(StrEnum):
    DIGITS = "digits"
    INTEGER = "integer"
    """No leading zero, above 0."""
    PRICE = "price"
    """``*`` is the decimal point, ``**`` goes back."""


class Input(Step, frozen=True, tag="input", forbid_unknown_fields=True):
    """Several keys, ended by ``#`` (or by the last key where ``min == max``). ``*`` goes ``back``, in prices ``**`` does."""

    say: tuple[Piece, ...]
    into: str
    next: str
    on_fail: str
    min: int = 1
    max: int = 12
    format: Format = Format.DIGITS
    secret: bool = False
    back: str | None = None
    empty: str | None = None
    """Where a lone ``#`` leads; without it, it is no input."""
    tries: int = 3
    first_digit: float = 8.0
    between_digits: float = 10.0


class ServiceStep(Step, frozen=True, tag="service", forbid_unknown_fields=True):
    """Asks the centre or the branch; ``on`` has a step for each outcome that the service can have."""

    service: str
    on: dict[str, str]
    say: tuple[Piece, ...] = ()
    """Spoken while it runs ("请稍候")."""


class QueueStep(Step, frozen=True, tag="queue", forbid_unknown_fields=True):
    """Waits for an agent with music; an announcement every ``announce_every`` s, ``on_timeout`` after ``wait`` s.

    An announcement may speak ``queue_position`` (1: next) and ``queue_minutes`` (estimated, at least 1). ``excuse`` is said to a caller
    whose agent was lost in a talk, and who waits at the head now. Keys in ``keys`` lead elsewhere, others are passed over.
    """

    queue: str
    on_timeout: str
    wait: float = 60.0
    announce: tuple[Piece, ...] = ()
    announce_every: float = 30.0
    music: str = "music/hold"
    excuse: tuple[Piece, ...] = ()
    keys: dict[str, str] = {}
    priority: int = 0
    """Higher goes first; a VIP has 10 more, a caller who called lately 5 more, one whose agent was lost 100 more."""
    on_closed: str | None = None
    """Outside the queue's hours; ``None``: as ``on_timeout``."""
    on_full: str | None = None
    on_ended: str | None = None
    """After the talk, if the agent ended it; ``None``: hung up with ``AGENT_HUNG_UP``."""


class CallbackStep(Step, frozen=True, tag="callback", forbid_unknown_fields=True):
    """预约回拨: the caller's place in ``queue`` is kept and they are called back at their own number (ANI) when their turn comes.

    ``answer``: the step that they enter then, from which a queue step of the same queue is reached; they have their old place there.
    ``on_failed``: no number to call, or the caller never waited in that queue.
    """

    queue: str
    next: str
    answer: str
    on_failed: str


class Dial(Step, frozen=True, tag="dial", forbid_unknown_fields=True):
    """Calls ``number`` over ``trunk`` and bridges (overflow to a branch's PBX). The caller hears ringback or the far end's early media."""

    trunk: TrunkName
    number: str
    on_failed: str
    """Busy, refused, no lines."""
    on_ended: str
    """The far end hung up after a talk."""
    ring: float = 45.0


class SetLanguage(Step, frozen=True, tag="language", forbid_unknown_fields=True):
    """``other``: the one that is not spoken now."""

    language: Literal["zh_CN", "en", "other"]
    next: str


class SetStep(Step, frozen=True, tag="set", forbid_unknown_fields=True):
    """Sets variables of the call: ``{side: buy}``; ``{price: "{last}"}`` copies one."""

    values: dict[str, str | int]
    next: str


class HangUpStep(Step, frozen=True, tag="hangup", forbid_unknown_fields=True):
    say: tuple[Piece, ...] = ()
    cause: EndCause = EndCause.GOODBYE


AnyStep = Say | Menu | Input | ServiceStep | QueueStep | CallbackStep | Dial | SetLanguage | SetStep | HangUpStep


class Flow(Struct, frozen=True, forbid_unknown_fields=True):
    flow: str
    numbers: tuple[str, ...]
    """DNIS that it answers; ``*`` for any other."""
    start: str
    steps: dict[str, AnyStep]
    language: Language = Language.ZH
    says: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    """What is said on ``invalid``, ``no_input`` (both required where a menu or input stands)."""


def targets(step: AnyStep) -> list[tuple[str, str]]:
    """Every (field path, target step) of a step, for the checker and the diagram."""
    match step:
        case Say() | SetLanguage() | SetStep():
            return [("next", step.next)]
        case Menu():
            return [*((f"keys.{key}", to) for key, to in step.keys.items()), ("on_fail", step.on_fail)]
        case Input():
            fixed = [("next", step.next), ("on_fail", step.on_fail)]
            return fixed + [(name, to) for name, to in (("back", step.back), ("empty", step.empty)) if to]
        case ServiceStep():
            return [(f"on.{outcome}", to) for outcome, to in step.on.items()]
        case QueueStep():
            keys = [(f"keys.{key}", to) for key, to in step.keys.items()]
            others = (("on_closed", step.on_closed), ("on_full", step.on_full), ("on_ended", step.on_ended))
            return [*keys, ("on_timeout", step.on_timeout), *((name, to) for name, to in others if to)]
        case CallbackStep():
            return [("next", step.next), ("answer", step.answer), ("on_failed", step.on_failed)]
        case Dial():
            return [("on_failed", step.on_failed), ("on_ended", step.on_ended)]
        case HangUpStep():
            return []
        case _:
            assert_never(step)
