"""A panel that only this file has: a tab with a table, a command with a key, texts in both languages, in one class and one description.

The recipe of CONTRIBUTING.md (Add a panel).
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QWidget

from agent_app.model.desk.view import DeskView, Enabled, ShownNotice
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.commands.table import WORK, Face, WindowCommand
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import Escape, PanelRegistry, PanelSpec
from agent_app.ui.panels.status import StatusBar
from agent_app.ui.parts.arrangement import KEY
from agent_app.ui.parts.faults import FAULTS, Cover
from agent_app.ui.parts.fmt import clock
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Panel, named, rows
from shared.desk import Notice, QueuesChanged
from shared.enums import Language, SeatState
from tests.ui.scenes import NOW, QUEUES
from tests.ui.stage import Stage, application
from tests.ui.test_xvfb import works
from tests.ui.translations import compile_qm


class Mailbox(Panel):
    """The unread notices; the command dismisses the chosen notice."""

    broken = False

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self._desk = host.desk
        self.table: DataTable[ShownNotice] = DataTable(COLUMNS, lambda row: row.id)
        self.drawn_from_nothing = 0
        self.setLayout(rows(self.table))
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if self.broken:
            raise ZeroDivisionError
        self.drawn_from_nothing += was is None
        self.table.show_rows(view.notices)

    def retranslate(self) -> None:
        self.table.set_empty(self.tr("The mailbox is empty."))
        named(self.table, self.title(), self.tr("Notices that wait to be read"))

    def title(self) -> str:
        return self.tr("Mailbox")

    def put_away(self) -> None:
        row = self.table.current()
        if row is not None:
            self._desk.dismiss_notice(row.id)


COLUMNS = (
    TableColumn[ShownNotice](QT_TRANSLATE_NOOP("tables", "Received"), lambda row: clock(row.notice.at), 8),
    TableColumn[ShownNotice](QT_TRANSLATE_NOOP("tables", "Sender"), lambda row: row.notice.sender, 0),
)
MAILBOX: PanelSpec[Mailbox] = PanelSpec(
    "mailbox",
    Mailbox,
    (Placement(PanelPlace.LIST, 15, title=Mailbox.title, count=lambda panel: panel.table.rows.rowCount()),),
    (
        WindowCommand(
            "put_away",
            "Ctrl+9",
            WORK,
            (Face(QT_TRANSLATE_NOOP("commands", "Put the notice away"), "close", enabled=lambda view: Enabled(on=bool(view.notices))),),
            Mailbox.put_away,
        ),
    ),
    tables={"mailbox": lambda panel: panel.table},
)  # fmt: skip
CHINESE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context><name>Mailbox</name>
  <message><source>Mailbox</source><translation>留言</translation></message>
</context>
<context><name>commands</name>
  <message><source>Put the notice away</source><translation>收起通知</translation></message>
</context>
</TS>
"""
"""The translations in the format of ``huawu_zh_CN.ts``."""


def stage_of(kept: str = "", *specs: PanelSpec[Panel]) -> Stage:
    """A window with the program's panels and the mailbox. ``kept``: the saved arrangement of the windows."""
    return Stage(registry=PanelRegistry((*PANELS, MAILBOX, *specs)), settings={KEY: kept})


@pytest.fixture
def own(qapp: object) -> Iterator[Stage]:
    assert qapp is not None
    stage = stage_of()
    yield stage
    stage.close()


@pytest.fixture(autouse=True)
def _mended() -> Iterator[None]:
    yield
    Mailbox.broken = False


def told(stage: Stage, count: int = 2) -> Mailbox:
    """Logs an agent in and sends notices."""
    stage.log_in(SeatState.OPEN)
    stage.told(*(Notice(NOW + at, "message", f"Li Min {at}", "please") for at in range(count)))
    return stage.window.panel(Mailbox)


def covers(widget: QWidget) -> list[Cover]:
    return [cover for cover in widget.findChildren(Cover) if not cover.isHidden()]


@pytest.mark.slow
def test_a_panel_is_at_its_place_and_shows_the_view(own: Stage) -> None:
    panel, lists = told(own), own.window.places.lists
    assert [lists.tabText(at) for at in range(lists.count())] == ["Queues", "Mailbox 2", "Calls", "Directory"]
    lists.setCurrentWidget(panel)
    own.settle_drawn()
    assert panel.isVisible()
    assert panel.visibleRegion().boundingRect().height() > panel.fontMetrics().height() * 3
    assert [panel.table.rows.index(at, 1).data() for at in range(2)] == ["Li Min 0", "Li Min 1"]


@pytest.mark.slow
def test_a_panel_s_key_works_and_is_in_the_help_window(own: Stage) -> None:
    panel = told(own)
    action = own.window.commands.actions["put_away"]
    assert action.isEnabled()
    panel.table.selectRow(0)
    own.keys("Ctrl+9")
    assert [row.notice.sender for row in own.view.notices] == ["Li Min 1"]
    assert own.window.places.lists.tabText(1) == "Mailbox 1"
    panel.table.selectRow(0)
    own.keys("Ctrl+9")
    assert own.window.places.lists.tabText(1) == "Mailbox"
    assert not action.isEnabled()
    own.keys("F1")
    listed = own.window.panel(HelpDialog).table.rows
    texts = [[listed.index(at, column).data() for column in range(3)] for at in range(listed.rowCount())]
    assert ["Ctrl+9", "Put the notice away", "Notes and tickets"] in texts


@contextmanager
def in_chinese(stage: Stage, folder: Path) -> Iterator[None]:
    ts, qm, translator = folder / "own.ts", folder / "own.qm", QTranslator()
    ts.write_text(CHINESE, encoding="utf-8")
    compile_qm(ts, qm)
    assert translator.load(str(qm))
    application().installTranslator(translator)
    stage.desk.set_language(Language.ZH)
    stage.settle()
    yield
    application().removeTranslator(translator)


@pytest.mark.slow
def test_a_panel_s_texts_are_in_both_languages(own: Stage, tmp_path: Path) -> None:
    told(own)
    with in_chinese(own, tmp_path):
        assert own.window.places.lists.tabText(1) == "留言 2"
        assert own.window.commands.actions["put_away"].text() == "收起通知"
    own.desk.set_language(Language.EN)
    own.settle()
    assert own.window.places.lists.tabText(1) == "Mailbox 2"


@pytest.mark.slow
def test_a_panel_s_columns_are_saved(own: Stage) -> None:
    told(own).table.setColumnWidth(0, 111)
    own.window.leaving.sure = True
    own.window.close()
    kept = own.world.settings.values[KEY]
    assert json.loads(kept)["columns"]["mailbox"] == {"Received": 111}
    again = stage_of(kept)
    assert again.window.panel(Mailbox).table.columnWidth(0) == 111
    again.close()


@pytest.mark.slow
def test_a_fault_in_a_panel_s_drawing_covers_only_that_panel_and_is_mended(own: Stage) -> None:
    panel = told(own)
    FAULTS.tell = own.desk.window_failed
    Mailbox.broken, busy = True, structs.replace(QUEUES[0], waiting=77)
    own.told(QueuesChanged((busy,)))
    assert [cover.parentWidget() for cover in covers(own.window)] == [panel]
    assert own.window.panel(QueuesPanel).table.rows.row(0) == busy, "the others go on"
    assert own.window.panel(StatusBar).problem.text().startswith("A part of the window failed")
    Mailbox.broken, before = False, panel.drawn_from_nothing
    own.told(QueuesChanged(QUEUES))
    assert covers(own.window) == []
    assert panel.drawn_from_nothing == before + 1
    assert FAULTS.seen.popitem()[0][0] == "ZeroDivisionError"


UNDER_X = """
from agent_app.ui.frame.app import application
app = application()
assert app.platformName() == "xcb"
from tests.ui.test_own_panel import under_x
under_x()
print("worked")
"""


def under_x() -> None:
    """Four of the tests above, and the key as the X server sends it."""
    for test in (
        test_a_panel_is_at_its_place_and_shows_the_view,
        test_a_panel_s_key_works_and_is_in_the_help_window,
        test_a_panel_s_columns_are_saved,
        test_a_fault_in_a_panel_s_drawing_covers_only_that_panel_and_is_mended,
    ):
        stage = stage_of()
        test(stage)
        stage.close()
        FAULTS.tell = lambda: None
    stage = stage_of()
    told(stage).table.selectRow(1)
    subprocess.run(["xdotool", "key", "ctrl+9"], check=True)
    stage.until(lambda: [row.notice.sender for row in stage.view.notices] == ["Li Min 0"])
    stage.close()


@pytest.mark.slow
def test_the_panel_in_a_window_of_an_x_server(tmp_path: Path) -> None:
    works(tmp_path, UNDER_X)


# --- places, and refusals of the registry ---


class Plain(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock)
        self.wanted = True
        self.setMinimumHeight(20)

    def title(self) -> str:
        return "Plain"

    def shut(self) -> bool:
        was, self.wanted = self.wanted, False
        return was


def placed(place: PanelPlace) -> PanelSpec[Plain]:
    title = Plain.title if place in (PanelPlace.LIST, PanelPlace.ACCOUNT_TAB) else None
    wanted = (lambda panel: panel.wanted) if place is PanelPlace.OVER else None
    return PanelSpec("plain", Plain, (Placement(place, 500, title=title, wanted=wanted),), escape=Escape(1, Plain.shut))


@pytest.mark.slow
@pytest.mark.parametrize("place", list(PanelPlace))
def test_each_place_takes_a_panel(qapp: object, place: PanelPlace) -> None:
    assert qapp is not None
    stage = stage_of("", placed(place))
    if place is not PanelPlace.LOG_IN:
        stage.log_in(SeatState.OPEN)
    panel = stage.window.panel(Plain)
    for tabs in (stage.window.places.lists, stage.window.places.tabs):
        tabs.setCurrentIndex(max(0, tabs.indexOf(panel)))
    stage.settle_drawn()
    assert panel.isVisible()
    stage.close()


@pytest.mark.slow
def test_a_panel_over_the_card_opens_and_closes_and_esc_closes_one_panel_at_a_time(qapp: object) -> None:
    assert qapp is not None
    stage = stage_of("", placed(PanelPlace.OVER))
    told(stage, 1)
    panel, middle = stage.window.panel(Plain), stage.window.places.middle
    assert middle.currentWidget() is panel
    stage.keys("Esc")
    assert not panel.wanted
    stage.window.host.places_changed.emit()
    assert middle.currentIndex() == 0
    assert len(stage.view.notices) == 1, "Esc closes one thing at a time"
    stage.keys("Esc")
    assert stage.view.notices == ()
    stage.window.panel(WrapUpPanel).note.setFocus()
    stage.window.host.focus_released.emit()
    assert stage.window.places.tabs.widget(0).hasFocus()
    stage.close()


def test_an_id_or_a_key_that_is_taken_is_refused() -> None:
    registry = PanelRegistry((*PANELS, MAILBOX))
    (command,) = MAILBOX.commands
    for other, why in (
        (MAILBOX, "the id mailbox is taken"),
        (PanelSpec("other", Plain, commands=(replace(command, keys="Ctrl+0"),)), "the command put_away is taken"),
        (PanelSpec("other", Plain, commands=(replace(command, id="other"),)), "the key Ctrl\\+9 is taken"),
        (PanelSpec("other", Plain, commands=(replace(command, id="x", keys="F1"),)), "the key F1 is taken"),
        (PanelSpec("other", Plain, tables={"queues": lambda _panel: None}), "the table queues is taken"),
        (PanelSpec("other", Plain, (Placement(PanelPlace.LIST, 1),)), "a tab has a title"),
        (PanelSpec("other", Plain, (Placement(PanelPlace.OVER, 1),)), "says when it is wanted"),
    ):
        with pytest.raises(ValueError, match=why):
            registry.register(other)
    assert [spec.id for spec in registry][-1] == "mailbox"


@pytest.mark.slow
def test_a_panel_that_the_window_does_not_have_is_a_lookup_error(own: Stage) -> None:
    with pytest.raises(LookupError, match="no panel of this window is a Plain"):
        own.window.panel(Plain)
