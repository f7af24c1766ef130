"""The view in the making: the presenters ``put`` fields, and ``settle`` gives the whole view to the window once."""

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
        """Replaces fields of ``DeskView``."""
        self.view = replace(self.view, **fields)

    def put_audio(self, **fields: Any) -> None:
        self.view = replace(self.view, audio=replace(self.view.audio, **fields))

    def settle(self) -> None:
        """Computes the enabled actions, and gives the view to the window if it has changed."""
        if self.view is self.given:
            return
        enabled = actions.enabled(self.view)
        if enabled != self.view.enabled:
            self.put(enabled=enabled)
        if self.view != self.given:
            self.given = self.view
            self._on_change(self.given)

    def problem(self, action: Action | None, code: str, text: str = "", wait: float = 0.0) -> None:
        """Shows a problem; ``DeskProblem.at`` is UTC by the switch's clock."""
        at = self.wall() + self.view.clock_off
        self.put(problem=DeskProblem(action, str(code), text, wait, at))

    def solved(self, codes: frozenset[str] | None = None) -> None:
        """Removes the problem, or only a problem with one of ``codes``."""
        problem = self.view.problem
        if problem is not None and (codes is None or problem.code in codes):
            self.put(problem=None)


class HasViewDraft(Protocol):
    _draft: ViewDraft


S = TypeVar("S", bound=HasViewDraft)


def settled(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Decorates a method that is called from outside: the view is given once, at its end, with all changes."""

    def wrapped(part: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(part, *args, **kwargs)
        finally:
            part._draft.settle()  # noqa: SLF001  # the decorator belongs to the class

    update_wrapper(wrapped, method)
    return wrapped
