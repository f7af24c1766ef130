"""The demo's table of customers, its line for each call, and its summary."""

from collections.abc import Sequence

from rich.table import Table

from shared.fax import FaxState
from switch_server.demo.outcome import DemoOutcome, FaxFound
from switch_server.demo.telephones.caller import CallReport
from switch_server.demo.texts import DemoTexts
from switch_server.services.demo_data import DemoCustomer

FAXES_SHOWN = 10


def customers_table(texts: DemoTexts, shown: Sequence[DemoCustomer]) -> Table:
    """The customers that a person may call as; they and their PINs are invented."""
    table = Table(*(texts(key) for key in ("branch", "account", "pin", "cash", "holds")), title=texts("customers"))
    for customer in shown:
        account = customer.account
        holds = ", ".join(f"{holding.code}×{holding.quantity}" for holding in account.holdings[:2])
        table.add_row(account.branch, account.account, account.pin, f"{account.cash_fen / 100:,.0f}", holds)
    return table


def call_line(texts: DemoTexts, report: CallReport) -> str:
    return texts(
        "call_ok" if succeeded(report) else "call_failed",
        number=report.number,
        kind=report.kind,
        seconds=report.seconds,
        heard=texts("heard" if report.heard else "heard_nothing"),
        code=report.code,
    )


def succeeded(report: CallReport) -> bool:
    return report.answered and report.heard


def outcome_table(texts: DemoTexts, wrote: DemoOutcome, *, failed: int, unplaced: int) -> Table:
    talks = wrote.talks
    pops = [talk.pop_ms for talk in talks if talk.pop_ms is not None]
    rows: list[tuple[str, object]] = [
        ("calls_answered", wrote.calls),
        ("calls_failed", failed),
        ("calls_unplaced", unplaced),
        ("orders", wrote.orders),
        ("with_contract", wrote.with_contract),
        ("in_doubt", wrote.in_doubt),
        (
            "recordings",
            texts(
                "recorded",
                number=len(wrote.recordings),
                seconds=round(sum(each.seconds for each in wrote.recordings)),
            ),
        ),
        ("talks", len(talks)),
        ("with_disposition", sum("disposition" not in talk.lacks for talk in talks)),
        ("with_pop", texts("pop_slowest", number=len(pops), ms=max(pops)) if pops else 0),
        (
            "talks_recorded",
            sum(not {"recording", "caller_heard", "desk_heard"} & set(talk.lacks) for talk in talks),
        ),
        ("gave_up", wrote.gave_up),
        ("faxes_sent", _pages(texts, [fax for fax in wrote.faxes if fax.sent and fax.state == FaxState.SENT])),
        ("faxes_received", _pages(texts, [fax for fax in wrote.faxes if not fax.sent and fax.done])),
        ("unfinished", wrote.unfinished),
    ]
    table = Table("", "", title=texts("summary"), show_header=False)
    for key, value in rows:
        table.add_row(texts(key), str(value))
    return table


def _pages(texts: DemoTexts, faxes: Sequence[FaxFound]) -> str:
    return texts("faxed", number=len(faxes), pages=sum(fax.done for fax in faxes))


def fax_lines(texts: DemoTexts, wrote: DemoOutcome) -> list[str]:
    """A line for each of the last faxes."""
    return [
        texts(
            "fax_out" if fax.sent else "fax_in",
            number=fax.number, done=fax.done, pages=fax.pages, rate=fax.bit_rate, state=fax.state, result=fax.result or "-",
        )
        for fax in wrote.faxes[-FAXES_SHOWN:]
    ]  # fmt: skip


def talks_lacking(texts: DemoTexts, wrote: DemoOutcome) -> list[str]:
    """A line for each talk that lacks something."""
    return [
        texts(
            "talk_lacks",
            call=talk.call,
            agent=talk.agent,
            lacks=", ".join(texts(f"lacks_{lack}") for lack in talk.lacks),
        )
        for talk in wrote.talks
        if talk.lacks
    ]
