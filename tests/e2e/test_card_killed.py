"""``kill -9`` of a card during 30 calls: the other card's calls go on, a new card starts, and the dead card's records and recordings have an end."""

import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.caller import Caller
from tests.e2e.centre import Centre, wav
from tests.rtp_peer import RtpPeer, gaps, level, purity
from tests.sip_tools import SCENARIOS, Sipp

pytestmark = pytest.mark.slow
HEARD, STREAMED = 4, 26
"""The number of calls with an RTP peer, and of calls whose audio SIPp itself sends."""
FLOW = """
flow: tone
numbers: ["*"]
language: zh_CN
start: wait
steps:
  wait: {kind: queue, queue: agents, wait: 300, music: "tone:test1k", on_timeout: bye}
  bye: {kind: hangup}
"""
BYE = '<recv request="BYE"/><send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n]]></send>'


def scenario(folder: Path, name: str, media_port: str, before_bye: str = "") -> Path:
    """A SIPp scenario for a caller that stays until the switch hangs up."""
    text = (SCENARIOS / "caller.xml").read_text().replace("[media_port]", media_port)
    text = re.sub(
        r'<pause milliseconds="200"/>.*<recv response="200"/>', lambda _: before_bye + BYE, text, flags=re.DOTALL
    )
    path = folder / f"{name}.xml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), cards=2, channels=20, flows={"tone": FLOW}) as made:
        yield made


@pytest.fixture
def peers() -> Iterator[list[RtpPeer]]:
    made = [RtpPeer() for _ in range(HEARD)]
    for peer in made:
        peer.__enter__()
    yield made
    for peer in made:
        peer.__exit__()


def test_only_the_dead_cards_calls_end(centre: Centre, tmp_path: Path, peers: list[RtpPeer]) -> None:
    heard, streamed = thirty_calls(centre, tmp_path, peers)
    try:
        centre.until(lambda: sum(row["answered_at"] is not None for row in centre.rows("calls")) == HEARD + STREAMED)
        for peer in peers:
            peer.wait(lambda packets: len(packets) > 100, 20)
            assert peer.source is not None
            peer.call(*peer.source)
        centre.until(lambda: time.time() - max(row["answered_at"] for row in centre.rows("calls")) > 2.5)
        cards = {row["id"]: row["card"] for row in centre.rows("calls")}
        dead_calls = {call for call, card in cards.items() if card == "card-1"}
        assert len(dead_calls) == (HEARD + STREAMED) / 2
        begin = [len(peer.heard) for peer in peers]
        killed = time.time()
        centre.kill_card("card-1")
        centre.until(lambda: {row["id"] for row in centre.rows("calls") if row["ended_at"]} >= dead_calls)
        up_after = back(centre, killed)
        print(f"a new card was up after {up_after:.2f} s")
        assert up_after < 10  # two seconds on an idle machine
        with Caller(centre, tmp_path, stay=5) as caller:  # the new card has the most free channels
            assert purity(caller.peer.listen(1.0), 1000) > 0.9
            assert {row["id"]: row["card"] for row in centre.rows("calls")}[caller.call] == "card-1"
        centre.until(
            lambda: sum(len(peer.heard) > at + 100 for peer, at in zip(peers, begin, strict=True)) == HEARD / 2
        )
        alive = [(peer, at) for peer, at in zip(peers, begin, strict=True) if len(peer.heard) > at + 100]
        assert len(alive) == HEARD / 2
        for peer, at in alive:
            unbroken(peer, at)
        check_records(centre, dead_calls, killed)
        for call in set(cards) - dead_calls:
            centre.ctl("calls", "hangup", call)
        assert (heard.wait(), streamed.wait()) == (0, 0), "each caller was sent a BYE"
    finally:
        heard.stop()
        streamed.stop()


def thirty_calls(centre: Centre, folder: Path, peers: list[RtpPeer]) -> tuple[Sipp, Sipp]:
    (folder / "ports.csv").write_text("\n".join(["SEQUENTIAL", *(f"{peer.port};" for peer in peers)]) + "\n")
    (folder / "silence.alaw").write_bytes(b"\xd5" * 8000)
    play = f'<nop><action><exec rtp_stream="{folder}/silence.alaw,-1,8"/></action></nop>'
    heard = Sipp(
        centre.sip, scenario(folder, "heard", "[field0]"), folder, calls=HEARD, rate=10, seconds=90,
        extra=("-inf", str(folder / "ports.csv")),
    )  # fmt: skip
    centre.until(
        lambda: sum(row["answered_at"] is not None for row in centre.rows("calls")) == HEARD
    )  # two on each card
    streamed = Sipp(
        centre.sip, scenario(folder, "streamed", "[rtpstream_audio_port]", play), folder, calls=STREAMED, rate=20, seconds=90,
        extra=("-mi", "127.0.0.1"),
    )  # fmt: skip
    return heard, streamed


def back(centre: Centre, killed: float) -> float:
    """The seconds from the kill to the new card's ``CardUp``."""

    def ups() -> list[float]:
        return [
            entry["at"] for entry in centre.journal() if entry["event"]["type"] == "CardUp" and entry["at"] > killed
        ]

    centre.until(ups)
    return ups()[0] - killed


def unbroken(peer: RtpPeer, begin: int) -> None:
    """Checks for 1 kHz without a gap from before the kill on, by the packets' timestamps."""
    packets = peer.heard[begin - 50 :]
    samples = peer.samples(packets)
    assert len(samples) > 3 * 8000
    assert max((ms for _, ms in gaps(samples)), default=0) <= 60
    assert purity(samples[:8000], 1000) > 0.9
    steps = [((b.seq - a.seq) & 0xFFFF, b.at - a.at) for a, b in itertools.pairwise(packets)]
    print(
        f"sequence numbers step by {max(steps)[0]}; the latest packet came {max(late for _, late in steps) * 1000:.0f} ms after the one before"
    )


def check_records(centre: Centre, dead: set[str], killed: float) -> None:
    """Checks that calls, legs, contacts and recordings of the dead card have ended with ``card_lost``, and that the others go on."""
    for table, column in (("calls", "id"), ("legs", "call"), ("contacts", "call"), ("recordings", "call")):
        ended = {row[column]: row["cause"] for row in centre.rows(table) if row["ended_at"]}
        assert {call: ended.get(call) for call in dead} == dict.fromkeys(dead, "card_lost"), table
    answered = {row["id"]: row["answered_at"] for row in centre.rows("calls")}
    for row in centre.rows("recordings"):
        if row["call"] in dead:
            samples = wav(Path(row["path"]))
            missing = killed - answered[row["call"]] - len(samples) / 8000
            assert missing < 2, f"{missing:.2f} s are missing"  # one second, and more on a busy machine
            assert level(samples[-4000:, 1]) > -20
            assert np.all(np.abs(samples[:, 0]) < 100)
