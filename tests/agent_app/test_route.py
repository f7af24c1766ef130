"""The address of this PC on the route to the switch, by the system's own routes and name look-ups."""

import asyncio

import pytest

from agent_app.link import GivenAddress, RoutedAddress


def test_the_address_towards_the_switch() -> None:
    assert RoutedAddress("tcp://127.0.0.1:7710").address() == "127.0.0.1"


@pytest.mark.parametrize("host", ["255.255.255.255", "0.0.0.300"])
def test_without_a_route_there_is_no_address(host: str) -> None:
    assert RoutedAddress(f"tcp://{host}:7710").address() == ""


def test_an_address_needs_the_name_resolved_first() -> None:
    route = RoutedAddress("tcp://localhost:7710")
    assert route.address() == ""
    asyncio.run(route.resolve())
    assert route.address() == "127.0.0.1"


@pytest.mark.parametrize("name", ["nowhere.invalid", f"{'x' * 70}.invalid", ""])
def test_an_unknown_name(name: str) -> None:
    route = RoutedAddress(f"tcp://{name}:7710")
    asyncio.run(route.resolve())
    assert route.address() == ""


def test_a_given_address_stays() -> None:
    route = GivenAddress("192.0.2.7")
    asyncio.run(route.resolve())
    assert route.address() == "192.0.2.7"
