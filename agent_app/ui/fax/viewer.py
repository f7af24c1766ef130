"""The viewer of one fax: its pages, turned as needed, printed, taken, filed to a customer, forwarded, answered by fax."""

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QComboBox, QPushButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.fax.view import OpenFax, PagesView
from agent_app.ui.commands.commands import OFF
from agent_app.ui.fax import fax_words
from agent_app.ui.fax.pages import PagesPart
from agent_app.ui.fax.source import fill
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.fmt import day_time
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, across, named, rows
from shared.desk_fax import FaxRow
from shared.fax import FaxId
from shared.ids import AgentId

AGENT, GROUP = "agent:", "group:"


class FaxViewer(DeskDialog):
    """Opened with a fax from a list, or from a customer's history."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._host, self._desk = host, host.desk
        host.fax_chosen.connect(self.show_fax)
        host.logged_out.connect(self.close)
        self.head, self.detail, self.pages = (
            OneLineLabel("value", wide=90, bold=True),
            OneLineLabel("muted", wide=120),
            PagesPart(host.clock, rotates=True),
        )
        self.pages.wanted.connect(self._desk.fax.look_at)
        self.take, self.reply, self.send_on, self.file, self.print_button, self.forward = (
            QPushButton() for _ in range(6)
        )
        self.whom = QComboBox()
        self.whom.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.whom.setMinimumContentsLength(12)
        for button, do in (
            (self.take, lambda: self._on_row(lambda row: self._desk.fax.take(row.fax))),
            (self.reply, lambda: self._on_row(lambda row: host.fax_wanted.emit(row.number, ""))),
            (self.send_on, lambda: self._on_row(lambda row: host.fax_wanted.emit("", row.fax))),
            (self.file, self._file), (self.print_button, self.ask_printer), (self.forward, self._forward),
        ):  # fmt: skip
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, do=do: do())
        self._printing: QPrinter | None = None
        foot = across(
            self.take,
            self.reply,
            self.file,
            self.whom,
            self.forward,
            self.send_on,
            self.print_button,
            None,
            self.close_button,
            gap=4,
        )
        whole = rows(self.head, self.detail, self.pages, foot, margin=12)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.resize(letters(self.font(), 124), self.fontMetrics().height() * 38)
        self.finished.connect(lambda _result: self._desk.fax.close())
        self.redraw()

    def show_fax(self, fax: str) -> None:
        self._printing = None
        self._desk.floor.show_colleagues(on=True)
        self._desk.fax.open(FaxId(fax))
        if self._desk.view.fax.open is not None:
            self.go()
            self.pages.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def row(self) -> FaxRow | None:
        opened = self._view.fax.open
        return None if opened is None else opened.row

    # --- acts ---

    def ask_printer(self) -> None:
        """Asks for a printer by Qt's own dialog, which is not modal; prints when every page is there."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_with(printer))
        dialog.show()

    def print_with(self, printer: QPrinter) -> None:
        self._printing = printer
        self._desk.fax.want_all()
        self._print_when_there(self._desk.view.fax.open)

    def _print_when_there(self, opened: OpenFax | None) -> None:
        if self._printing is None or opened is None or not opened.wanted_all:
            return
        if opened.pages.pages and all(page in opened.pages.pictures for page in range(opened.pages.pages)):
            printer, self._printing = self._printing, None
            self.pages.print_all(printer)

    def _on_row(self, do: object) -> None:
        if self.row is not None and callable(do):
            do(self.row)

    def _file(self) -> None:
        if self.row is not None and self._view.shown is not None:
            self._desk.fax.file(self.row.fax, self._view.shown.id)

    def _forward(self) -> None:
        to = self.whom.currentData() or ""
        if self.row is None or not to:
            return
        if to.startswith(AGENT):
            self._desk.fax.forward(self.row.fax, agent=AgentId(to.removeprefix(AGENT)))
        else:
            self._desk.fax.forward(self.row.fax, group=to.removeprefix(GROUP))

    # --- drawing ---

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        self.pages.draw(view)
        opened = view.fax.open
        if was is None or opened is not was.fax.open or view.language != was.language:
            self._show_fax(opened, view)
        if was is None or (view.colleagues, view.fax.groups, view.language) != (
            was.colleagues,
            was.fax.groups,
            was.language,
        ):
            own = view.state.seat.agent if view.state.seat is not None else ""
            groups = [(f"{GROUP}{group}", self.tr("group {group}").format(group=group)) for group in view.fax.groups]
            agents = [(f"{AGENT}{one.agent}", f"{one.name} {one.agent}") for one in view.colleagues if one.agent != own]
            fill(self.whom, [("", self.tr("to whom")), *groups, *agents])
        self._enable()
        self._print_when_there(opened)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Fax"))
        self.take.setText(self.tr("&Take"))
        named(self.take, self.tr("Take"), self.tr("You work on this fax; colleagues see that"))
        self.reply.setText(self.tr("&Reply by fax"))
        named(self.reply, self.tr("Reply by fax"), self.tr("A new fax to the sender's number"))
        self.send_on.setText(self.tr("Se&nd on"))
        named(self.send_on, self.tr("Send on"), self.tr("These pages as a fax to another number"))
        self.file.setText(self.tr("File to the c&ustomer"))
        named(self.file, self.tr("File to the customer"), self.tr("Into the history of the customer on the screen"))
        self.forward.setText(self.tr("&Forward"))
        named(self.forward, self.tr("Forward"), self.tr("To a colleague, or into another group's inbox"))
        named(self.whom, self.tr("To whom"))
        self.print_button.setText(self.tr("&Print …"))
        named(self.print_button, self.tr("Print"), self.tr("All pages, turned as they are shown"))
        self._show_fax(self._view.fax.open, self._view)

    def _show_fax(self, opened: OpenFax | None, view: DeskView) -> None:
        row = None if opened is None else opened.row
        self.pages.show_pages(
            opened.pages if opened is not None else PagesView(), self.tr("The fax is being fetched …")
        )
        if row is None:
            self.head.say("")
            self.detail.say("")
            return
        whence = self.tr("Fax from {number}") if row.direction == "in" else self.tr("Fax to {number}")
        now = self._host.clock() + view.clock_off
        taken = self.tr("taken by {name}").format(name=row.taken_by_name or row.taken_by) if row.taken_by else ""
        self.head.say(
            " · ".join(part for part in (whence.format(number=row.number), row.customer_name, row.title) if part)
        )
        state = "" if row.direction == "in" else words.say(fax_words.STATES, row.state)
        parts = (day_time(row.created, now), state, fax_words.result(row, view.language), row.remote, taken)
        self.detail.say(" · ".join(part for part in parts if part))

    def _enable(self) -> None:
        view, row = self._view, self.row
        handles = view.enabled.get(Action.HANDLE_FAX, OFF).on and row is not None
        came = row is not None and row.direction == "in"
        for part in (self.take, self.reply, self.file, self.whom, self.forward):
            part.setVisible(came)
        self.take.setEnabled(handles and row is not None and row.taken_by is None)
        self.file.setEnabled(handles and view.shown is not None and row is not None and row.customer != view.shown.id)
        self.forward.setEnabled(handles)
        sends = view.enabled.get(Action.SEND_FAX, OFF).on and row is not None
        self.reply.setEnabled(sends)
        self.send_on.setEnabled(sends)
        self.print_button.setEnabled(bool(view.fax.open is not None and view.fax.open.pages.pictures))


PANEL: PanelSpec[FaxViewer] = PanelSpec("fax_viewer", FaxViewer, watches_colleagues=True)
