"""The arrangement of windows in the settings file: size, place, splitters and columns; used where it fits on the present screens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import json as msgspec_json

from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.parts.arrangement import FRAME, KEY, Arrangement, SavedArrangement, fit
from tests.ui.fakes import FakeSettings
from tests.ui.stage import Stage
from tests.ui.test_floor import Board

ROOT = Path(__file__).resolve().parents[2]
Screen = tuple[int, int, int, int]
LAPTOP: Screen = (0, 0, 1366, 768)
DESK: Screen = (0, 0, 1920, 1080)
BESIDE: Screen = (1920, 0, 1920, 1080)

PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QRect
from agent_app.settings import SettingsFile
from agent_app.ui.frame.app import application
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.parts.translation import Translation
from agent_app.ui.frame.window import Window
from tests.ui.fakes import World

app = application(["-platform", "offscreen:configfile=" + sys.argv[1]])
settings, world = SettingsFile(Path(sys.argv[2])), World()
window = Window(world.desk, settings, Translation(app), lambda: 0.0)
window.show()
window.places.pages.setCurrentIndex(1)
app.processEvents()
for code in sys.argv[3:]:
    exec(code)
    app.processEvents()
place = window.geometry()
print(json.dumps({
    "place": [place.x(), place.y(), place.width(), place.height()],
    "maximised": window.isMaximized(), "columns": window.places.columns.sizes(), "queue": window.panel(QueuesPanel).table.columnWidth(1),
}))
window.leaving.sure = True
window.close()
"""


def _open(folder: Path, *screens: Screen, do: tuple[str, ...] = ()) -> dict[str, object]:
    """Opens the window in a program of its own and returns its arrangement just before it is closed."""
    names = ("x", "y", "width", "height")
    made = [
        {"name": f"screen {number}", **dict(zip(names, screen, strict=True)), "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for number, screen in enumerate(screens)
    ]  # fmt: skip
    (folder / "screens.json").write_text(json.dumps({"screens": made}))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "screens.json"), str(folder), *do],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_the_first_window_is_as_large_as_the_screen_permits(tmp_path: Path) -> None:
    for name in ("large", "small"):
        (tmp_path / name).mkdir()
    assert _open(tmp_path / "large", DESK)["place"][2:] == [1366, 728]  # type: ignore[index]
    x, y, wide, high = _open(tmp_path / "small", (0, 0, 1280, 720))["place"]  # type: ignore[misc]
    assert wide == 1280 - 2 * FRAME
    assert high < 720
    assert (x, y) >= (0, 0)


@pytest.mark.slow
def test_a_window_opens_as_it_was_closed(tmp_path: Path) -> None:
    do = (
        "window.setGeometry(QRect(300, 120, 1500, 800))",
        "window.places.columns.setSizes([250, 834, 384])",
        "window.places.columns.splitterMoved.emit(250, 1)",
        "window.panel(QueuesPanel).table.setColumnWidth(1, 99)",
    )
    left = _open(tmp_path, DESK, do=do)
    assert left["place"] == [300, 120, 1500, 800]
    again = _open(tmp_path, DESK)
    assert again == left
    assert again["queue"] == 99
    assert again["columns"] == [250, 834, 384]
    assert list((tmp_path).glob("settings.json"))


@pytest.mark.slow
def test_on_a_smaller_screen_a_window_opens_as_the_first_time(tmp_path: Path) -> None:
    _open(tmp_path, DESK, do=("window.setGeometry(QRect(300, 120, 1600, 900))",))
    x, y, wide, high = _open(tmp_path, LAPTOP)["place"]  # type: ignore[misc]
    assert x >= 0
    assert y >= 0
    assert x + wide <= 1366
    assert y + high <= 768


@pytest.mark.slow
def test_a_window_of_a_missing_screen_opens_on_the_other_screen(tmp_path: Path) -> None:
    left = _open(tmp_path, DESK, BESIDE, do=("window.setGeometry(QRect(2100, 100, 1400, 800))",))
    assert left["place"] == [2100, 100, 1400, 800]
    assert _open(tmp_path, DESK, BESIDE)["place"] == left["place"]
    x, y, wide, high = _open(tmp_path, DESK)["place"]  # type: ignore[misc]
    assert 0 <= x <= 1920 - wide
    assert 0 <= y <= 1080 - high


@pytest.mark.slow
def test_a_maximised_window_opens_maximised(tmp_path: Path) -> None:
    _open(tmp_path, DESK, do=("window.showMaximized()",))
    assert _open(tmp_path, DESK)["maximised"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"windows": 3}', '{"windows": {"window": "%%%"}, "splitters": {"columns": [1]}}']
)
def test_a_damaged_arrangement_is_ignored(qapp: object, text: str) -> None:
    from PySide6.QtWidgets import QSplitter, QWidget

    assert qapp is not None
    window, splitter = QWidget(), QSplitter()
    for _ in range(2):
        splitter.addWidget(QWidget())
    arrangement = Arrangement(FakeSettings({KEY: text}))
    arrangement.add("window", window, {"columns": splitter}, {})
    arrangement.keep()
    window.deleteLater()


def test_the_names_in_the_settings_are_the_same_in_each_version(stage: Stage) -> None:
    """Otherwise an update would lose the columns that agents have set."""
    names = {
        "holdings",
        "orders",
        "history",
        "trail",
        "queues",
        "calls",
        "people",
        "search",
        "tickets",
        "dialling",
        "fax_inbox",
        "fax_mine",
    }
    assert set(stage.window.tables) == names


def test_an_arrangement_is_saved_once_when_a_window_is_closed(stage: Stage) -> None:
    board = Board(stage).window
    settings = stage.world.settings
    assert KEY not in settings.values
    board.seats.table.setColumnWidth(1, 123)
    board.splitters["board"].setSizes([500, 800])
    board.splitters["board"].splitterMoved.emit(500, 1)
    assert KEY not in settings.values, "not while something is dragged"
    board.close()
    kept = msgspec_json.decode(settings.values[KEY], type=SavedArrangement)
    assert kept.columns["board-seats"] == {"Name": 123}
    assert set(kept.windows) == {"window", "board"}
    assert kept.splitters == {"board": board.splitters["board"].sizes()}, "those that a person moved"


def test_a_dialog_is_not_larger_than_the_screen(stage: Stage) -> None:
    stage.window.panel(HelpDialog).resize(3000, 3000)
    fit(stage.window.panel(HelpDialog))
    room = stage.window.screen().availableSize()
    assert stage.window.panel(HelpDialog).width() <= room.width()
    assert stage.window.panel(HelpDialog).height() < room.height()
