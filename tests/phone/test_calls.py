"""Which calls may ring the phone, and how a call ends: the real process and real SIP, without a sound device."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_app.model.sound.phone_messages import (
    AnswerCall,
    CallOver,
    CallQuality,
    CallUp,
    EndCall,
    Expect,
    Forget,
    Levels,
    Mute,
    PhoneProblem,
    PhoneReady,
    Ringing,
    TellLevels,
)
from agent_app.phone.framing import FrameReader, event, pack
from agent_app.phone.process import _is_here
from shared.ids import LegId
from tests.phone.desk import LEG, PATIENCE_S, TOKEN, Window, caller, talk
from tests.rtp_peer import frequency, level, purity, sine
from tests.sip_tools import ROOT

pytestmark = pytest.mark.slow
OTHER = LegId("c2/2")
THIRD = LegId("c3/2")


@pytest.fixture
def window(caplog: pytest.LogCaptureFixture) -> Iterator[Window]:
    caplog.set_level("INFO")
    with Window(audio=False, say="tone:400") as window:
        yield window


def test_a_call_without_a_token_is_refused(window: Window) -> None:
    with caller(window) as far:
        far.invite("")
        assert far.refused() == 403
    assert window.wait(PhoneProblem).code == "stranger"


def test_a_stranger_without_sdp_is_refused_and_harms_nothing(window: Window) -> None:
    pid = window.phone.pid
    with talk(window) as far, caller(window) as stranger:
        stranger.call.invite("")
        assert stranger.refused() == 403
        assert window.wait(PhoneProblem).code == "stranger"
        window.do(TellLevels(on=True))
        window.wait(Levels)
        assert window.phone.pid == pid
        far.call.request("BYE")
        window.wait(CallOver, leg=LEG)


def test_a_call_with_an_unknown_token_waits_and_is_refused(window: Window) -> None:
    window.do(Expect(LEG, TOKEN))
    with caller(window) as far:
        begun = time.monotonic()
        far.invite("wrong")
        assert far.peer.expect(100, "INVITE").status == 100
        assert far.refused() == 403
        assert time.monotonic() - begun > 2.9
    assert window.wait(PhoneProblem).code == "stranger"


def test_a_token_that_comes_late_lets_the_call_ring(window: Window) -> None:
    with caller(window) as far:
        far.invite(TOKEN)
        far.peer.expect(100, "INVITE")
        window.do(Expect(LEG, TOKEN))
        far.peer.expect(180, "INVITE")
        assert window.wait(Ringing).leg == LEG
        window.do(AnswerCall(LEG))
        far.talks()
        window.wait(CallUp, leg=LEG)


def test_a_token_is_good_for_one_call_only(window: Window) -> None:
    with talk(window) as far, caller(window) as second:
        second.invite(TOKEN)
        assert second.refused() == 403
        far.call.request("BYE")
        assert window.wait(CallOver) == CallOver(LEG, 200, by_us=False)


def test_an_auto_call_is_answered_at_once(window: Window) -> None:
    window.do(Expect(LEG, TOKEN, auto=True))
    with caller(window) as far:
        far.invite(TOKEN)
        far.talks()
        window.wait(Ringing, leg=LEG)
        window.wait(CallUp, leg=LEG)
        window.do(EndCall(LEG))
        far.bye_heard()
        assert window.wait(CallOver) == CallOver(LEG, 200, by_us=True)


def test_a_ringing_call_is_cancelled_declined_or_forgotten(window: Window) -> None:
    for leg, end, code in ((LEG, None, 487), (OTHER, EndCall(OTHER), 603), (THIRD, Forget(THIRD), 480)):
        window.do(Expect(leg, leg))
        with caller(window) as far:
            far.invite(leg)
            far.peer.expect(180, "INVITE")
            if end is None:
                far.call.cancel()
            else:
                window.do(end)
            assert far.refused() == code
            assert window.wait(CallOver) == CallOver(leg, code, by_us=end is not None)


def test_a_forgotten_talk_gets_a_bye(window: Window) -> None:
    with talk(window) as far:
        window.do(Forget(LEG))
        far.bye_heard()
        assert window.wait(CallOver).by_us


def test_with_one_call_up_and_one_ringing_further_calls_are_busy(window: Window) -> None:
    window.do(Expect(OTHER, "t2"), Expect(THIRD, "t3"), Expect(LegId("c4/2"), "t4"), Expect(LegId("c5/2"), "t5"))
    with (
        talk(window) as first,
        caller(window) as second,
        caller(window) as third,
        caller(window) as fourth,
        caller(window) as fifth,
    ):
        second.invite("t2")
        second.peer.expect(180, "INVITE")
        window.wait(Ringing, leg=OTHER)
        for late, token in ((third, "t3"), (fourth, "t4"), (fifth, "t5")):
            late.invite(token)
            assert late.refused() == 486
        window.do(AnswerCall(OTHER))  # waits for the end of the first call: one talk at a time
        first.call.request("BYE")
        second.talks()
        window.wait(CallUp, leg=OTHER)


def test_four_strange_calls_at_once_do_not_keep_the_desk_s_call_out(window: Window) -> None:
    """PJSIP has four call slots, which calls without a token must not fill."""
    with caller(window) as a, caller(window) as b, caller(window) as c, caller(window) as d, caller(window) as own:
        for stranger in (a, b, c, d):
            stranger.invite("wrong")
        assert {a.refused(), b.refused()} == {403}
        window.do(Expect(LEG, TOKEN))
        own.invite(TOKEN)
        own.peer.expect(180, "INVITE")
        window.wait(Ringing, leg=LEG)


def test_sound_of_a_robot_in_both_directions(window: Window) -> None:
    window.do(TellLevels(on=True))
    with talk(window) as far:
        far.rtp.say(sine(1000, 8 * 4000))
        far.rtp.listen(0.4)
        heard = far.rtp.listen(1.0)
        assert frequency(heard) == pytest.approx(400, abs=2)
        assert purity(heard, 400) > 0.99
        assert level(heard) == pytest.approx(-20 + 3.14, abs=0.5)
        end = time.monotonic() + PATIENCE_S
        while (levels := window.wait(Levels)).speaker < -30:
            assert time.monotonic() < end
        assert levels.microphone == pytest.approx(-20, abs=1)
        window.do(Mute(on=True))
        far.rtp.listen(0.3)
        assert level(far.rtp.listen(0.5)) < -60
        quality = window.wait(CallQuality)
        assert quality.leg == LEG
        assert quality.loss < 0.05
        assert 0 <= quality.jitter_ms < 20


def test_a_bad_command_is_reported_and_the_phone_goes_on(window: Window) -> None:
    process = window.phone._process
    assert process is not None
    window.phone._outbox.put((process, b"\x00\x00\x00\x01\xc1"))
    assert window.wait(PhoneProblem).code == "bad_command"
    with talk(window):
        pass


def test_a_port_that_is_taken_is_reported() -> None:
    with Window(audio=False) as first:
        port = first.address[1]
        second = Window(audio=False, port=port)
        second.start()
        try:
            assert second.wait(PhoneProblem).code == "port_taken"
            assert second.wait(PhoneProblem).code == "phone_down"
        finally:
            second.phone.stop()


def test_a_phone_that_dies_is_started_again(window: Window) -> None:
    with talk(window) as far:
        assert window.phone.pid is not None
        os.kill(window.phone.pid, signal.SIGKILL)
        assert window.wait(PhoneProblem).code == "phone_down"
        window.ready = window.wait(PhoneReady)
        assert far.call
    with talk(window):
        pass


def _start(**more: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "agent_app.phone", "--no-audio"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, **more,
    )  # fmt: skip


def test_the_end_of_its_input_hangs_up(window: Window) -> None:
    with talk(window) as far:
        process = window.phone._process
        assert process is not None
        window.phone._over.set()
        window.phone._outbox.put((process, b""))
        far.bye_heard()
        assert process.wait(PATIENCE_S) == 0


PARENT = """
import sys, threading
from agent_app.phone.client import PhoneProcess
from agent_app.model.sound.phone_messages import Expect
def post(event): print(phone.pid, event.contact if hasattr(event, "contact") else "-", flush=True)
go = threading.Event()
phone = PhoneProcess(lambda event: (go.wait(), post(event)), audio=False)
phone.do(Expect("c1/2", "5ec7e7", True))
go.set()
sys.stdin.read()
"""


def test_the_phone_ends_when_its_window_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid, contact = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    end = time.monotonic() + PATIENCE_S
    while _runs(int(pid)):
        assert time.monotonic() < end, "the phone outlives its window"
        time.sleep(0.05)
    for pipe in (parent.stdin, parent.stdout):
        assert pipe is not None
        pipe.close()
    assert contact.startswith("127.0.0.1:")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_messages_on_a_bare_pipe() -> None:
    """Length-prefixed MessagePack, written byte by byte; the output has no text that PJSIP prints."""
    process = _start()
    assert process.stdin is not None
    assert process.stdout is not None
    data = pack(TellLevels(on=True)) + pack(Expect(LEG, TOKEN))
    for byte in data:
        process.stdin.write(bytes([byte]))
        process.stdin.flush()
    process.stdin.close()
    everything = process.stdout.read()
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 0
    first = event(next(iter(FrameReader().feed(everything))))
    assert isinstance(first, PhoneReady)
    assert "pjsip" in first.version


# --- the phone's log ---


def test_a_phone_s_log_and_its_fatal_error_are_in_the_owner_s_log(
    window: Window, caplog: pytest.LogCaptureFixture
) -> None:
    with caller(window) as far:
        far.invite("")
        far.refused()
    window.wait(PhoneProblem)
    assert window.phone.pid is not None
    os.kill(window.phone.pid, signal.SIGABRT)
    window.wait(PhoneProblem, code="phone_down")
    window.wait(PhoneReady)
    end = time.monotonic() + PATIENCE_S
    for text in ("call 0: an INVITE", "Fatal Python error: Aborted", "in step"):
        while text not in caplog.text:
            assert time.monotonic() < end, caplog.text
            time.sleep(0.05)


# --- this PC's address ---


def ip(ready: PhoneReady) -> str:
    return ready.contact.partition(":")[0]


def test_the_phone_follows_this_pc_s_address(window: Window) -> None:
    for there in ("127.0.0.3", "127.0.0.4"):
        window.phone.move(there)
        window.ready = window.wait(PhoneReady)
        assert ip(window.ready) == there
        window.do(Expect(LEG, TOKEN, auto=True))
        with caller(window) as far:
            far.invite(TOKEN)
            answer = far.talks()
            assert answer.source == window.address
            assert f"c=IN IP4 {there}" in answer.body
            far.rtp.say(sine(1000, 8000))
            assert level(far.rtp.listen(0.5)) > -40
            far.call.request("BYE")
            window.wait(CallOver)


def test_a_call_keeps_its_address_and_the_next_call_has_the_new_address(window: Window) -> None:
    with talk(window) as far:
        window.phone.move("127.0.0.3")
        window.do(TellLevels(on=True))
        window.wait(Levels)  # by now the phone has read both commands
        window.wait(Levels)
        assert [event for event in window.seen if isinstance(event, PhoneReady)] == [window.ready]
        far.call.request("BYE")
        window.wait(CallOver, leg=LEG, code=200)
    window.ready = window.wait(PhoneReady)
    assert ip(window.ready) == "127.0.0.3"
    with talk(window):
        pass


def test_a_restarted_phone_is_at_the_new_address(window: Window) -> None:
    window.phone.move("127.0.0.3")
    window.wait(PhoneReady)
    assert window.phone.pid is not None
    os.kill(window.phone.pid, signal.SIGKILL)
    assert window.wait(PhoneProblem).code == "phone_down"
    assert ip(window.wait(PhoneReady)) == "127.0.0.3"


def test_an_address_of_another_pc_ends_the_phone_which_then_restarts(window: Window) -> None:
    window.phone.move("192.0.2.1")
    assert window.wait(PhoneProblem).code == "port_taken"
    assert window.wait(PhoneProblem).code == "phone_down"
    window.phone.move("127.0.0.3")
    assert ip(window.wait(PhoneReady)) == "127.0.0.3"


def test_whether_an_address_is_this_pc_s() -> None:
    assert _is_here("127.0.0.1")
    assert not _is_here("192.0.2.1")


def test_the_phone_is_stopped_and_started_again() -> None:
    """With a desk phone the app's own phone is off, which is not a problem."""
    window = Window(audio=False, on=False)
    window.start()
    try:
        time.sleep(0.5)
        assert window.phone.pid is None
        window.phone.run(on=True)
        window.wait(PhoneReady)
        assert window.phone.pid is not None
        window.phone.run(on=False)
        end = time.monotonic() + PATIENCE_S
        while window.phone.pid is not None:
            assert time.monotonic() < end
            time.sleep(0.02)
        window.phone.run(on=True)
        window.wait(PhoneReady)
        assert not any(isinstance(event, PhoneProblem) and event.code == "phone_down" for event in window.seen)
        window.phone.run(on=False)
    finally:
        window.phone.stop()
    assert window.phone.pid is None
