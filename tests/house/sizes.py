"""File-size check: a file in ``agent_app``, ``switch_server`` or ``shared`` with over 400 lines must give a reason in its first comment.

``python -m tests.house.sizes``. The reason is a comment among the first lines, before any code, that names the ``400 lines``.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agent_app", "shared", "switch_server")
LIMIT = 400


def faults(root: Path = ROOT) -> list[str]:
    found: list[str] = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            if len(lines) > LIMIT and not _gives_reason(lines):
                found.append(
                    f"{path.relative_to(root)}: {len(lines)} lines; split it, or say in its first comment why it has over 400 lines"
                )
    return found


def _gives_reason(lines: list[str]) -> bool:
    for line in lines:
        if not line.startswith("#"):
            return False
        if "400 lines" in line:
            return True
    return False


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = faults()
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
