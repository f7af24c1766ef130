"""Finds the paths and the ``./run`` and ``switchctl`` commands that the documents name."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"^(?:\./)?[\w.\-/]+$")
FILE_ENDINGS = (".py", ".md", ".toml", ".yaml", ".lock", ".wav", ".sh")
MADE_AT_RUN_TIME = (".venv", "state/")
"""First parts of paths that a new clone does not have."""


def documents() -> list[Path]:
    """Every Markdown file of the project, sorted by path."""
    folders = (
        ROOT,
        *(ROOT / name for name in ("docs", "resources", "installers", "switch_server", "shared", "agent_app")),
    )
    found = [*folders[0].glob("*.md"), *(path for folder in folders[1:] for path in folder.rglob("*.md"))]
    return sorted(found)


def spans(text: str) -> list[str]:
    """The inline code of a document, without its fenced blocks."""
    return SPAN.findall(FENCE.sub("", text))


def named_paths(text: str) -> Iterator[str]:
    """Inline code that must be a path (it begins with a top-level name and a slash, or is a name with a file's ending), and relative links."""
    top = {path.name for path in ROOT.iterdir()}
    for span in spans(text):
        if not PATH.match(span) or span.startswith(MADE_AT_RUN_TIME):
            continue
        first = span.removeprefix("./").split("/")[0]
        if ("/" in span and first in top) or (span.endswith(FILE_ENDINGS) and "/" not in span and span[0] != "."):
            yield span
    yield from (link for link in LINK.findall(FENCE.sub("", text)) if "://" not in link)


def exists(path: str, document: Path) -> bool:
    """Whether a path exists, from the root or from the document's folder."""
    return (ROOT / path).exists() or (document.parent / path).exists()


def commands(text: str, program: str) -> Iterator[list[str]]:
    """The arguments of each line or span of code that runs ``program`` (``./run``, ``switchctl``)."""
    lines = [line for _, block in FENCE.findall(text) for line in block.splitlines()] + spans(text)
    for line in lines:
        begin = re.match(rf"^(?:\S*/)?{re.escape(program)}(?:\s+(.*))?$", line.strip())
        if begin is None or not begin[1]:
            continue
        yield shlex.split(begin[1], comments=True)


def alternatives(argument: str) -> list[str]:
    """The commands in ``setup | demo``."""
    return [word for word in re.split(r"[\s|]+", argument) if word]
