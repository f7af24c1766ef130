"""A card towards far ends that count, move and packetize otherwise than most."""

import struct
import time
from collections.abc import Iterable

import numpy as np
import pytest

from shared.ids import LegId
from switch_server.core.words import media as m
from tests.card.driver import CardProcess, DigitMode, patient
from tests.rtp_peer import EVENT_KEYS, RtpPeer, gaps, purity, sine

TICK = 0.02


def press(
    peer: RtpPeer, key: str, stamps: Iterable[int], *, kind: int = 101, marker: bool = True, ends: int = 3
) -> None:
    """Event packets of one key by hand, the last ``ends`` of them end packets; the peer's own stream must rest."""
    all_stamps = list(stamps)
    updates = len(all_stamps) - ends
    for n, stamp in enumerate(all_stamps):
        duration = 160 * min(n + 1, updates)
        payload = struct.pack("!BBH", EVENT_KEYS.index(key), 0x8A if n >= updates else 10, duration)
        peer.raw(peer.packet(payload, kind, stamp=stamp, marker=marker and n == 0))
        time.sleep(TICK)


def rested(card: CardProcess, peer: RtpPeer, **more: object) -> LegId:
    """A latched channel whose peer has stopped its own stream."""
    leg = card.open(peer, **more)  # type: ignore[arg-type]
    peer.sending = False
    time.sleep(3 * TICK)
    return leg


def all_digits(card: CardProcess, leg: LegId, peer: RtpPeer) -> str:
    """The keys heard so far, with a last ``D`` pressed by this function."""
    press(peer, "D", [77_000_000 + (peer.seq << 8)] * 8)
    heard = ""
    while not heard.endswith("D"):
        heard += card.wait(m.DigitHeard, lambda e: e.leg == leg).digit
    return heard[:-1]


@patient
@pytest.mark.parametrize("steps", [(0, 160, 320), (800, 960, 1120), (0, -160, -320)])
def test_end_packets_with_advancing_timestamps_are_one_key(card: CardProcess, steps: tuple[int, ...]) -> None:
    """Case 17: a PIN of four equal digits, each keyed once."""
    with RtpPeer() as peer:
        leg = rested(card, peer)
        for number in range(4):
            begin = 1000 + number * 1920
            press(peer, "1", [*[begin] * 5, *(begin + step for step in steps)])
        assert all_digits(card, leg, peer) == "1111"
        card.close(leg)


@patient
@pytest.mark.parametrize("keys", ["123", "1123", "77"])
def test_keys_with_one_timestamp_are_all_heard(card: CardProcess, keys: str) -> None:
    """Case 16."""
    with RtpPeer() as peer:
        leg = rested(card, peer)
        for key in keys:
            press(peer, key, [0x3200] * 5)
        assert all_digits(card, leg, peer) == keys
        card.close(leg)


@patient
@pytest.mark.parametrize("jump", [-1_500_000_000, 1_500_000_000, -40_000])
def test_keys_after_a_clock_that_jumps_are_heard(card: CardProcess, jump: int) -> None:
    """Case 15: the sound's timestamps jump, and those of the keys with them, with the same SSRC."""
    with RtpPeer() as peer:
        peer.stamp = 3_000_000_000
        leg = card.open(peer)
        peer.press("1")
        assert card.digits(leg, 1) == "1"
        peer.stamp += jump
        peer.press("2345")
        assert card.digits(leg, 4) == "2345"
        card.close(leg)


@patient
@pytest.mark.parametrize(("answered", "sent"), [(97, 101), (97, 97), (101, 101), (127, 101)])
def test_keys_come_with_the_offered_payload_type_and_go_with_the_answered_one(
    card: CardProcess, answered: int, sent: int
) -> None:
    """Case 19: each side receives with the payload type of its own description (RFC 3264 §5.1)."""
    with RtpPeer(events=sent) as peer:
        leg = LegId(f"offered/{answered}/{sent}")
        card.do(m.OpenChannel(leg, None, digits=DigitMode.AUTO))
        near = card.wait(m.ChannelOpened, lambda event: event.leg == leg).near
        card.near[leg] = near
        assert near.telephone_event == 101
        card.do(m.ChangeFar(leg, m.Far(peer.ip, peer.port, peer.law, telephone_event=answered)))
        peer.call(near.ip, near.port)
        card.wait(m.MediaLatched, lambda event: event.leg == leg)
        peer.press("19#")
        assert card.digits(leg, 3) == "19#"
        card.do(m.SendDigits(leg, "5"))
        packets = peer.wait(lambda heard: any(p.type not in {0, 8} for p in heard))
        assert {p.type for p in packets} - {0, 8} == {answered}
        card.close(leg)


@patient
def test_events_are_not_heard_where_the_answer_has_none(card: CardProcess) -> None:
    """Without telephone-event in the answer keys come as tones; a key that comes both ways is heard once."""
    with RtpPeer() as peer:
        leg = LegId("offered/none")
        card.do(m.OpenChannel(leg, None))
        near = card.wait(m.ChannelOpened, lambda event: event.leg == leg).near
        card.near[leg] = near
        card.do(m.ChangeFar(leg, m.Far(peer.ip, peer.port, peer.law)))
        peer.call(near.ip, near.port)
        card.wait(m.MediaLatched, lambda event: event.leg == leg)
        peer.press("3")
        peer.press_tones("4")
        assert card.wait(m.DigitHeard, lambda e: e.leg == leg).digit == "4"
        card.close(leg)


def with_ssrc(packet: bytes, ssrc: int, payload: bytes | None = None) -> bytes:
    return packet[:8] + ssrc.to_bytes(4, "big") + (packet[12:] if payload is None else payload)


@pytest.mark.slow
@patient
@pytest.mark.parametrize("other_first", [False, True])
def test_two_sources_in_turn_from_one_port_leave_the_first_heard(card: CardProcess, other_first: bool) -> None:
    """Case 14: one source with 1 kHz, the other with silence."""
    with RtpPeer() as one, RtpPeer() as listener:
        a, b = card.open(one), card.open(listener)
        card.do(m.Hear(b, (a,)))
        one.say(np.tile(sine(1000, 8000), 3))

        def mangle(_number: int, packet: bytes) -> list[bytes]:
            other = with_ssrc(packet, 4711, b"\xd5" * 160)
            return [other, packet] if other_first else [packet, other]

        one.mangle = mangle
        time.sleep(0.4)
        wave = listener.listen(1.5)
        assert purity(wave, 1000) > 0.98
        assert not gaps(wave)
        one.press("5")
        assert card.digits(a, 1) == "5"
        card.close(a)
        card.close(b)


@pytest.mark.slow
@patient
def test_a_source_that_changes_is_heard_soon_and_a_key_goes_on_as_one(card: CardProcess) -> None:
    """A new SSRC from the same port, in the middle of a key."""
    with RtpPeer() as one, RtpPeer() as listener:
        a, b = card.open(one), card.open(listener)
        card.do(m.Hear(b, (a,)))
        one.press("8", ms=1000)
        time.sleep(0.4)
        one.mangle = lambda _number, packet: [with_ssrc(packet, 4711)]
        one.say(np.tile(sine(1000, 8000), 2))
        time.sleep(1.2)
        assert purity(listener.listen(0.5), 1000) > 0.98
        one.press("9")
        assert card.digits(a, 2) == "89"
        card.close(a)
        card.close(b)


def moved(peer: RtpPeer, ip: str, *, ssrc: int | None = None) -> RtpPeer:
    """A peer at another port that goes on with the stream of ``peer``."""
    other = RtpPeer(ip=ip, seq=peer.seq)
    other.stamp, other.ssrc = peer.stamp, peer.ssrc if ssrc is None else ssrc
    return other


@pytest.mark.slow
@patient
@pytest.mark.parametrize(
    ("ip", "same_ssrc", "channels"), [("127.0.0.1", True, 2), ("127.0.0.2", True, 2), ("127.0.0.1", False, 1)]
)
def test_a_source_that_moves_is_learned_after_a_second(
    card: CardProcess, ip: str, same_ssrc: bool, channels: int
) -> None:
    """Case 21: the source's port changes without new SDP."""
    with RtpPeer() as old, RtpPeer() as bystander:
        leg = card.open(old)
        if channels == 2:
            card.open(bystander)
        near = card.near[leg]
        old.sending = False
        with moved(old, ip, ssrc=None if same_ssrc else 99) as new:
            new.call(near.ip, near.port)
            card.wait(m.MediaLatched, lambda event: event.leg == leg, 4)
            card.do(m.Play(leg, 1, ("tone:test1k",)))
            assert purity(new.listen(0.5)[1600:], 1000) > 0.98
            new.press("6")
            assert card.digits(leg, 1) == "6"
            if channels == 2:
                assert len(bystander.samples(bystander.heard)) > 0
                assert purity(bystander.samples(bystander.heard), 1000) < 0.1
        card.clear()


@pytest.mark.slow
@patient
@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.2"])
def test_a_source_that_sends_is_not_taken_over(card: CardProcess, ip: str) -> None:
    """Case 21: a second sender, even with the channel's SSRC, is a stranger while the first one sends; without the SSRC and IP always."""
    with RtpPeer() as one:
        leg = card.open(one)
        near = card.near[leg]
        with moved(one, ip) as thief:
            thief.call(near.ip, near.port)
            thief.press("1")
            time.sleep(1.5)
            assert not thief.heard
        with moved(one, "127.0.0.3", ssrc=98) as stranger:
            one.sending = False
            stranger.call(near.ip, near.port)
            stranger.press("2")
            time.sleep(1.6)
            assert not stranger.heard
        one.sending = True
        one.press("3")
        assert card.digits(leg, 1) == "3"
        assert card.close(leg).strangers > 50
