"""The demo's programs without desks and callers: one switch server, six gateways, six simulated trading systems, the outside telephones."""

import asyncio

from shared.control import AskBranches, Branches
from shared.enums import Language
from switch_server.demo.control_client import ControlClient
from switch_server.demo.processes import Program, ProgramFailed
from switch_server.demo.world import OWN_FAX, DemoFolder, DemoPorts

LINK_WAIT, LOOK_EVERY = 40.0, 0.1


class DemoCentre:
    """Starts and stops these programs; their logs are in ``FOLDER/logs``."""

    def __init__(self, folder: DemoFolder, ip: str, ports: DemoPorts, seed: int, language: Language) -> None:
        self._folder = folder
        self._ports = ports
        self._fax_to = f"sip:{OWN_FAX}@{ip}:{ports.sip}"
        self._seed = seed
        self._language = language
        self._logs = folder.folder / "logs"
        self.switch = Program("switch-server", self._logs / "switch-server.log")
        self._outside = Program("outside telephones", self._logs / "outside.log")
        self._branches: list[Program] = []

    async def start(self) -> None:
        """Starts the switch, then branches and outside telephones at once; returns when all branches are linked. Raises ``ProgramFailed``."""
        await self.switch.start("switch_server", "--config", str(self._folder.config), up="switch-server ")
        await asyncio.gather(self._telephones(), *(self._branch(branch.id) for branch in self._folder.world.branches))
        await self._linked()

    async def _linked(self) -> None:
        """Waits for the branch links: a gateway is "ready" before them, and the first customers must not hear that their branch can't be reached."""
        client = ControlClient(self._folder.state)
        await client.start()
        try:
            async with asyncio.timeout(LINK_WAIT):
                while not _all_up(await client.ask(AskBranches(), Branches)):  # noqa: ASYNC110  there are no reports of it
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError as error:
            raise ProgramFailed(f"a branch is not linked: {self.switch.tail()}") from error
        finally:
            await client.stop()

    async def _telephones(self) -> None:
        await self._outside.start(
            "switch_server.demo.telephones.outside", "--port", str(self._ports.outside),
            "--folder", str(self._folder.outside), "--language", self._language.value,
            "--fax-folder", str(self._folder.fax), "--fax-to", self._fax_to, up="ready",
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

    def exited(self) -> list[Program]:
        """Programs that ended by themselves."""
        return [program for program in (self.switch, self._outside, *self._branches) if not program.running]

    async def stop(self) -> None:
        """Stops the switch first, so that its calls end while the branches still answer."""
        await self.switch.stop()
        await asyncio.gather(*(program.stop() for program in (self._outside, *self._branches)))


def _all_up(reply: Branches | None) -> bool:
    return reply is not None and all(row.link_up and row.trading_system_up for row in reply.rows)
