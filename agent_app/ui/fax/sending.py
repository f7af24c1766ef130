"""发送传真: the window in which a fax is made and sent. Left the choices, right the pages exactly as they will go out, below the progress."""

from PySide6.QtCore import QDateTime, Qt, QTimeZone
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.fax.view import DraftStep, DraftView, FaxSpec, SendTime, Submission, proposed_numbers, row_of
from agent_app.model.phonebook.numbers import BadNumber, dialable
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import CALL, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.fax import fax_words
from agent_app.ui.fax.pages import PagesPart
from agent_app.ui.fax.progress import ProgressStrip
from agent_app.ui.fax.source import SourceChoice, fill
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import ParagraphLabel, across, named, rows
from shared.desk import CustomerCard
from shared.desk_fax import FaxCover
from shared.enums import SeatState
from shared.fax import FaxId

ZONE = QTimeZone(8 * 3600)  # Shanghai, without summer time; Qt knows the name only where the system has tzdata
NAME_MAX, NOTE_MAX = 256, 1000
TALKS = frozenset({SeatState.TALKING, SeatState.HOLDING})
WIDE = 128
"""Width of the window in letters, where the screen is as wide."""


class SendFaxDialog(DeskDialog):
    """Enter in a field goes on to the next one; Alt+S, or Ctrl+Enter, sends. A file can be dropped anywhere on the window."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._desk, self._clock = host.desk, host.clock
        host.fax_wanted.connect(self.ask)
        host.logged_out.connect(self.close)
        self.setAcceptDrops(True)
        self.source, self.preview, self.progress = (
            SourceChoice(host.clock), PagesPart(host.clock, rotates=False), ProgressStrip(host.desk, host.clock),
        )  # fmt: skip
        self.number, self.fine, self.when, self.at = QComboBox(), QComboBox(), QComboBox(), QDateTimeEdit()
        self.covered, self.to, self.subject, self.note = QCheckBox(), QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.state, self.live_help = ParagraphLabel("muted"), ParagraphLabel("warn")
        self.send_button, self.new_button = QPushButton(), QPushButton()
        self._labels: dict[QWidget, QLabel] = {
            part: QLabel() for part in (self.number, self.fine, self.when, self.to, self.subject, self.note)
        }
        self._customer: CustomerCard | None = None
        """Whose fax this is: the customer who was on the screen when it was begun; the next caller changes nothing."""
        self._problem = ""
        """A problem of this PC, until the next choice."""
        self._build()
        self._connect()
        self.redraw()

    def _build(self) -> None:
        self.number.setEditable(True)
        self.number.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        typed = QLineEdit()
        typed.setMaxLength(64)
        self.number.setLineEdit(typed)
        self.at.setTimeZone(ZONE)
        self.at.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.at.setCalendarPopup(True)
        self.when.setMinimumContentsLength(10)  # beside the time, which takes the rest
        self.to.setMaxLength(NAME_MAX)
        self.subject.setMaxLength(NAME_MAX)
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(round(self.fontMetrics().height() * 3.4))
        self.send_button.setProperty("kind", "go")
        for button in (self.send_button, self.new_button):
            button.setAutoDefault(False)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(6)
        form.addRow(self._labels[self.number], self.number)
        form.addRow(self._labels[self.fine], self.fine)
        time = across(self.when, self.at, gap=4)
        time.setStretch(1, 1)
        form.addRow(self._labels[self.when], time)
        form.addRow("", self.covered)
        covers: tuple[QWidget, ...] = (self.to, self.subject, self.note)
        for field in covers:
            form.addRow(self._labels[field], field)
        for part, label in self._labels.items():
            label.setBuddy(part)
        left, self.form = QWidget(), form
        left.setLayout(rows(self.source, form, self.live_help, None, self.state, margin=0, gap=8))
        left.setFixedWidth(letters(self.font(), 52))
        top = across(left, self.preview)
        top.setStretch(1, 1)
        foot = across(None, self.new_button, self.close_button, self.send_button)
        whole = rows(top, self.progress, foot, margin=12)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.resize(letters(self.font(), WIDE), self.fontMetrics().height() * 36)

    def _connect(self) -> None:
        self.source.changed.connect(self._changed)
        self.source.refused.connect(self._refuse)
        self.preview.wanted.connect(self._desk.fax.look)
        self.number.editTextChanged.connect(lambda _text: self._changed())
        self.fine.currentIndexChanged.connect(lambda _at: self._changed())
        self.when.currentIndexChanged.connect(lambda _at: self._when_changed())
        self.covered.toggled.connect(lambda _on: self._changed())
        for line in (self.to, self.subject):
            line.textChanged.connect(lambda _text: self._changed())
        self.note.textChanged.connect(self._changed)
        self.send_button.clicked.connect(lambda _checked=False: self.send())
        self.new_button.clicked.connect(lambda _checked=False: self.begin())

    # --- called by the window ---

    def ask(self, number: str = "", fax: str = "") -> None:
        """Opens the window: for the customer on the screen, for a number, or to send a received fax on."""
        submitted = self._view.fax.draft.step is DraftStep.SUBMITTED
        another = self.source.source is None and self._view.shown != self._customer
        if not self.isVisible() or number or fax or submitted or another:
            self.begin(number, fax)
        self.go()
        self.source.file.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self, number: str = "", fax: str = "") -> None:
        """A new fax: empties the choices."""
        view, self._problem = self._view, ""
        shown = self._customer = view.shown
        calling = view.state.call.number if view.state.call is not None else ""
        numbers = (number,) if number else proposed_numbers(() if shown is None else shown.phones, calling)
        self.number.blockSignals(True)
        self.number.clear()
        self.number.addItems(list(numbers))
        self.number.setEditText(numbers[0] if numbers and not fax else "")
        self.number.blockSignals(False)
        self.to.setText("" if shown is None else shown.name)
        self.covered.setChecked(False)
        self.subject.clear()
        self.note.clear()
        self.when.setCurrentIndex(0)
        self.at.setDateTime(QDateTime.fromSecsSinceEpoch(int(self._now()) + 3600, ZONE))
        self.source.begin(row_of(view.fax, FaxId(fax)) if fax else None, shown)
        self._show_title()
        self.progress.follow(None)
        self._desk.fax.choose(None)
        self._changed()

    def send(self) -> None:
        """Sends the document whose pages are on the screen, if the button is on."""
        if not self.send_button.isEnabled():
            return
        call, when = self._view.state.call, SendTime(self.when.currentData())
        customer, shown = self._customer, self._view.shown
        theirs = (
            call is not None
            and call.state in TALKS
            and customer is not None
            and shown is not None
            and shown.id == customer.id
        )
        self._desk.fax.submit(
            Submission(
                when,
                float(self.at.dateTime().toSecsSinceEpoch()) if when is SendTime.LATER else None,
                None if customer is None else customer.id,
                call.call if call is not None and (when is SendTime.LIVE or theirs) else None,
            )
        )

    # --- the choices ---

    @property
    def spec(self) -> FaxSpec | None:
        """The present choices; ``None``: no document, or no number that can be dialled."""
        source = self.source.source
        try:
            number = dialable(self.number.currentText())
        except BadNumber:
            return None
        if source is None:
            return None
        cover = None
        if self.covered.isChecked():
            seat = self._view.state.seat
            cover = FaxCover(
                self.to.text(),
                "" if seat is None else seat.name,
                self.subject.text(),
                self.note.toPlainText()[:NOTE_MAX],
            )
        return FaxSpec(source, number, bool(self.fine.currentData()), cover)

    def _changed(self) -> None:
        self._problem = ""
        for part in (self.to, self.subject, self.note):
            self.form.setRowVisible(part, self.covered.isChecked())
        if self.progress.row() is None:
            self._desk.fax.choose(self.spec)
        self._show_state()

    def _when_changed(self) -> None:
        when = self.when.currentData()
        self.at.setVisible(when == SendTime.LATER)
        self.live_help.setVisible(when == SendTime.LIVE)
        call = self._view.state.call
        live = when == SendTime.LIVE and call is not None
        if live and call is not None:
            self.number.setEditText(call.number)
        self.number.setEnabled(not live)
        self._show_state()

    def _refuse(self, code: str) -> None:
        self._problem = code
        self._show_state()

    # --- Qt's events ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.source.take_mime(event.mimeData())
        event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Paste):
            self.source.take_clipboard()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.send()
            else:
                self.focusNextChild()
        else:
            super().keyPressEvent(event)

    # --- drawing ---

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        for part in (self.source, self.preview, self.progress):
            part.draw(view)
        draft = view.fax.draft
        if was is None or _talks(view) != _talks(was) or view.language != was.language:
            times = [SendTime.NOW, SendTime.LATER, *([SendTime.LIVE] if _talks(view) else [])]
            fill(self.when, [(str(time), words.say(fax_words.TIMES, time)) for time in times])
            self._when_changed()
        if was is None or draft != was.fax.draft:
            if draft.step is DraftStep.SUBMITTED and (was is None or was.fax.draft.step is not draft.step):
                self.progress.follow(draft.fax)
            self.preview.show_pages(draft.pages, self._empty(draft))
        self._show_state()

    def retranslate(self) -> None:
        self._show_title()
        titles = (
            self.tr("N&umber"), self.tr("&Resolution"), self.tr("Se&nd"), self.tr("Att&ention"), self.tr("Sub&ject"), self.tr("N&ote"),
        )  # fmt: skip
        for (part, label), title in zip(self._labels.items(), titles, strict=True):
            label.setText(title)
            named(part, title.replace("&", ""))
        named(self.number, self.tr("Number"), self.tr("The fax machine's; the customer's own numbers are in the list"))
        named(self.at, self.tr("At what time"))
        fill(self.fine, [("fine", self.tr("fine")), ("", self.tr("standard"))])
        self.covered.setText(self.tr("Co&ver sheet"))
        named(self.covered, self.tr("Cover sheet"), self.tr("A first page with names, subject and note"))
        self.live_help.say(
            self.tr(
                "Ask the customer to press start on the fax machine, then send: the call becomes the fax, and a talk again after it."
            )
        )
        self.send_button.setText(self.tr("&Send"))
        named(self.send_button, self.tr("Send"), self.tr("Sends exactly the pages that are shown"), "Alt+S")
        self.new_button.setText(self.tr("Ne&w fax"))
        named(self.new_button, self.tr("New fax"), self.tr("Empties the choices"))
        self._when_changed()

    def _show_title(self) -> None:
        title = self.tr("Send fax")
        self.setWindowTitle(title if self._customer is None else words.about(title, self._customer.name))

    def _show_state(self) -> None:
        view, draft = self._view, self._view.fax.draft
        can = view.enabled.get(Action.SEND_FAX, OFF)
        ready = draft.step is DraftStep.READY and self.progress.row() is None
        self.send_button.setEnabled(can.on and ready)
        self.new_button.setVisible(draft.step is DraftStep.SUBMITTED)
        problem = self._problem or draft.problem
        tone, text = ("danger", self._problem_text(problem)) if problem else ("muted", self._step(draft))
        if not can.on and can.why != "pending":
            tone, text = "danger", words.say(words.WHYS, can.why)
        self.state.set_role(tone)
        self.state.say(text)

    def _problem_text(self, code: str) -> str:
        if code == "no_picture":
            return self.tr("There is no picture in the clipboard.")
        return fax_words.reason(code, self._view.language)

    def _step(self, draft: DraftView) -> str:
        match draft.step:
            case DraftStep.UPLOADING:
                done = round(100 * draft.have / draft.size) if draft.size else 0
                return self.tr("The document is being sent to the switch: {n} %").format(n=done)
            case DraftStep.CHANGED | DraftStep.RENDERING:
                return self.tr("The pages are being made …")
            case DraftStep.READY:
                return self.tr("{n} pages are ready.").format(n=draft.pages.pages)
            case DraftStep.SUBMITTING:
                return self.tr("The fax is being handed over …")
            case DraftStep.SUBMITTED:
                return self.tr("The switch has the fax. This window can be closed.")
            case _ if self.source.source is None:
                return self.tr("Choose a document.")
            case _:
                return self.tr("Type a number that can be dialled.")

    def _empty(self, draft: DraftView) -> str:
        busy = draft.step in (DraftStep.CHANGED, DraftStep.UPLOADING, DraftStep.RENDERING)
        return (
            self.tr("The pages are being made …")
            if busy
            else self.tr("Here the pages are shown exactly as they go out.")
        )

    def _now(self) -> float:
        return self._clock() + self._view.clock_off


def _talks(view: DeskView) -> bool:
    return view.state.call is not None and view.state.call.state in TALKS and bool(view.state.call.number)


PANEL: PanelSpec[SendFaxDialog] = PanelSpec(
    "send_fax",
    SendFaxDialog,
    commands=(
        WindowCommand("fax", "Ctrl+Shift+F", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Send fax"), "fax", Action.SEND_FAX),), lambda dialog: dialog.ask(), 160),
    ),
)  # fmt: skip
