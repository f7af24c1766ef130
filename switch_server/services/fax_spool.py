"""The space for faxes on the disk: whether it is used up, and the removal of pages that are older than the rules keep them."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.control_rows import Trouble, TroubleCode
from switch_server.core.fax import FaxSpoolChanged
from switch_server.core.words import Event, FaxRules

LOOK_EVERY = 30.0
"""Seconds between two looks."""
RECEIVED = "received"
_DAY_S = 24 * 3600.0
_MEGABYTE = 1_000_000


class FaxSpool:
    """``look`` is called in a thread. ``rules`` gives the rules that were loaded last, ``clock`` UTC seconds."""

    def __init__(
        self, folder: Path, rules: Callable[[], FaxRules], post: Callable[[Event], object], clock: Callable[[], float]
    ) -> None:
        """Makes the folder, for its owner only. Raises ``OSError``."""
        self._folder, self._rules, self._post, self._clock = folder, rules, post, clock
        self.full = False
        for each in (folder, folder / RECEIVED):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def look(self) -> None:
        rules = self._rules()
        oldest = self._clock() - rules.keep_days * _DAY_S
        used = 0
        for path, known in self._files():
            if path.parent.name == RECEIVED and known.st_mtime < oldest:
                path.unlink(missing_ok=True)
            else:
                used += known.st_size
        full = used >= rules.spool_mb * _MEGABYTE
        if full is not self.full:
            self.full = full
            self._post(FaxSpoolChanged(full=full))

    def troubles(self) -> tuple[Trouble, ...]:
        """For the operator, while no fax is taken or received."""
        return (Trouble(TroubleCode.FAX_SPACE, f"{self._rules().spool_mb:,}"),) if self.full else ()

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """A file that is removed while this runs is left out."""
        for path in self._folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                known = path.lstat()
                if stat.S_ISREG(known.st_mode):
                    yield path, known
