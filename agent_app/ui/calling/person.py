"""One entry of the agent's own directory: name, number, note."""

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from agent_app.model.phonebook.people import NAME_MAX, NOTE_MAX, Person
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import ParagraphLabel, across, named, rows


class PersonDialog(DeskDialog):
    """Closes when the entry is saved; else shows the problem."""

    def __init__(self, desk: DeskPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._id: int | None = None
        self.labels, self.fields = [QLabel() for _ in range(3)], [QLineEdit() for _ in range(3)]
        self.problem, self.button = ParagraphLabel("danger"), QPushButton()
        self.button.setProperty("kind", "primary")
        self.button.setDefault(True)
        self.button.clicked.connect(lambda _checked=False: self.save())
        for label, field, most in zip(self.labels, self.fields, (NAME_MAX, 32, NOTE_MAX), strict=True):
            label.setBuddy(field)
            field.setMaxLength(most)
        lines = [rows(label, field, gap=4) for label, field in zip(self.labels, self.fields, strict=True)]
        self.setLayout(rows(*lines, self.problem, across(None, self.close_button, self.button), margin=24))
        self.setMinimumWidth(letters(self.font(), 60))
        self.redraw()

    def ask(self, person: Person | None) -> None:
        """Opens the dialog; ``None``: for a new entry."""
        self._id = None if person is None else person.id
        texts = ("", "", "") if person is None else (person.name, person.number, person.note)
        for field, text in zip(self.fields, texts, strict=True):
            field.setText(text)
        self.problem.say("")
        self.retranslate()
        self.go()
        self.fields[0].setFocus()

    def save(self) -> None:
        name, number, note = (field.text() for field in self.fields)
        if self._desk.save_person(self._id, name, number, note):
            self.close()
            return
        problem = self._desk.view.problem
        self.problem.say("" if problem is None else words.problem(problem.code))
        self._desk.dismiss_problem()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Add somebody") if self._id is None else self.tr("Change the entry"))
        texts = (self.tr("&Name"), self.tr("N&umber"), self.tr("N&ote"))
        for text, label, field in zip(texts, self.labels, self.fields, strict=True):
            label.setText(text)
            named(field, text.replace("&", ""))
        self.button.setText(self.tr("&Save"))
        named(self.button, self.tr("Save the entry"))
