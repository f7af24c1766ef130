"""The floor's presenter: what is watched follows what is wished for, over every loss of the link; and a supervisor's acts."""

from collections.abc import Callable, Mapping

from agent_app.model.desk.mirror import Verdict
from agent_app.model.desk.problems import Own
from agent_app.model.desk.view import Action, LinkState
from agent_app.model.floor.mirror import FloorMirror, FloorView
from agent_app.model.floor.supervising import listens_to
from agent_app.presenters.calling.calling import Calling
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import Requests, SentRequest
from agent_app.presenters.parts.view_draft import Board, settled
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
OnFloor = Callable[[FloorView], None]


class FloorDesk:
    """``desk.floor``. Who wishes to see something says so (``show_colleagues``, ``show_floor``) and says when that is over.

    Colleagues and targets are in ``DeskView`` too, for whoever completes a name; they stay there, maybe old, when nobody watches.
    """

    def __init__(self, board: Board, requests: Requests, calling: Calling) -> None:
        self._board, self._requests, self._calling = board, requests, calling
        self._mirror = FloorMirror()
        self._on_floor: OnFloor = lambda _view: None
        self._colleagues = self._floor = False
        self._watched = Watch.OFF
        """What the switch has been asked for in this session of the link."""
        self._asked: SentRequest | None = None
        """For the floor; ``None``: not in this session of the link."""
        self._again_at: float | None = None
        self._intercepting: AgentId | None = None
        """Whose call shall be this seat's once it is listened to."""
        self._put_colleagues: Mapping[str, ColleagueRow] = self._mirror.view.colleagues
        self._put_targets: Mapping[str, TargetRow] = self._mirror.view.targets

    @property
    def view(self) -> FloorView:
        """As last given to whom ``listen`` named."""
        return self._mirror.view

    # --- people ---

    def listen(self, on_floor: OnFloor) -> None:
        """Called with each new view, on the presenter's thread; it must not call the desk."""
        self._on_floor = on_floor

    @settled
    def show_colleagues(self, on: bool) -> None:
        """For a list of whom can be called; the rows stand in the view within milliseconds."""
        self._colleagues = on
        self._put_people()
        self._follow()

    @settled
    def show_floor(self, on: bool) -> None:
        """The supervisor's desk is open. Includes the colleagues."""
        self._floor = on
        self._follow()

    # --- what a supervisor does to a row ---

    @settled
    def listen_to(self, agent: AgentId, mode: ListenMode) -> None:
        """Into that seat's call, or another way of being in it."""
        self._intercepting = None
        if listens_to(self._board.draft, agent):
            self._calling.listen(mode)
        else:
            self._calling.monitor(agent, mode)

    @settled
    def intercept(self, agent: AgentId) -> None:
        """That seat's call becomes this one's; if need be it is listened to first."""
        if listens_to(self._board.draft, agent):
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
        """A waiting caller out of order, to that seat or (``None``) this one."""
        self._requests.command(Action.TAKE_WAITING, TakeWaiting(call, agent))

    @settled
    def set_skills(self, agent: AgentId, skills: dict[str, int]) -> None:
        """What they can do from now on; nothing else."""
        self._requests.command(Action.SET_SKILLS, SetSkills(agent, skills))

    @settled
    def send(self, text: str, agents: tuple[AgentId, ...] = ()) -> None:
        """To the screens of these, or of all that this supervisor has; ``view.reached`` tells whose they were."""
        if not self._requests.may(Action.SEND_MESSAGE):
            return
        if len(text) > TEXT_MAX:
            self._board.problem(Action.SEND_MESSAGE, Own.TOO_LONG)
        elif text.strip():
            self._reached(None)
            request = SendMessage(text.strip(), agents)
            self._requests.send(Action.SEND_MESSAGE, request, MessageSent, lambda sent: self._reached(sent.agents))

    def _reached(self, agents: tuple[AgentId, ...] | None) -> None:
        self._mirror.sent(agents)
        self._put()

    def _follow_call(self) -> None:
        """Listened to at last, or it came to nothing."""
        agent, call = self._intercepting, self._board.draft.state.call
        if agent is None:
            return
        if listens_to(self._board.draft, agent):
            self._intercepting = None
            self._calling.intercept()
        elif not self._requests.is_pending(Action.MONITOR) and (call is None or call.kind is not CallKind.MONITOR):
            self._intercepting = None

    # --- from outside ---

    def opened(self) -> None:
        """A new session of the link: the switch watches nothing for us yet."""
        self._requests.drop_request(self._asked)
        self._watched, self._asked, self._again_at = Watch.OFF, None, None
        self._put_old()

    def told(self, changed: FloorChanged) -> None:
        if self._watched is Watch.OFF:
            return
        verdict = self._mirror.told(changed)
        if verdict is not Verdict.OLD:
            self._put()
        if verdict is Verdict.GAP:
            self.gap()

    def gap(self) -> None:
        """Reports were lost: maybe some of these."""
        if self._watched is not Watch.OFF:
            self._put_old()
            self._ask()

    def follow(self) -> None:
        """Log-in or link may be other than before."""
        if self._board.draft.needs_password:
            self._colleagues = self._floor = False
            self._watched, self._again_at = Watch.OFF, None
            if self._mirror.view != FloorView():
                self._mirror.forget()
                self._put()
        elif self._board.draft.link is not LinkState.UP:
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
    def _wished(self) -> Watch:
        return Watch.FLOOR if self._floor else Watch.COLLEAGUES if self._colleagues else Watch.OFF

    def _follow(self) -> None:
        """Asks for what is wished and not yet asked for."""
        draft = self._board.draft
        can = (
            draft.link is LinkState.UP and not draft.stale and draft.state.seat is not None and not draft.needs_password
        )
        if can and self._wished is not self._watched and self._again_at is None:
            self._watched = self._wished
            self._ask()

    def _ask(self) -> None:
        if self._asked is not None and self._asked.pending:  # its answer is newer than all that was lost
            return
        asked = self._watched
        self._asked = self._requests.send(
            None, WatchFloor(asked), FloorSnapshot, self._came, failed=lambda why: self._did_not_come(asked, why)
        )

    def _came(self, snapshot: FloorSnapshot) -> None:
        if snapshot.what is not self._watched:  # wished for otherwise meanwhile
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
        elif self._board.draft.link is LinkState.UP:
            self._again_at = self._requests.now() + RETRY_S

    def _put_old(self) -> None:
        if not self._mirror.view.stale:
            self._mirror.old()
            self._put()

    def _put(self) -> None:
        self._put_people()
        self._on_floor(self._mirror.view)

    def _put_people(self) -> None:
        """Only where somebody looks: each is a new view for the whole window."""
        view = self._mirror.view
        if not self._colleagues and view.colleagues:
            return
        if view.colleagues is not self._put_colleagues:
            self._put_colleagues = view.colleagues
            self._board.put(colleagues=tuple(view.colleagues[agent] for agent in sorted(view.colleagues)))
        if view.targets is not self._put_targets:
            self._put_targets = view.targets
            self._board.put(targets=tuple(view.targets.values()))
