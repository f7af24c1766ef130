"""Header fields in every legal form: understood, and copied as they came (RFC 3261 §7.3, §8.2.6.2, §12.1.1, §12.2.1.1, §25.1)."""

import re
import secrets
from dataclasses import dataclass, field

import pytest

from switch_server.core.call import CallOffered
from switch_server.core.leg import LegAnswered, LegConfirmed, LegEnded
from tests.lines.peer import NOBODY, SDP, Message, Peer
from tests.lines.switch import Switch, switch_to


@dataclass
class Invite:
    """An INVITE of which a test replaces, adds (``more``) or leaves out (``None``) lines; its ACK and requests in its dialog."""

    peer: Peer
    start: str = "INVITE sip:95500@127.0.0.1 SIP/2.0"
    lines: dict[str, str | None] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    body: str | bytes = SDP
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))

    def headers(self) -> dict[str, str | None]:
        port = self.peer.address[1]
        return {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards": "70",
            "From": "<sip:13800000001@127.0.0.1>;tag=f1",
            "To": "<sip:95500@127.0.0.1>",
            "Call-ID": self.call_id,
            "CSeq": "1 INVITE",
            "Contact": f"<sip:127.0.0.1:{port}>",
            "Content-Type": "application/sdp",
        } | self.lines

    def send(self) -> None:
        body = self.body if isinstance(self.body, bytes) else self.body.encode()
        lines = [self.start, *(f"{n}: {v}" for n, v in self.headers().items() if v is not None), *self.more]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        self.peer.raw(head.encode("utf-8", "surrogateescape") + body)

    def answered(self) -> Message:
        """Sends, waits for 200 and sends the ACK."""
        self.send()
        answer = self.peer.expect(200, "INVITE")
        self.again("ACK", answer)
        return answer

    def again(self, method: str, answer: Message, *more: str) -> None:
        """A request in the dialog."""
        number = answer.get("CSeq").split()[0] if method == "ACK" else "77"
        self.peer.raw(
            "\r\n".join(
                [
                    f"{method} sip:127.0.0.1 SIP/2.0",
                    f"Via: SIP/2.0/UDP 127.0.0.1:{self.peer.address[1]};rport;branch=z9hG4bK{secrets.token_hex(6)}",
                    f"From: {answer.get('From')}",
                    f"To: {answer.get('To')}",
                    f"Call-ID: {self.call_id}",
                    f"CSeq: {number} {method}",
                    *more,
                    "Content-Length: 0\r\n\r\n",
                ]
            ).encode("utf-8", "surrogateescape")
        )


@pytest.fixture
def switch():
    with Switch() as it:
        yield it


@pytest.fixture
def peer(switch):
    with Peer(switch.address) as it:
        yield it


def _hang_up(switch: Switch, peer: Peer) -> Message:
    switch.hang_up(switch.wait(LegConfirmed).leg)
    bye = peer.expect("BYE")
    peer.reply(bye, 200)
    return bye


# --- From and To ---


@pytest.mark.parametrize(
    ("uri", "caller", "called", "ani", "dnis"),
    [
        (
            "tel:+862155550100",
            "<tel:+8613800000001>;tag=f1",
            "<tel:+862155550100>",
            "13800000001",
            "02155550100",
        ),
        ("TEL:95500", "tel:13800000001;tag=f1", "TEL:95500", "13800000001", "95500"),
        (
            "sips:95500@127.0.0.1",
            '"A, <B>" <sips:+8613800000001;npdi@gw.example;user=phone> ; x ; Tag = f1',
            "sip:95500@127.0.0.1;user=phone",
            "13800000001",
            "95500",
        ),
        (
            "sip:95500@127.0.0.1;unknownparam;x=%41?Subject=a",
            "Zhang San <sip:13%3800000001@127.0.0.1:05060;b;a=1>;weird;tag=f1;empty=",
            "<sip:95500@127.0.0.1;lr;user=phone;lr2>",
            "13800000001",
            "95500",
        ),
        ("sip:95500@127.0.0.1", "sips:1@127.0.0.1;tag=f1", "<sip:95500@127.0.0.1>", "1", "95500"),
        ("sip:95500@127.0.0.1", "<urn:service:sos>;tag=f1", "<http://95500.example/>", "", "95500"),
    ],
)
def test_from_and_to_are_copied(switch, peer, uri, caller, called, ani, dnis) -> None:
    """Case 1: From as it came, To as well with our tag; the same in the far end's BYE and in ours."""
    ours = Invite(peer, f"INVITE {uri} SIP/2.0", {"From": caller, "To": called})
    answer = ours.answered()
    offered = switch.wait(CallOffered)
    assert (offered.ani, offered.dnis) == (ani, dnis)
    assert answer.get("From") == caller
    assert answer.get("To").startswith(called + ";tag=")
    ours.again("OPTIONS", answer)
    assert peer.expect(200, "OPTIONS").get("To") == answer.get("To")
    bye = _hang_up(switch, peer)
    assert (bye.get("To"), bye.get("From")) == (caller, answer.get("To"))


@pytest.mark.parametrize(
    "to",
    ["<sip:95500@127.0.0.1> ; tag={}", "<sip:95500@127.0.0.1>\r\n ;\r\n TAG\t=\t{}", "sip:95500@127.0.0.1 ;x;tag={};y"],
)
def test_the_far_end_may_write_its_to_in_another_form(switch, peer, to) -> None:
    ours = Invite(peer)
    answer = ours.answered()
    answer.headers = [("To", to.format(answer.tag("To"))) if name == "To" else (name, v) for name, v in answer.headers]
    ours.again("BYE", answer)
    peer.expect(200, "BYE")
    switch.wait(LegEnded)


@pytest.mark.parametrize(
    ("line", "ani"),
    [
        ("tel:+8613800000001", "13800000001"),
        ("<tel:+8613800000001;npdi>", "13800000001"),
        ("tel:+86-138-0000-0001;npdi;rn=+8613900", "13800000001"),
        ('"Ma, Li" <sip:+8613800000001;npdi@ims.example;user=phone>, <tel:+8613800000001>', "13800000001"),
        ("sips:+86(138)0000.0001@ims.example", "13800000001"),
        ("<sip:unavailable@unknown.invalid>, tel:+8613800000001", "13800000001"),
        ("<sip:wang.li-2@ims.example>", "wang.li-2"),
    ],
)
def test_the_asserted_identity_in_every_form(switch, peer, line, ani) -> None:
    """Cases 2 and 3 (RFC 3325 §9.1, RFC 4694 §3, RFC 3966 §4)."""
    Invite(peer, more=(f"P-Asserted-Identity: {line}",), lines={"From": "<sip:100@127.0.0.1>;tag=f1"}).answered()
    assert switch.wait(CallOffered).ani == ani


@pytest.mark.parametrize("written", [("+862155550100",), ("+86-21-5555-0100",), ("+86(21)*",)])
@pytest.mark.parametrize(
    "uri",
    [
        "tel:+862155550100;npdi;rn=+8613900",
        "tel:+86-21-5555-0100",
        "sip:+86(21)5555.0100;npdi@127.0.0.1;user=phone",
        "sip:%2B86-21-55550100@127.0.0.1",
    ],
)
def test_separators_and_parameters_do_not_change_a_number(uri: str, written: tuple[str, ...]) -> None:
    """Case 3: in what comes, and in the trunk's list of numbers."""
    with Peer(NOBODY) as peer, switch_to(peer, numbers=written) as switch:
        Invite(peer, f"INVITE {uri} SIP/2.0", {"To": f"<{uri}>"}).answered()
        assert switch.wait(CallOffered).dnis == "02155550100"


@pytest.mark.parametrize(
    "caller",
    [
        "<sip:unavailable@unknown.invalid>",
        "<sip:restricted@127.0.0.1>",
        '"Anonymous" <sip:c8oqz84zk7z@anonymous.invalid>',
        "sip:Unavailable@127.0.0.1",
        "<sip:13800000001@ANONYMOUS.INVALID.>",
        "<sip:127.0.0.1>",
    ],
)
def test_a_word_is_no_number(switch, peer, caller) -> None:
    """Case 27."""
    Invite(peer, lines={"From": caller + ";tag=f1"}).answered()
    assert switch.wait(CallOffered).ani == ""


@pytest.mark.parametrize("name", ["客户誠", "充值許功蓋", "\\"], ids=["ends plain", "ends in 5C", "only 5C"])
@pytest.mark.parametrize("charset", ["gbk", "big5", "utf-8"])
def test_a_display_name_is_decoration(switch, peer, name, charset) -> None:
    """Case 26: a name in an old character set, whose last byte may be 5C, is copied byte by byte and costs no call."""
    raw = name.encode(charset, "ignore").decode("utf-8", "surrogateescape")
    caller = f'"{raw}" <sip:13800000001@127.0.0.1>;tag=f1'
    ours = Invite(peer, lines={"From": caller}, more=(f'P-Asserted-Identity: "{raw}" <tel:+8613800000001>, tel:1',))
    ours.send()
    peer.skt.settimeout(5)
    for _ in range(3):
        answer = peer.skt.recv(65535)
        assert f"\r\nFrom: {caller}\r\n".encode("utf-8", "surrogateescape") in answer
    assert b" 200 OK" in answer
    assert switch.wait(CallOffered).ani == "13800000001"


# --- Record-Route, Contact ---

ROUTES = ["<sip:127.0.0.1:{};r2=on;lr=on;ftag=f1>", "<sip:edge.example.net:5062;transport=tcp;r2=on;lr=on>"]
TARGETS = [
    "sip:gw@sbc01.example.net:5070;transport=tcp;x=1",
    "sip:+862155550100;npdi@[2001:db8::1]:5070;ob;alias=10.0.0.1~5060~1",
    "sips:127.0.0.77",
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("one_line", [False, True])
def test_routes_and_target_of_a_caller(switch, peer, target, one_line) -> None:
    """Case 4: Record-Route in the 200, Route and Request-URI of our BYE as they came."""
    routes = [route.format(peer.address[1]) for route in ROUTES]
    lines = [", ".join(routes)] if one_line else routes
    ours = Invite(peer, lines={"Contact": f"<{target}>"}, more=tuple(f"Record-Route: {each}" for each in lines))
    answer = ours.answered()
    assert answer.all("Record-Route") == routes
    bye = _hang_up(switch, peer)
    assert bye.start == f"BYE {target} SIP/2.0"
    assert bye.all("Route") == routes


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_without_routes_is_reached_where_it_came_from(switch, peer, target) -> None:
    Invite(peer, lines={"Contact": f'"x" <{target}>;q=0.5'}).answered()
    assert _hang_up(switch, peer).start == f"BYE {target} SIP/2.0"


def test_a_strict_router_gets_its_own_uri(switch, peer) -> None:
    """RFC 3261 §12.2.1.1: the router's URI as Request-URI, the Contact as last Route."""
    router = f"sip:127.0.0.1:{peer.address[1]};maddr=127.0.0.1;x"
    ours = Invite(
        peer, lines={"Contact": "<sip:a@b.example;y>"}, more=(f"Record-Route: <{router}>", f"Record-Route: {ROUTES[1]}")
    )
    ours.answered()
    bye = _hang_up(switch, peer)
    assert bye.start == f"BYE {router} SIP/2.0"
    assert bye.all("Route") == [ROUTES[1], "<sip:a@b.example;y>"]


@pytest.mark.parametrize("target", TARGETS)
def test_routes_and_target_of_a_callee(target) -> None:
    """Case 4, outbound: the Record-Route of a 200 in reverse, its Contact as Request-URI."""
    with Peer(NOBODY) as peer, switch_to(peer) as switch:
        leg = switch.place()
        routes = [route.format(peer.address[1]) for route in reversed(ROUTES)]
        peer.contact = f"Contact: <{target}>"
        peer.reply(peer.expect("INVITE"), 200, body=SDP, tag="t", extra=tuple(f"Record-Route: {r}" for r in routes))
        ack = peer.expect("ACK")
        switch.wait(LegAnswered)
        switch.hang_up(leg)
        for request in (ack, peer.expect("BYE")):
            assert request.start.split()[1] == target
            assert request.all("Route") == routes[::-1]


# --- white space, capitals, leading zeros, old forms ---


@pytest.mark.parametrize(
    "via",
    [
        "SIP / 2.0 / UDP 127.0.0.1:{};branch=z9hG4bK-{}",
        "SIP/2.0/udp 127.0.0.1 : {} ; BRANCH = z9hG4bK-{} ; rport",
        'sip/2.0/UDP\t127.0.0.1:{};hidden;branch=z9hG4bK-{};Rport;x="a;b,c"',
        "SIP  /   2.0\r\n /UDP\r\n    127.0.0.1:0{};branch=\r\n z9hG4bK-{}",
    ],
)
def test_a_via_in_every_form_is_copied(switch, peer, via) -> None:
    """Case 12 (RFC 3261 §25.1; RFC 4475 §3.1.1.1): also below the first, and several on a line."""
    below = 'SIP / 2.0 / TCP spindle.example.com ;  branch = z9hG4bK9ikj8 ;received=10.0.0.1;rport=1, SIP/2.0/UDP [2001:db8::9]:5;a="x,y"'
    via = via.format(peer.address[1], secrets.token_hex(4))
    Invite(peer, lines={"Via": via}, more=(f"Via: {below}",)).send()
    first, *others = peer.expect(200, "INVITE").all("Via")
    marked = re.sub(";rport", f";rport={peer.address[1]}", "".join(via.split()), flags=re.IGNORECASE)
    assert "".join(first.split()) == marked
    assert ", ".join(others) == below


@pytest.mark.parametrize(
    "lines",
    [
        {"Max-Forwards": "0068"},
        {"CSeq": "000000000000001 INVITE"},
        {"CSeq": None, "cSeQ": "0009\r\n  INVITE"},
        {"Max-Forwards": None, "MaX-fOrWaRdS": "0255"},
        {"Subject": "", "s ": "\r\n x"},
        {"Content-Type": 'Application/SDP ; charset ; a="b;c"'},
        {"Contact": '"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n newvalue ;\r\n  secondparam ; q = 0.33'},
        {"Expires": "Thu, 01 Dec 1994 16:00:00 GMT"},
        {"Expires": "0000000000000000300"},
        {"Route": "<sip:services.example.com;lr;unknownwith=value;unknown-no-value>"},
    ],
)  # fmt: skip
def test_legal_forms_that_are_rare(switch, peer, lines) -> None:
    """Case 12: the lines of RFC 4475 §3.1.1.1, one by one."""
    Invite(peer, lines=lines).answered()
    switch.wait(LegConfirmed)


def test_a_number_is_copied_with_its_zeros(switch, peer) -> None:
    Invite(peer, lines={"CSeq": "0009 INVITE"}).send()
    assert peer.expect(200, "INVITE").get("CSeq") == "0009 INVITE"


def test_capitals_of_the_version(switch, peer) -> None:
    """RFC 3261 §7.1: the version is read without regard to case and written in capitals."""
    Invite(peer, start="INVITE SIP:95500@127.0.0.1 sip/2.0").send()
    assert peer.expect(200, "INVITE").start == "SIP/2.0 200 OK"


def test_the_whole_torturous_invite(switch, peer) -> None:
    """Case 12: RFC 4475 §3.1.1.1, without its To tag; the ACK, too."""
    port = peer.address[1]
    head = (
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com \r\n"
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n'
        f"Call-ID: wsinv.{secrets.token_hex(6)}@192.0.2.1\r\nContent-Length   : {len(SDP)}\r\ncseq: 0009\r\n  INVITE\r\n"
        f"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;rport;branch=390skdjuw{port}\r\ns :\r\nNewFangledHeader:   newfangled value\r\n"
        " continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\nRoute:\r\n"
        " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\nv:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
        "  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n'
    )
    peer.raw(head + SDP)
    answer = peer.expect(200, "INVITE")
    assert len(answer.all("Via")) == 3
    assert switch.wait(CallOffered).dnis == "vivekg"
    to = answer.get("To")
    peer.raw(
        head.replace("INVITE", "ACK").replace("390skdjuw", "391skdjuw").replace(str(len(SDP)), "0").replace(
            "TO :\r\n sip:vivekg@chair-dnrc.example.com \r\n", f"To\t: {to}\r\n"
        )
    )  # fmt: skip
    bye = _hang_up(switch, peer)
    assert bye.start == "BYE sip:jdrosen@example.com SIP/2.0"


@pytest.mark.parametrize(
    "caller",
    ["<sip:+13035551111@ift.client.example.net;user=phone>", "sip:+13035551111@127.0.0.1", "tel:+1-303-555-1111"],
)
@pytest.mark.parametrize("router", ["", "<sip:UserB@example.com;maddr=ss1.example.com>"])
def test_a_caller_of_rfc_2543(switch, peer, caller, router) -> None:
    """Case 12: RFC 4475 §3.4.1: no branch, no tag, no Contact, no Max-Forwards. Our BYE goes to its From, or over its router."""
    lines = {"Via": f"SIP/2.0/UDP 127.0.0.1:{peer.address[1]}", "From": caller, "Contact": None, "Max-Forwards": None}
    lines["To"] = "sip:+16505552222@ss1.example.net;user=phone"
    if router:
        lines["Record-Route"] = router
    answer = Invite(peer, lines=lines).answered()
    assert answer.get("From") == caller
    assert switch.wait(CallOffered).ani == "+13035551111"
    bye = _hang_up(switch, peer)
    uri = caller.strip("<>")
    assert bye.start == f"BYE {router.strip('<>') or uri} SIP/2.0"
    assert bye.all("Route") == ([f"<{uri}>"] if router else [])
    assert bye.get("To") == caller


def test_a_callee_may_write_our_headers_in_another_form() -> None:
    """White space, capitals, compact names and leading zeros in the responses to our INVITE and BYE, several Vias' worth of folding."""
    with Peer(NOBODY) as peer, switch_to(peer) as switch:
        leg = switch.place()

        def answer(request: Message, body: str) -> None:
            via = request.get("Via").replace(";branch=", "\r\n ; BRANCH = ").replace("SIP/2.0/UDP", "SIP / 2.0 / udp")
            number, method = request.get("CSeq").split()
            lines = [
                "sip/2.0 200  Gut",
                f"v : {via};received=127.0.0.1",
                f"f:{request.get('From').replace(';tag=', chr(13) + chr(10) + ' ; TAG = ')}",
                f"T: {request.get('To').split(';tag')[0]};x;\ttag=callee",
                f"i: {request.get('Call-ID')}",
                f"cseq: 000{number}\t{method}",
                f"m: Zhang San<SIP:zhang@127.0.0.1:0{peer.address[1]};ob>;expires=1",
                "c:Application/sdp;x",
                f"l : 000{len(body)}",
            ]
            peer.raw("\r\n".join([*lines, "", body]))

        answer(peer.expect("INVITE"), SDP)
        assert peer.expect("ACK").start == f"ACK SIP:zhang@127.0.0.1:0{peer.address[1]};ob SIP/2.0"
        assert switch.wait(LegAnswered).far.port == 40000
        switch.hang_up(leg)
        bye = peer.expect("BYE")
        assert bye.start == f"BYE SIP:zhang@127.0.0.1:0{peer.address[1]};ob SIP/2.0"
        assert bye.tag("To") == "callee"
        answer(bye, "")
        assert peer.silent(1.2), "the BYE has its answer"
