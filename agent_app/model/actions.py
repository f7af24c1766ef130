"""What may be done at a desk when: one table, ``NEEDS``, of what each action needs, in the order in which a missing one is named.

``enabled`` evaluates it over a view. The ids of the reasons (``Why``) are stable; ``ui`` has a sentence for each, for the tooltip of
a button that is off. The table in ``docs/desk.md`` is made from this one (``python -m tests.agent_app.desk_doc``).
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from agent_app.model.view import Action, DeskView, Enabled, LinkState, PhoneState
from shared.enums import SeatState


class Why(StrEnum):
    """Why an action is off."""

    PENDING = "pending"  # asked for already
    LINK_DOWN = "link_down"
    RESYNCING = "resyncing"  # the link is back, what the switch knows is on its way
    LOGGED_IN = "logged_in"
    NOT_LOGGED_IN = "not_logged_in"
    PHONE_NOT_READY = "phone_not_ready"
    IN_CALL = "in_call"
    NO_CALL = "no_call"
    NOT_RINGING = "not_ringing"
    ANSWERS_ITSELF = "answers_itself"
    NOT_TALKING = "not_talking"
    NOT_HOLDING = "not_holding"
    SEAT_OPEN = "seat_open"
    MUTED = "muted"
    NOT_MUTED = "not_muted"
    NO_TALK_TO_WRAP_UP = "no_talk_to_wrap_up"
    NOT_IN_WRAP_UP = "not_in_wrap_up"
    NOTE_UNSENT = "note_unsent"  # it goes with the disposition, which is still to be chosen
    NO_CUSTOMER = "no_customer"
    NO_NUMBER = "no_number"


class Need(Struct, frozen=True):
    why: Why
    holds: Callable[[DeskView], bool]


def _in_call(view: DeskView) -> bool:
    return view.state.call is not None


def _call_is(*states: SeatState) -> Callable[[DeskView], bool]:
    return lambda view: view.state.call is not None and view.state.call.state in states


def _seat_is(*states: SeatState) -> Callable[[DeskView], bool]:
    return lambda view: view.state.seat is not None and view.state.seat.state in states


def _may_open(view: DeskView) -> bool:
    """Not when it takes calls already; in a call or wrap-up it takes back a lock asked for, or ends the wrap-up."""
    seat = view.state.seat
    if seat is None or seat.state is SeatState.OPEN:
        return False
    return seat.state in {SeatState.LOCKED, SeatState.WRAP_UP} or not (seat.reason is None and seat.lock_next is None)


def _note_is_safe(view: DeskView) -> bool:
    """Opening the seat in wrap-up, or logging out, ends it without a word; a note typed meanwhile would be lost."""
    return not (_seat_is(SeatState.WRAP_UP)(view) and view.note.strip())


def _may_wrap_up(view: DeskView) -> bool:
    seat = view.state.seat
    answered = view.state.call is not None and view.state.call.answered_at is not None
    return answered or (seat is not None and seat.wrap_up_call is not None and view.state.call is None)


def _logged_in(view: DeskView) -> bool:
    return not view.needs_password and view.state.seat is not None


_LINK = Need(Why.LINK_DOWN, lambda view: view.link is LinkState.UP)
_FRESH = Need(Why.RESYNCING, lambda view: not view.stale)
_LOGGED_IN = Need(Why.NOT_LOGGED_IN, _logged_in)
_ASKS = (_LINK, _LOGGED_IN, _FRESH)
_NO_CALL_NOW = Need(Why.IN_CALL, lambda view: not _in_call(view))
_PHONE = Need(Why.PHONE_NOT_READY, lambda view: view.phone is PhoneState.READY)
_NOTE_SENT = Need(Why.NOTE_UNSENT, _note_is_safe)
_A_CALL = Need(Why.NO_CALL, _in_call)
_CALL_UP = Need(Why.NO_CALL, _call_is(SeatState.TALKING, SeatState.HOLDING))
_TALKING = Need(Why.NOT_TALKING, _call_is(SeatState.TALKING))
_CUSTOMER = Need(Why.NO_CUSTOMER, lambda view: view.shown is not None)

NEEDS: dict[Action, tuple[Need, ...]] = {
    Action.LOG_IN: (_LINK, Need(Why.LOGGED_IN, lambda view: view.needs_password), _PHONE),
    Action.LOG_OUT: (*_ASKS, _NO_CALL_NOW, _NOTE_SENT),
    Action.OPEN_SEAT: (*_ASKS, Need(Why.SEAT_OPEN, _may_open), _NOTE_SENT),
    Action.LOCK_SEAT: _ASKS,
    Action.ANSWER: (
        Need(Why.NOT_RINGING, _call_is(SeatState.RINGING)),
        Need(Why.ANSWERS_ITSELF, lambda view: view.state.call is not None and not view.state.call.auto),
        _PHONE,
    ),
    Action.HANG_UP: (_A_CALL,),
    Action.HOLD: (*_ASKS, _TALKING),
    Action.RETRIEVE: (*_ASKS, Need(Why.NOT_HOLDING, _call_is(SeatState.HOLDING))),
    Action.DIAL: (*_ASKS, _NO_CALL_NOW, _PHONE),
    Action.SEND_DIGITS: (*_ASKS, _TALKING),
    Action.MUTE: (_CALL_UP, Need(Why.MUTED, lambda view: not view.audio.muted)),
    Action.UNMUTE: (Need(Why.NOT_MUTED, lambda view: view.audio.muted),),
    Action.FINISH_WRAP_UP: (*_ASKS, Need(Why.NO_TALK_TO_WRAP_UP, _may_wrap_up)),
    Action.EXTEND_WRAP_UP: (*_ASKS, Need(Why.NOT_IN_WRAP_UP, _seat_is(SeatState.WRAP_UP))),
    Action.SEARCH: _ASKS,
    Action.NEW_TICKET: (*_ASKS, _CUSTOMER),
    Action.CALL_BACK: (
        *_ASKS,
        _CUSTOMER,
        Need(Why.NO_NUMBER, lambda view: bool(number_of(view))),
        _NO_CALL_NOW,
        _PHONE,
    ),
    Action.PLAY_RECORDING: _ASKS,
    Action.CHANGE_PASSWORD: _ASKS,
}

MANY_AT_ONCE = frozenset({Action.SEND_DIGITS, Action.SEARCH})
"""May be asked again while one is on its way: keys wait their turn, a newer search overtakes the older."""
_ON, _PENDING = Enabled(on=True), Enabled(on=False, why=Why.PENDING)
_OFF = {why: Enabled(on=False, why=why) for why in Why}


def number_of(view: DeskView) -> str:
    """Where the customer on screen is called back: the number they called from, else the first known; ``""`` if none."""
    pop = view.state.pop
    if view.shown_is_pop and pop is not None and pop.number:
        return pop.number
    return view.shown.phones[0] if view.shown is not None and view.shown.phones else ""


def why_not(action: Action, view: DeskView) -> Why | None:
    """The first need that does not hold."""
    return next((need.why for need in NEEDS[action] if not need.holds(view)), None)


def enabled(view: DeskView) -> dict[Action, Enabled]:
    """For each action, whether it can be asked for now."""
    asked = {pending.action for pending in view.pending} - MANY_AT_ONCE
    result: dict[Action, Enabled] = {}
    for action in Action:
        why = why_not(action, view)
        result[action] = _OFF[why] if why is not None else _PENDING if action in asked else _ON
    return result
