"""``ports.LinesPort``: the same tests for the fake and for real SIP."""

from collections.abc import Iterator

import pytest

from shared.enums import EndCause
from shared.ids import LegId, TrunkName
from switch_server.core.call import CallOffered
from switch_server.core.leg import (
    Answer,
    DigitPressed,
    HangUp,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LegRinging,
    PlaceCall,
    RefreshLeg,
    Reject,
    Reoffer,
    Ring,
    RingDesk,
)
from switch_server.core.words import Event
from switch_server.ports import LinesPort
from tests.fakes.lines import FAR, FakeLines
from tests.lines.peer import SDP, Call, Peer
from tests.lines.switch import NEAR, Switch, trunk_to, wait_and_see

HELD = SDP.replace("sendrecv", "sendonly")


class FakeRig:
    """A far end's actions, for the fake; ``wait`` returns the next event of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.seen: list[Event] = []
        self.fake = FakeLines(self._post)
        self.lines: LinesPort = self.fake
        self.phone = "192.0.2.20:5060"

    def _post(self, event: Event) -> None:
        self.events.append(event)
        self.seen.append(event)

    def wait(self, kind: type) -> Event:
        while self.events:
            if isinstance(event := self.events.pop(0), kind):
                return event
        raise AssertionError(f"no {kind.__name__}")

    def rings(self) -> None:
        self.fake.offer()

    def hears_answer(self) -> None: ...

    def hangs_up(self, leg: LegId) -> None:
        self.fake.far_hangs_up(leg)

    def cancels(self, leg: LegId) -> None:
        self.fake.cancel(leg)

    def keys(self, leg: LegId, key: str) -> None:
        self.fake.press(leg, key)

    def holds(self, leg: LegId) -> None:
        self.fake.change(leg, FAR)

    def picks_up(self) -> None: ...

    def desk_picks_up(self) -> None: ...

    def answers_refresh(self) -> None: ...

    def refuses_media(self, leg: LegId) -> None:
        """Before the offer."""
        self.fake.reoffered[leg] = 488

    def answers_media(self, leg: LegId, code: int) -> None: ...

    def goes_deaf(self, leg: LegId) -> None:
        self.fake.deaf.add(leg)


class SipRig:
    def __init__(self, switch: Switch, peer: Peer, desk: Peer) -> None:
        self._switch, self._peer, self._desk = switch, peer, desk
        self.phone = ":".join(map(str, desk.address))
        self.lines: LinesPort = switch.lines
        self.seen = switch.seen
        self._call = Call(peer)
        self.wait = switch.wait

    def rings(self) -> None:
        self._call.invite()

    def hears_answer(self) -> None:
        self._call.learn(self._peer.expect(200, "INVITE"))
        self._call.ack()

    def hangs_up(self, leg: LegId) -> None:
        self._call.request("BYE")
        self._peer.expect(200, "BYE")

    def cancels(self, leg: LegId) -> None:
        self._call.cancel()

    def keys(self, leg: LegId, key: str) -> None:
        self._call.request("INFO", f"Signal={key}\r\n", kind="application/dtmf-relay")

    def holds(self, leg: LegId) -> None:
        self._call.again(HELD)
        self._peer.expect(200, "INVITE")
        self._call.ack()

    def picks_up(self) -> None:
        self._picks_up(self._peer)

    def desk_picks_up(self) -> None:
        self._picks_up(self._desk)

    def _picks_up(self, peer: Peer) -> None:
        invite = peer.expect("INVITE")
        peer.reply(invite, 180, tag="callee")
        peer.reply(invite, 200, body=SDP, tag="callee")
        self._call = Call.of(peer, invite)

    def answers_refresh(self) -> None:
        self._peer.reply(self._peer.expect("INVITE"), 200, body=SDP)

    def refuses_media(self, leg: LegId) -> None: ...

    def answers_media(self, leg: LegId, code: int) -> None:
        self._peer.reply(self._peer.expect("INVITE"), code, body=SDP if code == 200 else "")

    def goes_deaf(self, leg: LegId) -> None: ...


Rig = FakeRig | SipRig


@pytest.fixture(params=["fake", "sip"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    with Peer(("127.0.0.1", 9)) as peer, Switch(wait_and_see, trunk_to(peer.address, name="local")) as switch:
        peer.switch = switch.address
        with Peer(switch.address) as desk:
            yield SipRig(switch, peer, desk)


def up(rig: Rig) -> LegId:
    rig.rings()
    offered = rig.wait(CallOffered)
    assert isinstance(offered, CallOffered)
    assert (offered.trunk, offered.ani, offered.dnis) == ("local", "13800138000", "95500")
    rig.lines.do(Ring(offered.leg))
    rig.lines.do(Answer(offered.leg, NEAR))
    rig.hears_answer()
    assert rig.wait(LegConfirmed) == LegConfirmed(offered.leg)
    return offered.leg


def over(rig: Rig, leg: LegId, cause: EndCause) -> None:
    """Checks that ``LegEnded`` came once and last, and that effects on an ended leg change nothing."""
    ended = rig.wait(LegEnded)
    assert isinstance(ended, LegEnded)
    assert (ended.leg, ended.cause) == (leg, cause)
    assert leg not in rig.lines.live_legs()
    for effect in (HangUp(leg, EndCause.FAULT), Answer(leg, NEAR), RefreshLeg(leg), Reoffer(leg, NEAR), Ring(leg)):
        rig.lines.do(effect)
    assert [e for e in rig.seen if isinstance(e, LegEnded)] == [ended]
    assert rig.seen[-1] == ended


def test_the_caller_hangs_up(rig: Rig) -> None:
    leg = up(rig)
    assert rig.lines.live_legs() == {leg}
    rig.hangs_up(leg)
    over(rig, leg, EndCause.CALLER_HUNG_UP)


def test_we_hang_up(rig: Rig) -> None:
    leg = up(rig)
    rig.lines.do(HangUp(leg, EndCause.GOODBYE))
    over(rig, leg, EndCause.GOODBYE)


def test_we_reject(rig: Rig) -> None:
    rig.rings()
    offered = rig.wait(CallOffered)
    assert isinstance(offered, CallOffered)
    rig.lines.do(Reject(offered.leg, 503, EndCause.REJECTED_FULL))
    over(rig, offered.leg, EndCause.REJECTED_FULL)


def test_the_caller_cancels(rig: Rig) -> None:
    rig.rings()
    offered = rig.wait(CallOffered)
    assert isinstance(offered, CallOffered)
    rig.cancels(offered.leg)
    over(rig, offered.leg, EndCause.CANCELLED)


def test_keys_and_changes_are_told(rig: Rig) -> None:
    leg = up(rig)
    rig.keys(leg, "7")
    pressed = rig.wait(DigitPressed)
    assert isinstance(pressed, DigitPressed)
    assert pressed.digit.reveal() == "7"
    rig.holds(leg)
    changed = rig.wait(LegChanged)
    assert isinstance(changed, LegChanged)
    assert changed.leg == leg


def test_a_refresh_is_answered_or_ends_the_leg(rig: Rig) -> None:
    leg = up(rig)
    rig.lines.do(RefreshLeg(leg))
    rig.answers_refresh()
    assert rig.wait(LegRefreshed) == LegRefreshed(leg)
    rig.goes_deaf(leg)
    rig.lines.do(RefreshLeg(leg))
    over(rig, leg, EndCause.FAR_LOST)


def test_new_media_is_taken_or_refused(rig: Rig) -> None:
    leg = up(rig)
    rig.lines.do(Reoffer(leg, NEAR))
    rig.answers_media(leg, 200)
    taken = rig.wait(LegReoffered)
    assert isinstance(taken, LegReoffered)
    assert taken.leg == leg
    rig.refuses_media(leg)
    rig.lines.do(Reoffer(leg, NEAR))
    rig.answers_media(leg, 488)
    assert rig.wait(LegReofferRefused) == LegReofferRefused(leg, 488)


def test_a_placed_call_is_answered_and_hung_up_by_the_callee(rig: Rig) -> None:
    leg = LegId("x/2")
    rig.lines.do(PlaceCall(leg, TrunkName("local"), "95500", "10086", NEAR))
    assert leg in rig.lines.live_legs()
    rig.picks_up()
    assert rig.wait(LegRinging) == LegRinging(leg)
    answered = rig.wait(LegAnswered)
    assert isinstance(answered, LegAnswered)
    assert answered.leg == leg
    rig.hangs_up(leg)
    over(rig, leg, EndCause.FAR_HUNG_UP)


def test_a_desk_s_phone_is_rung_answers_and_is_hung_up(rig: Rig) -> None:
    leg = LegId("x/2")
    rig.lines.do(RingDesk(leg, rig.phone, "13800138000", NEAR))
    assert leg in rig.lines.live_legs()
    rig.desk_picks_up()
    assert rig.wait(LegRinging) == LegRinging(leg)
    answered = rig.wait(LegAnswered)
    assert isinstance(answered, LegAnswered)
    assert answered.leg == leg
    rig.lines.do(HangUp(leg, EndCause.AGENT_HUNG_UP))
    over(rig, leg, EndCause.AGENT_HUNG_UP)
