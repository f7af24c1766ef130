"""The desks' fax service for tests: a real store and real uploads, fakes of documents and lines."""

import hashlib
from pathlib import Path
from typing import Any

from shared.desk import PART_BYTES, DeskRefusal, Refused, Reply, Request
from shared.desk_fax import (
    AnySource,
    BeginUpload,
    FaxPrepared,
    FaxProblem,
    FaxShown,
    PrepareFax,
    SubmitFax,
    Uploaded,
    UploadPart,
    UploadState,
)
from shared.enums import Role
from switch_server.core.words import Audit
from switch_server.ports.desks import AgentRecord
from switch_server.services.desk_faxes import DeskFaxes, FaxParts
from switch_server.services.fax_rights import EVERY_ROLE, FaxRights
from switch_server.services.fax_uploads import FaxUploads
from switch_server.services.statement_maker import StatementMaker
from tests.fakes.faxes import FakeDocuments, FakeFaxes
from tests.services.customer_rig import NAMES, Rig

NUMBER = "02085551234"


class FaxRig:
    def __init__(self, rig: Rig, folder: Path, send: frozenset[Role] = EVERY_ROLE) -> None:
        self.rig, self.audits = rig, list[Audit]()
        self.documents, self.faxes = FakeDocuments(folder / "fax"), FakeFaxes(rig.clock)
        self.parts = FaxParts(
            documents=self.documents, faxes=self.faxes, uploads=FaxUploads(folder / "fax" / "uploads"),
            statements=StatementMaker(rig.store.read, rig.branches, lambda branch: NAMES.get(branch, {}), rig.clock),
            rights=FaxRights(send), book=rig.store.agents, customer=rig.store.read.customer,
            has_call=rig.desk._has_call, audit=self.audits.append,
        )  # fmt: skip
        self.desk = DeskFaxes(self.parts, rig.desk)

    async def ask(self, agent: AgentRecord, question: Request) -> Reply:
        return await self.desk.answer(agent, question)

    async def upload(self, agent: AgentRecord, data: bytes, name: str = "letter.txt") -> Uploaded:
        state = await self.ask(agent, BeginUpload(name, len(data), hashlib.sha256(data).hexdigest()))
        assert isinstance(state, UploadState)
        while state.have < state.size:
            state = await self.ask(agent, UploadPart(state.upload, state.have, data[state.have :][:PART_BYTES]))
            assert isinstance(state, UploadState)
        return Uploaded(state.upload)

    async def prepare(self, agent: AgentRecord, source: AnySource, **more: Any) -> FaxPrepared:
        made = await self.ask(agent, PrepareFax(source, NUMBER, **more))
        assert isinstance(made, FaxPrepared), made
        return made

    async def submit(self, agent: AgentRecord, data: bytes = b"one\ftwo", **more: Any) -> FaxShown:
        made = await self.prepare(agent, await self.upload(agent, data))
        shown = await self.ask(agent, SubmitFax(made.document, **more))
        assert isinstance(shown, FaxShown), shown
        return shown

    def said(self, action: str) -> list[tuple[str, str]]:
        return [(each.actor, each.subject) for each in self.audits if each.action == action]


def is_refused(reply: Reply, code: DeskRefusal, problem: FaxProblem | None = None) -> bool:
    assert isinstance(reply, Refused), reply
    return (reply.code, reply.text) == (code, problem.value if problem else reply.text)
