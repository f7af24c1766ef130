"""The floor's presenter: watches as much of the floor as the open windows need, over every loss of the link; and a supervisor's actions."""

from collections.abc import Callable, Mapping

from agent_app.model.desk.mirror import ReportVerdict
from agent_app.model.desk.problems import LocalProblem
from agent_app.model.desk.view import Action, LinkState
from agent_app.model.floor.mirror import FloorDeskView, FloorMirror
from agent_app.model.floor.supervising import listens_to
from agent_app.presenters.calling.calling import CallingPresenter
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import Requests, SentRequest
from agent_app.presenters.parts.view_draft import ViewDraft, settled
from shared.desk import TEXT_MAX, DeskRefusal, ForceSeat, Refused, TakeWaiting
from shared.enums import CallKind, ListenMode, LockReason
from shared.floor import (
    ColleagueRow,
    FloorChanged,
    FloorSnapshot,
    MessageSent,
    SendMessage,
    SetSkills,
    TargetRow,
    Watch,
    WatchFloor,
)
from shared.ids import AgentId, CallId

RETRY_S = 2.0
OnFloor = Callable[[FloorDeskView], None]


class FloorPresenter:
    """``desk.floor``. A window that shows the floor calls ``show_colleagues`` or ``show_floor`` when it opens and when it closes.

    Colleagues and targets are in ``DeskView`` too, for the completion of names; without a watch the last known rows stay there.
    """

    def __init__(self, draft: ViewDraft, requests: Requests, calling: CallingPresenter) -> None:
        self._draft, self._requests, self._calling = draft, requests, calling
        self._mirror = FloorMirror()
        self._on_floor: OnFloor = lambda _view: None
        self._colleagues = self._floor = False
        self._watched = Watch.OFF
        """The watch that was last requested in this session of the link."""
        self._asked: SentRequest | None = None
        """The last request for a watch; ``None``: none in this session of the link."""
        self._again_at: float | None = None
        self._intercepting: AgentId | None = None
        """The agent whose call is to be intercepted as soon as this seat listens to it."""
        self._put_colleagues: Mapping[str, ColleagueRow] = self._mirror.view.colleagues
        self._put_targets: Mapping[str, TargetRow] = self._mirror.view.targets

    @property
    def view(self) -> FloorDeskView:
        """The view that the callback of ``listen`` was given last."""
        return self._mirror.view

    # --- called by the window ---

    def listen(self, on_floor: OnFloor) -> None:
        """``on_floor`` is called with each new view, on the presenter's thread; it must not call the desk."""
        self._on_floor = on_floor

    @settled
    def show_colleagues(self, on: bool) -> None:
        """A list of colleagues is shown; the rows are in the view within milliseconds."""
        self._colleagues = on
        self._put_people()
        self._follow()

    @settled
    def show_floor(self, on: bool) -> None:
        """The supervisor's desk is open. This watch includes the colleagues."""
        self._floor = on
        self._follow()

    # --- a supervisor's actions on a row ---

    @settled
    def listen_to(self, agent: AgentId, mode: ListenMode) -> None:
        """Listens to that seat's call, or changes the mode if this seat listens already."""
        self._intercepting = None
        if listens_to(self._draft.view, agent):
            self._calling.listen(mode)
        else:
            self._calling.monitor(agent, mode)

    @settled
    def intercept(self, agent: AgentId) -> None:
        """Takes over that seat's call; if this seat does not listen to the call yet, it listens first."""
        if listens_to(self._draft.view, agent):
            self._calling.intercept()
        else:
            self._calling.monitor(agent, ListenMode.MONITOR)
            self._intercepting = agent if self._requests.is_pending(Action.MONITOR) else None

    @settled
    def force(self, agent: AgentId, act: str, reason: LockReason = LockReason.OTHER) -> None:
        """``act``: ``open``, ``lock`` or ``log_out``."""
        self._requests.command(Action.FORCE_SEAT, ForceSeat(agent, act, reason))

    @settled
    def take(self, call: CallId, agent: AgentId | None = None) -> None:
        """Gives a waiting caller, out of order, to that seat or (``None``) to this one."""
        self._requests.command(Action.TAKE_WAITING, TakeWaiting(call, agent))

    @settled
    def set_skills(self, agent: AgentId, skills: dict[str, int]) -> None:
        """Replaces all skills of the agent."""
        self._requests.command(Action.SET_SKILLS, SetSkills(agent, skills))

    @settled
    def send(self, text: str, agents: tuple[AgentId, ...] = ()) -> None:
        """Sends the text to the screens of these agents, or of all agents of this supervisor; ``view.reached`` has those that were reached."""
        if not self._requests.may(Action.SEND_MESSAGE):
            return
        if len(text) > TEXT_MAX:
            self._draft.problem(Action.SEND_MESSAGE, LocalProblem.TOO_LONG)
        elif text.strip():
            self._reached(None)
            request = SendMessage(text.strip(), agents)
            self._requests.send(Action.SEND_MESSAGE, request, MessageSent, lambda sent: self._reached(sent.agents))

    def _reached(self, agents: tuple[AgentId, ...] | None) -> None:
        self._mirror.sent(agents)
        self._put()

    def _follow_call(self) -> None:
        """Continues an interception when this seat listens, or gives it up when the listening has failed."""
        agent, call = self._intercepting, self._draft.view.state.call
        if agent is None:
            return
        if listens_to(self._draft.view, agent):
            self._intercepting = None
            self._calling.intercept()
        elif not self._requests.is_pending(Action.MONITOR) and (call is None or call.kind is not CallKind.MONITOR):
            self._intercepting = None

    # --- events ---

    def opened(self) -> None:
        """A new session of the link, in which no watch is set yet."""
        self._requests.drop_request(self._asked)
        self._watched, self._asked, self._again_at = Watch.OFF, None, None
        self._put_old()

    def told(self, changed: FloorChanged) -> None:
        if self._watched is Watch.OFF:
            return
        verdict = self._mirror.told(changed)
        if verdict is not ReportVerdict.OLD:
            self._put()
        if verdict is ReportVerdict.GAP:
            self.gap()

    def gap(self) -> None:
        """Reports were lost, and changes of the floor may be among them."""
        if self._watched is not Watch.OFF:
            self._put_old()
            self._ask()

    def follow(self) -> None:
        """Log-in or link may have changed."""
        if self._draft.view.needs_password:
            self._colleagues = self._floor = False
            self._watched, self._again_at = Watch.OFF, None
            if self._mirror.view != FloorDeskView():
                self._mirror.forget()
                self._put()
        elif self._draft.view.link is not LinkState.UP:
            self._put_old()
        self._follow_call()
        self._follow()

    def tick(self, now: float) -> None:
        self._follow_call()
        if self._again_at is not None and now >= self._again_at:
            self._again_at = None
            self._watched = Watch.OFF
            self._follow()

    # --- inside ---

    @property
    def _needed_watch(self) -> Watch:
        return Watch.FLOOR if self._floor else Watch.COLLEAGUES if self._colleagues else Watch.OFF

    def _follow(self) -> None:
        """Requests the watch that is needed, if it was not requested yet."""
        draft = self._draft.view
        can = (
            draft.link is LinkState.UP and not draft.stale and draft.state.seat is not None and not draft.needs_password
        )
        if can and self._needed_watch is not self._watched and self._again_at is None:
            self._watched = self._needed_watch
            self._ask()

    def _ask(self) -> None:
        if self._asked is not None and self._asked.pending:  # its answer is newer than all lost reports
            return
        asked = self._watched
        self._asked = self._requests.send(
            None, WatchFloor(asked), FloorSnapshot, self._came, failed=lambda why: self._did_not_come(asked, why)
        )

    def _came(self, snapshot: FloorSnapshot) -> None:
        if snapshot.what is not self._watched:  # another watch is needed by now
            self._ask()
            return
        if snapshot.what is Watch.OFF:
            self._put_old()
            return
        self._mirror.take(snapshot)
        self._put()

    def _did_not_come(self, asked: Watch, why: Failed | Refused) -> None:
        if isinstance(why, Refused) and why.code is DeskRefusal.NOT_ALLOWED and asked is self._watched:
            self._mirror.forget(why.code)
            self._put()
        elif self._draft.view.link is LinkState.UP:
            self._again_at = self._requests.now() + RETRY_S

    def _put_old(self) -> None:
        if not self._mirror.view.stale:
            self._mirror.old()
            self._put()

    def _put(self) -> None:
        self._put_people()
        self._on_floor(self._mirror.view)

    def _put_people(self) -> None:
        """Only while colleagues are shown, since each change is a new view for the whole window."""
        view = self._mirror.view
        if not self._colleagues and view.colleagues:
            return
        if view.colleagues is not self._put_colleagues:
            self._put_colleagues = view.colleagues
            self._draft.put(colleagues=tuple(view.colleagues[agent] for agent in sorted(view.colleagues)))
        if view.targets is not self._put_targets:
            self._put_targets = view.targets
            self._draft.put(targets=tuple(view.targets.values()))
