"""The card's process and independent machines' processes, in real time: audio and T.38, both ways, at once; a card that is killed."""

import os
import signal
from pathlib import Path

import pytest

from shared.fax import FaxResult
from switch_server.core.words import fax
from tests.fax_card import pages
from tests.fax_card.process import FaxCardProcess, Machines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_faxes_in_real_time_over_audio_and_t38_both_ways_at_once(one_page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out-%d.tif", tmp_path / "t38-%d.tif"
    with (
        FaxCardProcess() as card,
        Machines(card, 4, "--receive", str(out[0])) as takers,
        Machines(card, 4, "--send", str(one_page)) as senders,
        Machines(card, 2, "--receive", str(out[1]), "--loss", "0.01", t38=True) as t38_takers,
    ):
        takers.send_to(one_page)
        t38_takers.send_to(one_page)
        received = senders.receive_from(tmp_path)
        ended = [*takers.ended(), *t38_takers.ended(), *senders.ended()]
        assert {each.result for each in ended} == {FaxResult.OK}
        assert [machines.told()["codes"] for machines in (takers, senders, t38_takers)] == [[0] * 4, [0] * 4, [0] * 2]
    arrived = [*received, *(Path(str(out[0]) % n) for n in range(4)), *(Path(str(out[1]) % n) for n in range(2))]
    expected = pages.load(one_page)
    assert all(pages.same(pages.load(path), expected) for path in arrived)


def test_a_killed_card_keeps_the_pages_that_it_has_told(three_pages: Path, tmp_path: Path) -> None:
    with FaxCardProcess() as card, Machines(card, 1, "--send", str(three_pages)) as sender:
        (path,) = sender.receive_from(tmp_path)
        card.wait(fax.FaxPage, seconds=90)
        os.kill(card.process.pid, signal.SIGKILL)
        card.process.wait(30)
    assert pages.same(pages.load(path)[:1], pages.load(three_pages)[:1])
