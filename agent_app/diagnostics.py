"""Diagnostics that an agent sends after a fault: one zip of logs, versions, devices, link statistics and settings, without customers' data."""

import logging
import platform
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from agent_app import files
from agent_app.logs import masked
from agent_app.model.sound.phone_messages import SoundDevice
from agent_app.presenters.parts.ports import OnPacked, OnStep
from shared.ids import DeskId

_log = logging.getLogger(__name__)
PACKAGES = ("huawu", "pyside6-essentials", "pjsua2-python", "sounddevice", "pyzmq", "msgspec", "numpy")
MOST_LOGS = 20
PATIENCE = 5.0
"""Seconds that the program's end waits for a pack that is given up: the time for one log file."""


def version() -> str:
    """The app's version."""
    return versions()["huawu"]


def versions() -> dict[str, str]:
    """Versions of the app, its packages, Python and the system."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "none"
    return found


class _Cancelled(Exception):  # noqa: N818  # the name says what it is
    """The pack was cancelled by the agent or by the program's end."""


class DiagnosticsPack:
    """``presenters.parts.ports.DiagnosticsPort``. Each pack is written by a thread of its own. ``link`` returns the link's statistics as plain values."""

    def __init__(
        self,
        desk: DeskId,
        logs: Path | None,
        settings: Callable[[], Mapping[str, str]],
        devices: Callable[[], tuple[SoundDevice, ...]],
        link: Callable[[], Any],
        post: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._desk, self._logs = desk, logs
        self._settings, self._devices, self._link = settings, devices, link
        self._post, self._clock = post, clock
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    def pack(self, into: Path, on_step: OnStep, on_end: OnPacked) -> None:
        facts = {"devices.json": self._devices(), "link.json": self._link(), "settings.json": dict(self._settings())}
        self._cancelled.clear()

        def work() -> None:
            result: Path | OSError | None = OSError(None, "a fault")  # the result if another exception is raised
            try:
                result = self._write(into, facts, on_step)
            except OSError as error:
                _log.warning("diagnostics: not written (%s)", error.strerror)
                result = error
            finally:
                self._post(lambda: on_end(result))

        self._thread = threading.Thread(target=work, name="diagnostics", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        self._cancelled.set()

    def stop(self) -> None:
        """Called at the program's end: cancels a running pack, of which no file stays."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _write(self, into: Path, facts: Mapping[str, Any], on_step: OnStep) -> Path | None:
        """Runs in the pack's thread. ``None``: cancelled."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        path = into / f"agent-app-{self._desk}-{stamp}.zip"
        try:
            with files.replacing(path, make_folder=True) as file:
                self._fill(file, facts, on_step)
        except _Cancelled:
            return None
        return path

    def _fill(self, file: BinaryIO, facts: Mapping[str, Any], on_step: OnStep) -> None:
        logs = self._log_files()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, value in {"versions.json": versions(), **facts}.items():
                pack.writestr(name, msgspec.json.format(msgspec.json.encode(value), indent=2))
            for at, log in enumerate(logs):
                self._check_cancelled()
                self._post(partial(on_step, at, len(logs)))
                pack.writestr(f"logs/{log.name}", masked(log.read_text(encoding="utf-8", errors="replace")))
        self._check_cancelled()

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _Cancelled

    def _log_files(self) -> list[Path]:
        """The newest ``MOST_LOGS`` log files."""
        files = [path for path in self._logs.glob("*.log*") if path.is_file()] if self._logs is not None else []
        return sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_LOGS]
