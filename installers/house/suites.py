"""``./run test``, ``check``, ``bench`` and ``demo``: the programs that run, with their arguments and their order."""

import os
import subprocess
import time
from dataclasses import dataclass

from installers.house import ROOT, VENV, VENV_PYTHON, say

PYTHON = str(VENV_PYTHON)
PARALLEL = ("-n", "2", "--dist", "loadscope")
"""Two processes; all tests of a module run in the same one, so that its servers start once."""


@dataclass(frozen=True)
class SuiteStep:
    name: str
    argv: tuple[str, ...]


PYTEST = (PYTHON, "-m", "pytest")

CHECK: tuple[SuiteStep, ...] = (
    SuiteStep("lint", (PYTHON, "-m", "ruff", "check", ".")),
    SuiteStep("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    SuiteStep("types", (PYTHON, "-m", "mypy")),
    SuiteStep("imports", (str(VENV / "bin" / "lint-imports"), "--no-logo")),
    SuiteStep("licences", (PYTHON, "-m", "tests.house.licences")),
    SuiteStep("file sizes", (PYTHON, "-m", "tests.house.sizes")),
    SuiteStep("fast tests", (*PYTEST, "-q", "-m", "not slow", *PARALLEL)),
)

TEST: tuple[SuiteStep, ...] = (
    SuiteStep(
        "fast tests, with the coverage of the core and the protocol",
        (*PYTEST, "-m", "not slow", *PARALLEL, "--cov", "--cov-branch", "--cov-fail-under=100"),
    ),
    # Without coverage: it would slow down the tests of media and timing.
    SuiteStep("slow tests", (*PYTEST, "-m", "slow", *PARALLEL)),
)


def run_steps(steps: tuple[SuiteStep, ...]) -> int:
    """Runs all steps, also after a failure; prints each step's time and a summary. Returns 1 if any failed."""
    results: list[tuple[SuiteStep, int, float]] = []
    for step in steps:
        say(f"── {step.name}")
        begin = time.monotonic()
        status = _call(step.argv)
        results.append((step, status, time.monotonic() - begin))
    say("── summary")
    for step, status, seconds in results:
        say(f"  {'ok    ' if status == 0 else 'FAILED'} {seconds:6.1f} s  {step.name}")
    failed = [step.name for step, status, _ in results if status]
    say(f"  {'all good' if not failed else 'failed: ' + ', '.join(failed)}, {sum(r[2] for r in results):.0f} s")
    return 1 if failed else 0


def run_pytest(arguments: list[str]) -> int:
    """``./run test ARGUMENTS``: pytest with exactly these arguments, without the coverage gate."""
    return _call((*PYTEST, *arguments))


def run_bench(arguments: list[str]) -> int:
    return _call((PYTHON, "-m", "tests.bench", *arguments))


def run_demo(arguments: list[str]) -> int:
    """The demo keeps the caller's working folder, so that its options may name relative paths."""
    return _wait(subprocess.Popen((PYTHON, "-m", "switch_server.demo", *arguments), env=_environment()))


def _call(argv: tuple[str, ...]) -> int:
    return _wait(subprocess.Popen(argv, cwd=ROOT, env=_environment()))


def _environment() -> dict[str, str]:
    """With ``PYTHONDONTWRITEBYTECODE`` set, bytecode is kept in ``.venv`` instead.

    The suites start hundreds of processes, which would all compile the sources anew.
    """
    if "PYTHONDONTWRITEBYTECODE" not in os.environ:
        return dict(os.environ)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(VENV / "bytecode")}


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Waits for the child, also after Ctrl-C: the terminal sends SIGINT to the child as well, and the child ends by itself."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
