"""PESQ (ITU-T P.862) of telephone speech, by the package ``pesq`` of PyPI in an environment of its own, ``build/pesq``.

The package is no dependency of the project, since it comes as source and needs a C compiler. The environment is made at the first use.
"""

import fcntl
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "build" / f"pesq-{sys.version_info[0]}.{sys.version_info[1]}"
PACKAGES = ("pesq==0.0.4", f"numpy=={version('numpy')}")
CHILD = """
import sys
import numpy, pesq
sounds = numpy.load(sys.argv[1])
for n in range(len(sounds.files) // 2):
    print(pesq.pesq(8000, sounds[f"said{n}"], sounds[f"heard{n}"], "nb"))
"""


def scores(pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """The scores (1 to 4.55, narrow band) of pairs of samples at 8 kHz: what was said, and what was heard."""
    python = _environment()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sounds.npz"
        named = {
            f"{name}{n}": sound
            for n, pair in enumerate(pairs)
            for name, sound in zip(("said", "heard"), pair, strict=True)
        }
        np.savez(path, **named)  # type: ignore[arg-type]
        done = subprocess.run([python, "-I", "-c", CHILD, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.split()]


def _environment() -> Path:
    """The environment's Python. Test processes that want it at the same time wait for the one that makes it."""
    FOLDER.parent.mkdir(exist_ok=True)
    python, ready = FOLDER / "bin" / "python", FOLDER / "ready"
    with FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _run([sys.executable, "-m", "venv", "--clear", FOLDER])
            _run([python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", *PACKAGES])
            ready.touch()
    return python


def _run(argv: list[str | Path]) -> None:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, (
        f"PESQ can't be installed; it needs PyPI, gcc and Python's headers (./run setup --apt):\n{done.stdout[-2000:]}"
    )
