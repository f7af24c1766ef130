"""The part of ``bootstrap`` that builds the agents' desks: link, screen pops, questions, passwords."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from shared.enums import Language
from shared.ids import BranchId, CallId, TrunkName
from shared.link import KeyPair
from switch_server.adapters.branches import BranchLinks
from switch_server.adapters.desks import DeskLinks, DeskSources, Passwords
from switch_server.adapters.store import Store
from switch_server.core.words import Trunk
from switch_server.ports.faxes import Documents, Faxes
from switch_server.ports.operations import BranchState
from switch_server.services.config_file import ServerConfig, branch_name
from switch_server.services.customer_questions import CustomerQuestions
from switch_server.services.desk_faxes import DeskFaxes, FaxParts
from switch_server.services.desk_reports import DeskReports
from switch_server.services.engine import Engine
from switch_server.services.fax_rights import FaxRights
from switch_server.services.fax_uploads import FaxUploads
from switch_server.services.floor import FloorRows, FloorSources
from switch_server.services.passwords import hash_password, is_password
from switch_server.services.pop import ScreenPops
from switch_server.services.report_service import ReportService
from switch_server.services.statement_maker import StatementMaker
from switch_server.services.tokens import LegTokens


class FaxPorts(Struct, frozen=True):
    """``spool``: the folder ``fax/`` of the state folder."""

    documents: Documents
    faxes: Faxes
    spool: Path


class DeskParts(Struct, frozen=True, kw_only=True):
    """The other parts that the desks use. ``config``: the configuration that was loaded last."""

    engine: Engine
    store: Store
    reports: ReportService
    branches: BranchLinks
    config: Callable[[], ServerConfig]
    keys: KeyPair
    recordings: Path
    new_call_id: Callable[[], CallId]
    clock: Callable[[], float]
    version: str
    trunk_states: Callable[[], Mapping[TrunkName, str]]
    branch_states: Callable[[], Mapping[BranchId, BranchState]]
    fax: FaxPorts | None = None
    """``None``: desks are told that there is no fax."""


class DeskServices:
    """``links`` and the parts behind it; the SIP lines use ``tokens``, too."""

    def __init__(self, parts: DeskParts) -> None:
        self.tokens = LegTokens(secrets.token_bytes(32))
        self._config = parts.config
        store, switch = parts.store, parts.engine.switch
        self.pops = ScreenPops(
            store.read_pops, parts.branches, store.agents,
            place=self._place, branch_name=self._branch_name, clock=parts.clock,
        )  # fmt: skip
        questions = CustomerQuestions(
            store.read, store, parts.branches, store.agents,
            recordings=parts.recordings, branch_name=self._branch_name, has_call=switch.has_call, audit=store.do, clock=parts.clock,
            on_saved=self.pops.refresh,
        )  # fmt: skip
        faxes = DeskFaxes(self._fax_parts(parts), questions)
        self.links = DeskLinks(
            parts.engine.post,
            parts.engine.after,
            endpoint=parts.config().desk_link.endpoint,
            server_key=parts.keys,
            book=store.agents,
            phones=store.desk_phones,
            pops=self.pops,
            questions=DeskReports(parts.reports, store.agents, faxes),
            tokens=self.tokens,
            passwords=Passwords(is_password, hash_password),
            sources=DeskSources(
                switch.desk_state, switch.queue_rows, lambda: switch.config.dispositions, self._floor(parts)
            ),
            new_call_id=parts.new_call_id,
            audit=store.do,
            clock=parts.clock,
            version=parts.version,
        )
        if parts.fax is not None:
            parts.fax.faxes.listen(
                lambda fax, before: self.links.tell_each(lambda agent: faxes.report_for(agent, fax, before))
            )

    async def start(self) -> None:
        """Raises ``LinkError`` if the endpoint can't be bound."""
        await self.links.start()

    async def stop(self) -> None:
        await self.links.stop()
        self.pops.stop()

    def _fax_parts(self, parts: DeskParts) -> FaxParts | None:
        store, ports = parts.store, parts.fax
        if ports is None:
            return None
        return FaxParts(
            documents=ports.documents, faxes=ports.faxes, uploads=FaxUploads(ports.spool / "uploads"),
            statements=StatementMaker(store.read, parts.branches, self._branch_name, parts.clock), rights=FaxRights(),
            book=store.agents, customer=store.read.customer, has_call=parts.engine.switch.has_call, audit=store.do,
        )  # fmt: skip

    def _floor(self, parts: DeskParts) -> FloorRows:
        store, switch = parts.store, parts.engine.switch
        return FloorRows(
            FloorSources(
                clock=parts.clock, config=lambda: switch.config, flows=lambda: switch.flows, branches=lambda: self._config().branches,
                floor=switch.floor, desk_state=switch.desk_state, book=store.agents, trunk_states=parts.trunk_states,
                branch_states=parts.branch_states, queue_counts=store.today.queues, order_counts=store.today.orders,
            )
        )  # fmt: skip

    def _branch_name(self, branch: BranchId) -> dict[Language, str]:
        return branch_name(self._config(), branch)

    def _place(self, trunk: TrunkName) -> str:
        """A branch's own lines show where its callers are from; the centre's lines don't."""
        trunks: Mapping[TrunkName, Trunk] = {each.name: each for each in self._config().trunks}
        group = trunks[trunk].group if trunk in trunks else ""
        return next((branch.name for branch in self._config().branches if branch.id == group), "")
