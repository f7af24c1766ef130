"""Agents and desks by the command line: the requests to the switch; no password is shown except a generated one."""

import getpass
import io
import json
import stat
from pathlib import Path

import msgspec
import pytest

from agent_app.link.keyfile import DeskKey
from shared.control_agents import PutAgent, PutDeskKey, SetPassword
from shared.enums import Role
from switch_server.switchctl.desks import DeskKeyFile
from switch_server.switchctl.passwords import made
from tests.switchctl.conftest import CommandOutput, Ctl
from tests.switchctl.fake import CALL, KEY, OTHER_KEY, SERVER_KEY, FakeSwitch
from tests.switchctl.running import RunningSwitch
from tests.switchctl.test_watch import Terminal

ME = getpass.getuser()
SECRET = "correct horse"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are typed on the terminal, in order."""
    answers = [SECRET, SECRET]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: answers.pop(0))
    return answers


def put(switch: FakeSwitch) -> PutAgent:
    (_, request) = switch.done[-1]
    assert isinstance(request, PutAgent)
    return request


def line_of(said: CommandOutput, start: str) -> list[str]:
    return next(line for line in said.out.splitlines() if line.startswith(start)).split()


# --- queries ---


def test_agents(ask: Ctl) -> None:
    said = ask("agents")
    assert line_of(said, "1001") == [
        "1001", "张三", "locked", "lunch", "09:29:35", "–", "–", "12", "desk-07", "no", "headset", "supervisor", "A",
        "trading=3", "1.2", "ms", "192.0.2.7",
    ]  # fmt: skip
    assert line_of(said, "1002")[3] == "disabled"
    assert "闭锁" in ask("agents", "--lang", "zh").out


def test_queues(ask: Ctl) -> None:
    said = ask("queues")
    assert line_of(said, "trading") == [
        "trading", "Trading", "open", "3", "1:15", "1", "2", "5", "1,234", "17", "trading≥2",
    ]  # fmt: skip
    assert line_of(said, "night")[2:5] == ["closed", "0", "–"]
    assert "交易" in ask("queues", "--lang", "zh").out


def test_talks(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("talks", "--agent", "1001", "--call", CALL, "--since", "1d", "--limit", "7")
    assert line_of(said, "08-25 09:29:25")[2:] == [
        "1001", "in", "trading", "13900001234", "answered", "0:04", "1:02", "0:12", "35.5", "ms", "order", CALL,
    ]  # fmt: skip
    (asked,) = switch.asked
    assert (asked.agent, asked.call, asked.limit) == ("1001", CALL, 7)  # type: ignore[attr-defined]
    assert "no answer" in said.out


def test_desks(ask: Ctl) -> None:
    said = ask("desk", "list")
    assert line_of(said, "desk-07")[:3] == ["desk-07", "up", "1001"]
    assert f"desks connect to  tcp://192.0.2.1:5581\nthe switch's key  {SERVER_KEY}\n" in said.out


@pytest.mark.parametrize(
    "words", [("agents",), ("queues",), ("talks",), ("desk", "list"), ("phone", "list")], ids=" ".join
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_fit_80_columns(
    ask: Ctl, words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = ask(*words, "--lang", language).out.splitlines()
    tables = [line for line in lines if SERVER_KEY not in line]
    assert len(tables) > 3
    assert max(sum(2 if char > "\u2e80" else 1 for char in line) for line in tables) <= 80
    assert not any("…" in line for line in tables)


# --- agents ---


def test_add_with_a_typed_password(ask: Ctl, switch: FakeSwitch, typed: list[str]) -> None:
    said = ask("agent", "add", "2001", "--name", "王五", "--skill", "trading=3", "--skill", "基金=1", "--group", "A")
    assert (said.status, said.out, typed) == (0, "agent 2001: added\n", [])
    assert put(switch) == PutAgent(
        "2001", new=True, name="王五", group="A", skills={"trading": 3, "基金": 1}, password=SECRET, actor=ME
    )
    assert SECRET not in said.out + said.err


def test_two_passwords_that_differ_change_nothing(ask: Ctl, switch: FakeSwitch, typed: list[str]) -> None:
    typed[1] = "correct house"
    said = ask("agent", "add", "2001", "--name", "x")
    assert (said.status, said.err) == (2, "the two passwords differ; nothing was changed\n")
    typed[:] = ["", ""]
    assert ask("agent", "password", "1001").err == "the password is empty; nothing was changed\n"
    assert switch.done == []


def test_without_a_terminal_a_password_must_come_from_somewhere(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("agent", "add", "2001", "--name", "x")
    assert (said.status, "--password-stdin or --generate" in said.err) == (2, True)
    assert switch.done == []


def test_a_password_from_standard_input(ask: Ctl, switch: FakeSwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\nmore\n"))
    said = ask("agent", "password", "1001", "--password-stdin")
    assert said.out == "agent 1001: the password is set\n"
    assert switch.done == [("password", "1001", SECRET, ME)]
    assert ask("agent", "password", "7", "--generate").err == "no such agent: 7\n"


def test_a_generated_password_is_shown_once(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("agent", "add", "2001", "--name", "x", "--role", "manager", "--generate")
    secret = put(switch).password
    assert secret is not None
    assert said.out == f"agent 2001: added\npassword: {secret} (shown this once)\n"
    assert put(switch).role is Role.MANAGER
    document = ask("agent", "password", "1001", "--generate", "--json").document
    assert document == {"format": 1, "type": "Done", "subject": "1001", "password": switch.done[-1][2]}
    assert len({made() for _ in range(100)}) == 100
    assert len(secret) == 14


def test_a_short_password(ask: Ctl, switch: FakeSwitch, typed: list[str]) -> None:
    typed[:] = ["short", "short"]
    said = ask("agent", "add", "2001", "--name", "x")
    assert (said.status, said.err) == (1, "a password has 8 characters or more\n")
    assert switch.done == []


def test_an_agent_is_added_once(ask: Ctl) -> None:
    said = ask("agent", "add", "1001", "--name", "x", "--generate")
    assert (said.status, said.err) == (1, "there is an agent 1001 already; agent change changes it\n")
    assert "password" not in said.out


def test_change(ask: Ctl, switch: FakeSwitch) -> None:
    switch.staff.unused = ("tradng",)
    said = ask("agent", "change", "1001", "--role", "agent", "--skill", "tradng=2", "--skill", "fund=0")
    assert said.out == "agent 1001: changed\n"
    assert said.err == "note: no queue asks for the skill tradng\n"
    assert put(switch) == PutAgent("1001", new=False, role=Role.AGENT, skills={"tradng": 2, "fund": 0}, actor=ME)
    assert ask("agent", "change", "1001", "--json").document["unused_skills"] == ["tradng"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("agent", "add", "张三", "--name", "x"), "1 to 32 letters, digits, - and _: 张三"),
        (("agent", "add", "a" * 33, "--name", "x"), "1 to 32 letters"),
        (("agent", "add", "1"), "--name"),
        (("agent", "add", "1", "--name", " "), "should not be empty"),
        (("agent", "add", "1", "--name", "x" * 65), "at most 64 characters"),
        (("agent", "add", "1", "--name", "a\nb"), "all of them printable"),
        (("agent", "change", "1", "--skill", "trading"), "NAME=LEVEL, 0 to 99, as trading=3: trading"),
        (("agent", "change", "1", "--skill", "trading=100"), "NAME=LEVEL"),
        (("agent", "change", "1", "--skill", "trading=-1"), "NAME=LEVEL"),
        (("agent", "change", "1", "--skill", f"trading={'9' * 9999}"), "NAME=LEVEL"),
        (("agent", "change", "1", "--skill", "a b=1"), "NAME=LEVEL"),
        (("agent", "change", "1", "--role", "boss"), "supervisor"),
        (("desk", "add", "a/b"), "1 to 32 letters"),
        (("desk", "add", "d", "--endpoint", "tcp://*:5581"), "tcp://HOST:PORT: tcp://*:5581"),
        (("desk", "add", "d", "--key", "short"), "a public key has 40 characters (Z85): short"),
    ],
)
def test_options_that_make_no_sense(ask: Ctl, switch: FakeSwitch, words: tuple[str, ...], told: str) -> None:
    said = ask(*words)
    assert (said.status, told in said.err) == (2, True), said.err
    assert switch.done == []


@pytest.mark.parametrize(
    ("word", "told", "done"),
    [
        ("disable", "disabled", "disable"),
        ("enable", "enabled", "enable"),
        ("logout", "logged out", "log_out"),
        ("remove", "removed", "remove"),
    ],
)
def test_in_and_out(ask: Ctl, switch: FakeSwitch, word: str, told: str, done: str) -> None:
    assert ask("agent", word, "1001").out == f"agent 1001: {told}\n"
    assert switch.done == [(done, "1001", ME)]
    assert ask("agent", word, "77").err == "no such agent: 77\n"
    assert ask("agent", word, "1001", "--json").document == {"format": 1, "type": "Done", "subject": "1001"}


def test_requests_do_not_show_their_password() -> None:
    for request in (PutAgent("1", new=True, password=SECRET), SetPassword("1", SECRET)):
        assert SECRET not in repr(request)
    assert "secret" not in repr(DeskKeyFile("d", "e", "s", "p", "secret")).replace("secret_key", "")


# --- desks ---


def test_a_new_key_for_a_desk(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    said = ask("desk", "add", "desk-09")
    assert said.out == "desk desk-09 may connect; carry desk-09.key there safely, and delete it here\n"
    file = tmp_path / "desk-09.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_bytes())) == {"desk", "endpoint", "server_key", "public_key", "secret_key"}
    made_file = msgspec.json.decode(file.read_bytes(), type=DeskKeyFile)
    assert (made_file.desk, made_file.endpoint, made_file.server_key) == ("desk-09", "tcp://192.0.2.1:5581", SERVER_KEY)
    assert switch.done == [("put_desk_key", PutDeskKey("desk-09", made_file.public_key, False, ME))]
    assert made_file.secret_key not in said.out
    assert [each.name for each in tmp_path.iterdir()] == ["desk-09.key"]
    read = DeskKey.load(file)  # the agent app can read the file
    assert (read.desk, read.pair.public.decode()) == ("desk-09", made_file.public_key)


def test_a_file_or_key_that_is_there_is_kept(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    file.write_text("mine")
    said = ask("desk", "add", "desk-09", "--out", str(file))
    assert (said.status, file.read_text()) == (1, "mine")
    said = ask("desk", "add", "desk-07")
    assert (said.status, said.err) == (1, "desk desk-07 has a key already; --force replaces it\n")
    assert [each.name for each in tmp_path.iterdir()] == ["a.key"]
    assert switch.done == []
    said = ask("desk", "add", "desk-07", "--force", "--out", str(file), "--endpoint", "tcp://10.0.0.1:99", "--json")
    assert said.document["endpoint"] == "tcp://10.0.0.1:99"
    assert "secret_key" not in said.document
    assert json.loads(file.read_bytes())["endpoint"] == "tcp://10.0.0.1:99"


def test_a_file_that_can_not_be_written_leaves_the_switch_as_it_was(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("desk", "add", "desk-09", "--out", "nowhere/desk.key")
    assert (said.status, "nowhere/desk.key" in said.err) == (1, True)
    assert switch.done == []


def test_a_key_that_the_desk_made_itself(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    said = ask("desk", "add", "desk-09", "--key", KEY)
    assert f"to tcp://192.0.2.1:5581, the switch's public key is {SERVER_KEY}" in said.out
    assert switch.done == [("put_desk_key", PutDeskKey("desk-09", KEY, False, ME))]
    assert list(tmp_path.iterdir()) == []
    document = ask("desk", "add", "desk-09", "--key", OTHER_KEY, "--json").document
    assert (document["type"], document["public_key"], document["file"]) == ("DeskAdded", OTHER_KEY, None)


def test_remove_a_desk(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("desk", "remove", "desk-07").out == "desk desk-07 may connect no more\n"
    assert switch.done == [("remove_desk_key", "desk-07", ME)]
    assert ask("desk", "remove", "desk-99").err == "no such desk: desk-99\n"
    assert ask("desk", "remove", "desk-07", "--json").document["subject"] == "desk-07"


# --- on a terminal ---


@pytest.mark.slow
def test_a_typed_password_is_not_echoed(running: RunningSwitch, switch: FakeSwitch) -> None:
    terminal = Terminal("agent", "password", "1001", "--socket", str(running.socket))
    try:
        terminal.until(b"Password: ")
        terminal.type(f"{SECRET}\n".encode())
        terminal.until(b"Again: ")
        terminal.type(f"{SECRET}\n".encode())
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert switch.done == [("password", "1001", SECRET, ME)]
    assert b"the password is set" in terminal.seen
    assert SECRET.encode() not in terminal.seen
