"""The desk's settings on this PC: a JSON file of strings in the user's folder. Never a password, never a session.

A damaged file is set aside (``settings.json.damaged``), and the app starts with the defaults.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from agent_app import files

NAME = "settings.json"


def user_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The folder in which this system keeps a user's settings: ``%APPDATA%``, ``~/Library/Application Support`` or ``$XDG_CONFIG_HOME``."""
    home = Path.home()
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Huawu"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Huawu"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "huawu"


class SettingsFile:
    """``presenters.parts.ports.SettingsPort``. Each change is written at once; changes that can't be written are kept in memory until the app ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._values = files.read_json(self._path, dict[str, str], "settings") or {}

    def get(self, key: str, default: str = "") -> str:
        return self._values.get(key, default)

    def put(self, key: str, value: str) -> None:
        if self._values.get(key) != value:
            self._values[key] = value
            self._save()

    def all(self) -> dict[str, str]:
        return dict(self._values)

    # --- inside ---

    def _save(self) -> None:
        text = msgspec.json.format(msgspec.json.encode(self._values), indent=2)
        files.write_or_log(self._path, text, "settings")
