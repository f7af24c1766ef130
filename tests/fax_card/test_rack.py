"""The fax card beside voice cards: started, killed and started anew by the rack; none where its library is missing."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from shared.fax import FaxId, FaxResult
from shared.ids import CardId, LegId
from switch_server.adapters.cards import CardRack, fax_library
from switch_server.core import catalogue as e
from switch_server.core.fax import facts
from switch_server.core.words import fax, media
from tests.contracts.test_cards import CardRig

pytestmark = pytest.mark.slow
FAX, A = CardId("fax-1"), LegId("20300101-1/1")


def test_a_fax_card_runs_dies_and_runs_again_while_the_voice_card_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        rig = CardRig()
        rack = CardRack(
            rig.post, rig.post_now, cards=1, channels=2, ip="127.0.0.1", prompt_folders=[tmp_path], fax_channels=3
        )
        rig.cards = rack
        await rack.start()
        await rack.up()
        try:
            assert {(up.card, up.channels, up.kind) for up in rig.events if isinstance(up, e.CardUp)} == {
                ("card-1", 2, "voice"),
                ("fax-1", 3, "fax"),
            }
            rig.do(media.OpenChannel(A, None), card=FAX)
            assert (await rig.wait(e.ChannelOpened)).near.t38
            rig.do(fax.SendFax(A, FaxId("f1"), str(tmp_path / "none.tif")), card=FAX)
            ended = await rig.wait(facts.FaxEnded)
            assert (ended.leg, ended.fax, ended.result) == (A, "f1", FaxResult.BAD_FILE)
            os.kill(rack.pids()[FAX], signal.SIGKILL)
            assert (await rig.wait(e.CardDied)).card == FAX
            up = await rig.wait(e.CardUp)
            assert (up.card, up.kind) == (FAX, "fax")
            assert rack.restarts == {"card-1": 0, "fax-1": 1}
        finally:
            await rack.stop()

    asyncio.run(story())


def test_without_the_library_there_is_no_fax_card_and_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fax_library, "LIBRARY", "libnone-of-this-name.so.1")

    async def story() -> None:
        events: list[e.Event] = []
        rack = CardRack(
            events.append, events.extend, cards=1, channels=2, ip="127.0.0.1", prompt_folders=[tmp_path], fax_channels=3
        )
        await rack.start()
        await rack.up()
        assert rack.no_fax == "libspandsp2"
        assert list(rack.pids()) == ["card-1"]
        await rack.stop()

    asyncio.run(story())
    assert "install the package libspandsp2" in caplog.text
