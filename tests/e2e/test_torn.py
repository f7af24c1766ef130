"""The tests' readers of journal files handle incomplete lines, as of a writing or killed program."""

from pathlib import Path
from types import SimpleNamespace

from tests.e2e.centre import Centre, entries
from tests.e2e.kill_switch import Tail

WHOLE = '{"seq":1,"at":1.5,"event":{"type":"CardUp"}}'
HALF = '{"seq":2,"at":1.6,"event":{"name":"卡'.encode()[:-1]
BY_SEQ = [{"seq": 1, "at": 1.5, "event": {"type": "CardUp"}}]


def test_a_half_written_line_of_the_journal_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    centre = SimpleNamespace(state=tmp_path)
    for content in (WHOLE.encode() + b"\n" + HALF, HALF + b"\n" + WHOLE.encode() + b"\n"):
        (folder / "events-20251125.jsonl").write_bytes(content)
        assert Centre.journal(centre) == BY_SEQ  # type: ignore[arg-type]


def test_a_tail_has_whole_lines_and_those_that_a_kill_has_torn(tmp_path: Path) -> None:
    path = tmp_path / "events-20251125.jsonl"
    tail = Tail(path)
    assert tail.new() == []
    path.write_bytes(HALF)
    assert tail.new() == []
    with path.open("ab") as file:
        file.write(b"\n" + WHOLE.encode() + b"\n" + HALF)
    assert [*entries(tail.new())] == BY_SEQ
    assert tail.new() == []
