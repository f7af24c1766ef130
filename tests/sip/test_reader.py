"""Datagrams and messages: any legal message is read as it was written, any bytes have a verdict, in time linear to their number."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.adapters.sip import grammar, reader, stateless
from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import COMPACT, Request, Response
from switch_server.adapters.sip.reader import MAX_DATAGRAM, MAX_HEADERS, IgnoredMessage, RefusedRequest
from tests.sip.far_end import FAR, World, counts

# --- round trip ---

TOKENS = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=12)
TEXTS = st.binary(max_size=30).map(
    lambda raw: raw.translate(None, bytes([*range(32), 127])).decode("utf-8", "surrogateescape").strip()
)
"""Bytes in any character set, without control characters, as they stand in a field."""
NUMBERS = st.integers(0, 2**31 - 1)
OTHERS = TOKENS.filter(lambda name: name.lower() not in {*COMPACT, *COMPACT.values(), "via", "cseq", "max-forwards"})


@st.composite
def fields(draw, method: str) -> dict[str, list[str]]:
    found = {
        "via": [
            f"SIP/2.0/UDP {draw(TOKENS)}:5060;branch={draw(TOKENS)}",
            *draw(st.lists(TEXTS.filter(bool), max_size=2)),
        ],
        "from": [f"{draw(TEXTS)}<sip:{draw(TOKENS)}@a>;tag={draw(TOKENS)}"],
        "to": [f"<sip:{draw(TOKENS)}@b>{draw(TEXTS)}"],
        "call-id": [draw(TEXTS.filter(bool))],
        "cseq": [f"{draw(NUMBERS)} {method}"],
    }
    for name, values in draw(st.dictionaries(OTHERS, st.lists(TEXTS, min_size=1, max_size=3), max_size=4)).items():
        found.setdefault(name.lower(), []).extend(values)
    return found


@given(st.data(), TOKENS, st.binary(max_size=60))
@settings(max_examples=200)
def test_a_request_is_read_as_it_was_written(data, method, body) -> None:
    written = Request(method, f"sip:{data.draw(TOKENS)}@h", data.draw(fields(method)), body)
    read = reader.read(written.encode(), FAR)
    assert isinstance(read, Request), read
    length = read.fields.pop("content-length")
    assert (read.method, read.uri, read.fields, read.body) == (method, written.uri, written.fields, body)
    assert (length, read.source) == ([str(len(body))], FAR)


@given(st.data(), st.integers(100, 699), TEXTS, st.binary(max_size=60))
def test_a_response_is_read_as_it_was_written(data, code, reason, body) -> None:
    written = Response(code, reason, data.draw(fields("INVITE")), body)
    read = reader.read(written.encode(), FAR)
    assert isinstance(read, Response), read
    del read.fields["content-length"]
    assert (read.code, read.reason, read.fields, read.body) == (code, reason, written.fields, body)
    assert read.method == "INVITE"


@given(st.data(), st.sampled_from(["\n", "\r"]), st.booleans(), st.booleans())
def test_the_form_of_a_line_does_not_matter(data, ending, folded, compact) -> None:
    """Line ends of one character, folding, compact names, capitals, white space before the colon."""
    written = Request("INFO", "sip:a@h", data.draw(fields("INFO")))
    short = {name: key for key, name in COMPACT.items()}
    lines = ["INFO sip:a@h SIP/2.0"]
    for name, values in written.fields.items():
        spelled = short.get(name, name).upper() if compact else name.title()
        lines += [f"{spelled} :{ending + chr(9) if folded and value else ' '}{value}  " for value in values]
    text = ending.join([*lines, "", ""])
    if ending == "\r":  # the end of the head needs a line feed
        text = text[:-2] + "\r\n\r\n"
    read = reader.read(text.encode("utf-8", "surrogateescape"), FAR)
    assert isinstance(read, Request), read
    assert read.fields == written.fields


@given(st.lists(st.sampled_from(["\r", "\n", "\r\n", "X: y", "a", " ", ":"]), max_size=8).map("".join))
def test_no_value_of_ours_makes_a_line_of_its_own(value) -> None:
    """A number, a reason or a token that has line breaks, from whomever it came."""
    request = Request(
        "INFO", f"sip:{grammar.escaped_user(value)}@h", {"via": ["SIP/2.0/UDP h"], "from": [value or "<sip:a@b>"]}
    )
    world = World()
    world.comes(INVITE.decode())
    world.requests[-1][1].respond(404, "X" + value, (("Subject", value),))
    for data in (request.encode(), *(sent for sent, _ in world.port.sent)):
        head = data.partition(b"\r\n\r\n")[0]
        assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n")
        assert b"\nX: y" not in head


@pytest.mark.parametrize(
    ("user", "written"),
    [("10086", "10086"), ("*21*#", "*21*#"), ("+86-10 1", "+86-10%201"), ("a@b>", "a%40b%3E"), ("充", "%E5%85%85")],
)
def test_a_user_part_of_ours_is_escaped(user, written) -> None:
    assert grammar.escaped_user(user) == written
    assert grammar.read_uri(f"sip:{written}@h").user == user.partition(";")[0]


def test_a_field_is_read_once() -> None:
    request = reader.read(
        b"BYE sip:a@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z\r\nf: <sip:1@h>;tag=x\r\nt: <sip:2@h>\r\ni: c\r\nCSeq: 1 BYE\r\n\r\n",
        FAR,
    )
    assert isinstance(request, Request)
    assert request.from_address is request.from_address
    assert request.vias is request.vias
    assert (request.from_tag, request.to_tag, request.cseq, request.identity) == ("x", None, 1, ("c", "x", 1))


# --- any bytes ---

INVITE = (
    b"INVITE sip:95500@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5070;rport;branch=z9hG4bKa\r\nFrom: <sip:1@h>;tag=f\r\nTo: <sip:95500@h>\r\n"
    b"Call-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:192.0.2.7:5070>\r\nMax-Forwards: 70\r\nContent-Length: 4\r\n\r\nv=0\n"
)
PIECES = st.sampled_from([b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b",", b"<", b">", b'"', b"\\", b"\0", b"\xff", b"\x85", "充".encode(), b"\xe2\x80\xa8"])  # fmt: skip


@st.composite
def spoilt(draw) -> bytes:
    """An INVITE, a BYE, an ACK or a response with some bytes taken out, doubled or put in."""
    data = draw(
        st.sampled_from(
            [
                INVITE,
                INVITE.replace(b"INVITE", b"BYE"),
                INVITE.replace(b"INVITE", b"ACK"),
                b"SIP/2.0 200 OK" + INVITE[26:],
            ]
        )
    )
    for _ in range(draw(st.integers(1, 6))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        data = (
            data[:at]
            + draw(st.one_of(PIECES, st.just(data[at : at + 30]), st.binary(max_size=4)))
            + data[min(to, at + 8) :]
        )
    return data


@given(st.one_of(spoilt(), st.binary(max_size=300)))
@settings(max_examples=1000)
def test_any_bytes_come_to_no_exception_but_that_of_a_malformed_field(data) -> None:
    world = World()
    message = reader.read(data, FAR)
    if isinstance(message, RefusedRequest):
        refusal = stateless.response(message.request, message.code, message.reason, tag="t")
        head, _, rest = refusal.partition(b"\r\n\r\n")
        assert rest == b""
        assert head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n"), (
            "nothing that was received makes a line of its own"
        )
    elif not isinstance(message, IgnoredMessage):
        with contextlib.suppress(MalformedFieldError):
            world.tm.take(message, world.port)
        for _, transaction in world.requests:
            transaction.respond(404, "Not Found")
        for sent, _ in world.port.sent:
            assert isinstance(reader.read(sent, FAR), Response | RefusedRequest | IgnoredMessage)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ((b"Call-ID: c\r\n", b""), (400, "Missing Call-Id")),
        ((b"CSeq: 1 INVITE", b"CSeq: 2147483648 INVITE"), (400, "Bad CSeq")),
        ((b"CSeq: 1 INVITE", b"CSeq: \xc2\xb2 INVITE"), (400, "Bad CSeq")),
        ((b"Content-Length: 4", b"Content-Length: 5"), (400, "Bad Content-Length")),
        ((b"Content-Length: 4", b"Content-Length: \xc2\xb2"), (400, "Bad Content-Length")),
        ((b"Max-Forwards: 70", b"Max-Forwards: 256"), (400, "Bad Max-Forwards")),
        ((b"To: ", b"t: <sip:x@y>\r\nTo: "), (400, "Repeated To")),
        ((b"Contact: ", b"Contact\x01: "), (400, "Malformed Header")),
        ((b"Contact: ", b"Con tact: "), (400, "Malformed Header")),
        ((b"Contact: ", b"X: a\x00b\r\nContact: "), (400, "Malformed Header")),
        ((b"Contact: ", b"X: y\r\n" * MAX_HEADERS + b"Contact: "), (400, "Too Many Headers")),
        ((b"SIP/2.0\r\n", b"SIP/3.0\r\n"), (505, "Version Not Supported")),
        ((b"sip:95500@h", b"sip:" + b"9" * 1100 + b"@h"), (400, "Malformed Request-Line")),
        ((b"sip:95500@h", "sip:充@h".encode()), (400, "Malformed Request-Line")),
        ((b"sip:95500@h", b"http://h"), (416, "Unsupported URI Scheme")),
        ((b"v=0\n", b"v=0\n" + b"x" * MAX_DATAGRAM), (513, "Message Too Large")),
    ],
)
def test_what_is_refused(change, verdict) -> None:
    read = reader.read(INVITE.replace(*change, 1), FAR)
    assert isinstance(read, RefusedRequest), read
    assert (read.code, read.reason) == verdict
    ack = reader.read(INVITE.replace(*change, 1).replace(b"INVITE", b"ACK"), FAR)
    assert not isinstance(ack, RefusedRequest), "an ACK is never answered"


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\0" * 4, b"\r\n" * 5000])
def test_keepalives(data) -> None:
    assert reader.read(data, FAR) == IgnoredMessage("keepalive")


@pytest.mark.parametrize(
    "change", [(b"Via:", b"Vie:"), (b"INVITE sip", b"INV/ITE sip"), (b" SIP/2.0\r\n", b" HTTP/1.1\r\n")]
)
def test_what_is_ignored(change) -> None:
    assert reader.read(INVITE.replace(*change, 1), FAR) == IgnoredMessage("malformed")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("run", [b"\r\n", b"\n ", b"a:\r\n", b",", b";", b'"', b"<", b" ", b"\r", b"\\", b"x: y\n\t"])
def test_a_datagram_is_read_in_linear_time(run) -> None:
    """A search that began anew at each byte would take minutes for 60 kB."""
    for at in (b"Via: ", b"From: ", b"CSeq: ", b"Contact: ", b"\r\n\r\nv=0"):
        data = INVITE.replace(at, at + run * (60_000 // len(run)), 1)
        message = reader.read(data, FAR)
        if isinstance(message, Request):
            with contextlib.suppress(MalformedFieldError):
                World().tm.take(message, World().port)


# --- fast ways and slow ways say the same ---


@given(st.text('ab1.:;= ,"[]%\t', max_size=25))
def test_a_plain_via_is_read_as_by_the_grammar(rest) -> None:
    def read(text: str):
        try:
            return grammar.read_via(text)
        except MalformedFieldError:
            return None

    assert read("SIP/2.0/UDP h" + rest) == read("SIP/2.0 /UDP h" + rest)


@given(st.text('ab1<>:;="\\ ,', max_size=25))
def test_a_plain_tag_is_read_as_by_the_grammar(rest) -> None:
    for text in (f"<sip:a@b>;tag={rest}", f"{rest}<sip:a@b>;tag=x", f"<sip:a@b>{rest};tag=x"):
        try:
            expected = grammar.read_address(text, hostless=True).tag
        except MalformedFieldError:
            continue
        assert grammar.read_tag(text) == expected


@given(st.text("0123456789 \tAVK²", max_size=14))
def test_a_plain_cseq_is_read_as_by_the_grammar(text) -> None:
    def read(text: str):
        try:
            return grammar.read_cseq(text)
        except MalformedFieldError:
            return None

    assert read(text) == read("0" + text) or not text[:1].isdigit()


@pytest.mark.slow
def test_mutated_datagrams_leave_nothing() -> None:
    """In the manner of RFC 4475: 30,000 datagrams that differ from an INVITE in one to twelve places."""
    rng, world = random.Random(3261), World()
    for _ in range(30_000):
        data = bytearray(INVITE)
        for _ in range(rng.randrange(1, 12)):
            at = rng.randrange(len(data))
            data[at : at + rng.randrange(3)] = rng.choice([b"\r\n", b"", b'"', b"\0", b"\xff", b",", b"<", b"A" * 40])
        message = reader.read(bytes(data), FAR)
        if isinstance(message, Request | Response):
            with contextlib.suppress(MalformedFieldError):
                world.tm.take(message, world.port)
        for _, transaction in world.requests:
            transaction.respond(404, "Not Found")
        world.requests.clear()
        world.port.sent.clear()
        world.passes(0.125)
    world.passes(100, 1.0)
    assert counts(world.tm) == (0, 0, 0)
