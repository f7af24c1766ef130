"""A real card process with real RTP peers: plays, keys, patches, addresses, hold."""

import socket
import time

import numpy as np
import pytest

from shared.enums import DigitMode, Direction, Law, PlayEnd
from shared.ids import LegId
from switch_server.card import g711
from switch_server.card.sockets import pack_address
from switch_server.core.words import media as m
from tests.card.driver import CardProcess, patient
from tests.rtp_peer import RtpPeer, dtmf, frequency, gaps, level, purity, sine

pytestmark = pytest.mark.slow  # a real card process, in real time


def play(leg: LegId, *segments: str, number: int = 1, barge_in: bool = True, loop: bool = False) -> m.Play:
    return m.Play(leg, number, segments, barge_in=barge_in, loop=loop)


@pytest.mark.parametrize("law", [Law.A, Law.MU])
@patient
def test_prompts_one_after_another_then_silence(card: CardProcess, law: Law) -> None:
    with RtpPeer(law=law) as peer:
        leg = card.open(peer)
        start = len(peer.heard)
        card.do(play(leg, "zh_CN/one", "pause:200", "zh_CN/two"))
        wave = peer.listen(2.2, start=start)
        ended = card.wait(m.PlayEnded)
        begin = int(np.argmax(np.abs(wave) > 500)) // 160 * 160
        assert (ended.reason, ended.played_ms) == (PlayEnd.DONE, 1700)
        assert frequency(wave[begin : begin + 8000]) == pytest.approx(700, abs=2)
        assert level(wave[begin : begin + 8000]) == pytest.approx(-10, abs=0.2)
        assert frequency(wave[begin + 9600 : begin + 13600]) == pytest.approx(1700, abs=3)
        quiet = gaps(wave[begin:])
        assert quiet[0] == (1000, 200)
        assert quiet[1][0] == 1700
        stats = card.close(leg)
        assert stats.packets_out == pytest.approx(len(peer.heard), abs=3)
        assert stats.lost == 0
        assert stats.mos > 4.2


@patient
def test_rtp_goes_out_evenly_numbered(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        packets = peer.wait(lambda heard: len(heard) >= 60)
        card.close(leg)
        steps = np.diff([packet.seq for packet in packets]) & 0xFFFF
        stamps = np.diff([packet.stamp for packet in packets]) & 0xFFFFFFFF
        assert set(steps.tolist()) == {1}
        assert set(stamps.tolist()) == {160}
        assert [packet.marker for packet in packets[:2]] == [True, False]
        assert {packet.ssrc for packet in packets} == {packets[0].ssrc}


@patient
def test_ringback_cadence_and_stop(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        start = len(peer.heard)
        card.do(play(leg, "tone:busy"))
        wave = peer.listen(2.0, start=start)
        wave = wave[int(np.argmax(np.abs(wave) > 500)) :]
        assert frequency(wave[:2800]) == pytest.approx(450, abs=2)
        quiet = gaps(wave)
        assert [length for _, length in quiet[:2]] == pytest.approx([350, 350], abs=11)
        card.do(m.StopPlay(leg))
        assert card.wait(m.PlayEnded).reason is PlayEnd.STOPPED
        card.close(leg)


def test_keys_end_a_play_that_may_be_ended(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        card.do(play(leg, "long", number=1, barge_in=False))
        peer.press("7")
        assert card.digits(leg, 1) == "7"
        card.do(play(leg, "long", number=2))
        first = card.wait(m.PlayEnded)
        peer.press("#")
        second = card.wait(m.PlayEnded)
        key = card.wait(m.DigitHeard)
        assert (first.play, first.reason, second.play, second.reason) == (1, PlayEnd.STOPPED, 2, PlayEnd.BARGED)
        assert (key.digit, key.way) == ("#", DigitMode.RFC4733)
        card.do(play(leg, "none/such", number=3), play(leg, number=4))
        ends = [card.wait(m.PlayEnded) for _ in range(2)]
        assert [(end.play, end.reason) for end in ends] == [(3, PlayEnd.FAILED), (4, PlayEnd.DONE)]
        card.close(leg)


def test_keys_by_events_each_once_in_spite_of_loss_and_doubles(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        peer.mangle = lambda number, packet: (
            [] if number % 5 == 0 else [packet, packet] if number % 3 == 0 else [packet]
        )
        peer.press("1590*#00", ms=120)
        assert card.digits(leg, 8) == "1590*#00"
        peer.said_all()
        card.close(leg)
        assert not [event for event in card.events if isinstance(event, m.DigitHeard)]


@pytest.mark.parametrize("law", [Law.A, Law.MU])
@patient
def test_keys_by_tones_where_events_were_not_negotiated(card: CardProcess, law: Law) -> None:
    with RtpPeer(law=law) as peer:
        leg = card.open(peer, events=False)
        peer.press_tones("123A456B789C*0#D", ms=60, pause_ms=60)
        assert card.digits(leg, 16) == "123A456B789C*0#D"
        peer.press_tones("55", ms=45, pause_ms=60)
        assert card.digits(leg, 2) == "55"
        card.close(leg)
        assert not [event for event in card.events if isinstance(event, m.DigitHeard)]


@pytest.mark.parametrize("events", [True, False])
@patient
def test_digits_sent_by_a_card_are_heard_by_a_card(card: CardProcess, events: bool) -> None:
    """Two legs of one card send RTP to each other; the keys that are sent on one leg are detected on the other."""
    one, other = LegId("dial/1"), LegId("dial/2")
    kind = 101 if events else None
    card.do(m.OpenChannel(one, None), m.OpenChannel(other, None))
    near = {leg: card.wait(m.ChannelOpened, lambda e, leg=leg: e.leg == leg).near for leg in (one, other)}
    assert near[one].port != near[other].port
    for leg, far in ((one, near[other]), (other, near[one])):
        card.do(m.ChangeFar(leg, m.Far("127.0.0.1", far.port, Law.A, kind)))
    for _ in range(2):
        card.wait(m.MediaLatched)
    card.do(m.SendDigits(one, "0592*#"))
    assert card.digits(other, 6) == "0592*#"
    card.close(one)
    card.close(other)


@patient
def test_a_pair_of_one_law_is_passed_on_byte_for_byte(card: CardProcess) -> None:
    with RtpPeer() as one, RtpPeer() as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        noise = np.random.default_rng(5).normal(0, 4000, 8000).astype(np.int16)
        start = len(other.heard)
        one.say(noise)
        one.said_all()
        wave = other.listen(1.5, start=start)
        begin = int(np.argmax(np.abs(wave) > 100))

        sent = g711.decode(g711.encode(noise, g711.A), g711.A)
        found = [n for n in range(max(0, begin - 200), begin + 200) if (wave[n : n + 8000] == sent).all()]
        assert found, "the bytes differ"
        card.close(a)
        card.close(b)


@patient
def test_one_way_delay_is_short(card: CardProcess) -> None:
    """The time from the packet that begins a tone to the first packet with the tone at the other side."""
    with RtpPeer() as one, RtpPeer() as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        delays = []
        for _ in range(5):
            time.sleep(0.3)
            start = len(other.heard)
            one.say(sine(1000, 1600))
            begun = time.monotonic()
            heard = other.wait(lambda heard, start=start: any(np.ptp(list(p.payload)) > 60 for p in heard[start:]))
            delays.append(next(p.at for p in heard[start:] if np.ptp(list(p.payload)) > 60) - begun)
        assert sorted(delays)[2] < 0.1
        card.close(a)
        card.close(b)


@patient
def test_laws_meet_in_a_patch(card: CardProcess) -> None:
    with RtpPeer(law=Law.MU) as one, RtpPeer(law=Law.A, ptime=30) as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        one.say(sine(1000, 12000))
        other.say(sine(600, 12000))
        time.sleep(0.3)
        assert purity(other.listen(0.5), 1000) > 0.99
        assert purity(one.listen(0.5), 600) > 0.99
        card.close(a)
        card.close(b)


@pytest.mark.parametrize("ptime", [10, 30, 60, 80, 110, 200])
@patient
def test_any_ptime_comes_through_without_a_gap(card: CardProcess, ptime: int) -> None:
    """Case 20."""
    with RtpPeer(ptime=ptime) as one, RtpPeer() as other:
        a, b = card.open(one, ptime=ptime), card.open(other)
        card.do(m.Hear(b, (a,)))
        one.say(sine(1000, 20000))
        time.sleep(0.5)
        wave = other.listen(1.0)
        assert purity(wave, 1000) > 0.98
        assert not gaps(wave)
        card.close(a)
        card.close(b)


@patient
def test_reordering_doubles_and_a_little_loss_are_smoothed(card: CardProcess) -> None:
    kept: list[bytes] = []

    def mangle(number: int, packet: bytes) -> list[bytes]:
        if number % 10 == 0:
            kept.append(packet)
            return []
        if kept:
            return [packet, kept.pop()]
        return [] if number % 25 == 3 else [packet]

    with RtpPeer(seq=65500) as one, RtpPeer() as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        one.mangle = mangle
        one.say(np.tile(sine(1000, 8000), 3))
        time.sleep(0.5)
        wave = other.listen(1.5)
        assert not gaps(wave, -30)
        assert frequency(wave) == pytest.approx(1000, abs=2)
        stats = card.close(a)
        assert 1 <= stats.lost <= stats.packets_in / 20 + 2
        assert stats.mos < 4.35
        card.close(b)


@patient
def test_conference_monitor_and_whisper(card: CardProcess) -> None:
    tones = (500, 900, 1300, 2000)
    with RtpPeer() as p0, RtpPeer() as p1, RtpPeer(law=Law.MU) as p2, RtpPeer() as p3:
        peers = (p0, p1, p2, p3)
        legs = [card.open(peer) for peer in peers]
        card.do(*(m.Hear(leg, tuple(other for other in legs if other != leg)) for leg in legs[:3]))
        card.do(
            m.Hear(legs[0], (legs[1], legs[2])),
            m.Hear(legs[1], (legs[0], legs[2])),
            m.Hear(legs[2], (legs[0], legs[1])),
        )
        card.do(m.Hear(legs[3], (legs[0], legs[1])))  # a monitor hears two legs and is heard by none
        for peer, hertz in zip(peers, tones, strict=True):
            peer.say(np.tile(sine(hertz, 8000, -16), 6))
        time.sleep(0.6)
        starts = [len(peer.heard) for peer in peers]
        waves = [peer.listen(0.5, start=start) for peer, start in zip(peers, starts, strict=True)]
        hears = [{900, 1300}, {500, 1300}, {500, 900}, {500, 900}]
        for wave, right in zip(waves, hears, strict=True):
            for hertz in tones:
                share = purity(wave, hertz)
                assert share > 0.4 if hertz in right else share < 0.02
        card.close(legs[1])  # a closed leg leaves every set
        time.sleep(0.3)
        assert purity(p3.listen(0.4), 500) > 0.97
        for leg in (legs[0], legs[2], legs[3]):
            card.close(leg)


@patient
def test_the_first_packet_latches_even_from_another_port(card: CardProcess) -> None:
    with RtpPeer() as named, RtpPeer() as real:
        named.sending = False
        leg = card.open(named)
        card.do(play(leg, "tone:dial"))
        named.wait(lambda heard: len(heard) > 3)  # until then the SDP's address is in use
        near = card.near[leg]
        real.call(near.ip, near.port)
        card.wait(m.MediaLatched)
        assert frequency(real.listen(0.4)) == pytest.approx(450, abs=3)
        named.call(near.ip, near.port)
        named.sending = True  # from now on this address is a stranger's
        time.sleep(0.4)
        stats = card.close(leg)
        assert stats.strangers > 5
        assert stats.packets_in < real.sent + 2


def test_strangers_are_dropped_and_never_heard(card: CardProcess) -> None:
    with RtpPeer() as one, RtpPeer() as other, RtpPeer() as stranger:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        stranger.call(card.near[a].ip, card.near[a].port)
        stranger.say(sine(1000, 8000))
        stranger.said_all()
        assert level(other.listen(0.3)) < -50
        card.close(a)
        card.close(b)


def test_a_hundred_calls_from_one_address_are_told_apart(card: CardProcess) -> None:
    """A hundred un-latched channels with far ends at 127.0.0.1, told apart by the far ends' ports."""
    with CardProcess(channels=128) as big:
        far = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(100)]
        legs = [LegId(f"h/{n}") for n in range(100)]
        for sock, leg in zip(far, legs, strict=True):
            sock.bind(("127.0.0.1", 0))
            big.do(m.OpenChannel(leg, m.Far("127.0.0.1", sock.getsockname()[1], Law.A, 101)))
        near = [big.wait(m.ChannelOpened, lambda e, leg=leg: e.leg == leg).near for leg in legs]
        assert len({end.port for end in near}) <= 32
        for number, (sock, end) in enumerate(zip(far, near, strict=True)):
            stamp = 7 + number
            event = (
                bytes([0x80, 101, 0, 1])
                + stamp.to_bytes(4, "big")
                + number.to_bytes(4, "big")
                + bytes([number % 10, 10, 0, 160])
            )
            sock.sendto(event, (end.ip, end.port))
        for number, leg in enumerate(legs):
            assert big.digits(leg, 1) == str(number % 10)
        for sock in far:
            sock.close()


def test_many_calls_from_one_socket_get_a_port_each(card: CardProcess) -> None:
    with CardProcess(channels=64, ports=4) as small:
        for number in range(40):
            small.do(m.OpenChannel(LegId(f"s/{number}"), m.Far("127.0.0.1", 40000, Law.A)))
        ports = {small.wait(m.ChannelOpened).near.port for _ in range(40)}
        assert len(ports) == 40


def test_full_double_and_wrong(card: CardProcess) -> None:
    with CardProcess(channels=2) as small:
        far = m.Far("127.0.0.1", 4000, Law.A)
        small.do(*(m.OpenChannel(LegId(name), far) for name in ("a", "a", "b", "c")))
        reasons = [(event.leg, event.reason) for event in (small.wait(m.ChannelFailed) for _ in range(2))]
        assert reasons == [("a", "exists"), ("c", "full")]
        small.do(
            m.CloseChannel(LegId("a")), m.OpenChannel(LegId("d"), m.Far("no.ip", 4000, Law.A)), m.StopPlay(LegId("zz"))
        )
        assert small.wait(m.ChannelFailed).reason == "bad_address"
        small.do(m.OpenChannel(LegId("e"), far))
        small.wait(m.ChannelOpened, lambda event: event.leg == "e")
        small.do(m.StopCard())
        assert small.process.wait(10) == 0


@patient
def test_hold_stops_the_stream_by_its_direction(card: CardProcess) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer)
        far = m.Far(peer.ip, peer.port, Law.A, 101)
        for direction, sent in (
            (Direction.SENDONLY, False),
            (Direction.INACTIVE, False),
            (Direction.RECVONLY, True),
            (Direction.SENDRECV, True),
        ):
            card.do(m.ChangeFar(leg, m.Far(peer.ip, peer.port, far.law, 101, 20, direction)))
            time.sleep(0.2)
            before = len(peer.heard)
            time.sleep(0.4)
            assert (len(peer.heard) > before) is sent, direction
        card.close(leg)


@patient
def test_a_new_address_latches_again(card: CardProcess) -> None:
    with RtpPeer() as before, RtpPeer() as after:
        leg = card.open(before)
        card.do(m.ChangeFar(leg, m.Far(after.ip, after.port, Law.A, 101)))
        after.call(card.near[leg].ip, card.near[leg].port)
        card.wait(m.MediaLatched)
        card.do(play(leg, "tone:test1k"))
        assert frequency(after.listen(0.5)[1600:]) == pytest.approx(1000, abs=3)
        before.press("1")
        after.press("2")
        assert card.digits(leg, 1) == "2"
        card.close(leg)


@pytest.mark.slow
def test_a_far_end_that_falls_silent_is_told_every_ten_seconds(card: CardProcess) -> None:
    with RtpPeer() as talks, RtpPeer() as held:
        leg = card.open(talks)
        on_hold = card.open(held, direction=Direction.SENDRECV)
        card.do(m.ChangeFar(on_hold, m.Far(held.ip, held.port, Law.A, 101, 20, Direction.INACTIVE)))
        talks.sending = held.sending = False
        assert card.wait(m.MediaSilent, seconds=15).seconds == 10
        assert card.wait(m.MediaSilent, seconds=15) == m.MediaSilent(leg, 20)
        card.close(leg)
        card.close(on_hold)


@patient
def test_the_way_without_recvmmsg(prompts: object) -> None:
    with CardProcess(plain=True) as plain, RtpPeer() as one, RtpPeer(law=Law.MU) as other:
        a, b = plain.open(one), plain.open(other)
        plain.bridge(a, b)
        one.say(sine(1000, 12000))
        one.press("42")
        assert plain.digits(a, 2) == "42"
        time.sleep(0.3)
        assert purity(other.listen(0.4), 1000) > 0.99
        assert plain.close(a).lost == 0


def test_addresses_are_packed_as_the_system_wants_them() -> None:
    assert pack_address("1.2.3.4", 0x1234)[2:8] == bytes([0x12, 0x34, 1, 2, 3, 4])
    assert dtmf("5", 160).shape == (160,)
