"""The program behind ``./run``: sets the project up and runs its demo, tests, checks and benchmarks.

Standard library only, since it runs before anything is installed. ``HouseError`` is the package's only error: a text for the
person at the keyboard, and exit status 2.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
VENV_PYTHON = VENV / "bin" / "python"

PYTHONS = ((3, 11), (3, 12))
"""The Python versions for which ``requirements.lock`` was made."""


class HouseError(Exception):
    """A step is not possible; the text tells the person what to do."""


def say(text: str) -> None:
    """Prints a line of progress, visible at once even through a pipe."""
    print(text, flush=True)
