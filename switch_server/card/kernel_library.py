"""The shared library of ``kernel.c``, compiled on this machine where it has a C compiler.

``python -m switch_server.card.kernel_library`` compiles it once, at set-up; else the first card does. The file's name has a hash of the source, the
compiler's options and the machine, so that a library of another version is never loaded. A library is code: it is loaded only from a folder that
belongs to this user or to root and that nobody else can write to.
"""

import argparse
import contextlib
import ctypes
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("kernel.c")
OPTIONS = ("-std=c99", "-O3", "-ffp-contract=off", "-fPIC", "-shared")
"""``-ffp-contract=off``: sums are rounded as numpy rounds them."""
COMPILERS = ("gcc", "cc", "clang")
LONGEST_S = 60


class NoKernel(Exception):  # noqa: N818  the name says what it is
    """There is no library, and none can be made; the text says why."""


def load() -> ctypes.CDLL:
    """The library, compiled first where needed; raises ``NoKernel``."""
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise NoKernel("it is for Linux with 64 bits")
    name, reasons = file_name(), []
    for folder in folders():
        try:
            return _library(folder, name)
        except (NoKernel, OSError) as error:
            reasons.append(str(error))
    raise NoKernel("; ".join(reasons))


def file_name() -> str:
    """The library's name, by its source, options and machine."""
    try:
        source = SOURCE.read_bytes()
    except OSError as error:
        raise NoKernel(f"no source: {error}") from error
    return f"kernel-{hashlib.sha256(repr((source, OPTIONS, platform.machine())).encode()).hexdigest()[:16]}.so"


def _library(folder: Path, name: str) -> ctypes.CDLL:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    _check_owner(folder)
    path = folder / name
    if path.exists():
        _check_owner(path)
        with contextlib.suppress(OSError):  # half a file, for example of a full disk: it is made anew
            return ctypes.CDLL(str(path), use_errno=True)
    _compile(path)
    return ctypes.CDLL(str(path), use_errno=True)


def folders() -> list[Path]:
    """The folders for the library, the first usable one is taken: that of the virtual environment, then the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    wanted = [Path(cache).expanduser() / "huawu"]
    if sys.prefix != sys.base_prefix:
        wanted.insert(0, Path(sys.prefix) / "lib" / "huawu")
    return wanted


def _check_owner(path: Path) -> None:
    """Raises ``NoKernel`` where others than this user and root can write to ``path``."""
    status = path.stat()
    if status.st_uid not in {0, os.geteuid()} or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NoKernel(f"{path}: others can write to it")


def _compile(path: Path) -> None:
    """Compiles into a file of another name and renames it, so that cards which start at once never load half a library."""
    compiler = next((found for name in COMPILERS if (found := shutil.which(name))), None)
    if compiler is None:
        raise NoKernel("no C compiler (gcc, cc or clang)")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        command = [compiler, *OPTIONS, "-o", str(made), str(SOURCE)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)  # noqa: S603  a compiler of the PATH
        except subprocess.TimeoutExpired as error:
            raise NoKernel(f"{compiler} took over {LONGEST_S} s") from error
        if done.returncode:
            raise NoKernel(f"{compiler} failed: {done.stderr.strip()[:500]}")
        with made.open("rb") as file:
            os.fsync(file.fileno())  # so that a power failure leaves no library of zeros
        made.replace(path)


def main() -> None:
    argparse.ArgumentParser(
        description="Compiles the voice cards' inner loop, where there is a C compiler."
    ).parse_args()
    try:
        print(f"compiled: {load()._name}")  # noqa: T201, SLF001  a command's output; ctypes tells the path nowhere else
    except NoKernel as reason:
        print(f"not compiled, cards calculate with numpy: {reason}")  # noqa: T201  as above


if __name__ == "__main__":
    main()
