"""A card under floods, ICMP errors, malformed commands and RTCP."""

import os
import random
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from shared.enums import Law
from shared.ids import LegId
from switch_server.card import rtcp
from switch_server.core.words import media as m
from tests.card.driver import CardProcess, patient
from tests.rtp_peer import RtpPeer, purity, sine


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def junk(sizes: random.Random) -> bytes:
    body = sizes.randbytes(sizes.choice([0, 1, 11, 12, 13, 40, 172, 600, 1400]))
    return bytes([sizes.choice([0x80, 0x90, 0xB0, 0xBF, 0x8F, body[0] if body else 0])]) + body[1:]


@pytest.mark.slow
@patient
def test_a_flood_is_counted_and_the_call_goes_on(card: CardProcess) -> None:
    """1 MB from a stranger and 1 MB of rubbish from the caller's own address, during another call's talk."""
    with RtpPeer() as one, RtpPeer() as other, RtpPeer() as bad:
        a, b, c = card.open(one), card.open(other), card.open(bad)
        card.bridge(a, b)
        one.say(np.tile(sine(1000, 8000), 6))
        time.sleep(1.2)
        pid, before, seed = card.process.pid, resident(card.process.pid), random.Random(1)
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for leg, sock in ((a, stranger), (c, bad.socket)):
            sent = 0
            while sent < 1 << 20:
                data = junk(seed)
                sock.sendto(data, (card.near[leg].ip, card.near[leg].port))
                sock.sendto(data, (card.near[leg].ip, card.near[leg].port + 1))
                sent += len(data)
            time.sleep(0.3)
        stranger.close()
        wave = other.listen(0.5)
        assert purity(wave, 1000) > 0.9
        load = card.load(lambda load: load.strangers > 500 and load.malformed > 500)
        assert load.channels == 3
        assert resident(pid) - before < 8 << 20
        card.close(c)
        assert card.close(a).packets_in > 50


@patient
def test_an_rtp_closed_port_costs_nothing(card: CardProcess) -> None:
    """A far end with a closed port answers with ICMP errors; these do not disturb other calls on the card."""
    with RtpPeer() as peer:
        gone = LegId("gone/1")
        card.do(m.OpenChannel(gone, m.Far("127.0.0.1", 9, Law.A)))
        leg = card.open(peer)
        card.do(m.Play(leg, 1, ("tone:test1k",)))
        assert purity(peer.listen(0.6)[1600:], 1000) > 0.99
        card.close(gone)
        card.close(leg)


def test_commands_that_are_no_commands_are_dropped(card: CardProcess) -> None:
    card._socket.sendall(b"\xff\x00 rubbish")
    card._socket.sendall(b"\x81\xa4type\xa4Nope")
    card.do(m.StopPlay(LegId("nobody/1")))
    with RtpPeer() as peer:
        card.close(card.open(peer))


@pytest.mark.slow
@patient
def test_reports_go_out_and_come_in(card: CardProcess) -> None:
    """RTCP: the card's report reaches the far end's RTCP port within 5 s; the far end's report is in the leg's statistics."""
    with RtpPeer() as peer:
        leg = card.open(peer)
        peer.rtcp.settimeout(8)
        data, source = peer.rtcp.recvfrom(2048)
        report = rtcp.read(data)[0]
        assert source[1] == card.near[leg].port + 1
        assert report.ntp_middle is not None
        assert report.blocks[0].ssrc == peer.ssrc
        assert report.blocks[0].lost == 0
        middle = rtcp.middle(rtcp.ntp(time.time()))
        block = rtcp.ReportBlock(
            report.ssrc, 0, 17, 0, 0, report.ntp_middle, (middle - report.ntp_middle - 6554) & 0xFFFFFFFF
        )
        peer.rtcp.sendto(rtcp.build(peer.ssrc, (rtcp.ntp(time.time()), 0, 1, 160), block), source)
        peer.rtcp.sendto(b"\x80\xc8\xff", source)
        time.sleep(0.3)
        stats = card.close(leg)
        assert stats.far_lost == 17
        assert stats.round_trip_ms is not None
        assert 80 < stats.round_trip_ms < 300


def test_the_load_report(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        load = card.load(lambda load: load.channels == 1)
        assert load.card == "card-t"
        assert load.cpu_percent > 0
        card.close(leg)
