"""The tables in which each kind of reply is printed."""

from collections.abc import Callable
from typing import Any

from msgspec import structs
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shared.control import (
    AuditTrail,
    Branches,
    CallDetail,
    Calls,
    Cards,
    Counters,
    Customers,
    Lines,
    Orders,
    Reply,
    Status,
    TracedNumber,
)
from shared.control_agents import Agents, ControlDesks, Phones, Queues, Talks
from shared.control_fax import ControlFaxDetail, ControlFaxes
from shared.control_reports import ControlReport
from shared.control_rows import Trouble
from shared.control_trunks import ControlCardLines, Trunks
from shared.reports import By
from switch_server.switchctl import cells, tables
from switch_server.switchctl.fitting_table import FittingTable, TextColumn, cell_text
from switch_server.switchctl.texts import Texts

View = Callable[[Any, Texts], RenderableType]


def view(reply: Reply, texts: Texts) -> RenderableType:
    """A reply as ``switchctl`` prints it without ``--json``."""
    return VIEWS[type(reply)](reply, texts)


def _rows(title: str, columns: tuple[TextColumn, ...]) -> View:
    return lambda reply, texts: FittingTable(texts(title), columns, reply.rows, texts)


def _status(reply: Status, texts: Texts) -> RenderableType:
    up = cells.duration(reply.at - reply.started_at)
    switch = texts("status_switch", version=reply.version, pid=reply.pid, up=up)
    if reply.stops_at is not None:
        left = cells.duration(max(0.0, reply.stops_at - reply.at))
        switch = texts("status_draining", version=reply.version, pid=reply.pid, calls=reply.calls, left=left)
    orders = ", ".join(f"{texts.word(state)} {count}" for state, count in reply.orders.items())
    cards = texts("status_cards", up=reply.cards_up, all=reply.cards, used=reply.channels_used, channels=reply.channels)
    rows: dict[str, RenderableType] = {
        "switch": switch,
        "calls": str(reply.calls),
        "lines": texts("status_of", used=reply.lines_used, all=reply.lines),
        "cards": cards,
        "agents": texts("status_agents", open=reply.seats_open, all=reply.seats, waiting=reply.waiting),
        "branches": texts("status_of", used=reply.branches_up, all=reply.branches),
        "orders": cells.plain(orders),
        "flows": cells.plain(", ".join(reply.flows)),
        "troubles": _troubles(reply.troubles, texts),
    }
    page = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        page.add_row(Text(texts(f"row_{name}"), style="bold"), value)
    return page


def _troubles(troubles: tuple[Trouble, ...], texts: Texts) -> Text:
    if not troubles:
        return Text(texts("all_well"), style="green")
    said = (texts(f"trouble_{each.code.value}", subject=each.subject, text=each.text) for each in troubles)
    return Text("\n".join(said), style="red")


def _lines(reply: Lines, texts: Texts) -> RenderableType:
    counted = {name: count for name, count in reply.counters.items() if count}
    shown = FittingTable(texts("title_lines"), tables.LINES, reply.rows, texts)
    return Group(shown, "", _counted(texts("title_counters"), counted, texts)) if counted else shown


def _trunks(reply: Trunks, texts: Texts) -> RenderableType:
    shown = FittingTable(texts("title_trunks"), tables.TRUNKS, reply.rows, texts)
    if not reply.registrations:
        return shown
    return Group(
        shown, "", FittingTable(texts("title_registrations"), tables.REGISTRATIONS, reply.registrations, texts)
    )


def _call(reply: CallDetail, texts: Texts) -> RenderableType:
    parts: list[RenderableType] = [
        FittingTable(texts("title_call", call=reply.call.call), tables.CALLS, [reply.call], texts)
    ]
    for title, columns, rows in (
        ("title_legs", tables.LEGS, reply.legs),
        ("title_talks", tables.TALKS, reply.talks),
        ("title_recordings", tables.RECORDINGS, reply.recordings),
        ("title_orders", tables.ORDERS, reply.orders),
    ):
        if rows:
            parts += ["", FittingTable(texts(title), columns, rows, texts)]
    return Group(*parts)


def _fax(reply: ControlFaxDetail, texts: Texts) -> RenderableType:
    """A fax on one page, and its tries."""
    page = Table.grid(padding=(0, 2))
    for column in tables.FAX_DETAIL:
        page.add_row(Text(texts(f"col_{column.title}"), style="bold"), cell_text(column, reply.fax, texts))
    if not reply.tries:
        return page
    return Group(page, "", FittingTable(texts("title_fax_tries"), tables.FAX_TRIES, reply.tries, texts))


def _desks(reply: ControlDesks, texts: Texts) -> RenderableType:
    told = cells.plain(texts("desks_connect", endpoint=reply.endpoint, server_key=reply.server_key))
    return Group(FittingTable(texts("title_desks"), tables.DESKS, reply.rows, texts), "", Text(told))


def _report(reply: ControlReport, texts: Texts) -> RenderableType:
    head = (tables.REPORT_HEADS[list(By).index(reply.by)], *(tables.REPORT_NAME if reply.by is By.AGENTS else ()))
    title = texts(f"title_report_{reply.by.value}")
    days = " – ".join(cells.day(day) for day in dict.fromkeys((reply.first, reply.last)))
    only = " ".join(each for each in (reply.queue, reply.agent, reply.group) if each)
    rows = (*reply.rows, structs.replace(reply.total, key=tables.TOTAL)) if reply.rows else ()
    shown = FittingTable(f"{title}  {days}  {only}".rstrip(), (*head, *tables.REPORT), rows, texts)
    return shown if rows else Group(shown, "", Text(texts("nothing_recorded")))


def _audit(reply: AuditTrail, texts: Texts) -> RenderableType:
    whole = Text(texts("audit_whole"), style="green")
    chain = whole if reply.broken is None else Text(texts("audit_broken", id=reply.broken), style="red")
    return Group(FittingTable(texts("title_audit"), tables.AUDIT, reply.rows, texts), "", chain)


def _counters(reply: Counters, texts: Texts) -> RenderableType:
    return Group(*(_counted(name, group, texts) for name, group in reply.groups.items()))


def _counted(title: str, counts: dict[str, int], texts: Texts) -> RenderableType:
    return FittingTable(title, tables.COUNTERS, counts.items(), texts)


VIEWS: dict[type[Reply], View] = {
    Status: _status,
    Lines: _lines,
    Trunks: _trunks,
    ControlCardLines: _rows("title_card_lines", tables.CARD_LINES),
    Cards: _rows("title_cards", tables.CARDS),
    Branches: _rows("title_branches", tables.BRANCHES),
    Agents: _rows("title_agents", tables.AGENTS),
    Queues: _rows("title_queues", tables.QUEUES),
    ControlReport: _report,
    Talks: _rows("title_talks", tables.TALKS),
    ControlDesks: _desks,
    Phones: _rows("title_phones", tables.PHONES),
    Calls: _rows("title_calls", tables.CALLS),
    Orders: _rows("title_orders", tables.ORDERS),
    Customers: _rows("title_customers", tables.CUSTOMERS),
    CallDetail: _call,
    TracedNumber: lambda reply, texts: Text(texts("traced_number", call=reply.call, number=reply.number)),
    ControlFaxes: _rows("title_faxes", tables.FAXES),
    ControlFaxDetail: _fax,
    AuditTrail: _audit,
    Counters: _counters,
}
