"""Small pure parts: timers, slots, secrets in effects, and the diagrams of the documents."""

from pathlib import Path

import pytest

from shared.enums import Language
from shared.ids import StockCode
from shared.secret import Secret
from switch_server.core.flow import MissingVariableError, Slot
from switch_server.core.speech import segments
from switch_server.core.words import Timers
from switch_server.core.words.timers import SLACK
from tests.core.a_flow import MAIN
from tests.core.diagrams import PAGE, render

STOCKS = frozenset({StockCode("600519")})


def test_timers_pass_in_order_and_move_when_set_again() -> None:
    timers = Timers()
    timers.set("b", 2.0)
    timers.set("a", 1.0)
    timers.set("a", 3.0)
    assert (timers.next(), len(timers)) == (2.0, 2)
    assert timers.pop_due(1.9) is None
    assert timers.pop_due(5.0) == (2.0, "b")
    timers.cancel("never set")
    assert timers.names() == {"a"}
    assert timers.pop_due(5.0) == (3.0, "a")
    assert timers.next() is None


def test_dead_timers_take_no_memory() -> None:
    timers = Timers()
    timers.set("stays", 9.0)
    for number in range(1000):
        timers.set("moves", float(number))
    assert len(timers._heap) <= SLACK + 4
    assert timers.pop_due(2000.0) == (9.0, "stays")
    assert timers.pop_due(2000.0) == (999.0, "moves")


@pytest.mark.parametrize(
    ("piece", "spoken"),
    [
        ("welcome", ("en/welcome",)),
        ("music/hold", ("music/hold",)),
        ("pause:300", ("pause:300",)),
        (Slot(word="refusal/{refusal}"), ("en/refusal/no_cash",)),
        (Slot(word="plain"), ("en/plain",)),
        (Slot(stock="code"), ("en/stock/600519",)),
        (Slot(each="none", say=("x",), empty=("y",)), ("en/y",)),
        (Slot(each="rows", say=("x",), most=2), ("en/x", "en/x")),
    ],
)
def test_pieces(piece: str | Slot, spoken: tuple[str, ...]) -> None:
    variables = {"refusal": "no_cash", "code": "600519", "none": [], "rows": [1, 2, 3], "deep": {"a": 1}}
    assert segments((piece,), variables, Language.EN, STOCKS) == spoken
    assert segments((Slot(stock="code"),), variables, Language.ZH, frozenset())[0] == "zh_CN/num/6"


@pytest.mark.parametrize("path", ["nothing", "deep.b", "deep.a.c"])
def test_a_variable_that_is_missing_is_named(path: str) -> None:
    with pytest.raises(MissingVariableError, match=path):
        segments((Slot(number=path),), {"deep": {"a": 1}}, Language.EN, STOCKS)


def test_every_target_of_a_step_is_named() -> None:
    found = {to for step in MAIN.steps.values() for _, to in step.targets()}
    assert found | {MAIN.start} == set(MAIN.steps)


def test_a_secret_in_a_slot_shows_nothing() -> None:
    assert Secret("1234") not in segments((Slot(word="{pin}"),), {"pin": Secret("1234")}, Language.EN, STOCKS)
    assert "1234" not in "".join(segments((Slot(word="{pin}"),), {"pin": Secret("1234")}, Language.EN, STOCKS))


def test_the_page_of_diagrams_is_current() -> None:
    assert Path(PAGE).read_text(encoding="utf-8") == render(), "python -m tests.core.diagrams"
