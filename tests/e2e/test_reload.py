"""Wrong flows, configuration and prompts are refused with their place; a running server takes over valid ones without dropping a call."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from switch_server.services.prompt_audio import alaw_wav
from tests.e2e.centre import ROOT, Centre
from tests.e2e.phone import Phone
from tests.rtp_peer import frequency, level, sine

pytestmark = pytest.mark.slow
NUMBER = "7200"
FLOW = """
flow: small
numbers: ["7200"]
start: menu
says: {invalid: ["pause:60"], no_input: ["pause:60"]}
steps:
  menu:
    kind: menu
    say: [welcome]
    first_digit: 60
    keys: {1: first}
    on_fail: gone
  first: {kind: say, say: [goodbye], next: gone}
  gone: {kind: hangup}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    def change(content: dict) -> None:  # type: ignore[type-arg]
        content["prompts"] = ["studio"]

    folder = tmp_path_factory.mktemp("centre")
    made = Centre(folder, flows={"small": FLOW}, change=change)
    (made.demo.centre / "studio" / "zh_CN").mkdir(parents=True)
    with made:
        yield made


@pytest.fixture
def flow(centre: Centre) -> Iterator[Path]:
    """The flow's file, restored afterwards."""
    path = centre.demo.centre / "flows" / "small.yaml"
    yield path
    path.write_text(FLOW)
    assert reload(centre)["flows"] == ["small"]


def check(centre: Centre) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "switch_server", "--config", str(centre.demo.config), "--check"],
        cwd=ROOT, capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def reload(centre: Centre) -> dict[str, Any]:
    """Runs ``switchctl reload --json``, which may be refused."""
    command = ["-m", "switch_server.switchctl", "--socket", str(centre.state / "control.sock"), "reload", "--json"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, check=False, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) is (not found["problems"])
    return found


def line_of(content: str, text: str) -> int:
    return next(number for number, line in enumerate(content.splitlines(), 1) if text in line)


def test_a_branch_s_key_that_is_taken_out_ends_its_session_at_once(centre: Centre) -> None:
    """The branch is admitted again when its key is back."""
    good = centre.demo.config.read_text()
    content = yaml.safe_load(good)
    (branch,) = [branch for branch in content["branches"] if branch["id"] == "GZ01"]
    for key in ("", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"):
        centre.demo.config.write_text(yaml.safe_dump({**content, "branches": [{**branch, "key": key}]}))
        try:
            assert reload(centre)["flows"] == ["small"]
            centre.until(lambda: centre.ctl("status")["branches_up"] == 0, seconds=5.0)
        finally:
            centre.demo.config.write_text(good)
        centre.until(lambda: [row["detail"] for row in centre.rows("audit") if row["action"] == "branch_down"])
        ends = [row["detail"].partition(" ")[0] for row in centre.rows("audit") if row["action"] == "branch_down"]
        assert set(ends) == {"unknown_key"}
        assert reload(centre)["flows"] == ["small"]
        centre.until(lambda: centre.ctl("status")["branches_up"] == 1)


def test_a_wrong_configuration_is_refused_with_its_place(centre: Centre) -> None:
    good = centre.demo.config.read_text()
    assert check(centre) == (0, f"{centre.demo.config}: good; flows: small\n")
    content = yaml.safe_load(good)
    content["media"] |= {"cards": 99, "chanels": 3}
    content["trunks"][0]["far"] = ["300.1.1.1"]
    centre.demo.config.write_text(yaml.safe_dump(content))
    try:
        status, said = check(centre)
        problems = reload(centre)["problems"]
    finally:
        centre.demo.config.write_text(good)
    assert status == 2
    assert f"huawu.yaml:{line_of(yaml.safe_dump(content), 'chanels')}: media.chanels" in said
    assert "channels" in said, "what is allowed"
    assert problems == said.splitlines()


@pytest.mark.parametrize(
    ("good", "bad", "key", "told"),
    [
        ("first}", "frist}", "steps.menu.keys.1", "first"),
        ("[goodbye]", "[goodbey]", "steps.first.say", "goodbye"),
        ("first_digit: 60", "first_digit: soon", "steps.menu.first_digit", "float"),
        ("kind: hangup", "kind: vanish", "steps.gone.kind", "hangup"),
    ],
)
def test_a_wrong_flow_is_refused_and_the_old_one_stays(
    centre: Centre, flow: Path, good: str, bad: str, key: str, told: str
) -> None:
    with Phone(centre, NUMBER) as phone:
        phone.at("menu")
        flow.write_text(FLOW.replace(good, bad))
        status, said = check(centre)
        assert status == 2
        assert f"small.yaml:{line_of(flow.read_text(), bad)}: {key}" in said
        assert told in said
        assert reload(centre)["problems"] == said.splitlines()
        with Phone(centre, NUMBER) as other:
            other.at("menu")
        phone.keys("1")
        phone.at("first")


def test_a_good_flow_is_for_new_calls(centre: Centre, flow: Path) -> None:
    with Phone(centre, NUMBER) as old:
        old.at("menu")
        flow.write_text(
            FLOW.replace("{1: first}", "{1: first, 2: second}").replace(
                "  gone:", "  second: {kind: say, say: [risk], next: gone}\n  gone:"
            )
        )
        assert reload(centre)["flows"] == ["small"]
        with Phone(centre, NUMBER) as new:
            new.keys("2")
            new.at("second")
        old.keys("2")
        old.keys("1")
        old.at("first")
        assert "second" not in old.steps()


def test_a_prompt_of_ones_own_is_heard_after_a_reload(centre: Centre) -> None:
    own = centre.demo.centre / "studio" / "zh_CN" / "welcome.wav"
    with Phone(centre, NUMBER) as phone:
        assert frequency(said_to(phone)) != pytest.approx(700, abs=5)
    own.write_bytes(alaw_wav((sine(700, 8000 * 4) / 32768).astype(np.float32)))
    assert reload(centre)["flows"] == ["small"]
    with Phone(centre, NUMBER) as phone:
        assert frequency(said_to(phone)) == pytest.approx(700, abs=5)
    own.write_bytes(b"RIFF of another kind")
    assert [f"{own}:0: not a WAV file" in problem for problem in reload(centre)["problems"]] == [True]
    assert check(centre)[0] == 2
    own.unlink()
    assert reload(centre)["flows"] == ["small"]


def said_to(phone: Phone) -> np.ndarray:
    phone.rtp.wait(lambda heard: len(heard) > 25 and level(phone.rtp.samples(heard[-25:])) > -40, 20)
    return phone.rtp.listen(1.0)
