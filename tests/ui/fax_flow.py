"""A day with faxes: the real window, the real link server, the switch's real service; behind it fakes of renderer and lines.

``python -m tests.ui.fax_flow FOLDER`` under an X server prints ``worked`` at its end. Keys and clicks are the X server's own (xdotool).
"""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from agent_app.link import DeskKey, GivenAddress, SwitchLink
from agent_app.model.desk.view import DeskView, LinkState
from agent_app.model.fax.view import DraftStep, DraftView
from agent_app.model.sound.phone_messages import PhoneReady
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.fax.boxes import FaxesDialog
from agent_app.ui.fax.sending import SendFaxDialog
from agent_app.ui.fax.viewer import FaxViewer
from agent_app.ui.frame.app import TICK_MS, Frames, MainThread, application
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.frame.window import Window
from agent_app.ui.parts.translation import Translation
from shared.desk import PART_BYTES, Report
from shared.enums import Language
from shared.fax import FaxResult, FaxState
from shared.ids import AgentId, DeskId
from shared.protocol import RejectCode
from tests.desks.rig import SERVER, A, Rig
from tests.fakes.desks import fake_hash
from tests.fakes.faxes import received
from tests.services.customer_rig import ANN, BOB, LI, centre
from tests.services.fax_rig import NUMBER, FaxRig
from tests.ui.fakes import FakePhone, FakeSettings
from tests.ui.stage import wait_until

R = TypeVar("R")
DESK = DeskId("desk-01")
PARTS = 4
OTHER = "02088887777"


class Switch:
    """The switch's side, on a loop of its own in a thread. The link is cut once, after the second part of the first upload."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._ended = folder, asyncio.Event()
        self._up = threading.Event()
        self.cuts = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._up.wait(30)

    def do(self, work: Callable[[], R]) -> R:
        """Runs the work on the switch's loop."""

        async def run() -> R:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(20)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with centre(self._folder) as customers:
            self.fax, self.desks = FaxRig(customers, self._folder), Rig(DESK)
            for agent in (ANN, BOB):
                self.desks.book.put_agent(replace(agent, password=fake_hash("open sesame")), "operator")
            self.desks.in_front = lambda _rest: self.fax.desk
            self._cut_after_two_parts()
            await self.desks.start()
            tell, report_for = self.desks.links.tell_each, self.fax.desk.report_for
            self.fax.faxes.listen(lambda fax, before: tell(lambda agent: report_for(agent, fax, before)))
            self._up.set()
            await self._ended.wait()
            await self.desks.stop()

    def _cut_after_two_parts(self) -> None:
        uploads = self.fax.parts.uploads
        put = uploads.put

        async def cutting(agent: AgentId, name: str, offset: int, data: bytes) -> object:
            state = await put(agent, name, offset, data)
            if offset == PART_BYTES and not self.cuts:
                self.cuts += 1
                self.desks.links._register.desks[DESK].channel.close(RejectCode.LOST)
            return state

        uploads.put = cutting  # type: ignore[assignment,method-assign]  # the test's fault


class Desk:
    """The window at the switch. Implements ``LinkEvents``, on the window's thread."""

    def __init__(self, switch: Switch) -> None:
        app, main = application(), MainThread()
        self._held: list[Frames] = []
        key = DeskKey(DESK, switch.desks.endpoint, SERVER.public, switch.desks.keys[DESK])
        self._link = SwitchLink(key, "0.1", main.post, self, GivenAddress("127.0.0.1"))
        self.desk = DeskPresenter(self._link, FakePhone(), FakeSettings(), time.monotonic, time.time, self._offer)
        self.desk.set_language(Language.EN)
        self.window = Window(self.desk, FakeSettings(), Translation(app), time.time)
        self._held.append(Frames(self.window.draw))
        self._ticking = QTimer()
        self._ticking.timeout.connect(lambda: self.desk.tick(time.monotonic()))
        self._ticking.start(TICK_MS)
        self.window.draw(self.desk.view)
        self.window.show()
        self.window.move(0, 0)
        self._link.start()
        self.desk.phone_event(PhoneReady("127.0.0.1:5080", "1"))

    def close(self) -> None:
        self._link.stop()
        self.window.leaving.sure = True
        self.window.close()

    def front(self) -> None:
        """Activates the window, as a window manager does when the window in front is closed."""
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)

    @property
    def view(self) -> DeskView:
        return self.desk.view

    @property
    def draft(self) -> DraftView:
        return self.view.fax.draft

    def _offer(self, view: DeskView) -> None:
        for frames in self._held:
            frames.offer(view)

    # --- agent_app.link.thread.LinkEvents ---

    def address(self, ip: str) -> None: ...

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self.desk.link_state(state, text, retry_in)

    def opened(self) -> None:
        self.desk.opened()

    def told(self, report: Report, seq: int) -> None:
        self.desk.told(report, seq)

    def gap(self) -> None:
        self.desk.gap()


def press(*keys: str) -> None:
    for key in keys:
        subprocess.run(["xdotool", "key", key], check=True)


def click(widget: QWidget) -> None:
    """Clicks with the mouse once the widget can be clicked."""
    wait_until(lambda: widget.isVisible() and widget.isEnabled())
    for _ in range(3):
        QApplication.processEvents()  # the layout, after the last view
    spot = widget.mapToGlobal(widget.rect().center())
    subprocess.run(["xdotool", "mousemove", str(spot.x()), str(spot.y()), "click", "1"], check=True)


def sends_a_file(desk: Desk, switch: Switch, folder: Path) -> None:
    sending = desk.window.panel(SendFaxDialog)
    press("ctrl+shift+f")
    wait_until(sending.isVisible)
    assert sending.number.currentText() == LI.phones[0]
    wait_until(sending.source.file.hasFocus)
    press("alt+u")
    wait_until(lambda: sending.number.lineEdit().hasFocus())  # type: ignore[union-attr]  # it is editable
    press("ctrl+a")
    subprocess.run(["xdotool", "type", NUMBER], check=True)
    wait_until(lambda: sending.number.currentText() == NUMBER)
    program, letter = folder / "page.tif", folder / "letter.txt"
    program.write_bytes(b"MZ\x90" * 100)
    sending.source.take_file(program)
    wait_until(lambda: desk.draft.step is DraftStep.FAILED)
    wait_until(lambda: "no text, PDF or picture" in sending.state.text())
    assert not sending.send_button.isEnabled()
    letter.write_bytes((b"x" * 1000 + b"\n") * (PART_BYTES * PARTS // 1001) + b"\fsecond page")
    sending.source.take_file(letter)
    wait_until(lambda: desk.draft.step is DraftStep.READY)
    assert switch.cuts == 1, "the upload went on after the cut"
    wait_until(lambda: not sending.preview.picture.pixmap().isNull())
    assert sending.preview.list.count() == 2
    (data, layout), *_ = switch.fax.documents.rendered[-1:]
    assert (data, layout.number) == (letter.read_bytes(), NUMBER)
    press("alt+s")
    wait_until(lambda: desk.draft.step is DraftStep.SUBMITTED)
    assert switch.fax.faxes.asked[0].customer == LI.id


def follows_it(desk: Desk, switch: Switch) -> None:
    sending, fax = desk.window.panel(SendFaxDialog), desk.draft.fax
    assert fax is not None
    switch.do(lambda: switch.fax.faxes.change(fax, state=FaxState.SENDING, pages_done=1, bit_rate=14400))
    wait_until(lambda: "page 2 of 2" in sending.progress.state.text())
    assert "14400" in sending.progress.detail.text()
    failed = {"state": FaxState.FAILED, "result": FaxResult.DROPPED, "t30": 15}
    switch.do(lambda: switch.fax.faxes.change(fax, **failed))
    wait_until(lambda: "The line ended" in sending.progress.detail.text())
    assert [each.notice.code for each in desk.view.notices] == ["fax_failed"]
    click(sending.progress.retry)
    wait_until(lambda: switch.fax.faxes.kept[fax].state is FaxState.WAITING)
    click(sending.progress.cancel)
    wait_until(lambda: switch.fax.faxes.kept[fax].state is FaxState.CANCELLED)
    wait_until(lambda: "Called off" in sending.progress.state.text())
    click(sending.new_button)
    wait_until(lambda: desk.draft.step is DraftStep.EMPTY)


def sends_a_statement(desk: Desk, switch: Switch) -> None:
    sending = desk.window.panel(SendFaxDialog)
    sending.number.setEditText(OTHER)
    click(sending.source.statement)
    wait_until(lambda: desk.draft.step is DraftStep.READY)
    content, layout = switch.fax.documents.rendered[-1]
    assert "浦发银行".encode() in content
    assert layout.number == OTHER
    press("ctrl+Return")
    wait_until(lambda: desk.draft.step is DraftStep.SUBMITTED)
    sending.close()


def works_on_a_received_one(desk: Desk, switch: Switch, folder: Path) -> None:
    top, boxes, viewer = desk.window.panel(TopBar), desk.window.panel(FaxesDialog), desk.window.panel(FaxViewer)
    pages = folder / "r1.tif"
    pages.write_bytes(b"one")
    switch.do(lambda: switch.fax.faxes.put(received(path=pages)))
    wait_until(lambda: top.fax_count.text() == "1" and top.fax_count.isVisible())
    assert desk.view.notices[-1].notice.code == "fax"
    desk.front()
    press("ctrl+shift+x")
    wait_until(lambda: boxes.isVisible() and boxes.inbox.hasFocus())
    wait_until(lambda: not boxes.thumbnail.pixmap().isNull())
    press("Return")
    wait_until(lambda: viewer.isVisible() and not viewer.pages.picture.pixmap().isNull())
    wide = viewer.pages.picture.pixmap().height()
    press("alt+Right")
    wait_until(lambda: viewer.pages.picture.pixmap().height() < wide)
    click(viewer.take)
    wait_until(lambda: switch.fax.faxes.kept[received().fax].taken_by == A)
    wait_until(lambda: not top.fax_count.isVisible())
    click(viewer.file)
    wait_until(lambda: switch.fax.faxes.kept[received().fax].customer == LI.id)
    wait_until(lambda: viewer.whom.findData("group:west") > 0)
    viewer.whom.setCurrentIndex(viewer.whom.findData("group:west"))
    click(viewer.forward)
    wait_until(lambda: desk.view.fax.inbox == ())
    assert switch.fax.said("fax_opened") == [(A, received().fax)]


def main(folder: Path) -> int:
    assert application().platformName() == "xcb"
    switch = Switch(folder)
    desk = Desk(switch)
    wait_until(lambda: desk.view.link is LinkState.UP and not desk.view.stale)
    desk.desk.log_in(A, "open sesame")
    wait_until(lambda: desk.view.fax.known)
    desk.desk.show_customer(LI.id)
    wait_until(lambda: desk.view.shown is not None)
    desk.front()
    sends_a_file(desk, switch, folder)
    follows_it(desk, switch)
    sends_a_statement(desk, switch)
    works_on_a_received_one(desk, switch, folder)
    print("worked")
    desk.close()
    switch.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
