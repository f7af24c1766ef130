"""Channels: whose packets are taken, addresses that change, hold, counters, and commands out of place."""

import socket
from pathlib import Path

import pytest

from shared.enums import Direction, Law
from shared.fax import FaxId, FaxResult
from shared.ids import LegId
from switch_server.core.words import fax, media
from switch_server.fax_card import session
from tests.fax_card import pages
from tests.fax_card.rig import T38, Rig
from tests.fax_machine.line import Line

A = LegId("a/1")


def test_channels_are_opened_closed_and_counted() -> None:
    rig = Rig(channels=1)
    rig.card.do(media.OpenChannel(A, None, Law.MU))
    near = rig.last(media.ChannelOpened).near
    assert (near.ip, near.law, near.telephone_event, near.t38) == ("127.0.0.1", Law.MU, None, True)
    rig.card.do(media.OpenChannel(A, None))
    rig.card.do(media.OpenChannel(LegId("b/1"), None))
    assert [failed.reason for failed in rig.of(media.ChannelFailed)] == ["exists", "full"]
    rig.card.do(media.CloseChannel(A))
    rig.card.do(media.CloseChannel(A))
    rig.card.do(media.OpenChannel(A, media.Far("no address", 1, Law.A)))
    assert rig.last(media.ChannelFailed).reason == "bad_address"
    assert rig.card.load()["dropped_commands"] == 1
    rig.card.do(media.OpenChannel(A, None))
    rig.card.do(media.ChangeFar(A, media.Far("no address", 1, Law.A)))
    rig.card.do(media.Hear(A, ()))
    assert rig.card.load()["dropped_commands"] == 3
    rig.close()


def test_strangers_are_dropped_and_the_far_end_is_latched(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    leg = rig.send(one_page, tmp_path / "out.tif")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        for _ in range(400):
            stranger.sendto(b"\x80\x08" + bytes(170), rig.lines[0].far or ("", 0))
            rig.tick()
    (ended,) = rig.ended(leg)
    assert ended.result is FaxResult.OK
    assert pages.same(pages.load(tmp_path / "out.tif"), pages.load(one_page))
    assert len(rig.of(media.MediaLatched)) == 1
    rig.card.do(media.CloseChannel(leg))
    assert rig.last(media.ChannelClosed).stats.strangers == 400
    assert rig.card.load()["strangers"] == 400


@pytest.mark.parametrize("t38", [False, True])
def test_a_far_end_behind_nat_is_answered_where_it_sends_from(
    rig: Rig, one_page: Path, tmp_path: Path, *, t38: bool
) -> None:
    line = Line()
    leg = rig.open(line, ip="192.0.2.9", port=9, sources=("127.0.0.0/8",), t38=T38 if t38 else None)
    rig.add_machine(line, t38=t38, send=str(one_page))
    rig.card.do(fax.ReceiveFax(leg, FaxId("r1"), str(tmp_path / "in.tif")))
    (ended,) = rig.ended(leg)
    assert ended.result is FaxResult.OK


def test_mutated_datagrams_harm_nothing(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    import random

    chance = random.Random(3)
    for t38 in (False, True):
        line = Line()
        leg = rig.send(one_page, tmp_path / f"{t38}.tif", t38=t38, line=line)
        for _ in range(300):
            rig.tick()
            datagram = bytearray(chance.randbytes(chance.randrange(0, 400)))
            datagram[:2] = b"\x80\x08" if chance.random() < 0.5 else datagram[:2]
            assert line.far
            line.socket.sendto(datagram, line.far)
        rig.ended(leg)
    assert rig.card.load()["malformed"] > 100


def test_silence_is_reported_while_the_far_end_should_send(rig: Rig) -> None:
    line = Line()
    leg = rig.open(line)
    rig.run(lambda: rig.card.ticks == 1001)
    assert [silent.seconds for silent in rig.of(media.MediaSilent)] == [10, 20]
    rig.card.do(media.ChangeFar(leg, rig.far(line, direction=Direction.INACTIVE)))
    line.received()
    rig.run(lambda: rig.card.ticks == 2001)
    assert len(rig.of(media.MediaSilent)) == 2
    assert not line.received()


def test_a_full_disk_ends_a_reception(
    rig: Rig, three_pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = rig.receive(three_pages, tmp_path / "in.tif")
    rig.run(lambda: bool(rig.of(fax.FaxPage)))
    monkeypatch.setattr(session, "LEAST_FREE", 1 << 62)
    (ended,) = rig.ended(leg)
    assert (ended.result, ended.pages) == (FaxResult.SPOOL_FULL, 1)
    assert rig.machines[0].terminal.code != 0, "the second page was not confirmed"


def test_a_second_fax_on_a_channel_ends_the_first(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    leg = rig.send(one_page, tmp_path / "out.tif")
    rig.run(lambda: rig.card.ticks > 20)
    rig.card.do(fax.SendFax(leg, FaxId("f2"), str(one_page)))
    rig.run(lambda: len(rig.of(fax.FaxEnded)) == 2)
    assert [(ended.fax, ended.result) for ended in rig.of(fax.FaxEnded)] == [
        (f"f{leg}", FaxResult.DROPPED),
        ("f2", FaxResult.OK),
    ]
    assert pages.same(pages.load(tmp_path / "out.tif"), pages.load(one_page))
