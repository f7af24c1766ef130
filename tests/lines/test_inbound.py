"""Incoming calls from a raw peer: each item of the lines' contract, and the duties of a callee by RFC 3261."""

import pytest
from msgspec.structs import replace

from shared.enums import Direction, EndCause, Law
from shared.ids import CallId, LegId
from switch_server.core.call import CallOffered
from switch_server.core.leg import Answer, LegChanged, LegConfirmed, LegEnded, Reject, Ring
from tests.lines.peer import NOBODY, SDP, Call, Peer
from tests.lines.switch import LOCAL, NEAR, Switch, answer_all, switch_to, trunk_to, wait_and_see


def test_a_call_is_offered_answered_confirmed_and_ended_by_the_caller() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        assert peer.expect(180).tag("To")
        answer = call.learn(peer.expect(200, "INVITE"))
        offered = switch.wait(CallOffered)
        assert (offered.ani, offered.dnis, offered.trunk) == ("13800138000", "95500", "local")
        assert offered.far is not None
        assert (offered.far.ip, offered.far.port, offered.far.law, offered.far.telephone_event) == (
            "127.0.0.1",
            40000,
            Law.A,
            101,
        )
        assert "m=audio 30000 RTP/AVP 8 101" in answer.body
        call.ack()
        assert switch.wait(LegConfirmed).leg == offered.leg == "c1/1"
        assert switch.lines.live_legs() == {"c1/1"}
        call.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded) == LegEnded(offered.leg, EndCause.CALLER_HUNG_UP)
        assert switch.lines.live_legs() == frozenset()


def test_a_name_that_another_leg_has_is_answered_500() -> None:
    with Switch(new_call_id=lambda: CallId("c1")) as switch, Peer(switch.address) as peer:
        first, second = Call(peer), Call(peer)
        first.up()
        second.invite()
        peer.expect(500, "INVITE")
        assert switch.count("faults") == 1
        first.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded) == LegEnded(LegId("c1/1"), EndCause.CALLER_HUNG_UP)
        assert switch.ends(LegId("c1/1")) == [LegEnded(LegId("c1/1"), EndCause.CALLER_HUNG_UP)]


def test_headers_are_clean() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        answer = Call(peer).up()
        assert answer.get("Contact") == f"<sip:{switch.address[0]}:{switch.address[1]}>"
        assert answer.get("Server") == "Huawu"
        assert answer.all("Allow") == ["INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK"]


def test_the_network_s_word_on_the_caller_is_taken_before_his_own() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).up(SDP, "P-Asserted-Identity: <tel:+862088886666>")
        assert switch.wait(CallOffered).ani == "02088886666"
        Call(peer, caller="anonymous").up()
        assert switch.wait(CallOffered).ani == ""
        Call(peer, caller="anonymous").up(SDP, "P-Asserted-Identity: <tel:+862088886666>", "Privacy: none")
        assert switch.wait(CallOffered).ani == "02088886666"


@pytest.mark.parametrize(
    ("caller", "headers", "traced"),
    [
        ("anonymous", ("P-Asserted-Identity: <tel:+862088886666>", "Privacy: user; ID"), "02088886666"),
        ("13800138000", ("P-Asserted-Identity: <tel:+862088886666>", "Privacy: id"), "02088886666"),
        ("13800138000", ("P-Asserted-Identity: <tel:+862088886666>", "Privacy: header"), "02088886666"),
        ("13800138000", ("Privacy: session;user;critical",), "13800138000"),
        ("13800138000", ("Privacy:  FULL ",), "13800138000"),
        ("13800138000", ("Privacy: none", "Privacy: id"), "13800138000"),
        ("restricted", ("P-Asserted-Identity: <tel:+862088886666>",), "02088886666"),
        ("anonymous", (), ""),
    ],
)
def test_a_withheld_number_is_kept_for_tracing_only(caller: str, headers: tuple[str, ...], traced: str) -> None:
    """Case 23: no event has the number."""
    kept: list[tuple[str, str]] = []
    with Switch(trace=lambda call, number: kept.append((call, number))) as switch, Peer(switch.address) as peer:
        Call(peer, caller=caller).up(SDP, *headers)
        offered = switch.wait(CallOffered)
        assert offered.ani == ""
        assert kept == ([(offered.leg.partition("/")[0], traced)] if traced else [])
        assert not traced or traced not in repr(switch.seen)


@pytest.mark.parametrize(
    "privacy", [(), ("Privacy: none",), ("Privacy: session; history; critical",), ("Privacy: x-odd",)]
)
def test_a_number_that_is_not_withheld_is_shown_and_not_traced(privacy: tuple[str, ...]) -> None:
    kept: list[tuple[str, str]] = []
    with Switch(trace=lambda call, number: kept.append((call, number))) as switch, Peer(switch.address) as peer:
        Call(peer, caller="13800138000").up(SDP, *privacy)
        assert switch.wait(CallOffered).ani == "13800138000"
        assert kept == []


def test_only_a_trunk_behind_nat_may_send_its_sound_from_elsewhere() -> None:
    private = SDP.replace("IN IP4 127.0.0.1", "IN IP4 192.168.1.2")
    for media, sources in (("as_told", ()), ("symmetric", ("127.0.0.1", "203.0.113.0/28"))):
        trunk = replace(LOCAL, media=media, media_from=sources[1:])
        with Switch(answer_all, trunk) as switch, Peer(switch.address) as peer:
            Call(peer).up(private)
            far = switch.wait(CallOffered).far
            assert far is not None
            assert (far.ip, far.sources) == ("192.168.1.2", sources)


def test_early_media_and_answer_have_the_same_sdp() -> None:
    def early(event: CallOffered) -> list:
        return [Ring(event.leg, NEAR), Answer(event.leg, NEAR)]

    with Switch(early) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        progress = peer.expect(183)
        assert progress.body.startswith("v=0")
        assert progress.body == peer.expect(200).body
        assert progress.get("Contact")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (404, EndCause.REJECTED_NUMBER),
        (486, EndCause.REJECTED_BUSY),
        (488, EndCause.REJECTED_MEDIA),
        (503, EndCause.REJECTED_FULL),
    ],
)
def test_rejections(code: int, cause: EndCause) -> None:
    with Switch(lambda e: [Reject(e.leg, code, cause)]) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        final = peer.expect(code)
        assert bool(final.get("Retry-After")) is (code == 503)
        call.learn(final)
        call.ack(failed=True)
        assert switch.wait(LegEnded) == LegEnded("c1/1", cause, code)  # type: ignore[arg-type]
        assert switch.lines.trunk_states()[0].used_in == 0


@pytest.mark.parametrize(("cause", "code"), [(EndCause.SWITCH_STOPPED, 503), (EndCause.GOODBYE, 480)])
def test_hanging_up_an_unanswered_call_is_a_final_response(cause: EndCause, code: int) -> None:
    with Switch(wait_and_see) as switch, Peer(switch.address) as peer:
        Call(peer).invite()
        switch.hang_up(switch.wait(CallOffered).leg, cause)
        peer.expect(code)
        assert switch.wait(LegEnded).cause is cause


def test_cancel() -> None:
    with Switch(wait_and_see) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        switch.wait(CallOffered)
        call.cancel()
        peer.expect(200, "CANCEL")
        assert peer.expect(487, "INVITE").tag("To")
        assert switch.wait(LegEnded) == LegEnded("c1/1", EndCause.CANCELLED, 487)  # type: ignore[arg-type]


def test_cancel_that_crosses_the_answer_leaves_the_call_up() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(200, "INVITE"))
        call.cancel()
        peer.expect(200, "CANCEL")
        call.ack()
        leg = switch.wait(LegConfirmed).leg
        call.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP
        assert len(switch.ends(leg)) == 1


def test_the_answer_is_repeated_until_the_ack() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        first = call.learn(peer.expect(200, "INVITE"))
        assert peer.expect(200, "INVITE").body == first.body
        call.ack()
        switch.wait(LegConfirmed)


@pytest.mark.slow
def test_a_lost_ack_ends_the_leg_with_a_bye() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(200, "INVITE"))
        peer.expect("BYE")
        assert switch.wait(LegEnded).cause is EndCause.FAR_LOST


def test_our_bye_waits_for_the_ack() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(200, "INVITE"))
        switch.hang_up(switch.wait(CallOffered).leg)
        assert switch.wait(LegEnded).cause is EndCause.GOODBYE
        call.ack()
        bye = peer.expect("BYE")
        assert bye.tag("To") == call.local_tag
        peer.reply(bye, 200)


def test_we_hang_up() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.up()
        leg = switch.wait(LegConfirmed).leg
        switch.hang_up(leg)
        bye = peer.expect("BYE")
        assert bye.get("User-Agent") == "Huawu"
        peer.reply(bye, 200)
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)
        switch.hang_up(leg)
        assert len(switch.ends(leg)) == 1


def test_delayed_offer_starts_on_hold_and_the_ack_brings_the_address() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite("")
        offer = call.learn(peer.expect(200, "INVITE"))
        assert "m=audio 30000 RTP/AVP 8 0 101" in offer.body
        far = switch.wait(CallOffered).far
        assert far is not None
        assert far.direction is Direction.INACTIVE
        call.ack(SDP.replace("8 0 101", "0 101"))
        switch.wait(LegConfirmed)
        changed = switch.wait(LegChanged).far
        assert (changed.port, changed.law, changed.direction) == (40000, Law.MU, Direction.SENDRECV)


def test_delayed_offer_without_an_answer_is_hung_up() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite("")
        call.learn(peer.expect(200, "INVITE"))
        call.ack()
        peer.expect("BYE")
        assert switch.wait(LegEnded).cause is EndCause.REJECTED_MEDIA


@pytest.mark.parametrize("body", [SDP.replace("m=audio", "m=video"), SDP.replace("RTP/AVP 8 0 101", "RTP/AVP 18 101")])
def test_no_audio_or_no_common_codec_is_for_the_core_to_reject(body: str) -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).invite(body)
        peer.expect(488)
        assert switch.wait(CallOffered).far is None


def test_malformed_sdp_is_refused_and_offers_nothing() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).invite("v=0\r\nm=audio x RTP/AVP 8\r\n")
        peer.expect(400)
        Call(peer).request("INVITE", "hello", kind="text/plain")
        assert peer.expect(415).get("Accept") == "application/sdp"
        assert switch.seen == []


def test_lines_in_use_are_counted_and_the_next_caller_hears_busy() -> None:
    with Switch(answer_all, trunk_to(NOBODY, lines=1)) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.up()
        switch.wait(LegConfirmed)
        Call(peer).invite()
        peer.expect(486)
        assert switch.lines.trunk_states()[0].used_in == 1
        call.request("BYE")
        peer.expect(200, "BYE")
        switch.wait(LegEnded)
        Call(peer).up()
        assert len([e for e in switch.seen if isinstance(e, CallOffered)]) == 2


def test_direction_and_numbers_of_a_trunk() -> None:
    with Peer(NOBODY) as peer:
        with switch_to(peer, direction="out"):
            Call(peer).invite()
            peer.expect(403)
        with switch_to(peer, numbers=("955*",)):
            Call(peer, number="10010").invite()
            peer.expect(404)
            Call(peer, number="95588").up()


def test_reload_takes_effect_on_the_next_call() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        first = Call(peer)
        first.up()
        switch.wait(LegConfirmed)
        elsewhere = trunk_to(("127.0.0.77", 5060), name="elsewhere")
        switch.lines.reload({elsewhere.name: elsewhere})
        switch.until(lambda: [s.name for s in switch.lines.trunk_states()] == ["elsewhere"])
        Call(peer).invite()
        peer.expect(403)
        first.request("BYE")
        peer.expect(200, "BYE")
        switch.lines.reload({LOCAL.name: LOCAL})
        switch.until(lambda: [s.name for s in switch.lines.trunk_states()] == ["local"])
        Call(peer).up()


def test_stopping_hangs_up_every_leg_once() -> None:
    with Peer(NOBODY) as peer:
        with Switch() as switch:
            peer.switch = switch.address
            Call(peer).up()
            Call(peer).up()
            switch.wait(LegConfirmed)
        assert [e.cause for leg in ("c1/1", "c2/1") for e in switch.ends(leg)] == [EndCause.SWITCH_STOPPED] * 2  # type: ignore[arg-type]
        peer.expect("BYE")


def test_listening_on_all_addresses_it_names_itself_by_the_route() -> None:
    with Switch(listen=("0.0.0.0", 0)) as switch:
        port = switch.address[1]
        with Peer(("127.0.0.1", port)) as peer:
            assert Call(peer).up().get("Contact") == f"<sip:127.0.0.1:{port}>"


def test_a_port_that_is_taken_is_told_at_the_start() -> None:
    with Switch() as switch, pytest.raises(OSError, match="in use"), Switch(listen=switch.address):
        pass


def test_a_fault_of_ours_costs_one_call(caplog: pytest.LogCaptureFixture) -> None:
    def script(event: CallOffered) -> list:
        if event.dnis == "1":
            raise RuntimeError("a bug")
        return answer_all(event)

    with Switch(script) as switch, Peer(switch.address) as peer:
        Call(peer).up()
        Call(peer, number="1").invite()
        peer.expect(500)
        assert switch.wait(LegEnded) == LegEnded("c2/1", EndCause.FAULT, 500)  # type: ignore[arg-type]
        assert switch.lines.live_legs() == {"c1/1"}
        assert switch.count("faults") == 1
    assert "a bug" in caplog.text


def test_bye_before_the_answer_is_a_cancel() -> None:
    with Switch(lambda e: [Ring(e.leg)]) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(180))
        call.request("BYE")
        peer.expect(200, "BYE")
        peer.expect(487, "INVITE")
        assert switch.wait(LegEnded).cause is EndCause.CANCELLED


def test_offers_before_the_answer_are_put_off() -> None:
    with Switch(lambda e: [Ring(e.leg)]) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(180))
        call.request("INVITE", SDP)
        assert peer.expect(500, "INVITE").get("Retry-After")
        call.request("UPDATE", SDP)
        peer.expect(500, "UPDATE")
        call.request("UPDATE")
        peer.expect(200, "UPDATE")


def test_bye_between_our_200_and_the_ack() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(200, "INVITE"))
        call.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP
        assert peer.silent(0.8), "the 200 is not repeated any more"
