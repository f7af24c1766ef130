"""A killed switch starts again with ten million past calls in its store, compared with a start without past calls.

``before`` is the work of each start in earlier versions: a check of the whole file, and a search for open records in all rows. The file is
removed from the system's cache before each measurement. It is in ``build/`` under the current folder, not in tmp (which may be memory):
some 11 GB, which take about five minutes to write.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from switch_server.adapters.store.migrations.m0010_start import ENDS
from tests.bench import Figure
from tests.bench._past_calls import fill
from tests.e2e.centre import Centre

CALLS, FEW = 10_000_000, 50_000
TARGET_S = 5.0


def figures(short: bool = False) -> Iterator[Figure]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    calls = FEW if short else CALLS
    with tempfile.TemporaryDirectory(dir=build) as folder:
        centre = Centre(Path(folder) / "demo", branches=())
        store = centre.state / "huawu.db"
        yield Figure("killed switch is up again, no past calls", _up_again(centre, store), "s", "lower", TARGET_S)
        began = time.perf_counter()
        fill(store, calls, time.time())
        yield Figure(f"{calls:,} calls written for this", time.perf_counter() - began, "s", "lower")
        yield Figure("size of the store", store.stat().st_size / 1e9, "GB", "lower")
        _out_of_cache(store)
        yield Figure("before: the file checked, open records searched", _before(store), "s", "lower")
        again = _up_again(centre, store)
        yield Figure(f"killed switch is up again, {calls:,} past calls", again, "s", "lower", TARGET_S)
        yield Figure("records that it left open, then", _left_open(centre, store), "records", "lower", 0)


def _up_again(centre: Centre, store: Path) -> float:
    """Seconds from the program's start after a ``kill -9`` to its line "is up"."""
    centre.start_switch()
    centre.switch.kill()
    _out_of_cache(store)
    began = time.perf_counter()
    centre.switch.start("switch-server ")
    seconds = time.perf_counter() - began
    centre.switch.kill()
    return seconds


def _before(store: Path) -> float:
    began = time.perf_counter()
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA quick_check(1)").fetchone()
        for table, end in ENDS.items():
            db.execute(f"SELECT count(*) FROM {table} NOT INDEXED WHERE {end} IS NULL").fetchone()
    return time.perf_counter() - began


def _left_open(centre: Centre, store: Path) -> int:
    """The number of open records, after the switch has run and stopped normally."""
    centre.switch.start("switch-server ")
    centre.switch.stop()
    with closing(sqlite3.connect(store)) as db:
        return sum(
            db.execute(f"SELECT count(*) FROM {table} WHERE {end} IS NULL").fetchone()[0] for table, end in ENDS.items()
        )


def _out_of_cache(store: Path) -> None:
    for path in store.parent.glob(f"{store.name}*"):
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
