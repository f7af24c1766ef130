"""The thread that writes recordings: a file that fails, however it fails, leaves the others alone."""

import time
from pathlib import Path

from switch_server.card.recorder import Closed, Writer


def closed(writer: Writer, number: int) -> list[Closed]:
    end, found = time.monotonic() + 20, list[Closed]()
    while len(found) < number:
        assert time.monotonic() < end, found
        found += writer.done()
        time.sleep(0.005)
    return found


def test_a_bug_costs_one_recording(tmp_path: Path) -> None:
    writer = Writer()
    bad = writer.open("no\0name")
    good = writer.open(str(tmp_path / "good.wav"))
    assert writer.append(good, b"\xd5\xd5" * 4000)
    writer.close(good)
    assert closed(writer, 2) == [Closed(bad, "embedded null byte"), Closed(good, "")]
    assert (tmp_path / "good.wav").stat().st_size == 58 + 8000
    writer.stop(20)
