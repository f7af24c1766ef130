"""The agent's own directory, the last calls, colleagues; and the rows that the dial windows offer."""

import stat
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent_app.agent_files import AgentFiles
from agent_app.model.calling import targets
from agent_app.model.calling.targets import DialPurpose, Kind, Offer
from agent_app.model.phonebook.people import MOST_CALLS, AgentPhonebook, CallWay, PastCall, Person, matches
from agent_app.presenters.parts.ports import AgentFilesPort
from shared.desk import CallChanged, LoggedIn, LoggedOut, LogIn, Party, PopChanged, QueueRow, SeatChanged
from shared.enums import CallKind, Language, PartyState, SeatState
from shared.floor import ColleagueRow, FloorSnapshot, Rows, TargetRow, Watch, WatchFloor
from shared.ids import AgentId, CallId, LegId, QueueName
from tests.agent_app.fakes import AGENT, PASSWORD, SEAT, World, at_work, call, card, pop, seat

LI, WANG = ("李敏", "13900002222"), ("张大明", "020-8555-1234")


def colleague(agent: str, name: str, state: SeatState, initials: str = "") -> ColleagueRow:
    return ColleagueRow(AgentId(agent), name, initials, "", state)


COLLEAGUES = (
    colleague("8003", "Zhao", SeatState.TALKING, "zg"), colleague("8002", "Li Min", SeatState.OPEN, "lm"),
    colleague("8004", "Gone", SeatState.OFFLINE), colleague(AGENT, "Agent", SeatState.OPEN),
)  # fmt: skip
TITLE = {Language.ZH: "投资咨询", Language.EN: "Advice"}
TARGETS = (
    TargetRow("queue", "advice", TITLE), TargetRow("queue", "night", {}, is_open=False), TargetRow("menu", "main", {Language.ZH: "总机"}),
)  # fmt: skip


def show(world: World) -> None:
    """The list of colleagues is open and the switch has sent the floor."""
    world.desk.floor.show_colleagues(on=True)
    world.switch.answer(FloorSnapshot(Watch.COLLEAGUES, world.wall(), 1, Rows(COLLEAGUES, TARGETS)), WatchFloor)


def names(world: World) -> list[str]:
    return [person.name for person in world.view.people]


# --- the directory ---


def test_people_are_added_changed_deleted_and_brought_back() -> None:
    world = at_work()
    world.desk.save_person(None, *WANG, "branch")
    world.desk.save_person(None, *LI)
    assert names(world) == ["李敏", "张大明"], "by pinyin"
    wang = world.view.people[1]
    assert (wang.number, wang.keys, wang.note) == ("02085551234", "zhangdaming zdm", "branch")
    world.desk.save_person(wang.id, "张小明", "10086")
    assert world.view.people[1] == Person(wang.id, "张小明", "10086", "", "zhangxiaoming zxm")
    world.desk.delete_person(wang.id)
    world.desk.delete_person(wang.id)
    assert names(world) == ["李敏"]
    world.desk.undo_people()
    world.desk.undo_people()
    assert world.view.people[1] == wang
    world.desk.undo_people()
    world.desk.undo_people()
    world.desk.undo_people()
    assert (names(world), world.view.can_undo) == ([], False)
    assert world.agent_files[AGENT].people == ()


@pytest.mark.parametrize(
    ("name", "number", "note", "problem"),
    [
        (" ", "10086", "", "no_name"), ("Li", "none", "", "bad_number"), ("L" * 65, "10086", "", "too_long"),
        ("Li", "10086", "n" * 201, "too_long"),
    ],
)  # fmt: skip
def test_an_invalid_entry_is_refused_with_its_reason(name: str, number: str, note: str, problem: str) -> None:
    world = at_work()
    world.desk.save_person(None, name, number, note)
    assert (world.problem, world.view.people, world.view.can_undo) == (problem, (), False)


def test_a_full_directory_takes_no_more_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_app.presenters.calling.phonebook.MOST_PEOPLE", 1)
    world = at_work()
    world.desk.save_person(None, *LI)
    world.desk.save_person(None, *WANG)
    assert (world.problem, names(world)) == ("too_many", ["李敏"])


def test_a_directory_is_one_agent_s_and_leaves_the_screen_at_log_out() -> None:
    world = at_work()
    world.desk.save_person(None, *LI)
    world.report(LoggedOut("operator"))
    assert (world.view.people, world.view.calls, world.view.can_undo) == ((), (), False)
    world.desk.save_person(None, *WANG)
    assert names(world) == []
    world.desk.log_in("8009", PASSWORD)
    other = replace(SEAT, agent=AgentId("8009"))
    world.switch.answer(LoggedIn("s2", world.snapshot(seat=other)), LogIn)
    assert names(world) == []
    world.report(LoggedOut("operator"))
    world.desk.log_in(AGENT, PASSWORD)
    world.switch.answer(LoggedIn("s3", world.snapshot(seat=SEAT)), LogIn)
    assert names(world) == ["李敏"]


# --- the last calls ---


def end(world: World) -> None:
    world.report(CallChanged(None), SeatChanged(seat()))


def test_calls_in_out_missed_and_internal_are_listed_with_name_and_length() -> None:
    world = at_work()
    start = world.wall()
    world.report(PopChanged(pop("c1", card(1, name="王芳"))), CallChanged(call("c1", rang_at=start)))
    world.report(CallChanged(call("c1", SeatState.TALKING, rang_at=start, answered_at=start)))
    world.pass_time(8)
    end(world)
    world.report(CallChanged(call("c2", rang_at=start)))
    end(world)
    world.report(CallChanged(call("c3", SeatState.DIALLING, kind=CallKind.OUT, number="10086", rang_at=start)))
    end(world)
    show(world)
    world.report(CallChanged(call("c4", SeatState.DIALLING, kind=CallKind.INTERNAL, number="8002", rang_at=start)))
    end(world)
    world.report(CallChanged(call("c5", SeatState.MONITORING, kind=CallKind.MONITOR, rang_at=start)))
    end(world)
    assert world.view.calls == (
        PastCall(start, CallWay.INTERNAL, "8002", "Li Min"),
        PastCall(start, CallWay.OUT, "10086"),
        PastCall(start, CallWay.MISSED, "13800001111"),
        PastCall(start, CallWay.IN, "13800001111", "王芳", 8.0),
    )
    assert world.agent_files[AGENT].calls == world.view.calls


def test_a_consulted_party_is_listed_too() -> None:
    world = at_work(seat=seat(SeatState.TALKING), call=call("c1", SeatState.TALKING))
    customer = Party(LegId("c1/1"), "customer", "", "13800001111", PartyState.WAITING, 0.0)
    rings = Party(LegId("c1/3"), "outside", "", "02085551234", PartyState.RINGING, 0.0)
    talks = replace(rings, state=PartyState.TALKING)
    world.report(CallChanged(call("c1", SeatState.CONSULTING, parties=(customer, rings))))
    at = world.wall()
    world.pass_time(3)
    world.report(CallChanged(call("c1", SeatState.CONSULTING, parties=(customer, talks))))
    world.pass_time(5)
    world.report(CallChanged(call("c1", SeatState.CONFERENCE, parties=(customer, talks))))
    world.pass_time(5)
    world.report(CallChanged(call("c1", SeatState.TALKING)))
    assert world.view.calls == (PastCall(at, CallWay.OUT, "02085551234", "", 10.0),)
    end(world)
    assert len(world.view.calls) == 2


def test_the_last_200_are_kept() -> None:
    world = at_work()
    for number in range(MOST_CALLS + 5):
        world.report(CallChanged(call(f"c{number}")), CallChanged(None))
    assert len(world.view.calls) == len(world.agent_files[AGENT].calls) == MOST_CALLS


def test_a_call_without_a_number_cannot_be_called_again() -> None:
    world = at_work()
    world.report(CallChanged(call("c1", number="")), CallChanged(None))
    assert world.view.calls == ()


# --- on disk ---


def test_each_agent_has_a_file_of_their_own(tmp_path: Path) -> None:
    agent_files: AgentFilesPort = AgentFiles(tmp_path)
    kept = AgentPhonebook((Person(1, *LI),), (PastCall(1.0, CallWay.MISSED, "10086"),))
    agent_files.write(AGENT, kept)
    agent_files.write(AgentId("../../8002"), AgentPhonebook())
    assert AgentFiles(tmp_path).read(AGENT) == kept
    assert agent_files.read(AgentId("8003")) == AgentPhonebook()
    files = sorted(path.name for path in (tmp_path / "agents").iterdir())
    assert files == ["%2E%2E%2F%2E%2E%2F8002.json", "8001.json"]
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "agents" / "8001.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"", b"{", b'{"people": 1}', b"\xff\xfe", b"[]"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "8001.json").write_bytes(damage)
    agent_files = AgentFiles(tmp_path)
    assert agent_files.read(AGENT) == AgentPhonebook()
    assert (tmp_path / "agents" / "8001.json.damaged").read_bytes() == damage
    agent_files.write(AGENT, AgentPhonebook((Person(1, *LI),)))
    assert len(agent_files.read(AGENT).people) == 1


def test_unsent_notes_have_a_file_of_their_own_that_is_deleted_when_empty(tmp_path: Path) -> None:
    notes = {CallId("c2"): "备注", CallId("c1"): "second"}
    AgentFiles(tmp_path).write_notes(AGENT, notes)
    agent_files = AgentFiles(tmp_path)
    assert list(agent_files.read_notes(AGENT).items()) == list(notes.items())
    assert agent_files.read_notes(AgentId("8002")) == {}
    path = tmp_path / "agents" / "8001.notes"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    agent_files.write_notes(AGENT, {})
    assert not path.exists()
    path.write_bytes(b"{")
    assert AgentFiles(tmp_path).read_notes(AGENT) == {}


def test_of_two_damaged_files_both_are_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    folder.mkdir()
    (folder / "8001.json").write_bytes(b"{book")
    (folder / "8001.notes").write_bytes(b"{notes")
    agent_files = AgentFiles(tmp_path)
    agent_files.read(AGENT)
    agent_files.read_notes(AGENT)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "8001.json.damaged": b"{book",
        "8001.notes.damaged": b"{notes",
    }


def test_without_a_writable_folder_unsent_notes_are_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    agent_files = AgentFiles(tmp_path / "file")
    agent_files.write(AGENT, AgentPhonebook())
    for notes in ({CallId("c1"): "while the app runs"}, {}):
        agent_files.write_notes(AGENT, notes)
        assert agent_files.read_notes(AGENT) == notes


# --- what the dial windows offer ---


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", True), ("8002", True), ("80", True), ("lm", True), ("limin", True), ("MIN", True), ("敏", True), ("李 80", True),
        ("m", False), ("002", True), ("zg", False), ("李 90", False),
    ],
)  # fmt: skip
def test_number_name_and_pinyin_are_found(typed: str, found: bool) -> None:
    assert matches(typed, "8002", "李敏", "limin lm") == found


def offering() -> World:
    world = at_work(queues=(QueueRow(QueueName("advice"), TITLE, 2, 30.0, 1, 4),))
    show(world)
    world.desk.save_person(None, *LI)
    world.report(CallChanged(call("c1", number="10086")), CallChanged(None))
    return world


def test_a_transfer_offers_every_kind_of_target_and_free_seats_first() -> None:
    world = offering()
    rows = targets.offered(world.view, DialPurpose.TRANSFER, None, "")
    assert rows == (
        Offer(Kind.SEAT, "8002", "Li Min", SeatState.OPEN),
        Offer(Kind.SEAT, "8003", "Zhao", SeatState.TALKING),
        Offer(Kind.QUEUE, "advice", "投资咨询", None, 2, 1, 4),
        Offer(Kind.NUMBER, "13900002222", "李敏"),
        Offer(Kind.NUMBER, "10086"),
        Offer(Kind.MENU, "main", "总机"),
        Offer(Kind.PIN, ""),
    )
    assert targets.offered(world.view, DialPurpose.TRANSFER, Kind.MENU, "") == (rows[5],)


def test_an_internal_call_can_be_transferred_to_seats_and_numbers_only() -> None:
    world = offering()
    world.report(CallChanged(call("c2", SeatState.TALKING, kind=CallKind.INTERNAL, number="8003")))
    assert {row.kind for row in targets.offered(world.view, DialPurpose.TRANSFER, None, "")} == {Kind.SEAT, Kind.NUMBER}


def test_typing_narrows_by_number_name_and_pinyin() -> None:
    view = offering().view
    assert [row.value for row in targets.offered(view, DialPurpose.DIAL, None, "lm")] == ["13900002222"]
    assert [row.value for row in targets.offered(view, DialPurpose.DIAL, None, "100")] == ["10086"]
    assert [row.value for row in targets.offered(view, DialPurpose.TRANSFER, None, "lm")] == ["8002", "13900002222"]
    assert [row.value for row in targets.offered(view, DialPurpose.MONITOR, None, "")] == ["8003"], "who is in a call"


@pytest.mark.parametrize(
    ("purpose", "kind", "typed", "target"),
    [
        (DialPurpose.DIAL, None, "138 0000", Offer(Kind.NUMBER, "138 0000")), (DialPurpose.DIAL, None, "abc", None), (DialPurpose.DIAL, None, " ", None),
        (DialPurpose.DIAL, None, "lm", Offer(Kind.NUMBER, "13900002222", "李敏")), (DialPurpose.DIAL, None, "1390000", Offer(Kind.NUMBER, "1390000")),
        (DialPurpose.CALL_SEAT, None, "8009", Offer(Kind.SEAT, "8009")), (DialPurpose.CALL_SEAT, None, "zg", Offer(Kind.SEAT, "8003", "Zhao", SeatState.TALKING)),
        (DialPurpose.TRANSFER, None, "8002", Offer(Kind.SEAT, "8002", "Li Min", SeatState.OPEN)),
        (DialPurpose.TRANSFER, None, "8009", Offer(Kind.NUMBER, "8009")), (DialPurpose.TRANSFER, Kind.SEAT, "8009", Offer(Kind.SEAT, "8009")),
        (DialPurpose.TRANSFER, None, "", None), (DialPurpose.TRANSFER, Kind.PIN, "", Offer(Kind.PIN, "")),
        (DialPurpose.TRANSFER, Kind.QUEUE, "adv", Offer(Kind.QUEUE, "advice", "投资咨询", None, 2, 1, 4)),
        (DialPurpose.TRANSFER, Kind.QUEUE, "night", None), (DialPurpose.TRANSFER, Kind.MENU, "总", Offer(Kind.MENU, "main", "总机")),
        (DialPurpose.TRANSFER, None, "call me", None),
    ],
)  # fmt: skip
def test_the_target_that_typed_text_stands_for(
    purpose: DialPurpose, kind: Kind | None, typed: str, target: Offer | None
) -> None:
    assert targets.choice(offering().view, purpose, kind, typed) == target
