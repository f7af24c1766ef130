"""The protocols of link, phone, settings and files that the presenter uses. One thread calls presenter and ports; ports return at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from agent_app.model.phonebook.people import AgentPhonebook
from agent_app.model.sound.phone_messages import PhoneCommand
from shared.desk import Reply, Request, Told
from shared.ids import AgentId, CallId


class Failed(Struct, frozen=True):
    """The reason why there is no reply: a ``shared.link.Failure`` value (``never_left``, ``timed_out``, ``link_lost``, ``rejected`` …)."""

    code: str


OnReply = Callable[[Reply | Failed], None]


class SwitchPort(Protocol):
    """The link. ``on_reply`` is called exactly once, later, on the presenter's thread, at the latest after ``timeout`` seconds."""

    def ask(self, request: Request, timeout: float, on_reply: OnReply) -> None: ...

    def tell(self, told: Told) -> None:
        """Dropped while the link is down."""
        ...

    def resync(self, on_reply: OnReply) -> None:
        """Asks for a ``DeskSnapshot``."""
        ...


class PhonePort(Protocol):
    """The phone's process. Commands to a phone that is down are dropped; after its restart the presenter sends devices, volumes and expected calls again."""

    def do(self, command: PhoneCommand) -> None: ...

    def run(self, *, on: bool) -> None:
        """Starts or ends the process: where the voice is a desk phone, none runs. A repeated call changes nothing."""
        ...


class SettingsPort(Protocol):
    """The desk's settings on this PC (never a password or a session): language, theme, devices, volumes, last agent."""

    def get(self, key: str, default: str = "") -> str: ...
    def put(self, key: str, value: str) -> None: ...


class AgentFilesPort(Protocol):
    """The files of one agent on this PC: directory, last calls, unsent notes. Never raises; failures are logged."""

    def read(self, agent: AgentId) -> AgentPhonebook:
        """An empty phonebook where there is no file."""
        ...

    def write(self, agent: AgentId, kept: AgentPhonebook) -> None: ...

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:
        """Notes that the switch hasn't got, by call, the oldest first. They outlast a crash; while the app runs, they are kept even if the file can't be
        written.
        """
        ...

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None: ...


class NoAgentFiles:
    """No files: for robots."""

    def read(self, agent: AgentId) -> AgentPhonebook:  # noqa: ARG002
        return AgentPhonebook()

    def write(self, agent: AgentId, kept: AgentPhonebook) -> None: ...

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:  # noqa: ARG002
        return {}

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None: ...


OnStep = Callable[[int, int], None]
OnPacked = Callable[[Path | OSError | None], None]


class DiagnosticsPort(Protocol):
    """One pack at a time. Both callbacks come on the presenter's thread."""

    def pack(self, into: Path, on_step: OnStep, on_end: OnPacked) -> None:
        """Writes a zip with logs, versions, devices and link statistics, without customers' data. ``on_step``: files so far, and of how many.
        ``on_end``, once: its path, why it can't be written, or ``None``: cancelled.
        """
        ...

    def cancel(self) -> None:
        """Ends the packing; no file stays."""
        ...
