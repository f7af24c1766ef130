"""The view in the making: the parts of the presenter ``put`` what they know, ``settle`` gives the whole to the window once."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from msgspec.structs import replace

from agent_app.model.desk import actions
from agent_app.model.desk.view import Action, DeskView, Problem

P = ParamSpec("P")
R = TypeVar("R")


class Board:
    def __init__(self, view: DeskView, on_change: Callable[[DeskView], None], wall: Callable[[], float]) -> None:
        self.view = replace(view, enabled=actions.enabled(view))
        self.draft = self.view
        """The view that ``settle`` will give out; parts read and ``put`` it."""
        self._on_change = on_change
        self.wall = wall

    def put(self, **fields: Any) -> None:
        """Replace fields of ``DeskView``."""
        self.draft = replace(self.draft, **fields)

    def put_audio(self, **fields: Any) -> None:
        self.draft = replace(self.draft, audio=replace(self.draft.audio, **fields))

    def settle(self) -> None:
        """Work out what is enabled; tell the window if anything changed since it was told last."""
        if self.draft is self.view:
            return
        enabled = actions.enabled(self.draft)
        if enabled != self.draft.enabled:
            self.put(enabled=enabled)
        if self.draft != self.view:
            self.view = self.draft
            self._on_change(self.view)

    def problem(self, action: Action | None, code: str, text: str = "", wait: float = 0.0) -> None:
        """Something went wrong; ``Problem.at`` is UTC by the switch's clock."""
        at = self.wall() + self.draft.clock_off
        self.put(problem=Problem(action, str(code), text, wait, at))

    def solved(self, codes: frozenset[str] | None = None) -> None:
        """An action succeeded, or what ``codes`` were about is over."""
        problem = self.draft.problem
        if problem is not None and (codes is None or problem.code in codes):
            self.put(problem=None)


class OnBoard(Protocol):
    _board: Board


S = TypeVar("S", bound=OnBoard)


def settled(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method that people or the world call: the view is told once, when all that the call changed is in it."""

    def wrapped(part: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(part, *args, **kwargs)
        finally:
            part._board.settle()  # noqa: SLF001  # its own

    update_wrapper(wrapped, method)
    return wrapped
