"""The context of a command: its options, texts, folders, and output."""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console, RenderableType

from shared.control import SOCKET_NAME, RefusedCode, Reply, document
from switch_server.services.folders import JOURNAL, state_candidates
from switch_server.switchctl.errors import SwitchctlError, Unreachable
from switch_server.switchctl.texts import Texts, harmless
from switch_server.switchctl.views import view

PIPED_WIDTH = 240
"""Columns where the output is no terminal, so that nothing is cut off in a pipe or a file."""

FAX_REFUSED = f"refused_{RefusedCode.FAX_REFUSED.value}"


class Context:
    def __init__(self, options: argparse.Namespace, texts: Texts, environ: Mapping[str, str]) -> None:
        self.options = options
        self.texts = texts
        self.environ = environ
        self.out = _console(environ, stderr=False)
        self.err = _console(environ, stderr=True)

    @property
    def json(self) -> bool:
        return getattr(self.options, "json", False)

    @property
    def state(self) -> Path:
        """The state folder: that of ``--socket`` if given, else the first candidate with a socket, else the first with a journal, else the first."""
        if given := getattr(self.options, "socket", None):
            return Path(given).parent
        candidates = list(state_candidates(self.environ))
        with_socket = (folder for folder in candidates if _has(folder / SOCKET_NAME))
        existing = (folder for folder in candidates if _has(folder / JOURNAL))
        return next(with_socket, None) or next(existing, None) or candidates[0]

    @property
    def socket(self) -> Path:
        given = getattr(self.options, "socket", None)
        return Path(given) if given else self.state / SOCKET_NAME

    @property
    def journal(self) -> Path:
        given = getattr(self.options, "journal", None)
        return Path(given) if given else self.state / JOURNAL

    def show(self, reply: Reply, *, line: bool = False, more: Mapping[str, object] | None = None) -> None:
        """Prints a reply as tables, or with ``--json`` as its document with the fields ``more`` (on one line with ``line``)."""
        if self.json:
            self.print_json(document(reply) | dict(more or {}), line=line)
        else:
            self.print(view(reply, self.texts))

    def print_json(self, content: object, *, line: bool = False) -> None:
        text = msgspec.json.encode(content)
        sys.stdout.write((text if line else msgspec.json.format(text)).decode() + "\n")
        sys.stdout.flush()

    def print(self, what: RenderableType) -> None:
        """Prints text without markup, highlighting and control characters, or anything that rich renders."""
        plain = isinstance(what, str)
        self.out.print(
            harmless(what) if isinstance(what, str) else what, markup=False, highlight=False, soft_wrap=plain
        )

    def say(self, key: str, **fields: object) -> None:
        self.print(self.texts(key, **fields))

    def warn(self, key: str, **fields: object) -> None:
        """Prints a text on standard error, about a command that was carried out."""
        self._complain(self.texts(key, **fields))

    def complain(self, error: SwitchctlError) -> None:
        """Prints an error on standard error; where no switch answers, also how to start one."""
        why = self.texts(error.key, **self._worded(error))
        if not isinstance(error, Unreachable):
            self._complain(why)
            return
        self._complain(self.texts("unreachable", socket=error.fields["socket"], why=why))
        self._complain(self.texts("how_to_start"))

    def _worded(self, error: SwitchctlError) -> dict[str, Any]:
        """The error's fields; for a refused fax the problem in words."""
        if error.key != FAX_REFUSED:
            return error.fields
        return {"text": self.texts.word(error.fields["text"], "problem")}

    def _complain(self, text: str) -> None:
        self.err.print(harmless(text), markup=False, highlight=False, soft_wrap=True)


def _has(path: Path) -> bool:
    """Whether a path exists; a path without the right to look counts as missing."""
    try:
        return path.exists()
    except OSError:
        return False


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """Raises ``BrokenPipeError`` for ``main``: in ``switchctl calls | head`` it is no failure."""
        raise BrokenPipeError


def _console(environ: Mapping[str, str], *, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or environ.get("COLUMNS") else PIPED_WIDTH
    return _Screen(file=stream, width=width, emoji=False, no_color=True if environ.get("NO_COLOR") else None)


def current_user() -> str:
    """The operator's user name for the audit; under ``sudo`` that of the user who called it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
