"""The sources of a password: typed twice on the terminal, a line of standard input, or generated."""

import getpass
import secrets
import sys

from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import Usage

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are easily mistaken for others when they are read aloud or copied by hand."""
GROUPS, GROUP = 3, 4
"""Twelve of 31 letters: 59 bits."""


def made() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def password(context: Context) -> str:
    """A password by the command's options. Raises ``Usage`` where it is empty, or where the two typed passwords differ."""
    if context.options.generate:
        return made()
    if context.options.password_stdin:
        return _not_empty(sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise Usage("no_terminal")
    typed = _not_empty(getpass.getpass(context.texts("ask_password")))
    if getpass.getpass(context.texts("ask_again")) != typed:
        raise Usage("passwords_differ")
    return typed


def _not_empty(text: str) -> str:
    if not text:
        raise Usage("no_password")
    return text
