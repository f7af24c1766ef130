"""The real window of ``agent-app`` for a test's mouse and keyboard: the delivered program, which also prints its views and the places of its buttons.

    python -m tests.e2e.window AGENT-APP'S OPTIONS

Input and output as in ``tests.e2e.scripted_app``, and in addition:
``["spot", COMMAND]``: the middle of the command's button on the screen, ``{"spot": [x, y]}`` (``null``: not shown, or disabled); ``dialling.line`` and
``dialling.call`` are the dialog's, the line only while typing is possible; ``digits`` is the keypad while its keys are taken (``digits.on``: once
they would be); ``front`` activates the window, as a window manager does; ``fax.number``, ``fax.file`` and ``fax.send`` are in the window of a new fax,
``fax.chooser`` is the line of the dialog for its file while typing is possible.
``["picture", PATH]``: saves a screenshot of the whole screen, ``{"picture": PATH}``.
The phone says what ``--robot say=…`` names, as for a robot.
"""

import json
import sys
import threading
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget

from agent_app import logs, options
from agent_app.bootstrap import AppParts, OnView, Post
from agent_app.model.desk.view import DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.fax.sending import SendFaxDialog
from agent_app.ui.frame.app import run
from agent_app.ui.frame.window import Window
from tests.e2e.scripted_app import show


def main(argv: list[str]) -> int:
    chosen = options.read(argv)
    files = logs.set_up(chosen.folder / "logs", chosen.log)
    parts = AppParts(replace(chosen, headless=False), files)
    parts._options = chosen

    def make(post: Post, on_view: OnView) -> DeskPresenter:
        def seen(view: DeskView) -> None:
            on_view(view)
            show(view)

        desk = parts.make_desk(post, seen)
        show(desk.view)
        threading.Thread(target=obey, args=(desk, post), daemon=True).start()
        return desk

    status = run(make, parts.settings, chosen.qt)
    parts.stop()
    return status


def obey(desk: DeskPresenter, post: Callable[[Callable[[], None]], None]) -> None:
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        act = LOOKS.get(name) or attrgetter(name)(desk)
        post(partial(act, *arguments))
    post(QApplication.quit)


def spot(name: str) -> None:
    (window,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    dialling = window.panel(DialDialog)
    match name:
        case "front":
            if not window.isActiveWindow() and not dialling.isVisible():
                window.activateWindow()
            found: list[QWidget] = [window] if window.isActiveWindow() else []
        case "digits":
            found = [window.panel(CallPanel).keypad] if window.panel(CallPanel).keypad.hasFocus() else []
        case "digits.on":
            found = [window.panel(CallPanel).keypad] if window.panel(CallPanel).keypad.isEnabled() else []
        case "dialling.line":
            found = [dialling.line] if dialling.line.hasFocus() else []
        case "dialling.call":
            found = [dialling.call_button] if dialling.isVisible() and dialling.call_button.isEnabled() else []
        case "fax.number" | "fax.file" | "fax.send":
            sending = window.panel(SendFaxDialog)
            part = {"fax.number": sending.number, "fax.file": sending.source.file, "fax.send": sending.send_button}[
                name
            ]
            found = [part] if part.isVisible() and part.isEnabled() else []
        case "fax.chooser":
            found = [*chooser(window)]
        case _:
            found = [*buttons(window, name)]
    middles = [middle(each) for each in found]
    tell({"spot": middles[0] if middles else None})


def chooser(window: Window) -> list[QLineEdit]:
    """The line for a file's name, once one can type there; the dialog is activated, as a window manager does."""
    dialogs = window.panel(SendFaxDialog).findChildren(QFileDialog)
    for dialog in dialogs:
        dialog.activateWindow()
    return [line for dialog in dialogs for line in dialog.findChildren(QLineEdit) if line.hasFocus()]


def picture(path: str) -> None:
    taken = QApplication.primaryScreen().grabWindow(0).save(path)
    tell({"picture": path if taken else None})


LOOKS: dict[str, Callable[..., None]] = {"spot": spot, "picture": picture}
"""Requests to the window itself, in addition to those for its desk."""


def tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def buttons(window: Window, name: str) -> list[QAbstractButton]:
    action = window.commands.actions[name]
    found = [each for each in window.findChildren(QAbstractButton) if getattr(each, "_action", None) is action]
    return [each for each in found if each.isVisible() and each.isEnabled()]


def middle(widget: QWidget) -> tuple[int, int]:
    at = widget.mapToGlobal(widget.rect().center())
    return at.x(), at.y()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
