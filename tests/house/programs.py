"""Tests may only start programs of the packages in ``FOR_TESTS``, so that they also pass on a new machine.

The check covers programs that the tests' own process starts, not those that its children start.
"""

import os
import sys
from pathlib import Path
from typing import Any

from installers.house.debian import FOR_TESTS

ESSENTIAL = frozenset({"sh", "uname", "chroot", "unshare"})
"""Programs of essential Debian packages, which every system has."""
TRIED = frozenset({"gcc", "ld", "ldconfig"})
"""``ctypes.util.find_library`` tries these programs; it also works without them."""
LISTED = frozenset(program for package in FOR_TESTS for program in package.programs)
SYSTEM = tuple(map(Path, ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local")))


class Unlisted(Exception):  # noqa: N818  the name tells the fault
    """The program belongs to no listed package."""


def refuse_unlisted(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook (PEP 578): raises ``Unlisted`` when a system program is started that is in no listed and no essential package."""
    if event != "subprocess.Popen":
        return
    program = Path(os.fsdecode(arguments[0]))
    ours = program == Path(sys.executable) or (program.is_absolute() and not any(map(program.is_relative_to, SYSTEM)))
    if not ours and program.name not in LISTED | ESSENTIAL | TRIED:
        raise Unlisted(f"{program}: no package of FOR_TESTS in installers/house/debian.py has it")
