"""``switchctl replay`` prints the core's transitions from the journal folder alone."""

from pathlib import Path

import pytest

from tests.switchctl.conftest import Ctl
from tests.switchctl.small import CALL, SmallSwitch, journalled


@pytest.fixture
def recorded(tmp_path: Path) -> SmallSwitch:
    return journalled(tmp_path / "state" / "journal")


def test_replay_prints_the_transitions_that_the_log_has(ctl: Ctl, recorded: SmallSwitch) -> None:
    said = ctl("replay", CALL)
    assert said.status == 0
    *lines, summary = said.out.splitlines()
    assert [line.partition(" ")[2] for line in lines] == recorded.log
    assert len(recorded.log) > 5
    assert lines[0].startswith("09:31:0")
    assert summary.endswith(f"{len(lines)} transitions")


def test_replay_as_a_document(ctl: Ctl, recorded: SmallSwitch) -> None:
    document = ctl("replay", CALL, "--json").document
    assert (document["format"], document["type"], document["call"]) == (1, "Replayed", CALL)
    assert len(document["transitions"]) == len(recorded.log)
    assert set(document["transitions"][0]) == {"at", "machine", "subject", "old", "event", "new"}


def test_a_call_that_the_journal_does_not_have(ctl: Ctl, recorded: SmallSwitch) -> None:
    said = ctl("replay", "77")
    assert (said.status, said.err) == (1, "the journal has no such call: 77\n")


def test_no_journal(ctl: Ctl) -> None:
    assert ctl("replay", CALL, "--journal", "nowhere").err == "there is no event journal in nowhere\n"


def test_a_journal_of_another_version(ctl: Ctl, recorded: SmallSwitch, tmp_path: Path) -> None:
    (file,) = (tmp_path / "state" / "journal").glob("*.jsonl")
    file.write_text(file.read_text().replace("CallOffered", "CallSung"))
    said = ctl("replay", CALL)
    assert (said.status, "unknown event 'CallSung'" in said.err) == (1, True)


def test_a_torn_last_line_is_passed_over(ctl: Ctl, recorded: SmallSwitch, tmp_path: Path) -> None:
    (file,) = (tmp_path / "state" / "journal").glob("*.jsonl")
    with file.open("a") as journal:
        journal.write('{"seq":99,"at":1756')
    assert ctl("replay", CALL).status == 0
