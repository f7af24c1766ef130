"""A letter of three Chinese pages from the real window (Xvfb) to a far machine: chosen, looked at and sent with mouse and keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_app.model.desk.view import DeskView
from agent_app.model.fax.view import DraftStep
from shared.fax import FaxState
from tests.e2e.centre import Centre
from tests.e2e.fax import OVER, arrived, ended, fax_lines
from tests.e2e.test_desk import FLOWS, queues
from tests.e2e.test_fax_desk import LETTER
from tests.e2e.test_window import KEYS, Window
from tests.fax_machine.telephone import SipMachine
from tests.ui.xserver import x_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
NUMBER = "02100000001"


@pytest.fixture
def centre(tmp_path: Path, port: int) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        queues(content)
        fax_lines(content, {NUMBER: port})

    with Centre(tmp_path, branches=(), flows=FLOWS, change=change) as made:
        yield made


def test_a_letter_from_the_window(centre: Centre, port: int, tmp_path: Path) -> None:
    letter, taken = tmp_path / "letter.txt", tmp_path / "taken.tif"
    letter.write_bytes(LETTER.encode("gbk"))
    with (
        x_server() as screen,
        Window(centre, tmp_path, screen, "mouse") as window,
        SipMachine("--receive", str(taken), port=port) as machine,
    ):
        window.until(lambda view: not view.fax.off)
        window.keys(KEYS["fax"])
        window.click("fax.number")
        window.keys("Ctrl+a")
        window.x("type", NUMBER)
        window.click("fax.file")
        window.looks("fax-file")
        window.spot("fax.chooser")
        window.x("type", str(letter))
        window.keys("Return")
        window.until(lambda view: view.fax.draft.step is DraftStep.READY and len(view.fax.draft.pages.pictures) == 1)
        window.looks("fax-preview")
        window.click("fax.send")
        window.until(lambda view: view.fax.draft.step is DraftStep.SUBMITTED)
        window.until(lambda view: is_sending(view, 1), OVER)
        window.looks("fax-progress")
        window.until(lambda view: view.fax.mine[0].state is FaxState.SENT, OVER)
        window.looks("fax-sent")
        assert machine.wait("fax")["code"] == 0
        fax = ended(centre, str(window.view.fax.mine[0].fax))
    assert (fax["state"], fax["pages"], fax["number"]) == ("sent", 3, NUMBER)
    assert arrived(Path(fax["document"]), taken)


def is_sending(view: DeskView, pages: int) -> bool:
    (fax, *_) = view.fax.mine
    return fax.state is FaxState.SENDING and fax.pages_done >= pages
