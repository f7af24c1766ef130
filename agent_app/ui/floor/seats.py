"""The board's seats: agent, state, since when, other party; found by number, name, pinyin initials, group, skill."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit

from agent_app.model.desk.view import DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.model.phonebook.people import matches
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.boards import BoardColumn, BoardTable, FloorPanel
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import Clock, OneLineLabel, across, named, rows
from shared.enums import Language, SeatState
from shared.floor import SeatRow
from shared.ids import AgentId

ORDER = {state: at for at, state in enumerate(SeatState)}
GROUP = 8
"""The column of the group; hidden if all seats have the same group."""
SUMMED = (SeatState.OPEN, SeatState.TALKING, SeatState.WRAP_UP, SeatState.LOCKED)
TALKS = (SeatState.HOLDING, SeatState.CONSULTING, SeatState.CONFERENCE)
"""States counted as talking."""


class SeatsBoard(FloorPanel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.heading, self.summary = OneLineLabel("heading", wide=12), OneLineLabel("value", wide=90)
        self.search, self.present = QLineEdit(), QCheckBox()
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(64)
        self.search.setFixedWidth(letters(self.font(), 26))
        self.present.setChecked(True)
        self.table: BoardTable[SeatRow] = BoardTable(self._columns(), lines=20)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.returnPressed.connect(self._go_to_rows)
        self.present.toggled.connect(lambda _on: self._filter())
        top = across(self.heading, self.summary, None, self.present, self.search)
        whole = rows(top, self.table, margin=8, gap=6)
        whole.setStretchFactor(self.table, 1)
        self.setLayout(whole)
        self._filter()
        self.redraw()

    def _columns(self) -> list[BoardColumn[SeatRow]]:
        return [
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Agent"), lambda row: row.agent, 6, bold=True),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Name"), lambda row: row.name, 8),
            BoardColumn(
                QT_TRANSLATE_NOOP("tables", "State"), lambda row: words.say(words.SEAT_STATES, row.state), 10,
                fill=lambda row: theme.STATE_COLOURS[row.state], sort=lambda row: ORDER[row.state],
            ),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Since"), self._since, 7, right=True, ticks=True, sort=lambda row: -row.since if row.since is not None else None),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "With / reason"), self._with, 14, sort=lambda row: self._with(row) or None),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Queue"), self._queue, 9, sort=lambda row: self._queue(row) or None),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Skills"), _skills, 0),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Calls"), lambda row: str(row.calls_today), 5, right=True, sort=lambda row: row.calls_today),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Group"), lambda row: row.group, 6, sort=lambda row: row.group or None),
        ]  # fmt: skip

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:  # noqa: ARG002  as the base has it
        self.table.board.show_all(floor.seats)
        self.table.setColumnHidden(GROUP, len({row.group for row in floor.seats.values()}) <= 1)
        self._sum()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.language != was.language:
            self.table.board.repaint_all()
            self._sum()

    def tick(self, now: float) -> None:  # noqa: ARG002  the columns ask the clock
        self.table.board.tick()

    def retranslate(self) -> None:
        self.heading.say(self.tr("Seats"))
        self._say_empty()
        self.present.setText(self.tr("Only who is &here"))
        named(self.present, self.tr("Hide seats at which nobody is logged in"))
        self.search.setPlaceholderText(self.tr("Filter") + " (Ctrl+F)")
        named(
            self.search,
            self.tr("Filter the seats"),
            self.tr("Number, name, pinyin initials, group, skill, queue"),
            "Ctrl+F",
        )
        named(
            self.table,
            self.tr("Seats"),
            self.tr("A click on a heading sorts; the menu of a row has what can be done to it"),
        )

    # --- cells ---

    def _since(self, row: SeatRow) -> str:
        return "" if row.since is None or row.state is SeatState.OFFLINE else duration(self.now() - row.since)

    def _with(self, row: SeatRow) -> str:
        """The other party's number, or the seat that a supervisor listens to; the reason of a present or requested lock."""
        parts = (self._target(row.target) if row.target is not None else row.number, _reason(row))
        return " · ".join(part for part in parts if part)

    def _target(self, agent: AgentId) -> str:
        other = self._floor.seats.get(agent)
        return f"{agent} {other.name}" if other is not None else str(agent)

    def _queue(self, row: SeatRow) -> str:
        if row.queue is None:
            return ""
        queue, language = self._floor.queues.get(row.queue), self._view.language if self._view else Language.ZH
        return words.titled(queue.title, language, row.queue) if queue is not None else str(row.queue)

    # --- filter ---

    def _filter(self) -> None:
        text, here = self.search.text(), self.present.isChecked()

        def takes(row: SeatRow) -> bool:
            if here and row.state is SeatState.OFFLINE:
                return False
            return not text.strip() or matches(
                text, row.agent, row.name, row.initials, row.group, row.number, self._queue(row), *map(str, row.skills)
            )

        self.table.board.set_filter(takes)
        self._say_empty()

    def _say_empty(self) -> None:
        hidden = self.search.text().strip() or self.present.isChecked()
        self.table.set_empty(self.tr("No seat fits the filter.") if hidden else self.tr("There are no seats."))

    def _go_to_rows(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _sum(self) -> None:
        states = [SeatState.TALKING if row.state in TALKS else row.state for row in self._floor.seats.values()]
        parts = [f"{words.say(words.SEAT_STATES, state)} {states.count(state)}" for state in SUMMED]
        self.summary.say(" · ".join(parts))


def _reason(row: SeatRow) -> str:
    return (
        words.say(words.LOCK_REASONS, row.reason)
        if row.reason is not None and row.state is not SeatState.OFFLINE
        else ""
    )


def _skills(row: SeatRow) -> str:
    return "  ".join(f"{skill} {level}" for skill, level in sorted(row.skills.items()))
