"""Programs that are started by hand refuse an option that they don't know, instead of doing their work or taking it for a file's name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.house.docs import ROOT

UNKNOWN = "--nonesuch"


def programs() -> Iterator[list[str]]:
    """The arguments of Python that start each of the project's programs, those too that only tests start."""
    for top in ("agent_app", "installers", "resources", "shared", "switch_server", "tests"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path.name != "__main__.py" and '\nif __name__ == "__main__":\n' not in path.read_text(encoding="utf-8"):
                continue
            module = path.relative_to(ROOT).with_suffix("")
            packaged = (path.parent / "__init__.py").exists()
            yield ["-m", ".".join(module.parts).removesuffix(".__main__")] if packaged else [str(path)]


def does_it_all_the_same(program: list[str], folder: Path) -> str:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, *program, UNKNOWN], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    made = [path.name for path in folder.iterdir()]
    return "" if done.returncode and not made else f"{' '.join(program)}: status {done.returncode}, made {made}"


@pytest.mark.slow
def test_every_program_refuses_an_unknown_option(tmp_path: Path) -> None:
    chosen = list(programs())
    assert ["-m", "switch_server.switchctl"] in chosen
    assert [str(ROOT / "resources" / "prompts" / "generate.py")] in chosen
    with ThreadPoolExecutor(2) as pool:
        wrong = [*pool.map(does_it_all_the_same, chosen, (tmp_path / str(n) for n in range(len(chosen))))]
    assert [each for each in wrong if each] == []
