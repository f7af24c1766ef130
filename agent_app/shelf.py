"""What this PC keeps for each agent: directory and last calls, a JSON file an agent, which only its owner can read.

As with the settings, a damaged file costs what was in it, not the start (it is kept aside), and what can't be written is kept until the app ends.
"""

import logging
import os
from pathlib import Path
from urllib.parse import quote

import msgspec

from agent_app.model.people import Kept
from shared.ids import AgentId

_log = logging.getLogger(__name__)
FOLDER = "agents"
OWNER_ONLY = 0o600


class ShelfFolder:
    """``presenters.ports.Shelf``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def read(self, agent: AgentId) -> Kept:
        path = self._path(agent)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError) as error:
            _log.warning("directory: a file can't be read, an empty one is used (%s)", type(error).__name__)
            self._set_aside(path)
            return Kept()

    def write(self, agent: AgentId, kept: Kept) -> None:
        path = self._path(agent)
        fresh = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
                file.write(msgspec.json.encode(kept))
            fresh.replace(path)
        except OSError as error:
            _log.warning("directory: not written (%s)", error.strerror)

    def _path(self, agent: AgentId) -> Path:
        """Whatever the agent is called, a name in this folder."""
        return self._folder / f"{quote(agent, safe='').replace('.', '%2E')}.json"

    def _set_aside(self, path: Path) -> None:
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError as error:
            _log.warning("directory: the damaged file stays where it is (%s)", error.strerror)
