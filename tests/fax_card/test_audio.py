"""The RTP buffer of a fax channel: nothing skipped, lost audio repeated, late audio played later, sources and timestamps that change."""

import random
import struct

from hypothesis import given
from hypothesis import strategies as st

from shared.enums import Law
from switch_server.fax_card.audio import RIVAL_TICKS, SILENCE, STALL_TICKS, AudioBuffer, RtpPacket, parse


def sound(first: int, samples: int = 160) -> bytes:
    """Bytes that tell their place."""
    return bytes((first + n) * 7 // 160 % 251 for n in range(samples))


def packet(stamp: int, samples: int = 160, *, ssrc: int = 1, origin: int = 0, kind: int = 8) -> RtpPacket:
    return RtpPacket(0, (stamp + origin) & 0xFFFFFFFF, ssrc, kind, sound(stamp, samples))


def play(buffer: AudioBuffer, ticks: int) -> bytes:
    return b"".join(frame for _ in range(ticks) if (frame := buffer.frame()) is not None)


def begun(origin: int = 0, ssrc: int = 1) -> AudioBuffer:
    buffer = AudioBuffer()
    for n in range(4):
        buffer.push(packet(160 * n, origin=origin, ssrc=ssrc))
    return buffer


@given(st.sampled_from([10, 20, 30, 40, 60, 100, 200]), st.integers(0, 2**32 - 1), st.integers(0, 2**31))
def test_any_packet_length_and_order_comes_out_whole(ptime: int, origin: int, seed: int) -> None:
    chance = random.Random(seed)
    samples, total = 8 * ptime, 16_000
    packets = [packet(at, samples, origin=origin) for at in range(0, total, samples)]
    buffer, heard = AudioBuffer(), b""
    buffer.push(packets[0])
    waiting: list[tuple[float, RtpPacket]] = [(n * ptime + chance.random() * 50, p) for n, p in enumerate(packets) if n]
    for tick in range(200):
        for due, each in sorted(waiting):
            if due <= tick * 20:
                buffer.push(each)
                waiting.remove((due, each))
        heard += buffer.frame() or b""
    whole = sound(0, len(packets) * samples)
    assert heard[: len(whole) // 160 * 160] == whole[: len(whole) // 160 * 160]
    assert buffer.lost == buffer.late == 0


def test_the_depth_is_eighty_milliseconds() -> None:
    buffer = AudioBuffer()
    for n in range(3):
        buffer.push(packet(160 * n))
        assert buffer.frame() is None
    buffer.push(packet(480))
    assert buffer.frame() == sound(0)


def test_a_lost_packet_is_replaced_by_the_frame_before() -> None:
    buffer = begun()
    for n in (4, 6, 7):
        buffer.push(packet(160 * n))
    assert play(buffer, 8) == sound(0, 800) + sound(640) + sound(960, 320)
    assert buffer.lost == 1


def test_a_stall_delays_and_loses_nothing() -> None:
    buffer = begun()
    assert play(buffer, 4) == sound(0, 640)
    assert [buffer.frame() for _ in range(STALL_TICKS)] == [None] * STALL_TICKS
    for n in range(4, 30):
        buffer.push(packet(160 * n))
    assert play(buffer, 26) == sound(640, 26 * 160)


def test_after_a_long_stall_silence_is_played_and_the_stream_begins_anew() -> None:
    buffer = begun()
    play(buffer, 4 + STALL_TICKS)
    assert buffer.frame() == SILENCE[Law.A]
    for n in range(100, 105):
        buffer.push(packet(160 * n))
    assert play(buffer, 5) == sound(16_000, 800)


def test_a_jump_of_the_timestamps_goes_on_without_a_gap() -> None:
    buffer = begun()
    for n in range(4):
        buffer.push(packet(160 * n, origin=0x9000_0000))
    assert play(buffer, 8) == sound(0, 640) + sound(0, 640)


def test_another_source_goes_on_without_a_gap_and_the_earlier_one_is_dropped() -> None:
    buffer = begun()
    buffer.push(packet(0, ssrc=2, origin=77))
    buffer.push(packet(640, ssrc=1))
    buffer.push(packet(160, ssrc=2, origin=77))
    assert play(buffer, 6) == sound(0, 640) + sound(0, 320)
    for _ in range(RIVAL_TICKS):
        buffer.frame()
    buffer.push(packet(5000, ssrc=1))
    assert buffer.frame() == sound(5000), "the present source is silent: the earlier one is taken again"


def test_a_far_end_that_changes_its_law_and_sends_other_payloads() -> None:
    buffer = begun()
    buffer.push(packet(640, kind=101))
    buffer.push(packet(640, kind=0))
    assert play(buffer, 5) == sound(0, 800)
    assert buffer.law is Law.MU


def test_a_flood_is_bounded() -> None:
    buffer = begun()
    for n in range(4, 1000):
        buffer.push(packet(160 * n))
    assert len(play(buffer, 2000)) < 200 * 160 + 2000 * 160
    assert len(buffer._sound) == 128 * 160


@given(st.binary(max_size=300))
def test_any_datagram_is_parsed_or_refused(datagram: bytes) -> None:
    found = parse(datagram)
    assert found is None or 0 < len(found.payload) <= len(datagram) - 12


def test_a_header_with_csrcs_extension_and_padding() -> None:
    head = (
        struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 8 | 0x80, 9, 10, 11)
        + bytes(8)
        + struct.pack("!HH", 1, 1)
        + bytes(4)
    )
    assert parse(head + b"sound" + bytes(2) + b"\3") == RtpPacket(9, 10, 11, 8, b"sound")
