"""Nobody learns from answers, or from the work behind them, which desk phones and which users of trunks there are."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from switch_server.adapters.sip_lines import digest
from tests.fakes.phones import FakePhones, phone
from tests.lines.desk_phone import RawPhone
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import Switch, answer_all
from tests.lines.test_desk_leg import ELSEWHERE
from tests.lines.test_door import GUARDED

IP, OTHER_IP = "127.0.0.5", "127.0.0.6"
KNOWN, UNKNOWN = "front-1", "front-9"
USER, NOBODY = GUARDED.username, "w" * len(GUARDED.username)
STALE = 'Digest realm="huawu", nonce="5f5e100.1.00112233445566778899aabbccddeeff", algorithm=MD5, qop="auth"'
"""A nonce of another run of the switch."""


@pytest.fixture
def switch() -> Iterator[Switch]:
    with Switch(answer_all, ELSEWHERE, GUARDED, phones=FakePhones(phone(KNOWN))) as made:
        yield made


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all texts that were hashed for digests."""
    made: list[int] = []

    def md5(text: bytes) -> Any:
        made.append(len(text))
        return hashlib.md5(text)

    monkeypatch.setitem(digest._HASHES, "md5", md5)
    return made


def shape(message: Message, name: str) -> tuple[str, list[tuple[str, str]]]:
    """The answer without what differs from request to request (addresses, tags, branches, nonces), and without the name that was asked for."""

    def plain(field: str, text: str) -> str:
        if field in ("Via", "Call-ID", "CSeq"):
            return ""
        return re.sub(r'(tag=|nonce=")[^;",]*', r"\1", text).replace(name, "NAME").replace(OTHER_IP, IP)

    return message.start, [(field, plain(field, text)) for field, text in message.headers]


def registers(peer: Peer, name: str, proof: Callable[[RawPhone], str | None]) -> Message:
    raw = RawPhone(peer, name, "geheim")
    raw.send()
    raw.challenged()
    raw.send(proof=proof(raw))
    answer = peer.receive()
    assert answer is not None
    return answer


def stale(raw: RawPhone) -> str:
    raw.asked = digest.read_challenge(STALE)
    return raw.proof()


PROOFS: dict[str, Callable[[RawPhone], str | None]] = {
    "none": lambda raw: None,
    "wrong": lambda raw: raw.proof(),
    "stale": stale,
    "for another name": lambda raw: raw.proof(user=raw.name).replace("response=", "opaque="),
    "no response": lambda raw: re.sub(r'response="\w*", ', "", raw.proof()),
    "sha-256": lambda raw: raw.proof().replace("MD5", "SHA-256"),
    "another uri": lambda raw: raw.proof().replace('uri="sip:127.0.0.1"', 'uri="sip:elsewhere.example"'),
}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_registers_of_known_and_unknown_phones_are_answered_alike(
    switch: Switch, hashes: list[int], proof: Callable[[RawPhone], str | None]
) -> None:
    answers, work = [], []
    for ip, name in ((IP, KNOWN), (OTHER_IP, UNKNOWN)):
        hashes.clear()
        with Peer(switch.address, ip) as peer:
            answers.append(shape(registers(peer, name, proof), name))
        work.append(list(hashes))
    assert answers[0] == answers[1]
    assert work[0] == work[1]


@pytest.mark.parametrize("asked", ["fresh", "stale"])
def test_invites_of_known_and_unknown_users_are_answered_alike(switch: Switch, hashes: list[int], asked: str) -> None:
    answers, work = [], []
    for user in (USER, NOBODY):
        with Peer(switch.address, IP) as peer:
            call = Call(peer, call_id=f"call-{user}", local_tag="t")
            call.invite()
            told = peer.expect(401).get("WWW-Authenticate")
            challenge = digest.read_challenge(told if asked == "fresh" else STALE)
            assert challenge is not None
            uri = f"sip:{call.number}@{switch.address[0]}:{switch.address[1]}"
            proof = digest.authorization(challenge, user, "geheim?", "INVITE", uri, "c0ffee")
            hashes.clear()
            call.invite(SDP, f"Authorization: {proof}")
            answers.append(shape(peer.expect(401), user))
            work.append(len(hashes))
    assert answers[0] == answers[1]
    assert work[0] == work[1] > 0


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE", "MESSAGE", "SUBSCRIBE"])
def test_a_phone_that_is_called_by_a_stranger_is_no_secret_told(switch: Switch, method: str) -> None:
    answers = []
    for name in (KNOWN, UNKNOWN):
        with Peer(switch.address, IP) as peer:
            Call(peer, number=name, call_id=f"call-{name}", local_tag="t").request(method)
            answer = peer.receive()
            assert answer is not None
            answers.append(shape(answer, name))
    assert answers[0] == answers[1]
