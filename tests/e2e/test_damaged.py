"""A large damaged store: the switch starts, takes calls, and alarms its operator; a backup of the store is refused."""

import time
from pathlib import Path

import pytest

from switch_server.adapters.integrity import is_small
from tests.bench._past_calls import fill
from tests.e2e.centre import Centre
from tests.e2e.test_killed import passing_call
from tests.store.test_start import spoil


@pytest.mark.slow
def test_damage_is_an_alarm_and_calls_go_on(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    centre = Centre(tmp_path_factory.mktemp("c"), branches=())
    store = centre.state / "huawu.db"
    fill(store, 100_000, time.time())
    assert not is_small(store)
    spoil(store, "legs")
    with centre:
        centre.until(lambda: troubles(centre, "file_damaged").get("huawu.db"))
        centre.until(
            lambda: "malformed" in troubles(centre, "part")["store"]
        )  # records wait, since those of the last run can't be ended
        passing_call(centre, tmp_path)
        said = centre.ctl("backup", str(tmp_path / "backup"))
        assert said["status"] == 1
        assert "nothing of it is left" in said["error"]


def troubles(centre: Centre, code: str) -> dict[str, str]:
    return {each["subject"]: each["text"] for each in centre.ctl("status")["troubles"] if each["code"] == code}
