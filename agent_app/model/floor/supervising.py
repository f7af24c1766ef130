"""A supervisor's actions on a row of the board: two tables, like ``model.desk.actions``, of the needs of each action.

The needs of the desk (``actions.NEEDS`` of the row action's ``Action``) come before those of the row. ``docs/desk.md`` has both, made from these tables.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from agent_app.model.desk import actions
from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, DeskView, Enabled
from shared.enums import ListenMode, SeatState
from shared.floor import SeatRow, WaitingRow

HEARD = frozenset({SeatState.TALKING, SeatState.HOLDING, SeatState.CONSULTING, SeatState.CONFERENCE})
"""States in which the seat's call can be listened to."""
MAY_TAKE = frozenset({SeatState.OPEN, SeatState.LOCKED})


class SeatAct(StrEnum):
    MONITOR = "monitor"
    WHISPER = "whisper"
    BARGE = "barge"
    INTERCEPT = "intercept"
    OPEN = "open"
    LOCK = "lock"
    LOG_OUT = "log_out"
    MESSAGE = "message"
    SKILLS = "skills"


class WaitingAct(StrEnum):
    TAKE = "take"
    """Gives the caller to the supervisor's own seat."""
    GIVE = "give"
    """Gives the caller to an open seat."""


MODES = {SeatAct.MONITOR: ListenMode.MONITOR, SeatAct.WHISPER: ListenMode.WHISPER, SeatAct.BARGE: ListenMode.BARGE}
_WAYS = {SeatAct.MONITOR: Action.LISTEN, SeatAct.WHISPER: Action.WHISPER, SeatAct.BARGE: Action.BARGE}


class RowNeed(Struct, frozen=True):
    why: Why
    holds: Callable[[DeskView, SeatRow], bool]


_OTHER = RowNeed(Why.OWN_SEAT, lambda view, row: view.state.seat is not None and row.agent != view.state.seat.agent)
_THERE = RowNeed(Why.SEAT_OFFLINE, lambda _view, row: row.state is not SeatState.OFFLINE)
_TALKS = RowNeed(Why.NOTHING_TO_HEAR, lambda _view, row: row.call is not None and row.state in HEARD)
_NOT_OPEN = RowNeed(Why.SEAT_OPEN, lambda _view, row: row.state is not SeatState.OPEN)

SEAT_NEEDS: dict[SeatAct, tuple[Action, tuple[RowNeed, ...]]] = {
    SeatAct.MONITOR: (Action.MONITOR, (_OTHER, _TALKS)),
    SeatAct.WHISPER: (Action.MONITOR, (_OTHER, _TALKS)),
    SeatAct.BARGE: (Action.MONITOR, (_OTHER, _TALKS)),
    SeatAct.INTERCEPT: (Action.MONITOR, (_OTHER, _TALKS)),
    SeatAct.OPEN: (Action.FORCE_SEAT, (_THERE, _NOT_OPEN)),
    SeatAct.LOCK: (Action.FORCE_SEAT, (_THERE,)),
    SeatAct.LOG_OUT: (Action.FORCE_SEAT, (_OTHER, _THERE)),
    SeatAct.MESSAGE: (Action.SEND_MESSAGE, (_OTHER, _THERE)),
    SeatAct.SKILLS: (Action.SET_SKILLS, ()),
}
"""While this desk listens to the seat's call, the needs of the first four are those of ``listen``, ``whisper``, ``barge`` and ``intercept`` in ``actions``."""

WAITING_NEEDS: dict[WaitingAct, tuple[Why, Callable[[DeskView, int], bool]]] = {
    WaitingAct.TAKE: (
        Why.SEAT_BUSY,
        lambda view, _open: view.state.seat is not None and view.state.seat.state in MAY_TAKE,
    ),
    WaitingAct.GIVE: (Why.NO_OPEN_SEAT, lambda _view, open_seats: open_seats > 0),
}
"""Needs by the desk's view and the number of open seats."""


def listens_to(view: DeskView, agent: str) -> bool:
    """Whether this desk listens to that seat's call."""
    call = view.state.call
    return call is not None and call.state is SeatState.MONITORING and call.target == agent


def seat_why_not(act: SeatAct, view: DeskView, row: SeatRow | None) -> Why | None:
    """The first need that does not hold, the desk's before the row's."""
    action, needs = SEAT_NEEDS[act]
    if row is not None and action is Action.MONITOR and listens_to(view, row.agent):
        return actions.why_not(_WAYS.get(act, Action.INTERCEPT), view)
    why = actions.why_not(action, view)
    if why is not None or row is None:
        return why or Why.NO_ROW
    return next((need.why for need in needs if not need.holds(view, row)), None)


def seat_enabled(act: SeatAct, view: DeskView, row: SeatRow | None) -> Enabled:
    why = seat_why_not(act, view, row)
    return Enabled(on=why is None, why=why or "")


def waiting_enabled(act: WaitingAct, view: DeskView, row: WaitingRow | None, open_seats: int) -> Enabled:
    """``open_seats``: the number of seats to which the caller could be given."""
    why: Why | None = actions.why_not(Action.TAKE_WAITING, view)
    if why is None and (row is None or row.consult):
        why = Why.NO_ROW if row is None else Why.ASKED_FOR
    if why is None:
        need, holds = WAITING_NEEDS[act]
        why = None if holds(view, open_seats) else need
    return Enabled(on=why is None, why=why or "")
