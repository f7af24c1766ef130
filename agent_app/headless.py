"""The desk without a window: the same presenter, phone and link, an own event loop, and a robot in place of a person."""

import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from random import SystemRandom
from types import FrameType
from typing import Any, TextIO

import msgspec

from agent_app.model.desk.view import DeskView
from agent_app.options import RobotPlan
from agent_app.presenters.desk import DeskPresenter
from agent_app.robot import Robot

_log = logging.getLogger(__name__)
TICK_S = 0.2
LEAVE_S = 20.0
"""Seconds from the signal to stop until the robot leaves its talk to the switch."""
Work = Callable[[], None]


class RobotLoop:
    """The event loop of one thread: runs posted work in order, and ``tick`` five times a second. An exception ends only the work that raised it."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._running = True

    def post(self, work: Work) -> None:
        """May be called from any thread, and from a signal handler."""
        self._work.put(work)

    def stop(self) -> None:
        self._running = False

    def run(self, tick: Callable[[float], None], after: Callable[[float], None]) -> None:
        """Runs until ``stop``. ``after`` is called after each piece of work and each tick."""
        next_tick = time.monotonic()
        while self._running:
            work = self._next(next_tick)
            now = time.monotonic()
            if now >= next_tick:
                self._guarded(lambda now=now: tick(now))  # type: ignore[misc]
                next_tick = now + TICK_S
            if work is not None:
                self._guarded(work)
            self._guarded(lambda: after(time.monotonic()))

    def _next(self, until: float) -> Work | None:
        try:
            return self._work.get(timeout=max(until - time.monotonic(), 0.0))
        except queue.Empty:
            return None

    @staticmethod
    def _guarded(work: Work) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  # a bug ends this piece of work only
            _log.exception("work failed")


def read_password(source: TextIO) -> str:
    """The first line of ``source``."""
    return source.readline().rstrip("\r\n")


def run(
    make_desk: Callable[[Callable[[Work], None], Callable[[DeskView], None]], DeskPresenter],
    plan: RobotPlan,
    agent: str,
    password: str,
    source: TextIO,
    out: TextIO,
) -> int:
    """Returns the exit status: 0 after a signal to stop or the end of the input, 1 when the robot could not log in."""
    loop = RobotLoop()
    desk = make_desk(loop.post, lambda _: None)

    def say(line: str) -> None:
        out.write(f"{line}\n")
        out.flush()

    def talked(talk: dict[str, Any]) -> None:
        say(msgspec.json.encode(talk).decode())

    robot = Robot(desk, plan, agent, password, say=talked, ready=lambda: say("ready"), random=SystemRandom())
    deadline: list[float] = []

    def leave() -> None:
        robot.stop()
        deadline.append(time.monotonic() + LEAVE_S)

    def after(now: float) -> None:
        robot.step(now)
        if robot.over or (deadline and now > deadline[0]):
            loop.stop()

    _on_signals(lambda: loop.post(leave))
    threading.Thread(target=_until_end, args=(source, lambda: loop.post(leave)), name="stdin", daemon=True).start()
    loop.run(desk.tick, after)
    if robot.failed:
        sys.stderr.write(f"agent-app: {agent} can't log in: {robot.failed}\n")
        return 1
    return 0


def _on_signals(leave: Work) -> None:
    def handler(_number: int, _frame: FrameType | None) -> None:
        leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _until_end(source: TextIO, ended: Work) -> None:
    """Calls ``ended`` at the end of the input, when the program that started the robot has ended."""
    for _ in source:
        pass
    ended()
