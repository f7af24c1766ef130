"""What the store keeps of a call: rows for calls, legs, recordings and contacts, as ``SaveRecord`` effects.

Rows are written when something begins and again when it ends (by primary key), so that a crash leaves a trace of what was begun.
Times are UTC seconds, durations ms.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from shared.ids import CallId, RecordingId
from switch_server.core import talk_records
from switch_server.core.effects import SaveRecord

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.leg import Leg


class Recording:
    """Of the whole call: left is what ``leg`` says, right what it hears. ``started``: UTC seconds."""

    def __init__(self, call: CallId, leg: "Leg", folder: str, started: float) -> None:
        self.id = RecordingId(call)
        self.path = f"{folder}/{call[:4]}/{call[4:6]}/{call[6:8]}/{call}.wav"
        self.leg = leg
        self.started = started
        self.ended = False


def call_offered(call: "Call") -> None:
    leg = call.caller
    _save(
        call, "calls", id=call.id, trunk=leg.trunk, ani=leg.ani, dnis=leg.dnis, started_at=call.started,
        flow=call.ivr.flow.flow, direction=_direction(leg),
    )  # fmt: skip


def call_answered(call: "Call") -> None:
    _save(call, "calls", id=call.id, answered_at=call.now, card=call.caller.card)


def call_ended(call: "Call") -> None:
    login = call.services.login
    _save(
        call, "calls", id=call.id, ended_at=call.now, cause=call.cause, ended_at_step=call.ended_at_step,
        language=call.language, account=login.account if login else None,
        customer=call.customer, branch=login.branch if login else None, **talk_records.call_columns(call.desk.answered),
    )  # fmt: skip
    for leg in call.legs.values():
        _leg(call, leg)
    if call.caller.answered is not None and not call.internal:
        _save(
            call, "contacts", id=call.id, channel="phone", direction=_direction(call.caller), number=call.number,
            customer=call.customer, call=call.id, started_at=call.started, ended_at=call.now,
            ended_at_step=call.ended_at_step, cause=call.cause, **talk_records.contact_columns(call.desk.answered),
        )  # fmt: skip


def _leg(call: "Call", leg: "Leg") -> None:
    stats = msgspec.to_builtins(leg.stats) if leg.stats else {}
    _save(
        call, "legs", id=leg.id, call=call.id, direction=_direction(leg), trunk=leg.trunk, ani=leg.ani,
        dnis=leg.dnis, card=leg.card, law=leg.far.law if leg.far else None, started_at=leg.started,
        answered_at=leg.answered, ended_at=leg.ended, cause=leg.cause, **stats,
    )  # fmt: skip


def _direction(leg: "Leg") -> str:
    return "in" if leg.incoming else "out"


def recording_started(call: "Call") -> None:
    recording = call.recording
    assert recording is not None
    _save(
        call, "recordings", id=recording.id, call=call.id, path=recording.path, started_at=recording.started,
    )  # fmt: skip


def recording_ended(call: "Call", cause: str, duration_ms: int | None, text: str = "") -> None:
    recording = call.recording
    assert recording is not None
    recording.ended = True
    _save(
        call, "recordings", id=recording.id, call=call.id, path=recording.path, ended_at=call.now, cause=cause,
        duration_ms=duration_ms, text=text or None,
    )  # fmt: skip


def _save(of: "Call", table: str, /, **row: Any) -> None:
    of.emit(SaveRecord(table, row))
