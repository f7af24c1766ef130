"""Earlier contacts of every channel in one list, with recordings; and the caller's steps in the IVR in this call."""

from PySide6.QtWidgets import QPlainTextEdit

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import LOOK, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import clock, day, day_time, duration
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Panel, across, go, named, rows
from agent_app.ui.sound.player import PlayerBar
from shared.desk import Contact, TrailStep


class HistoryPanel(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self._host, self._desk = host, host.desk
        self.table: DataTable[Contact] = DataTable(self._columns(), lambda row: row.id, lines=5)
        self.table.chosen.connect(lambda _row: self.play())
        self.table.number_clicked.connect(lambda row: host.number_chosen.emit(row.number, False))
        self.table.selectionModel().currentChanged.connect(lambda *_: self._enable())
        self.play_button = host.commands.button("play")
        self.player = PlayerBar(host.desk)
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setTabChangesFocus(True)
        self.detail.setFixedHeight(round(self.detail.fontMetrics().height() * 3.4))
        foot = across(self.play_button, self.player, None)
        foot.setStretch(1, 1)
        self.setLayout(rows(self.table, self.detail, foot, gap=4))
        self.redraw()

    def play(self) -> None:
        """Plays the chosen contact's recording, if there is one that this agent may hear; opens a fax."""
        row = self.table.current()
        if row is not None and row.channel == "fax":
            self._host.fax_chosen.emit(row.id)
        elif row is not None and row.recording and row.call is not None:
            self._desk.fetch_recording(row.call)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.shown != was.shown or view.language != was.language:
            contacts = () if view.shown is None else view.shown.contacts
            nobody = view.shown is None
            self.table.set_empty(
                self.tr("No customer is on the screen.") if nobody else self.tr("No earlier contacts.")
            )
            self.table.show_rows(contacts)
        if view.state.call is not None and _call(view) != _call(was):
            self.player.hush()
        self.player.use_device(_speaker(view))
        if was is None or view.player != was.player:
            self.player.show_recording(view.player)
        self._enable()

    def title(self) -> str:
        return self.tr("History")

    def retranslate(self) -> None:
        named(
            self.table,
            self.tr("History"),
            self.tr("Earlier contacts of every channel; Enter plays a recording or opens a fax"),
        )
        self.detail.setPlaceholderText(self.tr("Summary of the chosen contact"))
        named(self.detail, self.tr("Summary of the chosen contact"))

    def _enable(self) -> None:
        row = self.table.current()
        can = self._view.enabled.get(Action.PLAY_RECORDING, OFF).on
        is_fax = row is not None and row.channel == "fax" and self._view.enabled.get(Action.OPEN_FAX, OFF).on
        self.play_button.setEnabled(is_fax or (can and row is not None and row.recording))
        text = "" if row is None else row.summary
        if text != self.detail.toPlainText():
            self.detail.setPlainText(text)

    def _columns(self) -> list[TableColumn[Contact]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "When"), lambda row: self._when(row.at), 11),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "Channel"),
                lambda row: f"{words.say(words.CHANNELS, row.channel)} {words.say(words.DIRECTIONS, row.direction)}", 10,
            ),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Number"), lambda row: row.number, 11, number=lambda row: row.number),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Agent"), lambda row: row.agent_name or (row.agent or ""), 7),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Length"), lambda row: duration(row.seconds) if row.seconds else "", 5, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Disposition"), self._disposition, 9),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Summary"), lambda row: row.summary, 0),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Rec."), lambda row: "●" if row.recording else "", 3, colour=lambda _row: "danger"),
        ]  # fmt: skip

    def _when(self, at: float) -> str:
        """Date and time; in another year the date only."""
        now = self.now()
        return day_time(at, now) if len(day_time(at, now)) < 12 else day(at, now)

    def _disposition(self, row: Contact) -> str:
        choice = next((one for one in self._view.state.dispositions if one.id == row.disposition), None)
        return row.disposition if choice is None else words.titled(choice.title, self._view.language, row.disposition)


class TrailPanel(Panel):
    """The list of the caller's steps in the IVR before the desk rang."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self.table: DataTable[TrailStep] = DataTable(self._columns(), lambda row: (row.at, row.step), lines=5)
        self.setLayout(rows(self.table))
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.state.pop != was.state.pop or view.language != was.language:
            trail = () if view.state.pop is None else view.state.pop.trail
            self.table.set_empty(self.tr("Nothing was done in the voice menu."))
            self.table.show_rows(trail)

    def title(self) -> str:
        return self.tr("Menu trail")

    def retranslate(self) -> None:
        named(self.table, self.tr("Menu trail"), self.tr("What the caller did in the voice menu, the latest last"))

    def _columns(self) -> list[TableColumn[TrailStep]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Time"), lambda row: clock(row.at), 10),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "Step"),
                lambda row: words.titled(row.title, self._view.language, row.step),
                0,
            ),
        ]


def _call(view: DeskView | None) -> str:
    return "" if view is None or view.state.call is None else view.state.call.call


def _speaker(view: DeskView) -> str:
    """The name of the agent's speaker; ``""``: a desk phone, or an unknown device."""
    if view.desk_phone:
        return ""
    return next((device.name for device in view.audio.devices if device.id == view.audio.speaker), "")


HISTORY: PanelSpec[HistoryPanel] = PanelSpec(
    "history",
    HistoryPanel,
    (Placement(PanelPlace.ACCOUNT_TAB, 30, title=HistoryPanel.title, count=lambda panel: panel.table.rows.rowCount()),),
    (
        WindowCommand("contacts", "Ctrl+3", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Go to the history")),), lambda panel: go(panel.table), 60),
        WindowCommand("play", "Ctrl+P", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Play the recording"), "play", Action.PLAY_RECORDING),), HistoryPanel.play, 100),
    ),
    tables={"history": lambda panel: panel.table},
)  # fmt: skip
TRAIL: PanelSpec[TrailPanel] = PanelSpec(
    "trail",
    TrailPanel,
    (Placement(PanelPlace.ACCOUNT_TAB, 40, title=TrailPanel.title, count=lambda panel: panel.table.rows.rowCount()),),
    (WindowCommand("trail", "Ctrl+4", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Go to what the caller did in the menu")),), lambda panel: go(panel.table), 70),),
    tables={"trail": lambda panel: panel.table},
)  # fmt: skip
