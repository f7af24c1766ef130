"""Tables as data: which columns, what stands in their cells, in what colour.

A cell function takes the row and the texts; styles follow from the cell's word, by ``STYLES``.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from switch_server.switchctl import cells
from switch_server.switchctl.texts import Texts

Cell = Callable[[Any, Texts], str]


class Column(NamedTuple):
    """``title`` is a text's key without ``col_``. ``word``: the raw word that the style follows, and (translated) the cell."""

    title: str
    cell: Cell | None = None
    word: Callable[[Any], str | None] | None = None
    kind: str = "word"
    right: bool = False
    whole: bool = False
    """Never shortened: it is copied into the next command."""


STYLES: dict[str, str] = {
    **dict.fromkeys(("up", "open", "filled", "accepted", "working"), "green"),
    **dict.fromkeys(("opening", "ending", "sent", "captured", "call_auction", "noon", "ringing", "calling"), "yellow"),
    **dict.fromkeys(
        ("down", "in_doubt", "lost", "card_lost", "fault", "failed", "rejected", "refused", "locked", "reconciled"),
        "red",
    ),
    **dict.fromkeys(("closed", "ended", "unwatched", "void", "cancelled"), "dim"),
}


def show(name: str, make: Callable[[Any], str], *, right: bool = False, whole: bool = False) -> Column:
    """A column whose cell needs no words."""
    return Column(name, lambda row, _: make(row), right=right, whole=whole)


def say(name: str, word: Callable[[Any], str | None], kind: str = "word") -> Column:
    """A column of words that are translated and coloured."""
    return Column(name, word=word, kind=kind)


def _up(value: bool | None) -> str | None:
    return None if value is None else "up" if value else "down"


LINES = (
    show("trunk", lambda r: r.trunk, whole=True),
    show("group", lambda r: cells.plain(r.group)),
    say("direction", lambda r: r.direction or None),
    show("far", lambda r: cells.plain(", ".join(r.far))),
    say("state", lambda r: r.state),
    show("lines", lambda r: cells.number(r.lines), right=True),
    show("in", lambda r: cells.number(r.used_in), right=True),
    show("out", lambda r: cells.number(r.used_out), right=True),
)
CARDS = (
    show("card", lambda r: r.card, whole=True),
    say("state", lambda r: _up(r.up)),
    show("channels", lambda r: cells.number(r.channels), right=True),
    show("used", lambda r: cells.number(r.used), right=True),
    show("cpu", lambda r: cells.percent(r.cpu_percent), right=True),
    show("late", lambda r: cells.milliseconds(r.late_p999_ms), right=True),
    show("packets_in", lambda r: cells.number(r.packets_in), right=True),
    show("packets_out", lambda r: cells.number(r.packets_out), right=True),
    show("strangers", lambda r: cells.number(r.strangers), right=True),
    show("malformed", lambda r: cells.number(r.malformed), right=True),
    show("restarts", lambda r: cells.number(r.restarts), right=True),
)
BRANCHES = (
    show("branch", lambda r: r.branch, whole=True),
    say("link", lambda r: _up(r.link_up)),
    say("trading", lambda r: _up(r.trading_system_up)),
    say("session", lambda r: r.session),
    show("trade_date", lambda r: cells.plain(r.trade_date)),
    show("pending", lambda r: cells.number(r.pending), right=True),
    show("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True),
    show("requests", lambda r: cells.number(r.requests), right=True),
    show("failures", lambda r: cells.number(r.failures), right=True),
)
CALLS = (
    show("call", lambda r: r.call, whole=True),
    say("state", lambda r: r.state, "call"),
    show("began", lambda r: cells.time_of_day(r.started_at)),
    show("lasted", lambda r: cells.duration(r.ended_at - r.started_at if r.ended_at else None), right=True),
    show("trunk", lambda r: cells.plain(r.trunk)),
    show("ani", lambda r: cells.plain(r.ani)),
    show("dnis", lambda r: cells.plain(r.dnis)),
    show("card", lambda r: cells.plain(r.card)),
    show("branch", lambda r: cells.plain(r.branch)),
    show("account", lambda r: cells.account(r.account_end)),
    show("where", lambda r: cells.plain(r.where)),
    say("cause", lambda r: r.cause, "cause"),
)
LEGS = (
    show("leg", lambda r: r.leg, whole=True),
    say("state", lambda r: r.state, "call"),
    show("trunk", lambda r: cells.plain(r.trunk)),
    show("number", lambda r: cells.plain(r.number)),
    show("card", lambda r: cells.plain(r.card)),
    say("cause", lambda r: r.cause, "cause"),
    show("packets_in", lambda r: cells.number(r.packets_in), right=True),
    show("packets_out", lambda r: cells.number(r.packets_out), right=True),
    show("lost", lambda r: cells.number(r.lost), right=True),
    show("jitter", lambda r: cells.milliseconds(r.jitter_ms), right=True),
    show("mos", lambda r: cells.NONE if r.mos is None else f"{r.mos:.1f}", right=True),
)
RECORDINGS = (
    show("recording", lambda r: r.recording, whole=True),
    show("began", lambda r: cells.moment(r.started_at)),
    show("lasted", lambda r: cells.duration(None if r.duration_ms is None else r.duration_ms / 1000), right=True),
    say("cause", lambda r: r.cause),
    show("path", lambda r: cells.plain(r.path)),
)
ORDERS = (
    show("at", lambda r: cells.time_of_day(r.at)),
    show("call", lambda r: r.call, whole=True),
    show("branch", lambda r: r.branch),
    show("account", lambda r: cells.account(r.account_end)),
    say("kind", lambda r: r.kind),
    say("side", lambda r: r.side),
    show("code", lambda r: cells.plain(r.code)),
    show("price", lambda r: cells.price(r.price), right=True),
    show("quantity", lambda r: cells.number(r.quantity), right=True),
    show("contract", lambda r: cells.plain(r.contract or r.cancels), whole=True),
    say("state", lambda r: r.state),
    show("filled", lambda r: cells.number(r.filled), right=True),
    say("refusal", lambda r: r.refusal),
    show("yes", lambda r: cells.offset(r.yes_ms), right=True),
)
CUSTOMERS = (
    show("id", lambda r: str(r.id), right=True),
    show("name", lambda r: r.name),
    show("phones", lambda r: cells.plain("\n".join(r.phones)), whole=True),
    Column(
        "accounts",
        lambda r, t: "\n".join(
            f"{a.account} {a.branch}{' ' + t('word_locked') if a.locked else ''}" for a in r.accounts
        ),
        whole=True,
    ),
    Column("vip", lambda r, t: t("word_yes") if r.vip else ""),
    Column("language", lambda r, t: t.word(r.language)),
)
AUDIT = (
    show("id", lambda r: str(r.id), right=True),
    show("at", lambda r: cells.moment(r.at)),
    show("actor", lambda r: r.actor),
    show("action", lambda r: r.action),
    show("subject", lambda r: cells.plain(r.subject)),
    show("detail", lambda r: cells.plain(r.detail)),
)
COUNTERS = (
    show("counter", lambda r: r[0], whole=True),
    show("value", lambda r: cells.number(r[1]), right=True),
)
DEMO = (
    show("branch", lambda r: r.branch),
    show("account", lambda r: r.account, whole=True),
    show("pin", lambda r: r.pin, whole=True),
    show("name", lambda r: r.name),
    show("phones", lambda r: r.phone, whole=True),
    show("cash", lambda r: r.cash, right=True),
    Column("language", lambda r, t: t.word(r.language)),
)


def table(title: str, columns: tuple[Column, ...], rows: Iterable[Any], texts: Texts) -> Table:
    """A rich table, which knows that a Chinese character is two columns wide."""
    drawn = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(
            texts(f"col_{column.title}"),
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ignore" if column.whole else "ellipsis",
            min_width=None,
        )
    for row in rows:
        drawn.add_row(*(_cell(column, row, texts) for column in columns))
    return drawn


def _cell(column: Column, row: Any, texts: Texts) -> Text:
    if column.word is not None:
        word = column.word(row)
        return Text(texts.word(word, column.kind), style=STYLES.get(word or "", ""))
    assert column.cell is not None
    return Text(column.cell(row, texts))
