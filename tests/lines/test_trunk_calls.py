"""A trunk's rules on the wire: numbers and headers, the next address or line after a 503 or silence, calls a second."""

import pytest

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.core.call import CallOffered, TrunkChanged
from switch_server.core.leg import LegAnswered, LegEnded, LegRinging, LegRouted
from switch_server.core.words import (
    CallsPerSecond,
    FailOver,
    NumberHeaders,
    NumberRule,
    NumberRules,
)
from tests.lines.carrier import FAR, Carrier, answer
from tests.lines.peer import SDP, Call

QUICKLY = FailOver(after=0.5)


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
