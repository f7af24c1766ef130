"""Our registration at a carrier as a state machine: challenges, refresh, intervals, fail-over, the end (RFC 3261 §10.2, §22)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.adapters.sip_lines import digest
from switch_server.adapters.sip_lines.registration import (
    CHALLENGES,
    FIRST_WAIT_S,
    LONGEST_WAIT_S,
    RegisterReply,
    RegisterRequest,
    Registration,
)
from switch_server.core.words import CarrierRegistration

FIRST, SECOND = ("192.0.2.1", 5060), ("192.0.2.2", 5080)
RULE = CarrierRegistration(("192.0.2.1", "192.0.2.2:5080"), "+862155550100", domain="ims.example.com", expires=600)
ASK = 'Digest realm="ims.example.com", nonce="{nonce}", algorithm={algorithm}, qop="auth"{more}'


def machine(
    rule: CarrierRegistration = RULE, user: str = "u@ims.example.com", password: str = "secret"
) -> Registration:
    words = (f"word{n}" for n in itertools.count(1))
    return Registration(rule, (FIRST, SECOND)[: len(rule.registrars)], user, password, lambda: next(words))


def asks(nonce: str = "n1", code: int = 401, algorithm: str = "MD5", *, stale: bool = False) -> RegisterReply:
    more = ", stale=true" if stale else ""
    return RegisterReply(code, challenges=(ASK.format(nonce=nonce, algorithm=algorithm, more=more),))


def proof(request: RegisterRequest | None, name: str = "Authorization") -> dict[str, str]:
    assert request is not None
    given = digest.parameters(dict(request.credentials)[name])
    assert given is not None
    return given


def right(request: RegisterRequest, password: str = "secret", name: str = "Authorization") -> bool:
    given = proof(request, name)
    challenge = digest.Challenge(given["realm"], given["nonce"], given["algorithm"], qop=True)
    return given["response"] == digest.response(
        challenge, given["username"], password, "REGISTER", given["uri"], count=given["nc"], cnonce=given["cnonce"]
    )


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_challenge_is_answered_and_refreshes_use_the_nonce_again(algorithm: str) -> None:
    ours = machine()
    request = ours.begin(0.0)
    assert (request.far, request.uri, request.aor) == (
        FIRST,
        "sip:ims.example.com",
        "sip:+862155550100@ims.example.com",
    )
    assert (request.contact_user, request.expires, request.credentials) == ("+862155550100", 600, ())
    again = ours.answered(asks(algorithm=algorithm), 0.1)
    assert again is not None
    assert right(again)
    assert (again.cseq, again.call_id) == (request.cseq + 1, request.call_id)
    assert proof(again)["nc"] == "00000001"
    assert ours.answered(RegisterReply(200, granted=300, service_route=("<sip:192.0.2.1;lr>",)), 0.2) is None
    assert (ours.in_force(300.0), ours.in_force(300.3), ours.due_at) == (True, False, 240.2)
    assert (ours.active, ours.service_route) == (FIRST, ("<sip:192.0.2.1;lr>",))
    refresh = ours.due(240.2)
    assert refresh is not None
    assert right(refresh)
    assert proof(refresh)["nc"] == "00000002"
    assert ours.view(241.0).state == "registered"


def test_an_old_nonce_is_no_wrong_password() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(asks(), 0.0)
    ours.answered(RegisterReply(200), 0.0)
    assert ours.due_at == 480.0
    assert ours.due(480.0) is not None
    again = ours.answered(asks("n2"), 480.0)  # without stale, as many registrars do
    assert again is not None
    assert (proof(again)["nonce"], proof(again)["nc"]) == ("n2", "00000001")


def test_a_stale_nonce_is_answered_again_but_not_for_ever() -> None:
    ours = machine(CarrierRegistration(("192.0.2.1",), "u"))
    ours.begin(0.0)
    assert ours.answered(asks("n0"), 0.0) is not None
    for n in range(1, CHALLENGES):
        assert ours.answered(asks(f"n{n}", stale=True), 0.0) is not None
    assert ours.answered(asks("n9", stale=True), 0.0) is None
    assert ours.view(0.0).state == "waiting"


def test_proxy_and_registrar_may_both_ask() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(asks("p", 407), 0.0)
    both = ours.answered(asks("r", 401), 0.0)
    assert both is not None
    assert right(both)
    assert right(both, name="Proxy-Authorization")
    assert (proof(both, "Proxy-Authorization")["nc"], proof(both)["nc"]) == ("00000002", "00000001")


def test_a_wrong_password_goes_to_the_next_registrar_then_waits() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(asks(), 0.0)
    second = ours.answered(asks("n2"), 1.0)
    assert second is not None
    assert (second.far, second.credentials) == (SECOND, ())
    assert ours.view(1.0).error == "401 user name or password refused"
    ours.answered(asks(), 2.0)
    assert ours.answered(asks("n3"), 3.0) is None
    assert (ours.view(3.0).state, ours.due_at) == ("waiting", 3.0 + FIRST_WAIT_S)


def test_a_new_password_is_used_at_once() -> None:
    ours = machine(password="old")
    ours.begin(0.0)
    ours.answered(asks(), 0.0)
    ours.answered(RegisterReply(200, granted=100), 0.0)
    first = ours.changed("v", "new", 10.0)
    assert first.credentials == ()
    again = ours.answered(asks("n2"), 10.0)
    assert again is not None
    assert right(again, "new")
    assert proof(again)["username"] == "v"
    assert ours.in_force(99.0)  # the registration that is there stays


@pytest.mark.parametrize(("user", "challenge", "why"), [
    ("", ASK.format(nonce="n", algorithm="MD5", more=""), "401 no username"),
    ("u", ASK.format(nonce="n", algorithm="AKAv1-MD5", more=""), "401 no known challenge"),
    ("u", "Basic realm=x", "401 no known challenge"),
])  # fmt: skip
def test_a_challenge_without_an_answer(user: str, challenge: str, why: str) -> None:
    ours = machine(user=user)
    ours.begin(0.0)
    second = ours.answered(RegisterReply(401, challenges=(challenge,)), 0.0)
    assert second is not None
    assert second.far == SECOND
    assert ours.view(0.0).error == why


def test_the_least_interval_of_the_registrar() -> None:
    ours = machine()
    ours.begin(0.0)
    again = ours.answered(RegisterReply(423, min_expires=1800), 0.0)
    assert again is not None
    assert again.expires == 1800
    next_one = ours.answered(RegisterReply(423, min_expires=1800), 0.0)  # it wants no more than it has
    assert next_one is not None
    assert (next_one.far, next_one.expires) == (SECOND, 600)
    assert ours.answered(RegisterReply(423, min_expires=10_000_000), 0.0) is None


def test_silence_and_refusals_go_round_and_wait_longer_each_time() -> None:
    ours, waits, now = machine(), [], 0.0
    request: RegisterRequest | None = ours.begin(now)
    for _ in range(9):
        assert request is not None
        second = ours.silent(now)
        assert second is not None
        assert second.far != request.far
        assert ours.answered(RegisterReply(503), now) is None
        assert ours.due_at is not None
        waits.append(ours.due_at - now)
        now = ours.due_at
        request = ours.due(now)
    assert waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert max(waits) == LONGEST_WAIT_S
    assert ours.failures == 18
    ours.answered(RegisterReply(200, granted=60), now)
    assert ours.view(now).error == ""
    ours.silent(now)
    ours.silent(now)
    assert ours.due_at == now + FIRST_WAIT_S


def test_retry_after_is_waited_for() -> None:
    ours = machine(CarrierRegistration(("192.0.2.1",), "u"))
    ours.begin(0.0)
    assert ours.answered(RegisterReply(503, retry_after=120.0), 0.0) is None
    assert ours.due_at == 120.0
    assert ours.due(120.0) is not None


def test_a_refresh_that_fails_leaves_the_registration_until_it_expires() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(RegisterReply(200, granted=100), 0.0)
    assert ours.due(80.0) is not None
    second = ours.silent(90.0)
    assert second is not None
    assert (second.far, ours.active, ours.view(90.0).state) == (SECOND, FIRST, "registered")
    ours.answered(RegisterReply(403), 91.0)
    assert (ours.view(99.0).state, ours.view(100.0).state) == ("registered", "waiting")
    assert ours.view(99.0).error == "403"
    assert ours.due(121.0) is not None
    assert ours.active is None


def test_a_registrar_that_grants_nothing() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(RegisterReply(200, granted=0), 0.0)
    assert (ours.in_force(0.0), ours.view(0.0).error) == (False, "200 without our contact")
    assert ours.due_at == FIRST_WAIT_S


def test_the_end_takes_the_registration_back() -> None:
    ours = machine()
    ours.begin(0.0)
    ours.answered(asks(), 0.0)
    ours.answered(RegisterReply(200, granted=100), 0.0)
    last = ours.end(50.0)
    assert last is not None
    assert (last.expires, last.far) == (0, FIRST)
    assert right(last)
    again = ours.answered(asks("n2", stale=True), 50.0)
    assert again is not None
    assert (again.expires, right(again)) == (0, True)
    assert ours.answered(asks("n3"), 50.0) is None
    assert ours.answered(RegisterReply(200), 50.0) is None
    assert ours.silent(51.0) is None
    assert ours.due(1e6) is None
    assert ours.view(51.0).state == "ended"


def test_the_end_without_a_registration_sends_nothing() -> None:
    assert machine().end(0.0) is None


REPLIES = st.builds(
    RegisterReply, st.sampled_from([200, 401, 407, 403, 423, 503, 302]), st.none() | st.integers(-1, 4000),
    st.sampled_from([(), (ASK.format(nonce="x", algorithm="MD5", more=""),), (ASK.format(nonce="y", algorithm="MD5", more=", stale=true"),)]),
    st.integers(0, 200_000), st.none() | st.floats(0, 1e9), st.just(()),
)  # fmt: skip


@given(st.lists(st.tuples(REPLIES | st.none(), st.floats(0, 1000)), max_size=40))
def test_whatever_comes_there_is_always_a_request_or_a_time(steps: list[tuple[RegisterReply | None, float]]) -> None:
    """One request at a time, never two; without one a time of the next, which lies ahead but not farther than the longest wait or the grant."""
    ours, now = machine(), 0.0
    request: RegisterRequest | None = ours.begin(now)
    in_a_row = 0
    for reply, seconds in steps:
        now += seconds
        if request is None:
            assert ours.due_at is not None
            now = max(now, ours.due_at)
            request, in_a_row = ours.due(now), 0
        assert request is not None
        assert ours.due_at is None
        request = ours.silent(now) if reply is None else ours.answered(reply, now)
        in_a_row += 1
        assert in_a_row <= 2 * (CHALLENGES + 3)
        if request is None:
            assert ours.due_at is not None
            assert now < ours.due_at <= now + max(LONGEST_WAIT_S, 86_400)
