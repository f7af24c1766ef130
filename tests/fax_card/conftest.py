"""Documents for the tests, and a rig."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fax_card import pages
from tests.fax_card.rig import Rig


@pytest.fixture(scope="session")
def one_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pages.save(tmp_path_factory.mktemp("documents") / "one.tif", [pages.text_like(300)])


@pytest.fixture(scope="session")
def three_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pages.save(tmp_path_factory.mktemp("documents") / "three.tif", [pages.text_like(300, n) for n in range(3)])


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()
