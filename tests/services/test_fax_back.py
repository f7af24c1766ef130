"""Fax-back: the document of a caller is made by the statements' maker and the renderer, and every request is answered once."""

import asyncio
from pathlib import Path

import pytest

from shared.desk_fax import FaxProblem, Statement, StatementKind
from shared.fax import FaxId
from shared.ids import AccountNo, CallId, CustomerId
from switch_server.core.fax import FaxDocumentMade, MakeFaxDocument
from switch_server.core.words import Event
from switch_server.ports.faxes import DocumentRefused, Html
from switch_server.services.fax_back import FaxBack
from switch_server.services.statement_maker import MadeStatement
from tests.fakes.faxes import FakeDocuments

CALL, ACCOUNT, NOON = CallId("c1"), AccountNo("1000123456"), 1_764_043_200.0
FAILED = FaxDocumentMade(CALL, FaxId("f20"))


class FakeStatements:
    """``services.statement_maker.StatementMaker``."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[Statement] = []

    async def make(self, asked: Statement) -> MadeStatement:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        return MadeStatement("持仓清单", Html("<p>600519</p>"))


def answer(effect: MakeFaxDocument, statements: FakeStatements | None, documents: FakeDocuments | None) -> Event:
    async def main() -> Event:
        answered: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        back = FaxBack(answered.set_result, lambda: CallId("20"), lambda: NOON, statements, documents)
        back.do(effect)
        return await asyncio.wait_for(answered, 10.0)

    return asyncio.run(main())


def asked(document: str, customer: int | None = 7) -> MakeFaxDocument:
    return MakeFaxDocument(CALL, document, ACCOUNT, CustomerId(customer) if customer else None, "02083001234")


@pytest.mark.parametrize(("document", "day"), [("holdings", ""), ("orders", "20251125")])
def test_a_statement(tmp_path: Path, document: str, day: str) -> None:
    statements, documents = FakeStatements(), FakeDocuments(tmp_path)
    made = answer(asked(document), statements, documents)
    assert made == FaxDocumentMade(CALL, FaxId("f20"), str(tmp_path / "d1.tif"), 1, "持仓清单")
    assert statements.asked == [Statement(CustomerId(7), ACCOUNT, StatementKind(document), day, day)]
    assert documents.rendered[0][1].number == "02083001234"


def test_what_can_t_be_made(tmp_path: Path) -> None:
    documents = FakeDocuments(tmp_path)
    assert answer(asked("holdings"), FakeStatements(DocumentRefused(FaxProblem.NO_DATA)), documents) == FAILED
    assert answer(asked("holdings"), FakeStatements(LookupError(ACCOUNT)), documents) == FAILED
    assert answer(asked("holdings", None), FakeStatements(), documents) == FAILED
    assert answer(asked("holdings"), FakeStatements(), None) == FAILED
    documents.refuses = FaxProblem.RENDERER_DOWN
    assert answer(asked("holdings"), FakeStatements(), documents) == FAILED
