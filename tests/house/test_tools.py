"""Every program refuses an unknown option, instead of running or taking it for a file's name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.docs import ROOT

pytestmark = pytest.mark.slow
UNKNOWN = "--nonesuch"


def programs() -> Iterator[str]:
    """Every program of the project, also those that only tests start: a module's name, or the path of a script outside packages."""
    for top in ("agent_app", "installers", "resources", "shared", "switch_server", "tests"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path.name == "__main__.py" or '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8"):
                place = path.relative_to(ROOT)
                packaged = (path.parent / "__init__.py").exists()
                yield ".".join(place.with_suffix("").parts).removesuffix(".__main__") if packaged else str(place)


@pytest.mark.parametrize("program", [*programs()])
def test_an_unknown_option_is_refused(program: str, tmp_path: Path) -> None:
    start = [str(ROOT / program)] if program.endswith(".py") else ["-m", program]
    done = subprocess.run(
        [sys.executable, *start, UNKNOWN], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    assert [path.name for path in tmp_path.iterdir()] == []


def test_no_program_is_forgotten() -> None:
    assert {"switch_server.switchctl", "tests.core.diagrams", "resources/prompts/compose.py"} < set(programs())
