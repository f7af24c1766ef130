"""``switchctl backup`` while orders run, restored into a new state folder by ``docs/operating.md``: nothing is missing, nothing doubled."""

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.caller import Caller
from tests.e2e.centre import Centre
from tests.e2e.kill_switch import BRANCH, small_centre, to_read_back
from tests.e2e.test_killed import ended

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with small_centre(tmp_path_factory.mktemp("c"), 1) as made:
        yield made


def order(centre: Centre, folder: Path, skip: int, step: str, before: Callable[[], object] = bool) -> str:
    """A customer buys; returns the call, once the flow has reached ``step``. ``before`` is called before the customer confirms."""
    account = centre.customer(BRANCH, skip=skip).account.account
    with Caller(centre, folder, stay=60) as caller:
        caller.press(to_read_back(account))
        caller.at("read_back", 40)
        before()
        caller.press("1")
        caller.at(step)
    centre.until(lambda: ended(centre, caller.call))
    return caller.call


def states(centre: Centre) -> dict[str, str]:
    """The orders' states in the journal, by call."""
    return {row["call"]: row["state"] for row in centre.journal_rows()}


def test_restored_into_a_new_folder(centre: Centre, tmp_path: Path) -> None:
    done = order(centre, tmp_path, 0, "accepted")
    gateway = centre.gateways[BRANCH]
    open_ = order(centre, tmp_path, 1, "in_doubt", lambda: os.kill(gateway.pid, signal.SIGSTOP))
    gateway.kill()
    assert states(centre)[open_] in {"sent", "in_doubt"}
    folder = tmp_path / "backup"
    assert centre.ctl("backup", str(folder))["state"] == "done"
    assert {path.name for path in folder.iterdir()} == {"huawu.db", "orders.db", "keys", "backup.json"}
    assert centre.ctl("backup", str(folder))["status"] == 1, "it is not overwritten"

    centre.switch.kill()
    calls = {row["id"] for row in centre.rows("calls")}
    centre.state.rename(centre.state.with_name("state-broken"))  # as in docs/operating.md
    shutil.copytree(folder, centre.state)
    centre.start_switch()
    assert calls == {row["id"] for row in centre.rows("calls")}
    assert centre.ctl("orders")["rows"]
    assert states(centre)[done] == states_of_store(centre)[done]
    gateway.start("ready")  # the restored centre has the keys that the gateway expects
    centre.until(lambda: states(centre)[open_] not in {"captured", "sent", "in_doubt"})
    centre.until(lambda: states_of_store(centre)[open_] == states(centre)[open_])

    again = order(centre, tmp_path, 2, "accepted")
    assert again > max(calls), "a new name"
    keys = {row["key"]: row["call"] for row in centre.journal_rows()}
    at_branch = Counter(keys[each["remark"]] for each in centre.at_branch(BRANCH))
    assert at_branch[done] == at_branch[again] == 1
    assert at_branch[open_] <= 1


def states_of_store(centre: Centre) -> dict[str, str]:
    return {row["call"]: row["state"] for row in centre.rows("orders")}
