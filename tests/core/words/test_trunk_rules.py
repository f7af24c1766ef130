"""Card lines, and what a trunk's rules say of its addresses and its lines."""

import pytest

from shared.ids import TrunkName
from switch_server.core.words import CardLines, CarrierRegistration, Trunk, line_numbers


def test_line_numbers() -> None:
    assert line_numbers(("1-3", "7", "2", "9999")) == (1, 2, 3, 7, 9999)
    assert line_numbers(()) == ()


@pytest.mark.parametrize("text", ["", "0", "-", "3-", "-3", "5-3", "1-10000", "a", "1,2", "１"])
def test_wrong_lines(text: str) -> None:
    with pytest.raises(ValueError, match="is not a line 1 to 9999 or a range of lines, such as 1-30"):
        line_numbers((text,))


def test_capacity_and_addresses() -> None:
    plain = Trunk(TrunkName("t"), far=("192.0.2.1",), lines=7)
    assert (plain.capacity, plain.addresses) == (7, ("192.0.2.1",))
    card = Trunk(TrunkName("t"), far=("192.0.2.1",), kind="card", card=CardLines(("1-4", "9")))
    assert card.capacity == 5
    ours = CarrierRegistration(("192.0.2.2", "192.0.2.1"), "u")
    assert Trunk(TrunkName("t"), far=("192.0.2.1",), registration=ours).addresses == ("192.0.2.1", "192.0.2.2")
