"""Dialogs, none of them modal: shortcuts (F1), password, about and diagnostics."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QEvent, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QProgressBar, QPushButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF, key_text, word
from agent_app.ui.commands.hotkeys import HOTKEYS
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.commands.sent import SentCommand
from agent_app.ui.commands.table import APP, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.icons import app_icon
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, ParagraphLabel, across, named, rows

NEW_PASSWORD_MIN = 8


class HelpDialog(DeskDialog):
    """F1: the commands of the window."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._commands = host.commands.table
        columns = [
            TableColumn[WindowCommand[Any]](
                QT_TRANSLATE_NOOP("tables", "Key"), lambda row: key_text(row.keys), 16, bold=True
            ),
            TableColumn[WindowCommand[Any]](
                QT_TRANSLATE_NOOP("tables", "What it does"),
                lambda row: " / ".join(word(face.title) for face in row.faces),
                0,
            ),
            TableColumn[WindowCommand[Any]](QT_TRANSLATE_NOOP("tables", "Where"), lambda row: word(row.group), 18),
        ]
        self.table: DataTable[WindowCommand[Any]] = DataTable(columns, lambda row: row.id, lines=16)
        self.table.show_rows(self._commands)
        self.hint, self.anywhere = ParagraphLabel("muted"), ParagraphLabel("muted")
        self._hotkeys: frozenset[str] = frozenset()
        self.setLayout(rows(self.table, self.hint, self.anywhere, across(None, self.close_button), margin=16))
        self.resize(letters(self.font(), 112), self.table.sizeHint().height() + 140)
        self.redraw()

    def show_hotkeys(self, commands: frozenset[str]) -> None:
        """``commands``: those of ``hotkeys.HOTKEYS`` whose keys this program has grabbed."""
        self._hotkeys = commands
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        named(self.table, self.tr("Keyboard shortcuts"))
        keys = [
            f"{key_text(f'Ctrl+Alt+{HOTKEYS[command.id]}')} {' / '.join(word(face.title) for face in command.faces[:2])}"
            for command in self._commands
            if command.id in self._hotkeys
        ]
        self.anywhere.say(self.tr("From any program: {keys}").format(keys=words.listed(keys)) if keys else "")
        self.anywhere.setVisible(bool(keys))
        self.hint.say(
            self.tr(
                "Tab goes on, Shift+Tab back, arrows move in tables and tabs, Enter chooses. "
                "In the keypad (F11) the digits, * and # go to the other side."
            )
        )


class PasswordDialog(DeskDialog):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._desk, self._commands = host.desk, host.commands
        host.logged_out.connect(self.close)
        self._sent = SentCommand(Action.CHANGE_PASSWORD)
        self.labels, self.fields = [QLabel() for _ in range(3)], [QLineEdit() for _ in range(3)]
        self.problem, self.button = ParagraphLabel("danger"), QPushButton()
        self.button.setProperty("kind", "primary")
        self.button.setDefault(True)
        self.button.clicked.connect(lambda _checked=False: self.change())
        for label, field in zip(self.labels, self.fields, strict=True):
            label.setBuddy(field)
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setMaxLength(256)
        lines = [rows(label, field, gap=4) for label, field in zip(self.labels, self.fields, strict=True)]
        self.problem.setMinimumHeight(self.fontMetrics().height() * 2)
        self.setLayout(rows(*lines, self.problem, across(None, self.close_button, self.button), margin=24))
        self.setMinimumWidth(letters(self.font(), 64))
        self.redraw()

    def go(self) -> None:
        for field in self.fields:
            field.clear()
        self.problem.say("")
        self._sent.forget()
        super().go()
        self.fields[0].setFocus()

    def change(self) -> None:
        old, new, again = (field.text() for field in self.fields)
        if len(new) < NEW_PASSWORD_MIN:
            self.problem.say(words.problem("weak_password"))
        elif new != again:
            self.problem.say(self.tr("The two new passwords differ."))
        else:
            self._sent.begin()
            self._desk.change_password(old, new)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:  # noqa: ARG002  as the base has it
        self.button.setEnabled(view.enabled.get(Action.CHANGE_PASSWORD, OFF).on)
        ended = self._sent.ended(view)
        if ended is not None and ended.problem is not None:
            self.problem.say(problem_text(ended.problem, self._commands))
        elif ended is not None:
            self.close()

    def closeEvent(self, event: QEvent) -> None:  # noqa: N802
        for field in self.fields:
            field.clear()
        super().closeEvent(event)  # type: ignore[arg-type]

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Change the password"))
        texts = (
            self.tr("&Old password"),
            self.tr("&New password, 8 characters or more"),
            self.tr("New password, &again"),
        )
        for text, label, field in zip(texts, self.labels, self.fields, strict=True):
            label.setText(text)
            named(field, text.replace("&", ""))
        self.button.setText(self.tr("Change &it"))
        named(self.button, self.tr("Change the password"))


class AboutDialog(DeskDialog):
    """Versions, and a zip for the people who look after the desks, without customers' data."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._desk = host.desk
        self.logo, self.title, self.text = QLabel(), OneLineLabel(scale=1.5, bold=True), ParagraphLabel("muted")
        self.hint, self.path = ParagraphLabel(), QLineEdit()
        self.path.setReadOnly(True)
        self.path.hide()
        self.pack_button, self.progress = QPushButton(), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.pack_button.clicked.connect(lambda _checked=False: self._pack_or_cancel())
        self.logo.setPixmap(app_icon().pixmap(48, 48))
        head = across(self.logo, rows(self.title, self.text, gap=4), gap=16)
        head.setStretch(1, 1)
        foot = across(self.pack_button, None, self.close_button)
        self._lines = rows(head, self.hint, self.progress, self.path, foot, margin=24, gap=12)
        self.setLayout(self._lines)
        self.setMinimumWidth(letters(self.font(), 88))
        self.redraw()

    def ask_folder(self) -> None:
        """Asks for the zip's folder in Qt's own dialog, which is not modal."""
        start = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DesktopLocation)
        dialog = QFileDialog(self, self.tr("Folder for the diagnostics"), start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.pack_into)
        dialog.show()

    def pack_into(self, folder: str) -> None:
        self._desk.pack_diagnostics(Path(folder))

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        packing = view.packing
        if was is not None and packing == was.packing:
            return
        self.progress.setVisible(self._runs())
        self.path.setVisible(packing is not None and bool(packing.path))
        self._title_button()
        if packing is None:
            self.hint.say(self._about())
        elif packing.path:
            self.path.setText(packing.path)
            self.hint.say(self.tr("Packed. Send this file to whoever looks after the desks:"))
            self.path.selectAll()
            self.path.setFocus()
        else:
            self.hint.say(self.tr("Packing …"))
            self.progress.setMaximum(packing.size)
            self.progress.setValue(packing.have)
        self.resize(self.width(), self._lines.totalHeightForWidth(self.width()))  # a row more or less

    def _pack_or_cancel(self) -> None:
        if self._runs():
            self._desk.cancel_diagnostics()
        else:
            self.ask_folder()

    def _runs(self) -> bool:
        return self._view.packing is not None and not self._view.packing.path

    def _title_button(self) -> None:
        if self._runs():
            self.pack_button.setText(self.tr("Ca&ncel"))
            named(self.pack_button, self.tr("Cancel"), self.tr("Gives the packing up; nothing of it stays"))
        else:
            self.pack_button.setText(self.tr("Pack &diagnostics …"))
            named(self.pack_button, self.tr("Pack diagnostics"), self.tr("Chooses a folder and writes a zip there"))

    def _about(self) -> str:
        return self.tr(
            "Diagnostics are a zip with logs, versions, the list of sound devices and link figures, without customers' data."
        )

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("About, and diagnostics"))
        self.title.say(self.tr("Huawu agent desk"))
        parts = [
            f"Huawu {_version()}",
            f"Python {platform.python_version()}",
            f"Qt for Python {pyside_version}",
            platform.platform(),
        ]
        self.text.say(
            " · ".join(parts) + "\n" + self.tr("Free software: GNU General Public License, version 3 or later.")
        )
        self._title_button()
        named(self.progress, self.tr("Packing …"))
        named(self.path, self.tr("The zip's path"))


def _version() -> str:
    try:
        return version("huawu")
    except PackageNotFoundError:
        return "–"


HELP: PanelSpec[HelpDialog] = PanelSpec(
    "help",
    HelpDialog,
    commands=(WindowCommand("help", "F1", APP, (Face(QT_TRANSLATE_NOOP("commands", "Keyboard shortcuts"), "keypad"),), HelpDialog.go, 20),),
)  # fmt: skip
PASSWORD: PanelSpec[PasswordDialog] = PanelSpec(
    "password",
    PasswordDialog,
    commands=(WindowCommand("password", "Ctrl+Shift+P", APP, (Face(QT_TRANSLATE_NOOP("commands", "Change the password"), "locked", Action.CHANGE_PASSWORD),), PasswordDialog.go, 60),),
)  # fmt: skip
ABOUT: PanelSpec[AboutDialog] = PanelSpec(
    "about",
    AboutDialog,
    commands=(WindowCommand("about", "Ctrl+Shift+D", APP, (Face(QT_TRANSLATE_NOOP("commands", "About, and send diagnostics"), "warning"),), AboutDialog.go, 70),),
)  # fmt: skip
