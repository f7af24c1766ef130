"""What this PC keeps for each agent: directory and last calls, and the notes that the switch hasn't got. Two JSON files an agent, which only their
owner can read.

As with the settings, a damaged file costs what was in it, not the start (it is kept aside), and what can't be written is kept until the app ends.
"""

import logging
import os
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import msgspec

from agent_app.model.phonebook.people import Kept
from shared.ids import AgentId, CallId

_log = logging.getLogger(__name__)
FOLDER = "agents"
OWNER_ONLY = 0o600
T = TypeVar("T")


class ShelfFolder:
    """``presenters.parts.ports.Shelf``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._notes: dict[AgentId, dict[CallId, str]] = {}

    def read(self, agent: AgentId) -> Kept:
        return self._load(self._path(agent, ".json"), Kept) or Kept()

    def write(self, agent: AgentId, kept: Kept) -> None:
        self._save(self._path(agent, ".json"), kept)

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:
        if agent not in self._notes:
            self._notes[agent] = self._load(self._path(agent, ".notes"), dict[CallId, str]) or {}
        return dict(self._notes[agent])

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None:
        self._notes[agent] = dict(notes)
        path = self._path(agent, ".notes")
        if notes:
            self._save(path, notes)
        else:
            self._delete(path)

    # --- inside ---

    def _load(self, path: Path, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("shelf: a file can't be read, an empty one is used (%s)", type(error).__name__)
            self._set_aside(path)
            return None

    def _save(self, path: Path, value: Kept | dict[CallId, str]) -> None:
        fresh = path.with_name(f"{path.name}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
                file.write(msgspec.json.encode(value))
            fresh.replace(path)
        except OSError as error:
            _log.warning("shelf: not written (%s)", error.strerror)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("shelf: not deleted (%s)", error.strerror)

    def _path(self, agent: AgentId, suffix: str) -> Path:
        """Whatever the agent is called, a name in this folder."""
        return self._folder / f"{quote(agent, safe='').replace('.', '%2E')}{suffix}"

    def _set_aside(self, path: Path) -> None:
        try:
            path.replace(path.with_name(f"{path.name}.damaged"))
        except OSError as error:
            _log.warning("shelf: the damaged file stays where it is (%s)", error.strerror)
