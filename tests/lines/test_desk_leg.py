"""The leg to a desk's phone: token, time-outs, and requests that a desk's address may not send."""

import time

import pytest

from shared.desk import TOKEN_HEADER
from shared.enums import EndCause
from shared.ids import LegId, TrunkName
from switch_server.adapters.sip_lines import Timing
from switch_server.adapters.sip_lines.desk_leg import address_of
from switch_server.core.call import CallOffered
from switch_server.core.leg import LegAnswered, LegEnded, LegRefreshed, LegRinging, RefreshLeg, RingDesk
from switch_server.core.words import Trunk
from tests.lines.peer import NOBODY, SDP, Call, Message, Peer
from tests.lines.switch import NEAR, QUICK, Switch, answer_all, trunk_to
from tests.sip_tools import Pjsua, free_port

ELSEWHERE = Trunk(TrunkName("desk"), far=("192.0.2.1",), options_interval=0, lines=1)
"""No trunk has a loopback address, so a desk is a stranger to the trunks; and the trunk has the internal name of the desks' trunk."""
PHONE_IP = "127.0.0.5"
ANI = "13800138000"


@pytest.fixture
def switch():
    with Switch(answer_all, ELSEWHERE) as it:
        yield it


@pytest.fixture
def phone(switch):
    with Peer(switch.address, PHONE_IP) as it:
        yield it


def ring(switch: Switch, phone: Peer, leg: str = "c1/2") -> tuple[LegId, Message]:
    switch.lines.do(RingDesk(LegId(leg), f"{phone.address[0]}:{phone.address[1]}", ANI, NEAR))
    return LegId(leg), phone.expect("INVITE")


def talk(switch: Switch, phone: Peer) -> tuple[LegId, Call]:
    leg, invite = ring(switch, phone)
    phone.reply(invite, 180, tag="callee")
    phone.reply(invite, 200, body=SDP, tag="callee")
    phone.expect("ACK")
    assert switch.wait(LegAnswered).leg == leg
    return leg, Call.of(phone, invite)


def test_the_invite_names_the_leg_s_token_and_the_caller(switch, phone) -> None:
    leg, invite = ring(switch, phone)
    assert leg in switch.lines.live_legs()
    assert invite.start == f"INVITE sip:desk@{PHONE_IP}:{phone.address[1]} SIP/2.0"
    assert invite.all(TOKEN_HEADER) == ["token of c1/2"], "the lines were given this function"
    assert invite.get("From").startswith(f"<sip:{ANI}@")
    assert "m=audio 30000 RTP/AVP 8 0 101" in invite.body
    assert invite.get("Session-Expires") == "1800"


def test_a_desk_leg_is_answered_and_the_phone_hangs_up(switch, phone) -> None:
    leg, call = talk(switch, phone)
    assert [event.leg for event in switch.seen if isinstance(event, LegRinging)] == [leg]
    call.request("BYE")
    phone.expect(200, "BYE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_HUNG_UP)
    assert switch.lines.live_legs() == frozenset()


def test_a_desk_leg_is_hung_up_by_the_switch(switch, phone) -> None:
    leg, _ = talk(switch, phone)
    switch.hang_up(leg, EndCause.AGENT_HUNG_UP)
    phone.reply(phone.expect("BYE"), 200)
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.AGENT_HUNG_UP)


def test_ringing_is_cancelled(switch, phone) -> None:
    leg, invite = ring(switch, phone)
    phone.reply(invite, 180, tag="callee")
    switch.wait(LegRinging)
    switch.hang_up(leg, EndCause.CANCELLED)
    phone.expect("CANCEL")
    assert switch.wait(LegEnded).cause is EndCause.CANCELLED


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (486, EndCause.FAR_BUSY),
        (603, EndCause.FAR_REFUSED),
        (480, EndCause.NO_ANSWER),
        (403, EndCause.FAR_REFUSED),
        (404, EndCause.FAR_REFUSED),
        (488, EndCause.REJECTED_MEDIA),
    ],
)
def test_answers_that_a_phone_may_give(switch, phone, code, cause) -> None:
    leg, invite = ring(switch, phone)
    phone.reply(invite, code, tag="callee")
    assert switch.wait(LegEnded) == LegEnded(leg, cause, code)


def test_a_trunk_s_far_end_and_the_switch_itself_are_no_desk_s_phone() -> None:
    """Otherwise a desk could have its calls go out over a trunk, past the count of lines and the rules for numbers."""
    with Peer(NOBODY, PHONE_IP) as gateway, Switch(answer_all, trunk_to(gateway.address)) as switch:
        for n, far in enumerate((gateway.address, switch.address), 2):
            leg = LegId(f"c1/{n}")
            switch.lines.do(RingDesk(leg, f"{far[0]}:{far[1]}", ANI, NEAR))
            assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_LOST, 404)
        assert switch.count("desks_of_others") == 2
        assert switch.count("desks_rung") == 0


def test_no_sign_of_life_is_a_lost_phone_within_three_seconds() -> None:
    assert Timing().desk == 3.0
    quick = Timing(desk=0.6, call=30.0)
    with Switch(answer_all, ELSEWHERE, timing=quick) as switch, Peer(switch.address, PHONE_IP) as phone:
        begun = time.monotonic()
        leg, _ = ring(switch, phone)
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_LOST, 408)
        assert 0.5 < time.monotonic() - begun < quick.call


@pytest.mark.slow
def test_a_phone_that_rings_for_ever_did_not_answer() -> None:
    with (
        Switch(answer_all, ELSEWHERE, timing=Timing(ring=0.3)) as switch,
        Peer(switch.address, PHONE_IP) as phone,
    ):
        leg, invite = ring(switch, phone)
        phone.reply(invite, 180, tag="callee")
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.NO_ANSWER, 480)
        phone.expect("CANCEL")


@pytest.mark.parametrize("contact", ["", "desk:5060", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:70000", "300.0.0.1:5060"])
def test_an_invalid_contact(switch, contact) -> None:
    leg = LegId("c1/2")
    switch.lines.do(RingDesk(leg, contact, ANI, NEAR))
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_LOST, 404)
    assert switch.lines.live_legs() == frozenset()


def test_contacts() -> None:
    assert address_of("10.0.0.1:5060") == ("10.0.0.1", 5060)
    for nobody in ("0.0.0.0:5060", "224.0.0.1:5060", "255.255.255.255:5060"):
        assert address_of(nobody) is None


def test_a_leg_is_rung_once(switch, phone) -> None:
    leg, _ = ring(switch, phone)
    switch.lines.do(RingDesk(leg, "127.0.0.5:9", ANI, NEAR))
    switch.until(lambda: switch.count("effects_out_of_state") == 1)
    assert switch.ends(leg) == []


@pytest.mark.slow
def test_a_refresh_finds_a_phone_that_is_gone(switch, phone) -> None:
    leg, _ = talk(switch, phone)
    switch.lines.do(RefreshLeg(leg))
    phone.reply(phone.expect("INVITE"), 200, body=SDP)
    assert switch.wait(LegRefreshed).leg == leg
    switch.lines.do(RefreshLeg(leg))
    phone.expect("INVITE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_LOST, 408)


def test_a_desk_may_speak_in_its_own_dialogs_only(switch, phone) -> None:
    _, call = talk(switch, phone)
    call.request("OPTIONS")
    phone.expect(200, "OPTIONS")
    stranger = Call(phone, "95500")
    stranger.invite()
    assert phone.expect(403, "INVITE").get("Call-ID") == stranger.call_id
    in_our_name = Call(phone, "95500", call_id=call.call_id)
    in_our_name.invite()
    phone.expect(403, "INVITE")
    assert not [event for event in switch.seen if isinstance(event, CallOffered)]


def test_a_stranger_at_another_address_ends_nobody_s_talk(switch, phone) -> None:
    leg, call = talk(switch, phone)
    with Peer(switch.address, "127.0.0.6") as other:
        forged = Call(other, call_id="of-nobody", local_tag="callee", remote_tag=call.remote_tag, target=call.target)
        forged.request("BYE")
        other.expect(403, "BYE")
    assert switch.ends(leg) == []


def test_desks_take_no_lines_and_show_in_no_trunk(switch, phone) -> None:
    """Also where the operator's trunk has the name of the internal one, and a single line."""
    legs = [ring(switch, phone, f"c{number}/2")[0] for number in range(5)]
    (state,) = switch.lines.trunk_states()
    assert (state.used_in, state.used_out) == (0, 0)
    assert switch.count("desks_rung") == 5
    assert switch.count("calls_out") == 0
    for leg in legs:
        switch.hang_up(leg)
    switch.until(lambda: switch.lines.live_legs() == frozenset())
    assert switch.lines.trunk_states()[0].used_out == 0


def test_several_desks_at_one_address(switch) -> None:
    """Desks behind one router or on one terminal server are told apart by their ports."""
    with Peer(switch.address, PHONE_IP) as one, Peer(switch.address, PHONE_IP) as two:
        legs = {}
        for name, phone in (("c1/2", one), ("c2/2", two)):
            leg, invite = ring(switch, phone, name)
            assert invite.get(TOKEN_HEADER) == f"token of {name}"
            phone.reply(invite, 200, body=SDP, tag="callee")
            phone.expect("ACK")
            legs[leg] = Call.of(phone, invite)
        legs[LegId("c2/2")].request("BYE")
        two.expect(200, "BYE")
        assert switch.wait(LegEnded) == LegEnded(LegId("c2/2"), EndCause.FAR_HUNG_UP)
        assert switch.lines.live_legs() == {"c1/2"}


@pytest.mark.slow
def test_pjsua_answers_and_both_ends_hang_up() -> None:
    with Switch(answer_all, ELSEWHERE) as switch, Pjsua() as phone:
        contact = f"127.0.0.1:{phone.port}"
        for number, by_phone in enumerate((True, False)):
            leg = LegId(f"c{number}/2")
            switch.lines.do(RingDesk(leg, contact, ANI, NEAR))
            assert ANI in phone.wait("INCOMING")["uri"]
            phone.do("answer", "180")
            assert switch.wait(LegRinging).leg == leg
            phone.do("answer")
            assert switch.wait(LegAnswered).leg == leg
            phone.wait("CONFIRMED")
            if by_phone:
                phone.do("hangup")
            else:
                switch.hang_up(leg, EndCause.AGENT_HUNG_UP)
            phone.wait("DISCONNECTED")
            cause = EndCause.FAR_HUNG_UP if by_phone else EndCause.AGENT_HUNG_UP
            assert switch.wait(LegEnded) == LegEnded(leg, cause)


@pytest.mark.slow
def test_nothing_listens_at_the_contact() -> None:
    """With the real time-out: a running PC reports the closed port by ICMP, a PC that is off does not answer; both end as lost."""
    real = Timing(stop=QUICK.stop)
    with Switch(answer_all, ELSEWHERE, timing=real) as switch:
        begun = time.monotonic()
        switch.lines.do(RingDesk(LegId("c1/2"), f"127.0.0.1:{free_port()}", ANI, NEAR))
        assert switch.wait(LegEnded) == LegEnded(LegId("c1/2"), EndCause.FAR_LOST, 408)
        assert 2.5 < time.monotonic() - begun < real.call
