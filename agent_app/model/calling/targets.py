"""The targets that the dial and transfer windows offer for a typed text: history, directory, colleagues, queues, menus. Pure.

``offered`` is the list; ``choice`` is the target for a typed text without a selection in the list.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from agent_app.model.desk.view import DeskView
from agent_app.model.phonebook.numbers import BadNumber, dialable
from agent_app.model.phonebook.people import matches
from shared.desk import AnyTarget, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, SeatState
from shared.floor import TargetRow
from shared.ids import AgentId, QueueName

ID_MAX = 64
TALKS = frozenset(
    {SeatState.TALKING, SeatState.HOLDING, SeatState.CONSULTING, SeatState.CONFERENCE, SeatState.MONITORING}
)


class Kind(StrEnum):
    """The kinds of ``DeskPresenter.consult``; the same words are a target's ``kind`` on the wire."""

    SEAT = "seat"
    QUEUE = "queue"
    NUMBER = "number"
    MENU = "menu"
    PIN = "pin"


class DialPurpose(StrEnum):
    """The action for which the window was opened."""

    DIAL = "dial"
    CALL_SEAT = "call_seat"
    TRANSFER = "transfer"
    MONITOR = "monitor"


KINDS: dict[DialPurpose, tuple[Kind, ...]] = {
    DialPurpose.DIAL: (Kind.NUMBER,),
    DialPurpose.CALL_SEAT: (Kind.SEAT,),
    DialPurpose.TRANSFER: (Kind.SEAT, Kind.QUEUE, Kind.NUMBER, Kind.MENU, Kind.PIN),
    DialPurpose.MONITOR: (Kind.SEAT,),
}


WITHOUT_CUSTOMER = (Kind.SEAT, Kind.NUMBER)
"""The kinds in an internal call, which has no customer who could wait in a queue, hear a menu or key a PIN."""


class BadTarget(ValueError):  # noqa: N818  # told to the agent, who typed it
    """The text names no target."""


class Offer(Struct, frozen=True):
    """A line of the list. ``state``: of a seat; ``waiting``, ``free``, ``seats``: of a queue."""

    kind: Kind
    value: str
    name: str = ""
    state: SeatState | None = None
    waiting: int = 0
    free: int = 0
    seats: int = 0


def target(kind: str, value: str) -> AnyTarget:
    """Raises ``BadTarget`` (no such kind, no name) or ``BadNumber``."""
    if kind == Kind.NUMBER:
        return ToNumber(dialable(value))
    if kind == Kind.PIN:
        return ToPin()
    name = value.strip()
    if not name or len(name) > ID_MAX:
        raise BadTarget(value)
    match kind:
        case Kind.SEAT:
            return ToSeat(AgentId(name))
        case Kind.QUEUE:
            return ToQueue(QueueName(name))
        case Kind.MENU:
            return ToMenu(name)
        case _:
            raise BadTarget(kind)


def kinds(view: DeskView, purpose: DialPurpose) -> tuple[Kind, ...]:
    """The kinds that can be chosen now."""
    call = view.state.call
    if purpose is DialPurpose.TRANSFER and call is not None and call.kind is CallKind.INTERNAL:
        return WITHOUT_CUSTOMER
    return KINDS[purpose]


def offered(view: DeskView, purpose: DialPurpose, kind: Kind | None, text: str) -> tuple[Offer, ...]:
    """``kind=None``: targets of all kinds that the purpose has. Those that begin with the typed text come first."""
    wanted = kinds(view, purpose) if kind is None else (kind,)
    rows = [offer for each in wanted for offer in _OFFERS[each](view)]
    if purpose is DialPurpose.MONITOR:
        rows = [offer for offer in rows if offer.state is None or offer.state in TALKS]
    found = [offer for offer in rows if matches(text, offer.value, offer.name, _keys(view, offer))]
    return tuple(sorted(found, key=lambda offer: not offer.value.startswith(text.strip())) if text.strip() else found)


def choice(view: DeskView, purpose: DialPurpose, kind: Kind | None, text: str) -> Offer | None:
    """The target where nothing of the list is selected: the one with exactly this number or name, else the typed telephone number,
    else the first of the list. ``None``: no target yet.
    """
    typed, wanted = text.strip(), kinds(view, purpose) if kind is None else (kind,)
    rows = offered(view, purpose, kind, text)
    same = next((row for row in rows if typed and typed in {row.value, row.name}), None)
    if same is not None:
        return same
    if typed and Kind.NUMBER in wanted and _is_number(typed):
        return Offer(Kind.NUMBER, typed)
    if rows and (typed or wanted == (Kind.PIN,)):
        return rows[0]
    return Offer(Kind.SEAT, typed) if typed and wanted == (Kind.SEAT,) else None


def _is_number(typed: str) -> bool:
    try:
        dialable(typed)
    except BadNumber:
        return False
    return True


def _keys(view: DeskView, offer: Offer) -> str:
    if offer.kind is Kind.SEAT:
        return next((row.initials for row in view.colleagues if row.agent == offer.value), "")
    if offer.kind is Kind.NUMBER:
        return next((row.keys for row in view.people if row.number == offer.value), "")
    return ""


def _seats(view: DeskView) -> Iterator[Offer]:
    """Free seats come first."""
    own = view.state.seat.agent if view.state.seat is not None else None
    rows = [row for row in view.colleagues if row.agent != own and row.state is not SeatState.OFFLINE]
    for row in sorted(rows, key=lambda row: (row.state is not SeatState.OPEN, row.agent)):
        yield Offer(Kind.SEAT, row.agent, row.name, row.state)


def _queues(view: DeskView) -> Iterator[Offer]:
    """Queues without the closed ones."""
    now = {row.queue: row for row in view.state.queues}
    for row in view.targets:
        if row.kind == Kind.QUEUE and row.is_open:
            figures = now.get(QueueName(row.id))
            offer = Offer(Kind.QUEUE, row.id, _title(view, row))
            yield (
                offer
                if figures is None
                else replace(offer, waiting=figures.waiting, free=figures.open_seats, seats=figures.seats)
            )


def _title(view: DeskView, row: TargetRow) -> str:
    return row.title.get(view.language) or next(iter(row.title.values()), "")


def _numbers(view: DeskView) -> Iterator[Offer]:
    """Numbers of the customer on screen, the agent's own directory and the last calls; each number once."""
    seen: set[str] = set()
    shown = view.shown
    rows = [(number, shown.name) for number in shown.phones] if shown is not None else []
    rows += [(row.number, row.name) for row in view.people]
    rows += [(row.number, row.name) for row in view.calls if row.way != "internal"]
    for number, name in rows:
        if number and number not in seen:
            seen.add(number)
            yield Offer(Kind.NUMBER, number, name)


def _menus(view: DeskView) -> Iterator[Offer]:
    for row in view.targets:
        if row.kind == Kind.MENU:
            yield Offer(Kind.MENU, row.id, _title(view, row))


def _pin(_view: DeskView) -> Iterator[Offer]:
    yield Offer(Kind.PIN, "")


_OFFERS = {Kind.SEAT: _seats, Kind.QUEUE: _queues, Kind.NUMBER: _numbers, Kind.MENU: _menus, Kind.PIN: _pin}
