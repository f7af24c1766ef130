"""The demo's centre, branches and outside world: six simulated trading systems, six gateways, one switch server, telephones to be called."""

import asyncio

from shared.control import AskBranches, Branches
from shared.enums import Language
from switch_server.demo.asking import Asking
from switch_server.demo.processes import Program, ProgramFailed
from switch_server.demo.world import DemoFolder, Ports

LINK_WAIT, LOOK_EVERY = 40.0, 0.1


class DemoCentre:
    """Starts and stops all of it; the logs lie in ``FOLDER/logs``."""

    def __init__(self, folder: DemoFolder, ports: Ports, seed: int, language: Language) -> None:
        self._folder = folder
        self._ports = ports
        self._seed = seed
        self._language = language
        self._logs = folder.folder / "logs"
        self.switch = Program("switch-server", self._logs / "switch-server.log")
        self._outside = Program("outside telephones", self._logs / "outside.log")
        self._branches: list[Program] = []

    async def start(self) -> None:
        """The switch first (branches connect to it), then all branches at once, until each answers. Raises ``ProgramFailed``."""
        await self.switch.start("switch_server", "--config", str(self._folder.config), up="switch-server ")
        await asyncio.gather(self._telephones(), *(self._branch(branch.id) for branch in self._folder.world.branches))
        await self._linked()

    async def _linked(self) -> None:
        """A gateway is "ready" before its links are up: the first customers must not hear that their branch can't be reached."""
        asking = Asking(self._folder.state)
        await asking.start()
        try:
            async with asyncio.timeout(LINK_WAIT):
                while not _all_up(await asking.ask(AskBranches(), Branches)):  # noqa: ASYNC110  it is not told, only asked for
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError as error:
            raise ProgramFailed(f"a branch is not linked: {self.switch.tail()}") from error
        finally:
            await asking.stop()

    async def _telephones(self) -> None:
        await self._outside.start(
            "switch_server.demo.telephones.outside", "--port", str(self._ports.outside),
            "--folder", str(self._folder.outside), "--language", self._language.value, up="ready",
        )  # fmt: skip

    async def _branch(self, branch: str) -> None:
        folder, world = self._folder.branch(branch), self._folder.world_files
        trading = Program(f"trading system {branch}", self._logs / f"trading-{branch}.log")
        gateway = Program(f"branch-gateway {branch}", self._logs / f"gateway-{branch}.log")
        self._branches += [trading, gateway]
        line = await trading.start(
            "switch_server.branch.sim", "--branch", branch, "--accounts", str(world / f"accounts-{branch}.json"),
            "--stocks", str(world / "stocks.json"), "--state", str(folder / "trading"), "--seed", str(self._seed),
            up="listening ",
        )  # fmt: skip
        await gateway.start(
            "switch_server.branch", "--branch", branch, "--centre", f"tcp://127.0.0.1:{self._ports.link}",
            "--centre-key", str(self._folder.state / "keys" / "centre.pub"), "--key", str(folder / "gateway.key"),
            "--state", str(folder / "gateway"), "--adapter", "sim", "--trading", line.removeprefix("listening "),
            up="ready",
        )  # fmt: skip

    def fallen(self) -> list[Program]:
        """Programs that ended by themselves."""
        return [program for program in (self.switch, self._outside, *self._branches) if not program.running]

    async def stop(self) -> None:
        """The switch first: its calls end while the branches still answer."""
        await self.switch.stop()
        await asyncio.gather(*(program.stop() for program in (self._outside, *self._branches)))


def _all_up(reply: Branches | None) -> bool:
    return reply is not None and all(row.link_up and row.trading_system_up for row in reply.rows)
