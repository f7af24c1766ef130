"""Tables as data: which columns, what stands in their cells, in what colour.

A cell function takes the row and the texts; styles follow from the cell's word, by ``STYLES``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from shared.money import format_yuan
from switch_server.switchctl import cells
from switch_server.switchctl.texts import Texts, harmless

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
    spare: int = 0
    """Above 0: left out where the terminal is too narrow, the highest first."""


STYLES: dict[str, str] = {
    **dict.fromkeys(("up", "open", "filled", "accepted", "working"), "green"),
    **dict.fromkeys(("opening", "ending", "sent", "captured", "call_auction", "noon", "ringing", "calling"), "yellow"),
    **dict.fromkeys(
        ("down", "in_doubt", "lost", "card_lost", "fault", "failed", "rejected", "refused", "locked", "reconciled"),
        "red",
    ),
    **dict.fromkeys(("closed", "ended", "unwatched", "void", "cancelled", "offline", "disabled"), "dim"),
    **dict.fromkeys(("talking", "holding"), "cyan"),
    **dict.fromkeys(("dialling", "wrap_up", "seat_locked"), "yellow"),
}
"""By word; by kind and word (``seat_locked``) where a word means something else there."""


GAP = 2
"""Blanks between two columns."""


def show(name: str, make: Callable[[Any], str], *, right: bool = False, whole: bool = False, spare: int = 0) -> Column:
    """A column whose cell needs no words."""
    return Column(name, lambda row, _: make(row), right=right, whole=whole, spare=spare)


def say(name: str, word: Callable[[Any], str | None], kind: str = "word", *, spare: int = 0) -> Column:
    """A column of words that are translated and coloured."""
    return Column(name, word=word, kind=kind, spare=spare)


def _up(value: bool | None) -> str | None:
    return None if value is None else "up" if value else "down"


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _reasons(locked_ms: Mapping[str, int], texts: Texts) -> str:
    """The longest first."""
    ordered = sorted(locked_ms.items(), key=lambda each: -each[1])
    return cells.plain(", ".join(f"{texts.word(reason, 'lock')} {cells.duration(ms / 1000)}" for reason, ms in ordered))


def _talked(row: Any) -> float | None:
    return row.ended_at - row.answered_at if row.ended_at and row.answered_at else None


LINES = (
    show("trunk", lambda r: r.trunk, whole=True),
    show("group", lambda r: cells.plain(r.group), spare=4),
    say("direction", lambda r: r.direction or None, spare=3),
    show("far", lambda r: cells.plain(", ".join(r.far)), spare=2),
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
    show("packets_in", lambda r: cells.number(r.packets_in), right=True, spare=3),
    show("packets_out", lambda r: cells.number(r.packets_out), right=True, spare=4),
    show("strangers", lambda r: cells.number(r.strangers), right=True, spare=5),
    show("malformed", lambda r: cells.number(r.malformed), right=True, spare=6),
    show("restarts", lambda r: cells.number(r.restarts), right=True, spare=2),
)
BRANCHES = (
    show("branch", lambda r: r.branch, whole=True),
    say("link", lambda r: _up(r.link_up)),
    say("trading", lambda r: _up(r.trading_system_up)),
    say("session", lambda r: r.session),
    show("trade_date", lambda r: cells.plain(r.trade_date), spare=4),
    show("pending", lambda r: cells.number(r.pending), right=True),
    show("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=3),
    show("requests", lambda r: cells.number(r.requests), right=True, spare=5),
    show("failures", lambda r: cells.number(r.failures), right=True),
    show("foreign", lambda r: cells.number(r.foreign), right=True, spare=6),
)
CALLS = (
    show("call", lambda r: r.call, whole=True),
    say("state", lambda r: r.state, "call"),
    show("began", lambda r: cells.time_of_day(r.started_at), spare=3),
    show("lasted", lambda r: cells.duration(r.ended_at - r.started_at if r.ended_at else None), right=True, spare=5),
    show("trunk", lambda r: cells.plain(r.trunk), spare=9),
    show("ani", lambda r: cells.plain(r.ani)),
    show("dnis", lambda r: cells.plain(r.dnis), spare=8),
    show("card", lambda r: cells.plain(r.card), spare=7),
    show("branch", lambda r: cells.plain(r.branch), spare=6),
    show("account", lambda r: cells.account(r.account_end)),
    show("where", lambda r: cells.plain(r.where)),
    say("cause", lambda r: r.cause, "cause", spare=2),
)
LEGS = (
    show("leg", lambda r: r.leg, whole=True),
    say("state", lambda r: r.state, "call"),
    show("trunk", lambda r: cells.plain(r.trunk), spare=9),
    show("number", lambda r: cells.plain(r.number), spare=8),
    show("card", lambda r: cells.plain(r.card)),
    say("cause", lambda r: r.cause, "cause"),
    show("packets_in", lambda r: cells.number(r.packets_in), right=True, spare=6),
    show("packets_out", lambda r: cells.number(r.packets_out), right=True, spare=7),
    show("lost", lambda r: cells.number(r.lost), right=True),
    show("jitter", lambda r: cells.milliseconds(r.jitter_ms), right=True, spare=4),
    show("mos", lambda r: cells.NONE if r.mos is None else f"{r.mos:.1f}", right=True),
)
RECORDINGS = (
    show("recording", lambda r: r.recording, whole=True),
    show("began", lambda r: cells.moment(r.started_at), spare=2),
    show("lasted", lambda r: cells.duration(None if r.duration_ms is None else r.duration_ms / 1000), right=True),
    say("cause", lambda r: r.cause, spare=3),
    show("path", lambda r: cells.plain(r.path)),
)
ORDERS = (
    show("at", lambda r: cells.time_of_day(r.at)),
    show("call", lambda r: r.call, whole=True, spare=7),
    show("branch", lambda r: r.branch, spare=5),
    show("account", lambda r: cells.account(r.account_end)),
    say("kind", lambda r: r.kind, spare=8),
    say("side", lambda r: r.side),
    show("code", lambda r: cells.plain(r.code)),
    show("price", lambda r: cells.price(r.price), right=True),
    show("quantity", lambda r: cells.number(r.quantity), right=True),
    show("contract", lambda r: cells.plain(r.contract or r.cancels), whole=True),
    say("state", lambda r: r.state),
    show("filled", lambda r: cells.number(r.filled), right=True, spare=4),
    say("refusal", lambda r: r.refusal, spare=6),
    show("yes", lambda r: cells.offset(r.yes_ms), right=True, spare=9),
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
AGENTS = (
    show("agent", lambda r: r.agent, whole=True),
    show("name", lambda r: r.name),
    say("state", lambda r: "disabled" if r.disabled else r.state, "seat"),
    say("reason", lambda r: r.reason, "lock", spare=3),
    show("since", lambda r: cells.time_of_day(r.since), spare=4),
    show("call", lambda r: cells.plain(r.call), whole=True, spare=6),
    show("queue", lambda r: cells.plain(r.queue), spare=5),
    show("calls_today", lambda r: cells.number(r.calls_today), right=True),
    show("desk", lambda r: cells.plain(r.desk), spare=2),
    say("phone", lambda r: r.phone_problem, "phone", spare=1),
    say("role", lambda r: r.role, "role", spare=8),
    show("group", lambda r: cells.plain(r.group), spare=9),
    show("skills", lambda r: cells.plain(" ".join(f"{s}={level}" for s, level in r.skills.items())), spare=7),
    show("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=10),
    show("address", lambda r: cells.plain(r.address), spare=11),
)
QUEUES = (
    show("queue", lambda r: r.queue, whole=True),
    Column("title", lambda r, t: cells.plain(r.title.get(t.language.value)), spare=5),
    say("hours", lambda r: "open" if r.is_open else "closed", "queue"),
    show("waiting", lambda r: cells.number(r.waiting), right=True),
    show("longest", lambda r: cells.duration(r.longest_s if r.waiting else None), right=True),
    show("callbacks", lambda r: cells.number(r.callbacks), right=True, spare=3),
    show("open_seats", lambda r: cells.number(r.open_seats), right=True),
    show("seats", lambda r: cells.number(r.seats), right=True),
    show("answered", lambda r: cells.number(r.answered), right=True, spare=1),
    show("abandoned", lambda r: cells.number(r.abandoned), right=True, spare=2),
    show("skill", lambda r: f"{r.skill}≥{r.level}" if r.skill else cells.NONE, spare=4),
)
TALKS = (
    show("rang", lambda r: cells.moment(r.offered_at), spare=2),
    show("agent", lambda r: r.agent, whole=True),
    say("kind", lambda r: r.kind, "talk", spare=5),
    show("queue", lambda r: cells.plain(r.queue), spare=4),
    show("number", lambda r: cells.plain(r.number)),
    say("outcome", lambda r: r.outcome, "outcome"),
    show("waited", lambda r: cells.duration(_seconds(r.waited_ms)), right=True, spare=6),
    show("lasted", lambda r: cells.duration(_talked(r)), right=True),
    show("held", lambda r: cells.duration(_seconds(r.hold_ms)), right=True, spare=7),
    show("pop", lambda r: cells.milliseconds(r.pop_ms), right=True, spare=8),
    show("disposition", lambda r: cells.plain(r.disposition), spare=1),
    show("call", lambda r: r.call, whole=True, spare=3),
)
DESKS = (
    show("desk", lambda r: r.desk, whole=True),
    say("link", lambda r: _up(r.up)),
    show("agent", lambda r: cells.plain(r.agent)),
    say("phone", lambda r: r.phone_problem, "phone"),
    show("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=2),
    show("address", lambda r: cells.plain(r.address), spare=1),
    show("program", lambda r: cells.plain(r.program), spare=3),
    show("key", lambda r: r.key, whole=True, spare=4),
)
PHONES = (
    show("phone", lambda r: r.phone, whole=True),
    say("registered", lambda r: _up(r.registered)),
    show("desk", lambda r: cells.plain(r.desk)),
    show("agent", lambda r: cells.plain(r.used_by)),
    show("address", lambda r: cells.plain(r.address), spare=1),
    show("since", lambda r: cells.moment(r.since), spare=2),
    show("until", lambda r: cells.time_of_day(r.until), spare=4),
    show("program", lambda r: cells.plain(r.program), spare=3),
)


def _total(row: Any, texts: Texts, key: str) -> str:
    return texts("word_total") if row.key == TOTAL else cells.plain(key)


TOTAL = "*"
"""Key of a report's last line."""
REPORT_HEADS = (
    Column("agent", lambda r, t: _total(r, t, r.key), whole=True),
    Column("group", lambda r, t: _total(r, t, r.key), whole=True),
    Column("queue", lambda r, t: _total(r, t, r.key), whole=True),
    Column("hour", lambda r, t: _total(r, t, f"{r.key}:00"), whole=True),
    Column("day", lambda r, t: _total(r, t, cells.day(r.key)), whole=True),
    Column("branch", lambda r, t: _total(r, t, r.key), whole=True),
)
"""In the order of ``shared.reports.By``."""
REPORT_NAME = (show("name", lambda r: cells.plain(r.name), spare=2),)
REPORT = (
    show("offered", lambda r: cells.number(r.offered), right=True),
    show("answered", lambda r: cells.number(r.answered), right=True),
    show("abandoned", lambda r: cells.number(r.abandoned), right=True),
    show("left", lambda r: cells.number(r.left), right=True, spare=16),
    show("refused", lambda r: cells.number(r.refused), right=True, spare=17),
    show("callbacks", lambda r: cells.number(r.callbacks), right=True, spare=19),
    show("within", lambda r: cells.number(r.within), right=True, spare=15),
    show("service_level", lambda r: cells.share(r.service_level), right=True, spare=1),
    show("wait_average", lambda r: cells.duration(_seconds(r.wait_average_ms)), right=True, spare=2),
    show("longest", lambda r: cells.duration(_seconds(r.wait_longest_ms)), right=True, spare=7),
    show("talks", lambda r: cells.number(r.talks), right=True, spare=4),
    show("missed", lambda r: cells.number(r.missed), right=True, spare=13),
    show("dialled", lambda r: cells.number(r.dialled), right=True, spare=18),
    show("transfers", lambda r: cells.number(r.transfers), right=True, spare=14),
    show("talk", lambda r: cells.duration(_seconds(r.talk_ms)), right=True, spare=3),
    show("hold", lambda r: cells.duration(_seconds(r.hold_ms)), right=True, spare=8),
    show("wrap_up", lambda r: cells.duration(_seconds(r.wrap_up_ms)), right=True, spare=6),
    show("handle_average", lambda r: cells.duration(_seconds(r.handle_average_ms)), right=True, spare=9),
    show("shift", lambda r: cells.duration(_seconds(r.shift_ms)), right=True, spare=12),
    show("open", lambda r: cells.duration(_seconds(r.open_ms)), right=True, spare=20),
    Column("locked", lambda r, t: _reasons(r.locked_ms, t), spare=22),
    show("occupancy", lambda r: cells.share(r.occupancy), right=True, spare=5),
    show("orders", lambda r: cells.number(r.orders), right=True, spare=10),
    show("turnover", lambda r: format_yuan(r.turnover), right=True, spare=11),
    show("dispositions", lambda r: cells.plain(" ".join(f"{d}={n}" for d, n in r.dispositions.items())), spare=21),
)
STAFFING = (
    show("hour", lambda r: f"{r.hour}:00" if r.hour else cells.NONE),
    show("calls_per_hour", lambda r: f"{r.calls_per_hour:,.1f}", right=True),
    show("aht", lambda r: cells.duration(r.aht), right=True),
    show("load", lambda r: f"{r.need.load:,.2f}", right=True),
    show("agents", lambda r: cells.number(r.need.agents), right=True),
    show("rostered", lambda r: cells.number(r.need.rostered), right=True),
    show("service_level", lambda r: cells.share(r.need.service_level), right=True),
    show("waiting", lambda r: cells.share(r.need.waiting), right=True),
    show("wait_average", lambda r: f"{r.need.wait_average:,.1f} s", right=True),
    show("occupancy", lambda r: cells.share(r.need.occupancy), right=True),
)
AUDIT = (
    show("id", lambda r: str(r.id), right=True, spare=2),
    show("at", lambda r: cells.moment(r.at), whole=True),
    show("actor", lambda r: r.actor),
    show("action", lambda r: r.action, whole=True),
    show("subject", lambda r: cells.plain(r.subject), whole=True),
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
    show("phones", lambda r: r.phone, whole=True, spare=3),
    show("cash", lambda r: r.cash, right=True, spare=2),
    Column("language", lambda r, t: t.word(r.language)),
)


class FittingTable:
    """A rich table that leaves out its ``spare`` columns, the sparest first, until the rest fits the terminal.

    rich knows that a Chinese character is two columns wide; so does ``cell_len``.
    """

    def __init__(self, title: str, columns: tuple[Column, ...], rows: Iterable[Any], texts: Texts) -> None:
        self._title = title
        self._rows = [[_cell(column, row, texts) for column in columns] for row in rows]
        heads = [texts(f"col_{column.title}") for column in columns]
        widths = [max(cell_len(head), *(row[n].cell_len for row in self._rows), 0) for n, head in enumerate(heads)]
        self._columns = list(zip(columns, heads, widths, strict=True))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        shown = self._fitting(options.max_width)
        drawn = Table(
            title=self._title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
        )
        for number in shown:
            column, head, width = self._columns[number]
            drawn.add_column(
                head,
                justify="right" if column.right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=width if column.whole else None,
            )
        for row in self._rows:
            drawn.add_row(*(row[number] for number in shown))
        yield drawn

    def _fitting(self, width: int) -> list[int]:
        shown = list(range(len(self._columns)))
        sparest = sorted((number for number in shown if self._columns[number][0].spare), key=self._spare, reverse=True)
        for number in sparest:
            if sum(self._columns[each][2] for each in shown) + GAP * (len(shown) - 1) <= width:
                break
            shown.remove(number)
        return shown

    def _spare(self, number: int) -> int:
        return self._columns[number][0].spare


def _cell(column: Column, row: Any, texts: Texts) -> Text:
    if column.word is not None:
        word = column.word(row)
        style = STYLES.get(f"{column.kind}_{word}") or STYLES.get(word or "", "")
        return Text(harmless(texts.word(word, column.kind)), style=style)
    assert column.cell is not None
    return Text(harmless(column.cell(row, texts)))
