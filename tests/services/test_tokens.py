"""The token of a leg."""

import pytest

from shared.ids import LegId
from switch_server.services.tokens import LegTokens

SECRET = bytes(range(32))


def test_a_leg_has_one_token_and_another_leg_another() -> None:
    tokens = LegTokens(SECRET)
    first = tokens(LegId("c1/2"))
    assert first == LegTokens(SECRET)(LegId("c1/2"))
    assert len(first) == 32
    assert set(first) <= set("0123456789abcdef")
    assert len({tokens(LegId(f"c{number}/2")) for number in range(1000)}) == 1000


def test_another_process_has_other_tokens() -> None:
    assert LegTokens(SECRET)(LegId("c1/2")) != LegTokens(SECRET[::-1])(LegId("c1/2"))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        LegTokens(b"short")
