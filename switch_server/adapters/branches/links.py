"""``BranchLinks``: sends effects as ACI requests, posts answers and reports as events."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from shared import aci
from shared.ids import BranchId, OrderKey
from shared.link import Answer, Channel, Failure, Identity, KeyPair, LinkServer, QuietHandler, RefusedConnection
from shared.protocol import RejectCode
from switch_server.adapters.branches import answers
from switch_server.adapters.branches.report_numbers import NumberingVerdict, ReportNumbering
from switch_server.adapters.branches.state import BranchLinkState, Counts, KnownBranch
from switch_server.core.facts import BranchDown, BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, OrderReported, OrderSilent, Resolve, SendOrder
from switch_server.core.words import Audit
from switch_server.ports import Post

_log = logging.getLogger(__name__)
PAGE_PAUSE = 0.01
"""Seconds between two pages: some 10,000 reports a second, so that calls and orders do not wait behind a backlog."""
_ACI = (*aci.REQUESTS, *aci.REPLIES, *aci.REPORTS)


class Timeouts(Struct, frozen=True):
    """Seconds until a branch counts as slow (a question) or silent (an order, a resolve)."""

    ask: float = 5.0
    order: float = 10.0


class BranchLinks(QuietHandler):
    """``ports.BranchesPort`` and ``ports.desks.BranchQuestions``. ``endpoint``: where gateways connect; ``branch_keys``: Z85 public key -> branch.

    ``reported``: by branch, the last trade date of which an earlier run had reports (else the day of its first order); the reports from that day on
    are requested again. ``audit`` gets an ``Audit`` for each refused connection, and when a branch connects or is lost. ``start`` raises
    ``LinkError`` if the endpoint can't be bound. Everything on the loop on which it is started.
    """

    def __init__(
        self,
        post: Post,
        *,
        endpoint: str,
        server_key: KeyPair,
        branch_keys: Callable[[bytes], BranchId | None],
        audit: Callable[[Audit], None],
        reported: Mapping[BranchId, str] = MappingProxyType({}),
        timeouts: Timeouts | None = None,
        version: str = "0.1.0",
    ) -> None:
        self.endpoint = endpoint
        self._post = post
        self._audit = audit
        self._timeouts = timeouts or Timeouts()
        self._known: dict[BranchId, KnownBranch] = {}
        self._numbering: dict[BranchId, ReportNumbering] = {}
        self._reported = reported
        self._resyncing: set[BranchId] = set()
        self._in_step: set[BranchId] = set()
        """Branches whose session has delivered all earlier reports: only then is a report the next one."""
        self._server = LinkServer(
            endpoint,
            messages=_ACI,
            identity=Identity("switch-server", version),
            handler=self,
            keys=server_key,
            lookup=branch_keys,
            on_refused=self._refused,
        )

    async def start(self) -> str:
        """Binds the endpoint; returns it with its real port."""
        self.endpoint = await self._server.start()
        return self.endpoint

    async def stop(self) -> None:
        await self._server.stop()

    def do(self, effect: AskBranch | SendOrder | Resolve) -> None:
        match effect:
            case AskBranch():
                self._ask(effect)
            case SendOrder(key, branch, order):
                self._order(branch, key, order)
            case Resolve(key, branch):
                self._order(branch, key, aci.ResolveOrder(key))

    def recheck_keys(self) -> None:
        """The branches' keys have changed: ends each session whose key is removed or belongs to another branch now."""
        self._server.recheck()

    def states(self) -> list[BranchLinkState]:
        """Every branch that was ever connected, by name."""
        return [self._state(branch, known) for branch, known in sorted(self._known.items())]

    @property
    def connections(self) -> dict[str, int]:
        """Counts of connections (``LinkServer.counters``)."""
        return self._server.counters()

    # --- requests ---

    def _ask(self, effect: AskBranch) -> None:
        query = effect.query
        if isinstance(query, aci.LogIn) and effect.pin is not None:
            query = aci.LogIn(query.account, effect.pin.reveal())  # the only place where the digits are revealed

        self.ask(effect.branch, query, lambda reply: self._post(BranchAnswered(effect.call, effect.request, reply)))

    def ask(self, branch: BranchId, query: aci.Request, on_reply: Callable[[aci.Reply], None]) -> None:
        """Asks a question, of a call or a desk; ``on_reply`` is called once, with ``Refused`` if no valid answer comes in time."""

        def answered(result: Struct | Failure) -> None:
            reply = answers.to_query(branch, query, result)
            self._judge(branch, query, result)
            self._count(branch, refused=isinstance(reply, aci.Refused), silent=isinstance(result, Failure))
            on_reply(reply)

        self._request(branch, query, self._timeouts.ask, answered)

    def _order(self, branch: BranchId, key: OrderKey, message: answers.OrderRequest) -> None:
        def answered(result: Struct | Failure) -> None:
            reply = answers.to_order(branch, message, result)
            self._judge(branch, message, result)
            self._count(branch, refused=isinstance(reply, aci.OrderRefused), silent=reply is None)
            if reply is None:
                self._post(OrderSilent(key, never_left=result in answers.NOTHING_DONE))
            else:
                self._post(OrderAnswered(key, reply))

        self._request(branch, message, self._timeouts.order, answered)

    def _request(
        self, branch: BranchId, message: aci.Request, timeout: float, answered: Callable[[Struct | Failure], None]
    ) -> None:
        channel = self._server.channel(branch)
        if channel is None:
            answered(Failure.NEVER_LEFT)
        else:
            channel.request(message, timeout, answered)

    def _count(self, branch: BranchId, *, refused: bool, silent: bool) -> None:
        known = self._known.get(branch)
        if known is not None:
            known.counts.requests += 1
            known.counts.refusals += refused
            known.counts.silent += silent

    def _judge(self, branch: BranchId, asked: aci.Request | None, said: Struct | Failure) -> bool:
        """Counts messages that name ids of others; ``True``: the branch may send this one. The first is logged."""
        if not answers.is_foreign(branch, asked, said):
            return True
        counts = self._known[branch].counts
        counts.foreign += 1
        if counts.foreign == 1:
            _log.warning("branch %s: a %s that names what is not its own", branch, type(said).__name__)
        return False

    # --- the link (shared.link.Handler) ---

    def opened(self, channel: Channel) -> None:
        branch = BranchId(channel.name)
        known = self._known.setdefault(branch, KnownBranch(up=False, since=0.0, counts=Counts()))
        self._resyncing.discard(branch)
        self._in_step.discard(branch)
        if known.up:  # a newer session displaced the older one before its end was noticed
            self._post(BranchDown(branch))
        known.up, known.since = True, time.time()
        self._audit(Audit("link", "branch_up", branch, f"{channel.address} {channel.program}"))
        self._post(BranchUp(branch))

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        branch = BranchId(channel.name)
        if self._server.channel(branch) is not None:
            return
        known = self._known[branch]
        known.up, known.since = False, time.time()
        self._audit(Audit("link", "branch_down", branch, f"{code} {text}".strip()))
        self._post(BranchDown(branch))

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:
        _log.warning("branch %s asks %s: branches don't ask", channel.name, type(message).__name__)
        super().asked(channel, message, answer)

    def told(self, channel: Channel, message: Struct, seq: int) -> None:  # noqa: ARG002
        branch = BranchId(channel.name)
        if isinstance(message, aci.OrderReport):
            self._report(channel, branch, message)
        elif isinstance(message, aci.StatusReport) and self._judge(branch, None, message):
            self._known[branch].status = message.status
            self._numbers(branch).begin(message.status)
            if self._numbers(branch).behind(message.status):
                self._resync(channel, branch)
            elif branch not in self._resyncing:
                self._in_step.add(branch)

    def gap(self, channel: Channel, expected: int, got: int) -> None:
        branch = BranchId(channel.name)
        _log.warning("branch %s: reports %d to %d of the session are missing", branch, expected, got - 1)
        self._resync(channel, branch)

    # --- reports ---

    def _report(self, channel: Channel, branch: BranchId, report: aci.OrderReport) -> None:
        if branch not in self._in_step or not self._take(branch, report):
            self._resync(channel, branch)

    def _take(self, branch: BranchId, report: aci.OrderReport) -> bool:
        """``False``: a report before it is missing."""
        verdict = self._numbers(branch).take(report)
        if verdict is NumberingVerdict.POST:
            self._known[branch].counts.reports += 1
            self._post(OrderReported(branch, report))
        return verdict is not NumberingVerdict.RESYNC

    def _resync(self, channel: Channel, branch: BranchId) -> None:
        """Requests the missing reports page by page; a report that arrives before the last page is contained in it."""
        self._in_step.discard(branch)
        if branch in self._resyncing:
            return
        self._resyncing.add(branch)
        self._known[branch].counts.resyncs += 1
        self._ask_page(channel, branch)

    def _ask_page(self, channel: Channel, branch: BranchId) -> None:
        at = self._numbers(branch)
        asked = aci.AskReports(at.last, at.trade_date)
        channel.request(asked, self._timeouts.ask, lambda result: self._page(channel, branch, asked, result))

    def _page(self, channel: Channel, branch: BranchId, asked: aci.AskReports, result: Struct | Failure) -> None:
        if self._server.channel(branch) is not channel:
            return  # another session has begun, or will begin: it sends its own request
        if isinstance(result, aci.ReportsSent) and all(self._take(branch, report) for report in result.rows):
            at = self._numbers(branch)
            if not result.more:
                self._in_step.add(branch)
            elif (at.last, at.trade_date) != (asked.after, asked.trade_date):
                asyncio.get_running_loop().call_later(PAGE_PAUSE, self._ask_page, channel, branch)
                return
        self._resyncing.discard(branch)
        if branch not in self._in_step:
            why = result if isinstance(result, Failure) else f"{type(result).__name__} out of order"
            _log.warning("branch %s: no resync (%s); asked again at the next report", branch, why)

    def _numbers(self, branch: BranchId) -> ReportNumbering:
        return self._numbering.setdefault(branch, ReportNumbering(self._reported.get(branch, "")))

    # --- operators ---

    def _refused(self, refusal: RefusedConnection) -> None:
        who = refusal.name or f"key {refusal.public_key}…"
        detail = f"{refusal.code}, {who}, {refusal.times} times"
        self._audit(Audit("link", "connection_refused", refusal.address, detail))

    def _state(self, branch: BranchId, known: KnownBranch) -> BranchLinkState:
        channel = self._server.channel(branch)
        status, counts = known.status, known.counts
        return BranchLinkState(
            branch=branch,
            up=known.up,
            since=known.since,
            trading_system_up=known.up and status is not None and status.trading_system_up,
            trade_date=status.trade_date if status else "",
            session=status.session if status else "",
            pending=status.pending if status else 0,
            round_trip_ms=channel.session.round_trip_ms if channel else None,
            requests=counts.requests,
            refusals=counts.refusals,
            silent=counts.silent,
            reports=counts.reports,
            resyncs=counts.resyncs,
            foreign=counts.foreign,
            address=channel.address if channel else "",
            program=channel.program if channel else "",
        )
