"""A command that a panel or a dialog has sent, followed through the views of the desk."""

from msgspec import Struct

from agent_app.model.desk.view import Action, DeskProblem, DeskView


class CommandEnd(Struct, frozen=True):
    """``problem``: why the command was refused or lost; ``None``: the switch has done it."""

    problem: DeskProblem | None


class SentCommand:
    """The life of one command: sent → pending → ended, with or without a problem. Only one is followed at a time."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._sent = False

    def begin(self) -> None:
        """Called before the presenter's method, which may give the next view at once."""
        self._sent = True

    def forget(self) -> None:
        """No command was sent, or its end does not matter any more."""
        self._sent = False

    def ended(self, view: DeskView) -> CommandEnd | None:
        """Returns the end once, with the first view in which the command is no longer pending."""
        if not self._sent or view.is_pending(self._action):
            return None
        self._sent = False
        problem = view.problem
        return CommandEnd(problem if problem is not None and problem.action is self._action else None)
