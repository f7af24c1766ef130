# Over 400 lines: the one place that names every part of the switch.
"""Builds the switch server of its parts, starts it and stops it: the only module that imports every part.

Order at the start: store and journals (their faults are reported before a line is opened), the orders that the store has lost, the core with
its configuration, the undecided orders and the pending callbacks, cards, branch links, desks, then the lines, last the
operator's socket. The server is up when the cards are. Stopping goes in the reverse order.
"""

import asyncio
import importlib.metadata
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import msgspec

from shared import control
from shared.aci import GatewayStatus
from shared.control_rows import Trouble, TroubleCode
from shared.enums import EndCause
from shared.ids import AccountNo, BranchId, TrunkName
from shared.link import load_or_make_keys
from shared.link.rights import own_folder
from switch_server.adapters.backup import Backups
from switch_server.adapters.branches import BranchLinks, BranchLinkState
from switch_server.adapters.branches.links import Timeouts
from switch_server.adapters.cards import CardRack
from switch_server.adapters.control import ControlServer
from switch_server.adapters.event_journal import EventJournal, last_at
from switch_server.adapters.integrity import FileCheck, is_small
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.adapters.sip_lines import SipLines
from switch_server.adapters.state_lock import lock
from switch_server.adapters.store import Store, left_open
from switch_server.bootstrap_desks import DeskParts, DeskServices, FaxPorts
from switch_server.bootstrap_faxes import FaxServices, document_spool, fax_documents
from switch_server.core.facts import Draining
from switch_server.core.flow import Configured
from switch_server.core.words import Audit
from switch_server.ports.operations import BranchState
from switch_server.services import descriptors
from switch_server.services.call_ids import CallIds
from switch_server.services.clock import Clock
from switch_server.services.collector import exempt_lasting_objects
from switch_server.services.config_file import branch_name, desk_endpoint
from switch_server.services.draining import OrderlyStop
from switch_server.services.engine import Adapters, Engine
from switch_server.services.fax_spool import LOOK_EVERY, RECEIVED
from switch_server.services.loop_watch import LoopWatch
from switch_server.services.operations import OperationSources, SwitchOperations
from switch_server.services.periodic import every
from switch_server.services.received_pages import ReceivedPages
from switch_server.services.report_service import KEEP_EVERY, ReportService
from switch_server.services.settings import FAX_FOLDER, SwitchSettings, read_settings
from switch_server.services.staff import StaffSources, SwitchStaff
from switch_server.services.statement_maker import StatementMaker
from switch_server.services.trunk_operations import TrunkOperations, TrunkSources

log = logging.getLogger(__name__)

OLD_DOCUMENTS_EVERY = 3600.0
STOP_WAIT = 5.0
"""Seconds for ending all calls at an orderly stop."""


class Server:
    """The running switch server. ``trace``: see ``Engine``. The owner waits for ``stopping.stopped``, then calls ``stop``."""

    def __init__(self, settings: SwitchSettings, trace: Callable[[str], None] | None = None) -> None:
        self.settings = settings
        self.clock = Clock()
        self.engine = Engine(self.clock, trace)
        self.stopping = OrderlyStop(self.engine)
        self._troubles: dict[str, Trouble] = {}
        """By the part in trouble."""
        self._running = AsyncExitStack()
        descriptors.raise_limit()
        self._descriptors = descriptors.DescriptorWatch()
        self._loop_watch = LoopWatch()
        server, state = settings.server, settings.state
        own_folder(state)
        self._lock = lock(state / "switch.lock")
        post = self.engine.post
        self.store = Store(
            state / "huawu.db",
            post,
            clock=self.clock,
            wrong_pin_limit=server.wrong_pins_per_day,
            number_limit=server.number_limit,
            on_trouble=self._trouble("store"),
        )
        self.reports = ReportService(self.store.statistics, self.store.agents, self.clock)
        self.orders = SqliteOrderJournal(
            state / "orders.db", post, clock=self.clock, on_trouble=self._trouble("order journal")
        )
        self.events = EventJournal(state / "journal", on_trouble=self._trouble("event journal"))
        self.cards = CardRack(
            post,
            self.engine.post_now,
            cards=server.media.cards,
            channels=server.media.channels,
            ip=server.media.ip or server.sip.ip,
            prompt_folders=settings.prompts,
            fax_channels=server.media.fax_channels,
        )
        if self.cards.no_fax:
            self._troubles["fax"] = Trouble(TroubleCode.NO_FAX_CARD, self.cards.no_fax)
        self._keys = load_or_make_keys(state / "keys", "centre")
        self.branches = BranchLinks(
            post,
            endpoint=server.branch_link.endpoint,
            server_key=self._keys,
            branch_keys=self._branch_for,
            audit=self.store.do,
            reported=self.orders.reported_days(),
            timeouts=Timeouts(server.branch_link.ask_timeout, server.branch_link.order_timeout),
            version=version(),
        )
        new_call_id = self._call_ids()
        self.pages = document_spool(state / FAX_FOLDER, self.store, self.engine, self.clock)
        self._documents = fax_documents(self.pages, self.engine, self.clock)
        statements = StatementMaker(
            self.store.read, self.branches, lambda branch: branch_name(self.settings.server, branch), self.clock
        )
        self.fax = FaxServices(
            state / FAX_FOLDER,
            self.store,
            self.engine,
            self.clock,
            new_call_id,
            self._documents,
            statements,
        )
        self._received = ReceivedPages(state / FAX_FOLDER / RECEIVED, self.pages)
        self.fax.faxes.listen(self._received.on_fax)
        self.desks = DeskServices(self._desk_parts(new_call_id))
        self.lines = SipLines(
            post,
            listen=(server.sip.ip, server.sip.port),
            trunks={trunk.name: trunk for trunk in server.trunks},
            new_call_id=new_call_id,
            desk_token=self.desks.tokens,
            clock=self.clock,
            phones=self.store.desk_phones,
            blocked=self.store.line_blocks.blocked(),
            trace=self.store.trace_number,
        )
        writers = {"orders.db": self.orders.between, "huawu.db": self.store.between}
        self.backups = Backups(state, writers, audit=self.store.do, clock=self.clock, version=version())
        self.control = ControlServer(state / control.SOCKET_NAME, self._operations(), version=version())

    # --- start and stop ---

    async def start(self) -> None:
        """Raises the errors of the parts, each naming the missing thing (file, port, key); ``stop`` then stops the parts that run."""
        self.store.copy_lost_orders(self.settings.state / "orders.db")
        self.store.close_open_records(EndCause.SWITCH_STOPPED.value)
        for part in (self.store, self.orders, self.events):
            part.start()
            self._running.callback(part.stop)
        self.store.sign_of_life()
        self._every("sign of life", left_open.EVERY, self.store.sign_of_life)
        self._every("the clock", left_open.EVERY, self._look_at_clock)
        self._every("descriptors", descriptors.LOOK_EVERY, self._look_at_descriptors)
        self._every("space for faxes", LOOK_EVERY, partial(asyncio.to_thread, self.fax.spool.look))
        self._every("old documents", OLD_DOCUMENTS_EVERY, lambda: self.pages.remove_old(self.clock()))
        self._running.callback(self.pages.stop)
        self._running.callback(asyncio.get_running_loop().create_task(self._received.run()).cancel)
        self._every("days for reports", KEEP_EVERY, self.reports.keep_next)
        self.engine.post(Configured(self.settings.core, self.settings.flows))
        self.engine.post(self.store.faxes_open())
        for left in (*self.orders.unfinished(), *self.store.callbacks_waiting(), self.store.callbacks_counted()):
            self.engine.post(left)
        self.engine.start(
            Adapters(
                self.lines,
                self.cards,
                self.branches,
                self.orders,
                self.store,
                self.events,
                self.desks.links,
                self.fax.faxes,
            )
        )
        self._running.push_async_callback(self.engine.stop)
        await self.cards.start()
        self._running.push_async_callback(self.cards.stop)
        await self.branches.start()
        self._running.push_async_callback(self.branches.stop)
        await self.desks.start()
        self._running.push_async_callback(self.desks.stop)
        self._running.push_async_callback(self.engine.settled)  # the desks are told of the last hang-ups
        try:
            self.lines.start()
        except OSError as error:
            raise OSError(f"SIP on {':'.join(map(str, self._listen()))}: {error.strerror}") from error
        self._running.callback(self.lines.stop)
        self._running.callback(self._loop_watch.stop)
        await self.control.start()
        self._running.push_async_callback(self.control.stop)
        self._running.callback(self.backups.stop)
        self._check_files()
        self.store.do(Audit("switch-server", "started", version()))

    async def takes_calls(self) -> bool:
        """Waits until an incoming call would be answered; before that it is refused with 503. ``False``: the server was stopped before."""
        waits = [asyncio.ensure_future(each) for each in (self.cards.up(), self.stopping.stopped.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        if self.stopping.stopped.is_set():
            return False
        await self.engine.settled()  # the core has its cards
        exempt_lasting_objects()
        self._loop_watch.start()
        log.info("switch-server %s takes calls on %s:%d", version(), *self._listen())
        return True

    async def stop(self) -> None:
        """No new calls, running calls are ended, everything is written."""
        self.stopping.cancel()
        self.engine.post(Draining())
        try:
            async with asyncio.timeout(STOP_WAIT):
                await self._all_calls_over()
        except TimeoutError:
            log.warning("%d calls did not end in time", len(self.engine.switch.calls))
        self.store.do(Audit("switch-server", "stopped", version()))
        await self._running.aclose()
        self._lock.close()
        log.info("stopped")

    def _look_at_clock(self) -> None:
        behind, told = self.clock.behind(), self._troubles.pop("clock", None)
        if behind:
            code = TroubleCode.CLOCK_BEHIND if behind > 0 else TroubleCode.CLOCK_AHEAD
            self._troubles["clock"] = Trouble(code, f"{abs(behind):.0f}")
        if bool(behind) != bool(told):
            log.warning("the switch's clock is %.0f s behind the system's", behind)

    async def _look_at_descriptors(self) -> None:
        await asyncio.to_thread(self._descriptors.look, (self.branches.endpoint, self.desks.links.endpoint))
        for trouble, name in zip(self._descriptors.troubles(), ("descriptors", "strangers"), strict=True):
            self._troubles.pop(name, None)
            if trouble is not None:
                self._troubles[name] = trouble

    def _call_ids(self) -> CallIds:
        seen = max(self.store.last_sign, last_at(self.settings.state / "journal"))
        if seen > self.clock():
            log.warning("the system's clock is %.0f s behind what it was in the last run", seen - self.clock())
        return CallIds(self.clock, last=self.store.last_call(), seen=seen)

    def _check_files(self) -> None:
        files = (self.settings.state / name for name in ("orders.db", "huawu.db"))
        check = FileCheck((path for path in files if not is_small(path)), self._damaged)
        check.start()
        self._running.callback(check.stop)

    def _every(self, name: str, seconds: float, work: Callable[[], Awaitable[object] | object]) -> None:
        """Periodic work while the server runs; a bug costs one turn."""
        task = asyncio.get_running_loop().create_task(every(seconds, work, partial(self.engine.fault, name)))
        self._running.callback(task.cancel)

    async def _all_calls_over(self) -> None:
        await asyncio.sleep(0)
        while self.engine.switch.calls:  # noqa: ASYNC110  the core knows no asyncio
            await asyncio.sleep(0.05)

    async def reload(self) -> tuple[str, ...]:
        """Reads the configuration and the flows again; raises ``ConfigError``, then nothing has changed. Addresses, cards and state stay as they
        were.

        The session of a branch key that was removed from the file is ended.
        """
        settings = await asyncio.to_thread(read_settings, self.settings.file)
        self.settings = settings
        self.lines.reload({trunk.name: trunk for trunk in settings.server.trunks})
        self.cards.reload_prompts()
        self.branches.recheck_keys()
        self.engine.post(Configured(settings.core, settings.flows))
        return tuple(flow.flow for flow in settings.flows)

    # --- callbacks of the parts ---

    def _branch_for(self, public_key: bytes) -> BranchId | None:
        text = public_key.decode("ascii", "replace")
        return {branch.key: branch.id for branch in self.settings.server.branches if branch.key}.get(text)

    def _trouble(self, part: str) -> Callable[[str], None]:
        def tell(text: str) -> None:
            self._troubles.pop(part, None)
            if text:
                self._troubles[part] = Trouble(TroubleCode.PART, part, text)

        return tell

    def _damaged(self, file: str, why: str) -> None:
        self._troubles[file] = Trouble(TroubleCode.FILE_DAMAGED, file, why)

    def _all_troubles(self) -> tuple[Trouble, ...]:
        lost = {"store": self.store.counts.lost, "event journal": self.events.counts.dropped}
        refused = self.lines.refused_lately()
        return (
            *(trouble for _, trouble in sorted(self._troubles.items())),
            *(Trouble(TroubleCode.RECORDS_LOST, part, f"{number:,}") for part, number in lost.items() if number),
            *([Trouble(TroubleCode.OVERLOAD, f"{refused:,}")] if refused else []),
            *self.fax.spool.troubles(),
        )

    def _listen(self) -> tuple[str, int]:
        return self.settings.server.sip.ip, self.settings.server.sip.port

    def _desk_parts(self, new_call_id: CallIds) -> DeskParts:
        return DeskParts(
            engine=self.engine,
            store=self.store,
            reports=self.reports,
            branches=self.branches,
            config=lambda: self.settings.server,
            keys=self._keys,
            recordings=Path(self.settings.core.recordings),
            new_call_id=new_call_id,
            clock=self.clock,
            version=version(),
            trunk_states=self._trunk_states,
            branch_states=self._branch_states,
            fax=FaxPorts(self._documents, self.fax.faxes, self.settings.state / FAX_FOLDER),
        )

    def _sources(self) -> OperationSources:
        return OperationSources(
            version=version(),
            pid=os.getpid(),
            started_at=self.clock(),
            clock=self.clock,
            config=lambda: self.engine.switch.config,
            snapshot=self.engine.switch.snapshot,
            trunk_states=self._trunk_states,
            line_counters=self.lines.counters,
            card_loads=self.cards.loads,
            card_restarts=lambda: self.cards.restarts,
            branch_states=self._branch_states,
            counters=self._counters,
            troubles=self._all_troubles,
            records=self.store.read,
            post=self.engine.post,
            audit=self.store.do,
            unlock=lambda account, actor: self.store.unlock_account(AccountNo(account), actor),
            unlock_number=self.store.unlock_number,
            locked_numbers=self.store.locked_numbers,
            reload=self.reload,
            backups=self.backups,
            drain=self.stopping.begin,
            stops_at=lambda: self.stopping.at,
        )

    def _operations(self) -> SwitchOperations:
        staff = StaffSources(
            clock=self.clock,
            config=lambda: self.engine.switch.config,
            snapshot=self.engine.switch.snapshot,
            book=self.store.agents,
            phones=self.store.desk_phones,
            links=self.desks.links,
            records=self.store.read,
            reports=self.reports,
            post=self.engine.post,
            endpoint=lambda: desk_endpoint(self.settings.server),
            server_key=self._keys.public.decode("ascii"),
        )
        trunks = TrunkSources(
            clock=self.clock,
            config=lambda: self.engine.switch.config,
            snapshot=self.engine.switch.snapshot,
            lines=self.lines,
            blocks=self.store.line_blocks,
        )
        return SwitchOperations(self._sources(), SwitchStaff(staff), TrunkOperations(trunks), self.fax.operations)

    def _trunk_states(self) -> Mapping[TrunkName, str]:
        return {s.name: "up" if s.up else "down" for s in self.lines.trunk_states() if s.up is not None}

    def _branch_states(self) -> Mapping[BranchId, BranchState]:
        seen = {state.branch: state for state in self.branches.states()}
        held, journalled = self.engine.switch.book.foreign, self.orders.not_theirs
        return {
            branch.id: _operator_view(seen.get(branch.id), held[branch.id] + journalled[branch.id])
            for branch in self.settings.server.branches
        }

    def _counters(self) -> Mapping[str, Mapping[str, int]]:
        store, events = self.store, self.events
        return {
            "loop": self._loop_watch.counts,
            "store": msgspec.to_builtins(store.counts)
            | {"waiting": store.waiting, "waiting_bytes": store.waiting_bytes},
            "order_journal": msgspec.to_builtins(self.orders.counts),
            "event_journal": msgspec.to_builtins(events.counts)
            | {"waiting": events.waiting, "waiting_bytes": events.waiting_bytes},
            "branch_links": self.branches.connections | self._descriptors.silent(self.branches.endpoint),
            "desk_links": self.desks.links.connections | self._descriptors.silent(self.desks.links.endpoint),
            "descriptors": {"used": descriptors.used(), "limit": descriptors.limit()},
        }


def _operator_view(seen: BranchLinkState | None, foreign: int) -> BranchState:
    """The link's state for the operator; ``None``: the branch has never connected. ``foreign``: reports that were refused after the link."""
    if seen is None:
        return BranchState(link_up=False)
    told = {
        "branch": seen.branch,
        "trading_system_up": seen.trading_system_up,
        "trade_date": seen.trade_date,
        "session": seen.session,
        "pending": seen.pending,
        "last_report": seen.reports,
    }
    status = msgspec.convert({"type": "GatewayStatus", **told}, GatewayStatus) if seen.session else None
    return BranchState(seen.up, status, seen.round_trip_ms, seen.requests, seen.silent, foreign=foreign + seen.foreign)


def version() -> str:
    try:
        return importlib.metadata.version("huawu")
    except importlib.metadata.PackageNotFoundError:
        return "0.1.0"
