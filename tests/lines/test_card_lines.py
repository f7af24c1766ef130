"""Lines of a box with cards: states, blocks, hunting, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.adapters.sip_lines.card_lines import FAULT_S, TRIES, CardLineTable, read_line, split_user
from switch_server.core.words import CardLines


def table(*lines: str, hunt: str = "linear", blocked: frozenset[int] = frozenset()) -> CardLineTable:
    return CardLineTable(CardLines(lines or ("1-4",), hunt), blocked)  # type: ignore[arg-type]


def states(lines: CardLineTable, now: float = 0.0) -> dict[int, str]:
    return {each.line: each.state for each in lines.view(now)}


def test_linear_hunting_takes_the_first_free_line() -> None:
    lines = table("3", "1-2")
    assert lines.order(0.0) == (3, 1, 2)
    lines.take(3, incoming=False)
    lines.take(2, incoming=True)
    assert lines.order(0.0) == (1,)
    lines.give_back(3, incoming=False)
    assert lines.order(0.0)[0] == 3


def test_cyclic_hunting_goes_on_behind_the_last_line() -> None:
    lines, used = table("1-3", hunt="cyclic"), []
    for _ in range(5):
        used.append(lines.order(0.0)[0])
        lines.take(used[-1], incoming=False)
        lines.give_back(used[-1], incoming=False)
    assert used == [1, 2, 3, 1, 2]


def test_states() -> None:
    lines = table(blocked=frozenset({4}))
    lines.take(1, incoming=True)
    lines.take(2, incoming=False)
    lines.fault(3, 0.0)
    assert states(lines) == {1: "in", 2: "out", 3: "faulty", 4: "blocked"}
    assert states(lines, FAULT_S)[3] == "idle"


def test_a_block_lets_the_call_go_on() -> None:
    lines = table()
    lines.take(1, incoming=True)
    lines.block(1)
    (first, *_) = lines.view(0.0)
    assert (first.state, first.blocked, lines.is_blocked(1)) == ("in", True, True)
    lines.give_back(1, incoming=True)
    assert states(lines)[1] == "blocked"
    assert 1 not in lines.order(0.0)
    lines.free(1)
    assert states(lines)[1] == "idle"


def test_faulty_lines_are_tried_last_and_a_call_mends_them() -> None:
    lines = table()
    for line in (1, 2, 3):
        lines.fault(line, 0.0)
    assert lines.order(1.0) == (4, 1, 2, 3)
    lines.works(1)
    lines.take(2, incoming=True)
    lines.give_back(2, incoming=True)
    lines.free(3)
    assert set(states(lines).values()) == {"idle"}
    assert [each.faults for each in lines.view(0.0)] == [1, 1, 1, 0]


def test_a_call_tries_few_lines() -> None:
    assert len(table("1-30").order(0.0)) == TRIES


def test_two_calls_on_one_line() -> None:
    """The box names a line whose last call's end is not here yet."""
    lines = table()
    lines.take(1, incoming=True)
    lines.take(1, incoming=True)
    lines.give_back(1, incoming=True)
    assert states(lines)[1] == "in"
    lines.give_back(1, incoming=True)
    lines.give_back(1, incoming=True)
    assert states(lines)[1] == "idle"
    assert lines.view(0.0)[0].calls_in == 2


def test_a_reload_keeps_blocks_and_calls() -> None:
    lines = table(hunt="cyclic")
    lines.block(2)
    lines.take(4, incoming=False)
    lines.load(CardLines(("1-3",), "cyclic"))
    assert states(lines) == {1: "idle", 2: "blocked", 3: "idle"}
    assert lines.order(0.0) == (1, 3)
    lines.give_back(4, incoming=False)
    assert (lines.has(4), lines.has(3)) == (False, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [("7", 7), ("DAHDI/3-1", 3), ("DAHDI/i1/13800138000-2", 1), ("port 0012", 12), ("x", None), ("", None), ("0", None), ("12345", None)],
)  # fmt: skip
def test_reading_a_line(text: str, line: int | None) -> None:
    assert read_line(text) == line


@given(st.text(max_size=80))
def test_any_text_is_a_line_or_none(text: str) -> None:
    line = read_line(text)
    assert line is None or 1 <= line <= 9999


def test_a_line_in_the_user_part() -> None:
    assert split_user("95500*3", "*") == ("95500", 3)
    assert split_user("95500", "*") == ("95500", None)
    assert split_user("95500*x", "*") == ("95500", None)
