"""The demo's outside telephones: the behaviour of each number, dialled by an agent over the demo's trunk, with real SIP and RTP."""

import re
import socket
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from shared import desk as wire
from shared.enums import Language, Role, SeatState
from switch_server.demo.telephones.outside import BEHAVIOURS, fax_machine, number_of
from switch_server.demo.telephones.voice import PAUSE_MS, voice
from switch_server.demo.texts import DemoTexts
from switch_server.demo.world import DemoFolder, DemoPorts, outside_trunk
from switch_server.fax_card import NoSpandsp
from switch_server.services.prompt_audio import read_alaw_wav
from tests.e2e.centre import ROOT, Centre, Process
from tests.e2e.desk import Desk, hears
from tests.sip_tools import free_port

CALLED, OTHER = "02087654321", "13900001234"
NUMBERS = {end: f"1390000123{end}" for end in "1234"}


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("<sip:13900001234@127.0.0.1:5080>", "13900001234"),
        ("sip:02012345678@127.0.0.1;user=phone", "02012345678"),
        ("sip:127.0.0.1", ""),
    ],
)
def test_the_number_that_was_dialled(uri: str, number: str) -> None:
    assert number_of(uri) == number


@pytest.mark.parametrize("language", Language)
def test_a_voice_reads_the_number_and_pauses(language: Language) -> None:
    one, other = (read_alaw_wav(voice(number, language)) for number in (CALLED, OTHER))
    assert 3 < len(one) / 8000 < 10
    assert np.abs(one[-PAUSE_MS * 8 :]).max() < 0.01 < np.abs(one[: -PAUSE_MS * 8]).max()
    assert len(one) != len(other)


@pytest.mark.parametrize("language", Language)
def test_the_demo_s_text_describes_each_behaviour(language: Language) -> None:
    said = DemoTexts(language)("outside")
    assert all(re.search(rf"\b{end}\b", said) for end in BEHAVIOURS)


def test_the_trunk_and_the_supervisor(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path, 7)
    folder.make("127.0.0.1", DemoPorts(sip=5060, link=5580, desks=5581, outside=5090))
    trunk = yaml.safe_load(folder.config.read_text())["trunks"][1]
    assert (trunk["far"], trunk["fax"]) == (["127.0.0.1:5090"], "audio")
    assert [each.role for each in folder.world.agents] == [Role.SUPERVISOR, Role.AGENT, Role.AGENT]


def test_without_spandsp_there_are_telephones_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise NoSpandsp("install libspandsp2")

    monkeypatch.setattr("switch_server.demo.telephones.outside.load", missing)
    given = Namespace(fax_folder=tmp_path / "fax", fax_to="", language=Language.EN)
    assert fax_machine(given) is None
    assert "no fax machine: install libspandsp2" in capsys.readouterr().err
    assert not given.fax_folder.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("port", "status", "words"), [("taken", 1, "can't listen on 127.0.0.1:"), ("99999", 2, "1 to 65535")]
)
def test_a_port_that_is_taken_or_invalid(tmp_path: Path, port: str, status: int, words: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        wanted = str(other.getsockname()[1]) if port == "taken" else port
        done = subprocess.run(
            [sys.executable, "-m", "switch_server.demo.telephones.outside", "--port", wanted, "--folder", str(tmp_path), "--language", "en"],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == status
    assert words in done.stderr


# --- dialled ---


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder, port = tmp_path_factory.mktemp("centre"), free_port()

    def change(content: dict[str, Any]) -> None:
        content["trunks"] += outside_trunk(port)

    world = Process(
        folder / "outside.out", "switch_server.demo.telephones.outside",
        "--port", str(port), "--folder", str(folder / "outside"), "--language", "en",
    )  # fmt: skip
    with Centre(folder, branches=(), change=change) as made:
        world.start("ready")
        try:
            yield made
        finally:
            assert world.stop() == 0


@pytest.fixture
def desk(centre: Centre) -> Iterator[Desk]:
    with Desk(centre) as made:
        yield made


def dials(desk: Desk, end: str) -> str:
    desk.done(wire.Dial(NUMBERS[end]))
    desk.until(lambda: desk.state.call is not None)
    desk.phone.answer()
    return desk.call.call


def wraps_up(desk: Desk, call: str) -> None:
    desk.until(lambda: desk.state.call is None)
    desk.phone.wait(lambda: desk.phone.hung_up_on)
    desk.seat(SeatState.WRAP_UP)
    desk.done(wire.WrapUp(call, "other", ""))


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """The largest correlation of ``heard`` with any part of the repeated ``said``: 1 means that they are equal."""
    long = np.concatenate([said, said]).astype(np.float64)
    short = heard.astype(np.float64)
    size = 1 << (len(long) + len(short)).bit_length()
    matched = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)[: len(long) - len(short)]
    energy = np.convolve(long**2, np.ones(len(short)), "valid")[: len(matched)]
    return float((matched / np.sqrt(energy * (short**2).sum() + 1e-9)).max())


@pytest.mark.slow
def test_a_number_rings_then_reads_itself_aloud(desk: Desk) -> None:
    call = dials(desk, "4")
    hears(desk.phone.rtp, 450)
    desk.seat(SeatState.TALKING)
    heard = desk.phone.rtp.listen(2.5)
    assert likeness(heard, read_alaw_wav(voice(NUMBERS["4"], Language.EN))) > 0.9
    assert likeness(heard, read_alaw_wav(voice(CALLED, Language.EN))) < 0.7
    desk.put_down()
    wraps_up(desk, call)


@pytest.mark.slow
def test_a_busy_number(desk: Desk) -> None:
    dials(desk, "1")
    desk.until(lambda: desk.state.call is None)


@pytest.mark.slow
def test_a_number_that_never_answers(desk: Desk) -> None:
    dials(desk, "2")
    hears(desk.phone.rtp, 450)
    desk.phone.rtp.listen(3.0)
    assert desk.call.state is SeatState.DIALLING
    desk.put_down()
    desk.until(lambda: desk.state.call is None)


@pytest.mark.slow
def test_a_number_that_hangs_up_soon(desk: Desk) -> None:
    call = dials(desk, "3")
    desk.seat(SeatState.TALKING)
    wraps_up(desk, call)
