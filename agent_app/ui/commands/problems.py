"""The text of a problem."""

from math import ceil

from agent_app.model.desk.view import DeskProblem
from agent_app.ui.commands.commands import Commands
from agent_app.ui.parts import words


def problem_text(problem: DeskProblem, commands: Commands) -> str:
    """``Hold: The switch did not answer in time.``, and the time to wait."""
    text = words.problem(problem.code)
    title = commands.title(problem.action) if problem.action else ""
    if title:
        text = words.about(title, text)
    if problem.text:
        text = words.beside(text, problem.text)
    return words.say(words.JOINS, "wait").format(text=text, n=ceil(problem.wait)) if problem.wait > 0 else text
