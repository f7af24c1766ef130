"""The window on Qt's ``offscreen`` platform, with the real presenter and fakes of all its ports."""

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
    """A test with the whole window is marked slow: to make the window takes 0.4 s."""
    for item in items:
        if {"stage", "gallery"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return application(["-platform", f"offscreen:configfile={SCREEN}"])


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    """A window in English and in the light theme, without a log-in or a link."""
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
    """For tests that only draw: one window for all tests of a file, reset before each test. Not together with ``stage``: the keys of two windows would collide."""
    _gallery.world.now = 1000.0
    _gallery.window.use_theme(theme.Theme.LIGHT)
    _gallery.window.resize(1366, 728)
    _gallery.window.draw(enabled(DeskView(language=EN)))
    return _gallery


@pytest.fixture(autouse=True)
def _nothing_failed() -> Iterator[None]:
    """The window goes on after a fault of the program; a test fails unless it has taken the fault out of ``FAULTS.seen``."""
    FAULTS.seen.clear()
    yield
    FAULTS.tell = lambda: None
    seen, FAULTS.seen = FAULTS.seen, {}
    assert seen == {}
