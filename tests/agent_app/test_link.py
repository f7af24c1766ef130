"""The presenter over the real link: keys, versions, stalls, restarts, slow switches, lossy links."""

import json
import random
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent_app.link import DeskKey, DeskKeyError, SwitchLink, thread
from agent_app.model.desk.view import LinkState
from shared import codec
from shared import desk as wire
from shared.desk import (
    REPLIES,
    REPORTS,
    CallChanged,
    DeskSnapshot,
    Hold,
    LoggedOut,
    PhoneNow,
    PopChanged,
    QueueRow,
    QueuesChanged,
    SeatChanged,
    StateReport,
)
from shared.enums import SeatState
from shared.ids import CallId, QueueName
from shared.link import Channel, client
from shared.protocol import SESSION_MESSAGES
from tests.agent_app.fakes import CHOICES, call, pop, seat
from tests.agent_app.played import (
    CENTRE,
    DESK_KEY,
    HASTY,
    STRANGER,
    Bench,
    PlayedRoute,
    PlayedSwitch,
    a_desk,
    a_relay,
    a_switch,
)

TALKING = (CallChanged(call(state=SeatState.TALKING)), SeatChanged(seat(SeatState.TALKING)))


def same(bench: Bench, switch: PlayedSwitch) -> bool:
    """Whether the desk shows the switch's state; ``at``, the time of the snapshot, is left out."""
    return replace(bench.view.state, at=0.0) == replace(switch.state, at=0.0)


# --- this PC's address ---


def test_the_address_comes_before_the_open_link() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.until(lambda: "opened" in bench.heard)
        assert bench.heard == ["127.0.0.1", "opened"]


def test_a_new_address_is_reported_while_the_link_is_up() -> None:
    route = PlayedRoute()
    with a_switch() as switch, a_desk(switch.endpoint, route=route) as bench:
        bench.until(lambda: bench.heard == ["opened"])
        for ip in (
            "127.0.0.2",
            "",
            "127.0.0.2",
            "127.0.0.3",
        ):  # an unchanged address and an empty address are not reported
            route.ip = ip
            bench.live(1.5)
        assert bench.heard == ["opened", "127.0.0.2", "127.0.0.3"]
        assert bench.opened_times == 1


def test_each_new_session_has_the_address_of_that_time() -> None:
    route = PlayedRoute("127.0.0.2")
    with a_switch() as switch, a_desk(switch.endpoint, route=route) as bench:
        bench.until(lambda: "opened" in bench.heard)
        bench.until(lambda: route.named == 2)  # at the start and for the session
        route.ip = "127.0.0.3"
        switch.hang_up()
        bench.until(lambda: bench.opened_times == 2 and route.named == 3)
        assert bench.heard == ["127.0.0.2", "opened", "127.0.0.3", "opened"]


def test_a_name_server_that_does_not_answer_delays_only_the_address() -> None:
    route = PlayedRoute("127.0.0.2", known=False)
    with a_switch() as switch, a_desk(switch.endpoint, route=route) as bench:
        bench.log_in()
        assert bench.heard == ["opened"]
        bench.link._loop.call_soon_threadsafe(route.name_server.set)
        bench.until(lambda: bench.heard == ["opened", "127.0.0.2"])


# --- faults of the program ---


class FailingRoute(PlayedRoute):
    """Raises ``times`` times once a session is open, on the link's thread, as a bug of the program would."""

    def __init__(self, times: int) -> None:
        super().__init__("127.0.0.1")
        self.times = times
        self.link: SwitchLink | None = None

    def address(self) -> str:
        if self.times and self.link is not None and self.link.statistics.opened:
            self.times -= 1
            raise AssertionError("a bug")
        return super().address()


def test_a_fault_of_the_link_s_thread_is_shown_logged_and_mended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(thread, "FAULT_PAUSE_S", 0.5)
    route = FailingRoute(2)
    with a_switch() as switch, a_desk(switch.endpoint, route=route) as bench:
        route.link = bench.link
        bench.until(lambda: not route.times and bench.fresh())
        bench.log_in()
    texts = [(view.link, view.link_text) for view in bench.views]
    assert (LinkState.LOST, "fault") in texts
    assert bench.link.statistics.faults >= 1
    assert "begins anew" in caplog.text
    assert "AssertionError" in caplog.text


# --- keys and versions ---


def test_log_in_commands_reports_and_phone_reports() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.tell(*TALKING)
        bench.until(lambda: same(bench, switch))
        bench.desk.hold()
        bench.until(lambda: bench.view.pending == ())
        assert switch.asked_for[-1] == Hold(CallId("c1"))
        bench.until(lambda: PhoneNow(()) in switch.heard)
        assert bench.problem == ""
        assert bench.link.statistics.opened == 1


def test_a_wrong_password() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.until(bench.fresh)
        bench.desk.log_in("8001", "wrong")
        bench.until(lambda: bench.problem == "wrong_password")
        assert bench.view.needs_password


def test_a_key_that_the_switch_does_not_know() -> None:
    with a_switch() as switch, a_desk(switch.endpoint, pair=STRANGER) as bench:
        bench.until(lambda: bench.view.link is LinkState.WRONG_KEY)


def test_a_switch_with_another_key_than_in_the_key_file() -> None:
    with a_switch() as switch, a_desk(switch.endpoint, centre=STRANGER.public) as bench:
        bench.until(lambda: bench.view.link is LinkState.WRONG_KEY)


@pytest.mark.parametrize(("protocol", "older"), [(2, "agent-app 0.1 is older"), (0, "switch-server 0.2 is older")])
def test_a_switch_of_another_version_says_which_is_older(protocol: int, older: str) -> None:
    with a_switch(protocol=protocol) as switch, a_desk(switch.endpoint) as bench:
        bench.until(lambda: bench.view.link is LinkState.WRONG_VERSION)
        assert older in bench.view.link_text


def test_a_single_refusal_is_not_shown_as_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "REFUSED_S", 0.5)
    switch = PlayedSwitch()
    with a_desk(switch.endpoint, pair=STRANGER) as bench:
        bench.until(lambda: bench.view.link is LinkState.WRONG_KEY)
        switch.stop()
        bench.until(lambda: bench.view.link is LinkState.CONNECTING)


def test_two_apps_with_the_same_key_do_not_displace_each_other_in_turn() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as first:
        first.until(first.fresh)
        with a_desk(switch.endpoint) as second:
            second.until(second.fresh)
            first.until(lambda: first.view.link_text == "displaced" and first.view.retry_in is not None)
            second.live(1.0)
            assert second.fresh()
            assert switch.opened_times == 2


# --- the port's contract ---


def test_a_request_without_a_link_ends_later_and_once() -> None:
    with a_desk("tcp://127.0.0.1:1") as bench:
        results: list[object] = []
        bench.link.ask(wire.OpenSeat(), 1.0, results.append)
        bench.link.resync(results.append)
        bench.link.tell(PhoneNow(()))
        assert results == []  # never before the call returns
        bench.until(lambda: len(results) == 2)
        assert [getattr(result, "code", "") for result in results] == ["never_left", "never_left"]
        bench.link.stop()
        bench.link.ask(wire.OpenSeat(), 1.0, results.append)
        bench.link.tell(PhoneNow(()))
        bench.until(lambda: len(results) == 3)


def test_a_request_to_a_silent_switch_and_to_a_switch_that_disconnects() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.mute = True
        results: list[object] = []
        bench.link.ask(wire.OpenSeat(), 0.2, results.append)
        bench.until(lambda: len(results) == 1)
        bench.link.ask(wire.OpenSeat(), 20.0, results.append)
        bench.until(lambda: len(switch.asked_for) >= 3)
        switch.hang_up()
        bench.until(lambda: len(results) == 2)
        assert [getattr(result, "code", "") for result in results] == ["timed_out", "link_lost"]


# --- the network ---


def test_a_stalled_network_is_noticed_and_the_session_resumed() -> None:
    with a_switch(rules=HASTY) as switch, a_relay(switch.endpoint) as relay, a_desk(relay.endpoint, HASTY) as bench:
        bench.log_in()
        switch.tell(*TALKING)
        bench.until(lambda: same(bench, switch))
        relay.stall()
        bench.desk.hold()
        bench.until(lambda: bench.view.link is LinkState.LOST)
        assert bench.view.stale
        assert bench.view.pending == ()
        assert bench.problem == "link_lost"
        switch.tell(CallChanged(None), SeatChanged(seat()))  # lost in the stall
        relay.cut()
        relay.flow()
        bench.until(lambda: bench.fresh() and same(bench, switch))
        assert not bench.view.needs_password


def test_a_switch_restarted_in_a_talk() -> None:
    switch = PlayedSwitch()
    with a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.tell(*TALKING)
        bench.until(lambda: bench.view.state.call is not None)
        switch.stop()
        bench.until(lambda: bench.view.link is LinkState.LOST)
        assert bench.view.state.call is not None  # shown, greyed
        with a_switch(switch.endpoint) as anew:  # the new switch has lost the talk, the session is in its store
            anew.state = replace(anew.state, seat=seat())
            bench.until(lambda: bench.fresh() and same(bench, anew))
            assert not bench.view.needs_password


def test_a_switch_that_does_not_know_the_session() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.sessions.clear()
        switch.hang_up()
        bench.until(lambda: bench.problem == "session_over")
        assert bench.view.needs_password


@pytest.mark.slow
def test_each_click_is_pending_at_once_and_a_problem_within_the_time_out() -> None:
    """With a switch that answers no request."""
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.tell(*TALKING, PopChanged(pop(customer=None)))
        bench.until(lambda: same(bench, switch))
        switch.mute = True
        begun = time.monotonic()
        slowest = 0.0
        clicks = (
            bench.desk.hold, bench.desk.hang_up, bench.desk.lock, lambda: bench.desk.press("1"),
            lambda: bench.desk.finish_wrap_up("enquiry"), lambda: bench.desk.fetch_recording(CallId("old")),
            lambda: bench.desk.change_password("old password", "new password"),
        )  # fmt: skip
        for number, click in enumerate(clicks, 1):
            clicked = time.thread_time()
            click()
            slowest = max(slowest, time.thread_time() - clicked)
            assert len(bench.view.pending) == number
        assert slowest < 0.05
        bench.until(lambda: len(bench.view.pending) <= 2)
        assert 4.5 < time.monotonic() - begun < 9.5
        assert bench.problem == "timed_out"
        bench.until(lambda: bench.view.pending == ())  # the time-out of log-ins and recordings is 10 s
        assert time.monotonic() - begun > 9.5


# --- lossy ---


class Lossy:
    """Sits between the switch's session and its socket: 3 % of the reports are lost, 3 % are sent twice; all other frames pass."""

    TABLE = codec.MessageTable((*SESSION_MESSAGES, *REPLIES, *REPORTS))

    def __init__(self, channel: Channel, chance: random.Random) -> None:
        self._through, self._chance = channel._send, chance
        self.lost = self.doubled = 0
        channel._send = self  # type: ignore[assignment]

    def __call__(self, data: bytes) -> bool:
        if codec.decode(data, self.TABLE).seq == 0:
            return self._through(data)
        dice = self._chance.random()
        if dice < 0.03:
            self.lost += 1
            return True
        if dice < 0.06:
            self.doubled += 1
            self._through(data)
        return self._through(data)

    def mend(self, channel: Channel) -> None:
        channel._send = self._through


def report(number: int, chance: random.Random) -> StateReport:
    state = chance.choice([SeatState.OPEN, SeatState.RINGING, SeatState.TALKING, SeatState.HOLDING, SeatState.WRAP_UP])
    kind = chance.randrange(4)
    if kind == 0:
        return SeatChanged(seat(state, calls_today=number))
    if kind == 1:
        return CallChanged(chance.choice([None, call(f"c{number}", SeatState.TALKING)]))
    if kind == 2:
        return PopChanged(chance.choice([None, pop(f"c{number}")]))
    return QueuesChanged((QueueRow(QueueName("q"), {}, number, 0.0, 1, 1),))


def one_session(bench: Bench, switch: PlayedSwitch, number: int, chance: random.Random) -> tuple[int, int]:
    """The desk shows the switch's state right after the reconnect and after 50 reports, 49 of them lossy. Returns how many were lost and repeated."""
    bench.until(lambda: bench.fresh() and bench.opened_times == number)
    assert same(bench, switch), f"after reconnect {number}"
    channel = switch.channel
    assert channel is not None
    lossy = Lossy(channel, chance)
    switch.tell(*(report(number * 50 + each, chance) for each in range(49)))
    switch.do(lambda: lossy.mend(channel))
    switch.tell(QueuesChanged((QueueRow(QueueName("end"), {}, number, 0.0, 1, 1),)))  # makes the last gap visible
    bench.until(lambda: bench.fresh() and same(bench, switch))
    return lossy.lost, lossy.doubled


@pytest.mark.slow
def test_ten_thousand_reports_lost_and_repeated_over_200_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.005)
    chance = random.Random("lossy desks")
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        counts = []
        for number in range(1, 201):
            counts.append(one_session(bench, switch, number, chance))
            switch.hang_up()
        assert min(map(sum, zip(*counts, strict=True))) > 200
        assert bench.problem == ""


def test_five_thousand_reports_in_a_burst() -> None:
    chance = random.Random("burst")
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.tell(*(report(number, chance) for number in range(5000)))
        bench.until(lambda: bench.link.statistics.reports == 5000 and same(bench, switch))
        assert not bench.view.stale


def test_logged_out_by_the_operator() -> None:
    with a_switch() as switch, a_desk(switch.endpoint) as bench:
        bench.log_in()
        switch.sessions.clear()
        switch.tell(LoggedOut("operator"))
        bench.until(lambda: bench.view.needs_password)
        assert bench.problem == "operator"
        assert bench.view.state == DeskSnapshot(at=bench.view.state.at, dispositions=CHOICES)


# --- the key file ---


GOOD = {
    "desk": "desk-1",
    "endpoint": "tcp://10.0.0.5:7710",
    "server_key": CENTRE.public.decode(),
    "public_key": DESK_KEY.public.decode(),
    "secret_key": DESK_KEY.secret.decode(),
}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_key_file_as_the_centre_writes_it(tmp_path: Path) -> None:
    key = DeskKey.load(write(tmp_path / "desk.json", json.dumps(GOOD)))
    assert (key.desk, key.endpoint, key.server_key, key.pair) == ("desk-1", GOOD["endpoint"], CENTRE.public, DESK_KEY)
    assert GOOD["secret_key"] not in repr(key)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not a desk's key file"), ("{}", "desk"), ("[1]", "not a desk's key file"), ("\xff\x00", "not a desk's key file"),
        (json.dumps(GOOD | {"endpoint": "ipc://x"}), "endpoint"), (json.dumps(GOOD | {"server_key": "short"}), "server_key"),
        (json.dumps(GOOD | {"public_key": STRANGER.public.decode()}), "not a pair"),
        (json.dumps(GOOD | {"secret_key": "é" * 20}), "not a pair"), (json.dumps(GOOD)[:-9], "not a desk's key file"),
    ],
)  # fmt: skip
def test_an_invalid_key_file_is_named_with_the_reason(text: str, word: str, tmp_path: Path) -> None:
    path = write(tmp_path / "desk.json", text)
    with pytest.raises(DeskKeyError, match=word) as caught:
        DeskKey.load(path)
    assert str(path) in str(caught.value)
    assert "switchctl desk add" in str(caught.value)
    assert GOOD["secret_key"] not in str(caught.value)


def test_a_key_file_that_is_missing_a_folder_or_open_to_others(tmp_path: Path) -> None:
    with pytest.raises(DeskKeyError, match="no such key file"):
        DeskKey.load(tmp_path / "nowhere.json")
    with pytest.raises(DeskKeyError, match=str(tmp_path)):
        DeskKey.load(tmp_path)
    path = write(tmp_path / "desk.json", json.dumps(GOOD))
    path.chmod(0o644)
    with pytest.raises(DeskKeyError, match="chmod 600"):
        DeskKey.load(path)
