"""UDPTL: the bytes of ITU-T T.38's ASN.1, redundancy against loss, order and repetition, and malformed datagrams."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.fax_card.udptl import LARGEST, MalformedPacket, Packet, UdptlReceiver, UdptlSender, decode, encode

IFPS = st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("packet", "datagram"),
    [
        (Packet(0, b"\x00"), "0000 01 00 00 00"),  # the indicator "no signal", nothing to repeat
        (Packet(1, b"\x02", (b"\x00",)), "0001 01 02 00 01 01 00"),  # CED, and "no signal" again
        (Packet(2, b"\x06", (b"\x02", b"\x00")), "0002 01 06 00 02 01 02 01 00"),  # V.21 preamble
        (
            Packet(0xFFFF, b"\xc0\x01\x80\x00\x00\xff"),
            "ffff 06 c00180 0000ff 00 00",
        ),  # V.21 data: one octet of HDLC, 0xFF
        (Packet(3, bytes(200)), "0003 80c8" + "00" * 200 + "00 00"),  # a length of two octets
    ],
)
def test_packets_have_the_bytes_of_the_recommendation(packet: Packet, datagram: str) -> None:
    assert encode(packet, LARGEST) == bytes.fromhex(datagram)
    assert decode(bytes.fromhex(datagram)) == packet


def test_of_a_datagram_with_parity_the_primary_packet_is_taken() -> None:
    assert decode(bytes.fromhex("0004 01 06 80 0101 01 01 07")) == Packet(4, b"\x06")


@given(IFPS, st.integers(0, 0xFFFF))
def test_what_was_encoded_is_decoded(ifps: list[bytes], seq: int) -> None:
    packet = Packet(seq, ifps[0], tuple(ifps[1:]))
    assert decode(encode(packet, 10_000)[:LARGEST]) == packet if len(encode(packet, 10_000)) <= LARGEST else True


@given(st.lists(st.binary(min_size=1, max_size=150), min_size=1, max_size=20), st.integers(64, 400))
def test_a_datagram_is_no_longer_than_the_far_end_takes(ifps: list[bytes], largest: int) -> None:
    sender = UdptlSender(3, largest)
    for ifp in ifps:
        datagram = sender.datagram(ifp)
        assert len(datagram) <= max(largest, len(encode(Packet(0, ifp), LARGEST)))
        assert decode(datagram).primary == ifp


@given(st.binary(max_size=2000))
def test_any_bytes_are_decoded_or_refused(datagram: bytes) -> None:
    try:
        packet = decode(datagram)
    except MalformedPacket:
        return
    assert sum(map(len, (packet.primary, *packet.secondaries))) < len(datagram)
    assert len(packet.secondaries) <= 16


@given(IFPS, st.data())
def test_a_changed_byte_is_bounded(ifps: list[bytes], data: st.DataObject) -> None:
    datagram = bytearray(encode(Packet(7, ifps[0], tuple(ifps[1:])), LARGEST))
    place = data.draw(st.integers(0, len(datagram) - 1))
    datagram[place] = data.draw(st.integers(0, 255))
    receiver = UdptlReceiver()
    with contextlib.suppress(MalformedPacket):
        assert len(receiver.take(decode(bytes(datagram)))) == 1


@given(st.integers(0, 0xFFFF), st.integers(0, 2**31))
def test_three_lost_in_a_row_late_and_repeated_ones_change_nothing(first: int, seed: int) -> None:
    chance = random.Random(seed)
    sender, receiver = UdptlSender(3, LARGEST), UdptlReceiver()
    sender._seq = first
    ifps = [bytes([number]) for number in range(60)]
    datagrams = [sender.datagram(ifp) for ifp in ifps]
    came: list[bytes] = [datagrams[0]]
    number = 1
    while number < 60:
        lost = chance.choice((0, 0, 0, 1, 2, 3))
        number = min(number + lost, 59)
        came += [datagrams[number]] * chance.choice((1, 1, 2))
        if chance.random() < 0.2:
            came.append(datagrams[chance.randrange(number)])  # a late one
        number += 1
    taken = [pair for datagram in came for pair in receiver.take(decode(datagram))]
    assert [ifp for _, ifp in taken] == ifps
    assert [seq for seq, _ in taken] == [(first + number) & 0xFFFF for number in range(60)]


def test_more_lost_than_the_redundancy_holds_leaves_a_gap() -> None:
    sender, receiver = UdptlSender(1, LARGEST), UdptlReceiver()
    datagrams = [sender.datagram(bytes([number])) for number in range(6)]
    taken = [pair for number in (0, 4, 5) for pair in receiver.take(decode(datagrams[number]))]
    assert taken == [(0, b"\0"), (3, b"\3"), (4, b"\4"), (5, b"\5")]


def test_numbers_that_begin_anew_are_followed() -> None:
    receiver = UdptlReceiver()
    assert receiver.take(Packet(30_000, b"a")) == [(30_000, b"a")]
    assert receiver.take(Packet(0, b"b", (b"?",))) == [(0, b"b")]
    assert receiver.take(Packet(1, b"c")) == [(1, b"c")]
