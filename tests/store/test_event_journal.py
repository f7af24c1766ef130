"""The event journal: appended events are read back, numbered, and no PIN is written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from shared.aci import Funds, OrderAccepted, OrderReport
from shared.enums import DigitMode, EndCause, Law, OrderStatus
from shared.ids import (
    AccountNo,
    AgentId,
    BranchId,
    CallId,
    CardId,
    ContractNo,
    Fen,
    LegId,
    Milli,
    OrderKey,
    QueueName,
    Shares,
    StockCode,
    TrunkName,
)
from shared.secret import Secret
from switch_server.adapters.event_codec import NotJournalled, decode_event, encode_event
from switch_server.adapters.event_journal import EventJournal, EventJournalUnusable, read_journal
from switch_server.core.call import CallOffered, CallPlaced, ForAgent, ForCallback, ForConsult
from switch_server.core.catalogue import FACTS
from switch_server.core.facts import BranchUp, CardDied, CardUp, Draining
from switch_server.core.flow import Configured
from switch_server.core.ivr import BranchAnswered
from switch_server.core.leg import DigitPressed, DigitUsed, LegEnded
from switch_server.core.orders import OrderAnswered, OrderJournalled, OrderReported
from switch_server.core.words import Event, Far, SwitchConfig, Trunk
from tests.store.samples import NOON

CALL, OTHER = CallId("20251125-120000-0001"), CallId("20251125-120000-0002")
DAY = 24 * 3600.0
KEY = OrderKey(f"{CALL}-1")


def _configured(stock: str) -> Configured:
    trunk = Trunk(TrunkName("carrier"), username="huawu", password="s3cret-digest")
    return Configured(SwitchConfig(trunks=(trunk,), stocks=frozenset({StockCode(stock)})), ())


def _report(key: OrderKey | None) -> OrderReported:
    report = OrderReport(
        1,
        "20251125",
        AccountNo("60012345"),
        ContractNo("17"),
        OrderStatus.FILLED,
        Shares(100),
        Shares(0),
        Milli(10_350),
        NOON,
        key,
    )
    return OrderReported(BranchId("GZ01"), report)


def _offered(call: CallId) -> CallOffered:
    return CallOffered(
        LegId(f"{call}/1"), TrunkName("carrier"), "13900012345", "95500", Far("127.0.0.1", 4000, Law.A, 101)
    )


OF_CALL: list[Event] = [
    _offered(CALL),
    DigitUsed(LegId(f"{CALL}/1"), "•", 1200),
    BranchAnswered(CALL, 1, Funds(Fen(100), Fen(90), Fen(10), Fen(0))),
    OrderJournalled(KEY),
    OrderAnswered(KEY, OrderAccepted(KEY, ContractNo("17"))),
    _report(KEY),
    LegEnded(LegId(f"{CALL}/1"), EndCause.CALLER_HUNG_UP),
]
OF_NONE: list[Event] = [CardUp(CardId("card-1"), 500), BranchUp(BranchId("GZ01")), _report(None), Draining()]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[EventJournal]:
    journal = EventJournal(tmp_path)
    journal.start()
    yield journal
    assert journal.stop() == 0


@pytest.mark.parametrize("event", [*OF_CALL, *OF_NONE], ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


def test_every_kind_of_event_can_be_read_back() -> None:
    """A new event whose fields the journal can't decode fails in this test, not in the first replay."""
    from switch_server.adapters.event_codec import _fields

    kinds = {kind for kind in Event.__subclasses__() if kind.__module__.startswith("switch_server.")}
    assert kinds == set(FACTS)
    for kind in kinds - {DigitPressed}:
        assert _fields(kind.__name__)[0] is kind


@pytest.mark.parametrize(
    ("old", "purpose"),
    [
        (
            {"type": "DialledOut", "agent": "ann", "contact": "10.0.0.1:5060", "callee": "10.0.0.2:5060"},
            ForAgent(AgentId("ann"), "10.0.0.1:5060", "10.0.0.2:5060"),
        ),
        (
            {"type": "CallbackDialled", "of": "c0", "flow": "main", "step": "back", "queue": "fund", "priority": 3, "since": 1.5},
            ForCallback(CallId("c0"), "main", "back", QueueName("fund"), 3, 1.5),
        ),
    ],
)  # fmt: skip
def test_journals_of_before_calls_had_a_purpose_are_read(
    old: dict[str, object], purpose: ForAgent | ForCallback
) -> None:
    values = {"call": "c1", "trunk": "city", "ani": "95500", "number": "13800138000", "card": "card-1"} | old
    now = CallPlaced(CallId("c1"), TrunkName("city"), "95500", "13800138000", CardId("card-1"), purpose)
    assert decode_event(json.dumps(values).encode()) == now


def test_an_older_version_s_outside_consult_is_read() -> None:
    """The leg is on the call's card, so older journals have no card here."""
    old = {
        "type": "Consulted", "call": "c1", "by": "c1/2", "target": {"kind": "number", "number": "13800138000"}, "leg": "c1/3",
        "contact": "", "trunk": "city", "ani": "95500",
    }  # fmt: skip
    purpose = ForConsult(LegId("c1/2"), LegId("c1/3"))
    now = CallPlaced(CallId("c1"), TrunkName("city"), "95500", "13800138000", CardId(""), purpose)
    assert decode_event(json.dumps(old).encode()) == now
    for wrong in ("number", None, {"number": 7}):
        with pytest.raises(ValueError, match="Expected `str`"):
            decode_event(json.dumps(old | {"target": wrong}).encode())


@pytest.mark.parametrize("kind", [None, 7, [], {}, "NoSuchEvent"])
def test_an_event_of_no_kind_is_a_value_error(kind: object) -> None:
    with pytest.raises(ValueError, match="event"):
        decode_event(json.dumps({"type": kind, "leg": "c/1"}).encode())


def test_entries_are_numbered_and_timed(journal: EventJournal) -> None:
    numbers = [journal.append(event, NOON + n / 4) for n, event in enumerate(OF_CALL)]
    entries = list(journal.read())
    assert numbers == [entry.seq for entry in entries] == list(range(1, len(OF_CALL) + 1))
    assert [entry.at for entry in entries] == [NOON + n / 4 for n in range(len(OF_CALL))]
    assert [entry.event for entry in entries] == OF_CALL


def test_a_line_is_json_with_the_event_s_type(journal: EventJournal, tmp_path: Path) -> None:
    journal.append(OF_CALL[0], NOON)
    assert journal.flush(20.0)
    line = json.loads((tmp_path / "events-20251125.jsonl").read_text())
    assert (line["seq"], line["at"], line["event"]["type"]) == (1, NOON, "CallOffered")


# --- secrets that must not be written ---


class _Leaky(Event, frozen=True):
    """A possible future event with a PIN in a field."""

    leg: LegId
    pins: tuple[Secret, ...]


class _Deep(Struct, frozen=True):
    pin: Secret


class _LeakyDeep(Event, frozen=True):
    found: dict[str, _Deep]


@pytest.mark.parametrize(
    "event",
    [
        DigitPressed(LegId(f"{CALL}/1"), Secret("7"), DigitMode.RFC4733),
        _Leaky(LegId(f"{CALL}/1"), (Secret("873839"),)),
        _LeakyDeep({"x": _Deep(Secret("873839"))}),
    ],
)
def test_a_secret_is_never_written(journal: EventJournal, tmp_path: Path, event: Event) -> None:
    journal.append(OF_CALL[0], NOON)
    with pytest.raises(NotJournalled) as refused:
        journal.append(event, NOON)
    assert "873839" not in str(refused.value)
    assert journal.append(OF_CALL[-1], NOON) == 2, "a refused event has no number"
    assert journal.flush(20.0)
    content = (tmp_path / "events-20251125.jsonl").read_text()
    assert content.count("\n") == 2
    assert "873839" not in content


def test_a_digest_password_is_left_out(journal: EventJournal, tmp_path: Path) -> None:
    journal.append(_configured("600000"), NOON)
    (entry,) = journal.read()
    assert isinstance(entry.event, Configured)
    assert entry.event.config.trunks[0].username == "huawu"
    assert "s3cret" not in (tmp_path / "events-20251125.jsonl").read_text()


# --- the entries of one call ---


def _events(journal: EventJournal, *, global_events: bool = False) -> list[Event]:
    return [entry.event for entry in journal.read(CALL, global_events=global_events)]


def test_a_call_s_entries_are_picked_out(journal: EventJournal) -> None:
    before, between = _configured("600000"), _configured("600001")
    journal.append(_configured("600009"), NOON)
    journal.append(before, NOON)
    for event in OF_CALL:
        journal.append(_offered(OTHER), NOON)
        journal.append(event, NOON)
        journal.append(_report(OrderKey(f"{OTHER}-1")), NOON)
        journal.append(between, NOON)
    first, *rest = _events(journal)
    assert isinstance(first, Configured)
    assert first.config.stocks == before.config.stocks
    assert rest == OF_CALL


def test_for_replay_the_world_around_a_call_comes_too(journal: EventJournal) -> None:
    card = CardId("card-1")
    up, died, again = CardUp(card, 500), CardDied(card, "killed"), CardUp(card, 400)
    for event in (up, died, again, BranchUp(BranchId("GZ01")), _offered(OTHER), OF_CALL[0], died, OF_CALL[-1], up):
        journal.append(event, NOON)
    assert _events(journal, global_events=True) == [again, BranchUp(BranchId("GZ01")), OF_CALL[0], died, OF_CALL[-1]]


def test_an_unknown_call_has_no_entries(journal: EventJournal) -> None:
    for event in OF_CALL:
        journal.append(event, NOON)
    assert list(journal.read(CallId("20251125-120000-000"))) == []


# --- files ---


def test_each_day_has_its_file_and_numbers_go_on(tmp_path: Path) -> None:
    journal = EventJournal(tmp_path)
    journal.start()
    for hours in (0, 11.9, 12.1, 36.1):  # 12:00, 23:54, 00:06, 00:06 in Shanghai
        journal.append(Draining(), NOON + hours * 3600)
    journal.append(Draining(), NOON)  # as if the clock was set back
    journal.stop()
    lines = {path.name: len(path.read_text().splitlines()) for path in sorted(tmp_path.iterdir())}
    assert lines == {"events-20251125.jsonl": 2, "events-20251126.jsonl": 1, "events-20251127.jsonl": 2}
    assert [entry.seq for entry in read_journal(tmp_path)] == [1, 2, 3, 4, 5]
    again = EventJournal(tmp_path)
    again.start()
    assert again.append(Draining(), NOON) == 6
    again.stop()
    assert [entry.seq for entry in read_journal(tmp_path)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "torn", [b'{"seq":4,"at":17640432', b'{"seq":4,"at":1764043200.0,"event":{"type":"Drai', b"\xff\xfe", b"{}"]
)
def test_a_torn_last_line_costs_nothing_else(tmp_path: Path, torn: bytes, caplog: pytest.LogCaptureFixture) -> None:
    first = EventJournal(tmp_path)
    first.start()
    for _ in range(3):
        first.append(Draining(), NOON)
    first.stop()
    path = tmp_path / "events-20251125.jsonl"
    with path.open("ab") as file:
        file.write(torn)
    second = EventJournal(tmp_path)
    second.start()
    assert second.append(BranchUp(BranchId("GZ01")), NOON) == 4
    second.stop()
    assert [entry.seq for entry in read_journal(tmp_path)] == [1, 2, 3, 4]
    assert "is torn" in caplog.text


def test_a_long_journal_is_continued_from_its_end(tmp_path: Path) -> None:
    line = b'{"seq":%d,"at":1764043200.0,"event":{"type":"Draining","pad":"%s"}}\n'
    with (tmp_path / "events-20251125.jsonl").open("wb") as file:
        for number in range(1, 3001):
            file.write(line % (number, b"x" * 1000))
        file.write(line[:20])
    journal = EventJournal(tmp_path)
    assert journal.append(Draining(), NOON) == 3001


def test_a_folder_that_can_t_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    with pytest.raises(EventJournalUnusable, match="journal"):
        EventJournal(tmp_path / "journal" / "below")


def test_an_event_of_a_newer_program_is_told(tmp_path: Path) -> None:
    (tmp_path / "events-20251125.jsonl").write_text('{"seq":1,"at":1.0,"event":{"type":"Teleported"}}\n')
    with pytest.raises(ValueError, match="Teleported"):
        list(read_journal(tmp_path))
