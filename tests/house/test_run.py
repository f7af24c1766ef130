"""``./run`` itself: it finds a Python, has its commands, and tells clearly what is missing."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from installers.house import VENV, HouseError, cli, debian, suites, venv
from installers.house.cli import HELP, parser
from tests.house import programs

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HUAWU_PYTHON": sys.executable} | environment
    return subprocess.run(
        [str(ROOT / "run"), *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_names_every_command_with_examples() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(f"./run {command}" in done.stdout for command in HELP)


def test_unknown_command_is_refused() -> None:
    done = run("tset")
    assert done.returncode == 2
    assert "tset" in done.stderr


def test_a_python_that_will_not_do_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = run("--help", HUAWU_PYTHON=str(old))
    assert done.returncode == 2
    assert str(old) in done.stderr


def test_without_any_python_it_says_what_to_install(tmp_path: Path) -> None:
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}" if Path(f"/usr/bin/{tool}").exists() else f"/bin/{tool}")
    done = run("--help", PATH=str(tmp_path), HUAWU_PYTHON="")
    assert done.returncode == 2
    assert "apt-get install python3" in done.stderr


def test_parser_takes_setup_options() -> None:
    options = parser().parse_args(["setup", "--apt", "--force"])
    assert options.apt
    assert options.force


@pytest.mark.parametrize(
    ("pip_said", "we_say"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Temporary failure in name resolution\nERROR: from versions: none", "can't be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "NOT installed"),
        ("ERROR: No matching distribution found for x==9", "no such version"),
        ("Segmentation fault", "Segmentation fault"),
        ("Collecting pytest-timeout==2.4.0\nERROR: Could not build wheels for x", "Setting up failed"),
    ],
)
def test_pip_failures_are_put_into_words(pip_said: str, we_say: str) -> None:
    assert we_say in venv.meaning(pip_said)


def test_a_failing_program_is_a_house_error() -> None:
    with pytest.raises(HouseError, match="no luck"):
        venv.run([sys.executable, "-c", "print('no luck'); raise SystemExit(3)"])


def test_progress_counts_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(venv.told(iter(["Collecting numpy==2.4.6 (from -r x)\n", "  Downloading\n"]), 52))
    assert lines == ["Collecting numpy==2.4.6 (from -r x)", "  Downloading"]
    assert capsys.readouterr().out == "  [1/52] numpy 2.4.6\n"


def test_packages_that_are_here_are_not_asked_for() -> None:
    here = debian.Package("dash", "sh", "every system has it")
    gone = debian.Package("no-such-package", "no-such-program-anywhere", "to be missing")
    assert debian.missing([here, gone]) == [gone]
    debian.ensure([here], asked=False)


def test_a_library_and_a_file_show_that_a_package_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert debian.SharedLibrary("libc6", "c", "every system has it").is_here()
    assert not debian.SharedLibrary("no-such-package", "no-such-library-anywhere", "to be missing").is_here()
    monkeypatch.setattr(debian, "USR", tmp_path)
    font = debian.FilesPackage("fonts-wqy-microhei", debian.CHINESE_FONTS, "Chinese characters")
    assert not font.is_here()
    (tmp_path / "share" / "fonts" / "opentype").mkdir(parents=True)
    (tmp_path / "share" / "fonts" / "opentype" / "NotoSansCJK-Regular.ttc").touch()
    assert font.is_here()


def test_without_the_windows_libraries_the_demo_runs_without_a_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = debian.SharedLibrary("libnone0", "no-such-library-anywhere", "to be missing")
    monkeypatch.setattr(cli, "FOR_WINDOW", (lacking,))
    monkeypatch.setenv("DISPLAY", ":0")
    assert cli.without_a_window(["--calls", "3"]) == ["--no-window"]
    assert "apt-get install --no-install-recommends libnone0" in capsys.readouterr().out
    assert cli.without_a_window(["--headless"]) == []
    monkeypatch.setattr(cli, "FOR_WINDOW", ())
    assert cli.without_a_window([]) == []
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(cli, "FOR_WINDOW", (lacking,))
    assert cli.without_a_window([]) == []


def test_a_program_of_no_listed_package_is_not_started(tmp_path: Path) -> None:
    """A program outside the listed packages can't be started in any test, even where it is installed."""
    with pytest.raises(programs.Unlisted, match="import"):
        subprocess.run(["import", "-window", "root", str(tmp_path / "screen.png")], check=False)
    with pytest.raises(programs.Unlisted, match="git"):
        subprocess.run(["/usr/bin/git"], check=False)
    own = tmp_path / "git"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert subprocess.run([own], check=False).returncode == 0


def test_every_package_says_why() -> None:
    assert [package.name for package in debian.FOR_TESTS if len(package.why) < 10] == []
    assert len({package.name for package in debian.FOR_TESTS}) == len(debian.FOR_TESTS)


def test_the_command_to_type_is_exact() -> None:
    assert debian.command(debian.FOR_TESTS[1:3]).endswith(
        "apt-get install --no-install-recommends sip-tester baresip-core"
    )


def test_all_steps_run_even_if_one_fails(capfd: pytest.CaptureFixture[str]) -> None:
    steps = tuple(
        suites.SuiteStep(name, (sys.executable, "-c", code))
        for name, code in [("bad", "raise SystemExit(1)"), ("good", "")]
    )
    assert suites.run_steps(steps) == 1
    told = capfd.readouterr().out
    assert "FAILED" in told
    assert "failed: bad" in told
    assert told.index("── good") < told.index("── summary")
    assert suites.run_steps(steps[1:]) == 0


BYTECODE = "import sys; raise SystemExit(not (sys.dont_write_bytecode, sys.pycache_prefix) == (False, {kept!r}))"


def test_where_no_bytecode_is_wanted_it_is_kept_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    beside = suites.SuiteStep("beside", (sys.executable, "-c", BYTECODE.format(kept=None)))
    assert suites.run_steps((beside,)) == 0
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    apart = suites.SuiteStep("apart", (sys.executable, "-c", BYTECODE.format(kept=str(VENV / "bytecode"))))
    assert suites.run_steps((apart,)) == 0


def test_the_lock_names_no_registry() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text


def test_the_lock_has_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[<>=!\[; ]", one)[0].lower() for one in asked}
    assert names - set(venv.locked_names()) == set()


def test_every_locked_package_has_hashes() -> None:
    entries = [
        e for e in (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n") if "==" in e and e[0].isalnum()
    ]
    assert len(entries) > 40
    assert [e for e in entries if not e.endswith("\\")] == []
