"""The compiled tick does what the numpy tick does: the same bytes sent, recordings, events and statistics; and it is safe against any packet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from switch_server.card.kernel import Kernel
from switch_server.card.kernel_library import OPTIONS, SOURCE, load
from switch_server.card.prompts import write_wave
from tests.card.twins import Script, Twins, on_one_processor
from tests.rtp_peer import sine

ROOT = Path(__file__).resolve().parents[2]
TICKS = 800
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
CHECKS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice")
    write_wave(folder / "one.wav", sine(700, 2500))
    write_wave(folder / "two.wav", sine(1700, 700))
    return folder


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4))
def test_random_streams_and_commands_give_the_same(seed: int, tmp_path: Path, voice: Path) -> None:
    with on_one_processor():
        twins = Twins(Kernel(load()), tmp_path, voice)
        Script(seed, twins).run(TICKS)
        assert twins.sides[0].ran_free > 0, "some ticks need no Python"
        twins.compare()


@pytest.mark.timeout(900)
def test_mutated_packets_give_the_same_and_touch_no_other_memory(tmp_path: Path) -> None:
    library = tmp_path / "checked.so"
    subprocess.run(["gcc", *OPTIONS, *WARNINGS, *CHECKS, "-o", str(library), str(SOURCE)], check=True)
    runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    folder = tmp_path / "cards"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.card._sanitized", str(library), str(folder), "7", "1500"],
        cwd=ROOT, capture_output=True, text=True, timeout=850, check=False,
        env=os.environ | {"LD_PRELOAD": runtime.stdout.strip(), "ASAN_OPTIONS": "detect_leaks=0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[1]) > 10_000
