"""Case 23: a withheld number (主叫号码隐藏) is in no byte that leaves the switch or that it writes, but in the table for tracing."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from shared.desk_reports import AskReport
from shared.floor import Watch, WatchFloor
from shared.reports import By
from switch_server.switchctl.__main__ import main as switchctl
from tests.e2e.callee import Callee
from tests.e2e.centre import Centre, leads_out
from tests.e2e.desk import Desk, hears, talks, wrap_up
from tests.e2e.phone import media_of, sdp
from tests.e2e.test_bridge import FLOW as BRIDGE
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.lines.peer import Call, Peer
from tests.rtp_peer import RtpPeer, sine

pytestmark = pytest.mark.slow
NUMBER, BRIDGED = "8613912340987", "7001"
DIGITS = NUMBER[2:]
"""Without the country's code, as the store would write it."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        queues(content)
        leads_out(content, port, "10086")

    flows = {"agents": FLOWS["agents"], "bridge": BRIDGE.format(name="bridge", number=BRIDGED, trunk="out")}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=change) as made:
        yield made


class Withheld:
    """A caller whose network tells the number in confidence."""

    def __init__(self, centre: Centre, number: str) -> None:
        self.peer, self.rtp = Peer(centre.sip), RtpPeer()
        self.sip = Call(self.peer, number, "anonymous")

    def __enter__(self) -> Self:
        self.rtp.__enter__()
        confidence = (f"P-Asserted-Identity: <tel:+{NUMBER}>", "Privacy: id", f"Diversion: <sip:{DIGITS}@127.0.0.1>")
        answer = self.sip.up(sdp(self.rtp.port), *confidence)
        self.rtp.call(*media_of(answer))
        return self

    def __exit__(self, *_: object) -> None:
        self.sip.request("BYE")
        self.peer.expect(200, "BYE")
        self.rtp.__exit__()
        self.peer.close()


def text_of(*shown: Any) -> str:
    return "\n".join(msgspec.json.encode(each).decode() for each in shown)


class Operator:
    """``switchctl`` in this process; ``said`` has all that it has printed, in both languages."""

    def __init__(self, centre: Centre, capsys: pytest.CaptureFixture[str]) -> None:
        self._socket = str(centre.state / "control.sock")
        self._capsys = capsys
        self.said = ""

    def asks(self, *words: str) -> None:
        for language in ("zh", "en"):
            switchctl(["--socket", self._socket, "--lang", language, *words])
        self.said += "".join(self._capsys.readouterr())


def written_in(path: Path) -> Iterator[tuple[str, str]]:
    """(place, text) of everything that a file holds; of the store each table but that for tracing."""
    if path.suffix != ".db":
        yield path.name, path.name + path.read_bytes().decode("utf-8", "replace")
        return
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table != "traced_numbers":
                yield f"{path.name}: {table}", repr(database.execute(f"SELECT * FROM {table}").fetchall())


def test_a_withheld_number_is_shown_to_nobody_and_traced_by_the_operator(
    centre: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = Operator(centre, capsys)
    with Desk(centre, 0) as above, Desk(centre, 1) as below:
        board = above.do(WatchFloor(Watch.FLOOR))
        below.open()
        with Withheld(centre, QUEUE) as caller:
            below.answer()
            caller.rtp.say(sine(1000, 8000 * 10))
            hears(below.phone.rtp, 1000)
            below.until(lambda: below.state.pop is not None)
            assert below.state.pop.number == ""
            assert below.call.number == ""
            call = below.call.call
            operator.asks("calls", "--live")
            operator.asks("calls", "show", call)
            invite = below.phone.invite
        wrap_up(below, call)
        report = below.do(AskReport(By.AGENTS, "20260101", "20260102", agent=below.agent))
        shown = text_of(board, report, *above.client.reports, *below.client.reports, above.state, below.state)
        assert call in shown, "the desks were told of the call"
    centre.until(lambda: talks(centre, call)[0]["ended_at"])
    assert traces(centre, call) == DIGITS
    for words in (
        ("calls",), ("calls", "show", call), ("calls", "--json"), ("talks",), ("audit",), ("audit", "--json"), ("status",), ("counters",),
        ("replay", call), ("customers", "find", DIGITS), *(("report", by.value, "--csv") for by in By),
    ):  # fmt: skip
        operator.asks(*words)
    assert call in operator.said
    assert "number_traced" in operator.said
    for place, text in (("desks", shown), ("the phone", repr(invite)), ("switchctl", operator.said)):
        assert DIGITS not in text, place
    files = list(centre.files())
    assert any(path.suffix == ".wav" for path in files)
    assert any(path.suffix == ".jsonl" for path in files)
    for place, text in (each for path in files for each in written_in(path)):
        assert DIGITS not in text or place.endswith((".db-wal", ".db-shm")), place


def traces(centre: Centre, call: str) -> str:
    return str(centre.ctl("calls", "trace", call)["number"])


def test_a_call_passed_on_has_no_number(centre: Centre, port: int) -> None:
    """Case 23, in a bridge: neither From nor any other field of our INVITE has the number."""
    with Callee(centre, port) as far:
        with Withheld(centre, BRIDGED):
            far.takes_call()
            far.rtp.wait(lambda heard: len(heard) > 5)
            invite = far.invite
        far.hung_up_on()
    assert DIGITS not in json.dumps([invite.start, *invite.headers, invite.body])
    assert "anonymous" in invite.get("From").lower()
