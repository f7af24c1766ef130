"""Rows for the operator, from the core's views and the store's records. Only ``customer`` shows whole account numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from shared.control_rows import (
    AccountRow,
    AuditRow,
    CardRow,
    ControlBranchRow,
    ControlCallRow,
    ControlLegRow,
    ControlLineRow,
    ControlOrderRow,
    ControlRecordingRow,
    CustomerRow,
)
from shared.ids import BranchId, CardId, TrunkName
from switch_server.core.snapshot import CallView, CardView, TrunkView
from switch_server.core.words import CardLoad, Trunk
from switch_server.ports.operations import BranchState
from switch_server.ports.records import Customer, OrderRecord

SHOWN_DIGITS = 2
LOST = "lost"
"""The state of a call without an end in its record that does not run any more: the switch was killed."""
Row = Mapping[str, Any]

_LOAD = ("cpu_percent", "late_p999_ms", "packets_in", "packets_out", "strangers", "malformed", "compiled")
_LEG = (
    "cause", "card", "packets_in", "packets_out", "lost", "jitter_ms", "mos",
    "sip_code", "q850", "reason_sip", "reason_text", "progress", "redirected_to", "line", "far_end", "tried",
)  # fmt: skip
_GATEWAY = ("trading_system_up", "session", "trade_date", "pending")
_ORDER = tuple(field for field in ControlOrderRow.__struct_fields__ if field != "account_end")


def end_of(account: str) -> str:
    return account[-SHOWN_DIGITS:]


def lines(
    views: Iterable[TrunkView], trunks: Iterable[Trunk], states: Mapping[TrunkName, str]
) -> tuple[ControlLineRow, ...]:
    known = {trunk.name: trunk for trunk in trunks}
    return tuple(_line(view, known.get(TrunkName(view.trunk)), states) for view in views)


def _line(view: TrunkView, trunk: Trunk | None, states: Mapping[TrunkName, str]) -> ControlLineRow:
    return ControlLineRow(
        trunk=view.trunk,
        group=trunk.group if trunk else "",
        direction=trunk.direction if trunk else "",
        far=trunk.far if trunk else (),
        state=states.get(TrunkName(view.trunk), "unwatched"),
        lines=view.lines,
        used_in=view.used_in,
        used_out=view.used_out,
    )


def cards(
    views: Iterable[CardView], loads: Mapping[CardId, CardLoad], restarts: Mapping[CardId, int]
) -> tuple[CardRow, ...]:
    return tuple(_card(view, loads.get(CardId(view.card)), restarts.get(CardId(view.card), 0)) for view in views)


def _card(view: CardView, load: CardLoad | None, restarts: int) -> CardRow:
    told = {name: getattr(load, name) for name in _LOAD} if load and view.up else {}
    return CardRow(view.card, view.up, view.channels, view.used, restarts=restarts, **told)


def branch(name: BranchId, state: BranchState) -> ControlBranchRow:
    told = {field: getattr(state.status, field) for field in _GATEWAY} if state.status else {}
    return ControlBranchRow(
        name,
        state.link_up,
        round_trip_ms=state.round_trip_ms,
        requests=state.requests,
        failures=state.failures,
        foreign=state.foreign,
        **told,
    )


def live_call(view: CallView) -> ControlCallRow:
    return ControlCallRow(
        call=view.call,
        live=True,
        state=view.state,
        trunk=view.trunk,
        ani=view.ani,
        dnis=view.dnis,
        started_at=view.started_at,
        card=view.card,
        flow=view.flow,
        where=view.step,
        language=view.language,
        branch=view.branch,
        account_end=view.account_end,
        line=view.legs[0].line if view.legs else None,
    )


def past_call(row: Row) -> ControlCallRow:
    """From the store's ``calls``; a row may be incomplete if the switch was killed."""
    account = row.get("account")
    return ControlCallRow(
        call=row["id"],
        live=False,
        state="ended" if row.get("ended_at") is not None else LOST,
        trunk=row.get("trunk") or "",
        ani=row.get("ani") or "",
        dnis=row.get("dnis") or "",
        started_at=row.get("started_at") or 0.0,
        account_end=end_of(account) if account else None,
        where=row.get("ended_at_step"),
        **{name: row.get(name) for name in ("ended_at", "cause", "card", "flow", "language", "branch", "line")},
    )


def live_legs(view: CallView) -> tuple[ControlLegRow, ...]:
    return tuple(
        ControlLegRow(leg.leg, leg.state, leg.trunk, leg.number, leg.card, line=leg.line, far_end=leg.far_end)
        for leg in view.legs
    )


def past_leg(row: Row) -> ControlLegRow:
    number = row.get("ani") if row.get("direction") == "in" else row.get("dnis")
    known = {name: row.get(name) for name in _LEG}
    return ControlLegRow(row["id"], "ended", row.get("trunk") or "", number or "", **known)


def recording(row: Row) -> ControlRecordingRow:
    return ControlRecordingRow(
        row["id"], row.get("path") or "", row.get("started_at"), row.get("duration_ms"), row.get("cause")
    )


def order(record: OrderRecord) -> ControlOrderRow:
    known = structs.asdict(record)
    return ControlOrderRow(account_end=end_of(record.account), **{name: known[name] for name in _ORDER})


def customer(found: Customer) -> CustomerRow:
    accounts = tuple(AccountRow(each.account, each.branch, each.locked) for each in found.accounts)
    return CustomerRow(found.id, found.name, found.phones, accounts, found.vip, found.language.value)


def audit(row: Row) -> AuditRow:
    """If the subject may be an account, only its end is shown."""
    known = {name: row[name] for name in AuditRow.__struct_fields__}
    if str(row["action"]).startswith("account_"):
        known["subject"] = f"…{end_of(row['subject'])}"
    return AuditRow(**known)
