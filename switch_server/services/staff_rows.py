"""Rows of agents, queues, desks and talks, from the agent book, the core's views, the desks' links and the store."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.control_rows import AgentRow, ControlQueueRow, ControlTalkRow, DeskRow
from shared.enums import SeatState
from switch_server.core.snapshot import QueueView, SeatView
from switch_server.core.words import Queue
from switch_server.ports.desks import AgentRecord
from switch_server.ports.operations import DeskState

_TALK = tuple(ControlTalkRow.__struct_fields__[1:])


def agent(record: AgentRecord, seat: SeatView | None, link: DeskState | None, calls_today: int) -> AgentRow:
    """``seat``: ``None`` if the agent has not been logged in; ``link``: ``None`` if their desk's link is down."""
    return AgentRow(
        agent=record.agent,
        name=record.name,
        role=record.role.value,
        group=record.group,
        skills=dict(sorted(record.skills.items())),
        disabled=record.disabled,
        has_password=bool(record.password),
        state=seat.state if seat else SeatState.OFFLINE.value,
        calls_today=calls_today,
        since=seat.since if seat else None,
        reason=seat.reason if seat else None,
        call=seat.call if seat else None,
        queue=seat.queue if seat else None,
        desk=seat.desk if seat else None,
        **({"phone_loss": link.loss, "phone_jitter_ms": link.jitter_ms, **_link(link)} if link else {}),
    )


def _link(link: DeskState) -> dict[str, Any]:
    return {
        "address": link.address or None,
        "round_trip_ms": link.round_trip_ms,
        "phone_problem": link.problem or None,
    }


def queues(views: Iterable[QueueView], config: Iterable[Queue], *, since: float) -> tuple[ControlQueueRow, ...]:
    """``since``: seconds from the snapshot (at the core's last event) until now; callers in the snapshot have waited so much longer."""
    known = {str(queue.name): queue for queue in config}
    return tuple(_queue(view, known.get(view.name), since) for view in views)


def _queue(view: QueueView, queue: Queue | None, since: float) -> ControlQueueRow:
    return ControlQueueRow(
        queue=view.name,
        title={language.value: text for language, text in queue.title.items()} if queue else {},
        is_open=view.is_open,
        waiting=view.waiting,
        longest_s=view.longest_s + since if view.waiting else 0.0,
        callbacks=view.callbacks,
        open_seats=view.open_seats,
        seats=view.seats,
        answered=view.answered,
        abandoned=view.abandoned,
        skill=queue.skill if queue else "",
        level=queue.level if queue else 1,
    )


def desk(name: str, key: str, link: DeskState | None) -> DeskRow:
    if link is None:
        return DeskRow(name, key, up=False)
    return DeskRow(name, key, up=True, agent=link.agent, program=link.program or None, **_link(link))


def talk(row: Mapping[str, Any]) -> ControlTalkRow:
    told: dict[str, Any] = {name: row.get(name) for name in _TALK}
    told |= {name: row.get(name) or "" for name in ("call", "agent", "kind", "number")}
    return ControlTalkRow(row["id"], **told)
