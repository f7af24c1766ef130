"""On a real X server: the pictures are taken, and keys and clicks that come through X work the window."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.ui.xserver import x_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_pictures_are_taken_at_1366_by_768(tmp_path: Path) -> None:
    wanted = ["ringing"]
    with x_server() as environment:
        done = subprocess.run(
            [sys.executable, "-m", "tests.ui.shots", str(tmp_path), *wanted],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "by xcb" in done.stdout
    made = sorted(tmp_path.glob("*.png"))
    assert len(made) == len(wanted) * 4
    for path in made:
        image = QImage(str(path))
        assert (image.width(), image.height()) == (1366, 768)
        colours = {image.pixelColor(x, y).name() for x in range(0, 1366, 7) for y in range(0, 768, 7)}
        assert len(colours) > 20, f"{path.name} is empty"


WORKED = """
import subprocess, sys
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.frame.app import application
from tests.ui.stage import Stage, wait_until
from shared.desk import OpenSeat, LockSeat, SeatChanged
from shared.enums import SeatState, LockReason

app = application()
assert app.platformName() == "xcb"
stage = Stage()
stage.log_in()
stage.window.move(0, 0)
stage.settle_drawn()

def x(*argv):
    subprocess.run(["xdotool", *argv], check=True)

button = stage.button("seat")
spot = button.mapToGlobal(button.rect().center())
x("mousemove", str(spot.x()), str(spot.y()), "click", "1")
wait_until(lambda: stage.asked() == OpenSeat())
stage.done(SeatChanged(stage.seat(SeatState.OPEN)))
x("key", "F7")
wait_until(stage.window.panel(TopBar).reasons.isVisible)
x("key", "Down", "Return")
wait_until(lambda: stage.asked() == LockSeat(LockReason.LUNCH))
stage.done(SeatChanged(stage.seat(SeatState.LOCKED)))
x("key", "F9")
wait_until(stage.window.panel(SearchPanel).line.hasFocus)
x("type", "wxf")
wait_until(lambda: stage.view.search.text == "wxf")
print("worked")
stage.close()
"""


def works(folder: Path, script: str) -> None:
    """Runs the script in a process and on an X server of its own; the script prints ``worked`` at its end."""
    path = folder / "worked.py"
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{script}")
    with x_server() as environment:
        done = subprocess.run(
            [sys.executable, str(path)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["worked"]


@pytest.mark.slow
def test_keys_and_clicks_through_x(tmp_path: Path) -> None:
    """With the X server's own events (xdotool)."""
    works(tmp_path, WORKED)


ANYWHERE = """
import subprocess, sys
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.model.desk.view import Action
from agent_app.ui.frame.app import application
from agent_app.ui.commands.hotkeys import HOTKEYS, Hotkeys
from tests.ui.scenes import call
from tests.ui.stage import Stage, wait_until
from shared.desk import CallChanged, Hold, SeatChanged
from shared.enums import SeatState

app = application()
stage = Stage()
stage.log_in(SeatState.OPEN)
stage.told(SeatChanged(stage.seat(SeatState.TALKING)), CallChanged(call(SeatState.TALKING, answered_at=1.0)))
hotkeys = Hotkeys(stage.window.commands.actions, stage.window)
stage.window.panel(HelpDialog).show_hotkeys(hotkeys.active)
assert "taken" in sys.argv or "Ctrl+Alt+P" in stage.window.panel(HelpDialog).anywhere.text(), stage.window.panel(HelpDialog).anywhere.text()
if "taken" in sys.argv:
    print(*sorted(hotkeys.active))
    sys.stdin.read()
    sys.exit()
assert hotkeys.active == set(HOTKEYS), hotkeys.active
other = subprocess.Popen([sys.executable, __file__, "taken"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
second = other.communicate("", timeout=60)[0]
assert second == "\\n", second  # each key is had by the first
stage.window.hide()  # something else has the keyboard
stage.settle()
subprocess.run(["xdotool", "key", "ctrl+alt+a"], check=True)  # off: nothing rings
subprocess.run(["xdotool", "key", "ctrl+alt+p"], check=True)
wait_until(lambda: isinstance(stage.asked(), Hold))
hotkeys.stop()
print("worked")
stage.close()
"""


@pytest.mark.slow
def test_global_keys(tmp_path: Path) -> None:
    """The keys work while the window does not have the keyboard; a second program does not get the keys of the first."""
    works(tmp_path, ANYWHERE)
