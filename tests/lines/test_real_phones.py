"""The lines with programs of others, as callers and as callees: SIPp, baresip, pjsua2."""

import socket
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.enums import Direction, EndCause, Law
from shared.ids import LegId, PhoneName, TrunkName
from switch_server.adapters.sip_lines import registrar
from switch_server.core.call import CallOffered
from switch_server.core.leg import (
    Answer,
    DigitPressed,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LegRinging,
    LineEffect,
    RefreshLeg,
    Reject,
    Reoffer,
    Ring,
    RingDesk,
)
from switch_server.core.words import Near, Trunk
from tests.fakes.phones import FakePhones, phone
from tests.lines.switch import NEAR, Switch, answer_all, trunk_to
from tests.sip_pcap import write_keys
from tests.sip_tools import Baresip, Pjsua, Sipp, free_port

pytestmark = pytest.mark.slow
ANYWHERE = Trunk(TrunkName("road"), username="wang", password="geheim", options_interval=0)


def rings(event: CallOffered) -> list[LineEffect]:
    return [Ring(event.leg)]


def test_sipp_thirty_callers_at_once(tmp_path: Path) -> None:
    with Switch() as switch:
        Sipp(switch.address, "caller", tmp_path, calls=30, rate=30).run()
        for _ in range(30):
            assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP
        assert switch.lines.live_legs() == frozenset()
        assert len([e for e in switch.seen if isinstance(e, LegConfirmed)]) == 30


def test_sipp_holds_resumes_and_moves(tmp_path: Path) -> None:
    with Switch() as switch:
        Sipp(switch.address, "caller_hold", tmp_path).run()
        changes = [e.far for e in switch.seen if isinstance(e, LegChanged)]
        assert [f.direction for f in changes] == [Direction.SENDONLY, Direction.SENDRECV, Direction.INACTIVE]
        assert changes[1].port == 40500


def test_sipp_cancels(tmp_path: Path) -> None:
    with Switch(rings) as switch:
        Sipp(switch.address, "caller_cancel", tmp_path, calls=5).run()
        assert [switch.wait(LegEnded).cause for _ in range(5)] == [EndCause.CANCELLED] * 5


def test_sipp_keys_by_info(tmp_path: Path) -> None:
    with Switch() as switch:
        Sipp(switch.address, "caller_info", tmp_path).run()
        assert [e.digit.reveal() for e in switch.seen if isinstance(e, DigitPressed)] == ["1", "*", "#"]


def test_sipp_proves_itself(tmp_path: Path) -> None:
    with Switch(answer_all, ANYWHERE) as switch:
        Sipp(switch.address, "caller_digest", tmp_path, user="wang", password="geheim").run()
        assert switch.wait(CallOffered).trunk == "road"
        assert Sipp(switch.address, "caller_digest", tmp_path, user="wang", password="falsch", seconds=2).wait() != 0
        assert switch.count("wrong_password") >= 1


@pytest.mark.parametrize("code", [404, 486, 488, 503])
def test_sipp_is_turned_away(tmp_path: Path, code: int) -> None:
    with Switch(lambda e: [Reject(e.leg, code, EndCause.REJECTED_FULL)]) as switch:
        Sipp(switch.address, f"caller_{code}", tmp_path, calls=3).run()
        assert [switch.wait(LegEnded).sip_code for _ in range(3)] == [code] * 3


def far_end(**more: object) -> tuple[int, Trunk]:
    port = free_port()
    return port, trunk_to(("127.0.0.1", port), **more)


def test_sipp_is_called(tmp_path: Path) -> None:
    port, trunk = far_end()
    with Switch(answer_all, trunk) as switch, Sipp(switch.address, "callee", tmp_path, port=port) as sipp:
        leg = switch.place()
        switch.wait(LegRinging)
        assert switch.wait(LegAnswered).far.telephone_event == 101
        switch.hang_up(leg)
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)
        sipp.run()


def test_sipp_plays_early_media_and_hangs_up(tmp_path: Path) -> None:
    port, trunk = far_end()
    with Switch(answer_all, trunk) as switch, Sipp(switch.address, "callee_early", tmp_path, port=port) as sipp:
        switch.place()
        assert switch.wait(LegRinging).far is not None
        switch.wait(LegAnswered)
        assert switch.wait(LegEnded).cause is EndCause.FAR_HUNG_UP
        sipp.run()


def test_sipp_is_busy(tmp_path: Path) -> None:
    port, trunk = far_end()
    with Switch(answer_all, trunk) as switch, Sipp(switch.address, "callee_busy", tmp_path, port=port) as sipp:
        switch.place()
        assert switch.wait(LegEnded).cause is EndCause.FAR_BUSY
        sipp.run()


def test_sipp_asks_for_our_password(tmp_path: Path) -> None:
    port, trunk = far_end(username="huawu", password="secret")
    with Switch(answer_all, trunk) as switch, Sipp(switch.address, "callee_digest", tmp_path, port=port) as sipp:
        leg = switch.place()
        switch.wait(LegAnswered)
        switch.hang_up(leg)
        sipp.run()


# --- baresip ---


def uri(switch: Switch, number: str = "95500") -> str:
    return f"sip:{number}@{switch.address[0]}:{switch.address[1]}"


def test_baresip_calls_holds_is_refreshed_and_is_hung_up(tmp_path: Path) -> None:
    with Switch() as switch, Baresip(tmp_path / "a") as phone:
        phone.dial(uri(switch))
        phone.wait("CALL_ESTABLISHED")
        leg = switch.wait(LegConfirmed).leg
        phone.do("hold")
        assert switch.wait(LegChanged).far.direction is not Direction.SENDRECV
        phone.do("resume")
        assert switch.wait(LegChanged).far.direction is Direction.SENDRECV
        switch.lines.do(RefreshLeg(leg))
        switch.wait(LegRefreshed)
        switch.hang_up(leg)
        phone.wait("CALL_CLOSED")
        assert switch.wait(LegEnded).cause is EndCause.GOODBYE


def test_baresip_with_a_password_hangs_up(tmp_path: Path) -> None:
    with Switch(answer_all, ANYWHERE) as switch, Baresip(tmp_path / "a", user="wang", password="geheim") as phone:
        phone.dial(uri(switch))
        phone.wait("CALL_ESTABLISHED")
        switch.wait(LegConfirmed)
        phone.do("hangup")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP


def test_baresip_is_called(tmp_path: Path) -> None:
    with (
        Baresip(tmp_path / "a", answer=True) as phone,
        Switch(answer_all, trunk_to(("127.0.0.1", phone.port))) as switch,
    ):
        leg = switch.place(number="phone")
        switch.wait(LegAnswered)
        phone.wait("CALL_ESTABLISHED")
        switch.hang_up(leg)
        phone.wait("CALL_CLOSED")


def test_baresip_gives_up_while_it_rings(tmp_path: Path) -> None:
    with Switch(rings) as switch, Baresip(tmp_path / "a") as phone:
        phone.dial(uri(switch))
        phone.wait("CALL_RINGING")
        phone.do("hangup")
        assert switch.wait(LegEnded).cause is EndCause.CANCELLED


def bound(book: FakePhones) -> bool:
    return book.binding(PhoneName("front-1"), time.time()) is not None


def test_baresip_as_a_desk_phone_registers_is_rung_and_goes(tmp_path: Path) -> None:
    book = FakePhones(phone("front-1", "geheimnis"))
    with Switch(answer_all, ANYWHERE, phones=book) as switch:
        with Baresip(tmp_path / "a", user="front-1", password="geheimnis", registrar=switch.address) as desk:
            switch.until(lambda: bound(book))
            leg = LegId("c1/2")
            switch.lines.do(
                RingDesk(leg, "phone:front-1", "13800138000", NEAR, auto=True)
            )  # this phone does not support auto-answer
            assert "13800138000" in desk.wait("CALL_INCOMING")["peeruri"]
            desk.do("accept")
            assert switch.wait(LegAnswered).leg == leg
            desk.do("hangup")
            assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_HUNG_UP)
        switch.until(lambda: not bound(book))
        assert switch.count("register_200") == 2


def test_baresip_refreshes_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrar, "MIN_EXPIRES", 1)
    book = FakePhones(phone("front-1", "geheimnis"))
    with (
        Switch(answer_all, ANYWHERE, phones=book) as switch,
        Baresip(tmp_path / "a", user="front-1", password="geheimnis", registrar=switch.address, expires=3),
    ):
        switch.until(lambda: switch.count("register_200") >= 3)
        binding = book.binding(PhoneName("front-1"), time.time())
        assert binding is not None
        assert time.time() - binding.since > 2


def test_baresip_with_a_wrong_password_never_registers(tmp_path: Path) -> None:
    book = FakePhones(phone("front-1", "geheimnis"))
    with (
        Switch(answer_all, ANYWHERE, phones=book) as switch,
        Baresip(tmp_path / "a", user="front-1", password="geraten", registrar=switch.address),
    ):
        switch.until(lambda: switch.count("register_403"))
        assert not bound(book)
        assert book.out == []


# --- pjsua2 ---


def moves_and_refuses_fax(switch: Switch, leg: LegId) -> None:
    """A telephone takes our sound at another port, has no T.38, and goes on with the sound."""
    near = Near("127.0.0.1", 31000, Law.A, 101, t38=True)
    switch.lines.do(Reoffer(leg, near))
    far = switch.wait(LegReoffered).far
    assert far.t38 is None
    switch.lines.do(Reoffer(leg, near, t38=True))
    assert switch.wait(LegReofferRefused).sip_code in (415, 488, 606)
    switch.lines.do(Reoffer(leg, replace(near, port=32000)))
    assert switch.wait(LegReoffered).far == far
    assert switch.ends(leg) == []


def test_baresip_takes_new_media_and_refuses_t38(tmp_path: Path) -> None:
    with Switch() as switch, Baresip(tmp_path / "a") as phone:
        phone.dial(uri(switch))
        moves_and_refuses_fax(switch, switch.wait(LegConfirmed).leg)


def test_pjsua_takes_new_media_and_refuses_t38() -> None:
    with Switch() as switch, Pjsua() as phone:
        phone.do("dial", uri(switch))
        moves_and_refuses_fax(switch, switch.wait(LegConfirmed).leg)


def test_pjsua_calls_holds_keys_and_hangs_up() -> None:
    with Switch() as switch, Pjsua() as phone:
        phone.do("dial", uri(switch))
        phone.wait("CONFIRMED")
        leg = switch.wait(LegConfirmed).leg
        phone.do("hold")
        assert switch.wait(LegChanged).far.direction in (Direction.SENDONLY, Direction.INACTIVE)
        phone.do("resume")
        assert switch.wait(LegChanged).far.direction is Direction.SENDRECV
        phone.do("update")
        phone.do("info", "5")
        assert switch.wait(DigitPressed).digit.reveal() == "5"
        switch.lines.do(RefreshLeg(leg))
        switch.wait(LegRefreshed)
        phone.do("hangup")
        phone.wait("DISCONNECTED")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP


def test_pjsua_hears_early_media_then_the_answer() -> None:
    def early(event: CallOffered) -> list[LineEffect]:
        return [Ring(event.leg, NEAR)]

    with Switch(early) as switch, Pjsua() as phone:
        phone.do("dial", uri(switch))
        assert phone.wait("EARLY")["code"] == 183
        leg = switch.wait(CallOffered).leg
        switch.lines.do(Answer(leg, NEAR))
        phone.wait("CONFIRMED")
        switch.wait(LegConfirmed)
        switch.hang_up(leg)
        phone.wait("DISCONNECTED")


def test_pjsua_is_called_rings_answers_and_hangs_up() -> None:
    with Pjsua() as phone, Switch(answer_all, trunk_to(("127.0.0.1", phone.port))) as switch:
        leg = switch.place(number="pjsua")
        phone.wait("INCOMING")
        phone.do("answer", "180")
        switch.wait(LegRinging)
        phone.do("answer", "200")
        assert switch.wait(LegAnswered).leg == leg
        phone.do("hangup")
        assert switch.wait(LegEnded).cause is EndCause.FAR_HUNG_UP


def test_pjsua_is_called_and_declines_or_is_given_up() -> None:
    with Pjsua() as phone, Switch(answer_all, trunk_to(("127.0.0.1", phone.port))) as switch:
        switch.place(number="pjsua", leg="a/1")
        phone.wait("INCOMING")
        phone.do("answer", "603")
        assert switch.wait(LegEnded) == LegEnded(LegId("a/1"), EndCause.FAR_REFUSED, 603)
        phone.wait("DISCONNECTED")
        leg = switch.place(number="pjsua", leg="b/1")
        phone.wait("INCOMING")
        phone.do("answer", "180")
        switch.wait(LegRinging)
        switch.hang_up(leg)
        phone.wait("DISCONNECTED")


def test_pjsua_with_a_password() -> None:
    with Switch(answer_all, ANYWHERE) as switch, Pjsua("wang", "geheim") as phone:
        phone.do("dial", uri(switch))
        phone.wait("CONFIRMED")
        assert switch.wait(CallOffered).trunk == "road"
        phone.do("hangup")
        phone.wait("DISCONNECTED")


def test_sipp_plays_keys_as_events_in_order(tmp_path: Path) -> None:
    """The capture made by ``sip_pcap`` arrives correctly; other tests key accounts and PINs with it."""
    write_keys(tmp_path / "keys.pcap", "159#")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10)
        near = Near("127.0.0.1", ear.getsockname()[1], Law.A, 101)
        with (
            Switch(lambda e: [Answer(e.leg, near)]) as switch,
            Sipp(switch.address, "caller_keys", tmp_path) as sipp,
        ):
            heard: list[int] = []
            while len(heard) < 4:
                packet = ear.recv(2048)
                if packet[1] & 0x7F == 101 and packet[1] & 0x80:
                    heard.append(packet[12])
            assert heard == [1, 5, 9, 11]
            sipp.run()
