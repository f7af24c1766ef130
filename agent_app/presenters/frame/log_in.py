"""Log-in, the link's state, and the copy of the switch's state of this desk."""

from collections.abc import Callable

from agent_app.model.desk.actions import Why
from agent_app.model.desk.mirror import Mirror, ReportVerdict
from agent_app.model.desk.view import Action, LinkState
from agent_app.presenters.parts.ports import Failed, SettingsPort
from agent_app.presenters.parts.requests import QUESTION_S, Requests, SentRequest
from agent_app.presenters.parts.view_draft import ViewDraft
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
"""Interval at which the copy is compared with the switch, without any sign of a loss."""
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
LONGEST_NAME = 64
_TRY_AGAIN = frozenset({DeskRefusal.BUSY, DeskRefusal.FAULT, DeskRefusal.TOO_MANY_TRIES})


class LogInPresenter:
    """``changed`` is called after each change of the copy, with whether a snapshot has changed it."""

    def __init__(
        self, draft: ViewDraft, requests: Requests, settings: SettingsPort, changed: Callable[[bool], None]
    ) -> None:
        self.mirror = Mirror()
        self.repairs = 0
        """Count of routine snapshots that differed from the copy."""
        self._draft = draft
        self._requests = requests
        self._settings = settings
        self._changed = changed
        self._wall = draft.wall
        self._session = ""
        self._contact = ""
        self._told_contact = ""
        self._attached = False
        """The log-in was made or resumed in this session of the link."""
        self._fetch_sent: SentRequest | None = None
        """The last request for a snapshot or a resumed log-in."""
        self._again_at: float | None = None
        self._reconcile_at: float | None = None

    # --- the agent's actions ---

    def log_in(self, agent: str, password: str, take_over: bool) -> None:
        if not self._requests.may(Action.LOG_IN):
            return
        name = agent.strip()
        if not name or not password or len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
            self._draft.problem(Action.LOG_IN, DeskRefusal.WRONG_PASSWORD)
            return
        self._told_contact = self._contact
        request = LogIn(name, password, self._contact, take_over)
        self._requests.send(
            Action.LOG_IN, request, LoggedIn, lambda reply: self._logged_in(reply, name), timeout=QUESTION_S
        )

    def log_out(self, but: Why | None = None) -> None:
        """``but``: a need that is passed over."""
        if self._requests.may(Action.LOG_OUT, but):
            self._requests.send(Action.LOG_OUT, LogOut(), Done, lambda _: self._out())

    def change_password(self, old: str, new: str) -> None:
        if not self._requests.may(Action.CHANGE_PASSWORD):
            return
        if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
            self._draft.problem(Action.CHANGE_PASSWORD, DeskRefusal.WEAK_PASSWORD)
        elif len(old) > LONGEST_PASSWORD:
            self._draft.problem(Action.CHANGE_PASSWORD, DeskRefusal.WRONG_PASSWORD)
        else:
            self._requests.send(Action.CHANGE_PASSWORD, ChangePassword(old, new), Done, timeout=QUESTION_S)

    # --- the link ---

    def link_state(self, state: LinkState, text: str, retry_in: float | None) -> None:
        if state is not LinkState.UP:
            self.mirror.stale = True
            self._again_at = None
        self._draft.put(link=state, link_text=text, retry_in=retry_in, stale=self.mirror.stale)

    def opened(self) -> None:
        self.mirror.begin()
        self._requests.drop_request(self._fetch_sent)
        self._attached = False
        self._draft.put(link=LinkState.UP, link_text="", retry_in=None, stale=True)
        self._fetch()

    def told(self, report: Report, seq: int) -> ReportVerdict:
        """Applies a report on the desk's state to the copy."""
        verdict = self.mirror.told(report, seq)
        if verdict is ReportVerdict.OLD:
            return verdict
        if isinstance(report, LoggedOut):
            self._out()
            self._draft.problem(None, report.code)
        if isinstance(report, StateReport):
            self._show(by_snapshot=False)
        if verdict is ReportVerdict.GAP:
            self.gap()
        return verdict

    def gap(self) -> None:
        """The view may be wrong: fetches one snapshot for all gaps until it comes."""
        self.mirror.stale = True
        self._draft.put(stale=True)
        if self._draft.view.link is LinkState.UP and not self._is_fetching() and self._again_at is None:
            self._resync()

    def phone_at(self, contact: str) -> None:
        """The phone takes INVITEs at ``contact``; the switch is told if it has another address."""
        self._contact = contact
        if self._session and contact != self._told_contact and self._draft.view.link is LinkState.UP:
            self._resume()

    def tick(self, now: float) -> None:
        if self._draft.view.link is not LinkState.UP:
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
        if (
            self._session and snapshot.seat is None
        ):  # the switch does not have this log-in: ``Resume`` brings its reason
            self._resume()
            return
        self._take(snapshot)

    def _take(self, snapshot: DeskSnapshot) -> None:
        old = self.mirror.snapshot
        same = (old.seat, old.call, old.pop) == (snapshot.seat, snapshot.call, snapshot.pop)
        self.repairs += not self.mirror.stale and not same
        self.mirror.take(snapshot)
        self._draft.put(clock_off=snapshot.at - self._wall())
        self._show(by_snapshot=True)

    def _failed(self, _: Failed | Refused) -> None:
        self._later()

    def _later(self) -> None:
        if self._draft.view.link is LinkState.UP:
            self._again_at = self._requests.now() + RETRY_S

    def _logged_in(self, reply: LoggedIn, agent: str) -> None:
        self._settings.put("agent", agent)
        self._draft.put(agent_name=agent)
        self._resumed(reply)

    def _resumed(self, reply: LoggedIn) -> None:
        self._attached = True
        self._session = reply.session
        self._draft.put(needs_password=False)
        self._take(reply.snapshot)
        self.phone_at(self._contact)  # the phone may have moved since the request

    def _not_resumed(self, why: Failed | Refused) -> None:
        if isinstance(why, Failed) or why.code in _TRY_AGAIN:
            self._later()
            return
        self._out()
        self._draft.problem(Action.LOG_IN, why.code, why.text)
        self._resync()

    def _out(self) -> None:
        """The log-in is over: the form is shown again."""
        self._session = ""
        self._requests.drop_all()
        self._draft.put(needs_password=True)
        self._show(by_snapshot=True)

    def _show(self, *, by_snapshot: bool) -> None:
        if not self._session:  # a log-in whose answer was lost: its data is not shown
            self.mirror.forget()
        self._draft.put(state=self.mirror.snapshot, stale=self.mirror.stale)
        self._changed(by_snapshot)
