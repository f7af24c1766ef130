"""What a desk remembers on this PC: a JSON file of strings in the user's folder. Never a password, never a session.

A damaged file costs the settings, not the start: it is kept aside (``settings.json.damaged``) and the defaults are taken.
"""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

_log = logging.getLogger(__name__)
NAME = "settings.json"


def user_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this system keeps a user's settings: ``%APPDATA%``, ``~/Library/Application Support`` or ``$XDG_CONFIG_HOME``."""
    home = Path.home()
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Huawu"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Huawu"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "huawu"


class SettingsFile:
    """``presenters.parts.ports.Settings``. Each change is written at once; what can't be written is kept until the app ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._values = self._load()

    def get(self, key: str, default: str = "") -> str:
        return self._values.get(key, default)

    def put(self, key: str, value: str) -> None:
        if self._values.get(key) != value:
            self._values[key] = value
            self._save()

    def all(self) -> dict[str, str]:
        return dict(self._values)

    # --- inside ---

    def _load(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:  # msgspec raises UnicodeDecodeError too
            _log.warning("settings: %s can't be read, defaults are used (%s)", NAME, type(error).__name__)
            self._set_aside()
            return {}

    def _set_aside(self) -> None:
        try:
            self._path.replace(self._path.with_name(f"{NAME}.damaged"))
        except OSError as error:
            _log.warning("settings: the damaged file stays where it is (%s)", error.strerror)

    def _save(self) -> None:
        fresh = self._path.with_name(f"{NAME}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self._values), indent=2))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("settings: not written (%s)", error.strerror)
