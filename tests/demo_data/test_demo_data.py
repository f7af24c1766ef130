"""The demonstration's data: the same for the same seed, plausible, and readable by the simulated trading systems."""

import stat
from pathlib import Path

import pytest

from shared.enums import Language
from switch_server.adapters.store import Store
from switch_server.branch.sim.model import load_accounts, load_stocks
from switch_server.services.demo_data import (
    AGENTS,
    BRANCHES,
    DemoWorld,
    customers_of,
    generate,
    put_agents_into,
    put_into,
    read_stocks,
    read_world,
    write,
)
from switch_server.services.passwords import is_password
from tests.store.samples import ROOT, Clock, Posted


@pytest.fixture(scope="module")
def world() -> DemoWorld:
    return generate(read_stocks(ROOT / "resources/demo/stocks.yaml"))


def test_a_seed_makes_the_same_world(world: DemoWorld) -> None:
    assert generate(world.stocks) == world
    assert generate(world.stocks, customers=20).customers == world.customers[:20]
    assert generate(world.stocks, seed=1).customers != world.customers


def test_the_demo_data_has_six_branches_and_two_hundred_customers(world: DemoWorld) -> None:
    assert len(world.branches) == 6
    assert {branch.system for branch in world.branches} == {"apex", "kingdom"}
    assert len(world.customers) == 200
    assert len(world.stocks) >= 60
    for branch in BRANCHES:
        assert sum(each.account.branch == branch.id for each in world.customers) >= 33
    assert {each.language for each in world.customers} == set(Language)


def test_numbers_are_invented_and_nobody_shares_them(world: DemoWorld) -> None:
    accounts = [each.account.account for each in world.customers]
    phones = [each.phone for each in world.customers]
    assert len(set(accounts)) == len(set(phones)) == 200
    assert all(8 <= len(account) <= 10 and account.isdecimal() for account in accounts)
    assert all(len(phone) == 11 and phone.startswith(("139000", "0205550")) for phone in phones)


def test_a_pin_is_part_of_no_number(world: DemoWorld) -> None:
    numbers = [each.account.account for each in world.customers] + [each.phone for each in world.customers]
    pins = {each.account.pin for each in world.customers}
    assert len(pins) == 200
    for pin in pins:
        assert len(pin) == 6
        assert not any(pin in number for number in numbers)


def test_holdings_can_be_sold_in_lots(world: DemoWorld) -> None:
    codes = {stock.code for stock in world.stocks}
    holdings = [holding for each in world.customers for holding in each.account.holdings]
    assert all(holding.code in codes and holding.quantity % 100 == 0 for holding in holdings)
    assert all(0 <= holding.sellable <= holding.quantity and holding.cost > 0 for holding in holdings)
    assert any(holding.sellable < holding.quantity for holding in holdings)


def test_the_simulated_trading_system_reads_the_files(world: DemoWorld, tmp_path: Path) -> None:
    write(world, tmp_path / "demo")
    assert len(load_stocks(tmp_path / "demo/stocks.json")) == len(world.stocks)
    found = []
    for branch in world.branches:
        accounts = load_accounts(tmp_path / f"demo/accounts-{branch.id}.json", branch.id)
        assert all(account.branch == branch.id for account in accounts)
        found += [(account.account, account.pin, account.cash_fen) for account in accounts]
    assert sorted(found) == sorted((c.account.account, c.account.pin, c.account.cash_fen) for c in world.customers)


def test_the_world_is_read_back_and_is_the_owner_s_alone(world: DemoWorld, tmp_path: Path) -> None:
    write(world, tmp_path)
    write(world, tmp_path)  # a second time, over the first files
    assert read_world(tmp_path) == world
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_customers_go_into_the_store_without_their_pins(world: DemoWorld, tmp_path: Path) -> None:
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    put_into(world, store)
    assert store.flush(30.0)
    expected = {customer.id: customer for customer in customers_of(world)}
    first = world.customers[0]
    (found,) = store.read.search_customers(first.phone)
    assert found == expected[first.id]
    store.stop()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [each.id for each in world.customers if each.account.pin.encode() in content]


def test_agents_have_a_desk_each_and_can_log_in(world: DemoWorld, tmp_path: Path) -> None:
    assert len(world.agents) == AGENTS
    assert len({each.desk for each in world.agents}) == AGENTS
    assert [each.agent for each in world.agents] == ["1001", "1002", "1003"]
    assert all(len(each.password) >= 8 for each in world.agents)
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    keys = {each.desk: str(number) * 40 for number, each in enumerate(world.agents)}
    put_agents_into(world, store.agents, keys)
    store.stop()
    again = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    for each in world.agents:
        record = again.agents.agent(each.agent)
        assert record is not None
        assert record.name == each.name
        assert is_password(record.password, each.password)
        assert again.agents.desk_for_key(keys[each.desk]) == each.desk
    again.stop()
    assert not any(each.password.encode() in (tmp_path / "huawu.db").read_bytes() for each in world.agents)
