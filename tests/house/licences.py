"""Licence check: every locked package that is installed must be under a licence that pyproject.toml allows.

``python -m tests.house.licences``; the lists are in ``[tool.huawu.licences]``.
"""

import argparse
import re
import sys
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+( ;)?", re.MULTILINE)


def rules() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists: dict[str, Any] = project["tool"]["huawu"]["licences"]
    return lists


def licence_of(meta: PackageMetadata, aliases: dict[str, str]) -> str:
    """The SPDX expression of a package: its own, or the one by the aliases of its classifier or free text; else ``unknown: …``."""
    if "License-Expression" in meta:
        return meta["License-Expression"]
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in meta.get_all("Classifier") or [] if c.startswith("License :: ")]
    said = meta.get_all("License") or [""]
    text = str(said[0]).strip().split("\n")[0]
    for words in (text, *classifiers):
        if words in aliases:
            return aliases[words]
    return text or f"unknown: {classifiers or 'says nothing'}"


def allows(expression: str, allowed: set[str]) -> bool:
    """``A OR B``: one must be allowed; ``A AND B``: both. (SPDX: AND binds more strongly than OR. Brackets are ignored.)"""
    plain = expression.replace("(", " ").replace(")", " ")
    choices = re.split(r"\s+OR\s+", plain)
    return any(all(part.strip() in allowed for part in re.split(r"\s+AND\s+", choice)) for choice in choices)


def faults() -> list[str]:
    lists = rules()
    allowed, aliases, packages = set(lists["allowed"]), lists["aliases"], lists["packages"]
    found: list[str] = []
    locked = LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    for name, marker in locked:
        try:
            said = licence_of(metadata(name), aliases)
        except PackageNotFoundError:
            if not marker:  # packages with a marker may be for another system
                found.append(f"{name}: is locked but not installed: ./run setup")
            continue
        licence = packages[name]["licence"] if name in packages else said
        if not allows(licence, allowed):
            found.append(
                f"{name}: {licence} is not in [tool.huawu.licences] allowed; read its licence before you add it"
            )
    known = {name for name, _ in locked}
    found += [f"{name}: has a licence entry but isn't locked any more" for name in packages if name not in known]
    found += [
        f"{name}: its licence entry gives no reason" for name, entry in packages.items() if not entry.get("reason")
    ]
    return found


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = faults()
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
