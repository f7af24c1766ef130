"""Asterisk's root folder, made where there is none yet; only where that can't be done are these tests skipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk import root
from tests.asterisk.box import Box
from tests.asterisk.party import Party
from tests.asterisk.rig import rig
from tests.e2e.centre import Centre

PARTIES = ("8001", "8002", "8003")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No limit for the time in which the root folder is made."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(300, func_only=True))


@pytest.fixture(scope="session")
def asterisk() -> Path:
    try:
        return root.root()
    except root.NotMadeError as error:
        pytest.skip(f"no root folder with Asterisk can be made: {error}")


@pytest.fixture(scope="module")
def both(asterisk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Centre, Box]]:
    with rig(asterisk, tmp_path_factory.mktemp("centre"), *PARTIES) as made:
        yield made


@pytest.fixture
def centre(both: tuple[Centre, Box]) -> Centre:
    return both[0]


@pytest.fixture
def box(both: tuple[Centre, Box]) -> Box:
    return both[1]


@pytest.fixture
def party(box: Box) -> Iterator[Party]:
    with Party(box, PARTIES[0]) as made:
        yield made


@pytest.fixture
def other(box: Box) -> Iterator[Party]:
    with Party(box, PARTIES[1]) as made:
        yield made


@pytest.fixture
def second(box: Box) -> Iterator[Party]:
    """A second line of ``party``."""
    with Party(box, PARTIES[2]) as made:
        yield made
