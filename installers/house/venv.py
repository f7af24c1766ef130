"""The project's own environment, ``.venv``, from the locked versions with their hashes.

It is set up again only when ``requirements.lock``, the project's metadata, the Python version or the project's folder has changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator

from installers.house import LOCK, PYPROJECT, PYTHONS, ROOT, VENV, VENV_PYTHON, HouseError, say
from installers.house.debian import FOR_SETUP, ensure

STAMP = VENV / "huawu-setup.json"
NEEDS_MB = 1500
"""The disk space for a new ``.venv``, with room for pip's unpacking."""

FAULTS: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device|Errno 28",
        "The disk is full: free about {mb} MB here and in the temporary folder, then run it again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A package is not the one that was locked; it was NOT installed. Try again, then report it.",
    ),
    (
        r"name resolution|service not known|unreachable|refused|reset by|[Tt]imed? ?out|NewConnection|ProxyError|Max retries|SSLError",
        "The package registry can't be reached: check the network or proxy, then run it again (what was fetched is kept).",
    ),
    (
        r"from versions: none",
        "The package registry can't be reached, or has nothing for this machine and Python {python}.",
    ),
    (r"No matching distribution", "The registry has no such version for this machine and Python {python}."),
    (r"Permission denied", "No right to write here: {root} belongs to someone else."),
)
"""Patterns in pip's output, and the texts that explain them; the first match counts."""


def ready() -> bool:
    """Whether ``.venv`` is up to date."""
    return VENV_PYTHON.exists() and _read_stamp() == _wanted()


def ensure_venv(*, apt: bool = False, force: bool = False) -> None:
    """Makes or updates ``.venv`` if it is not up to date. Raises ``HouseError``."""
    if ready() and not force:
        return
    begin = time.monotonic()
    _check_python()
    ensure(FOR_SETUP, asked=apt)
    _check_disk()
    if force or not VENV_PYTHON.exists() or _read_stamp().get("python") != _wanted()["python"]:
        say(f"Making .venv with Python {sys.version.split()[0]} …")
        if VENV.exists():
            shutil.rmtree(VENV)
        run([sys.executable, "-m", "venv", str(VENV)])
    packages = locked_names()
    say(f"Installing {len(packages)} locked packages into .venv (a minute or two the first time) …")
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # --no-deps: the lock is complete. While resolving, pip would also examine newer releases than the locked ones, and fail on those with extras.
    run(
        [*pip, "install", "--progress-bar", "off", "--no-deps", "--require-hashes", "-r", str(LOCK)],
        total=len(packages),
    )
    run([*pip, "install", "--progress-bar", "off", "--no-deps", "--editable", str(ROOT)])
    STAMP.write_text(json.dumps(_wanted()))
    say(
        f"Set up in {time.monotonic() - begin:.0f} s: switch-server, branch-gateway, switchctl and agent-app are in .venv/bin."
    )


def _wanted() -> dict[str, str]:
    """The stamp of an up-to-date ``.venv``. An existing ``.venv`` keeps its Python version, whichever version runs this program."""
    have = _read_stamp().get("python") if VENV_PYTHON.exists() else None
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    chosen = ours if os.environ.get("HUAWU_PYTHON") or have is None else have
    project = json.dumps(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"], sort_keys=True)
    return {
        "python": chosen,
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "project": hashlib.sha256(project.encode()).hexdigest(),
        "root": str(ROOT),
    }


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _check_python() -> None:
    if sys.version_info[:2] not in PYTHONS:
        raise HouseError(
            f"Huawu needs Python 3.11 or 3.12, this is {sys.version.split()[0]}. HUAWU_PYTHON names another one."
        )
    if sys.platform != "linux":
        raise HouseError("The switch server runs on Linux.")


def _check_disk() -> None:
    free_mb = shutil.disk_usage(ROOT).free // 2**20
    if free_mb < NEEDS_MB and not VENV_PYTHON.exists():
        raise HouseError(f"The disk is too full: .venv needs about {NEEDS_MB} MB in {ROOT}, {free_mb} MB are free.")


def locked_names() -> list[str]:
    """The names of the locked packages, without those for Windows and PyPy."""
    lines = re.findall(r"^[a-z0-9].*==.*", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [line.split("==")[0] for line in lines if "'win32'" not in line and "== 'pypy'" not in line]


def run(argv: list[str], total: int = 0) -> None:
    """Runs a command and prints pip's packages as ``[n/total] name version``. Raises ``HouseError`` with an explanation of a failure."""
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        lines = list(told(process.stdout, total))
    if process.returncode:
        raise HouseError(meaning("\n".join(lines)))


def told(lines: Iterator[str], total: int) -> Iterator[str]:
    count = 0
    for raw in lines:
        line = raw.rstrip()
        collecting = re.match(r"Collecting (\S+?)==(\S+)", line)
        if collecting:
            count += 1
            say(f"  [{count}/{total}] {collecting[1]} {collecting[2]}")
        elif line.startswith("Installing collected packages") and total:
            say("  unpacking them …")
        yield line


def meaning(output: str) -> str:
    lines = output.splitlines()
    tail = "\n  ".join(lines[-6:])
    said = "\n".join(line for line in lines if re.search(r"error|warning|errno", line, re.IGNORECASE))
    for pattern, meaning in FAULTS:
        if re.search(pattern, said):
            python = f"{sys.version_info[0]}.{sys.version_info[1]}"
            return f"{meaning.format(mb=NEEDS_MB, python=python, root=ROOT)}\nThe end of what pip said:\n  {tail}"
    return f"Setting up failed. The end of what was said:\n  {tail}"
