"""The programs' files are readable by their user only, whatever the umask; files that an older version left readable are closed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent_app.played import a_switch
from tests.agent_app.test_program import Program
from tests.e2e.centre import Centre

OTHERS = 0o077


def open_to_others(folder: Path) -> list[str]:
    """The files that another user of the machine can read: no folder on the way, from this one on, keeps them out."""
    mode = folder.stat().st_mode
    found = [f"{folder} {mode & 0o777:o}"] if mode & OTHERS else []
    for path in folder.iterdir():
        if path.is_dir():
            found += open_to_others(path) if mode & OTHERS or path.stat().st_mode & OTHERS else []
        elif path.lstat().st_mode & OTHERS:
            found.append(f"{path} {path.lstat().st_mode & 0o777:o}")
    return found


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.slow
@pytest.mark.usefixtures("usual_umask")
def test_switch_gateway_and_trading_system(tmp_path_factory: pytest.TempPathFactory) -> None:
    centre = Centre(tmp_path_factory.mktemp("c"))
    branch = centre.demo.branch("GZ01")
    states = (centre.state, branch / "gateway", branch / "trading")
    for folder in states:
        for left in (folder / "logs", folder / "journal"):  # left by an older version
            left.mkdir(parents=True, exist_ok=True)
            (left / "old").touch(0o644)
            left.chmod(0o755)
        (folder / "orders.db").touch(0o644)
        folder.chmod(0o755)
    (centre.state / "huawu.db").chmod(0o644)
    with centre:
        there = {path.name for path in centre.state.iterdir()}
        assert there >= {"huawu.db", "huawu.db-wal", "huawu.db-shm", "orders.db-wal", "control.sock", "switch.lock"}
        assert [each for folder in states for each in open_to_others(folder)] == []
        assert all(not path.stat().st_mode & OTHERS for path in (centre.state / "logs").glob("switch.log*"))
    assert [each for folder in states for each in open_to_others(folder)] == []


@pytest.mark.slow
@pytest.mark.usefixtures("usual_umask")
def test_a_desks_app(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "agent-app.log").touch(0o644)
    (folder / "settings.json").write_text("{}")
    with a_switch() as switch:
        program = Program(folder, switch.endpoint)
        try:
            assert program.line()
            assert open_to_others(folder) == []
        finally:
            program.process.kill()
            program.process.communicate()
    assert {path.name for path in folder.iterdir()} >= {"settings.json", "logs"}
