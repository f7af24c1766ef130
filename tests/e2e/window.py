"""The real window of ``agent-app`` for a test's mouse and keyboard: program as delivered, which besides tells its views and where its buttons are.

    python -m tests.e2e.window AGENT-APP'S OPTIONS

Input and output as ``tests.e2e.hands``, and ``["spot", COMMAND]``: the middle of that command's button on the screen, ``{"spot": [x, y]}``
(``null``: not there, or off); ``dialling.line`` and ``dialling.call`` are the dialog's, the line only while one can type; ``digits`` the keypad while its
keys are taken (``digits.on``: once they would be); ``front`` brings the window there, as a window manager does.
``["picture", PATH]``: takes one of the whole screen, ``{"picture": PATH}``.
Its phone says what ``--robot say=…`` tells, as a robot's does.
"""

import json
import sys
import threading
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from agent_app import logs, options
from agent_app.bootstrap import AppParts, OnView, Post
from agent_app.model.desk.view import DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.frame.app import run
from agent_app.ui.frame.window import Window
from tests.e2e.hands import show


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
    dialling = window.dialling
    match name:
        case "front":
            if not window.isActiveWindow() and not dialling.isVisible():
                window.activateWindow()
            found: list[QWidget] = [window] if window.isActiveWindow() else []
        case "digits":
            found = [window.call.keypad] if window.call.keypad.hasFocus() else []
        case "digits.on":
            found = [window.call.keypad] if window.call.keypad.isEnabled() else []
        case "dialling.line":
            found = [dialling.line] if dialling.line.hasFocus() else []
        case "dialling.call":
            found = [dialling.call_button] if dialling.isVisible() and dialling.call_button.isEnabled() else []
        case _:
            found = [*buttons(window, name)]
    middles = [middle(each) for each in found]
    tell({"spot": middles[0] if middles else None})


def picture(path: str) -> None:
    taken = QApplication.primaryScreen().grabWindow(0).save(path)
    tell({"picture": path if taken else None})


LOOKS: dict[str, Callable[..., None]] = {"spot": spot, "picture": picture}
"""What the window is asked, besides what its desk is told."""


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
