"""The keys that the demo's customers press: their own accounts and PINs, valid orders, the same for the same seed."""

from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest

from switch_server.demo.errands import CustomerCall, customer_calls
from switch_server.demo.telephones.caller import KeyPress
from switch_server.services import demo_data
from switch_server.services.demo_data import DemoWorld

STOCKS = Path(__file__).parents[2] / "resources" / "demo" / "stocks.yaml"
URI = "sip:95500@127.0.0.1"


@pytest.fixture(scope="module")
def world() -> DemoWorld:
    return demo_data.generate(demo_data.read_stocks(STOCKS), customers=60)


def first(world: DemoWorld, count: int, seed: int = 2007) -> list[CustomerCall]:
    return list(islice(customer_calls(world, URI, seed), count))


def digits(customer_call: CustomerCall) -> list[str]:
    return [press.digits for press in customer_call.errand.presses if press.digits]


def test_the_same_seed_gives_the_same_errands(world: DemoWorld) -> None:
    assert first(world, 150) == first(world, 150)
    assert first(world, 150) != first(world, 150, seed=1)


def test_every_customer_in_turn(world: DemoWorld) -> None:
    calls = Counter(customer_call.customer.id for customer_call in first(world, 2 * len(world.customers)))
    assert set(calls.values()) == {2}
    assert [customer_call.errand.number for customer_call in first(world, 5)] == [1, 2, 3, 4, 5]


def test_all_kinds_come_and_most_are_orders(world: DemoWorld) -> None:
    kinds = Counter(customer_call.errand.kind for customer_call in first(world, 140))
    assert set(kinds) == {
        "buy", "sell", "funds", "holdings", "fax", "quote", "wrong_pin", "agent", "buy_agent", "sell_agent",
    }  # fmt: skip
    orders = sum(many for kind, many in kinds.items() if kind.startswith(("buy", "sell")))
    assert orders > 140 / 2
    assert sum(many for kind, many in kinds.items() if kind.endswith("agent")) == 7 * 7
    assert kinds["wrong_pin"] == 7


def test_they_log_in_with_their_own_account_and_pin(world: DemoWorld) -> None:
    for customer_call in first(world, 140):
        account, keyed = customer_call.customer.account, digits(customer_call)
        if customer_call.errand.kind in ("quote", "agent"):
            assert not any("#" in each for each in keyed)
            continue
        english, keyed = keyed[0] == "9", keyed[1:] if keyed[0] == "9" else keyed
        assert english == (customer_call.customer.language == "en")
        assert keyed[:2] == ["1", f"{account.account}#"]
        right = keyed[2] == f"{account.pin}#"
        assert right == (customer_call.errand.kind != "wrong_pin")
        assert 6 <= len(keyed[2].strip("#")) <= 8  # the lengths that the flow accepts


def test_orders_are_ones_that_the_branch_can_take(world: DemoWorld) -> None:
    prices = {stock.code: stock.base for stock in world.stocks}
    for customer_call in first(world, 140):
        account = customer_call.customer.account
        kind = customer_call.errand.kind.removesuffix("_agent")
        if kind not in ("buy", "sell"):
            continue
        side, code, at_market, lot, yes = [each for each in digits(customer_call) if each != "0"][-5:]
        assert (side, at_market, lot, yes) == ({"buy": "1", "sell": "2"}[kind], "#", "100#", "1")
        if side == "1":
            assert prices[code] * 100 / 10 < account.cash_fen  # type: ignore[index]
        else:
            assert {holding.code: holding.sellable for holding in account.holdings}[code] >= 100  # type: ignore[index]


def test_the_yes_waits_for_the_read_back(world: DemoWorld) -> None:
    for customer_call in first(world, 60):
        if customer_call.errand.kind in ("buy", "sell"):
            last = customer_call.errand.presses[-1]
            assert isinstance(last, KeyPress)
            assert last.wait >= 3.0


def test_who_wants_an_agent_presses_0_last_is_patient_and_can_be_heard(world: DemoWorld) -> None:
    pitches = []
    for customer_call in first(world, 140):
        errand = customer_call.errand
        wants_agent = errand.kind.endswith("agent")
        assert (digits(customer_call)[-1] == "0", errand.hum > 0, errand.listen > 30) == (wants_agent,) * 3
        if wants_agent:
            pitches.append(errand.hum)
    assert all(one != next_one for one, next_one in pairwise(pitches))
    assert min(pitches) >= 300
    assert max(pitches) <= 700  # in the telephone's band, below any key's upper tone


def test_a_customer_who_can_not_trade_asks_for_their_funds(world: DemoWorld) -> None:
    import msgspec

    poor = [
        msgspec.structs.replace(customer, account=msgspec.structs.replace(customer.account, cash_fen=0, holdings=()))
        for customer in world.customers[:3]
    ]
    kinds = {
        customer_call.errand.kind for customer_call in first(msgspec.structs.replace(world, customers=tuple(poor)), 40)
    }
    assert kinds == {"funds", "fax", "funds_agent", "holdings", "quote", "wrong_pin", "agent"}
