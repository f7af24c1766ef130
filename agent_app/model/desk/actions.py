"""The enabled actions: one table, ``NEEDS``, of the needs of each action, in the order in which a missing need is named.

``enabled`` evaluates it over a view. The ids of the reasons (``Why``) are stable; ``ui`` has a sentence for each, for the tooltip of
a button that is off. The table in ``docs/desk.md`` is made from this one (``python -m tests.agent_app.desk_doc``).
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from agent_app.model.desk.view import Action, DeskView, Enabled, LinkState, PhoneState
from shared.desk import DeskCall, Party
from shared.enums import HangingUp, ListenMode, PartyState, Role, SeatState

NOT_UP = frozenset({PartyState.ASKED, PartyState.RINGING})
UP = (SeatState.TALKING, SeatState.HOLDING, SeatState.CONSULTING, SeatState.CONFERENCE, SeatState.MONITORING)
HEARD = (SeatState.TALKING, SeatState.CONSULTING, SeatState.CONFERENCE)
"""States in which another party hears the agent's voice and keys."""


class Why(StrEnum):
    """The reason why an action is off."""

    PENDING = "pending"  # the action is pending already
    LINK_DOWN = "link_down"
    RESYNCING = "resyncing"  # the link is back, and the snapshot has not come yet
    LOGGED_IN = "logged_in"
    NOT_LOGGED_IN = "not_logged_in"
    PHONE_NOT_READY = "phone_not_ready"
    ANSWER_ON_PHONE = "answer_on_phone"  # the voice is a desk phone: its handset answers
    MUTE_ON_PHONE = "mute_on_phone"
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
    NOTE_UNSENT = "note_unsent"  # the note is sent with the disposition, or at the next rest of the keys
    NO_CUSTOMER = "no_customer"
    NO_NUMBER = "no_number"
    RINGS = "rings"  # the call must be answered or refused first
    DIALLING = "dialling"  # 返回 ends the dialling
    CONSULTING = "consulting"  # a party is consulted already
    MONITORING = "monitoring"
    NOT_CONSULTING = "not_consulting"
    NOT_ANSWERED = "not_answered"  # the consulted party has not answered yet, or (a menu, the PIN step) never answers
    NOT_IN_CONFERENCE = "not_in_conference"
    NOBODY_TO_DROP = "nobody_to_drop"  # the customer can't be dropped
    NOT_ALLOWED = "not_allowed"  # for supervisors only
    NOT_MONITORING = "not_monitoring"
    THIS_WAY_ALREADY = "this_way_already"  # the monitored call has this mode already
    NO_FAX = "no_fax"  # the switch has no fax channels; its operator was told what to install
    FAX_NOT_ALLOWED = "fax_not_allowed"  # the role may not send faxes
    NO_ROW = "no_row"  # no row of the board is chosen
    OWN_SEAT = "own_seat"
    SEAT_OFFLINE = "seat_offline"
    NOTHING_TO_HEAR = "nothing_to_hear"
    SEAT_BUSY = "seat_busy"  # this desk's own seat is neither open nor locked
    NO_OPEN_SEAT = "no_open_seat"
    ASKED_FOR = "asked_for"  # an agent consults the queue: the caller stays with that agent


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
    """Not for an open seat. In a call the action takes back a requested lock; in wrap-up it ends the wrap-up."""
    seat = view.state.seat
    if seat is None or seat.state is SeatState.OPEN:
        return False
    return seat.state in {SeatState.LOCKED, SeatState.WRAP_UP} or not (seat.reason is None and seat.lock_next is None)


def _note_is_safe(view: DeskView) -> bool:
    """Opening the seat and logging out end the wrap-up at once; an unsent note would be lost."""
    return not (_seat_is(SeatState.WRAP_UP)(view) and view.note_unsent)


def may_wrap_up(view: DeskView) -> bool:
    """After an answer, but not while listening in, which is not a talk of this seat."""
    seat, call = view.state.seat, view.state.call
    if call is not None:
        return call.answered_at is not None and call.state is not SeatState.MONITORING
    return seat is not None and seat.wrap_up_call is not None


def _logged_in(view: DeskView) -> bool:
    return not view.needs_password and view.state.seat is not None


def _asked_has_answered(view: DeskView) -> bool:
    call = view.state.call
    return call is not None and not any(party.state in NOT_UP for party in call.parties)


def _mode_is_not(mode: ListenMode) -> Callable[[DeskView], bool]:
    return lambda view: view.state.call is not None and view.state.call.listening is not mode


def _supervises(view: DeskView) -> bool:
    return view.state.seat is not None and view.state.seat.role in {Role.SUPERVISOR, Role.MANAGER}


def _hears_busy(view: DeskView) -> bool:
    """The called seat is busy, so the internal call does not ring; a supervisor of that seat may listen there."""
    return view.state.call is not None and view.state.call.busy is not None


def asked_party(call: DeskCall) -> Party | None:
    """The party that this seat consults: the last party of a consulting call, without listeners."""
    others = [party for party in call.parties if party.kind != "listener"]
    return others[-1] if call.state is SeatState.CONSULTING and others else None


def droppable(party: Party) -> bool:
    """Whether this seat may drop the party from a conference."""
    return party.kind not in {"customer", "listener"} and bool(party.leg)


_LINK = Need(Why.LINK_DOWN, lambda view: view.link is LinkState.UP)
_FRESH = Need(Why.RESYNCING, lambda view: not view.stale)
_LOGGED_IN = Need(Why.NOT_LOGGED_IN, _logged_in)
_ASKS = (_LINK, _LOGGED_IN, _FRESH)
_NO_CALL_NOW = Need(Why.IN_CALL, lambda view: not _in_call(view))
_PHONE = Need(Why.PHONE_NOT_READY, lambda view: view.phone is PhoneState.READY)
_REACHES_PHONE = Need(Why.LINK_DOWN, lambda view: view.link is LinkState.UP or not view.desk_phone)
"""The app's own phone hangs up without the switch; a desk phone is hung up by hand, or by the switch."""
_NOTE_SENT = Need(Why.NOTE_UNSENT, _note_is_safe)
_A_CALL = Need(Why.NO_CALL, _in_call)
_CALL_UP = Need(Why.NO_CALL, _call_is(*UP))
_HEARD = Need(Why.NOT_TALKING, lambda view: _call_is(*HEARD)(view) and _asked_has_answered(view))
_NOT_RINGING = Need(Why.RINGS, lambda view: not _call_is(SeatState.RINGING)(view))
_NOT_DIALLING = Need(Why.DIALLING, lambda view: not _call_is(SeatState.DIALLING)(view))
_NOT_CONSULTING = Need(Why.CONSULTING, lambda view: not _call_is(SeatState.CONSULTING)(view))
_NOT_MONITORING = Need(Why.MONITORING, lambda view: not _call_is(SeatState.MONITORING)(view))
_CAN_ASK = (_NOT_RINGING, _NOT_DIALLING, _NOT_CONSULTING, _NOT_MONITORING)
"""Needs of a call to another party: without a call a new call, in a talk or a conference a consult."""
_CONSULTING = Need(Why.NOT_CONSULTING, _call_is(SeatState.CONSULTING))
_ANSWERED = Need(Why.NOT_ANSWERED, _asked_has_answered)
_SUPERVISOR = Need(Why.NOT_ALLOWED, _supervises)
_MONITORING = Need(Why.NOT_MONITORING, _call_is(SeatState.MONITORING))
_CUSTOMER = Need(Why.NO_CUSTOMER, lambda view: view.shown is not None)
_HAS_FAX = Need(Why.NO_FAX, lambda view: view.fax.off != Why.NO_FAX)
_FAX_LISTS = Need(Why.NO_FAX, lambda view: view.fax.known)

NEEDS: dict[Action, tuple[Need, ...]] = {
    Action.LOG_IN: (_LINK, Need(Why.LOGGED_IN, lambda view: view.needs_password), _PHONE),
    Action.LOG_OUT: (*_ASKS, _NO_CALL_NOW, _NOTE_SENT),
    Action.OPEN_SEAT: (*_ASKS, Need(Why.SEAT_OPEN, _may_open), _NOTE_SENT),
    Action.LOCK_SEAT: _ASKS,
    Action.ANSWER: (
        Need(Why.NOT_RINGING, _call_is(SeatState.RINGING)),
        Need(Why.ANSWERS_ITSELF, lambda view: view.state.call is not None and not view.state.call.auto),
        Need(Why.ANSWER_ON_PHONE, lambda view: not view.desk_phone),
        _PHONE,
    ),
    Action.HANG_UP: (_A_CALL, _REACHES_PHONE),
    Action.HOLD: (*_ASKS, Need(Why.NOT_TALKING, _call_is(SeatState.TALKING, SeatState.CONFERENCE))),
    Action.RETRIEVE: (*_ASKS, Need(Why.NOT_HOLDING, _call_is(SeatState.HOLDING))),
    Action.DIAL: (*_ASKS, *_CAN_ASK, _PHONE),
    Action.CALL_SEAT: (*_ASKS, *_CAN_ASK, _PHONE),
    Action.TRANSFER: (*_ASKS, *_CAN_ASK, _A_CALL),
    Action.RETURN: (*_ASKS, Need(Why.NOT_CONSULTING, _call_is(SeatState.CONSULTING, SeatState.DIALLING))),
    Action.SWAP: (*_ASKS, _CONSULTING, _ANSWERED),
    Action.JOIN: (*_ASKS, _CONSULTING, _ANSWERED),
    Action.DROP_PARTY: (
        *_ASKS,
        Need(Why.NOT_IN_CONFERENCE, _call_is(SeatState.CONFERENCE)),
        Need(
            Why.NOBODY_TO_DROP,
            lambda view: view.state.call is not None and any(map(droppable, view.state.call.parties)),
        ),
    ),
    Action.MONITOR: (
        *_ASKS,
        _SUPERVISOR,
        _NOT_MONITORING,
        Need(Why.IN_CALL, lambda view: not _in_call(view) or _hears_busy(view)),
        _PHONE,
    ),
    Action.WHISPER: (*_ASKS, _SUPERVISOR, _MONITORING, Need(Why.THIS_WAY_ALREADY, _mode_is_not(ListenMode.WHISPER))),
    Action.BARGE: (*_ASKS, _SUPERVISOR, _MONITORING, Need(Why.THIS_WAY_ALREADY, _mode_is_not(ListenMode.BARGE))),
    Action.LISTEN: (*_ASKS, _SUPERVISOR, _MONITORING, Need(Why.THIS_WAY_ALREADY, _mode_is_not(ListenMode.MONITOR))),
    Action.INTERCEPT: (*_ASKS, _SUPERVISOR, _MONITORING),
    Action.SEND_FAX: (*_ASKS, _HAS_FAX, Need(Why.FAX_NOT_ALLOWED, lambda view: not view.fax.off)),
    Action.HANDLE_FAX: (*_ASKS, _FAX_LISTS),
    Action.OPEN_FAX: (*_ASKS, _FAX_LISTS),
    Action.SEND_DIGITS: (*_ASKS, _HEARD),
    Action.MUTE: (
        _CALL_UP,
        Need(Why.MUTE_ON_PHONE, lambda view: not view.desk_phone),
        Need(Why.MUTED, lambda view: not view.audio.muted),
    ),
    Action.UNMUTE: (Need(Why.NOT_MUTED, lambda view: view.audio.muted),),
    Action.FINISH_WRAP_UP: (*_ASKS, Need(Why.NO_TALK_TO_WRAP_UP, may_wrap_up)),
    Action.EXTEND_WRAP_UP: (*_ASKS, Need(Why.NOT_IN_WRAP_UP, _seat_is(SeatState.WRAP_UP))),
    Action.SEARCH: _ASKS,
    Action.ASK_ACCOUNT: (*_ASKS, _CUSTOMER),
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
    Action.SUPERVISE: (_LOGGED_IN, _SUPERVISOR),
    Action.FORCE_SEAT: (*_ASKS, _SUPERVISOR),
    Action.TAKE_WAITING: (*_ASKS, _SUPERVISOR),
    Action.SET_SKILLS: (*_ASKS, _SUPERVISOR),
    Action.SEND_MESSAGE: (*_ASKS, _SUPERVISOR),
    Action.ASK_REPORT: (*_ASKS, _SUPERVISOR),
}

MANY_AT_ONCE = frozenset({Action.SEND_DIGITS, Action.SEARCH, Action.OPEN_FAX})
"""Actions that can be repeated while one is pending: keys wait for their turn, a newer search or opened fax replaces the older."""
_ON, _PENDING = Enabled(on=True), Enabled(on=False, why=Why.PENDING)
_OFF = {why: Enabled(on=False, why=why) for why in Why}


def number_of(view: DeskView) -> str:
    """The number for calling back the customer on screen: the number they called from, else the first known; ``""``: none."""
    pop = view.state.pop
    if view.shown_is_pop and pop is not None and pop.number:
        return pop.number
    return view.shown.phones[0] if view.shown is not None and view.shown.phones else ""


def hanging_up(view: DeskView) -> HangingUp:
    """The effect of ``HANG_UP`` now; ``END`` without a call."""
    call = view.state.call
    return call.hanging_up if call is not None else HangingUp.END


def why_not(action: Action, view: DeskView, but: Why | None = None) -> Why | None:
    """The first need that does not hold; ``but``: a need that is passed over."""
    return next((need.why for need in NEEDS[action] if need.why is not but and not need.holds(view)), None)


def enabled(view: DeskView) -> dict[Action, Enabled]:
    """Whether each action can be done now."""
    asked = {pending.action for pending in view.pending} - MANY_AT_ONCE
    result: dict[Action, Enabled] = {}
    for action in Action:
        why = why_not(action, view)
        result[action] = _OFF[why] if why is not None else _PENDING if action in asked else _ON
    return result
