"""A part of the window raises while it is drawn: that part is drawn again or covered, the others go on, the agent gets a message."""

import logging
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, Qt

from agent_app.ui.call.panel import CallPanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import PasswordDialog
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.panels.status import Banner, StatusBar
from agent_app.ui.parts.boards import FILL
from agent_app.ui.parts.faults import FAULTS, Cover, Drawing
from agent_app.ui.parts.widgets import Panel
from shared.desk import CallChanged, PopChanged, QueuesChanged, SeatChanged
from shared.enums import Language, LockReason, SeatState
from tests.ui.floor_scenes import SMALL
from tests.ui.scenes import QUEUES, call, pop, scenes
from tests.ui.stage import Stage
from tests.ui.test_floor import Board

ROOT = Path(__file__).resolve().parents[2]


class BrokenError(Exception):
    pass


class Breaking:
    """Makes a method of a widget raise while ``on``: at each call, or at the next call only (``once``)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, part: object, name: str) -> None:
        self.on, self.once = True, False
        real = getattr(part, name)
        monkeypatch.setattr(part, name, lambda *args, **kwargs: self._run(real, args, kwargs))

    def _run(self, real: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        if self.on:
            self.on = not self.once
            raise BrokenError
        return real(*args, **kwargs)


def _taken() -> list[int]:
    """How often each fault came; the list of faults is emptied."""
    seen, FAULTS.seen = FAULTS.seen, {}
    return sorted(seen.values())


def _covers(panel: Panel) -> list[Cover]:
    return [cover for place in panel.drawing.places for cover in place.findChildren(Cover) if not cover.isHidden()]


def test_a_locked_seat_is_not_shown_as_open_when_a_panel_before_it_fails(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Panels are drawn one after another, the banner among the first."""
    stage.log_in(SeatState.OPEN)
    Breaking(monkeypatch, stage.window.panel(Banner), "show_view")
    stage.told(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.LUNCH)), CallChanged(None))
    window = stage.window
    assert window.panel(TopBar).chip.word.text() == "Locked"
    assert window.panel(TopBar).seat.text().startswith("Open the seat")
    stage.told(QueuesChanged((replace(QUEUES[0], waiting=77),)), PopChanged(pop()))
    assert window.panel(QueuesPanel).table.rows.row(0) == replace(QUEUES[0], waiting=77), "drawn after the banner"
    assert window.panel(CustomerPanel).name.text() == "王小芳"
    assert len(window.panel(TicketsPanel).table.rows._rows) == 2
    assert len(_taken()) == 1


def test_a_panel_that_fails_is_drawn_again_completely(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts drawn before the fault do not count as drawn; otherwise the next views, which draw only changes, would never mend the panel."""
    stage.log_in(SeatState.OPEN)
    broken = Breaking(monkeypatch, stage.window.panel(TopBar).chip, "show_state")
    broken.once = True
    stage.told(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.LUNCH)))
    assert stage.window.panel(TopBar).chip.word.text() == "Locked"
    assert stage.window.panel(TopBar).reason.text() == "Lunch"
    assert _covers(stage.window.panel(TopBar)) == []
    assert _taken() == [1]


def test_a_panel_that_cannot_be_drawn_is_covered_until_it_can(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.log_in(SeatState.OPEN)
    broken = Breaking(monkeypatch, stage.window.panel(AccountsPanel), "_say_state")
    stage.ring(call(SeatState.RINGING), pop())
    covers = _covers(stage.window.panel(AccountsPanel))
    assert [cover.parentWidget() for cover in covers] == stage.window.panel(AccountsPanel).drawing.places, (
        "its tables too"
    )
    assert all(cover.isVisibleTo(cover.parentWidget()) for cover in covers)
    stage.window.resize(1500, 900)
    stage.settle_drawn()
    assert all(cover.size() == cover.parentWidget().size() for cover in covers)
    broken.on = False
    stage.told(CallChanged(None))
    assert _covers(stage.window.panel(AccountsPanel)) == []
    assert len(stage.window.panel(AccountsPanel).holdings.rows._rows) == 5
    assert _taken() != []


def test_a_repeated_fault_is_shown_and_logged_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    FAULTS.tell = stage.desk.window_failed
    stage.log_in(SeatState.OPEN)
    Breaking(monkeypatch, stage.window.panel(QueuesPanel), "show_view")
    with caplog.at_level(logging.ERROR):
        for number in range(20):
            stage.told(QueuesChanged((replace(QUEUES[0], waiting=number),)))
    assert stage.window.panel(StatusBar).problem.text().startswith("A part of the window failed")
    assert caplog.text.count("Traceback") == 1
    assert "drawing QueuesPanel failed" in caplog.text
    stage.keys("Esc")
    assert stage.view.problem is None
    stage.told(QueuesChanged(()))
    assert stage.view.problem is None, "of the same fault one is told once"
    (times,) = _taken()
    assert times > 20


def test_the_clocks_of_other_panels_go_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    broken = Breaking(monkeypatch, stage.window.panel(TopBar), "tick")
    stage.world.now += 100
    stage.window._tick()
    broken.on = False  # the window's own timer may come before the test ends
    assert stage.window.panel(CallPanel).time.text() == "1:40"
    assert len(_taken()) == 1


def test_a_step_of_drawing_that_fails_does_not_stop_the_next(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.log_in(SeatState.OPEN)
    window = stage.window
    for part, name in (
        (window.commands, "_draw_one"), (window.panel(PasswordDialog), "show_view"), (window, "_show_page"), (window.leaving, "follow"),
        (window, "_call_attention"),
    ):  # fmt: skip
        Breaking(monkeypatch, part, name)
    stage.told(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.LUNCH)))
    stage.desk.search("wxf")
    stage.settle()
    assert window.panel(TopBar).chip.word.text() == "Locked"
    assert window.places.middle.currentIndex() == 1
    assert _taken() != []


def test_a_command_that_fails_is_drawn_at_the_next_view_and_the_others_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.log_in(SeatState.OPEN)
    broken = Breaking(monkeypatch, stage.window.commands.actions["answer"], "setEnabled")
    stage.ring(call(SeatState.RINGING), pop())
    assert not stage.window.commands.actions["answer"].isEnabled()
    assert stage.window.commands.actions["hang_up"].isEnabled(), "it comes after it"
    broken.on = False
    stage.told(QueuesChanged(()))
    assert stage.window.commands.actions["answer"].isEnabled()
    assert _taken() != []


def test_a_table_of_the_supervisor_s_desk_that_fails_does_not_stop_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(stage).window
    broken = Breaking(monkeypatch, board.seats, "_sum")
    board.draw_floor(replace(SMALL, seats={}, queues={}))
    assert len(_covers(board.seats)) == 1
    assert board.queues.table.board.rowCount() == 0
    broken.on = False
    board.draw_floor(SMALL)
    assert _covers(board.seats) == []
    assert board.seats.table.board.rowCount() > 0
    assert board.queues.table.board.rowCount() == len(SMALL.queues)
    assert len(_taken()) == 1


def test_rows_that_could_not_be_sorted_are_filled_again(stage: Stage) -> None:
    """A row of a newer switch leaves the model half changed; filled from the start, the model is right again."""
    board = Board(stage).window
    board.seats.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    key, row = next(iter(SMALL.seats.items()))
    board.draw_floor(replace(SMALL, seats={**SMALL.seats, key: replace(row, state="brand_new")}))
    assert len(_covers(board.seats)) == 1
    board.draw_floor(SMALL)
    assert _covers(board.seats) == []
    shown = {each.key for each in board.seats.table.board._rows}
    assert shown == {each.key for each in SMALL.seats.values() if each.state is not SeatState.OFFLINE}
    assert _taken() != []


def test_a_cell_that_raises_is_empty_and_the_others_are_there(stage: Stage) -> None:
    board = Board(stage).window
    key, row = next(iter(SMALL.seats.items()))
    board.draw_floor(replace(SMALL, seats={**SMALL.seats, key: replace(row, state="brand_new", skills=None)}))
    model = board.seats.table.board
    at = next(number for number in range(model.rowCount(QModelIndex())) if model.row(number).key == key)
    assert model.index(at, 0).data() == key
    assert model.index(at, 2).data(FILL) is None
    assert model.index(at, 6).data() is None
    board.grab()
    assert _covers(board.seats) == []
    board.draw_floor(SMALL)
    assert len(_taken()) == 2


def test_faults_at_one_place_count_as_one() -> None:
    told = []
    FAULTS.tell = lambda: told.append(1)
    for _ in range(3):
        assert not FAULTS.guarded("it", lambda: int("x"))
    assert not FAULTS.guarded("it", lambda: {}["no"])
    assert FAULTS.guarded("it", lambda: None)
    assert told == [1, 1]
    assert _taken() == [1, 3]


def test_a_cover_s_text_is_in_chinese_too(gallery: Stage) -> None:
    gallery.window.draw(scenes(Language.ZH)["open"])
    drawing = Drawing(gallery.window.panel(QueuesPanel), lambda: int("x"))
    drawing(lambda: None)
    drawing(lambda: {}["no"])
    (cover,) = gallery.window.panel(QueuesPanel).findChildren(Cover)
    assert cover.text() == "这部分暂时无法显示，原因已记入日志。"
    cover.deleteLater()
    assert len(_taken()) == 2


@pytest.mark.slow
def test_a_slot_that_raises_is_logged_and_shown(tmp_path: Path) -> None:
    """A fault in a slot, a paint event or a model's data, all called by Qt, is logged once and shown in the agent's status line."""
    script = f"""
        import logging, time
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication, QWidget
        from agent_app.presenters.desk import DeskPresenter
        from agent_app.ui.frame.app import run
        from tests.ui.fakes import FakeDiagnostics, FakePhone, FakeSettings, FakeSwitch
        logging.basicConfig(filename={str(tmp_path / "log")!r})

        class Bad(QWidget):
            def paintEvent(self, event):
                raise KeyError("paint")

        def make(post, on_view):
            settings = FakeSettings({{"language": "en"}})
            desk = DeskPresenter(FakeSwitch(), FakePhone(), settings, time.monotonic, time.time, on_view, FakeDiagnostics())
            again = QTimer(QApplication.instance())
            again.timeout.connect(lambda: int("x"))
            again.start(5)
            bad = Bad()
            bad.show()
            after = QTimer(QApplication.instance())
            after.timeout.connect(bad.update)
            after.start(5)

            def look():
                if desk.view.problem is not None and sum(FAULTS.seen.values()) > 20:
                    print(desk.view.problem.code)
                    QApplication.instance().quit()
            looking = QTimer(QApplication.instance())
            looking.timeout.connect(look)
            looking.start(20)
            make.kept = bad
            return desk

        from agent_app.ui.parts.faults import FAULTS
        raise SystemExit(run(make, FakeSettings({{"language": "en"}}), ["-platform", "offscreen"]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["window_fault"]
    log = (tmp_path / "log").read_text()
    assert log.count("ValueError") == 1
    assert log.count("KeyError") == 1
