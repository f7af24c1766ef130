"""A first look at an INVITE reads what the reader reads, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.adapters.sip import first_look, grammar, reader
from switch_server.adapters.sip.message import Request
from tests.sip.far_end import FAR

LINES = (
    "INVITE sip:95500@192.0.2.1 SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.7:5070;rport;branch=z9hG4bKa",
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb, SIP/2.0/UDP 10.0.0.2",
    "Max-Forwards: 70",
    "From: 王 <sip:13800138000@192.0.2.7>;tag=far",
    "To: <sip:95500@192.0.2.1>",
    "Call-ID: one@far",
    "CSeq: 7 INVITE",
    "Contact: <sip:192.0.2.7:5070>",
    "Content-Length: 0",
)
COPIED = ("via", "from", "to", "call-id", "cseq")


def wire(*lines: str, end: str = "\r\n") -> bytes:
    return end.join([*lines, "", ""]).encode()


def changed(old: str, new: str) -> bytes:
    assert old in wire(*LINES).decode()
    return wire(*LINES).decode().replace(old, new, 1).encode()


def compare(datagram: bytes) -> bool:
    """Whether the first look has read the datagram; it must agree with the reader then."""
    seen, read = first_look.new_invite(datagram, FAR), reader.read(datagram, FAR)
    if seen is None:
        return False
    if isinstance(read, Request):  # else the reader has found a fault where a refusal copies nothing
        assert read.method == "INVITE"
        assert grammar.tag_of(read.value("to") or "") is None
        assert seen.fields == {name: read.fields[name] for name in COPIED}
    assert (seen.method, seen.source) == ("INVITE", FAR)
    return True


@pytest.mark.parametrize(
    "datagram",
    [
        wire(*LINES),
        changed("Via:", "v :").replace(b"v :", b"v:"),
        changed("Call-ID", "call-id"),
        changed("CSeq", "CSEQ"),
        changed("From: ", "f:"),
        changed("To: ", "t:   "),
    ],
)
def test_the_usual_forms_are_read(datagram: bytes) -> None:
    assert compare(datagram)


@pytest.mark.parametrize(
    "datagram",
    [
        changed("INVITE sip", "ACK sip").replace(b"7 INVITE", b"7 ACK"),
        changed("192.0.2.1>", "192.0.2.1>;tag=ours"),
        changed("192.0.2.1>", "192.0.2.1> ; TAG = ours"),
        changed("Via: SIP", "vIA: SIP"),
        changed("Via: SIP", "Via : SIP"),
        changed("branch=z9hG4bKa", "branch=z9hG4bKa, SIP/2.0/UDP 10.0.0.9"),
        changed("To: <sip", "To:\r\n <sip"),
        changed("Call-ID: one@far", "Call-ID: "),
        changed("CSeq: 7 INVITE\r\n", ""),
        changed("Contact", "CSeq: 7 INVITE\r\nContact"),
        changed("Contact", "cSEQ: 7 INVITE\r\nContact"),
        changed("SIP/2.0\r\n", "SIP/3.0\r\n"),
        changed("one@far", "one\x01far"),
        changed("one@far", "one\nTo: <sip:b@b>"),
        wire(*LINES, end="\n"),
        wire(*LINES)[:-2],
        wire(*LINES) + bytes(reader.MAX_DATAGRAM),
        b"",
    ],
)
def test_other_forms_and_messages_are_left_to_the_reader(datagram: bytes) -> None:
    assert not compare(datagram)


@settings(max_examples=400)
@given(st.data())
def test_what_is_read_of_changed_invites_is_what_the_reader_reads(data: st.DataObject) -> None:
    datagram = bytearray(wire(*LINES))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(datagram) - 1))
        datagram[at : at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from([b"\r\n", b" ", b"\t", b":", b";tag=1", b",", b"t", b"\xff", b"\n", b"v: x\r\n", b""]))  # fmt: skip
    compare(bytes(datagram))
