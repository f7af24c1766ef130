"""Faxes over a real link: each desk gets the answers and the reports that its agent may see."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from shared.desk import DeskRefusal
from shared.desk_fax import (
    AskFaxes,
    BeginUpload,
    CancelFax,
    FaxBox,
    FaxChanged,
    FaxGone,
    FaxList,
    FaxProblem,
    FaxShown,
    PrepareFax,
    SubmitFax,
    Uploaded,
    UploadState,
)
from shared.fax import DocumentId, FaxState
from tests.desks.rig import A, B, refused, rig
from tests.fakes.desks import fake_hash
from tests.fakes.faxes import received
from tests.services.customer_rig import ANN, BOB, centre
from tests.services.fax_rig import FaxRig


def test_two_desks_and_a_fax(tmp_path: Path) -> None:
    async def main() -> None:
        async with centre(tmp_path) as customers:
            it = FaxRig(customers, tmp_path)
            async with rig(in_front=lambda _rest: it.desk) as desks:
                for agent in (ANN, BOB):
                    desks.book.put_agent(replace(agent, password=fake_hash("open sesame")), "operator")
                it.faxes.listen(
                    lambda fax, before: desks.links.tell_each(lambda agent: it.desk.report_for(agent, fax, before))
                )
                ann, bob = await desks.logged_in(A), await desks.logged_in(B, "desk-02")
                fax = (await it.submit(ANN, at=2e9)).fax
                it.faxes.change(fax.fax, state=FaxState.SENDING, pages_done=1, bit_rate=9600)
                await ann.until(lambda: len([each for each in ann.reports if isinstance(each, FaxChanged)]) == 2)
                changed = ann.reports[-1]
                assert isinstance(changed, FaxChanged)
                assert (changed.fax.pages_done, changed.fax.bit_rate) == (1, 9600)
                refused(await bob.ask(CancelFax(fax.fax)), DeskRefusal.NOT_ALLOWED)
                assert isinstance(await ann.ask(CancelFax(fax.fax)), FaxShown)
                it.faxes.put(received(group="west"))
                await bob.until(lambda: any(isinstance(each, FaxChanged) and each.new for each in bob.reports))
                it.faxes.change(received().fax, group="east")
                await bob.until(lambda: FaxGone(received().fax) in bob.reports)
                inbox = await ann.ask(AskFaxes(FaxBox.INBOX))
                assert isinstance(inbox, FaxList)
                assert [row.fax for row in inbox.rows] == [received().fax]
                assert [each for each in bob.reports if isinstance(each, FaxChanged) and each.fax.fax == fax.fax] == []

    asyncio.run(main())


def test_nothing_of_fax_works_before_the_log_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with centre(tmp_path) as customers, rig(in_front=lambda _: FaxRig(customers, tmp_path).desk) as desks:
            desk = await desks.desk()
            for asked in (
                AskFaxes(FaxBox.MINE), BeginUpload("a", 1, "0" * 64), PrepareFax(Uploaded("u"), "1"), SubmitFax(DocumentId("d")),
            ):  # fmt: skip
                refused(await desk.ask(asked), DeskRefusal.NOT_LOGGED_IN)

    asyncio.run(main())


def test_an_upload_goes_on_in_a_new_session(tmp_path: Path) -> None:
    async def main() -> None:
        async with centre(tmp_path) as customers, rig(in_front=lambda _: FaxRig(customers, tmp_path).desk) as desks:
            for agent in (ANN, BOB):
                desks.book.put_agent(replace(agent, password=fake_hash("open sesame")), "operator")
            desk = await desks.logged_in(A)
            begin = BeginUpload("a.txt", 8, "0" * 64)
            first = await desk.ask(begin)
            assert isinstance(first, UploadState)
            desk.cut()
            await desk.until(lambda: desk.sessions == 2 and desk.state.seat is not None)
            again = await desk.ask(begin)
            assert isinstance(again, UploadState)
            assert again.upload == first.upload
            other = await desks.logged_in(B, "desk-02")
            theirs = await other.ask(begin)
            assert isinstance(theirs, UploadState)
            assert theirs.upload != first.upload
            wrong = refused(await other.ask(SubmitFax(DocumentId("d1"))), DeskRefusal.FAX_REFUSED)
            assert wrong.text == FaxProblem.GONE

    asyncio.run(main())
