"""What this PC keeps for each agent: directory and last calls, and the notes that the switch hasn't got. Two JSON files an agent, which only their
owner can read.

As with the settings, a damaged file costs what was in it, not the start (it is kept aside), and what can't be written is kept until the app ends.
"""

import logging
from pathlib import Path
from urllib.parse import quote

import msgspec

from agent_app import files
from agent_app.model.phonebook.people import Kept
from shared.ids import AgentId, CallId

_log = logging.getLogger(__name__)
FOLDER = "agents"


class ShelfFolder:
    """``presenters.parts.ports.Shelf``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._notes: dict[AgentId, dict[CallId, str]] = {}

    def read(self, agent: AgentId) -> Kept:
        return files.read_json(self._path(agent, ".json"), Kept, "shelf") or Kept()

    def write(self, agent: AgentId, kept: Kept) -> None:
        files.write_or_log(self._path(agent, ".json"), msgspec.json.encode(kept), "shelf", private=True)

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:
        if agent not in self._notes:
            self._notes[agent] = files.read_json(self._path(agent, ".notes"), dict[CallId, str], "shelf") or {}
        return dict(self._notes[agent])

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None:
        self._notes[agent] = dict(notes)
        path = self._path(agent, ".notes")
        if notes:
            # once a second while the agent types, on the window's thread: no wait for the disk
            files.write_or_log(path, msgspec.json.encode(notes), "shelf", private=True, synced=False)
        else:
            self._delete(path)

    # --- inside ---

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("shelf: not deleted (%s)", error.strerror)

    def _path(self, agent: AgentId, suffix: str) -> Path:
        """Whatever the agent is called, a name in this folder."""
        return self._folder / f"{quote(agent, safe='').replace('.', '%2E')}{suffix}"
