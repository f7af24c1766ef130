"""A command followed through the views."""

import pytest

from agent_app.model.desk.view import Action, DeskProblem, DeskView, Pending
from agent_app.ui.commands.sent import CommandEnd, SentCommand

PENDING = DeskView(pending=(Pending(Action.NEW_TICKET, 0.0, 5.0),))
OWN, OTHER = DeskProblem(Action.NEW_TICKET, "timed_out"), DeskProblem(Action.HOLD, "timed_out")


@pytest.mark.parametrize(
    ("view", "problem"), [(DeskView(), None), (DeskView(problem=OWN), OWN), (DeskView(problem=OTHER), None)]
)
def test_a_sent_command_ends_once(view: DeskView, problem: DeskProblem | None) -> None:
    sent = SentCommand(Action.NEW_TICKET)
    assert sent.ended(view) is None
    sent.begin()
    assert sent.ended(PENDING) is None
    assert sent.ended(view) == CommandEnd(problem)
    assert sent.ended(view) is None


def test_a_forgotten_command_does_not_end() -> None:
    sent = SentCommand(Action.NEW_TICKET)
    sent.begin()
    sent.forget()
    assert sent.ended(DeskView()) is None
