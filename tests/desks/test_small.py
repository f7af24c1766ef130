"""Pure parts of the desks' adapter: verdicts, wrong tries, bounds, pops."""

import asyncio
import math

import pytest

from shared import desk as wire
from shared import floor
from shared.desk import DeskRefusal, PhoneNow, PopShown
from shared.ids import CallId
from shared.protocol import SnapshotRequest
from switch_server.adapters.desks import pops as pops_module
from switch_server.adapters.desks.inputs import is_sensible, phone_now
from switch_server.adapters.desks.link import VERDICTS, LinkPhase, RequestKind, request_kind
from switch_server.adapters.desks.pops import PopBoard
from switch_server.adapters.tries import MOST_KEYS, Tries
from switch_server.core.desks import HidePop
from tests.desks.rig import A, B, pop, until
from tests.fakes.desks import FakePops, pop_of


def test_each_request_has_a_verdict_in_each_state() -> None:
    assert set(VERDICTS) == set(LinkPhase)
    assert all(set(row) == set(RequestKind) for row in VERDICTS.values())
    assert {request_kind(cls) for cls in wire.REQUESTS} == set(RequestKind) - {RequestKind.SNAPSHOT, RequestKind.FLOOR}
    assert {request_kind(cls) for cls in floor.REQUESTS} == {RequestKind.FLOOR}
    assert request_kind(SnapshotRequest) is RequestKind.SNAPSHOT
    assert request_kind(wire.Done) is None


def test_nobody_does_anything_before_the_log_in() -> None:
    for place in (LinkPhase.FREE, LinkPhase.CHECKING, LinkPhase.GONE):
        for ask in (
            RequestKind.COMMAND,
            RequestKind.QUESTION,
            RequestKind.FLOOR,
            RequestKind.LOG_OUT,
            RequestKind.PASSWORD,
        ):
            assert VERDICTS[place][ask] is DeskRefusal.NOT_LOGGED_IN


# --- tries ---


def test_tries_within_a_window() -> None:
    tries = Tries(limit=3, within=10)
    for at in (0.0, 4.0, 6.0):
        assert tries.wait("a", at) == 0
        tries.begin("a", at)
    assert tries.wait("a", 7.0) == 3.0
    assert tries.wait("b", 7.0) == 0
    assert tries.wait("a", 10.0) == 0, "the first is ten seconds old"
    tries.begin("a", 10.0)
    assert tries.wait("a", 11.0) == 3.0
    tries.take_back("a", 10.0)
    tries.take_back("a", 99.0)
    assert tries.wait("a", 11.0) == 0
    tries.clear("a")
    tries.clear("a")


def test_tries_remember_so_many_and_no_more() -> None:
    tries = Tries(limit=1)
    for number in range(MOST_KEYS + 1):
        tries.begin(str(number), 0.0)
    assert [tries.wait(str(number), 1.0) > 0 for number in (0, 1, 2, MOST_KEYS)] == [False, True, True, True]


# --- bounds ---


def test_a_phone_s_numbers_are_numbers() -> None:
    assert phone_now(PhoneNow((), math.nan, math.inf)) == PhoneNow(())
    assert phone_now(PhoneNow((), -1.0, 1e12)) == PhoneNow((), 0.0, 60_000.0)


@pytest.mark.parametrize("after_ms", [math.nan, math.inf, -1.0])
def test_a_pop_seen_in_no_time_at_all(after_ms: float) -> None:
    assert is_sensible(PopShown(CallId("c1"), 3.0))
    assert not is_sensible(PopShown(CallId("c1"), after_ms))


# --- pops ---


def test_a_pop_is_kept_for_the_next_agent_and_then_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pops_module, "KEEP_S", 0.05)

    async def test() -> None:
        fake, told = FakePops(), []
        board = PopBoard(fake, lambda agent, shown: told.append((agent, shown)))
        board.show(pop(A))
        fake.fill(CallId("c1"))
        assert [(agent, shown.pending) for agent, shown in told] == [(A, True), (A, False)]
        board.hide(HidePop(A, CallId("c1")))
        assert told[-1] == (A, None)
        board.show(pop(B))
        await asyncio.sleep(0.1)
        assert fake.forgotten == []
        board.hide(HidePop(B, CallId("c1")))
        fake.fill(CallId("c1"))
        assert told[-1] == (B, None), "late answers show nothing"
        await until(lambda: fake.forgotten)
        assert board.pop(A) is board.pop(B) is None
        board.stop()

    asyncio.run(test())


def test_a_new_call_s_pop_replaces_the_one_before() -> None:
    async def test() -> None:
        fake, told = FakePops(), []
        board = PopBoard(fake, lambda agent, shown: told.append(shown))
        board.show(pop(A, 1))
        board.show(pop(A, 1))  # more data about the same caller
        board.show(pop(A, 2))
        fake.fill(CallId("c1"))
        assert told == [pop_of(pop(A, 1)), pop_of(pop(A, 2))]
        board.hide(HidePop(A, CallId("c1")))
        assert board.pop(A) == pop_of(pop(A, 2))
        board.drop(A)
        board.drop(A)
        assert board.pop(A) is None
        assert len(told) == 2
        board.stop()

    asyncio.run(test())
