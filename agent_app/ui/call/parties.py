"""The other parties of the call: their kind, state and since when, and in a conference a button to drop one."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from agent_app.model.desk.actions import droppable
from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import OneLineLabel, across, named, rows
from shared.desk import DeskCall, Party
from shared.enums import PartyState, SeatState
from shared.ids import LegId

ROLES = {
    PartyState.ASKED: "warn",
    PartyState.RINGING: "warn",
    PartyState.TALKING: "ok",
    PartyState.WAITING: "danger",
    PartyState.LISTENING: "muted",
}
ENOUGH = 2
LEAST = 2
"""Rows that are seen without scrolling, even in a small window."""


class PartyRow(QFrame):
    """One party. ``drop`` is called with the party's leg."""

    def __init__(self, drop: Callable[[LegId], None]) -> None:
        super().__init__()
        self.setObjectName("party")
        self._party: Party | None = None
        self.who, self.kind = OneLineLabel("value", wide=24), OneLineLabel("muted", wide=20)
        self.state, self.since = OneLineLabel(wide=12, shrinks=False), OneLineLabel("muted", wide=10, shrinks=False)
        self.drop = QToolButton()
        self.drop.setProperty("flat", "true")
        self.drop.setIconSize(QSize(14, 14))
        self.drop.clicked.connect(lambda _checked=False: drop(self._party.leg) if self._party is not None else None)
        line = across(
            rows(across(self.who, None, self.state), across(self.kind, None, self.since), gap=0), self.drop, gap=4
        )
        line.setContentsMargins(8, 3, 4, 3)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.setFixedHeight(
            round(self.fontMetrics().lineSpacing() * 2) + 8
        )  # the same height with the button and without

    def show_party(self, party: Party, view: DeskView, *, conference: bool) -> None:
        self._party = party
        kind = words.say(words.PARTY_KINDS, party.kind)
        who = party_name(party, view)
        self.who.say(who or kind)
        self.kind.say(kind if who else "")
        self.state.say(words.say(words.PARTY_STATES, party.state))
        self.state.set_role(ROLES.get(party.state, "muted"))
        can, may = view.enabled.get(Action.DROP_PARTY, OFF), droppable(party)
        self.drop.setVisible(conference and may)
        self.drop.setEnabled(can.on and may)
        self.drop.setIcon(icon("close", theme.tokens().danger, theme.tokens().border))
        name = self.tr("Send {who} away").format(who=self.who.text())
        named(self.drop, name, "" if can.on else words.say(words.WHYS, can.why))

    def tick(self, now: float) -> None:
        self.since.say(duration(now - self._party.since) if self._party is not None and self._party.since else "")


class PartiesList(QScrollArea):
    """As tall as its rows where there is room; hidden while there are no other parties."""

    def __init__(self, drop: Callable[[LegId], None]) -> None:
        super().__init__()
        self._drop = drop
        self.rows: list[PartyRow] = []
        self.setObjectName("parties")
        self._inside, self._lines = QWidget(), QVBoxLayout()
        self._inside.setObjectName("parties")
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._inside.setLayout(self._lines)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setVisible(False)

    def show_parties(self, call: DeskCall | None, view: DeskView) -> None:
        """Hidden in a plain talk with one other party, which the call's own lines show already."""
        alone = call is None or (call.state is not SeatState.CONSULTING and len(call.parties) < ENOUGH)
        parties = () if call is None or alone else call.parties
        while len(self.rows) < len(parties):
            row = PartyRow(self._drop)
            self.rows.append(row)
            self._lines.addWidget(row)
        for at, row in enumerate(self.rows):
            row.setVisible(at < len(parties))
            if at < len(parties) and call is not None:
                row.show_party(parties[at], view, conference=call.state is SeatState.CONFERENCE)
        self.setVisible(bool(parties))
        self.setAccessibleName(self.tr("Parties of the call"))
        self.setMaximumHeight(self._height(len(parties)))
        self.setMinimumHeight(self._height(min(LEAST, len(parties))))
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def _height(self, count: int) -> int:
        return sum(row.height() for row in self.rows[:count])

    def tick(self, now: float) -> None:
        for row in self.rows:
            if row.isVisibleTo(self._inside):
                row.tick(now)

    def go(self) -> None:
        """Gives the focus to the first party that can be dropped."""
        for row in self.rows:
            if row.drop.isVisibleTo(row) and row.drop.isEnabled():
                row.drop.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return


def party_name(party: Party, view: DeskView) -> str:
    """``8002 李敏``, a queue's or a menu's title, a number; ``""`` for the PIN check."""
    if party.kind == "seat":
        return seat_name(party.name, view)
    title = next((row.title for row in view.targets if (row.kind, row.id) == (party.kind, party.name)), {})
    if party.kind == "queue" and not title:
        title = next((row.title for row in view.state.queues if row.queue == party.name), {})
    name = words.titled(title, view.language, party.name)
    if party.kind == "customer" and view.shown_is_pop and view.shown is not None:
        name = view.shown.name
    return " ".join(part for part in (name, party.number) if part)


def seat_name(agent: str, view: DeskView) -> str:
    """``8002 李敏``; the number alone if the name is not known."""
    name = next((row.name for row in view.colleagues if row.agent == agent), "")
    return f"{agent} {name}".strip()
