"""Rows of a call in the store: calls, legs, recordings and contacts.

The row of a call or a recording is written at its begin and updated at its end (by primary key), so that a crash leaves its begin. Rows of legs
and contacts are written at the end of the call. Times are UTC seconds, durations ms.
"""

from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from shared.enums import EndCause, Language, Law
from shared.ids import AccountNo, AgentId, BranchId, CallId, CardId, CustomerId, QueueName, RecordingId, TrunkName
from switch_server.core.ivr import CallerLogIn
from switch_server.core.leg import Leg, Reason
from switch_server.core.room import Talk
from switch_server.core.talk import ContactRow, with_talk
from switch_server.core.words import Row, SaveRecord, save_record


class Recording:
    """One file: left channel from ``leg``, right channel to ``leg``. ``started``: UTC seconds."""

    def __init__(self, recording: RecordingId, folder: str, leg: Leg, started: float) -> None:
        self.id = recording
        self.path = f"{folder}/{recording[:4]}/{recording[4:6]}/{recording[6:8]}/{recording}.wav"
        self.leg = leg
        self.started = started
        self.ended = False


class EndedCall(Struct, frozen=True):
    """The data of a call at its end, for its rows. ``last_owner``: the talk of the last seat that had the customer."""

    id: CallId
    caller: Leg
    number: str
    started: float
    ended: float
    cause: EndCause | None
    step: str
    language: Language
    customer: CustomerId | None
    login: CallerLogIn | None
    last_owner: Talk | None


class CallRow(Row, frozen=True, kw_only=True):
    TABLE: ClassVar[str] = "calls"

    trunk: TrunkName | UnsetType = UNSET
    ani: str | UnsetType = UNSET
    dnis: str | UnsetType = UNSET
    started_at: float | UnsetType = UNSET
    flow: str | UnsetType = UNSET
    direction: str | UnsetType = UNSET
    answered_at: float | UnsetType | None = UNSET
    card: CardId | UnsetType | None = UNSET
    ended_at: float | UnsetType = UNSET
    cause: EndCause | UnsetType | None = UNSET
    ended_at_step: str | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    account: AccountNo | UnsetType | None = UNSET
    customer: CustomerId | UnsetType | None = UNSET
    branch: BranchId | UnsetType | None = UNSET
    agent: AgentId | UnsetType = UNSET
    queue: QueueName | UnsetType | None = UNSET
    line: int | UnsetType | None = UNSET


class LegRow(Row, frozen=True, kw_only=True):
    """``sip_code``: the final response; ``q850``, ``reason_sip`` and ``reason_text``: ``core.leg.Reason``; ``progress``: the codes of the
    provisional responses. ``line``: of a box with cards. ``far_end``: of a leg out, the address that took it; ``tried``: those that did not.
    The last nine are ``MediaStats``.
    """

    TABLE: ClassVar[str] = "legs"

    call: CallId
    direction: str
    trunk: TrunkName
    ani: str
    dnis: str
    card: CardId | None
    law: Law | None
    started_at: float
    answered_at: float | None
    ended_at: float | None
    cause: EndCause | None
    sip_code: int | None
    q850: int | None
    reason_sip: int | None
    reason_text: str | None
    progress: str | None
    redirected_to: str | None
    line: int | None = None
    far_end: str | None = None
    tried: str | None = None
    packets_in: int | UnsetType = UNSET
    packets_out: int | UnsetType = UNSET
    lost: int | UnsetType = UNSET
    late: int | UnsetType = UNSET
    strangers: int | UnsetType = UNSET
    jitter_ms: float | UnsetType = UNSET
    round_trip_ms: float | UnsetType | None = UNSET
    far_lost: int | UnsetType | None = UNSET
    mos: float | UnsetType = UNSET


class RecordingRow(Row, frozen=True, kw_only=True):
    TABLE: ClassVar[str] = "recordings"

    call: CallId
    path: str
    started_at: float | UnsetType = UNSET
    ended_at: float | UnsetType = UNSET
    cause: str | UnsetType = UNSET
    duration_ms: int | UnsetType | None = UNSET
    text: str | UnsetType | None = UNSET


def call_offered(call: CallId, leg: Leg, started: float, flow: str) -> SaveRecord:
    return save_record(
        CallRow(id=call, trunk=leg.trunk, ani=leg.ani, dnis=leg.dnis, started_at=started, flow=flow, direction=_direction(leg), line=leg.line)
    )  # fmt: skip


def call_answered(call: CallId, leg: Leg) -> SaveRecord:
    return save_record(CallRow(id=call, answered_at=leg.answered, card=leg.card))


def call_ended(call: EndedCall) -> SaveRecord:
    login, talk = call.login, call.last_owner
    return save_record(
        CallRow(
            id=call.id, ended_at=call.ended, cause=call.cause, ended_at_step=call.step, language=call.language,
            account=login.account if login else None, customer=call.customer, branch=login.branch if login else None,
            agent=talk.agent if talk else UNSET, queue=talk.queue if talk else UNSET, line=call.caller.line,
        )
    )  # fmt: skip


def contact(call: EndedCall) -> SaveRecord:
    row = ContactRow(
        id=call.id, channel="phone", direction=_direction(call.caller), number=call.number, customer=call.customer,
        call=call.id, started_at=call.started, ended_at=call.ended, ended_at_step=call.step, cause=call.cause,
    )  # fmt: skip
    return save_record(with_talk(row, call.last_owner))


def leg(call: CallId, leg: Leg) -> SaveRecord:
    stats = asdict(leg.stats) if leg.stats else {}
    reason = leg.reason or Reason()
    return save_record(
        LegRow(
            id=leg.id, call=call, direction=_direction(leg), trunk=leg.trunk, ani=leg.ani, dnis=leg.dnis, card=leg.card,
            law=leg.far.law if leg.far else None, started_at=leg.started, answered_at=leg.answered, ended_at=leg.ended,
            cause=leg.cause, sip_code=leg.sip_code, q850=reason.q850, reason_sip=reason.sip, reason_text=reason.text or None,
            progress=" ".join(map(str, leg.progress)) or None, redirected_to=leg.redirected_to or None,
            line=leg.line, far_end=leg.far_end, tried=", ".join(leg.tried) or None, **stats,
        )
    )  # fmt: skip


def recording_started(call: CallId, recording: Recording) -> SaveRecord:
    return save_record(RecordingRow(id=recording.id, call=call, path=recording.path, started_at=recording.started))


def recording_ended(
    call: CallId, recording: Recording, at: float, cause: str, duration_ms: int | None, text: str
) -> SaveRecord:
    return save_record(
        RecordingRow(
            id=recording.id, call=call, path=recording.path, ended_at=at, cause=cause, duration_ms=duration_ms, text=text or None
        )
    )  # fmt: skip


def _direction(leg: Leg) -> str:
    return "in" if leg.incoming else "out"
