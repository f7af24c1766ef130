"""The pure parts: which actions are enabled in which state, numbers, the copy of the switch's state."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agent_app.model.desk.actions import MANY_AT_ONCE, NEEDS, Why, enabled, hanging_up, number_of
from agent_app.model.desk.mirror import Mirror, ReportVerdict
from agent_app.model.desk.problems import CODES
from agent_app.model.desk.view import Action, AudioView, DeskView, LinkState, Pending, PhoneState
from agent_app.model.fax.view import FaxView
from agent_app.model.floor.supervising import SEAT_NEEDS, WAITING_NEEDS
from agent_app.model.phonebook.numbers import BadNumber, dialable
from shared.desk import DeskSnapshot, Notice, Party, QueueRow, QueuesChanged, SeatChanged
from shared.enums import CallKind, HangingUp, ListenMode, LockReason, PartyState, Role, SeatState
from shared.ids import CallId, LegId, QueueName
from tests.agent_app import desk_doc
from tests.agent_app.fakes import call, card, pop, seat

ROOT = Path(__file__).resolve().parents[2]
UP = DeskView(link=LinkState.UP, phone=PhoneState.READY, stale=False, needs_password=False)


IN_CALL = {
    SeatState.RINGING, SeatState.DIALLING, SeatState.TALKING, SeatState.HOLDING, SeatState.CONSULTING, SeatState.CONFERENCE,
    SeatState.MONITORING,
}  # fmt: skip


def view(state: SeatState | None = SeatState.OPEN, **fields: object) -> DeskView:
    """A desk whose seat, and whose call if there is one, is in this state."""
    busy = state in IN_CALL
    snapshot = DeskSnapshot(
        at=0.0,
        seat=seat(state, wrap_up_call=CallId("c1") if state is SeatState.WRAP_UP else None)
        if state is not None
        else None,
        call=call(state=state) if busy and state is not None else None,
    )
    return replace(replace(UP, state=snapshot), **fields)


def on(of: DeskView) -> set[Action]:
    return {action for action, each in enabled(of).items() if each.on}


CUSTOMER = Party(LegId("c1/1"), "customer", "", "13800001111", PartyState.TALKING, 0.0)


def party(kind: str, state: PartyState = PartyState.TALKING, leg: str = "c1/3") -> Party:
    return Party(LegId(leg), kind, "8002", "", state, 0.0)


def led(of: DeskView, role: Role = Role.SUPERVISOR) -> DeskView:
    """The same view with a supervisor at the seat."""
    assert of.state.seat is not None
    return replace(of, state=replace(of.state, seat=replace(of.state.seat, role=role)))


ALWAYS = {
    Action.LOCK_SEAT, Action.SEARCH, Action.PLAY_RECORDING, Action.CHANGE_PASSWORD,
}  # fmt: skip
LEADS = {
    Action.SUPERVISE,
    Action.FORCE_SEAT,
    Action.TAKE_WAITING,
    Action.SET_SKILLS,
    Action.SEND_MESSAGE,
    Action.ASK_REPORT,
}
OUT = {Action.DIAL, Action.CALL_SEAT}
IDLE = ALWAYS | OUT | {Action.LOG_OUT}
TALK = ALWAYS | {Action.HANG_UP, Action.MUTE, Action.FINISH_WRAP_UP}
ASKS = OUT | {Action.TRANSFER}


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (SeatState.OPEN, IDLE),
        (SeatState.LOCKED, IDLE | {Action.OPEN_SEAT}),
        (SeatState.RINGING, ALWAYS | {Action.ANSWER, Action.HANG_UP}),
        (SeatState.DIALLING, ALWAYS | {Action.HANG_UP, Action.RETURN}),
        (SeatState.TALKING, TALK | ASKS | {Action.HOLD, Action.SEND_DIGITS}),
        (SeatState.HOLDING, TALK | ASKS | {Action.RETRIEVE}),
        (SeatState.CONSULTING, TALK | {Action.RETURN, Action.SWAP, Action.JOIN, Action.SEND_DIGITS}),
        (SeatState.CONFERENCE, TALK | ASKS | {Action.HOLD, Action.SEND_DIGITS}),
        (SeatState.MONITORING, ALWAYS | {Action.HANG_UP, Action.MUTE}),
        (SeatState.WRAP_UP, IDLE | {Action.OPEN_SEAT, Action.FINISH_WRAP_UP, Action.EXTEND_WRAP_UP}),
    ],
)  # fmt: skip
def test_enabled_actions_in_each_state_of_the_seat(state: SeatState, allowed: set[Action]) -> None:
    assert on(view(state)) == allowed


def with_call(of: DeskView, **fields: object) -> DeskView:
    assert of.state.call is not None
    return replace(of, state=replace(of.state, call=replace(of.state.call, **fields)))


@pytest.mark.parametrize("asked", [PartyState.ASKED, PartyState.RINGING])
def test_before_the_consulted_party_answers_only_return_and_hand_over_are_on(asked: PartyState) -> None:
    """A menu and the PIN step never answer."""
    now = with_call(view(SeatState.CONSULTING), parties=(CUSTOMER, party("outside", asked)))
    assert on(now) == TALK | {Action.RETURN}
    assert enabled(now)[Action.SWAP].why == enabled(now)[Action.JOIN].why == Why.NOT_ANSWERED
    assert enabled(now)[Action.TRANSFER].why == Why.CONSULTING
    assert hanging_up(now) is HangingUp.HAND_OVER


def test_a_party_that_can_be_dropped_from_a_conference() -> None:
    conference = view(SeatState.CONFERENCE)
    alone = with_call(conference, parties=(CUSTOMER, party("listener", PartyState.LISTENING), party("seat", leg="")))
    assert enabled(alone)[Action.DROP_PARTY].why == Why.NOBODY_TO_DROP
    assert Action.DROP_PARTY in on(with_call(conference, parties=(CUSTOMER, party("seat"))))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER])
def test_a_supervisor_can_monitor_when_not_in_a_call(role: Role) -> None:
    for state in (SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP):
        assert Action.MONITOR in on(led(view(state), role))
    for state in IN_CALL - {SeatState.MONITORING}:
        assert enabled(led(view(state), role))[Action.MONITOR].why == Why.IN_CALL
    busy = with_call(led(view(SeatState.DIALLING), role), busy="8002")
    assert Action.MONITOR in on(busy)
    assert enabled(view(SeatState.OPEN))[Action.MONITOR].why == Why.NOT_ALLOWED


@pytest.mark.parametrize(
    ("mode", "now"),
    [(ListenMode.MONITOR, Action.LISTEN), (ListenMode.WHISPER, Action.WHISPER), (ListenMode.BARGE, Action.BARGE)],
)
def test_in_a_monitored_call_the_two_other_listen_modes_are_on(mode: ListenMode, now: Action) -> None:
    made = with_call(led(view(SeatState.MONITORING)), listening=mode, kind=CallKind.MONITOR, answered_at=1.0)
    ways = {Action.LISTEN, Action.WHISPER, Action.BARGE}
    assert on(made) == ALWAYS | LEADS | {Action.HANG_UP, Action.MUTE, Action.INTERCEPT} | ways - {now}
    assert enabled(made)[now].why == Why.THIS_WAY_ALREADY
    assert enabled(made)[Action.FINISH_WRAP_UP].why == Why.NO_TALK_TO_WRAP_UP, "it is no talk of this seat's"
    assert enabled(made)[Action.DIAL].why == Why.MONITORING
    assert hanging_up(made) is HangingUp.STOP_LISTENING


@pytest.mark.parametrize(
    ("state", "means"),
    [
        (SeatState.OPEN, HangingUp.END), (SeatState.RINGING, HangingUp.REFUSE), (SeatState.DIALLING, HangingUp.GIVE_UP),
        (SeatState.TALKING, HangingUp.END), (SeatState.HOLDING, HangingUp.END), (SeatState.CONSULTING, HangingUp.HAND_OVER),
        (SeatState.CONFERENCE, HangingUp.LEAVE), (SeatState.MONITORING, HangingUp.STOP_LISTENING),
    ],
)  # fmt: skip
def test_the_meaning_of_a_hang_up_by_state(state: SeatState, means: HangingUp) -> None:
    assert hanging_up(view(state)) is means


def test_the_reason_why_a_transfer_is_off_by_state() -> None:
    reasons = {state: enabled(view(state))[Action.TRANSFER].why for state in SeatState}
    assert reasons == {
        SeatState.OFFLINE: Why.NO_CALL, SeatState.LOCKED: Why.NO_CALL, SeatState.OPEN: Why.NO_CALL, SeatState.WRAP_UP: Why.NO_CALL,
        SeatState.RINGING: Why.RINGS, SeatState.DIALLING: Why.DIALLING, SeatState.CONSULTING: Why.CONSULTING,
        SeatState.MONITORING: Why.MONITORING, SeatState.TALKING: "", SeatState.HOLDING: "", SeatState.CONFERENCE: "",
    }  # fmt: skip
    assert {enabled(view(state))[Action.SEND_FAX].why for state in SeatState} == {Why.NO_FAX}


def test_nobody_logged_in() -> None:
    assert on(view(None, needs_password=True)) == {Action.LOG_IN}
    assert on(view(None, needs_password=True, phone=PhoneState.STARTING)) == set()


@pytest.mark.parametrize("fields", [{"link": LinkState.LOST, "stale": True}, {"link": LinkState.WRONG_VERSION}])
def test_without_a_link_only_the_phone_s_actions_are_on(fields: dict[str, object]) -> None:
    assert on(view(SeatState.TALKING, **fields)) == {Action.HANG_UP, Action.MUTE}
    assert on(view(SeatState.RINGING, **fields)) == {Action.ANSWER, Action.HANG_UP}
    assert on(view(SeatState.OPEN, **fields)) == set()


def test_while_the_state_is_fetched_commands_to_the_switch_are_off() -> None:
    now = enabled(view(SeatState.TALKING, stale=True))
    assert now[Action.HOLD].why == Why.RESYNCING
    assert now[Action.HANG_UP].on


def test_a_pending_action_is_off_except_those_that_may_be_many_at_once() -> None:
    pending = tuple(Pending(action, 0.0, 5.0) for action in Action)
    now = enabled(view(SeatState.TALKING, pending=pending, fax=FaxView(off="", known=True)))
    assert now[Action.HOLD].why == Why.PENDING
    assert {action for action, each in now.items() if each.on} == MANY_AT_ONCE


def test_mute_and_unmute_exclude_each_other() -> None:
    muted = view(SeatState.TALKING, audio=AudioView(muted=True))
    assert {Action.MUTE, Action.UNMUTE} & on(muted) == {Action.UNMUTE}


def test_a_lock_requested_in_a_talk_can_be_withdrawn() -> None:
    talking = view(SeatState.TALKING)
    assert Action.OPEN_SEAT not in on(talking)
    locked = replace(talking.state, seat=seat(SeatState.TALKING, lock_next=LockReason.LUNCH))
    assert Action.OPEN_SEAT in on(replace(talking, state=locked))


def test_a_customer_on_screen_can_be_called_back_and_given_a_ticket() -> None:
    shown = view(shown=card(), shown_is_pop=False)
    assert {Action.NEW_TICKET, Action.CALL_BACK} <= on(shown)
    assert number_of(shown) == "13800001111"
    nowhere = view(shown=card(phones=()), shown_is_pop=False)
    assert enabled(nowhere)[Action.CALL_BACK].why == Why.NO_NUMBER
    popped = replace(nowhere, shown_is_pop=True, state=replace(nowhere.state, pop=pop(number="02088")))
    assert number_of(popped) == "02088"


def test_every_action_has_its_needs_and_every_reason_is_a_problem_code_too() -> None:
    assert set(NEEDS) == set(Action)
    of_desk = {need.why for needs in NEEDS.values() for need in needs}
    of_rows = {need.why for _, needs in SEAT_NEEDS.values() for need in needs} | {
        why for why, _ in WAITING_NEEDS.values()
    }
    assert of_desk | of_rows | {Why.PENDING, Why.NO_ROW, Why.ASKED_FOR} == set(Why)
    assert set(Why) - {Why.PENDING} <= CODES


def test_the_tables_in_the_docs_are_the_program_s() -> None:
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    assert desk_doc.table() in page
    assert desk_doc.supervising() in page


# --- numbers ---


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("13800001111", "13800001111"), (" 138-0000 1111 ", "13800001111"), ("(020) 8888.8888", "02088888888"),
        ("tel:+86-138-0000-1111", "13800001111"), ("TEL:+862088888888;ext=5", "02088888888"), ("+86 020 88888888", "02088888888"),
        ("0086 20 88888888", "02088888888"), ("+1 (212) 555-0100", "0012125550100"), ("１３８００００１１１１", "13800001111"),
        ("sip:8001@10.0.0.1", "8001"), ("*21#", "*21#"), ("\u202a10086\u202c", "10086"),
    ],
)  # fmt: skip
def test_numbers_as_typed_and_pasted(typed: str, dialled: str) -> None:
    assert dialable(typed) == dialled


@pytest.mark.parametrize("typed", ["", "   ", "abc", "138x", "+", "+86", "1" * 33, "tel:", "<b>1</b>", "1+2", "一二三"])
def test_a_text_that_is_no_number(typed: str) -> None:
    with pytest.raises(BadNumber):
        dialable(typed)


@given(st.text(max_size=60))
def test_the_number_from_any_typed_text_fits_the_wire(typed: str) -> None:
    try:
        number = dialable(typed)
    except BadNumber:
        return
    assert 1 <= len(number) <= 32
    assert set(number) <= set("0123456789*#+")


# --- the copy ---


def test_reports_by_number() -> None:
    mirror = Mirror()
    mirror.begin()
    assert mirror.stale
    mirror.take(DeskSnapshot(at=1.0))
    row = QueueRow(QueueName("q"), {}, 1, 2.0, 3, 4)
    assert mirror.told(QueuesChanged((row,)), 1) is ReportVerdict.APPLIED
    assert mirror.told(QueuesChanged(()), 1) is ReportVerdict.OLD
    assert mirror.snapshot.queues == (row,)
    assert not mirror.stale
    assert mirror.told(SeatChanged(seat()), 3) is ReportVerdict.GAP
    assert mirror.stale
    mirror.begin()
    assert mirror.told(QueuesChanged(()), 1) is ReportVerdict.APPLIED


def test_a_notice_is_numbered_and_changes_nothing_of_the_copy() -> None:
    mirror = Mirror()
    mirror.begin()
    mirror.take(DeskSnapshot(at=1.0))
    notice = Notice(1.0, "message", "Li")
    assert mirror.told(notice, 1) is ReportVerdict.APPLIED
    assert mirror.told(notice, 1) is ReportVerdict.OLD
    assert mirror.told(notice, 3) is ReportVerdict.GAP
    assert mirror.snapshot == DeskSnapshot(at=1.0)
