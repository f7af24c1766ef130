"""Programs killed while orders are in flight, a full disk, a locked store: confirmed orders are kept, and calls go on."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from switch_server.card.prompts import read_wave
from tests.e2e.caller import Caller, scenario
from tests.e2e.centre import ROOT, Centre, wav
from tests.e2e.kill_switch import BRANCH, Killing, small_centre, to_read_back
from tests.rtp_peer import RtpPeer, level
from tests.sip_tools import Sipp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
TIMES = {"switch": 8, "gateway": 3, "trading": 3}
SPEECH = -45.0
PROMPTS = ROOT / "resources" / "prompts"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with small_centre(tmp_path_factory.mktemp("centre"), 3) as made:
        yield made


@pytest.mark.parametrize("victim", ["switch", "gateway", "trading"])
def test_each_order_is_once_at_the_branch_or_known_not_to_be(centre: Centre, tmp_path: Path, victim: str) -> None:
    killing = Killing(centre, tmp_path, victim=victim, callers=3, seed=5)
    for _ in range(TIMES[victim]):
        killing.ready()
        done = killing.round()
        assert done.wrong == []
    killing.ready()
    assert len(centre.at_branch(BRANCH)) > 0
    if victim == "switch":
        check_what_the_killed_switch_left_open(centre)


def check_what_the_killed_switch_left_open(centre: Centre) -> None:
    """Checks that every call has an end, and its recording an end and playable audio."""
    centre.until(lambda: all(row["ended_at"] for row in centre.rows("calls")))
    recordings = {row["call"]: row for row in centre.rows("recordings")}
    left = [row for row in centre.rows("calls") if row["cause"] == "switch_stopped" and row["answered_at"]]
    assert len(left) >= TIMES["switch"]
    for row in left:
        assert recordings[row["id"]]["ended_at"]
        assert len(wav(Path(recordings[row["id"]]["path"]))) > 0


# --- reports that come again ---


def steps(rows: list[dict[str, Any]]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each order, in order, without those that a restart adds for orders in doubt."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        if row["event"] not in ("recovered", "pending", "silent"):
            step = (row["state"], row["event"], row["filled"], row["cancelled"], row["branch_status"])
            found.setdefault(row["key"], []).append(step)
    return found


def histories(centre: Centre) -> list[dict[str, list[tuple[object, ...]]]]:
    return [steps(centre.journal_rows("order_history")), steps(centre.rows("order_history"))]


def test_reports_that_come_again_after_a_restart_are_one_row_each(centre: Centre, tmp_path: Path) -> None:
    """After a restart of the switch, which asks for all reports of the day, and of the gateway."""
    account = centre.customer(BRANCH, skip=12).account.account
    with Caller(centre, tmp_path, stay=60) as caller:
        caller.press(to_read_back(account))
        caller.at("read_back", 40)
        caller.press("1")
        caller.at("accepted")
    centre.until(lambda: any(row["branch_status"] for row in centre.rows("order_history")))
    centre.until(lambda: ended(centre, caller.call))
    before = histories(centre)
    reports = sum(step[4] is not None for order in before[0].values() for step in order)
    centre.switch.kill()
    centre.start_switch()
    centre.until(lambda: centre.ctl("status")["branches_up"] == 1)
    centre.until(lambda: centre.ctl("counters")["groups"]["order_journal"]["repeated"] >= reports)
    assert histories(centre) == before
    centre.gateways[BRANCH].kill()
    centre.gateways[BRANCH].start("ready")
    centre.until(lambda: centre.ctl("status")["branches_up"] == 1)
    centre.until(lambda: centre.ctl("branches")["rows"][0]["trading_system_up"])
    assert histories(centre) == before


def test_orders_that_the_store_has_lost_come_back(centre: Centre, tmp_path: Path) -> None:
    """As after a power cut, when only the order journal has them."""
    account = centre.customer(BRANCH, skip=13).account.account
    with Caller(centre, tmp_path, stay=60) as caller:
        caller.press(to_read_back(account))
        caller.at("read_back", 40)
        caller.press("1")
        caller.at("accepted")
    centre.until(lambda: ended(centre, caller.call))
    centre.switch.kill()
    with closing(sqlite3.connect(centre.state / "huawu.db", isolation_level=None)) as db:
        db.execute("DELETE FROM order_history")
        db.execute("DELETE FROM orders")
    centre.start_switch()
    centre.until(lambda: histories(centre)[0] == histories(centre)[1])
    assert [row["call"] for row in centre.rows("orders")].count(caller.call) == 1


# --- a full disk ---


@contextmanager
def full_disk(pids: list[int]) -> Iterator[None]:
    """These processes can't write: their files may not grow, nor be changed beyond the first byte (RLIMIT_FSIZE)."""
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
    for pid, (_, hard) in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        for pid, limit in zip(pids, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def says(samples: np.ndarray, prompt: str) -> bool:
    """Whether half a second from the middle of the prompt is in the samples."""
    whole = read_wave(PROMPTS / f"{prompt}.wav").astype(np.float64)
    part = whole[len(whole) // 2 - 2000 : len(whole) // 2 + 2000]
    heard = samples.astype(np.float64)
    size = len(heard) + len(part)
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(part, size)), size)[: len(heard) - len(part)]
    energy = np.convolve(heard**2, np.ones(len(part)), "valid")[: len(product)]
    return bool(np.max(product / np.sqrt(np.maximum(energy, 1.0) * (part**2).sum())) > 0.95)


def ended(centre: Centre, call: str) -> bool:
    return any(row["id"] == call and row["ended_at"] for row in centre.rows("calls"))


def test_on_a_full_disk_orders_are_refused_and_calls_go_on(centre: Centre, tmp_path: Path) -> None:
    account = centre.customer(BRANCH, skip=10).account.account
    with Caller(centre, tmp_path, stay=90) as caller:
        caller.press(to_read_back(account))
        caller.at("read_back", 40)
        caller.peer.listen(3.0)  # so that the recording has content
        with full_disk([centre.switch.pid, *centre.card_pids().values()]):
            caller.press("1")
            assert says(caller.peer.listen(6.0), "zh_CN/refusal/journal_failed")
            assert not [row for row in centre.journal_rows() if row["call"] == caller.call]
            passing_call(centre, tmp_path)
            caller.press("4")  # at the trading menu: its prompt is ended, and the next one begins
            assert says(caller.peer.listen(6.0), "zh_CN/menu_query")
            assert suffering(centre) >= {"store", "event journal"}, "the operator is told"
        centre.until(lambda: not suffering(centre))
        caller.press("*1600000")
        caller.at("order_price")
        caller.press("10*01#")
        caller.at("order_quantity")
        caller.press("100#")
        caller.at("read_back")
        caller.press("1")
        caller.at("accepted")
    centre.until(lambda: ended(centre, caller.call))
    check_nothing_is_missing(centre, caller.call)


def suffering(centre: Centre) -> set[str]:
    """The parts of the switch with an alarm."""
    return {trouble["subject"] for trouble in centre.ctl("status")["troubles"] if trouble["code"] == "part"}


def passing_call(centre: Centre, folder: Path) -> None:
    """A short call that hears a prompt and hangs up."""
    with RtpPeer() as peer:
        path = folder / "passing.xml"
        path.write_text(scenario(peer.port, "rfc4733", ()))
        sipp = Sipp(centre.sip, path, folder, extra=("-d", "3000"))
        assert level(peer.listen(1.0)) > SPEECH
        sipp.run()


def check_nothing_is_missing(centre: Centre, call: str) -> None:
    """Checks that the records of that time were written later; the recordings have failed, and their beginnings can be played."""
    passing = centre.rows("calls")[-1]["id"]
    assert passing > call
    centre.until(lambda: ended(centre, passing))
    rows = {row["call"]: row for row in centre.rows("recordings")}
    for each in (call, passing):
        assert rows[each]["cause"] == "failed"
        assert rows[each]["text"]
    assert level(wav(Path(rows[call]["path"]))[8000:, 1]) > SPEECH
    states = [row["state"] for row in centre.rows("orders") if row["call"] == call]
    assert states[0] == "failed"
    assert sum(row["call"] == call for row in centre.journal_rows()) == 1
    numbers = [entry["seq"] for entry in centre.journal()]
    assert numbers == list(range(1, len(numbers) + 1)), "an event is missing"


# --- a locked store ---


def test_while_another_process_locks_the_store_calls_go_on(centre: Centre, tmp_path: Path) -> None:
    account = centre.customer(BRANCH, skip=11).account.account
    with Caller(centre, tmp_path, stay=60) as caller:
        caller.press(to_read_back(account))
        caller.at("read_back", 40)
        locker = sqlite3.connect(centre.state / "huawu.db", isolation_level=None)
        locker.execute("BEGIN EXCLUSIVE")
        caller.press("1")
        caller.at("accepted")
        assert level(caller.peer.listen(5.0)) > SPEECH
        assert not [row for row in centre.rows("orders") if row["call"] == caller.call]
        locker.execute("ROLLBACK")
        locker.close()
    centre.until(lambda: ended(centre, caller.call))
    (order,) = [row for row in centre.rows("orders") if row["call"] == caller.call]
    assert order["contract"] in [row["contract"] for row in centre.at_branch(BRANCH)]
