"""Log-in, the link's ups and downs, and the copy of what the switch knows."""

from collections.abc import Callable

from agent_app.model.desk.actions import Why
from agent_app.model.desk.mirror import Mirror, Verdict
from agent_app.model.desk.view import Action, LinkState
from agent_app.presenters.parts.ports import Failed, Settings
from agent_app.presenters.parts.requests import QUESTION_S, Requests, SentRequest
from agent_app.presenters.parts.view_draft import Board
from shared.desk import (
    ChangePassword,
    DeskRefusal,
    DeskSnapshot,
    Done,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogOut,
    Refused,
    Report,
    Resume,
    StateReport,
)

RETRY_S = 2.0
RECONCILE_S = 60.0
"""So often what is shown is compared with the switch, though nothing seems lost."""
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
LONGEST_NAME = 64
_TRY_AGAIN = frozenset({DeskRefusal.BUSY, DeskRefusal.FAULT, DeskRefusal.TOO_MANY_TRIES})


class Session:
    """``changed`` is called after the copy changed, with whether it was by a snapshot."""

    def __init__(self, board: Board, requests: Requests, settings: Settings, changed: Callable[[bool], None]) -> None:
        self.mirror = Mirror()
        self.repairs = 0
        """Times that a snapshot asked for as a matter of routine differed from the copy."""
        self._board = board
        self._requests = requests
        self._settings = settings
        self._changed = changed
        self._wall = board.wall
        self._session = ""
        self._contact = ""
        self._told_contact = ""
        self._attached = False
        """The switch knows, in this session of the link, who sits here."""
        self._fetch_sent: SentRequest | None = None
        """The last request for what the switch knows."""
        self._again_at: float | None = None
        self._reconcile_at: float | None = None

    # --- people ---

    def log_in(self, agent: str, password: str, take_over: bool) -> None:
        if not self._requests.may(Action.LOG_IN):
            return
        name = agent.strip()
        if not name or not password or len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
            self._board.problem(Action.LOG_IN, DeskRefusal.WRONG_PASSWORD)
            return
        self._told_contact = self._contact
        request = LogIn(name, password, self._contact, take_over)
        self._requests.send(
            Action.LOG_IN, request, LoggedIn, lambda reply: self._logged_in(reply, name), timeout=QUESTION_S
        )

    def log_out(self, but: Why | None = None) -> None:
        """``but``: a need that is seen to."""
        if self._requests.may(Action.LOG_OUT, but):
            self._requests.send(Action.LOG_OUT, LogOut(), Done, lambda _: self._out())

    def change_password(self, old: str, new: str) -> None:
        if not self._requests.may(Action.CHANGE_PASSWORD):
            return
        if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
            self._board.problem(Action.CHANGE_PASSWORD, DeskRefusal.WEAK_PASSWORD)
        elif len(old) > LONGEST_PASSWORD:
            self._board.problem(Action.CHANGE_PASSWORD, DeskRefusal.WRONG_PASSWORD)
        else:
            self._requests.send(Action.CHANGE_PASSWORD, ChangePassword(old, new), Done, timeout=QUESTION_S)

    # --- the link ---

    def link_state(self, state: LinkState, text: str, retry_in: float | None) -> None:
        if state is not LinkState.UP:
            self.mirror.stale = True
            self._again_at = None
        self._board.put(link=state, link_text=text, retry_in=retry_in, stale=self.mirror.stale)

    def opened(self) -> None:
        self.mirror.begin()
        self._requests.drop_request(self._fetch_sent)
        self._attached = False
        self._board.put(link=LinkState.UP, link_text="", retry_in=None, stale=True)
        self._fetch()

    def told(self, report: Report, seq: int) -> Verdict:
        """Takes over what is of the desk's state."""
        verdict = self.mirror.told(report, seq)
        if verdict is Verdict.OLD:
            return verdict
        if isinstance(report, LoggedOut):
            self._out()
            self._board.problem(None, report.code)
        if isinstance(report, StateReport):
            self._show(by_snapshot=False)
        if verdict is Verdict.GAP:
            self.gap()
        return verdict

    def gap(self) -> None:
        """What is shown may be wrong: fetch it, once for all gaps until it comes."""
        self.mirror.stale = True
        self._board.put(stale=True)
        if self._board.draft.link is LinkState.UP and not self._is_fetching() and self._again_at is None:
            self._resync()

    def phone_at(self, contact: str) -> None:
        """The phone takes INVITEs there; the switch is told if it knows another place."""
        self._contact = contact
        if self._session and contact != self._told_contact and self._board.draft.link is LinkState.UP:
            self._resume()

    def tick(self, now: float) -> None:
        if self._board.draft.link is not LinkState.UP:
            self._reconcile_at = None
        elif self._again_at is not None and now >= self._again_at:
            self._again_at = None
            self._fetch()
        elif self._reconcile_at is None:
            self._reconcile_at = now + RECONCILE_S
        elif now >= self._reconcile_at:
            self._reconcile_at = now + RECONCILE_S
            if not self._is_fetching() and self._again_at is None:
                self._resync()

    # --- inside ---

    def _fetch(self) -> None:
        if self._session and not self._attached:
            self._resume()
        else:
            self._resync()

    def _resync(self) -> None:
        self._fetch_sent = self._requests.resync(self._came, self._failed)

    def _is_fetching(self) -> bool:
        return self._fetch_sent is not None and self._fetch_sent.pending

    def _resume(self) -> None:
        self._attached = False
        self._told_contact = self._contact
        request = Resume(self._session, self._contact)
        self._fetch_sent = self._requests.send(
            None, request, LoggedIn, self._resumed, failed=self._not_resumed, timeout=QUESTION_S
        )

    def _came(self, snapshot: DeskSnapshot) -> None:
        if self._session and snapshot.seat is None:  # the switch knows nothing of our log-in: it must say so itself
            self._resume()
            return
        self._take(snapshot)

    def _take(self, snapshot: DeskSnapshot) -> None:
        old = self.mirror.snapshot
        same = (old.seat, old.call, old.pop) == (snapshot.seat, snapshot.call, snapshot.pop)
        self.repairs += not self.mirror.stale and not same
        self.mirror.take(snapshot)
        self._board.put(clock_off=snapshot.at - self._wall())
        self._show(by_snapshot=True)

    def _failed(self, _: Failed | Refused) -> None:
        self._later()

    def _later(self) -> None:
        if self._board.draft.link is LinkState.UP:
            self._again_at = self._requests.now() + RETRY_S

    def _logged_in(self, reply: LoggedIn, agent: str) -> None:
        self._settings.put("agent", agent)
        self._board.put(agent_name=agent)
        self._resumed(reply)

    def _resumed(self, reply: LoggedIn) -> None:
        self._attached = True
        self._session = reply.session
        self._board.put(needs_password=False)
        self._take(reply.snapshot)
        self.phone_at(self._contact)  # it may have moved meanwhile

    def _not_resumed(self, why: Failed | Refused) -> None:
        if isinstance(why, Failed) or why.code in _TRY_AGAIN:
            self._later()
            return
        self._out()
        self._board.problem(Action.LOG_IN, why.code, why.text)
        self._resync()

    def _out(self) -> None:
        """The log-in is over: show the form again."""
        self._session = ""
        self._requests.drop_all()
        self._board.put(needs_password=True)
        self._show(by_snapshot=True)

    def _show(self, *, by_snapshot: bool) -> None:
        if not self._session:  # a log-in whose answer was lost: nothing of it is shown to whoever sits here
            self.mirror.forget()
        self._board.put(state=self.mirror.snapshot, stale=self.mirror.stale)
        self._changed(by_snapshot)
