"""What the demo shows at its beginning and its end."""

from collections.abc import Sequence

from rich.table import Table

from switch_server.demo.outcome import Outcome
from switch_server.demo.telephones.caller import Report
from switch_server.demo.words import Words
from switch_server.services.demo_data import DemoCustomer


def customers(words: Words, shown: Sequence[DemoCustomer]) -> Table:
    """Whom one may call as; their PINs are as invented as they are."""
    table = Table(*(words(key) for key in ("branch", "account", "pin", "cash", "holds")), title=words("customers"))
    for customer in shown:
        account = customer.account
        holds = ", ".join(f"{holding.code}×{holding.quantity}" for holding in account.holdings[:2])
        table.add_row(account.branch, account.account, account.pin, f"{account.cash_fen / 100:,.0f}", holds)
    return table


def call_line(words: Words, report: Report) -> str:
    return words(
        "call_ok" if fine(report) else "call_failed",
        number=report.number,
        kind=report.kind,
        seconds=report.seconds,
        heard=words("heard" if report.heard else "heard_nothing"),
        code=report.code,
    )


def fine(report: Report) -> bool:
    return report.answered and report.heard


def outcome_table(words: Words, wrote: Outcome, *, failed: int, unplaced: int) -> Table:
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
            words(
                "recorded",
                number=len(wrote.recordings),
                seconds=round(sum(each.seconds for each in wrote.recordings)),
            ),
        ),
        ("talks", len(talks)),
        ("with_disposition", sum("disposition" not in talk.lacks for talk in talks)),
        ("with_pop", words("pop_slowest", number=len(pops), ms=max(pops)) if pops else 0),
        (
            "talks_recorded",
            sum(not {"recording", "caller_heard", "desk_heard"} & set(talk.lacks) for talk in talks),
        ),
        ("gave_up", wrote.gave_up),
        ("unfinished", wrote.unfinished),
    ]
    table = Table("", "", title=words("summary"), show_header=False)
    for key, value in rows:
        table.add_row(words(key), str(value))
    return table


def talks_lacking(words: Words, wrote: Outcome) -> list[str]:
    """A line for each talk that lacks something."""
    return [
        words(
            "talk_lacks",
            call=talk.call,
            agent=talk.agent,
            lacks=", ".join(words(f"lacks_{lack}") for lack in talk.lacks),
        )
        for talk in wrote.talks
        if talk.lacks
    ]
