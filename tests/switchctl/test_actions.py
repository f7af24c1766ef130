"""Commands that change something in the switch."""

import getpass
from pathlib import Path

import pytest

from shared.control import PART_BYTES
from switch_server.switchctl.context import current_user
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import ACCOUNT, CALL, FakeSwitch
from tests.switchctl.running import RunningSwitch

ME = getpass.getuser()


def test_hang_up(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("calls", "hangup", CALL).out == f"{CALL}: told to hang up\n"
    assert switch.done == [("hang_up", CALL, ME)]
    assert ask("calls", "hangup", "77").status == 1


def test_unlock_says_only_the_accounts_end(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("accounts", "unlock", ACCOUNT)
    assert said.out == "account …34: the phone channel is open again\n"
    assert switch.done == [("unlock", ACCOUNT, ME)]
    assert ask("accounts", "unlock", "99").err == "no such account (…99)\n"


def test_unlock_of_a_calling_number(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("numbers", "unlock", "13900001234").out == "13900001234: today's wrong PINs are forgotten\n"
    assert ask("numbers", "unlock", "withheld").status == 0
    assert switch.done == [("unlock_number", "13900001234", ME), ("unlock_number", "", ME)]
    assert ask("numbers", "unlock", "110").err == "no wrong PIN came from that number today: 110\n"


def test_drain(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("drain", "--json").document == {"format": 1, "type": "Done", "subject": ""}
    assert "takes no new calls" in ask("drain").out
    assert "all calls are hung up" in ask("drain", "--now").out
    assert switch.done == [("drain", ME, "False"), ("drain", ME, "False"), ("drain", ME, "True")]


def test_reload(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("reload").out == "in force; flows: main\n"
    switch.problems = ("flows/main.yaml:12: steps.menu.keys.1: no step 'buuy'",)
    said = ask("reload")
    assert said.status == 1
    assert "1 problems; the switch keeps what it had" in said.out
    assert "flows/main.yaml:12: steps.menu.keys.1" in said.out
    said = ask("reload", "--json")
    assert said.status == 1
    assert said.document["problems"] == list(switch.problems)


def test_a_recording_is_fetched_whole(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    said = ask("recording", CALL)
    assert said.out == f"{CALL}.wav: {len(switch.recording_bytes):,} bytes\n"
    assert (tmp_path / f"{CALL}.wav").read_bytes() == switch.recording_bytes
    assert [ask.offset for ask in switch.asked] == [0, PART_BYTES, 2 * PART_BYTES]
    assert [file.name for file in tmp_path.iterdir()] == [f"{CALL}.wav"]


def test_a_recording_overwrites_only_by_force(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"mine")
    said = ask("recording", CALL, "-o", str(file))
    assert (said.status, file.read_bytes()) == (1, b"mine")
    assert ask("recording", CALL, "-o", str(file), "--force").status == 0
    assert file.read_bytes() == switch.recording_bytes


def test_a_recording_to_standard_output(
    running: RunningSwitch, switch: FakeSwitch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from switch_server.switchctl.__main__ import main

    assert main(["recording", CALL, "-o", "-", "--socket", str(running.socket)]) == 0
    assert capfdbinary.readouterr().out == switch.recording_bytes


def test_no_recording_leaves_no_file(ask: Ctl, tmp_path: Path) -> None:
    said = ask("recording", "77")
    assert (said.status, said.err) == (1, "that call has no recording: 77\n")
    assert list(tmp_path.iterdir()) == []
    assert ask("recording", CALL, "-o", str(tmp_path / "no" / "where.wav")).status == 1


def test_the_socket_is_its_owners_alone(running: RunningSwitch) -> None:
    assert running.socket.stat().st_mode & 0o777 == 0o600
    running.stop()
    assert not running.socket.exists()


def test_who_called_sudo_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "huawu")
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert current_user() == "huawu"
    monkeypatch.setenv("SUDO_USER", "wang")
    assert current_user() == "wang"


def test_backup(ask: Ctl, switch: FakeSwitch, tmp_path: Path) -> None:
    assert ask("backup", "tonight").out == f"{tmp_path}/tonight: the backup is whole, databases of 2,000,000 bytes\n"
    assert switch.done == [("backup", f"{tmp_path}/tonight", ME)]
    assert switch.asked == ["backup"] * 3
    told = ask("backup", "/backup/b", "--json").document
    assert (told["type"], told["folder"], told["state"], told["whole"]) == (
        "BackupProgress", "/backup/b", "done", 2_000_000,
    )  # fmt: skip


def test_a_backup_that_cannot_be(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("backup", "/there")
    assert (said.status, said.err) == (1, "/there is there already; a backup wants a new folder\n")
    switch.full = True
    said = ask("backup", "/backup/b")
    assert said.status == 1
    assert said.err == "the backup to /backup/b failed, nothing of it is left: No space left on device\n"
    assert said.out == ""
