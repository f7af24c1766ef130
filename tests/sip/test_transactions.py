"""Transactions by the clock of a test: every repeat, every end, and nothing left over (RFC 3261 §17, RFC 6026)."""

import gc
import weakref

import pytest

from switch_server.adapters.sip.client import new_via
from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip.transactions import KEPT_MOST
from tests.sip.far_end import FAR, World, answer, counts, request


@pytest.fixture
def world():
    return World()


INVITE_REPEATS = [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
"""Timer A: doubled without a limit."""
OTHER_REPEATS = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
"""Timers E and G: doubled up to T2."""


def ours(world: World, method: str) -> Request:
    fields = {
        "via": [new_via(world.port)],
        "from": ["<sip:95500@192.0.2.1>;tag=o"],
        "to": ["<sip:1@192.0.2.7>"],
        "call-id": ["ours"],
        "cseq": [f"7 {method}"],
        "max-forwards": ["70"],
    }
    return Request(method, "sip:1@192.0.2.7", fields, hop=FAR)


class Call:
    """An INVITE of ours."""

    def __init__(self, world: World) -> None:
        self.world, self.heard, self.forked = world, [], []
        self.invite = ours(world, "INVITE")
        self.transaction = world.tm.invite(
            self.invite, lambda r: self.heard.append((r.code, r.made_here)), world.port, self._ack,
            lambda r: self.forked.append(r.to_tag),
        )  # fmt: skip

    def _ack(self, response) -> Request:
        ack = ours(self.world, "ACK")
        ack.fields["to"] = response.values("to")
        return ack

    def comes(self, code: int, tag: str = "") -> None:
        self.world.comes(answer(self.invite, code, tag=tag))


# --- our requests ---


@pytest.mark.parametrize("method", ["BYE", "OPTIONS", "REGISTER", "PRACK"])
def test_a_request_is_repeated_until_its_patience_ends(world, method) -> None:
    heard = []
    world.tm.send(ours(world, method), lambda r: heard.append((r.code, r.made_here)), world.port)
    assert world.port.take() == [f"{method} sip:1@192.0.2.7 SIP/2.0"]
    assert [at for at, _ in world.passes(40)] == OTHER_REPEATS
    assert heard == [(408, True)]
    assert counts(world.tm)[0] == 0


def test_a_provisional_response_slows_the_repeats_and_a_final_one_ends_them(world) -> None:
    heard, sent = [], ours(world, "BYE")
    world.tm.send(sent, lambda r: heard.append(r.code), world.port)
    world.passes(1)
    world.comes(answer(sent, 100))
    assert [at for at, _ in world.passes(10)] == [0.5, 4.5, 8.5]
    world.comes(answer(sent, 200))
    assert heard == [100, 200]
    assert world.tm.idle()
    assert world.passes(40) == []


def test_an_invite_without_an_answer(world) -> None:
    call = Call(world)
    world.port.take()
    assert [at for at, _ in world.passes(70)] == INVITE_REPEATS
    assert call.heard == [(408, True)]
    assert counts(world.tm)[0] == 0


def test_an_invite_that_rings_is_not_repeated_and_has_five_minutes(world) -> None:
    call = Call(world)
    call.comes(180, "a")
    call.comes(183, "a")
    world.port.take()
    assert world.passes(299) == []
    assert call.heard == [(180, False), (183, False)]
    world.passes(2)
    assert call.heard[-1] == (408, True)


def test_a_2xx_after_our_patience_is_acknowledged_and_told_as_forked(world) -> None:
    call = Call(world)
    world.passes(33)
    call.comes(200, "late")
    assert [line.split()[0] for line in world.port.take()] == ["ACK"]
    assert call.forked == ["late"]
    assert call.heard == [(408, True)]


@pytest.mark.parametrize("code", [200, 302, 486, 503, 603])
def test_each_repeat_of_a_final_response_is_acknowledged_for_32_s(world, code) -> None:
    call = Call(world)
    world.port.take()
    for _ in range(3):
        call.comes(code, "a")
        world.passes(10)
    call.comes(code, "a")
    world.passes(33)
    assert call.heard == [(code, False)]
    call.comes(code, "a")
    assert world.port.take() == []
    assert counts(world.tm)[0] == 0


def test_the_ack_is_sent_before_anybody_hears_the_answer(world) -> None:
    order = []
    invite = ours(world, "INVITE")
    world.tm.invite(
        invite, lambda r: order.append((r.code, len(world.port.sent))), world.port, lambda _: ours(world, "ACK"), None
    )
    world.port.take()
    world.comes(answer(invite, 200, tag="a"))
    assert order == [(200, 1)]


def test_a_cancel_waits_for_the_first_response(world) -> None:
    call = Call(world)
    world.port.take()
    world.tm.cancel(call.transaction)
    assert world.port.take() == []
    call.comes(100)
    assert [data.split(b"\r\n")[0] for data, _ in world.port.sent] == [b"CANCEL sip:1@192.0.2.7 SIP/2.0"]
    cancel = world.port.sent[0][0].decode()
    assert f"Via: {call.invite.value('via')}\r\n" in cancel
    assert "CSeq: 7 CANCEL\r\n" in cancel
    world.tm.cancel(call.transaction)
    call.comes(487, "a")
    world.port.take()
    world.tm.cancel(call.transaction)
    assert world.port.take() == [], "after the final response there is nothing to cancel"


def test_a_response_with_another_branch_or_method_belongs_to_nobody(world) -> None:
    call = Call(world)
    right = answer(call.invite, 486, tag="a")
    world.comes(right.replace("branch=z9hG4bK", "branch=z9hG4bKx"))
    world.comes(right.replace("7 INVITE", "7 BYE"))
    assert call.heard == []
    world.comes(right)
    assert call.heard == [(486, False)]


def test_a_request_of_ours_that_comes_back_is_a_loop(world) -> None:
    """RFC 3261 §16.3: our Via is below that of the proxy which has sent our INVITE back."""
    call = Call(world)
    world.port.take()
    world.comes(request("INVITE", more=f"Via: {call.invite.value('via')}\r\n"))
    assert world.port.take() == ["SIP/2.0 482 Loop Detected"]
    assert world.requests == []


class Listener:
    """Who hears a response and has its transaction, as a leg does."""

    def hear(self, response) -> None: ...


@pytest.mark.parametrize("code", [None, 200, 486])
@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_an_ended_transaction_lets_go_of_its_listener(world, method, code) -> None:
    """Without the garbage collector."""
    listener, sent = Listener(), ours(world, method)
    gone = weakref.ref(listener)
    if method == "INVITE":
        transaction = world.tm.invite(sent, listener.hear, world.port, lambda _: ours(world, "ACK"), listener.hear)
    else:
        transaction = world.tm.send(sent, listener.hear, world.port)
    listener.transaction = transaction  # type: ignore[attr-defined]
    if code is not None:
        world.comes(answer(sent, code, tag="a"))
    world.passes(70, 1.0)
    gc.disable()
    try:
        del listener, transaction
        assert gone() is None
    finally:
        gc.enable()


# --- the far end's requests ---


def test_a_100_is_sent_only_where_no_other_response_comes_soon(world) -> None:
    """RFC 3261 §17.2.1: within 200 ms, and no 100 after another provisional response."""
    quick = offered(world, request("INVITE"))
    quick.respond(180, "Ringing")
    offered(world, request("INVITE", call="c2"))
    world.port.take()
    assert world.passes(30) == [(0.25, "SIP/2.0 100 Trying")]


def offered(world: World, text: str):
    world.comes(text)
    return world.requests[-1][1]


@pytest.mark.parametrize("code", [200, 404, 486])
def test_a_final_response_to_an_invite_is_repeated_until_the_ack(world, code) -> None:
    text = request("INVITE", branch="z9hG4bKa")
    transaction = offered(world, text)
    acked = []
    transaction.on_ack = lambda ack: acked.append(ack.method)
    transaction.respond(code, "X")
    world.port.take()
    assert [at for at, _ in world.passes(8)] == [0.5, 1.5, 3.5, 7.5]
    ack = request("ACK", branch="z9hG4bKb", to=f";tag={transaction.tag}")
    world.comes(ack)
    world.comes(ack)
    assert acked == ["ACK"]
    assert world.passes(31) == []
    world.comes(text)
    assert world.port.take() == [f"SIP/2.0 {code} X"], "a repeat gets the same response after the ACK, too"
    world.passes(33)
    assert counts(world.tm) == (0, 0, 0)


def test_without_an_ack_the_caller_is_lost_after_32_s(world) -> None:
    transaction = offered(world, request("INVITE"))
    lost = []
    transaction.on_no_ack = lambda: lost.append(world.now)
    transaction.respond(200, "OK")
    world.port.take()
    assert [at for at, _ in world.passes(40)] == OTHER_REPEATS
    assert len(lost) == 1


def test_the_ack_of_a_refusal_is_known_by_its_branch_alone(world) -> None:
    """RFC 3261 §17.2.3: some clients leave out the tag."""
    transaction = offered(world, request("INVITE", branch="z9hG4bKa"))
    transaction.respond(486, "Busy Here")
    world.port.take()
    world.comes(request("ACK", branch="z9hG4bKa"))
    assert world.passes(10) == []


def test_several_provisional_responses_and_the_last_again(world) -> None:
    text = request("INVITE", branch="z9hG4bKa")
    transaction = offered(world, text)
    world.comes(text)
    assert world.port.take() == [], "nothing to repeat"
    for code in (100, 180, 183):
        transaction.respond(code, "X")
    assert world.port.take() == ["SIP/2.0 100 X", "SIP/2.0 180 X", "SIP/2.0 183 X"]
    world.comes(text)
    transaction.repeat()
    assert world.port.take() == ["SIP/2.0 183 X"] * 2
    transaction.respond(200, "OK")
    transaction.respond(486, "Busy Here")
    transaction.respond(180, "Ringing")
    assert world.port.take() == ["SIP/2.0 200 OK"], "the final response is the last"
    assert len(world.requests) == 1


@pytest.mark.parametrize("rung", [False, True])
def test_cancel(world, rung) -> None:
    transaction = offered(world, request("INVITE", branch="z9hG4bKa"))
    told = []
    transaction.on_cancel = told.append
    if rung:
        transaction.respond(180, "Ringing")
    world.port.take()
    for _ in range(2):
        world.comes(request("CANCEL", branch="z9hG4bKa"))
    assert world.port.take() == ["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated", "SIP/2.0 200 OK"]
    assert [bool(each) for each in told] == [True]
    world.comes(request("ACK", branch="z9hG4bKa", to=f";tag={transaction.tag}"))
    assert world.passes(10) == []


def test_a_cancel_that_crosses_the_answer_changes_nothing(world) -> None:
    transaction = offered(world, request("INVITE", branch="z9hG4bKa"))
    told = []
    transaction.on_cancel = told.append
    transaction.respond(200, "OK")
    world.comes(request("ACK", to=f";tag={transaction.tag}"))
    world.port.take()
    world.comes(request("CANCEL", branch="z9hG4bKa"))
    assert world.port.take() == ["SIP/2.0 200 OK"]
    world.comes(request("CANCEL", branch="z9hG4bKother"))
    assert world.port.take() == ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    assert told == []


@pytest.mark.parametrize(
    ("expires", "seconds"), [("", 300), ("Expires: 20\r\n", 20), ("Expires: Thu, 01 Dec 1994\r\n", 300)]
)
def test_an_invite_that_nobody_answers_runs_out(world, expires, seconds) -> None:
    transaction = offered(world, request("INVITE", more=expires))
    told = []
    transaction.on_cancel = told.append
    assert world.passes(seconds - 1) == [(0.25, "SIP/2.0 100 Trying")]
    assert world.passes(2)[0][1] == "SIP/2.0 487 Request Expired"
    assert [bool(each) for each in told] == [False]


def test_a_request_whose_handler_answers_nothing_is_forgotten(world) -> None:
    world.comes(request("INFO"))
    assert counts(world.tm)[1] == 1
    world.passes(33)
    assert counts(world.tm)[1] == 0


@pytest.mark.parametrize(
    "change",
    [("branch=z9hG4bKa", "branch=z9hG4bKb"), ("192.0.2.7:5070", "192.0.2.7:5071"), ("Call-ID: c1", "Call-ID: c2"), ("1 INFO", "2 INFO")],
)  # fmt: skip
def test_a_request_that_differs_in_its_transaction_is_a_new_one(world, change) -> None:
    text = request("INFO", branch="z9hG4bKa")
    for each in (text, text.replace("\r\n\r\n", "\r\nTimestamp: 2\r\n\r\n"), text.replace(*change)):
        world.comes(each)
        world.requests[-1][1].respond(200, "OK")
    assert len(world.requests) == 2


def test_the_kept_responses_are_bounded(world) -> None:
    for number in range(KEPT_MOST + 500):
        world.comes(request("OPTIONS", call=f"c{number}", branch="z9hG4bKa"))
        world.requests.pop()[1].respond(200, "OK")
        world.port.sent.clear()
    assert counts(world.tm)[2] <= KEPT_MOST


def test_thousands_of_calls_leave_nothing(world) -> None:
    for number in range(3000):
        world.now += 0.01
        transaction = offered(world, request("INVITE", call=f"c{number}", branch=f"z9hG4bK{number}"))
        world.requests.clear()
        transaction.respond(100, "Trying")
        transaction.respond(200, "OK")
        world.comes(request("ACK", call=f"c{number}", to=f";tag={transaction.tag}"))
    assert counts(world.tm)[:2] == (0, 0)
    assert len(world.timers) < 1000
    world.passes(70, 1.0)
    assert counts(world.tm) == (0, 0, 0)
