"""The wheel, built and installed without a network as by ``pip install huawu[agent]``, has all files that its programs read."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import zmq

from tests.ui.xserver import x_server

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("agent_app", "shared", "switch_server", "resources")
FOR_MAKERS = {".py", ".md", ".ts"}
"""Endings of resources that only make or explain other resources."""
PROGRAMS = ("agent-app", "branch-gateway", "switch-server", "switchctl")
pytestmark = pytest.mark.slow


class Installed:
    """A separate Python environment with the wheel, and with the packages of the present one."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.wheel, self.folder = wheel, folder
        _run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], folder)
        python = folder / "venv" / "bin" / "python"
        install = ["install", "--no-index", "--no-deps", "--quiet", str(wheel)]
        _run([sys.executable, "-m", "pip", "--python", str(python), *install], folder)
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        (folder / "venv" / "lib" / version / "site-packages" / "others.pth").write_text(sysconfig.get_path("purelib"))
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()

    def program(self, name: str, *options: str) -> list[str]:
        return [str(self.folder / "venv" / "bin" / name), *options]

    def run(self, name: str, *options: str) -> str:
        """Runs a program, which must succeed; returns its output."""
        return _run(self.program(name, *options), self.elsewhere)


def _run(argv: list[str], folder: Path) -> str:
    done = subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=100, check=False, env=_without_checkout()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _without_checkout(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "checkout"  # setuptools writes into the source folder
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    build = ["wheel", "--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--wheel-dir", str(folder / "out")]
    _run([sys.executable, "-m", "pip", *build, str(copy)], folder)
    (wheel,) = (folder / "out").glob("huawu-*.whl")
    return Installed(wheel, folder)


def _write_key(path: Path) -> None:
    """Writes the key file of a desk, for a switch that does not exist."""
    public, secret = (key.decode() for key in zmq.curve_keypair())
    words = {
        "desk": "desk-1",
        "endpoint": "tcp://127.0.0.1:9",
        "server_key": public,
        "public_key": public,
        "secret_key": secret,
    }
    path.write_text(json.dumps(words))
    path.chmod(0o600)


def test_the_wheel_s_code_runs(installed: Installed) -> None:
    said = installed.run("python", "-c", "import agent_app.ui.parts.paths as it; print(it.RESOURCES)")
    assert Path(said.strip()).is_relative_to(installed.folder / "venv")


def test_a_card_s_compiled_part_is_made_on_demand(installed: Installed) -> None:
    said = installed.run("python", "-m", "switch_server.card.kernel_library")
    assert said.startswith(f"compiled: {installed.folder / 'venv'}")


def test_every_resource_is_in_it(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        there = {name for name in wheel.namelist() if name.startswith("resources/")}
    files = (path for path in (ROOT / "resources").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    wanted = {path.relative_to(ROOT).as_posix() for path in files if path.suffix not in FOR_MAKERS}
    assert len(wanted) > 500
    assert there == wanted


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_says_what_it_does(installed: Installed, name: str) -> None:
    assert "usage" in installed.run(name, "--help").lower()


def test_flows_and_prompts_are_found(installed: Installed) -> None:
    """The product's own flows are in the wheel, with each prompt in both languages."""
    assert "main" in installed.run("switchctl", "flows", "check")


def test_the_window_opens_in_chinese(installed: Installed, tmp_path: Path) -> None:
    """The window reads icons and translation when it is made; a missing file is logged or ends the program."""
    _write_key(tmp_path / "desk.json")
    argv = installed.program("agent-app", "--folder", str(tmp_path), "--language", "zh_CN", "--no-audio")
    with x_server() as environment:
        program = subprocess.Popen(
            argv, cwd=installed.elsewhere, env=_without_checkout(DISPLAY=environment["DISPLAY"]), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "window\n"
            program.send_signal(signal.SIGTERM)
            _, errors = program.communicate(timeout=60)
        finally:
            program.kill()
            program.communicate()
    log = (tmp_path / "logs" / "agent-app.log").read_text()
    assert program.returncode == 0, errors
    assert "ERROR" not in log
    assert "translation" not in log, "a missing one is a line there"
