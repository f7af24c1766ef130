"""A trunk's rules on the wire: numbers and headers, the next address or line after a 503 or silence, calls a second, card lines."""

from contextlib import ExitStack
from typing import Self

import pytest

from shared.enums import EndCause
from shared.ids import LegId, TrunkName
from switch_server.core.call import CallOffered, TrunkChanged
from switch_server.core.leg import LegAnswered, LegEnded, LegRinging, LegRouted, PlaceCall
from switch_server.core.words import (
    CallsPerSecond,
    CardLines,
    FailOver,
    NumberHeaders,
    NumberRule,
    NumberRules,
    Trunk,
)
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, NEAR, Switch, answer_all, trunk_to, wait_and_see

NOBODY = ("127.0.0.1", 9)
FAR = TrunkName("far")
QUICKLY = FailOver(after=0.5)


class Carrier:
    """A switch with one trunk to several raw far ends."""

    def __init__(self, ends: int = 1, **more: object) -> None:
        self._stack = ExitStack()
        self.ends = [self._stack.enter_context(Peer(NOBODY)) for _ in range(ends)]
        self.texts = tuple(f"127.0.0.1:{end.address[1]}" for end in self.ends)
        weights: dict[int, int] = more.pop("weights", {})  # type: ignore[assignment]
        if weights:
            more["fail_over"] = FailOver({self.texts[at]: weight for at, weight in weights.items()}, 0.5)
        more = {"options_interval": 0, **more}
        self.trunk = Trunk(FAR, far=self.texts, **more)  # type: ignore[arg-type]
        self.switch = self._stack.enter_context(Switch(answer_all, self.trunk))
        for end in self.ends:
            end.switch = self.switch.address

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def place(
        self, number: str = "13900012345", ani: str = "02155550100", leg: str = "out/1", forwarded: str = ""
    ) -> LegId:
        self.switch.lines.do(PlaceCall(LegId(leg), FAR, ani, number, NEAR, forwarded))
        return LegId(leg)

    def routes(self) -> list[LegRouted]:
        return [each for each in self.switch.seen if isinstance(each, LegRouted)]


def answer(end: Peer, invite: Message, code: int = 200, *extra: str, body: str = SDP) -> None:
    end.reply(invite, code, body=body if code == 200 else "", tag=f"t{code}", extra=extra)


# --- numbers and headers ---

CHINA = NumberRules(
    called_out=(NumberRule("1[3-9]", 11, add="+86"), NumberRule("021", cut=3), NumberRule("0[1-9]", cut=1, add="+86")),
    caller_out=(NumberRule("0", cut=1, add="+86"),),
)


@pytest.mark.parametrize(
    ("number", "written"),
    [("13900012345", "+8613900012345"), ("02155550199", "55550199"), ("075583001234", "+8675583001234")],
)
def test_numbers_go_out_as_the_carrier_wants_them(number: str, written: str) -> None:
    shown = NumberHeaders(show_in=("from", "p-asserted-identity"), domain="ims.example.com")
    with Carrier(number_rules=CHINA, number_headers=shown) as carrier:
        carrier.place(number)
        invite = carrier.ends[0].expect("INVITE")
        assert invite.start == f"INVITE sip:{written}@ims.example.com SIP/2.0"
        assert invite.get("To") == f"<sip:{written}@ims.example.com>"
        assert invite.get("From").startswith("<sip:+862155550100@ims.example.com>;tag=")
        assert invite.get("P-Asserted-Identity") == "<sip:+862155550100@ims.example.com>"
        assert invite.get("Privacy") == ""


def test_our_number_is_withheld_from_the_called_party() -> None:
    with Carrier(number_headers=NumberHeaders(show_in=("from", "p-asserted-identity"), withhold=True)) as carrier:
        carrier.place()
        invite = carrier.ends[0].expect("INVITE")
        assert invite.get("From").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=')
        assert invite.get("P-Asserted-Identity") == "<sip:02155550100@127.0.0.1>"
        assert invite.get("Privacy") == "id"


@pytest.mark.parametrize("header", ["diversion", "history-info"])
def test_a_caller_s_call_that_is_passed_on_names_our_number(header: str) -> None:
    with Carrier(number_headers=NumberHeaders(forwarded=header)) as carrier:  # type: ignore[arg-type]
        carrier.place("02155550199", ani="13800001111", forwarded="95500")
        invite = carrier.ends[0].expect("INVITE")
        assert invite.get("From").startswith("<sip:13800001111@127.0.0.1>")
        assert invite.get("Diversion" if header == "diversion" else "History-Info").startswith("<sip:95500@127.0.0.1>")


def test_what_is_no_number_is_not_dialled() -> None:
    with Carrier() as carrier:
        for number in ("1 2", "1\r\nX: y", "1@h", "a" * 65, ""):
            leg = carrier.place(number, leg=f"out/{len(number)}")
            assert carrier.switch.wait(LegEnded) == LegEnded(leg, EndCause.REJECTED_NUMBER, 404)
        carrier.place("*21#", leg="out/9")
        assert carrier.ends[0].expect("INVITE").start.startswith("INVITE sip:*21#@127.0.0.1:")


def test_numbers_come_in_in_the_house_s_form() -> None:
    rules = NumberRules(caller_in=(NumberRule("[2-8]", 8, add="021"),), called_in=(NumberRule("+8621", cut=5),))
    headers = NumberHeaders(caller_from=("diversion", "from"), called_from=("p-called-party-id", "request-uri"))
    with Carrier(number_rules=rules, number_headers=headers, numbers=("95500", "5555*")) as carrier:
        end = carrier.ends[0]
        Call(end, number="+8695500", caller="55550101").up()
        offered = carrier.switch.wait(CallOffered)
        assert (offered.ani, offered.dnis, offered.line) == ("02155550101", "95500", None)
        Call(end, number="u123", caller="anonymous").up(
            SDP, "Diversion: <sip:+8613900012345@h>", "P-Called-Party-ID: <sip:+862155550100@h>", "Privacy: none"
        )
        offered = carrier.switch.wait(CallOffered)
        assert (offered.ani, offered.dnis) == ("13900012345", "55550100")
        Call(end, number="95501").invite()
        end.expect(404)


# --- the next address ---


def test_a_503_goes_on_to_the_next_address_within_the_call() -> None:
    with Carrier(ends=3) as carrier:
        first, second, third = carrier.ends
        leg = carrier.place()
        invite = first.expect("INVITE")
        answer(first, invite, 503)
        again = second.expect("INVITE")
        first.expect("ACK")
        assert (again.get("Call-ID"), again.tag("From")) == (invite.get("Call-ID"), invite.tag("From"))
        assert int(again.get("CSeq").split()[0]) > int(invite.get("CSeq").split()[0])
        assert again.start == f"INVITE sip:13900012345@127.0.0.1:{second.address[1]} SIP/2.0"
        answer(second, again)
        second.expect("ACK")
        assert carrier.switch.wait(LegAnswered).leg == leg
        assert [(each.far, each.left) for each in carrier.routes()] == [
            (carrier.texts[0], ""), (carrier.texts[1], f"{carrier.texts[0]} 503"),
        ]  # fmt: skip
        assert third.silent(0.2)
        assert carrier.switch.count("calls_gone_on") == 1
        carrier.switch.hang_up(leg)
        second.expect("BYE")


def test_each_address_is_tried_once() -> None:
    with Carrier(ends=2) as carrier:
        leg = carrier.place()
        for end in carrier.ends:
            answer(end, end.expect("INVITE"), 503)
            end.expect("ACK")
        assert carrier.switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 503)
        assert carrier.ends[0].silent(0.3)
        assert carrier.switch.lines.trunk_states()[0].used_out == 0


@pytest.mark.parametrize("code", [486, 404, 500, 603])
def test_other_refusals_end_the_call(code: int) -> None:
    with Carrier(ends=2) as carrier:
        carrier.place()
        answer(carrier.ends[0], carrier.ends[0].expect("INVITE"), code)
        assert carrier.switch.wait(LegEnded).sip_code == code
        assert carrier.ends[1].silent(0.3)


def test_a_503_after_ringing_ends_the_call() -> None:
    with Carrier(ends=2) as carrier:
        carrier.place()
        invite = carrier.ends[0].expect("INVITE")
        carrier.ends[0].reply(invite, 180, tag="t")
        carrier.switch.wait(LegRinging)
        answer(carrier.ends[0], invite, 503)
        assert carrier.switch.wait(LegEnded).sip_code == 503
        assert carrier.ends[1].silent(0.3)


def test_silence_goes_on_and_rests_the_address() -> None:
    with Carrier(ends=2, fail_over=QUICKLY) as carrier:
        first, second = carrier.ends
        carrier.place()
        first.expect("INVITE")
        answer(second, second.expect("INVITE"))
        second.expect("ACK")
        carrier.switch.wait(LegAnswered)
        assert carrier.routes()[-1].left == f"{carrier.texts[0]} silent"
        carrier.place(leg="out/2")
        second.expect("INVITE")
        states = {each.address: each.state for each in carrier.switch.lines.far_ends()[FAR]}
        assert states == {carrier.texts[0]: "paused", carrier.texts[1]: "unwatched"}


def test_a_100_stops_the_clock_of_the_silence() -> None:
    with Carrier(ends=2, fail_over=QUICKLY) as carrier:
        first, second = carrier.ends
        carrier.place()
        first.reply(first.expect("INVITE"), 100)
        assert second.silent(1.2)


def test_an_address_that_was_left_can_t_take_the_call_back() -> None:
    """Its 200 comes after the call has gone on: acknowledged and hung up."""
    with Carrier(ends=2, fail_over=QUICKLY) as carrier:
        first, second = carrier.ends
        leg = carrier.place()
        invite = first.expect("INVITE")
        again = second.expect("INVITE")
        second.reply(again, 180, tag="t2")
        answer(first, invite)
        ack = first.expect("ACK")
        assert ack.get("CSeq").split()[0] == invite.get("CSeq").split()[0]
        bye = first.expect("BYE")
        first.reply(bye, 200)
        assert (bye.get("Call-ID"), bye.tag("To")) == (invite.get("Call-ID"), "t200")
        assert carrier.switch.ends(leg) == []
        answer(second, again)
        carrier.switch.wait(LegAnswered)
        assert carrier.switch.count("late_answers") == 1


def test_a_challenge_of_an_address_that_was_left_is_not_answered() -> None:
    with Carrier(ends=2, fail_over=QUICKLY, username="u", password="p") as carrier:
        first, second = carrier.ends
        carrier.place()
        invite = first.expect("INVITE")
        again = second.expect("INVITE")
        second.reply(again, 180, tag="t2")
        first.reply(invite, 401, tag="c", extra=('WWW-Authenticate: Digest realm="r", nonce="n"',))
        first.expect("ACK")
        assert all(message.method != "INVITE" or message.get("CSeq") == invite.get("CSeq") for message in first.kept)
        carrier.switch.wait(LegRinging)
        answer(second, again)
        carrier.switch.wait(LegAnswered)


def test_retry_after_takes_an_address_out() -> None:
    with Carrier(ends=2) as carrier:
        first, second = carrier.ends
        carrier.place()
        answer(first, first.expect("INVITE"), 503, "Retry-After: 120 (maintenance);duration=60")
        answer(second, second.expect("INVITE"), 503, "Retry-After: 60")
        carrier.switch.wait(LegEnded)
        left = [each.left for each in carrier.switch.lines.far_ends()[FAR]]
        assert 100 < left[0] <= 120
        assert 40 < left[1] <= 60
        leg = carrier.place(leg="out/2")
        assert carrier.switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 503)
        carrier.switch.until(lambda: TrunkChanged(FAR, 30, up=False) in carrier.switch.of_trunks)


def test_weights_share_the_calls() -> None:
    with Carrier(ends=2, weights={0: 1, 1: 2}) as carrier:
        for n in range(6):
            carrier.place(leg=f"out/{n}")
            carrier.switch.wait(LegRouted)
        assert sorted(each.far for each in carrier.routes()) == sorted([carrier.texts[0]] * 2 + [carrier.texts[1]] * 4)


def test_hang_up_during_the_second_try() -> None:
    with Carrier(ends=2) as carrier:
        first, second = carrier.ends
        leg = carrier.place()
        answer(first, first.expect("INVITE"), 503)
        invite = second.expect("INVITE")
        second.reply(invite, 180, tag="t")
        carrier.switch.wait(LegRinging)
        carrier.switch.hang_up(leg)
        second.reply(second.expect("CANCEL"), 200)
        assert carrier.switch.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)


# --- calls a second ---


def test_calls_in_beyond_the_rate_get_503_at_once() -> None:
    with Carrier(calls_per_second=CallsPerSecond(incoming=0.01, burst=2)) as carrier:
        calls = [Call(carrier.ends[0]) for _ in range(3)]
        for call in calls[:2]:
            call.up()
        calls[2].invite()
        refused = carrier.ends[0].expect(503)
        assert refused.get("Retry-After") == "1"
        assert carrier.switch.count("calls_in_over_rate") == 1


def test_calls_out_wait_for_their_turn_and_not_for_ever() -> None:
    with Carrier(calls_per_second=CallsPerSecond(outgoing=0.4, burst=1)) as carrier:
        for n in range(4):
            carrier.place(leg=f"out/{n}")
        ended = carrier.switch.wait(LegEnded)
        assert ended == LegEnded(LegId("out/3"), EndCause.REJECTED_BUSY, 503)
        carrier.switch.hang_up(LegId("out/2"))
        carrier.switch.until(
            lambda: carrier.switch.ends(LegId("out/2")) == [LegEnded(LegId("out/2"), EndCause.GOODBYE)]
        )
        carrier.switch.until(lambda: len(carrier.routes()) == 2)
        assert [each.leg for each in carrier.routes()] == ["out/0", "out/1"]
        assert carrier.switch.count("calls_out_paused") == 2
        assert carrier.switch.count("calls_out_over_rate") == 1


def test_a_stop_ends_calls_that_wait() -> None:
    with Carrier(calls_per_second=CallsPerSecond(outgoing=0.3, burst=1)) as carrier:
        for n in range(2):
            carrier.place(leg=f"out/{n}")
        carrier.switch.until(lambda: carrier.switch.count("calls_out_paused") == 1)
        carrier.switch.lines.stop()
        assert [each.cause for each in carrier.switch.ends(LegId("out/1"))] == [EndCause.SWITCH_STOPPED]
        assert carrier.switch.lines.live_legs() == frozenset()


# --- card lines ---


def box(**more: object) -> dict[str, object]:
    return {"kind": "card", "card": CardLines(("1-3",), **more)}  # type: ignore[arg-type]


def states(carrier: Carrier) -> list[str]:
    return [each.state for each in carrier.switch.lines.card_lines()[FAR]]


@pytest.mark.parametrize(
    ("more", "start", "header"),
    [
        ({}, "INVITE sip:13900012345@127.0.0.1:{port} ", "1"),
        ({"named_in": "parameter", "name": "line"}, "INVITE sip:13900012345@127.0.0.1:{port};line=1 ", ""),
        ({"named_in": "user", "name": "*"}, "INVITE sip:13900012345*1@127.0.0.1:{port} ", ""),
    ],
)
def test_the_box_is_told_the_line(more: dict[str, object], start: str, header: str) -> None:
    with Carrier(**box(**more)) as carrier:
        carrier.place()
        invite = carrier.ends[0].expect("INVITE")
        assert invite.start.startswith(start.format(port=carrier.ends[0].address[1]))
        assert invite.get("X-Line") == header
        assert carrier.switch.wait(LegRouted).line == 1
        assert states(carrier) == ["out", "idle", "idle"]


@pytest.mark.parametrize(
    ("more", "number", "extra", "uri"),
    [
        ({}, "95500", ("X-Line: DAHDI/2-1",), ""),
        ({"named_in": "parameter", "name": "line"}, "95500", (), "sip:95500@127.0.0.1;line=2"),
        ({"named_in": "user", "name": "*"}, "95500*2", (), ""),
    ],
)
def test_the_box_names_the_line(more: dict[str, object], number: str, extra: tuple[str, ...], uri: str) -> None:
    with Carrier(numbers=("95500",), **box(**more)) as carrier:
        call = Call(carrier.ends[0], number=number)
        call.invite(SDP, *extra, uri=uri)
        call.learn(carrier.ends[0].expect(200, "INVITE"))
        call.ack()
        offered = carrier.switch.wait(CallOffered)
        assert (offered.dnis, offered.line) == ("95500", 2)
        assert states(carrier) == ["idle", "in", "idle"]
        call.request("BYE")
        carrier.ends[0].expect(200, "BYE")
        carrier.switch.until(lambda: states(carrier) == ["idle"] * 3)


def test_a_line_that_is_refused_is_faulty_and_the_call_goes_on_on_the_next() -> None:
    with Carrier(**box(hunt="cyclic")) as carrier:
        end = carrier.ends[0]
        leg = carrier.place()
        answer(end, end.expect("INVITE"), 503)
        end.expect("ACK")
        invite = end.expect("INVITE")
        assert invite.get("X-Line") == "2"
        assert states(carrier) == ["faulty", "out", "idle"]
        answer(end, invite)
        end.expect("ACK")
        carrier.switch.wait(LegAnswered)
        assert carrier.routes()[-1] == LegRouted(leg, carrier.texts[0], 2, f"{carrier.texts[0]} line 1 503")
        carrier.switch.hang_up(leg)
        end.reply(end.expect("BYE"), 200)
        carrier.place(leg="out/2")
        assert end.expect("INVITE").get("X-Line") == "3"
        carrier.switch.lines.block_line(FAR, 1, blocked=False)
        carrier.switch.until(lambda: states(carrier) == ["idle", "idle", "out"])


def test_blocked_lines() -> None:
    with Carrier(**box()) as carrier:
        end, lines = carrier.ends[0], carrier.switch.lines
        for line in (1, 2):
            lines.block_line(FAR, line, blocked=True)
        carrier.switch.until(lambda: TrunkChanged(FAR, 1, up=True) in carrier.switch.of_trunks)
        Call(end).invite(SDP, "X-Line: 2")
        end.expect(486)
        assert carrier.switch.count("calls_on_blocked_lines") == 1
        carrier.place()
        assert end.expect("INVITE").get("X-Line") == "3"
        leg = carrier.place(leg="out/2")
        assert carrier.switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 503)
        lines.block_line(FAR, 1, blocked=False)
        carrier.switch.until(lambda: states(carrier) == ["idle", "blocked", "out"])


def test_blocks_of_the_last_run_count_from_the_start() -> None:
    with Peer(NOBODY) as end:
        trunk = trunk_to(end.address, **box())
        switch = Switch(wait_and_see, trunk, blocked={FAR: frozenset({1})})
        with switch:
            assert [each.state for each in switch.lines.card_lines()[FAR]] == ["blocked", "idle", "idle"]
            switch.lines.reload({FAR: trunk, LOCAL.name: LOCAL})
            switch.until(lambda: len(switch.lines.far_ends()) == 2)
            assert switch.lines.card_lines()[FAR][0].blocked
