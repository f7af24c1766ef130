"""Every path, command and option that the documents name exists."""

import contextlib
import io
import re
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from installers.house.cli import EXAMPLES, HELP
from switch_server.switchctl import __main__ as switchctl
from tests.house import docs

DOCUMENTS = docs.documents()
NAMES = [str(path.relative_to(docs.ROOT)) for path in DOCUMENTS]
EACH_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)

RUN_BY = {
    "setup": ("installers.house", "setup"),
    "bench": ("tests.bench",),
    "demo": ("switch_server.demo",),
}
"""The programs behind ``./run`` commands; their ``--help`` lists the options."""
WORD = re.compile(r"^[a-z][a-z-]*$")


@cache
def help_of(*program: str) -> str | None:
    """The output of ``python -m program … --help``; ``None`` where the program has no such command."""
    argv = [sys.executable, "-m", *program, "--help"]
    done = subprocess.run(argv, cwd=docs.ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout if done.returncode == 0 else None


def is_built(module: str) -> bool:
    """Whether a program that the documents name can be started."""
    try:
        return find_spec(f"{module}.__main__") is not None
    except ModuleNotFoundError:
        return False


def unknown_options(arguments: list[str], text: str) -> list[str]:
    options = [word.split("=")[0] for word in arguments if word.startswith("--")]
    return [option for option in options if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text)]


def test_the_documents_are_found() -> None:
    assert {"README.md", "README.zh.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/status.md"} <= set(
        NAMES
    )


@EACH_DOCUMENT
def test_paths_exist(document: Path) -> None:
    named = set(docs.named_paths(document.read_text(encoding="utf-8")))
    assert sorted(path for path in named if not docs.exists(path, document)) == []


def test_what_docstrings_name_exists() -> None:
    """Docstrings name existing paths, and existing modules of the core by their short names."""
    missing = []
    for package in ("agent_app", "shared", "switch_server", "tests"):
        for path in (docs.ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            named = re.findall(r"``((?:docs|switch_server|shared|agent_app|resources)/[\w./-]+\.\w+)``", text)
            named += [
                f"switch_server/core/{each.replace('.', '/')}" for each in re.findall(r"``core\.([a-z_.]+)``", text)
            ]
            missing += [(str(path), each) for each in named if not _is_there(each)]
    assert missing == []


def _is_there(named: str) -> bool:
    return any((docs.ROOT / each).exists() for each in (named, f"{named}.py", f"{named.rpartition('/')[0]}.py"))


@EACH_DOCUMENT
def test_run_commands_exist(document: Path) -> None:
    for arguments in docs.commands(document.read_text(encoding="utf-8"), "./run"):
        check_run_command(arguments)


def test_run_help_examples_exist() -> None:
    found = list(docs.commands(f"```\n{EXAMPLES}\n```\n", "./run"))
    assert len(found) >= 6
    for arguments in found:
        check_run_command(arguments)


def check_run_command(arguments: list[str]) -> None:
    first, *rest = arguments
    if first == "--help":
        return
    assert first in HELP, f"./run has no {first!r}"
    if "|" in rest:  # ./run setup | demo | test
        assert set(rest) - {"|", "--help"} <= set(HELP)
        return
    if first in RUN_BY and is_built(RUN_BY[first][0]):
        text = help_of(*RUN_BY[first])
        assert text is not None
        assert unknown_options(rest, text) == []


@EACH_DOCUMENT
def test_switchctl_commands_exist(document: Path) -> None:
    for arguments in docs.commands(document.read_text(encoding="utf-8"), "switchctl"):
        check_switchctl_command(arguments)


@cache
def switchctl_help(*words: str) -> str | None:
    """The output of ``switchctl … --help``; ``None`` where ``switchctl`` has no such command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            switchctl.main([*words, "--help"])
        except SystemExit as ended:
            return None if ended.code else printed.getvalue()
    raise AssertionError("--help always ends")


def check_switchctl_command(arguments: list[str]) -> None:
    if "|" in arguments:  # switchctl status | lines | calls
        top = switchctl_help() or ""
        assert [word for word in arguments if WORD.match(word) and word not in top] == []
        return
    text = switchctl_help(arguments[0])
    assert text is not None, f"switchctl has no {arguments[0]!r}"
    if len(arguments) > 1 and WORD.match(arguments[1]):
        text += switchctl_help(arguments[0], arguments[1]) or ""
    assert unknown_options(arguments, text) == []
