"""The registrar on the wire: registration of a desk phone, and every reason for a refusal."""

import re
import time
from collections import Counter

import pytest

from shared.ids import PhoneName
from switch_server.adapters.sip import reader
from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip_lines import digest, registrar
from switch_server.ports.phones import Binding
from tests.fakes.phones import FakePhones, phone
from tests.lines.desk_phone import RawPhone
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, Switch, answer_all
from tests.lines.test_desk_leg import ELSEWHERE

FRONT = PhoneName("front-1")
IP, OTHER_IP = "127.0.0.5", "127.0.0.6"


@pytest.fixture
def book():
    return FakePhones(phone("front-1"), phone("back-2", "another word"))


@pytest.fixture
def switch(book):
    with Switch(
        answer_all, ELSEWHERE, phones=book
    ) as it:  # no trunk has a loopback address, so a phone is a stranger to the trunks
        yield it


@pytest.fixture
def peer(switch):
    with Peer(switch.address, IP) as it:
        yield it


@pytest.fixture
def raw(peer):
    return RawPhone(peer)


def bound(book: FakePhones, name: PhoneName = FRONT) -> Binding | None:
    return book.binding(name, time.time())


def expires(answer: Message) -> int:
    return int(answer.get("Contact").rpartition(";expires=")[2])


# --- accepted registrations ---


def test_a_phone_proves_its_password_and_is_bound_to_its_real_address(switch, book, peer, raw) -> None:
    raw.send(expires=120)
    asked = raw.challenged()
    assert re.fullmatch(
        r'Digest realm="huawu", nonce="[0-9a-f.]+", algorithm=MD5, qop="auth"', asked.get("WWW-Authenticate")
    )
    assert f"rport={peer.address[1]}" in asked.get("Via")
    assert bound(book) is None
    begun = time.time()
    answer = raw.register(expires=120)
    assert answer.get("Contact") == f"<{raw.contact}>;expires=120"
    assert answer.tag("To")
    binding = bound(book)
    assert binding is not None
    assert (binding.contact, binding.ip, binding.port) == (raw.contact, IP, peer.address[1])
    assert binding.target == f"sip:front-1@{IP}:{peer.address[1]};line=x1"
    assert binding.agent == "Raw phone 1.0"
    assert begun <= binding.since < begun + 5
    assert binding.until == pytest.approx(binding.since + 120, abs=1)
    assert switch.count("register_200") == 1
    assert switch.seen == []


def test_a_refresh_is_not_asked_again_and_keeps_since(switch, book, raw) -> None:
    raw.register(expires=100)
    first = bound(book)
    raw.register(expires=200)
    second = bound(book)
    assert first is not None
    assert second is not None
    assert second.since == first.since
    assert second.until > first.until + 90
    assert switch.count("register_401") == 1


def test_from_another_port_it_has_moved(switch, book, raw) -> None:
    raw.register()
    with Peer(switch.address, IP) as rebooted:
        again = RawPhone(rebooted)
        again.register()
        binding = bound(book)
        assert binding is not None
        assert binding.port == rebooted.address[1]
        raw.asked = None
        raw.register(200, contact="")  # a query: the answer has the present binding
        assert bound(book) == binding


@pytest.mark.parametrize(
    ("said", "wanted"),
    [({}, 300), ({"expires": 60}, 60), ({"expires": 86_400}, 600), ({"expires": "soon"}, 300), ({"expires": 9_999_999_999}, 600)],
)  # fmt: skip
def test_for_how_long(raw, said, wanted) -> None:
    assert expires(raw.register(**said)) == wanted


def test_the_contacts_own_word_counts_more(raw) -> None:
    assert expires(raw.register(contact="<sip:front-1@10.9.8.7>;expires=90", expires=500)) == 90


@pytest.mark.parametrize(
    "how", [{"expires": 0}, {"contact": "*", "expires": 0}, {"contact": "<sip:front-1@10.9.8.7:5062>;expires=0"}]
)
def test_a_phone_removes_its_binding(book, raw, how) -> None:
    raw.register()
    assert bound(book) is not None
    answer = raw.register(**how)
    assert answer.all("Contact") == []
    assert bound(book) is None
    raw.register(**how)  # there was no binding to remove
    raw.register()
    assert bound(book) is not None


def test_removing_another_contact_removes_nothing(book, raw) -> None:
    """A phone with a new address first registers the new Contact, then removes the old one."""
    raw.register()
    answer = raw.register(contact="<sip:front-1@10.9.8.6:5062>;expires=0")
    assert answer.get("Contact").startswith(f"<{raw.contact}>;expires=")
    assert bound(book) is not None


def test_of_several_contacts_the_preferred_one_counts_and_is_in_the_answer(book, raw) -> None:
    both = "<sip:a@10.0.0.1>;q=0.3, <sip:b@10.0.0.2>;q=0.7, <sip:c@10.0.0.3>;expires=0"
    answer = raw.register(contact=both)
    assert answer.all("Contact") == ["<sip:b@10.0.0.2>;expires=300"]


def test_a_query_for_the_binding(raw) -> None:
    assert raw.register(contact="").all("Contact") == []
    raw.register()
    assert expires(raw.register(contact="")) == pytest.approx(300, abs=2)


def test_the_same_request_again_changes_nothing_and_is_answered_alike(book, peer, raw) -> None:
    raw.register(expires=0)
    raw.peer.raw(raw.last)
    peer.expect(200, "REGISTER")
    answer = raw.register(expires=100)
    before = bound(book)
    peer.raw(raw.last)
    assert peer.expect(200, "REGISTER").get("Contact") == answer.get("Contact")
    assert bound(book) == before


def test_a_phone_at_a_trunks_address_registers_too(book) -> None:
    with Switch(answer_all, LOCAL, phones=book) as switch, Peer(switch.address) as peer:
        RawPhone(peer).register()
        assert bound(book) is not None


# --- refused registrations ---


def _same(answer: Message) -> list[tuple[str, str]]:
    gone = ("Via", "From", "To", "Call-ID", "CSeq")
    return [("start", answer.start), *(header for header in answer.headers if header[0] not in gone)]


def test_a_wrong_password_and_an_unknown_name_are_told_alike(switch, book, raw, peer) -> None:
    wrong = raw.register(403, password="geheim")
    unknown = RawPhone(peer, "nobody").register(403)
    assert _same(wrong) == _same(unknown)
    assert bound(book) is None
    raw.register(200)


def test_after_five_wrong_passwords_the_phone_is_blocked_at_that_address(switch, book, raw) -> None:
    for _ in range(registrar.TRIES):
        raw.register(403, password="geheim")
    assert book.out == [(FRONT, IP)]
    raw.register(403)  # with the right password
    assert bound(book) is None
    with Peer(switch.address, OTHER_IP) as elsewhere:
        RawPhone(elsewhere).register(200)  # the phone may register from another address
        RawPhone(raw.peer, "back-2", "another word").register(200)  # and another phone from the attacker's address
    assert book.out == [(FRONT, IP)]


def test_many_names_from_one_address_are_counted_too(book, peer) -> None:
    raw = RawPhone(peer)
    for number in range(registrar.TRIES_OF_ADDRESS):
        raw.register(403, user=f"nobody-{number}")
    assert book.out == [(PhoneName(f"nobody-{registrar.TRIES_OF_ADDRESS - 1}"), IP)]
    raw.register(403)


def test_a_guess_without_our_nonce_is_not_counted(switch, book, raw, peer) -> None:
    """The source of a datagram can be forged: a sender that never received a challenge must not block any phone."""
    raw.send()
    raw.challenged()
    assert raw.asked is not None
    forged = raw.proof(password="geheim").replace(raw.asked.nonce, "1." + "0" * 32)
    for _ in range(registrar.TRIES + 1):
        raw.send(proof=forged)
        assert "stale" not in raw.peer.expect(401, "REGISTER").get("WWW-Authenticate")
    raw.register(200)
    assert book.out == []


def test_an_overheard_proof_is_worth_nothing(book, raw, peer) -> None:
    raw.register(200)
    before = bound(book)
    overheard = raw.proof(count=1)
    raw.send(proof=overheard, call_id="another", contact="<sip:thief@127.0.0.1:6666>")
    assert "stale=true" in peer.expect(401, "REGISTER").get("WWW-Authenticate")
    assert bound(book) == before
    with Peer(raw.peer.switch, OTHER_IP) as thief:
        stolen = RawPhone(thief)
        stolen.send(proof=raw.proof())
        assert "stale=true" in thief.expect(401, "REGISTER").get("WWW-Authenticate")
    assert bound(book) == before


def test_an_older_proof_is_invalid_after_a_newer_one(book, raw, peer) -> None:
    raw.register(200)
    old = raw.proof()
    time.sleep(1.1)  # a nonce of another second
    newer = RawPhone(peer)
    newer.register(200)
    newer.register(expires=0)
    raw.send(proof=old, call_id="another")
    assert "stale=true" in peer.expect(401, "REGISTER").get("WWW-Authenticate")
    assert bound(book) is None


def test_a_proof_for_another_uri(switch, book, raw, peer) -> None:
    raw.send()
    raw.challenged()
    raw.send(proof=raw.proof(), change=(f"REGISTER {raw.uri}", "REGISTER sip:elsewhere.example"))
    peer.expect(400, "REGISTER")
    assert bound(book) is None


def test_out_of_order(book, raw, peer) -> None:
    raw.register(200, expires=100)
    before = bound(book)
    raw.send(proof=raw.proof(), cseq=1, expires=200)
    peer.expect(500, "REGISTER")
    assert bound(book) == before


def test_for_another_phone(book, raw) -> None:
    raw.register(403, to="back-2")
    assert bound(book) is None
    assert bound(book, PhoneName("back-2")) is None


def test_too_short(book, raw) -> None:
    assert raw.register(423, expires=59).get("Min-Expires") == "60"
    assert bound(book) is None
    raw.register(200, expires=60)


def test_required_extensions(raw, peer) -> None:
    raw.send("Require: path, outbound")
    assert peer.expect(420, "REGISTER").get("Unsupported") == "path, outbound"


@pytest.mark.parametrize(
    "wrong",
    [
        {"change": ("From: ", "Fram: ")},
        {"change": ("To: ", "Too: ")},
        {"change": ("Call-ID: ", "Kall-ID: ")},
        {"change": (" REGISTER\r\n", " INVITE\r\n")},
        {"change": ("Max-Forwards: 70", "Max-Forwards: many")},
        {"change": ("Content-Length: 0", "Content-Length: 99")},
        {"change": ("User-Agent: ", "User-Agent\x07: ")},
        {"change": ("Contact: ", "Contact ")},
        {"contact": "*"},
        {"contact": "*", "expires": 300},
        {"contact": "*, <sip:a@b>", "expires": 0},
        {"contact": "<sip:a@b"},
        {"contact": "sips:front-1@10.9.8.7"},
        {"contact": "<mailto:front-1@huawu>"},
        {"contact": "sip:a@b:99999"},
        {"contact": ", ".join(["<sip:a@b>"] * 9)},
    ],
)
def test_malformed(switch, book, raw, peer, wrong) -> None:
    raw.send(**wrong)
    assert peer.expect(400, "INVITE" if "INVITE" in str(wrong) else None).tag("To") or "To" in str(wrong)
    assert bound(book) is None
    raw.register(200)


def test_sips_in_the_request_uri_and_other_versions(raw, peer) -> None:
    raw.send(change=("REGISTER sip:", "REGISTER http:"))
    peer.expect(416)
    raw.send(change=("SIP/2.0\r\n", "SIP/3.0\r\n"))
    peer.expect(505)


def test_strangers_are_asked_so_often_and_a_phones_neighbours_always(switch, raw) -> None:
    with Peer(switch.address, OTHER_IP) as stranger:
        for _ in range(300):
            RawPhone(stranger, "nobody").send()
        switch.until(lambda: switch.count("register_401") == 300)
        assert switch.count("unanswered") > 100
    time.sleep(1.1)
    raw.register(200)
    with Peer(switch.address, OTHER_IP) as stranger:
        for _ in range(200):
            RawPhone(stranger, "nobody").send()
        raw.asked = None
        raw.register(200)


def test_a_phone_that_has_registered_may_still_not_call(raw, peer) -> None:
    """Agents dial in the app only."""
    raw.register(200)
    Call(peer).request("INVITE", SDP)
    peer.expect(403, "INVITE")


# --- by a clock ---


def ask(desk: registrar.Registrar, now: float, proof: str = "", cseq: int = 1) -> registrar.RegisterResponse:
    text = (
        "REGISTER sip:huawu SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa\r\nFrom: <sip:front-1@h>;tag=a\r\nTo: <sip:front-1@h>\r\n"
        f"Call-ID: a\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:front-1@10.0.0.9>\r\n{proof}\r\n\r\n"
    )
    request = reader.read(text.encode(), ("192.0.2.9", 5060))
    assert isinstance(request, Request)
    return desk.answer(request, now)


def prove(
    desk: registrar.Registrar, now: float, password: str = "open sesame", nonce_at: float | None = None, cseq: int = 1
) -> registrar.RegisterResponse:
    (header,) = ask(desk, now if nonce_at is None else nonce_at).headers
    asked = digest.read_challenge(header[1])
    assert asked is not None
    proof = digest.authorization(asked, FRONT, password, "REGISTER", "sip:huawu", "cc")
    return ask(desk, now, f"Authorization: {proof}", cseq)


def test_the_door_opens_again_after_five_minutes(book) -> None:
    desk = registrar.Registrar(book, digest.DigestAuthenticator(b"s" * 32), Counter())
    assert [prove(desk, 1000.0 + n, "geheim").code for n in range(6)] == [403] * 6
    assert prove(desk, 1299.0).code == 403
    assert prove(desk, 1301.0).code == 200


def test_an_old_nonce_is_asked_anew_and_no_wrong_password(book) -> None:
    desk = registrar.Registrar(book, digest.DigestAuthenticator(b"s" * 32), Counter())
    (header,) = prove(desk, 2000.0, nonce_at=1000.0).headers
    assert "stale=true" in header[1]
    (header,) = prove(desk, 2000.0, "geheim", nonce_at=1000.0).headers
    assert "stale" not in header
    assert book.out == []


def test_the_answer_has_the_remaining_time(book) -> None:
    desk = registrar.Registrar(book, digest.DigestAuthenticator(b"s" * 32), Counter())
    assert prove(desk, 1000.0).headers == (("Contact", "<sip:front-1@10.0.0.9>;expires=300"),)
    assert prove(desk, 1100.0).headers == (("Contact", "<sip:front-1@10.0.0.9>;expires=200"),), (
        "the same request: no refresh"
    )
    assert prove(desk, 1100.0, cseq=2).headers == (("Contact", "<sip:front-1@10.0.0.9>;expires=300"),)
    assert desk.knows("192.0.2.9", 1399.0)
    assert not desk.knows("192.0.2.9", 1401.0)
    assert not desk.knows("192.0.2.8", 1100.0)
