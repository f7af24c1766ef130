"""Exceptions in the window's thread are limited to the part that raises: a part that can't be drawn is drawn again as a whole; other parts go on.

Each fault is logged once, with its traceback, and counted after that; ``tell`` is called for a new fault, so that the agent sees a problem. Two faults
are the same if exception type and raising line are the same.
"""

import logging
import traceback
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

log = logging.getLogger(__name__)
Where = tuple[str, str, int]
"""Type of the exception, file, line."""


class FaultGuard:
    """Catches the faults of one thread. ``seen``: the count of each."""

    def __init__(self) -> None:
        self.seen: dict[Where, int] = {}
        self.tell: Callable[[], None] = lambda: None

    def note(self, what: str, fault: BaseException) -> None:
        """``what``: the text for the log, like ``drawing TopBar``."""
        where = _where(fault)
        self.seen[where] = self.seen.get(where, 0) + 1
        if self.seen[where] == 1:
            log.error("%s failed", what, exc_info=fault)
            self.tell()

    def guarded(self, what: str, do: Callable[[], object]) -> bool:
        """Calls ``do``. Returns whether it raised no exception."""
        try:
            do()
        except Exception as fault:  # noqa: BLE001  after any exception the rest of the window goes on
            self.note(what, fault)
            return False
        return True


FAULTS = FaultGuard()
"""The guard of the window's thread."""


class Drawing:
    """Draws a part of the window by ``do``; if that fails, by ``from_nothing``; if that fails too, the part is covered until it can be drawn.

    ``places``: the widgets in which the part draws, the part itself first.
    """

    def __init__(self, part: QWidget, from_nothing: Callable[[], None]) -> None:
        self._name, self._from_nothing = f"drawing {type(part).__name__}", from_nothing
        self.places: list[QWidget] = [part]
        self._covers: list[Cover] = []

    def __call__(self, do: Callable[[], None]) -> None:
        well = not self._covers and FAULTS.guarded(self._name, do)
        if not well and not FAULTS.guarded(self._name, self._from_nothing):
            self._cover()
        elif self._covers:
            self._uncover()

    def _cover(self) -> None:
        if not self._covers:
            self._covers = [Cover(place) for place in self.places]

    def _uncover(self) -> None:
        for cover in self._covers:
            cover.hide()
            cover.deleteLater()
        self._covers = []


class Cover(QLabel):
    """Covers a widget whose content would be wrong or old."""

    def __init__(self, place: QWidget) -> None:
        super().__init__(place)
        self.setObjectName("cover")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setText(self.tr("This part can't be shown now. The log says why."))
        self.setToolTip(self.text())
        self.setGeometry(place.rect())
        place.installEventFilter(self)
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keeps the size of the covered widget."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False


def _where(fault: BaseException) -> Where:
    frames = traceback.extract_tb(fault.__traceback__)
    return type(fault).__qualname__, frames[-1].filename if frames else "", frames[-1].lineno or 0 if frames else 0
