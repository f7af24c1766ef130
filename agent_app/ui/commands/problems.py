"""The text of a problem."""

from math import ceil

from agent_app.model.desk.view import DeskProblem
from agent_app.ui.commands.commands import word
from agent_app.ui.commands.table import COMMANDS
from agent_app.ui.parts import words


def problem_text(problem: DeskProblem) -> str:
    """``Hold: The switch did not answer in time.``, and the time to wait."""
    text = words.problem(problem.code)
    title = next(
        (
            face.title
            for command in COMMANDS
            for face in command.faces
            if problem.action and face.action is problem.action
        ),
        "",
    )
    if title:
        text = words.about(word(title), text)
    if problem.text:
        text = words.beside(text, problem.text)
    return words.say(words.JOINS, "wait").format(text=text, n=ceil(problem.wait)) if problem.wait > 0 else text
