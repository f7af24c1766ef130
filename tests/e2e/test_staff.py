"""The operator and a desk at the real switch: keys, log-in, skills, password, log-out, by ``docs/operating.md``."""

import asyncio
import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent_app.link.keyfile import DeskKey
from shared import desk
from shared.control import SOCKET_NAME
from shared.enums import Role
from shared.protocol import RejectCode
from switch_server.switchctl.__main__ import main
from tests.desk_client import DeskClient
from tests.e2e.centre import Process
from tests.sip_tools import free_port

pytestmark = pytest.mark.slow
PASSWORD, OTHER = "correct horse", "battery staple"


class Switch:
    """A switch-server with one small card and no branch, and its operator."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        ports = {name: free_port() for name in ("branch_link", "desk_link")}
        config = {
            "trunks": [{"name": "city", "far": ["127.0.0.1"]}],
            "sip": {"ip": "127.0.0.1", "port": free_port()},
            "media": {"cards": 1, "channels": 4},
            "queues": [{"name": "agents"}, {"name": "trading", "skill": "trading", "level": 2}],
            **{name: {"endpoint": f"tcp://127.0.0.1:{port}"} for name, port in ports.items()},
        }
        self.folder = folder
        self._patch = monkeypatch
        file = folder / "huawu.yaml"
        file.write_text(yaml.safe_dump(config))
        self.process = Process(folder / "switch.out", "switch_server", "--config", str(file))

    def ctl(self, *words: str, given: str = "") -> Any:
        """Runs ``switchctl … --json`` in this process, with ``given`` on its standard input."""
        said = io.StringIO()
        self._patch.setattr("sys.stdin", io.StringIO(given))
        with contextlib.redirect_stdout(said):
            status = main([*words, "--json", "--socket", str(self.folder / "state" / SOCKET_NAME)])
        assert status == 0, words
        return json.loads(said.getvalue())

    async def do(self, *words: str, given: str = "") -> Any:
        """``ctl`` in a thread, so that a desk's heartbeats go on meanwhile."""
        return await asyncio.to_thread(self.ctl, *words, given=given)

    async def agent(self) -> dict[str, Any]:
        (row,) = (await self.do("agents"))["rows"]
        return dict(row)

    async def queue(self, name: str) -> dict[str, Any]:
        return dict(next(row for row in (await self.do("queues"))["rows"] if row["queue"] == name))

    def written(self) -> str:
        """The text of all logs and of the event journal."""
        files = [*(self.folder / "state" / "logs").glob("*"), *(self.folder / "state" / "journal").glob("*.jsonl")]
        return "".join(file.read_text() for file in [self.folder / "switch.out", *files] if file.is_file())


@pytest.fixture
def switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switch]:
    made = Switch(tmp_path, monkeypatch)
    made.process.start("switch-server ")
    yield made
    assert made.process.stop() == 0


def test_an_operator_s_day(switch: Switch) -> None:
    key_file = switch.folder / "desk-07.key"
    asyncio.run(_day(switch, key_file))
    written = switch.written()
    assert "1001" in written
    secret_key = json.loads(key_file.read_bytes())["secret_key"]
    assert [secret for secret in (PASSWORD, OTHER, secret_key, "argon2") if secret in written] == []
    assert secret_key.encode() not in (switch.folder / "state" / "huawu.db").read_bytes()


async def _day(switch: Switch, key_file: Path) -> None:
    await switch.do(
        "agent", "add", "1001", "--name", "张三", "--skill", "trading=1", "--password-stdin", given=f"{PASSWORD}\n"
    )
    await switch.do("desk", "add", "desk-07", "--out", str(key_file))
    key = DeskKey.load(key_file)
    at_desk = await DeskClient(key.endpoint, key.pair, key.server_key).start()
    try:
        await _opens(switch, at_desk)
        await _is_trained(switch, at_desk)
        await _gets_a_new_password(switch, at_desk)
        await _is_disabled_and_enabled(switch, at_desk)
        await switch.do("desk", "remove", "desk-07")
        await at_desk.until(lambda: RejectCode.UNKNOWN_KEY in [code for code, _ in at_desk.ended])
    finally:
        await at_desk.stop()
    assert (await switch.do("desk", "list"))["rows"] == []
    wanted = {"agent_added", "desk_key_added", "agent_logged_in", "agent_changed", "desk_key_removed"}
    async with asyncio.timeout(30):  # rows are written in groups
        while not wanted <= {row["action"] for row in (await switch.do("audit"))["rows"]}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _opens(switch: Switch, at_desk: DeskClient) -> None:
    assert (await switch.agent())["state"] == "offline"
    assert isinstance(await at_desk.log_in("1001", PASSWORD), desk.LoggedIn)
    assert isinstance(await at_desk.do(desk.OpenSeat()), desk.Done)
    row = await switch.agent()
    assert (row["state"], row["desk"], row["skills"], row["has_password"]) == ("open", "desk-07", {"trading": 1}, True)
    assert row["address"].startswith("127.0.0.1")
    status = await switch.do("status")
    assert (status["seats"], status["seats_open"]) == (1, 1)


async def _is_trained(switch: Switch, at_desk: DeskClient) -> None:
    """A change of skills takes effect at once, in the queues and at the desk."""
    assert ((await switch.queue("agents"))["open_seats"], (await switch.queue("trading"))["seats"]) == (1, 0)
    await switch.do("agent", "change", "1001", "--skill", "trading=3", "--role", "supervisor", "--name", "张三丰")
    trading = await switch.queue("trading")
    assert (trading["seats"], trading["open_seats"]) == (1, 1)
    await at_desk.until(lambda: at_desk.state.seat is not None and at_desk.state.seat.role is Role.SUPERVISOR)
    assert at_desk.state.seat is not None
    assert at_desk.state.seat.name == "张三丰"


async def _gets_a_new_password(switch: Switch, at_desk: DeskClient) -> None:
    session = at_desk.session
    await switch.do("agent", "password", "1001", "--password-stdin", given=f"{OTHER}\n")
    await at_desk.until(lambda: desk.LoggedOut("operator") in at_desk.reports)
    assert (await switch.agent())["state"] == "offline"
    refused = [await at_desk.resume(session), await at_desk.log_in("1001", PASSWORD)]
    assert [each.code for each in refused if isinstance(each, desk.Refused)] == [
        desk.DeskRefusal.SESSION_OVER,
        desk.DeskRefusal.WRONG_PASSWORD,
    ]
    assert isinstance(await at_desk.log_in("1001", OTHER), desk.LoggedIn)


async def _is_disabled_and_enabled(switch: Switch, at_desk: DeskClient) -> None:
    await switch.do("agent", "disable", "1001")
    await at_desk.until(lambda: desk.LoggedOut("removed") in at_desk.reports)
    assert isinstance(await at_desk.log_in("1001", OTHER), desk.Refused)
    await switch.do("agent", "enable", "1001")
    assert isinstance(await at_desk.log_in("1001", OTHER), desk.LoggedIn)
    await switch.do("agent", "logout", "1001")
    await at_desk.until(lambda: at_desk.reports.count(desk.LoggedOut("operator")) == 2)
    assert (await switch.agent())["state"] == "offline"
