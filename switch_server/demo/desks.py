"""The demo's agents: ``agent-app`` without a window, which answers, talks and writes a disposition; with a screen, one real window."""

import asyncio
from collections.abc import Mapping

from shared.enums import Language
from switch_server.demo.processes import Program, ProgramFailed
from switch_server.demo.world import DemoFolder
from switch_server.services.demo_data import DemoAgent

TALK = "4-8"
"""Seconds that a robot talks, from and to."""
WINDOW_WAIT = 30.0


def has_screen(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


class DemoDesks:
    """``watched``: the first agent is a person at a window. If it doesn't open, ``no_window`` says why and the agent is a robot."""

    def __init__(self, folder: DemoFolder, *, watched: bool, language: Language) -> None:
        self._folder = folder
        self._language = language
        self._programs: dict[DemoAgent, Program] = {}
        self.robots: list[DemoAgent] = list(folder.world.agents)
        self.window: DemoAgent | None = self.robots.pop(0) if watched else None
        self.no_window = ""

    async def start(self) -> None:
        """The switch must be up. Raises ``ProgramFailed`` if a robot does not log in."""
        if self.window is not None:
            try:
                await self._start(self.window, "--lang", self._language.value, up="window", wait=WINDOW_WAIT)
            except ProgramFailed as failed:
                self.no_window = str(failed)
                self.robots.insert(0, self.window)
                self.window = None
        await asyncio.gather(*(self._robot(agent) for agent in self.robots))

    async def _robot(self, agent: DemoAgent) -> None:
        await self._start(agent, "--headless", "--talk", TALK, up="ready", wait=WINDOW_WAIT)

    async def _start(self, agent: DemoAgent, *options: str, up: str, wait: float) -> None:
        program = Program(f"agent-app {agent.agent}", self._folder.folder / "logs" / f"agent-{agent.agent}.log")
        self._programs[agent] = program
        desk = self._folder.desk(agent.desk)
        await program.start(
            "agent_app", "--key", str(desk / "desk.key"), "--folder", str(desk), "--agent", agent.agent,
            *options, up=up, wait=wait,
        )  # fmt: skip

    def fallen(self) -> list[Program]:
        """Robots that ended by themselves; a person may close their window."""
        return [program for agent, program in self._programs.items() if agent in self.robots and not program.running]

    async def stop(self) -> None:
        await asyncio.gather(*(program.stop() for program in self._programs.values()))
