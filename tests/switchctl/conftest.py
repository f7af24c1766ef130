import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from switch_server.switchctl.__main__ import main
from tests.switchctl.fake import FakeSwitch
from tests.switchctl.running import RunningSwitch


class CommandOutput(NamedTuple):
    """A command's exit status and output."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def running(switch: FakeSwitch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSwitch]:
    made = RunningSwitch(tmp_path_factory.mktemp("s") / "control.sock", switch)
    made.start()
    yield made
    made.end()


Ctl = Callable[..., CommandOutput]


@pytest.fixture
def ctl(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ctl:
    """Runs a command in this process, in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES", "HUAWU_STATE", "HUAWU_DEMO", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> CommandOutput:
        try:
            status = main(words)
        except SystemExit as end:  # raised by argparse
            status = int(end.code or 0)
        return CommandOutput(status, *capsys.readouterr())

    return run


@pytest.fixture
def ask(ctl: Ctl, running: RunningSwitch) -> Ctl:
    """Runs a command against the running switch."""

    def run(*words: str) -> CommandOutput:
        return ctl(*words, "--socket", str(running.socket))

    return run
