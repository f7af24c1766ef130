"""Two parties bridged by a flow's ``dial`` step: the audio of each, the recording, and every way in which such a call can end."""

import statistics
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from switch_server.card import g711
from tests.e2e.callee import TAG, Callee
from tests.e2e.centre import Centre
from tests.e2e.phone import Phone, media_of, sdp
from tests.rtp_peer import EVENT_KEYS, Heard, RtpPeer, frequency, gaps, level, purity, sine
from tests.sip_tools import SCENARIOS, Baresip, Sipp

pytestmark = pytest.mark.slow
NUMBER, CROWDED = "7001", "7002"
DELAY_MS = 100
CLICKS = 8
FLOW = """
flow: {name}
numbers: ["{number}"]
start: dial
steps:
  dial: {{kind: dial, trunk: {trunk}, number: "10086", ring: 20, on_failed: failed, on_ended: ended}}
  failed: {{kind: say, say: [all_lines_busy], next: waiting}}
  waiting: {{kind: queue, queue: agents, wait: 20, on_timeout: ended}}
  ended: {{kind: hangup}}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    """The trunk ``out`` has two lines to the far end, ``narrow`` one."""

    def change(content: dict) -> None:  # type: ignore[type-arg]
        far = {"far": [f"127.0.0.1:{port}"], "direction": "out", "options_interval": 0}
        content["trunks"] += [{"name": "out", "lines": 2} | far, {"name": "narrow", "lines": 1} | far]

    flows = {
        "bridge": FLOW.format(name="bridge", number=NUMBER, trunk="out"),
        "crowded": FLOW.format(name="crowded", number=CROWDED, trunk="narrow"),
    }
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=change) as made:
        yield made


@pytest.fixture
def far(centre: Centre, port: int) -> Iterator[Callee]:
    with Callee(centre, port) as it:
        yield it


# --- sound ---


def test_baresip_is_heard_and_hears(centre: Centre, tmp_path: Path, port: int) -> None:
    """Baresip sends 1 kHz; SIPp is called, with an RTP peer that sends 400 Hz; the recording has each on its own side."""
    before = {row["id"] for row in centre.rows("calls")}
    with RtpPeer() as ear, Baresip(tmp_path / "baresip", audio="ausine,1000") as phone:
        scenario = tmp_path / "callee.xml"
        scenario.write_text((SCENARIOS / "callee.xml").read_text().replace("[media_port]", str(ear.port)))
        with Sipp(centre.sip, scenario, tmp_path, port=port, seconds=60) as sipp:
            phone.dial(centre.uri.replace("95500", NUMBER))
            phone.wait("CALL_ESTABLISHED")
            ear.wait(lambda heard: len(heard) > 10, 20)
            assert ear.source is not None
            ear.call(*ear.source)
            ear.say(sine(400, 8000 * 30))
            ear.wait(lambda heard: level(ear.samples(heard[-10:])) > -20, 20)
            samples = ear.listen(3.0)
            phone.do("hangup")
            phone.wait("CALL_CLOSED")
            assert sipp.wait() == 0
    (call,) = {row["id"] for row in centre.rows("calls")} - before
    centre.until(lambda: next(row for row in centre.rows("calls") if row["id"] == call)["ended_at"])
    is_tone(samples, 1000)
    sides = talk(centre, call)
    is_tone(sides[:, 0], 1000)
    is_tone(sides[:, 1], 400)
    legs = {row["direction"]: row for row in centre.rows("legs") if row["call"] == call}
    assert set(legs) == {"in", "out"}
    assert all(leg["packets_in"] > 100 for leg in legs.values())


def test_the_caller_hears_the_far_end_in_time(centre: Centre, far: Callee) -> None:
    """Clicks in one direction, tones in the other: delay through the switch, and the tone's pitch and level at the caller."""
    with Phone(centre, NUMBER) as phone:
        far.takes_call()
        far.rtp.wait(lambda heard: len(heard) > 25)
        ways = {"caller to far end": delays(phone.rtp, far.rtp), "far end to caller": delays(far.rtp, phone.rtp)}
        far.rtp.say(sine(400, 8000 * 8, -10.0))
        phone.rtp.wait(lambda heard: level(phone.rtp.samples(heard[-10:])) > -20)
        is_tone(phone.rtp.listen(2.0), 400)
        phone.hang_up()
        far.hung_up_on()
    late = phone.rtp.late_ms + far.rtp.late_ms
    for way, took in ways.items():
        print(
            f"one-way delay, {way}: median {statistics.median(took):.0f} ms, most {max(took):.0f} ms; peers late by {late:.0f} ms"
        )
        assert min(took) < DELAY_MS + late, "the jitter buffer may be as deep as packets leave late on this machine"


def delays(speaker: RtpPeer, ear: RtpPeer) -> list[float]:
    """The times from sending a click's packet to receiving it, ms."""
    took = []
    for _ in range(CLICKS):
        left: list[float] = []

        def note(_number: int, packet: bytes, left: list[float] = left) -> list[bytes]:
            if loud(packet[12:]) and not left:
                left.append(time.monotonic())
            return [packet]

        speaker.mangle = note
        begun = len(ear.heard)
        speaker.say(sine(1000, 160, -6.0))
        heard = ear.wait(lambda heard, begun=begun: any(loud(p.payload) for p in heard[begun:]))  # type: ignore[misc]
        first = next(packet for packet in heard[begun:] if loud(packet.payload))
        took.append((first.at - left[0]) * 1000)
        quiet = len(heard)
        ear.wait(lambda heard, quiet=quiet: len(heard) > quiet + 15)  # type: ignore[misc]
    return took


def loud(payload: bytes) -> bool:
    return len(payload) == 160 and level(np.asarray(g711.decode(np.frombuffer(payload, np.uint8), 0))) > -30


def is_tone(samples: np.ndarray, hertz: float) -> None:
    """Checks that the samples are this tone at its level, with hardly any other sound, and without a gap."""
    assert frequency(samples) == pytest.approx(hertz, abs=5)
    assert level(samples) > -25
    assert not gaps(samples)
    parts = [purity(samples[at : at + 2000], hertz) for at in range(0, len(samples) - 2000, 2000)]
    assert statistics.median(parts) > 0.98, parts


def talk(centre: Centre, call: str) -> np.ndarray:
    """The part of the recording in which both sides are heard: from the far end's first 400 Hz (no ringback) to its last."""
    samples = centre.recording(call)
    both = [
        level(block[:, 0]) > -30 and purity(block[:, 1], 400) > 0.9
        for block in (samples[at : at + 400] for at in range(0, len(samples) - 400, 400))
    ]
    assert any(both), "they are never heard together"
    first, last = both.index(True) + 2, len(both) - both[::-1].index(True) - 3
    assert last - first > 40, "two seconds at least"
    return samples[first * 400 : last * 400]


# --- keys ---


def keys_of(heard: list[Heard]) -> list[tuple[str, int, int]]:
    """For each key: the key, its last duration in ms, and the number of its end packets (RFC 4733 §2.5.1)."""
    keys: dict[int, tuple[str, int, int]] = {}
    for packet in heard:
        if packet.type == 101:
            code, flags, duration = struct.unpack("!BBH", packet.payload)
            ends = keys.get(packet.stamp, ("", 0, 0))[2] + bool(flags & 0x80)
            keys[packet.stamp] = EVENT_KEYS[code], duration // 8, ends
    return list(keys.values())


def whole(*keys: str) -> list[tuple[str, int, int]]:
    return [(key, 100, 3) for key in keys]


@pytest.mark.parametrize("way", ["rfc4733", "info", "tones"])
def test_the_callers_keys_reach_the_far_end(centre: Centre, far: Callee, way: str) -> None:
    """Keys in any form arrive once each, as RTP events."""
    with Phone(centre, NUMBER, events=way != "tones") as phone:
        far.takes_call()
        far.rtp.wait(lambda heard: len(heard) > 5)
        if way == "info":
            phone.sip.request("INFO", "Signal=5\r\nDuration=160\r\n", kind="application/dtmf-relay")
            phone.peer.expect(200, "INFO")
            phone.sip.request("INFO", "#", kind="application/dtmf")
        elif way == "tones":
            phone.rtp.press_tones("5#", 120, 200)
        else:
            phone.rtp.press("5#", 100)
        far.rtp.wait(lambda heard: keys_of(heard) == whole("5", "#"))
        phone.rtp.listen(0.5)
        assert keys_of(far.rtp.heard) == whole("5", "#"), "not twice"
        phone.hang_up()
        far.hung_up_on()
    assert {row["digit"] for row in centre.journal() if row.get("type") == "DigitUsed"} == set(), (
        "they are the far end's"
    )


@pytest.mark.parametrize("first", ["events", "info"])
def test_a_key_that_comes_by_events_and_info_reaches_the_far_end_once(centre: Centre, far: Callee, first: str) -> None:
    """Case 18, in both directions; one key is held for six seconds, and its INFO comes at its end."""
    with Phone(centre, NUMBER) as phone:
        talk = far.takes_call()
        far.rtp.wait(lambda heard: len(heard) > 5)
        for side, info, ear in ((phone.rtp, phone.sip, far.rtp), (far.rtp, talk, phone.rtp)):
            for key, ms in (("5", 100), ("5", 6000), ("#", 100)):
                told = f"Signal={key}\r\nDuration={ms}\r\n"
                if first == "info":
                    info.request("INFO", told, kind="application/dtmf-relay")
                    info.peer.expect(200, "INFO")
                side.press(key, ms)
                side.said_all()
                if first == "events":
                    info.request("INFO", told, kind="application/dtmf-relay")
                    info.peer.expect(200, "INFO")
            ear.wait(lambda heard: keys_of(heard)[-1:] == whole("#"))
            side.say(sine(400, 8000))
            ear.wait(lambda heard, ear=ear: level(ear.samples(heard[-10:])) > -20)  # type: ignore[misc]
            assert keys_of(ear.heard) == whole("5", "5", "#")
        phone.hang_up()
        far.hung_up_on()


def test_the_far_ends_keys_reach_the_caller(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        far.takes_call()
        phone.rtp.wait(lambda heard: len(heard) > 5)
        far.rtp.press("12*", 100)
        phone.rtp.wait(lambda heard: keys_of(heard) == whole("1", "2", "*"))
        phone.hang_up()
        far.hung_up_on()


def test_a_far_end_without_events_hears_tones(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        far.takes_call(events=False)
        far.rtp.wait(lambda heard: len(heard) > 5)
        begun = len(far.rtp.heard)
        phone.rtp.press("5", 100)
        far.rtp.wait(lambda heard: any(loud(packet.payload) for packet in heard[begun:]))
        samples = far.rtp.listen(0.5, start=begun)
        sounds = np.flatnonzero(np.abs(samples) > 100)
        tone = samples[sounds[0] : sounds[-1] + 1]
        assert purity(tone, 770) + purity(tone, 1336) > 0.9
        assert len(tone) == pytest.approx(800, abs=160), "100 ms"
        assert keys_of(far.rtp.heard) == []
        phone.hang_up()
        far.hung_up_on()


# --- the end of a bridged call ---


def test_the_caller_hangs_up(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        far.takes_call()
        far.rtp.wait(lambda heard: len(heard) > 5)
        phone.hang_up()
        far.hung_up_on()
        assert phone.ended()["cause"] == "caller_hung_up"
        assert causes(centre, phone.call) == {"in": "caller_hung_up", "out": "caller_hung_up"}


def test_the_far_end_hangs_up(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        dialog = far.takes_call()
        phone.rtp.wait(lambda heard: len(heard) > 5)
        dialog.request("BYE")
        far.peer.expect(200, "BYE")
        phone.hung_up_on()
        centre.until(lambda: phone.steps()[-1] == "ended")
        assert phone.ended()["cause"] == "goodbye"
        assert causes(centre, phone.call)["out"] == "far_hung_up"


def test_the_far_end_holds_by_re_invite(centre: Centre, far: Callee) -> None:
    """During hold no RTP is sent to it; afterwards it hears the caller again, at another port of its own."""
    with Phone(centre, NUMBER) as phone, RtpPeer() as elsewhere:
        dialog = far.takes_call()
        phone.rtp.say(sine(1000, 8000 * 60))
        far.rtp.wait(lambda heard: level(far.rtp.samples(heard[-10:])) > -20)
        dialog.again(sdp(far.rtp.port, direction="inactive"))
        assert "a=inactive" in far.peer.expect(200, "INVITE").body
        dialog.ack()
        phone.rtp.listen(1.0)
        quiet = len(far.rtp.heard)
        phone.rtp.listen(0.5)
        assert len(far.rtp.heard) == quiet
        dialog.again(sdp(elsewhere.port))
        answer = far.peer.expect(200, "INVITE")
        assert "a=sendrecv" in answer.body
        dialog.ack()
        elsewhere.call(*media_of(answer))
        elsewhere.say(sine(400, 8000 * 30))
        elsewhere.wait(lambda heard: len(heard) > 10 and level(elsewhere.samples(heard[-10:])) > -20)
        phone.rtp.wait(lambda heard: level(phone.rtp.samples(heard[-10:])) > -20)
        assert frequency(phone.rtp.listen(1.0)) == pytest.approx(400, abs=5)
        phone.hang_up()
        far.hung_up_on()


def test_early_media_is_heard(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        invite = far.called()
        far.peer.reply(invite, 183, body=sdp(far.rtp.port), tag=TAG)
        far.rtp.call(*media_of(invite))
        far.rtp.say(sine(400, 8000 * 30))
        phone.rtp.wait(lambda heard: len(heard) > 20 and purity(phone.rtp.samples(heard[-20:]), 400) > 0.9, 20)
        is_tone(phone.rtp.listen(1.0), 400)
        assert phone.steps() == ["dial"]
        far.answers()
        phone.hang_up()
        far.hung_up_on()


def test_a_caller_who_gives_up_while_it_rings(centre: Centre, far: Callee) -> None:
    with Phone(centre, NUMBER) as phone:
        far.rings()
        phone.rtp.wait(lambda heard: len(heard) > 25 and level(phone.rtp.samples(heard[-25:])) > -30, 20)
        assert frequency(phone.rtp.samples(phone.rtp.heard[-25:])) == pytest.approx(450, abs=10), "ringback"
        phone.hang_up()
        far.cancelled()
        assert phone.ended()["cause"] == "caller_hung_up"


@pytest.mark.parametrize(("code", "cause"), [(486, "far_busy"), (503, "far_refused")])
def test_a_far_end_that_does_not_take_the_call(centre: Centre, far: Callee, code: int, cause: str) -> None:
    with Phone(centre, NUMBER) as phone:
        far.rings()
        far.refuses(code)
        phone.at("waiting")
        assert phone.steps()[:2] == ["dial", "failed"]
        phone.hang_up()
        phone.ended()
        assert causes(centre, phone.call)["out"] == cause


def test_all_lines_are_busy(centre: Centre, far: Callee) -> None:
    """The trunk has one line: a second caller is told at once, and can use the line when it is free again."""
    with Phone(centre, CROWDED) as first:
        far.takes_call()
        with Phone(centre, CROWDED) as second:
            second.at("failed")
            assert far.peer.silent(0.3), "no second INVITE"
            assert [row["direction"] for row in centre.rows("legs") if row["call"] == second.call] == []
        first.hang_up()
        far.hung_up_on()
        first.ended()
    with Phone(centre, CROWDED) as third:
        far.takes_call()
        third.hang_up()
        far.hung_up_on()


def causes(centre: Centre, call: str) -> dict[str, str]:
    """The end causes of the legs, by direction."""
    return {row["direction"]: row["cause"] for row in centre.rows("legs") if row["call"] == call}
