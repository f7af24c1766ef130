"""The app itself with its window, worked by a robot: ``python -m tests.bench._pop_window --key … --agent … --password-stdin``.

As ``agent_app.bootstrap`` joins the parts, but for the person. The pop is told as shown when it has been painted, by the window.
"""

import os
import sys
import time
from random import Random

from PySide6.QtCore import QTimer

from agent_app import bootstrap, logs, options
from agent_app.headless import read_password
from agent_app.options import RobotPlan, Span
from agent_app.presenters.desk import Desk
from agent_app.robot import Robot
from agent_app.ui.app import OnView, Post
from agent_app.ui.app import run as run_window

PLAN = RobotPlan(Span(0.3, 0.5), Span(1.5, 2.0), Span(0.2, 0.4))
STEP_MS = 100


class Hands(Robot):
    """A robot whose eyes are the window's painting."""

    def _look_at_pop(self, *_: object) -> None:
        pass


def main() -> int:
    chosen = options.read(None)
    logs.set_up(chosen.folder / "logs", chosen.log)
    password = read_password(sys.stdin)
    parts = bootstrap.Parts(chosen)
    timers: list[QTimer] = []

    def make(post: Post, on_view: OnView) -> Desk:
        desk = parts.make_desk(post, on_view)
        hands = Hands(
            desk,
            PLAN,
            chosen.agent,
            password,
            say=lambda _talk: None,
            ready=lambda: print("ready", flush=True),
            random=Random(),
        )
        timers.append(timer := QTimer())  # the application is there now
        timer.timeout.connect(lambda: hands.step(time.monotonic()))
        timer.start(STEP_MS)
        return desk

    try:
        return run_window(make, parts.settings, ())
    finally:
        parts.stop()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
