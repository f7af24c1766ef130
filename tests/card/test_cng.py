"""CNG from a calling fax machine: heard within its first pause, by compiled code and by numpy alike; speech, keys, music and other tones are none."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from shared.enums import DigitMode, Law
from shared.ids import LegId
from switch_server.card import FRAME, g711
from switch_server.card.kernel import Kernel
from switch_server.card.kernel_library import load
from switch_server.card.prompts import read_wave
from switch_server.core.words.fax import FaxToneHeard
from switch_server.core.words.media import CloseChannel
from tests.card.speech import PROMPTS, talk
from tests.card.twins import RTP, Twins, on_one_processor
from tests.fax_machine.engine import Audio
from tests.rtp_peer import dtmf, sine

pytestmark = pytest.mark.slow
SECOND = 8000


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(SECOND * seconds), np.int16)


def cng(hertz: float = 1100, dbm0: float = -15, on: float = 0.5, times: int = 1) -> np.ndarray:
    return np.concatenate([silence(0.73), *[sine(hertz, round(SECOND * on), dbm0), silence(3.0)] * times])


class Ear:
    """Both kinds of card, with a leg for each sound."""

    def __init__(self, twins: Twins) -> None:
        self.twins, self._opened = twins, 0

    def hears(
        self, *sounds: np.ndarray, law: Law = Law.A, lost: float = 0.0, mode: DigitMode = DigitMode.AUTO
    ) -> list[bool]:
        """Whether CNG was told on the leg of each sound, once."""
        legs = []
        for _ in sounds:
            self._opened += 1
            legs.append(LegId(f"leg/{self._opened}"))
            self.twins.open(legs[-1], law, 101, mode)
        frames = [self._frames(sound, law) for sound in sounds]
        gone = np.random.default_rng(1).random((len(sounds), max(map(len, frames)))) < lost
        for number in range(max(map(len, frames))):
            self.twins.tick([
                (leg, RTP.pack(0x80, g711.PAYLOAD_TYPE[g711.LAW_INDEX[law]], number, number * FRAME, 7) + said[number].tobytes(), False)
                for leg, said, holes in zip(legs, frames, gone, strict=True)
                if number < len(said) and not holes[number]
            ])  # fmt: skip
        told = [event.leg for event in self.twins.sides[0].told() if isinstance(event, FaxToneHeard)]
        for leg in legs:
            self.twins.do(CloseChannel(leg))
            assert told.count(leg) <= 1
        return [leg in told for leg in legs]

    @staticmethod
    def _frames(sound: np.ndarray, law: Law) -> np.ndarray:
        whole = sound[: len(sound) // FRAME * FRAME].astype(np.int16)
        return g711.encode(whole, g711.LAW_INDEX[law]).reshape(-1, FRAME)


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    with on_one_processor():
        prompts = tmp_path / "prompts"
        prompts.mkdir()
        twins = Twins(Kernel(load()), tmp_path, prompts)
        yield Ear(twins)
        twins.compare()


@pytest.mark.parametrize("law", [Law.A, Law.MU])
def test_cng_is_told_once_by_the_end_of_its_first_period(ear: Ear, law: Law) -> None:
    assert (
        ear.hears(
            cng(), cng(1064), cng(1136), cng(dbm0=-30), cng(dbm0=-5), cng(on=0.44), cng(on=0.56), cng(times=3), law=law
        )
        == [True] * 8
    )


def test_cng_is_heard_at_any_offset_and_with_a_little_loss_and_noise(ear: Ear) -> None:
    offsets = [np.concatenate([silence(0.0125 * n), cng()]) for n in range(8)]
    assert ear.hears(*offsets) == [True] * 8
    noise = np.random.default_rng(2).normal(0, 60, 40_000).astype(np.int16)
    assert (
        ear.hears(*(cng(times=4) + noise[np.arange(len(cng(times=4))) % 40_000] for _ in range(6)), lost=0.01)
        == [True] * 6
    )


def test_a_real_machine_that_calls_is_heard(ear: Ear, tmp_path: Path) -> None:
    """Spandsp's CNG, once with noise of the line."""
    machine = Audio(send=str(tmp_path / "none.tif"), ident="1", ecm=True, modems="v17")
    calling = np.frombuffer(b"".join(machine.say() for _ in range(400)), "<i2")
    machine.close()
    noise = np.random.default_rng(3).normal(0, 50, len(calling)).astype(np.int16)
    assert ear.hears(calling, calling + noise) == [True, True]


def test_speech_keys_music_and_other_tones_are_no_cng(ear: Ear) -> None:
    music = [read_wave(path) for path in sorted((PROMPTS / "music").glob("*.wav"))][:2]
    keys = np.concatenate([part for key in "0123456789*#ABCD" for part in (dtmf(key, SECOND // 2), silence(0.3))])
    tones = [
        cng(1000),
        cng(1200),
        cng(on=0.25, times=3),
        cng(on=0.9, times=2),
        cng(on=3.0),
        cng(dbm0=-45),
        cng(2100, on=3.0),
        cng(450),
    ]
    assert not any(ear.hears(*(g711.decode(talk(n), g711.A).reshape(-1) for n in range(4)), keys, *music))
    assert not any(ear.hears(*tones))


def test_a_warble_around_the_frequency_is_no_cng(ear: Ear) -> None:
    """Speech whose pitch wanders through 1,100 Hz, and a chord that has it."""
    time = np.arange(SECOND * 4) / SECOND
    sweep = 8000 * np.sin(2 * np.pi * (900 * time + 200 * time**2 / 2))
    chord = sum(5000 * np.sin(2 * np.pi * hertz * time[: SECOND // 2]) for hertz in (1100, 1386, 1661))
    assert ear.hears(sweep, np.concatenate([silence(0.5), chord, silence(1.0)])) == [False, False]


def test_a_call_is_watched_for_its_first_minute(ear: Ear) -> None:
    assert ear.hears(np.concatenate([silence(61), cng()]), np.concatenate([silence(55), cng()])) == [False, True]
