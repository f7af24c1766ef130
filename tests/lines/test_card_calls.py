"""The lines of a box with cards on the wire: named by the box and to it, faulty after a 503, blocked by the operator."""

import pytest

from shared.enums import EndCause
from switch_server.core.call import CallOffered, TrunkChanged
from switch_server.core.leg import LegAnswered, LegEnded, LegRouted
from switch_server.core.words import CardLines, FailOver
from tests.lines.carrier import FAR, Carrier, answer
from tests.lines.peer import NOBODY, SDP, Call, Peer
from tests.lines.switch import LOCAL, Switch, trunk_to, wait_and_see

QUICKLY = FailOver(after=0.5)


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
