"""``ports.SwitchPort``: the same on the fake that presenter tests use and on the real link."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from agent_app.presenters.parts.ports import Failed, OnReply, SwitchPort
from shared.desk import DeskSnapshot, Done, OpenSeat, PhoneNow, Reply
from tests.agent_app.fakes import FakeSwitch
from tests.agent_app.played import Bench, PlayedSwitch, a_desk


class Side(Protocol):
    """A port with control over the switch behind it."""

    port: SwitchPort

    def answering(self, answers: bool) -> None: ...
    def cut(self) -> None: ...
    def heard(self) -> int: ...
    def until(self, condition: Callable[[], bool]) -> None: ...


class Fake:
    def __init__(self) -> None:
        self.now, self._answers = 0.0, True
        self.port = self._fake = FakeSwitch(lambda: self.now)

    def answering(self, answers: bool) -> None:
        self._answers = answers

    def cut(self) -> None:
        self._fake.cut()

    def heard(self) -> int:
        return len(self._fake.heard)

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(100):
            if condition():
                return
            while self._answers and self._fake.asked:
                self._fake.answer(Done() if isinstance(self._fake.asked[0][0], OpenSeat) else DeskSnapshot(at=1.0))
            self.now += 0.1
            self._fake.tick()
        raise TimeoutError


class Real:
    def __init__(self, switch: PlayedSwitch, bench: Bench) -> None:
        self._switch, self._bench = switch, bench
        self.port: SwitchPort = bench.link
        bench.until(bench.fresh)

    def answering(self, answers: bool) -> None:
        self._switch.mute = not answers

    def cut(self) -> None:
        self._bench.until(lambda: isinstance(self._switch.asked_for[-1], OpenSeat))  # the request has arrived
        self._switch.stop()

    def heard(self) -> int:
        return len(self._switch.heard)

    def until(self, condition: Callable[[], bool]) -> None:
        self._bench.until(condition)


@pytest.fixture(params=["fake", "real"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "fake":
        yield Fake()
        return
    switch = PlayedSwitch()
    with a_desk(switch.endpoint) as bench:
        yield Real(switch, bench)
    if switch._thread.is_alive():
        switch.stop()


def asked(side: Side, timeout: float = 5.0) -> list[Reply | Failed]:
    results: list[Reply | Failed] = []
    on_reply: OnReply = results.append
    side.port.ask(OpenSeat(), timeout, on_reply)
    return results


def test_a_request_is_answered_once_and_later(side: Side) -> None:
    results = asked(side)
    assert results == []
    side.until(lambda: bool(results))
    assert results == [Done()]


def test_a_snapshot(side: Side) -> None:
    results: list[Reply | Failed] = []
    side.port.resync(results.append)
    side.until(lambda: bool(results))
    assert isinstance(results[0], DeskSnapshot)


def test_a_request_to_a_silent_switch_ends_by_the_time_out(side: Side) -> None:
    side.answering(False)
    begun = time.monotonic()
    results = asked(side, 0.3)
    side.until(lambda: bool(results))
    assert results == [Failed("timed_out")]
    assert time.monotonic() - begun < 20


def test_a_lost_link_ends_open_requests_and_takes_no_new_ones(side: Side) -> None:
    side.answering(False)
    results = asked(side, 60.0)
    side.cut()
    side.until(lambda: bool(results))
    assert results[0] in {Failed("link_lost"), Failed("never_left")}
    heard = side.heard()
    side.port.tell(PhoneNow(()))
    more = asked(side)
    assert more == []
    side.until(lambda: bool(more))
    assert more == [Failed("never_left")]
    assert side.heard() == heard


def test_a_report_to_the_switch_arrives(side: Side) -> None:
    heard = side.heard()
    side.port.tell(PhoneNow(()))
    side.until(lambda: side.heard() == heard + 1)
