"""The choice of a fax's document: a file, the clipboard's picture, a statement of the customer's account, or a received fax."""

import logging
from pathlib import Path

from PySide6.QtCore import QBuffer, QDate, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QPushButton, QWidget

from agent_app.model.desk.view import DeskView
from agent_app.model.fax.view import DraftSource, local_file
from agent_app.ui.fax import fax_words
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import one_line
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows
from shared.days import shanghai_day
from shared.desk import CustomerCard
from shared.desk_fax import DATED, UPLOAD_MAX, FaxProblem, FaxRow, Received, Statement, StatementKind
from shared.ids import AccountNo

log = logging.getLogger(__name__)
DAY = "yyyyMMdd"
FILTERS = "*.pdf *.txt *.tif *.tiff *.png *.jpg *.jpeg *.bmp"


class SourceChoice(Panel):
    """``source``: the present choice. ``changed`` is emitted after each change, ``refused`` with the code of a problem of the PC."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self._source: DraftSource | None = None
        self._received: FaxRow | None = None
        self._customer: CustomerCard | None = None
        self.file, self.paste, self.statement = QPushButton(), QPushButton(), QPushButton()
        self.name = OneLineLabel("value", wide=44)
        self.kind, self.account = QComboBox(), QComboBox()
        self.first, self.last = QDateEdit(), QDateEdit()
        for button, do in (
            (self.file, self.ask_file),
            (self.paste, self.take_clipboard),
            (self.statement, self.choose_statement),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, do=do: do())
        self.statement.setCheckable(True)
        for field in (self.first, self.last):
            field.setDisplayFormat("yyyy-MM-dd")
            field.setCalendarPopup(True)
            field.dateChanged.connect(lambda _date: self._statement_changed())
        for box in (self.kind, self.account):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(9)
            box.currentIndexChanged.connect(lambda _at: self._statement_changed())
        self.days = QWidget()
        self.days.setLayout(across(self.first, self.last, None, gap=4))
        self.fields = QWidget()
        self.fields.setLayout(rows(across(self.kind, self.account, gap=4), self.days, gap=4))
        self.setLayout(rows(across(self.file, self.paste, self.statement, None, gap=4), self.fields, self.name, gap=4))
        self.redraw()

    @property
    def source(self) -> DraftSource | None:
        if not self.statement.isChecked():
            return self._source
        customer = self._customer
        if customer is None or self.account.currentData() is None:
            return None
        first, last = sorted(field.date().toString(DAY) for field in (self.first, self.last))
        kind = StatementKind(self.kind.currentData())
        return Statement(customer.id, AccountNo(self.account.currentData()), kind, first, last)

    def begin(self, received: FaxRow | None, customer: CustomerCard | None) -> None:
        """Empties the choice, or chooses a received fax. ``customer``: whose statements there are, also when another one comes on the screen."""
        self._customer = customer
        self._show_accounts()
        self._source = None if received is None else Received(received.fax)
        self._received = received
        self.statement.setChecked(False)
        today = QDate.fromString(shanghai_day(self.now()), DAY)
        for field in (self.first, self.last):
            field.blockSignals(True)
            field.setDate(today)
            field.blockSignals(False)
        self._show()

    # --- a file ---

    def ask_file(self) -> None:
        """Asks for the file by Qt's own dialog, which is not modal."""
        dialog = QFileDialog(self, self.tr("Choose the document"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        documents, others = self.tr("Documents"), self.tr("All files")
        dialog.setNameFilters([f"{documents} ({FILTERS})", f"{others} (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.take_file(Path(path)))
        dialog.show()

    def take_file(self, path: Path) -> None:
        try:
            size = path.stat().st_size
            data = path.read_bytes() if path.is_file() and size <= UPLOAD_MAX else b""
        except OSError as error:
            log.warning("the document can't be read (%s)", error.strerror)
            self.refused.emit(FaxProblem.BROKEN)
            return
        if size > UPLOAD_MAX:
            self.refused.emit(FaxProblem.TOO_LARGE)
            return
        self._take(local_file(path.name, data))

    def take_clipboard(self) -> bool:
        """Takes the clipboard's picture, or the file that was copied; returns whether there was one."""
        return self.take_mime(QGuiApplication.clipboard().mimeData())

    def take_mime(self, mime: QMimeData | None) -> bool:
        """Takes what was dropped or copied: the first file, else a picture."""
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()] if mime is not None else []
        if files:
            self.take_file(Path(files[0]))
            return True
        picture = QImage(mime.imageData()) if mime is not None and mime.hasImage() else QImage()
        if picture.isNull():
            self.refused.emit("no_picture")
            return False
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")  # type: ignore[call-overload]  # its stub knows paths only
        self._take(local_file("clipboard.png", bytes(buffer.data().data())))
        return True

    def _take(self, source: DraftSource) -> None:
        self._source, self._received = source, None
        self.statement.setChecked(False)
        self._show()
        self.changed.emit()

    # --- a statement ---

    def choose_statement(self) -> None:
        self._show()
        if self.statement.isChecked():
            self.kind.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _statement_changed(self) -> None:
        self._show()
        if self.statement.isChecked():
            self.changed.emit()

    # --- drawing ---

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.language != was.language:
            self._show_accounts()

    def _show_accounts(self) -> None:
        accounts = () if self._customer is None else self._customer.accounts
        language = self._view.language
        branches = [(str(one.account), words.titled(one.branch_name, language, str(one.branch))) for one in accounts]
        fill(self.account, [(account, f"{account} {branch}") for account, branch in branches])
        self.statement.setEnabled(bool(accounts))
        if not accounts:
            self.statement.setChecked(False)
        self._show()

    def retranslate(self) -> None:
        self.file.setText(self.tr("&File …"))
        named(
            self.file,
            self.tr("File"),
            self.tr("PDF, text or picture, 20 MB at most; a file can be dropped on this window too"),
            "Alt+F",
        )
        self.paste.setText(self.tr("From the clip&board"))
        named(self.paste, self.tr("From the clipboard"), self.tr("A picture that was copied"), "Ctrl+V")
        self.statement.setText(self.tr("S&tatement"))
        named(
            self.statement, self.tr("Statement"), self.tr("Made from the data of the customer on the screen"), "Alt+T"
        )
        named(self.kind, self.tr("Kind of statement"))
        named(self.account, self.tr("Account"))
        named(self.first, self.tr("First day"))
        named(self.last, self.tr("Last day"))
        fill(self.kind, [(str(kind), words.say(fax_words.STATEMENTS, kind)) for kind in StatementKind])
        self._show()

    def _show(self) -> None:
        made = self.statement.isChecked()
        self.fields.setVisible(made)
        self.name.setVisible(not made)
        self.days.setVisible(made and self.kind.currentData() in {str(kind) for kind in DATED})
        source = self._source
        if source is None:
            self.name.say(self.tr("No document yet"))
        elif isinstance(source, Received):
            number = "" if self._received is None else self._received.number
            self.name.say(self.tr("Fax from {number}").format(number=number))
        else:
            self.name.say(getattr(source, "name", ""))


def fill(box: QComboBox, items: list[tuple[str, str]]) -> None:
    """Fills the box; the same item stays chosen if it is still there."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for data, text in items:
        box.addItem(one_line(text), data)
    box.setCurrentIndex(max(0, box.findData(chosen)) if items else -1)
    box.blockSignals(False)
