"""Dialogs of the supervisor's desk: a message, and an agent's skills."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QWidget,
)

from agent_app.model.desk.view import Action, DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF, key_text
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.commands.sent import SentCommand
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.fmt import one_line, tip
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, ParagraphLabel, across, named, rows
from shared.desk import TEXT_MAX
from shared.floor import MOST_SKILLS, SeatRow
from shared.ids import AgentId

LONGEST_SKILL = 64
TOP_LEVEL = 99


class AskingDialog(DeskDialog):
    """Sends one command, and closes when that is done; a problem is shown in the dialog."""

    action: Action

    def __init__(self, desk: DeskPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._sent = SentCommand(self.action)
        self.problem, self.button = ParagraphLabel("danger"), QPushButton()
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(lambda _checked=False: self.send())

    def send(self) -> None:
        self._sent.begin()
        self.problem.say("")
        self.ask()

    def ask(self) -> None: ...

    def begin(self) -> None:
        self._sent.forget()
        self.problem.say("")
        self.redraw()
        self.go()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:  # noqa: ARG002  as the base has it
        state = view.enabled.get(self.action, OFF)
        self.button.setEnabled(state.on)
        self.button.setToolTip(tip(self.button.accessibleName() if state.on else words.say(words.WHYS, state.why)))
        ended = self._sent.ended(view)
        if ended is not None and ended.problem is not None:
            self.problem.say(problem_text(ended.problem))
        elif ended is not None:
            QTimer.singleShot(0, self, self.close)


class MessageDialog(AskingDialog):
    """A message to one agent, or to all agents (``to(None)``)."""

    action = Action.SEND_MESSAGE

    def __init__(self, desk: DeskPresenter, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self._to: SeatRow | None = None
        self.whom, self.text = OneLineLabel("value", wide=60), QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.button.click)
        self.setLayout(
            rows(self.whom, self.text, self.problem, across(None, self.close_button, self.button), margin=16)
        )
        self.setMinimumSize(letters(self.font(), 76), self.fontMetrics().height() * 14)
        self.redraw()

    def to(self, row: SeatRow | None) -> None:
        self._to = row
        self.text.clear()
        self.begin()
        self.text.setFocus()

    def ask(self) -> None:
        text = self.text.toPlainText()[:TEXT_MAX]
        if not text.strip():
            self._sent.forget()
            return
        self._desk.floor.send(text, (self._to.agent,) if self._to is not None else ())

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Message"))
        to = self._to
        whom = f"{to.agent} {to.name}" if to is not None else self.tr("all who are logged in")
        self.whom.say(self.tr("To: {whom}").format(whom=whom))
        named(self.text, self.tr("Message"), self.tr("Shown on their screens until they have read it"))
        self.button.setText(self.tr("&Send") + f" ({key_text('Ctrl+Return')})")
        named(self.button, self.tr("Send the message"))


class SkillsDialog(AskingDialog):
    """All skills of all agents, with the level of this agent's skills, and a field for a new skill."""

    action = Action.SET_SKILLS

    def __init__(self, desk: DeskPresenter, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self._row: SeatRow | None = None
        self._lines: dict[str, tuple[QCheckBox, QSpinBox]] = {}
        self.whose, self.new, self.add = OneLineLabel("value", wide=60), QLineEdit(), QPushButton()
        self.new.setMaxLength(LONGEST_SKILL)
        self.new.returnPressed.connect(self._add)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda _checked=False: self._add())
        self.list = QScrollArea()
        self.list.setWidgetResizable(True)
        self._fill({})
        whole = rows(
            self.whose, self.list, across(self.new, self.add), self.problem, across(None, self.close_button, self.button), margin=16
        )  # fmt: skip
        self.setLayout(whole)
        self.setMinimumSize(letters(self.font(), 68), self.fontMetrics().height() * 22)
        self.redraw()

    def of(self, row: SeatRow, known: Iterable[str]) -> None:
        """Opens the dialog. ``known``: the skills of all agents."""
        self._row = row
        self.new.clear()
        self._fill({**dict.fromkeys(sorted(known), 0), **{str(skill): level for skill, level in row.skills.items()}})
        self.begin()

    def chosen(self) -> dict[str, int]:
        return {skill: level.value() for skill, (on, level) in self._lines.items() if on.isChecked()}

    def ask(self) -> None:
        if self._row is not None:
            self._desk.floor.set_skills(AgentId(self._row.agent), self.chosen())

    def _add(self) -> None:
        skill = one_line(self.new.text())
        if skill and skill not in self._lines and len(self._lines) < MOST_SKILLS:
            levels = {name: level.value() if on.isChecked() else 0 for name, (on, level) in self._lines.items()}
            self._fill({**levels, skill: 1})
        self.new.clear()

    def _fill(self, levels: Mapping[str, int]) -> None:
        """Level 0: the agent does not have the skill."""
        self._lines.clear()
        inside, grid = QWidget(), QGridLayout()
        for at, (skill, level) in enumerate(levels.items()):
            on, spin = QCheckBox(skill.replace("&", "&&")), QSpinBox()
            spin.setRange(1, TOP_LEVEL)
            spin.setValue(max(level, 1))
            spin.setEnabled(level > 0)
            spin.setAccessibleName(words.about(self.tr("Level"), skill))
            on.setChecked(level > 0)
            on.toggled.connect(spin.setEnabled)
            grid.addWidget(on, at, 0)
            grid.addWidget(QLabel(self.tr("Level")), at, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(spin, at, 2)
            self._lines[skill] = on, spin
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(levels), 1)
        inside.setLayout(grid)
        self.list.setWidget(inside)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Skills"))
        row = self._row
        self.whose.say(f"{row.agent} {row.name}" if row is not None else "")
        named(self.list, self.tr("Skills and levels"))
        self.new.setPlaceholderText(self.tr("Another skill"))
        named(self.new, self.tr("Another skill"), key="Enter")
        self.add.setText(self.tr("&Add"))
        named(self.add, self.tr("Add the skill"))
        self.button.setText(self.tr("&Save"))
        named(self.button, self.tr("Save the skills"), self.tr("The agent is told"))
