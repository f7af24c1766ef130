"""The desk's messages: secrets are not printed, bounds hold, and a report replaces exactly its part of the snapshot."""

import pytest

from shared import codec, desk
from shared.enums import CallKind, HangingUp, Language, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, CustomerId, DeskId, LegId, QueueName
from shared.protocol import SESSION_MESSAGES

TABLE = codec.MessageTable((*SESSION_MESSAGES, *desk.REQUESTS, *desk.REPLIES, *desk.REPORTS, *desk.TOLD))
SEAT = desk.Seat(AgentId("1001"), "李芳", Role.AGENT, DeskId("desk-01"), SeatState.OPEN, since=5.0)
CALL = desk.DeskCall(
    CallId("2026112209000000001"), LegId("2026112209000000001/2"), "ab12", auto=False, kind=CallKind.IN, state=SeatState.RINGING,
    hanging_up=HangingUp.REFUSE, number="13900000001", dnis="95500", queue=QueueName("agents"), waited=3.5, rang_at=9.0,
)  # fmt: skip
POP = desk.Pop(CALL.call, CALL.number, "centre", None, customer=desk.CustomerCard(CustomerId(7), "王" * 200))
QUEUE = desk.QueueRow(QueueName("agents"), {Language.ZH: "人工"}, 2, 31.0, 1, 3)
CHOICE = desk.Choice("other", {Language.EN: "Other"})
FULL = desk.DeskSnapshot(10.0, SEAT, CALL, POP, (QUEUE,), (CHOICE,))
REPORTS: list[tuple[desk.StateReport, dict[str, object]]] = [
    (desk.SeatChanged(SEAT), {"seat": SEAT}),
    (desk.CallChanged(CALL), {"call": CALL}),
    (desk.CallChanged(None), {"call": None}),
    (desk.PopChanged(POP), {"pop": POP}),
    (desk.PopChanged(None), {"pop": None}),
    (desk.QueuesChanged(()), {"queues": ()}),
    (desk.LoggedOut("operator"), {"seat": None, "call": None, "pop": None, "queues": ()}),
]


def through_the_wire(message: desk.Message) -> object:
    return codec.decode(codec.encode(message, frame_id=1, sent_at=1.0), TABLE).message


@pytest.mark.parametrize(("report", "changed"), REPORTS)
@pytest.mark.parametrize("before", [FULL, desk.DeskSnapshot(1.0, dispositions=(CHOICE,))])
def test_a_report_replaces_its_part_and_nothing_else(
    report: desk.StateReport, changed: dict[str, object], before: desk.DeskSnapshot
) -> None:
    after = desk.applied(before, report)
    for field in desk.DeskSnapshot.__struct_fields__:
        assert getattr(after, field) == changed.get(field, getattr(before, field)), field
    assert desk.applied(after, report) == after  # a repeated report changes nothing


@pytest.mark.parametrize(
    "message", [FULL, *(report for report, _ in REPORTS), desk.PhoneNow((CALL.leg,), 0.01, 3.0), desk.LockSeat(LockReason.LUNCH)]
)  # fmt: skip
def test_a_message_is_decoded_as_it_was_sent(message: desk.Message) -> None:
    assert through_the_wire(message) == message


def test_names_of_messages_are_unique() -> None:
    types = (*SESSION_MESSAGES, *desk.REQUESTS, *desk.REPLIES, *desk.REPORTS, *desk.TOLD)
    assert len({cls.__name__ for cls in types}) == len(types)


@pytest.mark.parametrize(
    "message",
    [
        desk.LogIn("1001", "open sesame", "127.0.0.1:5060"),
        desk.Resume("open sesame", "127.0.0.1:5060"),
        desk.ChangePassword("open sesame", "open sesame"),
        desk.LoggedIn("open sesame", FULL),
    ],
)
def test_a_secret_is_not_printed(message: desk.Message) -> None:
    assert "sesame" not in f"{message!r} {message}"


@pytest.mark.parametrize(
    "message",
    [
        desk.LogIn("1" * 65, "x", "127.0.0.1:5060"),
        desk.LogIn("1001", "x" * 257, "127.0.0.1:5060"),
        desk.LogIn("1001", "x", "evil.example:5060"),
        desk.Resume("s", "127.0.0.1"),
        desk.Dial("12 34"),  # the window removes the blank first
        desk.Dial("13900000001\n"),
        desk.Dial("13900000001;phone-context=x"),
        desk.SendDigits(CALL.call, "12x"),
        desk.WrapUp(CALL.call, "order", "x" * (desk.TEXT_MAX + 1)),
        desk.FindCustomers("x", 101),
        desk.SaveTicket(CustomerId(1), None, ""),
        desk.SaveTicket(CustomerId(1), None, "title", state="lost"),
        desk.AskRecording(CALL.call, -1),
    ],
)
def test_a_message_out_of_bounds_is_a_frame_error(message: desk.Message) -> None:
    with pytest.raises(codec.FrameError):
        through_the_wire(message)


@pytest.mark.parametrize(
    ("contact", "name"), [("phone:front-1", "front-1"), ("192.0.2.20:5070", None), ("phone", None), ("phones:x", None)]
)
def test_a_desk_phone_is_named_in_the_contact(contact: str, name: str | None) -> None:
    assert desk.desk_phone(contact) == name


def test_names_of_desk_phones() -> None:
    assert desk.is_phone_name("front-1_A")
    assert not any(map(desk.is_phone_name, ("", "a b", "x" * 33, "前台", "x\n")))


@pytest.mark.parametrize("contact", ["phone:front-1", "192.0.2.20:5070"])
def test_both_kinds_of_contact_pass_the_wire(contact: str) -> None:
    assert through_the_wire(desk.Resume("s", contact)) == desk.Resume("s", contact)


@pytest.mark.parametrize("contact", ["phone:", "phone:a b", "phone:x\n", "sip:x", f"phone:{'x' * 33}", "phone:前台"])
def test_no_other_contact_passes_the_wire(contact: str) -> None:
    with pytest.raises(codec.FrameError):
        through_the_wire(desk.Resume("s", contact))
