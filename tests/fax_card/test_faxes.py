"""Whole faxes between the card and an independent machine, over G.711 and over T.38, on a clock that runs fast."""

from pathlib import Path

import numpy as np
import pytest

from shared.enums import Law
from shared.fax import FaxId, FaxModem, FaxResult
from switch_server.core.words import fax, media
from switch_server.fax_card.results import CALL_DROPPED
from tests.fax_card import pages
from tests.fax_card.rig import OURS, T38, THEIRS, Rig
from tests.fax_machine.line import Line

CHINESE = [
    "传真测试：春眠不觉晓，处处闻啼鸟。",
    "发件人：北京总部 +86 10 66554433",
    "证券账户 对账单 合计 1,234,567.89 元",
]


@pytest.mark.slow
@pytest.mark.parametrize("t38", [False, True], ids=["audio", "t38"])
def test_three_chinese_pages_arrive_pixel_for_pixel_both_ways(rig: Rig, tmp_path: Path, *, t38: bool) -> None:
    document = [pages.chinese(2200, [f"第 {number} 页 / 共 3 页", *CHINESE * 6]) for number in (1, 2, 3)]
    path = pages.save(tmp_path / "document.tif", document)
    sent, received = tmp_path / "sent.tif", tmp_path / "received.tif"
    out, back = rig.send(path, sent, t38=t38), rig.receive(path, received, t38=t38)
    for ended in rig.ended(out, back):
        assert (ended.result, ended.t30, ended.pages, ended.remote) == (FaxResult.OK, 0, 3, THEIRS)
        assert (ended.bit_rate, ended.modem, ended.ecm, ended.t38) == (14400, FaxModem.V17, True, t38)
    for leg in (out, back):
        connected = rig.of(fax.FaxConnected, leg)
        assert [(each.remote, each.bit_rate, each.ecm, each.t38) for each in connected] == [(THEIRS, 14400, True, t38)]
        assert [page.pages for page in rig.of(fax.FaxPage, leg)] == [1, 2, 3]
    assert [machine.terminal.remote for machine in rig.machines] == [OURS, OURS]
    assert pages.same(pages.load(sent), document)
    assert pages.same(pages.load(received), document)


def test_a_fax_goes_on_from_a_later_page(rig: Rig, three_pages: Path, tmp_path: Path) -> None:
    line = Line()
    leg = rig.open(line)
    rig.add_machine(line, t38=False, receive=str(tmp_path / "rest.tif"))
    rig.card.do(fax.SendFax(leg, FaxId("f1"), str(three_pages), first_page=2))
    (ended,) = rig.ended(leg)
    assert (ended.result, ended.pages) == (FaxResult.OK, 1)
    assert pages.same(pages.load(tmp_path / "rest.tif"), pages.load(three_pages)[2:])


@pytest.mark.parametrize(
    ("machine", "ours", "modem", "ecm"),
    [
        ({"modems": "v27ter"}, {}, FaxModem.V27TER, True),
        ({"ecm": False}, {}, FaxModem.V17, False),
        ({}, {"fastest": FaxModem.V29}, FaxModem.V29, True),
        ({}, {"fastest": FaxModem.V27TER, "ecm": False}, FaxModem.V27TER, False),
    ],
)
def test_the_slower_machine_decides(
    rig: Rig,
    one_page: Path,
    tmp_path: Path,
    machine: dict[str, object],
    ours: dict[str, object],
    modem: FaxModem,
    *,
    ecm: bool,
) -> None:
    sent, received = tmp_path / "sent.tif", tmp_path / "received.tif"
    legs = rig.send(one_page, sent, ours=ours, **machine), rig.receive(one_page, received, ours=ours, **machine)
    for ended in rig.ended(*legs):
        assert (ended.result, ended.pages, ended.modem, ended.ecm) == (FaxResult.OK, 1, modem, ecm)
    for arrived in (sent, received):
        assert pages.same(pages.load(arrived), pages.load(one_page))


def test_mu_law_both_ways(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    lines = Line(), Line()
    legs = [rig.open(line, law=Law.MU) for line in lines]
    rig.add_machine(lines[0], t38=False, mu=True, receive=str(tmp_path / "sent.tif"))
    rig.add_machine(lines[1], t38=False, mu=True, send=str(one_page))
    rig.card.do(fax.SendFax(legs[0], FaxId("f1"), str(one_page)))
    rig.card.do(fax.ReceiveFax(legs[1], FaxId("r1"), str(tmp_path / "received.tif")))
    assert [ended.result for ended in rig.ended(*legs)] == [FaxResult.OK] * 2
    for arrived in ("sent.tif", "received.tif"):
        assert pages.same(pages.load(tmp_path / arrived), pages.load(one_page))


def test_thirty_two_at_once(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    legs = [rig.send(one_page, tmp_path / f"{number}.tif") for number in range(16)]
    legs += [rig.receive(one_page, tmp_path / f"{number}.tif") for number in range(16, 32)]
    assert {ended.result for ended in rig.ended(*legs)} == {FaxResult.OK}
    expected = pages.load(one_page)
    assert all(pages.same(pages.load(tmp_path / f"{number}.tif"), expected) for number in range(32))


@pytest.mark.parametrize("t38", [False, True], ids=["audio", "t38"])
def test_loss_is_survived_or_reported(rig: Rig, one_page: Path, tmp_path: Path, *, t38: bool) -> None:
    """0.1 % both ways over audio: nearly all arrive. 1 % lost and 1 % repeated over T.38: all. What is reported as sent has arrived whole."""
    share = 0.01 if t38 else 0.001
    faxes = [
        (
            rig.send(one_page, tmp_path / f"{n}.tif", t38=t38, line=Line(loss=share, twice=share, seed=n)),
            tmp_path / f"{n}.tif",
        )
        for n in range(20)
    ]
    ended = rig.ended(*(leg for leg, _ in faxes))
    good = [out for (_, out), each in zip(faxes, ended, strict=True) if each.result is FaxResult.OK]
    assert len(good) >= (20 if t38 else 17)
    expected = pages.load(one_page)
    assert all(pages.same(pages.load(out), expected) for out in good)


@pytest.mark.parametrize("share", [0.003, 0.01])
def test_much_loss_over_audio_never_claims_what_did_not_arrive(
    rig: Rig, one_page: Path, tmp_path: Path, share: float
) -> None:
    outs = [tmp_path / f"{n}.tif" for n in range(8)]
    legs = [rig.send(one_page, outs[n], line=Line(loss=share, seed=n)) for n in range(4)]
    legs += [rig.receive(one_page, outs[n], line=Line(loss=share, seed=n)) for n in range(4, 8)]
    ended = rig.ended(*legs, seconds=600)
    expected = pages.load(one_page)
    for out, each in zip(outs, ended, strict=True):
        assert each.pages == (each.result is FaxResult.OK), each
        if each.result is FaxResult.OK:
            assert pages.same(pages.load(out), expected)


@pytest.mark.parametrize("sending", [True, False])
@pytest.mark.parametrize("after", [4.0, 8.0, 12.0])
def test_a_change_to_t38_in_training_begins_a_new_session(
    rig: Rig, one_page: Path, tmp_path: Path, after: float, *, sending: bool
) -> None:
    out = tmp_path / "out.tif"
    line = Line()
    leg = (rig.send if sending else rig.receive)(one_page, out, line=line)
    rig.run(lambda: rig.card.ticks > after * 50)
    assert not rig.of(fax.FaxPage)
    rtp_source = rig.machines[0]._ssrc.to_bytes(4, "big")  # type: ignore[union-attr]  # it is over audio
    rig.machines.clear()
    for number in range(5):  # the old gateway's last packets come after the change
        line.send(bytes([0x80, 8, 0, number]) + bytes(4) + rtp_source + bytes([200 + number]) * 160)
    rig.add_machine(line, t38=True, **({"receive": str(out)} if sending else {"send": str(one_page)}))
    rig.card.do(media.ChangeFar(leg, rig.far(line, t38=T38)))
    (ended,) = rig.ended(leg)
    assert (ended.result, ended.pages, ended.t38) == (FaxResult.OK, 1, True)
    assert len(rig.of(fax.FaxEnded)) == 1
    assert pages.same(pages.load(out), pages.load(one_page))


def test_a_change_to_t38_after_a_page_goes_on_with_the_next(rig: Rig, three_pages: Path, tmp_path: Path) -> None:
    line = Line()
    leg = rig.send(three_pages, tmp_path / "first.tif", line=line)
    rig.run(lambda: bool(rig.of(fax.FaxPage)))
    rig.machines.pop().engine.close()  # type: ignore[union-attr]  # it is over audio
    rig.add_machine(line, t38=True, receive=str(tmp_path / "rest.tif"))
    rig.card.do(media.ChangeFar(leg, rig.far(line, t38=T38)))
    (ended,) = rig.ended(leg)
    assert (ended.result, ended.pages, ended.t38) == (FaxResult.OK, 3, True)
    assert [page.pages for page in rig.of(fax.FaxPage)] == [1, 2, 3]
    assert pages.same(pages.load(tmp_path / "rest.tif"), pages.load(three_pages)[1:])


@pytest.mark.parametrize("talks", [True, False], ids=["voice", "silence"])
def test_no_fax_is_reported_after_t1(rig: Rig, one_page: Path, *, talks: bool) -> None:
    noise = np.random.default_rng(1).normal(0, 4000, 80_000).astype("<i2").tobytes()
    leg = rig.send(one_page, None, voice=noise if talks else bytes(320))
    seconds = rig.run(lambda: bool(rig.of(fax.FaxEnded, leg)))
    assert (rig.last(fax.FaxEnded).result, rig.last(fax.FaxEnded).t30) == (FaxResult.NO_FAX, 3)
    assert 35 <= seconds < 37


@pytest.mark.parametrize("sending", [True, False])
def test_a_hang_up_in_training(rig: Rig, one_page: Path, tmp_path: Path, *, sending: bool) -> None:
    leg = (rig.send if sending else rig.receive)(one_page, tmp_path / "out.tif")
    rig.run(lambda: rig.card.ticks > 400)
    rig.card.do(media.CloseChannel(leg))
    ended, closed = rig.events[-2:]
    assert isinstance(ended, fax.FaxEnded)
    assert (ended.result, ended.t30, ended.pages) == (FaxResult.DROPPED, CALL_DROPPED, 0)
    assert isinstance(closed, media.ChannelClosed)
    assert closed.stats.packets_in > 300


@pytest.mark.parametrize("sending", [True, False])
def test_a_change_back_to_audio_after_the_last_confirmation_ends_the_fax(
    rig: Rig, one_page: Path, tmp_path: Path, *, sending: bool
) -> None:
    line = Line()
    leg = (rig.send if sending else rig.receive)(one_page, tmp_path / "out.tif", line=line, t38=True)
    rig.run(lambda: bool(rig.of(fax.FaxPage)))
    rig.card.do(media.ChangeFar(leg, rig.far(line)))
    rig.card.do(media.CloseChannel(leg))
    ended = rig.last(fax.FaxEnded)
    assert (ended.result, ended.pages, ended.bit_rate, ended.t38) == (FaxResult.OK, 1, 14400, True)


@pytest.mark.parametrize("sending", [True, False])
def test_a_hang_up_right_after_the_last_confirmation_is_no_failure(
    rig: Rig, one_page: Path, tmp_path: Path, *, sending: bool
) -> None:
    leg = (rig.send if sending else rig.receive)(one_page, tmp_path / "out.tif")
    rig.run(lambda: bool(rig.of(fax.FaxPage)))
    rig.card.do(media.CloseChannel(leg))
    ended = rig.last(fax.FaxEnded)
    assert (ended.result, ended.pages) == (FaxResult.OK, 1)


def test_a_line_cut_after_the_first_page_keeps_it(rig: Rig, three_pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tif"
    leg = rig.receive(three_pages, out)
    rig.run(lambda: bool(rig.of(fax.FaxPage)))
    rig.run(lambda: rig.card.ticks % 100 == 0)
    rig.card.do(media.CloseChannel(leg))
    ended = rig.last(fax.FaxEnded)
    assert (ended.result, ended.pages) == (FaxResult.DROPPED, 1)
    assert pages.same(pages.load(out)[:1], pages.load(three_pages)[:1])


@pytest.mark.parametrize("sending", [True, False])
def test_a_far_machine_that_falls_silent_in_a_page(
    rig: Rig, three_pages: Path, tmp_path: Path, *, sending: bool
) -> None:
    leg = (rig.send if sending else rig.receive)(three_pages, tmp_path / "out.tif")
    rig.run(lambda: bool(rig.of(fax.FaxConnected)))
    rig.machines.clear()
    (ended,) = rig.ended(leg)
    assert (ended.result, ended.pages) == (FaxResult.DROPPED, 0)


def test_stop_ends_the_session(rig: Rig, three_pages: Path, tmp_path: Path) -> None:
    leg = rig.send(three_pages, tmp_path / "out.tif")
    rig.run(lambda: bool(rig.of(fax.FaxConnected)))
    rig.card.do(fax.StopFax(leg))
    seconds = rig.run(lambda: bool(rig.of(fax.FaxEnded)))
    assert seconds < 7
    assert rig.last(fax.FaxEnded).result is FaxResult.STOPPED
    rig.card.do(fax.StopFax(leg))
    rig.run(lambda: rig.card.ticks % 50 == 0)
    assert len(rig.of(fax.FaxEnded)) == 1


@pytest.mark.parametrize("name", ["missing.tif", "text.tif", "empty.tif", "cut.tif", "x" * 300 + ".tif", "wide.tif"])
def test_a_bad_file_is_reported(rig: Rig, one_page: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "text.tif":
        path.write_bytes(b"MZ\x90 this is no picture" * 100)
    elif name == "empty.tif":
        path.touch()
    elif name == "cut.tif":
        path.write_bytes(one_page.read_bytes()[:200])
    elif name == "wide.tif":
        pages.save(path, [np.zeros((100, 1600), np.bool_)])
    leg = rig.send(path, tmp_path / "out.tif")
    (ended,) = rig.ended(leg)
    assert ended.result in {FaxResult.BAD_FILE, FaxResult.INCOMPATIBLE}
    assert ended.pages == 0


def test_a_file_that_cannot_be_written_is_reported(rig: Rig, one_page: Path, tmp_path: Path) -> None:
    leg = rig.receive(one_page, tmp_path / "no" / "folder" / "out.tif")
    (ended,) = rig.ended(leg)
    assert ended.result is FaxResult.BAD_FILE
