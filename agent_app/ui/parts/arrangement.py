"""The arrangement of the windows (size, place, splitters, columns' widths), kept in the settings and restored where it fits.

A window that would not fit on the present screens opens as at the first start: in its size hint, at most as large as the screen.
"""

import logging
from collections.abc import Mapping
from functools import partial

import msgspec
from PySide6.QtCore import QByteArray, QEvent, QObject, QSize
from PySide6.QtWidgets import QSplitter, QStyle, QWidget

from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.parts.tables import DataTable

log = logging.getLogger(__name__)
KEY = "arrangement"
FRAME = 8
"""Pixels that a system's window frame adds at a side, at most."""


class SavedArrangement(msgspec.Struct):
    """``windows``: Qt's geometry, base64. ``splitters``: sizes of splitters moved by hand (device-independent pixels). ``columns``: widths of columns
    set by hand, by title.
    """

    windows: dict[str, str] = {}
    splitters: dict[str, list[int]] = {}
    columns: dict[str, dict[str, int]] = {}


class Arrangement:
    """The arrangement of all windows of the program; ``add`` restores a window, ``keep`` saves all of them."""

    def __init__(self, settings: SettingsPort) -> None:
        self._settings = settings
        self._kept = _read(settings.get(KEY))
        self._windows: dict[str, QWidget] = {}
        self._tables: dict[str, DataTable] = {}  # type: ignore[type-arg]  # of any rows

    def add(
        self,
        name: str,
        window: QWidget,
        splitters: Mapping[str, QSplitter],
        tables: Mapping[str, DataTable],  # type: ignore[type-arg]  # of any rows
    ) -> None:
        """Called before the window is shown. Names are keys in the settings: stable, and unique for each part."""
        self._windows[name] = window
        self._tables.update(tables)
        _place(window, self._kept.windows.get(name, ""))
        for each, splitter in splitters.items():
            splitter.splitterMoved.connect(partial(self._moved, each, splitter))
            sizes = self._kept.splitters.get(each, [])
            if len(sizes) == splitter.count() and sum(sizes) > 0:
                _SizedWhenShown(splitter, sizes)
        for each, table in tables.items():
            table.set_widths(self._kept.columns.get(each, {}))

    def keep(self) -> None:
        """Called when a window is closed: one write of the settings, not one at each move."""
        for name, window in self._windows.items():
            self._kept.windows[name] = bytes(window.saveGeometry().toBase64().data()).decode("ascii")
        for name, table in self._tables.items():
            self._kept.columns[name] = table.widths()
        self._settings.put(KEY, msgspec.json.encode(self._kept).decode())

    def _moved(self, name: str, splitter: QSplitter, _to: int, _handle: int) -> None:
        """Called for moves by hand only: the sizes of a splitter that was never shown are not valid."""
        self._kept.splitters[name] = splitter.sizes()


class _SizedWhenShown(QObject):
    """Sets a splitter's sizes when it is shown, since the first layout changes sizes that were set before."""

    def __init__(self, splitter: QSplitter, sizes: list[int]) -> None:
        super().__init__(splitter)
        self._splitter, self._sizes = splitter, sizes
        splitter.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Show:
            self._splitter.removeEventFilter(self)
            self._splitter.setSizes(self._sizes)
            self.deleteLater()
        return False


def fit(window: QWidget) -> None:
    """Makes the window, with its frame, not larger than its screen."""
    window.resize(window.size().boundedTo(_room(window)))


def _place(window: QWidget, kept: str) -> None:
    wanted = window.size()
    if kept and window.restoreGeometry(QByteArray.fromBase64(kept.encode())) and _fits(window):
        return
    window.setWindowState(window.windowState().WindowNoState)
    window.resize(wanted)
    fit(window)
    window.move(window.screen().availableGeometry().topLeft())


def _fits(window: QWidget) -> bool:
    """Whether the window is wholly on one screen."""
    place = window.normalGeometry() if window.isMaximized() else window.geometry()
    return any(screen.availableGeometry().contains(place) for screen in window.screen().virtualSiblings())


def _room(window: QWidget) -> QSize:
    title_bar = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    return window.screen().availableSize() - QSize(2 * FRAME, title_bar + FRAME)


def _read(text: str) -> SavedArrangement:
    """The saved arrangement; an empty one if the value is damaged."""
    if not text:
        return SavedArrangement()
    try:
        return msgspec.json.decode(text, type=SavedArrangement)
    except ValueError as error:
        log.warning("the windows' arrangement can't be read (%s)", type(error).__name__)
        return SavedArrangement()
