"""Messages of a gateway about accounts or orders of other branches: refused and counted, never posted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from shared import aci
from shared.enums import OrderStatus, Refusal
from shared.ids import AccountNo, BranchId, CallId, ContractNo, Milli, OrderKey, Shares, StockCode
from shared.link import Answer, Channel, Identity, LinkClient, QuietHandler
from shared.secret import Secret
from switch_server.core.facts import BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderReported, OrderSilent, SendOrder
from tests.branch.programs import ACCOUNT, BRANCH, PIN, Branch, order, until

CALL = CallId("20251125-120000-0001")
OTHER = BranchId("GZ02")


class Gateway(QuietHandler):
    """A gateway that answers requests by ``script``, and ``AskReports`` by ``pages``, of which the last is repeated."""

    def __init__(self, *pages: aci.ReportsSent, script: dict[type[Struct], Struct] | None = None) -> None:
        self.script = script or {}
        self.pages = list(pages)
        self.asked_for: list[aci.AskReports] = []

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:
        if isinstance(message, aci.AskReports):
            self.asked_for.append(message)
            answer(self.pages.pop(0) if len(self.pages) > 1 else self.pages[0])
        else:
            answer(self.script[type(message)])


def page(*reports: aci.OrderReport, more: bool = False) -> aci.ReportsSent:
    return aci.ReportsSent(reports, more)


def status(branch: BranchId, last: int = 0, day: str = "20251125") -> aci.StatusReport:
    return aci.StatusReport(aci.GatewayStatus(branch, True, day, "open", 0, last))


def report(seq: int, key: OrderKey | None, day: str = "20251125") -> aci.OrderReport:
    none, price = Shares(0), Milli(1)
    return aci.OrderReport(seq, day, ACCOUNT, ContractNo("1"), OrderStatus.REPORTED, none, none, price, 0.0, key)


def test_what_is_not_the_branch_s_is_refused_and_counted(tmp_path: Path) -> None:
    """``OrderReported`` has the branch by its link's key, so that the core can check it."""
    key = OrderKey("k1")
    gateway = Gateway(
        page(report(1, OrderKey("of another"))),
        script={
            aci.LogIn: aci.LoggedIn(AccountNo("60019999"), "李雷"),
            aci.AskQuote: aci.Refused(Refusal.UNKNOWN_CODE),
            aci.PlaceOrder: aci.OrderAccepted(OrderKey("of another"), ContractNo("1")),
        },
    )

    async def run() -> None:
        rig = Branch(tmp_path)
        rig.prepare()
        await rig.start_links()
        link = client(rig, gateway)
        await link.start()
        await rig.event(BranchUp)
        await until(lambda: link.channel is not None)
        assert link.channel is not None
        link.channel.report(status(OTHER, 5))
        link.channel.report(status(BRANCH, 1))
        reported = await rig.event(OrderReported)
        assert (reported.branch, reported.report.key) == (BRANCH, "of another")
        refused = await rig.answer(AskBranch(CALL, 1, BRANCH, aci.LogIn(ACCOUNT, ""), Secret(PIN)), BranchAnswered)
        assert refused.reply == aci.Refused(Refusal.BAD_ANSWER, "LoggedIn")
        await rig.answer(AskBranch(CALL, 2, BRANCH, aci.AskQuote(StockCode("600000"))), BranchAnswered)
        assert await rig.answer(SendOrder(key, BRANCH, order(key)), OrderSilent) == OrderSilent(key)
        await until(lambda: rig.links.states()[0].foreign == 3)
        assert (rig.links.states()[0].trade_date, rig.links.states()[0].reports) == ("20251125", 1)
        await link.stop()
        await rig.links.stop()

    asyncio.run(run())


def test_reports_made_while_the_link_was_down_arrive_after_a_change_of_the_day(tmp_path: Path) -> None:
    """The first session ends after the day's first report, the second begins on the next day, with a report that comes too early."""
    key, next_day = OrderKey("k1"), "20251126"
    first = Gateway(page(report(1, key)))
    second = Gateway(page(report(2, key), report(3, key), report(1, key, next_day)))

    async def run() -> None:
        rig = Branch(tmp_path)
        rig.prepare()
        await rig.start_links(reported={BRANCH: "20251124"})
        for gateway, told, count in ((first, [status(BRANCH, 1)], 1), (second, [report(1, key, next_day)], 4)):
            link = client(rig, gateway)
            await link.start()
            await until(lambda link=link: link.channel is not None)  # type: ignore[misc]
            assert link.channel is not None
            for message in told:
                link.channel.report(message)
            await until(lambda count=count: len(rig.reports()) == count)  # type: ignore[misc]
            link.channel.report(report(2, key, next_day) if gateway is second else status(BRANCH, 1))
            await until(lambda: len(rig.reports()) in (1, 5))
            await link.stop()
        await rig.links.stop()
        assert [(each.report.trade_date, each.report.seq) for each in rig.reports()] == [
            ("20251125", 1), ("20251125", 2), ("20251125", 3), (next_day, 1), (next_day, 2),
        ]  # fmt: skip
        assert first.asked_for == [aci.AskReports(0, "20251124")]
        assert second.asked_for == [aci.AskReports(1, "20251125")]

    asyncio.run(run())


def test_reports_of_a_branch_s_first_day_are_had_on_the_next(tmp_path: Path) -> None:
    """A branch without earlier reports tells its day when it connects; the link is down when the day's first report comes."""
    key, next_day = OrderKey("k1"), "20251126"
    first = Gateway(page())
    second = Gateway(page(report(1, key)))

    async def run() -> None:
        rig = Branch(tmp_path)
        rig.prepare()
        await rig.start_links()
        for gateway, day in ((first, "20251125"), (second, next_day)):
            link = client(rig, gateway)
            await link.start()
            await until(lambda link=link: link.channel is not None)  # type: ignore[misc]
            assert link.channel is not None
            link.channel.report(status(BRANCH, 0, day))
            await until(lambda day=day: bool(rig.links.states()) and rig.links.states()[0].trade_date == day)  # type: ignore[misc]
            if gateway is second:
                await until(lambda: bool(rig.reports()))
            await link.stop()
        await rig.links.stop()
        assert second.asked_for == [aci.AskReports(0, "20251125")]
        assert [(each.report.trade_date, each.report.seq) for each in rig.reports()] == [("20251125", 1)]

    asyncio.run(run())


def test_pages_that_lead_nowhere_are_not_asked_for_without_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each page is followed by a live report: an outdated page, an empty page that promises more, a page with a gap; then the right pages."""
    key = OrderKey("k1")
    gateway = Gateway(
        page(report(1, key), report(2, key), more=True),
        page(report(2, key), more=True),
        page(more=True),
        page(report(3, key), report(5, key)),
        aci.ReportsSent((report(4, key), report(5, key)), more=True),
        page(),
    )

    async def run() -> None:
        rig = Branch(tmp_path)
        rig.prepare()
        await rig.start_links()
        link = client(rig, gateway)
        await link.start()
        await until(lambda: link.channel is not None)
        assert link.channel is not None
        for asked in (2, 3, 4, 6):
            link.channel.report(report(5, key))
            await until(lambda asked=asked: len(gateway.asked_for) == asked)  # type: ignore[misc]
            await until(lambda: not rig.links._resyncing)
        link.channel.report(report(6, key))
        await until(lambda: len(rig.reports()) == 6)
        assert [each.report.seq for each in rig.reports()] == [1, 2, 3, 4, 5, 6]
        assert [asked.after for asked in gateway.asked_for] == [0, 2, 2, 2, 3, 5]
        assert rig.links.states()[0].resyncs == 4
        await link.stop()
        await rig.links.stop()

    asyncio.run(run())
    assert caplog.text.count("no resync (ReportsSent out of order)") == 3


def client(rig: Branch, gateway: Gateway, **changes: Any) -> LinkClient:
    return LinkClient(
        rig.endpoint,
        name="centre",
        messages=(*aci.REQUESTS, *aci.REPLIES, *aci.REPORTS),
        identity=Identity("branch-gateway", "0.1.0"),
        handler=gateway,
        **{"keys": rig.gateway_keys, "server_key": rig.centre_keys.public} | changes,
    )
