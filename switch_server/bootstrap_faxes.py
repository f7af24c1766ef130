"""Builds the parts for faxes: the space for their pages, and the service for the desks and the operator."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from shared.fax import DocumentId
from shared.ids import CallId, CustomerId
from switch_server.adapters.store import Store
from switch_server.core.words import FAX
from switch_server.ports.faxes import Documents
from switch_server.services.documents import DocumentSpool
from switch_server.services.engine import Engine
from switch_server.services.fax_back import FaxBack, Statements
from switch_server.services.fax_documents import FaxDocuments
from switch_server.services.fax_operations import FaxOperations, FaxOperationSources
from switch_server.services.fax_spool import FaxSpool
from switch_server.services.faxes import FaxSources, SwitchFaxes

DOCUMENTS: Final = "documents"
"""In the folder of faxes' pages: what is sent."""
_DAY_S: Final = 24 * 3600
_MEGABYTE: Final = 1_000_000
_ALL: Final = 10_000_000


def document_spool(folder: Path, store: Store, engine: Engine, clock: Callable[[], float]) -> DocumentSpool:
    """In ``folder`` of faxes' pages. Raises ``OSError``."""
    switch = engine.switch
    return DocumentSpool(
        folder / DOCUMENTS,
        lambda: _documents(store, clock() - switch.config.fax.keep_days * _DAY_S),
        lambda: switch.config.fax.spool_mb * _MEGABYTE,
    )


def fax_documents(spool: DocumentSpool, engine: Engine, clock: Callable[[], float]) -> FaxDocuments:
    return FaxDocuments(spool, lambda: engine.switch.config.fax.header, clock)


class FaxServices:
    """``folder``: of the pages; made if it is missing. ``statements``: ``None`` where none can be made. Raises ``OSError``."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        engine: Engine,
        clock: Callable[[], float],
        new_id: Callable[[], CallId],
        documents: Documents,
        statements: Statements | None = None,
    ) -> None:
        switch = engine.switch
        self.spool = FaxSpool(folder, lambda: switch.config.fax, engine.post, clock)

        def name_of(customer: CustomerId) -> str:
            known = store.read.customer(customer)
            return known.name if known is not None else ""

        self.faxes = SwitchFaxes(
            FaxSources(
                post=engine.post,
                settled=engine.settled,
                written=store.flush,
                rows=store.read.fax,
                work=store.fax_work,
                clock=clock,
                new_id=new_id,
                make=FaxBack(engine.post, new_id, clock, statements, documents).do,
                has_card=lambda: any(card.up and card.kind == FAX for card in switch.cards.values()),
                is_full=lambda: self.spool.full,
                customer_name=name_of,
            )
        )
        self.operations = FaxOperations(
            FaxOperationSources(
                clock=clock,
                config=lambda: switch.config,
                faxes=self.faxes,
                rows=store.read.fax,
                written=store.flush,
                documents=documents,
                new_id=new_id,
                audit=store.do,
            )
        )


def _documents(store: Store, since: float) -> set[DocumentId]:
    """The documents of the faxes that were asked for after ``since``."""
    return {DocumentId(Path(fax.document).stem) for fax in store.read.fax.faxes(_ALL, since=since, direction="out")}
