"""The thread that writes recordings: an error in one file, of any kind, does not affect the others."""

import time
from pathlib import Path

from switch_server.card.recorder import ClosedFile, RecordingWriter


def closed(writer: RecordingWriter, number: int) -> list[ClosedFile]:
    end, found = time.monotonic() + 20, list[ClosedFile]()
    while len(found) < number:
        assert time.monotonic() < end, found
        found += writer.done()
        time.sleep(0.005)
    return found


def test_a_bug_costs_one_recording(tmp_path: Path) -> None:
    writer = RecordingWriter()
    bad = writer.open("no\0name")
    good = writer.open(str(tmp_path / "good.wav"))
    assert writer.append(good, b"\xd5\xd5" * 4000)
    writer.close(good)
    assert closed(writer, 2) == [ClosedFile(bad, "embedded null byte"), ClosedFile(good, "")]
    assert (tmp_path / "good.wav").stat().st_size == 58 + 8000
    writer.stop(20)
