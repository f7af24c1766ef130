"""Registration at a carrier on the wire: a raw registrar that challenges, is silent, refuses, asks for a longer interval, and calls in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from shared.enums import EndCause
from shared.ids import LegId, TrunkName
from switch_server.adapters.sip_lines import digest
from switch_server.core.call import CallOffered, TrunkChanged
from switch_server.core.leg import LegAnswered, LegEnded, PlaceCall
from switch_server.core.words import CarrierRegistration, NumberHeaders, Trunk
from switch_server.ports.trunks import RegistrationView
from tests.lines.peer import NOBODY, SDP, Call, Message, Peer
from tests.lines.switch import NEAR, Switch, answer_all

IMS = TrunkName("ims")
USER, PASSWORD = "line1@ims.example.com", "first secret"
ASK = 'WWW-Authenticate: Digest realm="ims.example.com", nonce="{}", algorithm={}, qop="auth"{}'


def trunk_at(*registrars: Peer, password: str = PASSWORD, **more: Any) -> Trunk:
    rule = {"user": "+862155550100", "domain": "ims.example.com", "contact_user": "huawu-1", "expires": 600, **more}
    ours = CarrierRegistration(tuple(f"127.0.0.1:{each.address[1]}" for each in registrars), **rule)
    return Trunk(IMS, registration=ours, username=USER, password=password, options_interval=0)


@contextmanager
def registering(*registrars: Peer, **more: Any) -> Iterator[Switch]:
    with Switch(answer_all, trunk_at(*registrars, **more)) as switch:
        for each in registrars:
            each.switch = switch.address
        yield switch
        for each in registrars:
            each.close()


def view(switch: Switch) -> RegistrationView:
    return switch.lines.registrations()[IMS]


def proof(request: Message) -> dict[str, str]:
    return digest.parameters(request.get("Authorization")) or {}


def right(request: Message, password: str = PASSWORD) -> bool:
    given = proof(request)
    challenge = digest.Challenge(given["realm"], given["nonce"], given["algorithm"], qop=True)
    return given["response"] == digest.response(
        challenge, USER, password, "REGISTER", given["uri"], count=given["nc"], cnonce=given["cnonce"]
    )


def challenge(registrar: Peer, nonce: str = "n1", algorithm: str = "MD5", more: str = "") -> Message:
    """Answers the next REGISTER by a challenge, and returns the REGISTER that follows."""
    request = registrar.expect("REGISTER")
    registrar.reply(request, 401, tag="r", extra=(ASK.format(nonce, algorithm, more),))
    return registrar.expect("REGISTER")


def grant(registrar: Peer, request: Message, seconds: int = 600, *extra: str) -> None:
    contact = request.get("Contact").partition(";")[0]
    registrar.contact = f"Contact: <sip:other@192.0.2.9>;expires=9, {contact};expires={seconds}"
    registrar.reply(request, 200, tag="r", extra=extra)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_challenge_registration_and_end(algorithm: str) -> None:
    with Peer(NOBODY) as registrar, Switch(answer_all, trunk_at(registrar)) as switch:
        request = challenge(registrar, algorithm=algorithm)
        assert right(request)
        assert request.start == "REGISTER sip:ims.example.com SIP/2.0"
        assert request.get("To") == "<sip:+862155550100@ims.example.com>"
        assert request.get("From").startswith("<sip:+862155550100@ims.example.com>;tag=")
        assert request.get("Contact") == f"<sip:huawu-1@127.0.0.1:{switch.address[1]}>;expires=600"
        assert (request.get("Expires"), request.get("Supported")) == ("600", "path")
        switch.until(lambda: TrunkChanged(IMS, 30, up=False) in switch.of_trunks)
        grant(registrar, request)
        switch.until(lambda: view(switch).state == "registered")
        switch.until(lambda: TrunkChanged(IMS, 30, up=True) in switch.of_trunks)
        assert 590 < view(switch).left <= 600
        switch.lines.stop()
        last = registrar.expect("REGISTER")
        assert (last.get("Expires"), last.get("Contact").endswith(";expires=0"), right(last)) == ("0", True, True)
        assert (last.get("Call-ID"), proof(last)["nc"]) == (request.get("Call-ID"), "00000002")


def test_a_refresh_with_a_stale_nonce() -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        grant(registrar, challenge(registrar), 2)
        request = challenge(registrar, "n2", more=", stale=true")
        assert (proof(request)["nonce"], proof(request)["nc"], right(request)) == ("n2", "00000001", True)
        grant(registrar, request)
        switch.until(lambda: view(switch).left > 500)
        assert view(switch).failures == 0


def test_the_registrar_s_least_interval() -> None:
    with Peer(NOBODY) as registrar, registering(registrar, expires=60) as switch:
        registrar.reply(registrar.expect("REGISTER"), 423, tag="r", extra=("Min-Expires: 1800",))
        request = registrar.expect("REGISTER")
        assert request.get("Expires") == "1800"
        grant(registrar, request, 1800)
        switch.until(lambda: view(switch).left > 1700)


def test_silence_and_refusal_go_on_to_the_next_registrar() -> None:
    with (
        Peer(NOBODY) as first,
        Peer(NOBODY) as second,
        Peer(NOBODY) as third,
        registering(first, second, third) as switch,
    ):
        first.expect("REGISTER")
        second.reply(second.expect("REGISTER"), 403, tag="r")
        grant(third, third.expect("REGISTER"))
        switch.until(lambda: view(switch).state == "registered")
        assert (view(switch).registrar, view(switch).failures) == (f"127.0.0.1:{third.address[1]}", 2)
        switch.lines.do(PlaceCall(LegId("out/1"), IMS, "02155550100", "13900012345", NEAR))
        assert third.expect("INVITE").start.startswith("INVITE sip:13900012345@ims.example.com ")


def test_a_wrong_password_is_told_and_a_new_one_by_reload_is_used_at_once() -> None:
    with Peer(NOBODY) as registrar, registering(registrar, password="wrong") as switch:
        request = challenge(registrar)
        assert not right(request)
        registrar.reply(request, 401, tag="r", extra=(ASK.format("n2", "MD5", ""),))
        switch.until(lambda: view(switch).error == "401 user name or password refused")
        assert view(switch).state == "waiting"
        assert switch.count("registers_failed") == 1
        switch.lines.reload({IMS: trunk_at(registrar, password="second secret")})
        request = challenge(registrar, "n3")
        assert right(request, "second secret")
        grant(registrar, request)
        switch.until(lambda: view(switch).error == "" and view(switch).state == "registered")


def test_a_reload_ends_a_registration_that_is_taken_away_and_keeps_one_that_stays() -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        grant(registrar, registrar.expect("REGISTER"))
        switch.until(lambda: view(switch).state == "registered")
        trunk = trunk_at(registrar)
        switch.lines.reload({IMS: replace(trunk, lines=7)})
        switch.until(lambda: switch.lines.trunk_states()[0].lines == 7)
        assert registrar.silent(0.3)
        switch.lines.reload({IMS: replace(trunk, registration=None, far=("127.0.0.1",))})
        assert registrar.expect("REGISTER").get("Expires") == "0"
        switch.until(lambda: not switch.lines.registrations())


def test_a_changed_user_is_registered_anew() -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        before = registrar.expect("REGISTER")
        grant(registrar, before)
        switch.until(lambda: view(switch).state == "registered")
        switch.lines.reload({IMS: trunk_at(registrar, user="+862155550111")})
        seen = [registrar.expect("REGISTER") for _ in range(2)]
        assert [each.get("Expires") for each in seen] == ["0", "600"]
        registrar.reply(seen[0], 200, tag="r")
        assert "+862155550111" in seen[1].get("To")
        assert seen[1].get("Call-ID") != before.get("Call-ID")
        grant(registrar, seen[1])
        switch.until(lambda: view(switch).state == "registered")


def test_calls_in_are_known_by_registrar_and_contact_user() -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        grant(registrar, registrar.expect("REGISTER"))
        switch.until(lambda: view(switch).state == "registered")
        Call(registrar, number="huawu-1").up(SDP, "P-Called-Party-ID: <sip:+862155550100@ims.example.com>")
        assert switch.wait(CallOffered).dnis == "huawu-1"
        Call(registrar, number="+862155550100").invite()
        registrar.expect(403)
        headers = NumberHeaders(called_from=("p-called-party-id",))
        switch.lines.reload({IMS: replace(trunk_at(registrar), number_headers=headers)})
        switch.until(lambda: switch.lines._table.trunks[IMS].number_headers == headers)
        Call(registrar, number="huawu-1").up(SDP, "P-Called-Party-ID: <sip:+862155550100@ims.example.com>")
        assert switch.wait(CallOffered).dnis == "02155550100"
        with Peer(switch.address, "127.0.0.2") as stranger:
            Call(stranger, number="huawu-1").invite()
            stranger.expect(403)


def test_calls_out_have_service_route_contact_and_proof() -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        at = f"127.0.0.1:{registrar.address[1]}"
        grant(
            registrar,
            registrar.expect("REGISTER"),
            600,
            f"Service-Route: <sip:orig@{at};lr>, <sip:scscf.example.com;lr>",
        )
        switch.until(lambda: view(switch).state == "registered")
        leg = LegId("out/1")
        switch.lines.do(PlaceCall(leg, IMS, "02155550100", "13900012345", NEAR))
        invite = registrar.expect("INVITE")
        assert invite.all("Route") == [f"<sip:orig@{at};lr>", "<sip:scscf.example.com;lr>"]
        assert invite.get("From").startswith("<sip:02155550100@ims.example.com>")
        assert invite.get("Contact") == f"<sip:huawu-1@127.0.0.1:{switch.address[1]}>"
        registrar.contact = f"Contact: <sip:{at}>"
        registrar.reply(invite, 407, tag="p", extra=(ASK.format("n9", "SHA-256", "").replace("WWW", "Proxy"),))
        again = registrar.expect("INVITE")
        assert "algorithm=SHA-256" in again.get("Proxy-Authorization")
        registrar.reply(again, 200, body=SDP, tag="callee")
        switch.wait(LegAnswered)
        switch.hang_up(leg)
        registrar.reply(registrar.expect("BYE"), 200)
        assert switch.wait(LegEnded).cause is EndCause.GOODBYE


@pytest.mark.parametrize(
    "reply",
    [
        "Contact: *",
        "Contact: <sip:huawu-1@127.0.0.1>;expires=x",
        "Contact: <<",
        "Expires: 99999999999999",
        "Retry-After: x",
    ],
)
def test_an_odd_answer_breaks_nothing(reply: str) -> None:
    with Peer(NOBODY) as registrar, registering(registrar) as switch:
        registrar.contact = reply
        registrar.reply(registrar.expect("REGISTER"), 200, tag="r")
        switch.until(lambda: view(switch).state == "registered")
        assert switch.count("faults") == 0


def test_a_late_answer_of_a_registrar_that_was_given_up_counts_nothing() -> None:
    with Peer(NOBODY) as first, Peer(NOBODY) as second, registering(first, second) as switch:
        late = first.expect("REGISTER")
        request = second.expect("REGISTER")
        grant(first, late)
        switch.until(lambda: switch.count("messages") >= 1)
        assert view(switch).state == "registering"
        grant(second, request)
        switch.until(lambda: view(switch).state == "registered")
        assert view(switch).registrar == f"127.0.0.1:{second.address[1]}"
