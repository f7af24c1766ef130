"""The demo's agents: robots (``agent-app`` without a window) that answer, talk and write a disposition; with a screen, one real window."""

import asyncio
from collections.abc import Mapping

from shared.enums import Language
from shared.ids import AgentId
from switch_server.demo.processes import Program, ProgramFailed
from switch_server.demo.world import DemoFolder
from switch_server.services.demo_data import DemoAgent

PLAN = "answer-after=0.5-1.5,talk={talk},wrap=0.5-1.5"
"""A robot's plan for a call, in seconds; the disposition is any of the switch's."""
TALK, WATCHED_TALK = "4-8", "40-90"
"""Seconds of a robot's talk; longer with a person at the window, who needs time to look at a talk and to listen in."""
FIRST_PITCH, NEXT_PITCH = 800, 100
"""Hz: each robot's tone has a pitch of its own, above those of the callers."""
START_WAIT = 60.0


def has_screen(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


class DemoDesks:
    """``watched``: the first agent is a person at a window. If the window doesn't open, ``no_window`` says why and the agent is a robot."""

    def __init__(self, folder: DemoFolder, *, watched: bool, language: Language) -> None:
        self._folder = folder
        self._language = language
        self._talk = WATCHED_TALK if watched else TALK
        self._programs: dict[AgentId, Program] = {}
        self.robots: list[DemoAgent] = list(folder.world.agents)
        self.window: DemoAgent | None = self.robots.pop(0) if watched else None
        self.no_window = ""

    async def start(self) -> None:
        """Starts all agents; the switch must be up. Raises ``ProgramFailed`` if a robot can't open its seat."""
        if self.window is not None:
            try:
                await self._start(self.window, "window", "--lang", self._language.value)
            except ProgramFailed as failed:
                self.no_window = str(failed)
                await self._programs[self.window.agent].stop()
                self.robots.insert(0, self.window)
                self.window = None
        await asyncio.gather(*(self._robot(number, agent) for number, agent in enumerate(self.robots)))

    async def _robot(self, number: int, agent: DemoAgent) -> None:
        plan = f"{PLAN.format(talk=self._talk)},say=tone:{FIRST_PITCH + NEXT_PITCH * number}"
        await self._start(agent, "ready", "--headless", "--no-audio", "--robot", plan)

    async def _start(self, agent: DemoAgent, up: str, *options: str) -> None:
        program = Program(f"agent-app {agent.agent}", self._folder.folder / "logs" / f"agent-{agent.agent}.log")
        self._programs[agent.agent] = program
        desk = self._folder.desk(agent.desk)
        await program.start(
            "agent_app", "--key", str(desk / "desk.key"), "--folder", str(desk), "--agent", agent.agent,
            "--password-stdin", *options, up=up, wait=START_WAIT, told=agent.password,
        )  # fmt: skip

    def exited(self) -> list[Program]:
        """Robots that ended by themselves. The window is left out, since a person may close it."""
        robots = {robot.agent for robot in self.robots}
        return [program for agent, program in self._programs.items() if agent in robots and not program.running]

    async def stop(self) -> None:
        await asyncio.gather(*(program.stop() for program in self._programs.values()))
