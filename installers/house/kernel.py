"""The compiled part of the voice cards, made at set-up where there is a C compiler; without one, cards calculate with numpy."""

import subprocess

from installers.house import ROOT, VENV_PYTHON, say


def compile_kernel() -> None:
    """Compiles it into ``.venv`` unless it is there already, and says what cards will use."""
    command = [str(VENV_PYTHON), "-m", "switch_server.card.kernel_library"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = (done.stdout or done.stderr).strip().splitlines()
    say(f"Voice cards: {lines[-1] if lines else 'numpy'}")
