"""The window on Qt's ``offscreen`` platform, with the real presenter and everything around it fake."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from agent_app.ui.app import application
from shared.enums import Language
from tests.ui.stage import Stage


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return application(["-platform", "offscreen"])


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """In English and light, with nobody logged in and no link yet."""
    made = Stage(qtbot, Language.EN)
    yield made
    made.close()
