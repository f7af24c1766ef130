"""The tools that take pictures refuse unknown options and names, instead of making a folder of that name."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui import floor_shots, shots

ROOT = Path(__file__).resolve().parents[2]
TOOLS = pytest.mark.parametrize("tool", [shots, floor_shots], ids=["shots", "floor_shots"])


@TOOLS
def test_help_has_an_example_and_takes_no_picture(tool: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        tool.main(["--help"])  # type: ignore[attr-defined]
    assert ended.value.code == 0
    assert f"example: python -m {tool.__name__} /tmp/" in " ".join(capsys.readouterr().out.split())  # type: ignore[attr-defined]


@TOOLS
@pytest.mark.parametrize("argv", [[], ["--hepl"], ["out", "--dark"], ["-x", "out"]])
def test_an_unknown_option_is_refused(
    tool: object, argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        tool.main(argv)  # type: ignore[attr-defined]
    assert ended.value.code == 2
    assert list(tmp_path.iterdir()) == []


@TOOLS
def test_an_unknown_picture_is_refused(tool: object, tmp_path: Path) -> None:
    name = tool.__name__  # type: ignore[attr-defined]
    done = subprocess.run(
        [sys.executable, "-m", name, str(tmp_path / "out"), "no-such"],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no-such" in done.stderr
    assert not (tmp_path / "out").exists()
