"""``agent-app`` without a window, worked by a test's hands: link, phone process and presenter are the app's own; only the robot is missing.

    python -m tests.e2e.hands [--clock-off SECONDS] [--route IP] AGENT-APP'S OPTIONS

Input: a JSON line an act, the name of one of ``DeskPresenter``'s methods (``log_in``, ``floor.force``) and its arguments (``["log_in", "8001", "…"]``). Output: each view as a JSON line.
``--route``: this PC's address on the way to the switch as its system would tell it, ``none`` without a network; the act ``["route", IP]`` changes it.
``--clock-off``: this PC's wall clock is so far off, for everything in this process. Ends when its input does.
"""

import json
import sys
import threading
import time
from operator import attrgetter

import msgspec

from agent_app import headless, logs, options
from agent_app.bootstrap import AppParts
from agent_app.model.desk.view import DeskView
from tests.agent_app.played import PlayedRoute


def show(view: DeskView) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
    sys.stdout.buffer.flush()


def main(argv: list[str]) -> None:
    if argv[:1] == ["--clock-off"]:
        off, right = float(argv[1]), time.time
        time.time = lambda: right() + off
        argv = argv[2:]
    route, played = PlayedRoute(), argv[:1] == ["--route"]
    if played:
        route.ip, argv = argv[1].removeprefix("none"), argv[2:]
    chosen = options.read(argv)
    files = logs.set_up(chosen.folder / "logs", chosen.log)
    parts, loop = AppParts(chosen, files), headless.RobotLoop()
    if played:
        parts.route = route
    desk = parts.make_desk(loop.post, show)
    show(desk.view)

    def obey() -> None:
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            if name == "route":
                route.ip = arguments[0]
                continue
            loop.post(lambda name=name, arguments=arguments: attrgetter(name)(desk)(*arguments))  # type: ignore[misc]
        loop.post(loop.stop)

    threading.Thread(target=obey, daemon=True).start()
    loop.run(desk.tick, lambda _now: None)
    parts.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
