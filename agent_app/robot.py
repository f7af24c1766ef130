"""A robot that works as an agent: it calls the same presenter as the window, by a plan. Pure: it depends on the view and the time only.

The robot logs in, opens the seat, answers, writes a note, hangs up (unless the caller does), gives the disposition, and begins again. It does not
hang up while a colleague who consults it is in the call. A seat that the switch has locked (an unanswered call, a lost phone) is opened again; a seat
that a supervisor has locked stays locked. ``stop`` locks the seat, lets the talk in hand end, and logs out.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from agent_app.model.desk.view import Action, DeskView
from agent_app.options import RobotPlan
from agent_app.presenters.desk import DeskPresenter
from shared.enums import SWITCH_LOCKS, LockReason, SeatState
from shared.ids import CallId

AGAIN_S = 1.0
"""Seconds between two tries of the same action."""
TRIES = 3
"""Tries to write the disposition."""
HOPELESS = frozenset({"wrong_password", "desk_taken", "already_logged_in"})


class _Talk:
    """The call in hand. Times are of the robot's clock."""

    def __init__(self, call: CallId, number: str, kind: str, now: float) -> None:
        self.call, self.number, self.kind = call, number, kind
        self.heard_at = now
        self.pop_ms: float | None = None
        self.customer = False
        self.answer_at: float | None = None
        self.up_at: float | None = None
        self.lasts = 0.0
        self.hang_up_at = 0.0
        self.over_at: float | None = None
        self.wrap_at = 0.0
        self.disposition = ""
        self.tries = 0


class Robot:
    """``step`` is called after each change and each tick. ``say`` takes a finished talk as plain values; ``ready`` is called once, with the open seat."""

    def __init__(
        self,
        desk: DeskPresenter,
        plan: RobotPlan,
        agent: str,
        password: str,
        *,
        say: Callable[[dict[str, Any]], None],
        ready: Callable[[], None],
        random: Random,
    ) -> None:
        self.failed = ""
        """The problem's code by which the robot gave up."""
        self.over = False
        self._desk, self._plan, self._agent, self._password = desk, plan, agent, password
        self._say, self._ready, self._random = say, ready, random
        self._talk: _Talk | None = None
        self._stopping = False
        self._was_ready = False
        self._last: dict[Action, float] = {}
        self._pop_at: dict[CallId, float] = {}

    def stop(self) -> None:
        self._stopping = True

    def step(self, now: float) -> None:
        view = self._desk.view
        self._follow(view, now)
        if view.needs_password:
            self._log_in(view, now)
        elif self._talk is not None and self._talk.over_at is None:
            self._in_talk(view, self._talk, now)
        elif self._talk is not None:
            self._wrap_up(view, self._talk, now)
        elif self._stopping:
            self._leave(view, now)
        elif view.enabled[Action.OPEN_SEAT].on and not _locked_by_supervisor(view):
            self._do(Action.OPEN_SEAT, now, self._desk.open_seat)
        elif not self._was_ready and view.state.seat is not None and view.state.seat.state is SeatState.OPEN:
            self._was_ready = True
            self._ready()

    # --- inside ---

    def _do(self, action: Action, now: float, work: Callable[[], None]) -> None:
        """Does the work if the action is enabled and was not tried within ``AGAIN_S``."""
        if self._desk.view.enabled[action].on and now - self._last.get(action, -AGAIN_S) >= AGAIN_S:
            self._last[action] = now
            work()

    def _log_in(self, view: DeskView, now: float) -> None:
        problem = view.problem
        if self._stopping:
            self.over = True
        elif problem is not None and problem.code in HOPELESS:
            self.failed = problem.code
            self.over = True
        else:
            self._do(Action.LOG_IN, now, lambda: self._desk.log_in(self._agent, self._password))

    def _follow(self, view: DeskView, now: float) -> None:
        """Follows the call in hand: its number, its beginning and end, its pop."""
        call, talk, pop = view.state.call, self._talk, view.state.pop
        if pop is not None and pop.call not in self._pop_at:  # the pop may come before its call
            self._pop_at = {pop.call: now}
        if call is not None and (talk is None or talk.call != call.call):
            if talk is not None:
                self._told(talk)
            heard = self._pop_at.get(call.call, now)
            talk = self._talk = _Talk(call.call, call.number, call.kind, heard)
            talk.answer_at = None if call.auto else now + self._plan.answer_after.draw(self._random)
        if talk is None:
            return
        if call is not None and call.answered_at is not None and talk.up_at is None:
            talk.up_at = now
            talk.lasts = self._plan.talk.draw(self._random)
            talk.hang_up_at = now + talk.lasts
        if call is not None and any(party.kind == "seat" for party in call.parties):
            talk.hang_up_at = now + talk.lasts
        if call is None and talk.over_at is None and not view.stale:
            talk.over_at = now
            talk.wrap_at = now + self._plan.wrap.draw(self._random)
        self._look_at_pop(view, talk, now)

    def _look_at_pop(self, view: DeskView, talk: _Talk, now: float) -> None:
        """The pop counts as painted once the store has answered, as in a window; branches' facts come later."""
        pop = view.state.pop
        if pop is not None and pop.call == talk.call:
            talk.customer = pop.customer is not None
            if talk.pop_ms is None and not pop.pending:
                self._desk.pop_painted(pop.call)
                talk.pop_ms = (now - talk.heard_at) * 1000

    def _in_talk(self, view: DeskView, talk: _Talk, now: float) -> None:
        call = view.state.call
        if call is None:
            return
        if call.state is SeatState.RINGING and talk.answer_at is not None and now >= talk.answer_at:
            self._do(Action.ANSWER, now, self._desk.answer)
        elif talk.up_at is not None and now >= talk.hang_up_at:
            self._do(Action.HANG_UP, now, self._desk.hang_up)

    def _wrap_up(self, view: DeskView, talk: _Talk, now: float) -> None:
        seat = view.state.seat
        owed = seat is not None and seat.wrap_up_call == talk.call
        if talk.up_at is None or not owed or talk.tries >= TRIES:
            if not view.pending:  # the last request has been answered
                self._told(talk)
                self._talk = None
        elif now >= talk.wrap_at:
            self._do(Action.FINISH_WRAP_UP, now, lambda: self._write(view, talk))

    def _write(self, view: DeskView, talk: _Talk) -> None:
        known = [choice.id for choice in view.state.dispositions]
        wanted = self._plan.disposition
        chosen = wanted if wanted in known or not known else self._random.choice(known)
        self._desk.set_note(f"robot {self._agent}: talked {self._seconds(talk):.0f} s")
        self._desk.finish_wrap_up(chosen)
        talk.disposition, talk.tries = chosen, talk.tries + 1

    def _told(self, talk: _Talk) -> None:
        if talk.up_at is None:
            return
        self._say(
            {
                "call": talk.call,
                "kind": talk.kind,
                "number": f"…{talk.number[-2:]}",
                "pop_ms": None if talk.pop_ms is None else round(talk.pop_ms, 1),
                "customer": talk.customer,
                "talk_s": round(self._seconds(talk), 1),
                "disposition": talk.disposition,
            }
        )

    @staticmethod
    def _seconds(talk: _Talk) -> float:
        return (talk.over_at or talk.up_at or 0.0) - (talk.up_at or 0.0)

    def _leave(self, view: DeskView, now: float) -> None:
        seat = view.state.seat
        if seat is not None and seat.state is SeatState.OPEN and not view.pending:
            self._do(Action.LOCK_SEAT, now, lambda: self._desk.lock(LockReason.OTHER))
        elif not view.pending:
            self._do(Action.LOG_OUT, now, self._desk.log_out)


def _locked_by_supervisor(view: DeskView) -> bool:
    seat = view.state.seat
    return seat is not None and seat.state is SeatState.LOCKED and seat.reason not in SWITCH_LOCKS
