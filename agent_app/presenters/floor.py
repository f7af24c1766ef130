"""The floor's presenter: what is watched follows what is wished for, over every loss of the link."""

from collections.abc import Callable, Mapping

from agent_app.model.floor import FloorMirror, FloorView
from agent_app.model.state import Verdict
from agent_app.model.view import LinkState
from agent_app.presenters.asker import Asker
from agent_app.presenters.board import Board, settled
from agent_app.presenters.ports import Failed
from shared.desk import DeskRefusal, Refused
from shared.floor import ColleagueRow, FloorChanged, FloorSnapshot, TargetRow, Watch, WatchFloor

RETRY_S = 2.0
OnFloor = Callable[[FloorView], None]


class Floor:
    """``desk.floor``. Who wishes to see something says so (``show_colleagues``, ``show_floor``) and says when that is over.

    Colleagues and targets are in ``DeskView`` too, for whoever completes a name; they stay there, maybe old, when nobody watches.
    """

    def __init__(self, board: Board, asker: Asker) -> None:
        self._board, self._asker = board, asker
        self._mirror = FloorMirror()
        self._on_floor: OnFloor = lambda _view: None
        self._colleagues = self._floor = False
        self._watched = Watch.OFF
        """What the switch has been asked for in this session of the link."""
        self._asking = False
        self._again_at: float | None = None
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
        self._follow()

    @settled
    def show_floor(self, on: bool) -> None:
        """The supervisor's desk is open. Includes the colleagues."""
        self._floor = on
        self._follow()

    # --- from outside ---

    def opened(self) -> None:
        """A new session of the link: the switch watches nothing for us yet."""
        self._watched, self._asking, self._again_at = Watch.OFF, False, None
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
        self._follow()

    def tick(self, now: float) -> None:
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
        if self._asking:  # what it will bring is newer than whatever was lost
            return
        self._asking, asked = True, self._watched
        self._asker.ask(
            None, WatchFloor(asked), FloorSnapshot, self._came, failed=lambda why: self._did_not_come(asked, why)
        )

    def _came(self, snapshot: FloorSnapshot) -> None:
        self._asking = False
        if snapshot.what is not self._watched:  # wished for otherwise meanwhile
            self._ask()
            return
        if snapshot.what is Watch.OFF:
            self._put_old()
            return
        self._mirror.take(snapshot)
        self._put()

    def _did_not_come(self, asked: Watch, why: Failed | Refused) -> None:
        self._asking = False
        if isinstance(why, Refused) and why.code is DeskRefusal.NOT_ALLOWED and asked is self._watched:
            self._mirror.forget(why.code)
            self._put()
        elif self._board.draft.link is LinkState.UP:
            self._again_at = self._asker.now() + RETRY_S

    def _put_old(self) -> None:
        if not self._mirror.view.stale:
            self._mirror.old()
            self._put()

    def _put(self) -> None:
        view = self._mirror.view
        if view.colleagues is not self._put_colleagues:
            self._put_colleagues = view.colleagues
            self._board.put(colleagues=tuple(view.colleagues[agent] for agent in sorted(view.colleagues)))
        if view.targets is not self._put_targets:
            self._put_targets = view.targets
            self._board.put(targets=tuple(view.targets.values()))
        self._on_floor(view)
