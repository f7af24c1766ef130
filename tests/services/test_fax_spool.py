"""The space for faxes: told once when it is used up and once when there is room; old received pages are removed."""

import os
import stat
from pathlib import Path

from msgspec import structs

from shared.control_rows import Trouble, TroubleCode
from switch_server.core.fax import FaxSpoolChanged
from switch_server.core.words import Event, FaxRules
from switch_server.services.fax_spool import FaxSpool

NOW = 1_000_000.0
DAY = 24 * 3600.0


def test_full_and_free_again(tmp_path: Path) -> None:
    told: list[Event] = []
    rules = FaxRules(spool_mb=1)
    spool = FaxSpool(tmp_path / "fax", lambda: rules, told.append, lambda: NOW)
    spool.look()
    assert not told
    page = tmp_path / "fax" / "received" / "r1.tif"
    page.write_bytes(bytes(1_000_001))
    os.utime(page, (NOW, NOW))
    spool.look()
    spool.look()
    assert told == [FaxSpoolChanged(full=True)]
    assert spool.full
    assert spool.troubles() == (Trouble(TroubleCode.FAX_SPACE, "1"),)
    page.unlink()
    spool.look()
    assert told[1:] == [FaxSpoolChanged(full=False)]
    assert spool.troubles() == ()


def test_old_received_pages_are_removed_and_no_others(tmp_path: Path) -> None:
    rules = structs.replace(FaxRules(), keep_days=10)
    spool = FaxSpool(tmp_path / "fax", lambda: rules, lambda _event: None, lambda: NOW)
    folder = tmp_path / "fax"
    (folder / "documents").mkdir()
    old, new, document = folder / "received" / "r1.tif", folder / "received" / "r2.tif", folder / "documents" / "d1.tif"
    for path, days in ((old, 11), (new, 9), (document, 11)):
        path.write_bytes(b"page")
        os.utime(path, (NOW - days * DAY, NOW - days * DAY))
    (folder / "received" / "r3.tif").symlink_to(tmp_path / "elsewhere")
    spool.look()
    assert not old.exists()
    assert new.exists()
    assert document.exists()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
