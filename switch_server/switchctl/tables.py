"""The columns of each table, as data."""

from collections.abc import Mapping
from typing import Any

from shared.money import format_yuan
from switch_server.switchctl import cells
from switch_server.switchctl.fitting_table import TextColumn, column, word_column
from switch_server.switchctl.texts import Texts


def _up(value: bool | None) -> str | None:
    return None if value is None else "up" if value else "down"


def _inner_loop(compiled: bool | None) -> str | None:
    return None if compiled is None else "compiled" if compiled else "numpy"


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _reasons(locked_ms: Mapping[str, int], texts: Texts) -> str:
    """Lock reasons with their durations, the longest first."""
    ordered = sorted(locked_ms.items(), key=lambda each: -each[1])
    return cells.plain(", ".join(f"{texts.word(reason, 'lock')} {cells.duration(ms / 1000)}" for reason, ms in ordered))


def _network(row: Any, texts: Texts) -> str:
    """The final response, and the network's reason in words: its Q.850 cause, else its own text."""
    said = texts.word(str(row.q850), "q850") if row.q850 else row.reason_text or ""
    cause = f"Q.850/{row.q850}" if row.q850 else f"SIP/{row.reason_sip}" if row.reason_sip else ""
    parts = [str(row.sip_code or ""), cause, "" if said == str(row.q850) else said]
    return cells.plain(" ".join(part for part in parts if part))


def _talked(row: Any) -> float | None:
    return row.ended_at - row.answered_at if row.ended_at and row.answered_at else None


def _fax_result(row: Any, texts: Texts) -> str:
    """The result, and T.30's completion code where there is one."""
    code = f" (T.30/{row.t30})" if row.t30 else ""
    return f"{texts.word(row.result, 'fax')}{code}"


def _speed(row: Any) -> str:
    """``14400 v17 ECM``; over T.38 with that word."""
    parts = (str(row.bit_rate or ""), row.modem or "", "ECM" if row.ecm else "", "T.38" if row.t38 else "")
    return cells.plain(" ".join(part for part in parts if part))


LINES = (
    column("trunk", lambda r: r.trunk, whole=True),
    column("group", lambda r: cells.plain(r.group), spare=4),
    word_column("direction", lambda r: r.direction or None, spare=3),
    column("far", lambda r: cells.plain(", ".join(r.far)), spare=2),
    word_column("state", lambda r: r.state),
    column("lines", lambda r: cells.number(r.lines), right=True),
    column("in", lambda r: cells.number(r.used_in), right=True),
    column("out", lambda r: cells.number(r.used_out), right=True),
)
TRUNKS = (
    column("trunk", lambda r: r.trunk, whole=True),
    word_column("kind", lambda r: r.kind, spare=4),
    word_column("direction", lambda r: r.direction, spare=3),
    column("far", lambda r: r.address, whole=True),
    word_column("state", lambda r: r.state),
    column("remaining", lambda r: cells.duration(r.left_s), right=True),
    column("weight", lambda r: cells.number(r.weight), right=True, spare=5),
    column("calls_out", lambda r: cells.number(r.calls), right=True, spare=2),
    column("failures", lambda r: cells.number(r.failures), right=True, spare=1),
)
REGISTRATIONS = (
    column("trunk", lambda r: r.trunk, whole=True),
    column("user", lambda r: r.user),
    word_column("state", lambda r: r.state),
    column("registrar", lambda r: r.registrar, whole=True),
    column("remaining", lambda r: cells.duration(r.left_s), right=True),
    column("attempts", lambda r: cells.number(r.attempts), right=True, spare=3),
    column("failures", lambda r: cells.number(r.failures), right=True, spare=2),
    column("error", lambda r: cells.plain(r.error)),
)
CARD_LINES = (
    column("trunk", lambda r: r.trunk, whole=True),
    column("line", lambda r: str(r.line), right=True),
    word_column("state", lambda r: r.state),
    TextColumn("blocked", lambda r, t: t("word_yes") if r.blocked else ""),
    column("call", lambda r: cells.plain(r.call), whole=True),
    column("number", lambda r: cells.plain(r.number), spare=1),
    column("calls_in", lambda r: cells.number(r.calls_in), right=True, spare=3),
    column("calls_out", lambda r: cells.number(r.calls_out), right=True, spare=4),
    column("faults", lambda r: cells.number(r.faults), right=True, spare=2),
)
NUMBER_STEPS = (
    word_column("list", lambda r: r.list),
    column("rule", lambda r: r.rule),
    column("number", lambda r: cells.plain(r.number)),
    column("became", lambda r: cells.plain(r.became)),
)
CARDS = (
    column("card", lambda r: r.card, whole=True),
    word_column("state", lambda r: _up(r.up)),
    column("channels", lambda r: cells.number(r.channels), right=True),
    column("used", lambda r: cells.number(r.used), right=True),
    column("cpu", lambda r: cells.percent(r.cpu_percent), right=True),
    column("late", lambda r: cells.milliseconds(r.late_p999_ms), right=True),
    word_column("inner_loop", lambda r: _inner_loop(r.compiled), spare=7),
    column("packets_in", lambda r: cells.number(r.packets_in), right=True, spare=3),
    column("packets_out", lambda r: cells.number(r.packets_out), right=True, spare=4),
    column("strangers", lambda r: cells.number(r.strangers), right=True, spare=5),
    column("malformed", lambda r: cells.number(r.malformed), right=True, spare=6),
    column("restarts", lambda r: cells.number(r.restarts), right=True, spare=2),
)
BRANCHES = (
    column("branch", lambda r: r.branch, whole=True),
    word_column("link", lambda r: _up(r.link_up)),
    word_column("trading", lambda r: _up(r.trading_system_up)),
    word_column("session", lambda r: r.session),
    column("trade_date", lambda r: cells.plain(r.trade_date), spare=4),
    column("pending", lambda r: cells.number(r.pending), right=True),
    column("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=3),
    column("requests", lambda r: cells.number(r.requests), right=True, spare=5),
    column("failures", lambda r: cells.number(r.failures), right=True),
    column("foreign", lambda r: cells.number(r.foreign), right=True, spare=6),
)
CALLS = (
    column("call", lambda r: r.call, whole=True),
    word_column("state", lambda r: r.state, "call"),
    column("began", lambda r: cells.time_of_day(r.started_at), spare=3),
    column("lasted", lambda r: cells.duration(r.ended_at - r.started_at if r.ended_at else None), right=True, spare=5),
    column("trunk", lambda r: cells.plain(r.trunk), spare=9),
    column("ani", lambda r: cells.plain(r.ani)),
    column("dnis", lambda r: cells.plain(r.dnis), spare=8),
    column("card", lambda r: cells.plain(r.card), spare=7),
    column("branch", lambda r: cells.plain(r.branch), spare=6),
    column("account", lambda r: cells.account(r.account_end)),
    column("where", lambda r: cells.plain(r.where)),
    word_column("cause", lambda r: r.cause, "cause", spare=2),
)
LEGS = (
    column("leg", lambda r: r.leg, whole=True),
    word_column("state", lambda r: r.state, "call"),
    column("trunk", lambda r: cells.plain(r.trunk), spare=9),
    column("number", lambda r: cells.plain(r.number), spare=8),
    column("card", lambda r: cells.plain(r.card)),
    word_column("cause", lambda r: r.cause, "cause"),
    TextColumn("network", _network, spare=3),
    column("progress", lambda r: cells.plain(r.progress), spare=5),
    column("redirected_to", lambda r: cells.plain(r.redirected_to), spare=10),
    column("packets_in", lambda r: cells.number(r.packets_in), right=True, spare=6),
    column("packets_out", lambda r: cells.number(r.packets_out), right=True, spare=7),
    column("lost", lambda r: cells.number(r.lost), right=True),
    column("jitter", lambda r: cells.milliseconds(r.jitter_ms), right=True, spare=4),
    column("mos", lambda r: cells.NONE if r.mos is None else f"{r.mos:.1f}", right=True),
    column("line", lambda r: cells.plain(None if r.line is None else str(r.line)), right=True, spare=10),
    column("far", lambda r: cells.plain(r.far_end), spare=11),
    column("tried", lambda r: cells.plain(r.tried), spare=12),
)
RECORDINGS = (
    column("recording", lambda r: r.recording, whole=True),
    column("began", lambda r: cells.moment(r.started_at), spare=2),
    column("lasted", lambda r: cells.duration(None if r.duration_ms is None else r.duration_ms / 1000), right=True),
    word_column("cause", lambda r: r.cause, "recording", spare=3),
    column("path", lambda r: cells.plain(r.path)),
)
ORDERS = (
    column("at", lambda r: cells.time_of_day(r.at)),
    column("call", lambda r: r.call, whole=True, spare=7),
    column("branch", lambda r: r.branch, spare=5),
    column("account", lambda r: cells.account(r.account_end)),
    word_column("kind", lambda r: r.kind, spare=8),
    word_column("side", lambda r: r.side),
    column("code", lambda r: cells.plain(r.code)),
    column("price", lambda r: cells.price(r.price), right=True),
    column("quantity", lambda r: cells.number(r.quantity), right=True),
    column("contract", lambda r: cells.plain(r.contract or r.cancels), whole=True),
    word_column("state", lambda r: r.state),
    column("filled", lambda r: cells.number(r.filled), right=True, spare=4),
    word_column("refusal", lambda r: r.refusal, spare=6),
    column("yes", lambda r: cells.offset(r.yes_ms), right=True, spare=9),
)
CUSTOMERS = (
    column("id", lambda r: str(r.id), right=True),
    column("name", lambda r: r.name),
    column("phones", lambda r: cells.plain("\n".join(r.phones)), whole=True),
    TextColumn(
        "accounts",
        lambda r, t: "\n".join(
            f"{a.account} {a.branch}{' ' + t('word_locked') if a.locked else ''}" for a in r.accounts
        ),
        whole=True,
    ),
    TextColumn("vip", lambda r, t: t("word_yes") if r.vip else ""),
    TextColumn("language", lambda r, t: t.word(r.language)),
)
AGENTS = (
    column("agent", lambda r: r.agent, whole=True),
    column("name", lambda r: r.name),
    word_column("state", lambda r: "disabled" if r.disabled else r.state, "seat"),
    word_column("reason", lambda r: r.reason, "lock", spare=3),
    column("since", lambda r: cells.time_of_day(r.since), spare=4),
    column("call", lambda r: cells.plain(r.call), whole=True, spare=6),
    column("queue", lambda r: cells.plain(r.queue), spare=5),
    column("calls_today", lambda r: cells.number(r.calls_today), right=True),
    column("desk", lambda r: cells.plain(r.desk), spare=2),
    word_column("phone", lambda r: r.phone_problem, "phone", spare=1),
    word_column("role", lambda r: r.role, "role", spare=8),
    column("group", lambda r: cells.plain(r.group), spare=9),
    column("skills", lambda r: cells.plain(" ".join(f"{s}={level}" for s, level in r.skills.items())), spare=7),
    column("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=10),
    column("address", lambda r: cells.plain(r.address), spare=11),
)
QUEUES = (
    column("queue", lambda r: r.queue, whole=True),
    TextColumn("title", lambda r, t: cells.plain(r.title.get(t.language.value)), spare=5),
    word_column("hours", lambda r: "open" if r.is_open else "closed", "queue"),
    column("waiting", lambda r: cells.number(r.waiting), right=True),
    column("longest", lambda r: cells.duration(r.longest_s if r.waiting else None), right=True),
    column("callbacks", lambda r: cells.number(r.callbacks), right=True, spare=3),
    column("open_seats", lambda r: cells.number(r.open_seats), right=True),
    column("seats", lambda r: cells.number(r.seats), right=True),
    column("answered", lambda r: cells.number(r.answered), right=True, spare=1),
    column("abandoned", lambda r: cells.number(r.abandoned), right=True, spare=2),
    column("skill", lambda r: f"{r.skill}≥{r.level}" if r.skill else cells.NONE, spare=4),
)
TALKS = (
    column("rang", lambda r: cells.moment(r.offered_at), spare=2),
    column("agent", lambda r: r.agent, whole=True),
    word_column("kind", lambda r: r.kind, "talk", spare=5),
    column("queue", lambda r: cells.plain(r.queue), spare=4),
    column("number", lambda r: cells.plain(r.number)),
    word_column("outcome", lambda r: r.outcome, "outcome"),
    column("waited", lambda r: cells.duration(_seconds(r.waited_ms)), right=True, spare=6),
    column("lasted", lambda r: cells.duration(_talked(r)), right=True),
    column("held", lambda r: cells.duration(_seconds(r.hold_ms)), right=True, spare=7),
    column("pop", lambda r: cells.milliseconds(r.pop_ms), right=True, spare=8),
    column("disposition", lambda r: cells.plain(r.disposition), spare=1),
    column("call", lambda r: r.call, whole=True, spare=3),
)
DESKS = (
    column("desk", lambda r: r.desk, whole=True),
    word_column("link", lambda r: _up(r.up)),
    column("agent", lambda r: cells.plain(r.agent)),
    word_column("phone", lambda r: r.phone_problem, "phone"),
    column("round_trip", lambda r: cells.milliseconds(r.round_trip_ms), right=True, spare=2),
    column("address", lambda r: cells.plain(r.address), spare=1),
    column("program", lambda r: cells.plain(r.program), spare=3),
    column("key", lambda r: r.key, whole=True, spare=4),
)
PHONES = (
    column("phone", lambda r: r.phone, whole=True),
    word_column("registered", lambda r: _up(r.registered)),
    column("desk", lambda r: cells.plain(r.desk)),
    column("agent", lambda r: cells.plain(r.used_by)),
    column("address", lambda r: cells.plain(r.address), spare=1),
    column("since", lambda r: cells.moment(r.since), spare=2),
    column("until", lambda r: cells.time_of_day(r.until), spare=4),
    column("program", lambda r: cells.plain(r.program), spare=3),
)


def _total(row: Any, texts: Texts, key: str) -> str:
    return texts("word_total") if row.key == TOTAL else cells.plain(key)


TOTAL = "*"
"""Key of a report's last line."""
REPORT_HEADS = (
    TextColumn("agent", lambda r, t: _total(r, t, r.key), whole=True),
    TextColumn("group", lambda r, t: _total(r, t, r.key), whole=True),
    TextColumn("queue", lambda r, t: _total(r, t, r.key), whole=True),
    TextColumn("hour", lambda r, t: _total(r, t, f"{r.key}:00"), whole=True),
    TextColumn("day", lambda r, t: _total(r, t, cells.day(r.key)), whole=True),
    TextColumn("branch", lambda r, t: _total(r, t, r.key), whole=True),
)
"""In the order of ``shared.reports.By``."""
REPORT_NAME = (column("name", lambda r: cells.plain(r.name), spare=2),)
REPORT = (
    column("offered", lambda r: cells.number(r.offered), right=True),
    column("answered", lambda r: cells.number(r.answered), right=True),
    column("abandoned", lambda r: cells.number(r.abandoned), right=True),
    column("left", lambda r: cells.number(r.left), right=True, spare=16),
    column("refused", lambda r: cells.number(r.refused), right=True, spare=17),
    column("callbacks", lambda r: cells.number(r.callbacks), right=True, spare=19),
    column("within", lambda r: cells.number(r.within), right=True, spare=15),
    column("service_level", lambda r: cells.share(r.service_level), right=True, spare=1),
    column("wait_average", lambda r: cells.duration(_seconds(r.wait_average_ms)), right=True, spare=2),
    column("longest", lambda r: cells.duration(_seconds(r.wait_longest_ms)), right=True, spare=7),
    column("talks", lambda r: cells.number(r.talks), right=True, spare=4),
    column("missed", lambda r: cells.number(r.missed), right=True, spare=13),
    column("dialled", lambda r: cells.number(r.dialled), right=True, spare=18),
    column("transfers", lambda r: cells.number(r.transfers), right=True, spare=14),
    column("talk", lambda r: cells.duration(_seconds(r.talk_ms)), right=True, spare=3),
    column("hold", lambda r: cells.duration(_seconds(r.hold_ms)), right=True, spare=8),
    column("wrap_up", lambda r: cells.duration(_seconds(r.wrap_up_ms)), right=True, spare=6),
    column("handle_average", lambda r: cells.duration(_seconds(r.handle_average_ms)), right=True, spare=9),
    column("shift", lambda r: cells.duration(_seconds(r.shift_ms)), right=True, spare=12),
    column("open", lambda r: cells.duration(_seconds(r.open_ms)), right=True, spare=20),
    TextColumn("locked", lambda r, t: _reasons(r.locked_ms, t), spare=22),
    column("occupancy", lambda r: cells.share(r.occupancy), right=True, spare=5),
    column("orders", lambda r: cells.number(r.orders), right=True, spare=10),
    column("turnover", lambda r: format_yuan(r.turnover), right=True, spare=11),
    column("faxes_sent", lambda r: cells.number(r.faxes_sent), right=True, spare=23),
    column("fax_pages_sent", lambda r: cells.number(r.fax_pages_sent), right=True, spare=26),
    column("faxes_failed", lambda r: cells.number(r.faxes_failed), right=True, spare=25),
    column("faxes_received", lambda r: cells.number(r.faxes_received), right=True, spare=24),
    column("fax_pages_received", lambda r: cells.number(r.fax_pages_received), right=True, spare=27),
    column("dispositions", lambda r: cells.plain(" ".join(f"{d}={n}" for d, n in r.dispositions.items())), spare=21),
)
STAFFING = (
    column("hour", lambda r: f"{r.hour}:00" if r.hour else cells.NONE),
    column("calls_per_hour", lambda r: f"{r.calls_per_hour:,.1f}", right=True),
    column("aht", lambda r: cells.duration(r.aht), right=True),
    column("load", lambda r: f"{r.need.load:,.2f}", right=True),
    column("agents", lambda r: cells.number(r.need.agents), right=True),
    column("rostered", lambda r: cells.number(r.need.rostered), right=True),
    column("service_level", lambda r: cells.share(r.need.service_level), right=True),
    column("waiting", lambda r: cells.share(r.need.waiting), right=True),
    column("wait_average", lambda r: f"{r.need.wait_average:,.1f} s", right=True),
    column("occupancy", lambda r: cells.share(r.need.occupancy), right=True),
)
AUDIT = (
    column("id", lambda r: str(r.id), right=True, spare=2),
    column("at", lambda r: cells.moment(r.at), whole=True),
    column("actor", lambda r: r.actor),
    column("action", lambda r: r.action, whole=True),
    column("subject", lambda r: cells.plain(r.subject), whole=True),
    column("detail", lambda r: cells.plain(r.detail)),
)
COUNTERS = (
    column("counter", lambda r: r[0], whole=True),
    column("value", lambda r: cells.number(r[1]), right=True),
)
DEMO = (
    column("branch", lambda r: r.branch),
    column("account", lambda r: r.account, whole=True),
    column("pin", lambda r: r.pin, whole=True),
    column("name", lambda r: r.name),
    column("phones", lambda r: r.phone, whole=True, spare=3),
    column("cash", lambda r: r.cash, right=True, spare=2),
    TextColumn("language", lambda r, t: t.word(r.language)),
)
_FAX_HEAD = (
    column("fax", lambda r: r.fax, whole=True),
    word_column("direction", lambda r: r.direction),
    column("number", lambda r: cells.plain(r.number), whole=True),
    TextColumn("state", lambda r, t: t.word(r.state, "fax")),
    column("pages", lambda r: f"{r.pages_done}/{r.pages}", right=True),
    TextColumn("result", _fax_result),
)
FAXES = (
    *_FAX_HEAD,
    column("tries", lambda r: cells.number(r.tries), right=True, spare=3),
    column("created", lambda r: cells.moment(r.created), spare=1),
    column("who", lambda r: cells.plain(r.asked_by or r.group), spare=2),
    column("title", lambda r: cells.plain(r.title), spare=4),
)
FAX_DETAIL = (
    *_FAX_HEAD,
    column("title", lambda r: cells.plain(r.title)),
    column("tries", lambda r: cells.number(r.tries)),
    column("created", lambda r: cells.moment(r.created)),
    column("not_before", lambda r: cells.moment(r.not_before)),
    column("ended", lambda r: cells.moment(r.ended)),
    column("seconds", lambda r: cells.duration(r.seconds or None)),
    column("who", lambda r: cells.plain(r.asked_by)),
    column("ended_by", lambda r: cells.plain(r.ended_by)),
    column("group", lambda r: cells.plain(r.group)),
    column("trunk", lambda r: cells.plain(r.trunk)),
    column("call", lambda r: cells.plain(r.call)),
    column("remote", lambda r: cells.plain(r.remote)),
    column("speed", _speed),
    column("resends", lambda r: cells.number(r.resends)),
)
FAX_TRIES = (
    column("try", lambda r: str(r.number), right=True),
    column("begun", lambda r: cells.moment(r.began)),
    column("ended", lambda r: cells.moment(r.ended), spare=3),
    TextColumn("result", _fax_result),
    column("first_page", lambda r: str(r.first_page), right=True),
    column("pages", lambda r: cells.number(r.pages), right=True),
    column("speed", _speed),
    column("resends", lambda r: cells.number(r.resends), right=True, spare=2),
    column("remote", lambda r: cells.plain(r.remote), spare=1),
    column("call", lambda r: cells.plain(r.call), spare=4),
)
