"""The checks of licences and file sizes, and the benchmark runner."""

import inspect
import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from shared.enums import SeatState
from shared.ids import LegId
from shared.link import keys
from tests.bench import Figure
from tests.bench import __main__ as bench
from tests.bench._board_centre import SEATS, STEP_S, BusyCentre
from tests.house import licences, sizes


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("MIT AND Zlib", True),
        ("MIT AND Proprietary", False),
        ("Proprietary OR MIT", True),
        ("(MIT AND Zlib) OR Proprietary", True),
        ("unknown: says nothing", False),
    ],
)
def test_licence_expressions(expression: str, good: bool) -> None:
    assert licences.allows(expression, {"MIT", "Zlib"}) is good


def test_every_locked_licence_is_allowed() -> None:
    assert licences.faults() == []


def test_long_files_need_a_reason(tmp_path: Path) -> None:
    code = "x = 1\n" * 401
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "long.py").write_text(code)
    (tmp_path / "shared" / "said.py").write_text("# Over 400 lines: one table of the ITU.\n" + code)
    (tmp_path / "shared" / "short.py").write_text("x = 1\n" * 400)
    (tmp_path / "agent_app").mkdir()
    (tmp_path / "agent_app" / "long.py").write_text(code)
    found = sizes.faults(tmp_path)
    assert len(found) == 2
    assert found[0].startswith("agent_app/long.py: 401 lines")
    assert found[1].startswith("shared/long.py: 401 lines")


@pytest.mark.parametrize(
    ("better", "value", "ok"),
    [("lower", 1.5, True), ("lower", 1.6, False), ("higher", 1.5, True), ("higher", 1.4, False)],
)
def test_a_figure_knows_its_target(better: str, value: float, ok: bool) -> None:
    assert Figure("cost", value, "x", better, 1.5).ok is ok  # type: ignore[arg-type]


def test_a_figure_as_json_has_the_fields_that_programs_read() -> None:
    figure = Figure("call set-ups", 51.0, "calls/s", "higher", 50.0)
    assert json.loads(bench.as_json(figure)) == {
        "figure": "call set-ups",
        "value": 51.0,
        "unit": "calls/s",
        "better": "higher",
        "target": 50.0,
        "ok": True,
    }
    assert "≥ 50 calls/s" in bench.as_row(figure)


@pytest.mark.parametrize("name", bench.names())
def test_every_benchmark_offers_figures(name: str) -> None:
    figures = import_module(f"tests.bench.{name}").figures
    assert "short" in inspect.signature(figures).parameters


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_boards_busy_centre_goes_through_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers reach agents, talks end, and seats wrap up, in 1,000 steps of a simulated clock."""
    clock = SimpleNamespace(now=1_700_000_000.0)
    monkeypatch.setattr("tests.bench._board_centre.time", SimpleNamespace(time=lambda: clock.now))
    centre = BusyCentre(keys.make(), keys.make())
    centre.fill()
    clock.now += 5.0  # the callers have heard the welcome
    talks: list[LegId] = []
    for _ in range(1000):
        clock.now += STEP_S
        centre.step()
        seats = centre.world.switch.desks.seats.values()
        talks += [seat.talk.id for seat in seats if seat.talk is not None and seat.state is SeatState.TALKING]
    at_the_end = talks[-len(seats) :]
    assert len(set(talks)) > len(set(at_the_end)) > SEATS // 3


def test_another_sip_server_is_measured_only_by_those_that_can(capsys: pytest.CaptureFixture[str]) -> None:
    assert {name for name in bench.names() if bench.takes_peer(name)} == {"media", "overload", "setup"}
    with pytest.raises(SystemExit):
        bench.main(["core", "setup", "--peer", "another {ip} {port}"])
    assert "--peer: core measures ours alone" in capsys.readouterr().err


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["nonesuch"])
    assert "nonesuch" in capsys.readouterr().err
