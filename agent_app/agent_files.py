"""The files of each agent on this PC: one with the directory and the last calls, one with the notes that the switch hasn't got. Both are JSON, and
only their owner can read them.

As with the settings, a damaged file is set aside and an empty one used, and values that can't be written are kept in memory until the app ends.
"""

import logging
from pathlib import Path
from urllib.parse import quote

import msgspec

from agent_app import files
from agent_app.model.phonebook.people import AgentPhonebook
from shared.ids import AgentId, CallId

_log = logging.getLogger(__name__)
FOLDER = "agents"


class AgentFiles:
    """``presenters.parts.ports.AgentFilesPort``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._notes: dict[AgentId, dict[CallId, str]] = {}

    def read(self, agent: AgentId) -> AgentPhonebook:
        return files.read_json(self._path(agent, ".json"), AgentPhonebook, "agent files") or AgentPhonebook()

    def write(self, agent: AgentId, kept: AgentPhonebook) -> None:
        files.write_or_log(self._path(agent, ".json"), msgspec.json.encode(kept), "agent files", private=True)

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:
        if agent not in self._notes:
            self._notes[agent] = files.read_json(self._path(agent, ".notes"), dict[CallId, str], "agent files") or {}
        return dict(self._notes[agent])

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None:
        self._notes[agent] = dict(notes)
        path = self._path(agent, ".notes")
        if notes:
            # once a second while the agent types, on the window's thread: no wait for the disk
            files.write_or_log(path, msgspec.json.encode(notes), "agent files", private=True, synced=False)
        else:
            self._delete(path)

    # --- inside ---

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("agent files: not deleted (%s)", error.strerror)

    def _path(self, agent: AgentId, suffix: str) -> Path:
        """The agent's number is escaped, so that the path never leaves the folder."""
        return self._folder / f"{quote(agent, safe='').replace('.', '%2E')}{suffix}"
