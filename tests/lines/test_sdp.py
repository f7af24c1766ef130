"""SDP, pure: RFC 4566's grammar as far as telephony needs it, and RFC 3264's rules for answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.enums import DigitMode, Direction, Law
from switch_server.adapters.sip_lines import sdp
from switch_server.core.words import Far, Near
from tests.lines.peer import SDP

NEAR = Near("10.0.0.1", 30000, Law.A, 101)
BOTH = (Law.A, Law.MU)


def far_of(text: str, prefer: tuple[Law, ...] = BOTH, digits: DigitMode = DigitMode.AUTO) -> Far | None:
    return sdp.choose(sdp.parse(text), prefer, digits)


def test_a_plain_offer() -> None:
    assert far_of(SDP) == Far("127.0.0.1", 40000, Law.A, 101, 20, Direction.SENDRECV)


def test_preference_of_law_is_ours_within_what_is_offered() -> None:
    assert far_of(SDP, (Law.MU, Law.A)).law is Law.MU  # type: ignore[union-attr]
    assert far_of(SDP.replace("8 0 101", "0 101"), (Law.A, Law.MU)).law is Law.MU  # type: ignore[union-attr]
    assert far_of(SDP, (Law.MU,)).law is Law.MU  # type: ignore[union-attr]
    assert far_of(SDP.replace("8 0 101", "8 101"), (Law.MU,)) is None


@pytest.mark.parametrize("mode", [DigitMode.INBAND, DigitMode.INFO])
def test_telephone_event_is_left_out_where_the_trunk_has_another_way(mode: DigitMode) -> None:
    assert far_of(SDP, digits=mode).telephone_event is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        ("101", "96", 96),
        ("a=rtpmap:101 telephone-event/8000", "a=rtpmap:101 TELEPHONE-EVENT/8000", 101),
        ("a=rtpmap:101 telephone-event/8000", "a=rtpmap:101 telephone-event/16000", None),
        ("8 0 101", "8 0", None),
    ],
)
def test_telephone_event(old: str, new: str, event: int | None) -> None:
    assert far_of(SDP.replace(old, new)).telephone_event == event  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "ptime"),
    [
        ("30", 30),
        ("80", 80),
        ("200", 200),
        ("0", 20),
        ("9999", 20),
        ("x", 20),
        ("", 20),
        ("2" * 5000, 20),
        ("0040", 40),
    ],
)
def test_ptime(said: str, ptime: int) -> None:
    assert far_of(SDP.replace("ptime:20", f"ptime:{said}")).ptime == ptime  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ip", "said", "direction"),
    [
        ("10.0.0.2", "sendrecv", Direction.SENDRECV),
        ("10.0.0.2", "recvonly", Direction.RECVONLY),
        ("10.0.0.2", "x", Direction.SENDRECV),
        ("0.0.0.0", "sendrecv", Direction.SENDONLY),
        ("0.0.0.0", "sendonly", Direction.SENDONLY),
        ("0.0.0.0", "recvonly", Direction.INACTIVE),
        ("0.0.0.0", "inactive", Direction.INACTIVE),
    ],
)
def test_direction_and_both_ways_to_hold(ip: str, said: str, direction: Direction) -> None:
    text = SDP.replace("a=sendrecv", f"a={said}").replace("c=IN IP4 127.0.0.1", f"c=IN IP4 {ip}")
    assert far_of(text).direction is direction  # type: ignore[union-attr]


def test_levels_of_address_and_direction() -> None:
    media_level = SDP.replace("c=IN IP4 127.0.0.1\r\n", "").replace(
        "RTP/AVP 8 0 101\r\n", "RTP/AVP 8 0 101\r\nc=IN IP4 10.9.9.9\r\n"
    )
    assert far_of(media_level).ip == "10.9.9.9"  # type: ignore[union-attr]
    session_level = (
        SDP.replace("a=sendrecv\r\n", "")
        .replace("t=0 0\r\n", "t=0 0\r\na=sendonly\r\na=ptime:40\r\n")
        .replace("a=ptime:20\r\n", "")
    )
    far = far_of(session_level)
    assert far is not None
    assert (far.direction, far.ptime) == (Direction.SENDONLY, 40)
    assert far_of(SDP.replace("t=0 0\r\n", "t=0 0\r\na=sendonly\r\n")).direction is Direction.SENDRECV  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        SDP.replace("m=audio 40000", "m=audio 0"),
        SDP.replace("m=audio", "m=video"),
        SDP.replace("RTP/AVP", "RTP/SAVP"),
        SDP.replace("8 0 101", "18 101"),
        SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP6 ::1"),
        SDP.replace("c=IN IP4 127.0.0.1\r\n", ""),
        SDP.replace("rtpmap:8 PCMA/8000", "rtpmap:8 G722/8000").replace("rtpmap:0 PCMU/8000", "rtpmap:0 L16/8000"),
        "v=0\r\ns=-\r\n",
    ],
)
def test_nothing_that_we_can_take(text: str) -> None:
    assert far_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=1\r\n",
        "v=0\r\nnonsense\r\n",
        "v=0\r\n7=x\r\n",
        "v=0\r\nm=audio 1 RTP/AVP\r\n",
        "v=0\r\nm=audio -1 RTP/AVP 8\r\n",
        "v=0\r\nm=audio 65536 RTP/AVP 8\r\n",
        "v=0\r\nm=audio ² RTP/AVP 8\r\n",
        "v=0\r\nc=IN IP4\r\n",
        "v=0\r\nc=IN IP4 300.1.1.1\r\n",
        "v=0\r\nc=ATM NSAP x\r\n",
        "v=0\r\n" + "m=audio 1 RTP/AVP 8\r\n" * 17,
    ],
)
def test_invalid_sdp(text: str) -> None:
    with pytest.raises(sdp.SdpError):
        sdp.parse(text)


@pytest.mark.parametrize(
    ("text", "ip"),
    [
        (SDP + "m=video 5000 RTP/AVP 99\r\nc=IN IP4 video.example.net\r\n", "127.0.0.1"),
        (SDP + "m=video 0 RTP/AVP\r\n", "127.0.0.1"),
        (SDP + "m=video 99999 RTP/AVP 99\r\nm=\r\nm=text 5000 RTP/AVP 98\r\nc=IN IP4\r\n", "127.0.0.1"),
        (SDP.replace("127.0.0.1", "127.000.000.001"), "127.0.0.1"),
        (SDP.replace("127.0.0.1", "010.08.1.0255"), "10.8.1.255"),
        (SDP.replace("IN IP4 127.0.0.1", "in ip4 127.0.0.1"), "127.0.0.1"),
        (SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 media.example.net").replace("101\r\na=rtpmap:8", "101\r\nc=IN IP4 10.9.9.9\r\na=rtpmap:8"), "10.9.9.9"),
        ("v=0\r\nc=IN IP4 300.1.1.1\r\nm=audio 5000 RTP/AVP 8\r\nc=IN IP4 10.9.9.9\r\n", "10.9.9.9"),
        (SDP.replace("40000", "0040000/1"), "127.0.0.1"),
        (SDP + "m=video " + "9" * 5000 + " RTP/AVP 99\r\n", "127.0.0.1"),
        (SDP + "\0", "127.0.0.1"),
        (SDP + "\0\0\r\n\0", "127.0.0.1"),
        (SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 media.example.net"), None),
        (SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 1.example"), None),
    ],
)  # fmt: skip
def test_audio_is_taken_wherever_it_can_be_understood(text: str, ip: str | None) -> None:
    """Case 9: another stream's fault costs that stream; a name as address leaves no usable audio (488), and is no malformed SDP."""
    far = far_of(text)
    assert (far and far.ip) == ip
    if far is None:
        return
    offered = sdp.parse(text)
    answered = sdp.parse("v=0\r\n" + sdp.answer(NEAR, far, offered))
    assert [s.port for s in answered.streams] == [30000] + [0] * (len(offered.streams) - 1)
    assert [s.media for s in answered.streams] == [s.media for s in offered.streams]
    assert all(s.formats for s in answered.streams)


@pytest.mark.parametrize("proto", ["RTP/AVP", "RTP/AVPF", "rtp/avpf"])
def test_the_answer_has_the_profile_of_the_offer(proto: str) -> None:
    """Case 10 (RFC 3264 §6.1, RFC 4585 §4)."""
    offered = sdp.parse(SDP.replace("RTP/AVP", proto) + f"m=audio 6000 {proto} 8\r\n")
    far = sdp.choose(offered, BOTH)
    assert far is not None
    lines = sdp.answer(NEAR, far, offered).split("\r\n")
    assert [line for line in lines if line.startswith("m=")] == [f"m=audio 30000 {proto} 8 101", f"m=audio 0 {proto} 8"]
    assert "m=audio 30000 RTP/AVP " in sdp.offer(NEAR)


def test_offer_has_both_laws_ours_first() -> None:
    text = "v=0\r\n" + sdp.offer(Near("10.0.0.1", 30000, Law.MU, None))
    assert "m=audio 30000 RTP/AVP 0 8\r\n" in text
    assert far_of(text, (Law.MU, Law.A)) == Far("10.0.0.1", 30000, Law.MU)


@pytest.mark.parametrize(
    ("said", "ours"),
    [("sendrecv", "sendrecv"), ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")],
)
def test_answer_mirrors_the_offer(said: str, ours: str) -> None:
    """RFC 3264 §6: the same number of streams in the same order, refused ones with port 0."""
    text = (
        SDP.replace("sendrecv", said)
        + "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 6000 RTP/AVP 8\r\n"
    )
    offered = sdp.parse(text)
    far = sdp.choose(offered, BOTH)
    assert far is not None
    answered = sdp.parse("v=0\r\n" + sdp.answer(NEAR, far, offered))
    assert [(s.media, s.port) for s in answered.streams] == [("audio", 30000), ("video", 0), ("audio", 0)]
    assert answered.streams[0].formats == ("8", "101")
    assert answered.streams[0].direction().value == ours


def test_origin_version_rises_with_each_change_only() -> None:
    origin = sdp.Origin(7)
    first, same, other = (origin.write(NEAR, body) for body in ("a\r\n", "a\r\n", "b\r\n"))
    assert first == same == "v=0\r\no=huawu 7 7 IN IP4 10.0.0.1\r\na\r\n"
    assert "o=huawu 7 8 " in other


@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from([*SDP.split("\r\n"), "m=audio", "c=IN", "a=", "a=ptime:"])).map("\r\n".join)
)
@settings(max_examples=400)
def test_any_text_is_understood_or_refused(text: str) -> None:
    for candidate in (text, "v=0\r\n" + text):
        try:
            parsed = sdp.parse(candidate)
        except sdp.SdpError:
            continue
        far = sdp.choose(parsed, BOTH)
        if far is not None:
            assert 0 < far.port < 65536
            answer = sdp.parse("v=0\r\n" + sdp.answer(NEAR, far, parsed))
            assert len(answer.streams) == len(parsed.streams)
