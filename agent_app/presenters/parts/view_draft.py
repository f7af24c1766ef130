"""The view in the making: the parts of the presenter ``put`` what they know, ``settle`` gives the whole to the window once."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from msgspec.structs import replace

from agent_app.model.desk import actions
from agent_app.model.desk.view import Action, DeskProblem, DeskView

P = ParamSpec("P")
R = TypeVar("R")


class ViewDraft:
    def __init__(self, view: DeskView, on_change: Callable[[DeskView], None], wall: Callable[[], float]) -> None:
        self.given = replace(view, enabled=actions.enabled(view))
        """The view that ``on_change`` was given last."""
        self.view = self.given
        """The view that ``settle`` will give next; the presenters read it and ``put`` into it."""
        self._on_change = on_change
        self.wall = wall

    def put(self, **fields: Any) -> None:
        """Replace fields of ``DeskView``."""
        self.view = replace(self.view, **fields)

    def put_audio(self, **fields: Any) -> None:
        self.view = replace(self.view, audio=replace(self.view.audio, **fields))

    def settle(self) -> None:
        """Work out what is enabled; tell the window if anything changed since it was told last."""
        if self.view is self.given:
            return
        enabled = actions.enabled(self.view)
        if enabled != self.view.enabled:
            self.put(enabled=enabled)
        if self.view != self.given:
            self.given = self.view
            self._on_change(self.given)

    def problem(self, action: Action | None, code: str, text: str = "", wait: float = 0.0) -> None:
        """Something went wrong; ``DeskProblem.at`` is UTC by the switch's clock."""
        at = self.wall() + self.view.clock_off
        self.put(problem=DeskProblem(action, str(code), text, wait, at))

    def solved(self, codes: frozenset[str] | None = None) -> None:
        """An action succeeded, or what ``codes`` were about is over."""
        problem = self.view.problem
        if problem is not None and (codes is None or problem.code in codes):
            self.put(problem=None)


class HasViewDraft(Protocol):
    _draft: ViewDraft


S = TypeVar("S", bound=HasViewDraft)


def settled(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method that people or the world call: the view is told once, when all that the call changed is in it."""

    def wrapped(part: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(part, *args, **kwargs)
        finally:
            part._draft.settle()  # noqa: SLF001  # its own

    update_wrapper(wrapped, method)
    return wrapped
