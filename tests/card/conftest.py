"""Fixtures: prompts, and one card process for all tests that need no card of their own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from switch_server.card.prompts import write_wave
from tests.card.driver import CardProcess
from tests.rtp_peer import sine


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``zh_CN/one`` is 1 s of 700 Hz, ``zh_CN/two`` 0.5 s of 1,700 Hz, ``long`` 20 s of 600 Hz."""
    folder = tmp_path_factory.mktemp("prompts")
    (folder / "zh_CN").mkdir()
    write_wave(folder / "zh_CN" / "one.wav", sine(700, 8000))
    write_wave(folder / "zh_CN" / "two.wav", sine(1700, 4000))
    write_wave(folder / "long.wav", np.tile(sine(600, 8000), 20))
    (folder / "broken.wav").write_bytes(b"RIFF....WAVE no such thing")
    return folder


@pytest.fixture(scope="session", params=["compiled", pytest.param("numpy", marks=pytest.mark.slow)])
def shared_card(request: pytest.FixtureRequest, prompts: Path) -> Iterator[CardProcess]:
    """Each test runs with both kinds of card."""
    with CardProcess(prompts, numpy=request.param == "numpy") as process:
        yield process


@pytest.fixture
def card(shared_card: CardProcess) -> Iterator[CardProcess]:
    """The shared card, left without channels and events."""
    yield shared_card
    shared_card.clear()
