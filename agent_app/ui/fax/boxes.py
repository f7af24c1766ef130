"""The lists of faxes: the inbox with thumbnails, and the agent's own faxes with their progress."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QWidget

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.fax.view import may_cancel, may_retry
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import APP, Face, WindowCommand
from agent_app.ui.fax import fax_words
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.fmt import day_time
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, across, named, rows
from shared.desk_fax import FaxBox, FaxRow
from shared.fax import FaxState

SMALL = QSize(120, 160)
"""Pixels of a thumbnail."""


class FaxesDialog(DeskDialog):
    """Enter opens the chosen fax; the buttons below act on it."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._host, self._desk = host, host.desk
        host.logged_out.connect(self.close)
        self.tabs = QTabWidget()
        self.inbox: DataTable[FaxRow] = DataTable(self._inbox_columns(), lambda row: row.fax, lines=12)
        self.mine: DataTable[FaxRow] = DataTable(self._mine_columns(), lambda row: row.fax, lines=12)
        self.thumbnail, self.caption = QLabel(), OneLineLabel("muted", wide=24)
        self.thumbnail.setFixedSize(SMALL)
        self.thumbnail.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button, self.take, self.retry, self.cancel, self.more = (QPushButton() for _ in range(5))
        self.open_button.setProperty("kind", "primary")
        for button, do in (
            (self.open_button, self.open_chosen), (self.take, lambda: self._act(self._desk.fax.take)),
            (self.retry, lambda: self._act(self._desk.fax.retry)), (self.cancel, lambda: self._act(self._desk.fax.cancel)),
            (self.more, lambda: self._desk.fax.more(self.box)),
        ):  # fmt: skip
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, do=do: do())
        for table in (self.inbox, self.mine):
            table.chosen.connect(lambda _row: self.open_chosen())
            table.selectionModel().currentChanged.connect(lambda *_: self._enable())
            table.number_clicked.connect(lambda row: host.number_chosen.emit(row.number, False))
        left, beside = QWidget(), rows(self.thumbnail, self.caption, None, gap=4)
        left.setLayout(across(self.inbox, beside, margin=4))
        self.tabs.addTab(left, "")
        self.tabs.addTab(self.mine, "")
        self.tabs.currentChanged.connect(lambda _at: self._enable())
        foot = across(self.open_button, self.take, self.retry, self.cancel, self.more, None, self.close_button)
        self.setLayout(rows(self.tabs, foot, margin=12))
        self.resize(letters(self.font(), 124), self.fontMetrics().height() * 26)
        self.redraw()

    @property
    def box(self) -> FaxBox:
        return FaxBox.INBOX if self.tabs.currentIndex() == 0 else FaxBox.MINE

    @property
    def table(self) -> DataTable[FaxRow]:
        return self.inbox if self.box is FaxBox.INBOX else self.mine

    def show_box(self) -> None:
        """Opens the window at the inbox, or, where that is empty, at the agent's own faxes."""
        self.tabs.setCurrentIndex(0 if self._view.fax.inbox or not self._view.fax.mine else 1)
        self.go()
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_chosen(self) -> None:
        row = self.table.current()
        if row is not None:
            self._host.fax_chosen.emit(row.fax)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.fax is not was.fax or view.language != was.language:
            self.inbox.show_rows(view.fax.inbox)
            self.mine.show_rows(view.fax.mine)
            for at, box in enumerate((FaxBox.INBOX, FaxBox.MINE)):
                count = view.fax.unread if box is FaxBox.INBOX else 0
                title = words.say(fax_words.BOXES, box)
                self.tabs.setTabText(at, f"{title} {count}" if count else title)
        self._enable()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Faxes"))
        self.inbox.set_empty(self.tr("No fax has come in."))
        self.mine.set_empty(self.tr("You have sent no fax yet."))
        named(self.inbox, self.tr("Inbox"), self.tr("Faxes for your group; Enter opens one"))
        named(self.mine, self.tr("My faxes"), self.tr("Faxes that you have sent; Enter opens one"))
        named(self.tabs, self.tr("Inbox and my faxes"), self.tr("Ctrl+Tab changes"))
        self.open_button.setText(self.tr("&Open"))
        named(self.open_button, self.tr("Open"), self.tr("Shows the pages"), "↵")
        self.take.setText(self.tr("&Take"))
        named(self.take, self.tr("Take"), self.tr("You work on this fax; colleagues see that"))
        self.retry.setText(self.tr("Send &again"))
        named(self.retry, self.tr("Send again"), self.tr("From the first page that was not confirmed"))
        self.cancel.setText(self.tr("Cancel the fa&x"))
        named(self.cancel, self.tr("Cancel the fax"))
        self.more.setText(self.tr("O&lder ones"))
        named(self.more, self.tr("Older ones"))

    def _act(self, do: object) -> None:
        row = self.table.current()
        if row is not None and callable(do):
            do(row.fax)

    def _enable(self) -> None:
        row, view, inbox = self.table.current(), self._view, self.box is FaxBox.INBOX
        handles = view.enabled.get(Action.HANDLE_FAX, OFF).on
        self.open_button.setEnabled(row is not None and view.enabled.get(Action.OPEN_FAX, OFF).on)
        self.take.setVisible(inbox)
        self.take.setEnabled(handles and row is not None and row.taken_by is None)
        self.retry.setVisible(not inbox)
        self.cancel.setVisible(not inbox)
        self.retry.setEnabled(handles and row is not None and may_retry(row))
        self.cancel.setEnabled(handles and row is not None and may_cancel(row))
        self.more.setVisible(view.fax.more_inbox if inbox else view.fax.more_mine)
        self._show_thumbnail(row if inbox else None)

    def _show_thumbnail(self, row: FaxRow | None) -> None:
        data = self._view.fax.thumbnails.get(row.fax) if row is not None else None
        if row is not None and data is None and self.isVisible():
            self._desk.fax.show_thumbnails((row.fax,))
        picture = QPixmap()
        if data:
            picture.loadFromData(data, "PNG")
        self.thumbnail.setPixmap(
            picture.scaled(SMALL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            if data
            else picture
        )
        named(self.thumbnail, self.tr("First page"))
        self.caption.say("" if row is None else self.tr("{n} pages").format(n=max(row.pages, row.pages_done)))

    # --- columns ---

    def _inbox_columns(self) -> list[TableColumn[FaxRow]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "When"), lambda row: day_time(row.created, self._now()), 11),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Sender"), lambda row: row.number, 13, number=lambda row: row.number),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Customer"), _customer, 0),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Pages"), fax_words.pages, 5, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Group"), lambda row: row.agent_name or row.group, 9),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "Taken by"), lambda row: row.taken_by_name or (row.taken_by or self.tr("nobody")), 9,
                colour=lambda row: "" if row.taken_by else "warn",
            ),
        ]  # fmt: skip

    def _mine_columns(self) -> list[TableColumn[FaxRow]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "When"), lambda row: day_time(row.created, self._now()), 11),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Number"), lambda row: row.number, 13, number=lambda row: row.number),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Customer"), _customer, 10),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Document"), lambda row: row.title, 16),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "State"), lambda row: words.say(fax_words.STATES, row.state), 9,
                colour=lambda row: fax_words.TONES.get(row.state, ""),
            ),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Pages"), fax_words.pages, 6, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Result"), self._result, 0),
        ]  # fmt: skip

    def _result(self, row: FaxRow) -> str:
        due = row.next_try or row.not_before
        if row.state is FaxState.WAITING and due is not None and due > self._now():
            text = self.tr("due at {time}").format(time=day_time(due, self._now()))
            return words.listed((fax_words.result(row, self._view.language), text)) if row.result else text
        return fax_words.result(row, self._view.language)

    def _now(self) -> float:
        return self._host.clock() + self._view.clock_off


def _customer(row: FaxRow) -> str:
    return row.customer_name or ("" if row.customer is None else str(row.customer))


PANEL: PanelSpec[FaxesDialog] = PanelSpec(
    "faxes",
    FaxesDialog,
    commands=(
        WindowCommand("faxes", "Ctrl+Shift+X", APP, (Face(QT_TRANSLATE_NOOP("commands", "Faxes"), "fax", Action.OPEN_FAX, QT_TRANSLATE_NOOP("commands", "Inbox and my faxes")),), FaxesDialog.show_box, 20),
    ),
    tables={"fax_inbox": lambda dialog: dialog.inbox, "fax_mine": lambda dialog: dialog.mine},
)  # fmt: skip
