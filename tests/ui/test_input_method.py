"""Case 28: pinyin is typed into a note, on a Linux desk whose session has set ``QT_IM_MODULE=fcitx``."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from agent_app.ui.frame.input_method import wanted
from tests.ui.xserver import x_server

ROOT = Path(__file__).resolve().parents[2]
OURS = ("libcomposeplatforminputcontextplugin.so", "libibusplatforminputcontextplugin.so")
FCITX = (*OURS, "libfcitx5platforminputcontextplugin.so")


@pytest.mark.parametrize(
    ("environment", "changes"),
    [
        ({"QT_IM_MODULE": "fcitx"}, {"QT_IM_MODULE": "ibus"}),
        ({"QT_IM_MODULE": "fcitx5", "WAYLAND_DISPLAY": "wayland-0"}, {"QT_IM_MODULE": "ibus"}),
        ({"XMODIFIERS": "@im=fcitx"}, {"QT_IM_MODULE": "ibus"}),
        ({"XMODIFIERS": "@im=ibus"}, {"QT_IM_MODULE": "ibus"}),
        ({"XMODIFIERS": "@im=fcitx", "WAYLAND_DISPLAY": "wayland-0"}, {}),
        ({"XMODIFIERS": "@im=none"}, {}),
        ({"QT_IM_MODULE": "ibus", "XMODIFIERS": "@im=fcitx"}, {}),
        ({"QT_IM_MODULE": "compose", "XMODIFIERS": "@im=fcitx"}, {}),
        ({"QT_IM_MODULES": "wayland;fcitx", "QT_IM_MODULE": "fcitx"}, {"QT_IM_MODULES": "wayland;fcitx;ibus"}),
        ({"QT_IM_MODULES": "wayland;fcitx;ibus"}, {}),
        ({}, {}),
    ],
)
def test_ibus_is_chosen_where_fcitx_has_no_plug_in(environment: dict[str, str], changes: dict[str, str]) -> None:
    assert wanted(environment, OURS, has_ibus=True) == changes
    assert wanted(environment, FCITX, has_ibus=False) == {}, "its own plug-in is there"
    assert wanted(environment, OURS[:1], has_ibus=False) == {}, "nothing to choose"
    portal = {"IBUS_USE_PORTAL": "1"} if changes else {}
    assert wanted(environment, OURS, has_ibus=False) == changes | portal, "the plug-in looks for ibus-daemon"
    assert wanted(environment | {"IBUS_USE_PORTAL": "0"}, OURS, has_ibus=False) == changes, "the user has chosen"


def test_the_wheel_has_the_plug_in_for_ibus_and_none_for_fcitx() -> None:
    """If this fails, read the module's docstring again: a choice may no more be needed."""
    folders = [Path(path) / "platforminputcontexts" for path in QCoreApplication.libraryPaths()]
    names = [file.name for folder in folders if folder.is_dir() for file in folder.iterdir()]
    assert [name for name in names if "ibus" in name] == [OURS[1]]
    assert [name for name in names if "fcitx" in name] == []


TYPED = """
import os, subprocess, sys, time
from pathlib import Path

home = Path(os.environ["HOME"])
profile = home / ".config" / "fcitx5" / "profile"
profile.parent.mkdir(parents=True)
profile.write_text(
    "[Groups/0]\\nName=Default\\nDefault Layout=us\\nDefaultIM=pinyin\\n[Groups/0/Items/0]\\nName=pinyin\\nLayout=\\n"
    "[GroupOrder]\\n0=Default\\n"
)
with (home / "fcitx.log").open("w") as log:
    fcitx = subprocess.Popen(["fcitx5", "-D", "--disable=wayland"], stdout=log, stderr=log)
try:
    from agent_app.ui.call.wrapup import WrapUpPanel
    from agent_app.ui.frame.app import application
    from shared.desk import CallChanged, SeatChanged
    from shared.enums import SeatState
    from tests.ui.scenes import CALL, call
    from tests.ui.stage import Stage, wait_until

    end = time.monotonic() + 60
    while not list((home / ".config" / "ibus" / "bus").glob("*")):
        assert time.monotonic() < end, (home / "fcitx.log").read_text()
        time.sleep(0.1)
    application()
    stage = Stage()
    stage.log_in(SeatState.OPEN)
    stage.told(SeatChanged(stage.seat(SeatState.TALKING)), CallChanged(call(SeatState.TALKING, answered_at=1.0)))
    note = stage.window.panel(WrapUpPanel).note
    note.setFocus()
    wait_until(note.hasFocus)
    while note.toPlainText() != "客户":
        assert time.monotonic() < end, note.toPlainText()
        note.clear()
        for key in ("Escape", "k", "e", "h", "u", "space"):  # again, until the input method has heard of the focus
            subprocess.run(["xdotool", "key", key], check=True)
            stage.settle()
            time.sleep(0.2)
            stage.settle()
    wait_until(lambda: stage.view.note == "客户")
    print("worked")
    stage.close()
finally:
    fcitx.terminate()
    fcitx.wait(30)
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", ["fcitx", ""])
def test_pinyin_typed_through_fcitx_is_chinese_in_the_note(tmp_path: Path, module: str) -> None:
    """With Fcitx 5, an X server and a message bus of their own, and X's own key events."""
    path, runtime = tmp_path / "typed.py", tmp_path / "runtime"
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{TYPED}", encoding="utf-8")
    runtime.mkdir(mode=0o700)
    named = {"QT_IM_MODULE": module} if module else {}
    dropped = {"QT_IM_MODULE", "QT_IM_MODULES", "XDG_CONFIG_HOME", "IBUS_ADDRESS", "IBUS_USE_PORTAL"}
    with x_server() as environment:
        kept = {name: value for name, value in environment.items() if name not in dropped}
        own = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), "XMODIFIERS": "@im=fcitx", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["dbus-run-session", "--", sys.executable, str(path)],
            env=kept | own | named | {"PYTHONIOENCODING": "utf-8"}, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["worked"]
