"""``switchctl fax`` through a real control socket, the real service, core and store; only lines, card and renderer are fakes."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from switch_server.switchctl import faxing
from tests.services.fax_service import FaxServiceRig
from tests.switchctl.conftest import Ctl
from tests.switchctl.running import RunningSwitch

ME = f"operator:{getpass.getuser()}"


class Rig:
    """A switch of faxes behind a control socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.operations = SimpleNamespace()
        self.running = RunningSwitch(folder / "control.sock", self.operations)  # type: ignore[arg-type]
        self.service = self.running._do(self._made(folder))
        self.operations.faxes = self.service.operations
        self.running.start()

    async def _made(self, folder: Path) -> FaxServiceRig:
        return FaxServiceRig(folder)

    def end(self) -> None:
        self.running._do(self.service.engine.stop())
        self.running.end()
        self.service.stop()


@pytest.fixture
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(tmp_path_factory.mktemp("s"))
    yield made
    made.end()


@pytest.fixture
def ask(ctl: Ctl, rig: Rig) -> Ctl:
    return lambda *words: ctl(*words, "--socket", str(rig.running.socket))


@pytest.fixture
def letter(tmp_path: Path) -> str:
    file = tmp_path / "letter.txt"
    file.write_text("one\ftwo", encoding="utf-8")
    return str(file)


def sent(ask: Ctl, letter: str, *more: str) -> str:
    said = ask("fax", "send", letter, "--to", "02083001234", "--json", *more)
    assert said.status == 0, said.err
    return str(said.document["fax"])


def audits(rig: Rig) -> list[tuple[str, str]]:
    assert rig.service.store.flush(5.0)
    return [(row["action"], row["subject"]) for row in reversed(rig.service.store.read.audit())]


def test_a_file_is_sent_listed_shown_and_cancelled(ask: Ctl, rig: Rig, letter: str) -> None:
    fax = sent(ask, letter, "--at", "2099-01-01 08:00")
    [row] = ask("fax", "list", "--json").document["rows"]
    assert (row["fax"], row["state"], row["pages"], row["title"], row["asked_by"]) == (
        fax,
        "waiting",
        2,
        "letter.txt",
        ME,
    )
    shown = ask("fax", "list").out
    assert all(word in shown for word in (fax, "02083001234", "waiting", "0/2", "letter.txt"))
    assert "等待" in ask("fax", "list", "--lang", "zh").out
    assert "letter.txt" in ask("fax", "show", fax).out
    assert ask("fax", "cancel", fax).out == f"{fax}: cancelled\n"
    assert ask("fax", "list", "--open", "--json").document["rows"] == []
    [row] = ask("fax", "list", "--state", "cancelled", "--json").document["rows"]
    assert (row["ended_by"], row["result"]) == (ME, "stopped")
    again = ask("fax", "cancel", fax)
    assert (again.status, again.err) == (
        1,
        "the fax was refused: too late: the fax has ended, or a colleague has taken it\n",
    )
    assert ask("fax", "retry", fax).out == f"{fax}: waits for its turn again\n"
    assert [action for action, subject in audits(rig) if subject == fax] == [
        "fax_sent", "fax_shown", "fax_cancelled", "fax_retried",
    ]  # fmt: skip


def test_a_fax_on_its_way_is_shown_with_its_try(ask: Ctl, letter: str) -> None:
    fax = sent(ask, letter)
    [row] = ask("fax", "list", "--open", "--json").document["rows"]
    assert row["state"] == "dialling"
    document = ask("fax", "show", fax, "--json").document
    assert [(each["number"], each["first_page"], each["ended"]) for each in document["tries"]] == [(1, 1, None)]
    assert "Tries" in ask("fax", "show", fax).out


def pages_of(rig: Rig) -> list[str]:
    """The files of pages that are kept."""
    return sorted(path.name for path in rig.folder.rglob("*.tif"))


def test_a_dry_run_sends_and_keeps_nothing(ask: Ctl, rig: Rig, letter: str) -> None:
    said = ask("fax", "send", letter, "--to", "02083001234", "--dry-run")
    assert (said.status, said.out) == (0, "dry run –: 2 pages could go to 02083001234, now; nothing is sent\n")
    assert ask("fax", "list", "--json").document["rows"] == []
    assert pages_of(rig) == []


def test_the_pages_of_a_refused_fax_are_not_kept(ask: Ctl, rig: Rig, letter: str) -> None:
    sent(ask, letter)
    kept = pages_of(rig)
    assert len(kept) == 1
    said = ask("fax", "send", letter, "--to", "02083001234")
    assert said.err == "the fax was refused: this document is being sent to this number already\n"
    assert pages_of(rig) == kept


def test_mistakes(ask: Ctl, tmp_path: Path, letter: str) -> None:
    program = tmp_path / "page.tif"
    program.write_bytes(b"MZ\x90\0")
    refused = ask("fax", "send", str(program), "--to", "02083001234")
    assert refused.err == "the fax was refused: this is no text, PDF or picture, whatever its name says\n"
    refused = ask("fax", "send", str(program), "--to", "02083001234", "--lang", "zh")
    assert refused.err == "传真被拒绝：内容不是文本、PDF 或图片，无论文件名如何\n"
    assert ask("fax", "send", str(tmp_path / "none"), "--to", "02083001234").status == 2
    for wrong in ("x", "020;1", ""):
        assert ask("fax", "send", letter, "--to", wrong).status == 2
    for wrong in ("25:00", "tomorrow", "2026-13-01 08:00"):
        assert ask("fax", "send", letter, "--to", "02083001234", "--at", wrong).status == 2
    said = ask("fax", "show", "f0")
    assert (said.status, said.err) == (1, "no such fax: f0\n")
    assert ask("fax", "retry", "f0").err == "no such fax: f0\n"
    assert ask("fax", "cancel", "f0").err == "no such fax: f0\n"


def test_a_time_of_day_is_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faxing.time, "time", lambda: 1_000_000.0)  # 21:46 in Shanghai
    assert faxing.moment("22:00") - 1_000_000.0 == 14 * 60 - 40
    assert faxing.moment("21:00") - 1_000_000.0 == 23 * 3600 + 13 * 60 + 20
    assert faxing.moment("1970-01-12 21:47") == 1_000_020.0
