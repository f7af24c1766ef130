"""Faxes from a desk at the whole switch, by the desks' protocol: a letter to a number, and a document on the call that the agent is in."""

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.desk import PART_BYTES
from shared.desk_fax import (
    AskPreview,
    BeginUpload,
    CancelFax,
    FaxChanged,
    FaxPrepared,
    FaxShown,
    PagePart,
    PrepareFax,
    SubmitFax,
    Uploaded,
    UploadPart,
    UploadState,
)
from shared.enums import SeatState
from shared.fax import DocumentId, FaxId, FaxState
from tests.e2e.centre import DEADLINE, Centre
from tests.e2e.desk import Desk, hears, wrap_up
from tests.e2e.fax import OVER, arrived, beside_each_other, ended, fax_lines, fax_page
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.fax_card import pages
from tests.fax_machine.telephone import SipMachine
from tests.rtp_peer import sine
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
NUMBER = "02100000001"
PORTS = {NUMBER: free_port()}
LETTER = "\f".join(
    "\n".join([f"第 {page} 页", "尊敬的客户：", "附上您的对账单，请查收。", "合计 1,234,567.89 元", "华物证券"])
    for page in range(1, 4)
)
AGENT_HZ, CUSTOMER_HZ = 400, 1000
HAND_OVER_HZ = 1100
"""CNG: the customer hears that the fax is ready, and presses start."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        queues(content)
        fax_lines(content, PORTS)

    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=FLOWS, change=change) as made:
        yield made


@pytest.fixture(scope="module")
def came(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Any]]]:
    cases = {case.__name__: partial(case, centre, tmp_path_factory.mktemp("case")) for case in (a_letter, in_a_talk)}
    with beside_each_other(cases) as result:
        yield result


def uploaded(desk: Desk, name: str, data: bytes) -> str:
    state = desk.run(desk.client.do(BeginUpload(name, len(data), hashlib.sha256(data).hexdigest())))
    while isinstance(state, UploadState) and state.have < state.size:
        part = data[state.have : state.have + PART_BYTES]
        state = desk.run(desk.client.do(UploadPart(state.upload, state.have, part)))
    assert isinstance(state, UploadState), state
    return state.upload


def prepared(desk: Desk, name: str, data: bytes, number: str) -> FaxPrepared:
    asked = PrepareFax(Uploaded(uploaded(desk, name, data)), number)
    made = desk.run(desk.client.ask(asked, 60))
    assert isinstance(made, FaxPrepared), made
    return made


def preview(desk: Desk, document: DocumentId, page: int) -> np.ndarray:
    """The page's pixels (True: black), as the agent sees them before it is sent."""
    content = b""
    while True:
        part = desk.run(desk.client.do(AskPreview(document, page, len(content))))
        assert isinstance(part, PagePart), part
        content += part.data
        if len(content) == part.size:
            return np.asarray(Image.open(io.BytesIO(content)).convert("L")) < 128


def submitted(desk: Desk, asked: SubmitFax) -> FaxId:
    shown = desk.run(desk.client.do(asked))
    assert isinstance(shown, FaxShown), shown
    return shown.fax.fax


def states(desk: Desk, fax: FaxId) -> list[tuple[FaxState, int]]:
    """What the desk has been told of the fax, in order: state and confirmed pages."""
    told = [each.fax for each in desk.client.reports if isinstance(each, FaxChanged) and each.fax.fax == fax]
    return [(each.state, each.pages_done) for each in told]


def told(desk: Desk, fax: FaxId, state: FaxState) -> None:
    desk.until(lambda: state in [each for each, _ in states(desk, fax)], OVER)


def a_letter(centre: Centre, folder: Path) -> dict[str, Any]:
    """Three pages of Chinese text, previewed and sent."""
    taken = folder / "taken.tif"
    with Desk(centre, 1) as desk, SipMachine("--receive", str(taken), port=PORTS[NUMBER]) as machine:
        made = prepared(desk, "信.txt", LETTER.encode(), NUMBER)
        shown = [preview(desk, made.document, page) for page in range(made.pages)]
        fax = submitted(desk, SubmitFax(made.document))
        told(desk, fax, FaxState.SENT)
        code = machine.wait("fax")["code"]
        return {"fax": ended(centre, fax), "shown": shown, "taken": taken, "states": states(desk, fax), "code": code}


def in_a_talk(centre: Centre, folder: Path) -> dict[str, Any]:
    """The customer presses start twice: for a fax that is sent, and for one that the agent calls off. After each, both talk again."""
    taken, document = folder / "taken.tif", fax_page(folder, 1)
    ani = "013800001111"
    with Desk(centre) as desk:
        desk.open()
        dial = ("--dial", f"sip:{QUEUE}@127.0.0.1:{centre.ports.sip}", "--user", ani)
        with SipMachine("--by-hand", "--receive", str(taken), *dial) as machine:
            desk.answer()
            desk.phone.rtp.say(sine(AGENT_HZ, 8000 * 200))
            call = desk.call.call
            talk(desk, machine)
            sent = submitted(
                desk, SubmitFax(prepared(desk, "a.tif", document.read_bytes(), ani).document, call=call, live=True)
            )
            told(desk, sent, FaxState.DIALLING)
            customer_hears(machine, HAND_OVER_HZ)
            machine.do("start")
            told(desk, sent, FaxState.SENT)
            machine.do("lift")
            machine.wait("voice")
            talk(desk, machine)
            assert (desk.call.call, desk.call.state) == (call, SeatState.TALKING)
            other = fax_page(folder, 2, "other")
            off = submitted(
                desk, SubmitFax(prepared(desk, "b.tif", other.read_bytes(), ani).document, call=call, live=True)
            )
            told(desk, off, FaxState.DIALLING)
            assert isinstance(desk.run(desk.client.do(CancelFax(off))), FaxShown)
            talk(desk, machine)
            machine.do("hangup")
            wrap_up(desk, call)
    return {"fax": ended(centre, sent), "off": ended(centre, off), "taken": taken, "call": call}


def talk(desk: Desk, machine: SipMachine) -> None:
    """Waits until each hears the other."""
    hears(desk.phone.rtp, CUSTOMER_HZ)
    customer_hears(machine, AGENT_HZ)


def customer_hears(machine: SipMachine, hertz: int) -> None:
    end = time.monotonic() + DEADLINE
    while True:
        machine.do("listen")
        if abs(machine.wait("heard")["hertz"] - hertz) < 10:
            return
        assert time.monotonic() < end, f"the customer does not hear {hertz} Hz"


def test_a_letter_from_the_desk(came: Callable[[str], dict[str, Any]]) -> None:
    it = came("a_letter")
    document = Path(it["fax"]["document"])
    assert (it["code"], it["fax"]["state"], it["fax"]["pages"], it["fax"]["agent"] is not None) == (0, "sent", 3, True)
    assert arrived(document, it["taken"])
    assert pages.same(it["shown"], pages.load(document)), "the preview is what goes out"
    done = [pages_done for _, pages_done in it["states"]]
    assert done == sorted(done)
    assert {1, 2, 3} <= set(done)


def test_a_fax_in_a_talk(centre: Centre, came: Callable[[str], dict[str, Any]]) -> None:
    it = came("in_a_talk")
    fax = it["fax"]
    assert (fax["state"], fax["live"], fax["call"]) == ("sent", 1, it["call"])
    assert arrived(Path(fax["document"]), it["taken"])
    assert (it["off"]["state"], it["off"]["result"]) == ("cancelled", "stopped")
    (talked,) = [each for each in centre.rows("talks") if each["call"] == it["call"]]
    assert talked["agent"] == fax["agent"], "one talk, of the same agent"
