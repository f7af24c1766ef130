"""The window on Qt's ``offscreen`` platform, with the real presenter and everything around it fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from agent_app.model.desk.view import DeskView
from agent_app.ui.frame.app import application
from agent_app.ui.parts import theme
from agent_app.ui.parts.faults import FAULTS
from tests.ui.scenes import EN, enabled
from tests.ui.stage import Stage

SCREEN = Path(__file__).with_name("screen.json")
"""Without it Qt's ``offscreen`` platform has a screen of 800×800."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever has the whole window is slow: making it takes 0.4 s."""
    for item in items:
        if {"stage", "gallery"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return application(["-platform", f"offscreen:configfile={SCREEN}"])


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    """In English and light, with nobody logged in and no link yet."""
    made = Stage()
    yield made
    made.close()


@pytest.fixture(scope="module")
def _gallery(qapp: QApplication) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def gallery(_gallery: Stage) -> Stage:
    """For tests that only draw: one window for all of a file, wiped before each. Not beside ``stage``: two windows would share their keys."""
    _gallery.world.now = 1000.0
    _gallery.window.use_theme(theme.Theme.LIGHT)
    _gallery.window.resize(1366, 728)
    _gallery.window.draw(enabled(DeskView(language=EN)))
    return _gallery


@pytest.fixture(autouse=True)
def _nothing_failed() -> Iterator[None]:
    """The window goes on after a fault of ours; a test does not, unless it has taken the fault out of ``FAULTS.seen``."""
    FAULTS.seen.clear()
    yield
    FAULTS.tell = lambda: None
    seen, FAULTS.seen = FAULTS.seen, {}
    assert seen == {}
