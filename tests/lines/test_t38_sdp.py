"""T.38 in SDP, pure: what boxes write, what we answer, and mutated bodies (ITU-T T.38 annex D, RFC 3264)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.enums import Direction, Law
from switch_server.adapters.sip_lines import sdp
from switch_server.core.words import Far, Near
from switch_server.core.words.media import T38Far
from tests.lines import fax_bodies
from tests.lines.peer import SDP

NEAR = Near("10.0.0.1", 30000, Law.A, 101, t38=True)
BODIES = [value for name, value in vars(fax_bodies).items() if name.isupper() and isinstance(value, str)]


def fax_of(text: str) -> Far | None:
    return sdp.choose_fax(sdp.parse(text), Law.A)


def answer_to(text: str) -> list[str]:
    far = fax_of(text)
    assert far is not None
    return sdp.answer(NEAR, far, sdp.parse(text)).split("\r\n")[3:-1]


@pytest.mark.parametrize(
    ("body", "t38"),
    [
        (fax_bodies.T38, T38Far(176)),
        (fax_bodies.CISCO, T38Far(320)),
        (fax_bodies.HUAWEI, T38Far(400)),
        (fax_bodies.AUDIOCODES, T38Far(238)),
        (fax_bodies.ASTERISK, T38Far(1400, fec=True)),
        (fax_bodies.BARE, T38Far()),
        (fax_bodies.NO_CORRECTION, T38Far(176, redundancy=0)),
        (fax_bodies.SLOW, T38Far(176)),
        (fax_bodies.TCP_TOO, T38Far(176)),
        (fax_bodies.T38.replace("176", "0"), T38Far()),
        (fax_bodies.T38.replace("176", "99999"), T38Far()),
        (fax_bodies.T38.replace("176", "-1"), T38Far()),
        (fax_bodies.T38.replace(":176", " : 0176 "), T38Far(176)),
        (fax_bodies.T38.replace("176", "1" * 5000), T38Far()),
    ],
)
def test_what_boxes_write_is_read(body: str, t38: T38Far) -> None:
    assert fax_of(body) == Far("127.0.0.1", 41000, Law.A, None, 20, Direction.SENDRECV, t38=t38)


@pytest.mark.parametrize("body", [fax_bodies.TCP, fax_bodies.LOCAL_CHECK, fax_bodies.REFUSED, SDP])
def test_what_is_no_fax_for_us(body: str) -> None:
    assert fax_of(body) is None


OURS = [
    "m=image 30000 udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400", "a=T38FaxRateManagement:transferredTCF",
    "a=T38FaxMaxBuffer:2000", "a=T38FaxMaxDatagram:1400", "a=T38FaxUdpEC:t38UDPRedundancy",
]  # fmt: skip


def test_our_offer_takes_the_place_of_the_sound() -> None:
    last = sdp.Origin(1).write(NEAR, sdp.offer(NEAR))
    fax = sdp.offer_again(NEAR, last, t38=True)
    assert fax.split("\r\n")[3:-1] == OURS
    assert sdp.offer_again(NEAR, fax, t38=False) == sdp.offer(NEAR)


def test_our_offer_back_to_sound_takes_the_stream_that_the_far_end_used_for_it() -> None:
    body = sdp.answer(NEAR, fax_of(fax_bodies.HUAWEI), sdp.parse(fax_bodies.HUAWEI))  # type: ignore[arg-type]
    media = re.findall("m=.*", sdp.offer_again(NEAR, body, t38=False))
    assert [line.strip() for line in media] == ["m=audio 30000 RTP/AVP 8 0 101", "m=image 0 udptl t38"]


@pytest.mark.parametrize("body", [fax_bodies.T38, fax_bodies.CISCO, fax_bodies.ASTERISK])
def test_the_answer_promises_redundancy_and_nothing_that_is_not_done(body: str) -> None:
    assert answer_to(body) == OURS


def test_the_answer_follows_the_offer() -> None:
    assert answer_to(fax_bodies.HUAWEI) == ["m=audio 0 RTP/AVP 8", *OURS]
    assert answer_to(fax_bodies.AUDIOCODES)[:2] == ["m=audio 0 RTP/AVP 8", "m=image 30000 UDPTL t38"]
    assert answer_to(fax_bodies.BARE)[0] == "m=image 30000 udptl T38"
    assert answer_to(fax_bodies.TCP_TOO)[-2:] == ["m=image 0 TCP t38", "m=image 0 TCP/RTP/AVP t38"]
    assert "a=T38MaxBitRate:9600" in answer_to(fax_bodies.SLOW)
    assert "a=T38MaxBitRate:14400" in answer_to(fax_bodies.T38.replace("14400", "33600"))
    assert "a=T38FaxUdpEC:t38UDPNoEC" in answer_to(fax_bodies.NO_CORRECTION)
    assert answer_to(fax_bodies.T38 + "a=sendonly\r\n")[-1] == "a=recvonly"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(BODIES),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 12), st.text(max_size=6)), min_size=1, max_size=4),
)
def test_mutated_bodies_are_read_or_refused(body: str, cuts: list[tuple[int, int, str]]) -> None:
    """Either a clear refusal, or media at a possible address with bounded numbers, and an answer with the streams of the offer."""
    for at, length, text in cuts:
        body = body[:at] + text + body[at + length :]
    try:
        description = sdp.parse(body)
    except sdp.SdpError:
        return
    far = sdp.choose_fax(description, Law.A)
    if far is None:
        return
    assert far.t38 is not None
    assert 0 < far.port < 65536
    assert 40 <= far.t38.max_datagram < 65_508
    answer = sdp.answer(NEAR, far, description)
    offered, answered = (re.findall(r"(?m)^m=(\S*)", text) for text in (body.replace("\r\n", "\n"), answer))
    assert [each.lower() for each in offered if each] == answered
    assert answer.count("\nm=image 30000 ") == 1
    back = sdp.parse("v=0\r\n" + answer)
    assert sum(stream.port > 0 for stream in back.streams) == 1
