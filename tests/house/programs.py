"""Programs that tests start are those of ``FOR_TESTS``: what a new machine would not have, no machine may start.

Only what the tests' own process starts is seen, not what its children start.
"""

import os
import sys
from pathlib import Path
from typing import Any

from installers.house.debian import FOR_TESTS

ESSENTIAL = frozenset({"sh", "uname"})
"""Of Debian's own packages that every system has."""
TRIED = frozenset({"gcc", "ld", "ldconfig"})
"""``ctypes.util.find_library`` looks for libraries with them; it does without those that are not there."""
LISTED = frozenset(program for package in FOR_TESTS for program in package.programs)
SYSTEM = tuple(map(Path, ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local")))


class Unlisted(Exception):  # noqa: N818  the name says what it is
    """The program is of no listed package."""


def refuse_unlisted(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook (PEP 578): raises ``Unlisted`` at the start of a program that neither a listed package, Debian's essential ones nor the
    tests themselves bring.
    """
    if event != "subprocess.Popen":
        return
    program = Path(os.fsdecode(arguments[0]))
    ours = program == Path(sys.executable) or (program.is_absolute() and not any(map(program.is_relative_to, SYSTEM)))
    if not ours and program.name not in LISTED | ESSENTIAL | TRIED:
        raise Unlisted(f"{program}: no package of FOR_TESTS in installers/house/debian.py has it")
