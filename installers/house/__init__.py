"""What stands behind ``./run``: sets the project up and runs its demo, tests, checks and benchmarks.

Standard library only, since it runs before anything is installed. ``HouseError`` is the package's one error: a sentence for the
person at the keyboard, and exit status 2.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
VENV_PYTHON = VENV / "bin" / "python"

PYTHONS = ((3, 11), (3, 12))
"""The Python versions that ``requirements.lock`` was made for."""


class HouseError(Exception):
    """Something can't be had or done, in words that say what to do about it."""


def say(text: str) -> None:
    """A line of progress, visible at once even through a pipe."""
    print(text, flush=True)
