"""What an agent sends when something is wrong: one zip of logs, versions, devices, link statistics and settings; no customers' data."""

import platform
import time
import zipfile
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from agent_app.logs import masked
from agent_app.model.phone import Device
from shared.ids import DeskId

PACKAGES = ("huawu", "pyside6-essentials", "pjsua2-python", "sounddevice", "pyzmq", "msgspec", "numpy")
MOST_LOGS = 20


def version() -> str:
    """The app's own."""
    return versions()["huawu"]


def versions() -> dict[str, str]:
    """Of the app, what it stands on, and the system."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "none"
    return found


class DiagnosticsPack:
    """``presenters.ports.Diagnostics``. ``link``: the statistics of the link as plain values."""

    def __init__(
        self,
        desk: DeskId,
        logs: Path | None,
        settings: Callable[[], Mapping[str, str]],
        devices: Callable[[], tuple[Device, ...]],
        link: Callable[[], Any],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._desk, self._logs = desk, logs
        self._settings, self._devices, self._link = settings, devices, link
        self._clock = clock

    def pack(self, into: Path) -> Path:
        into.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        path = into / f"agent-app-{self._desk}-{stamp}.zip"
        facts = {
            "versions.json": versions(),
            "devices.json": self._devices(),
            "link.json": self._link(),
            "settings.json": dict(self._settings()),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, value in facts.items():
                pack.writestr(name, msgspec.json.format(msgspec.json.encode(value), indent=2))
            for log in self._log_files():
                pack.writestr(f"logs/{log.name}", masked(log.read_text(encoding="utf-8", errors="replace")))
        return path

    def _log_files(self) -> list[Path]:
        """The newest."""
        files = [path for path in self._logs.glob("*.log*") if path.is_file()] if self._logs is not None else []
        return sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_LOGS]
