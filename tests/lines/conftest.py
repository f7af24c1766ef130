"""The far end that a switch calls over its trunk ``far`` (``switch.switch_to``). Files whose peer calls the switch have a ``peer`` of their own."""

from collections.abc import Iterator

import pytest

from tests.lines.peer import NOBODY, Peer


@pytest.fixture
def callee() -> Iterator[Peer]:
    with Peer(NOBODY) as it:
        yield it


@pytest.fixture
def peer(callee: Peer) -> Peer:
    return callee
