"""Reason, RSeq and RAck, P-Early-Media, redirections: reading, writing and deciding, without a socket."""

from collections.abc import Callable

import pytest

from shared.enums import Direction, EndCause, Law
from switch_server.adapters.sip_lines import causes, early_media, redirects, reliable
from switch_server.adapters.sip_lines.reasons import read_reason, reason_of
from switch_server.adapters.sip_lines.reliable_ringing import ReliableRinging
from switch_server.core.leg import Reason
from switch_server.core.words import Far

# --- Reason ---


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['Q.850;cause=16;text="Normal call clearing"'], Reason(16, None, "Normal call clearing")),
        (["q.850 ; cause = 017 "], Reason(17)),
        (['SIP;cause=200;text="Call completed elsewhere"'], Reason(None, 200, "Call completed elsewhere")),
        (['SIP;cause=486;text="a, b", Q.850;text="c \\"d\\"";cause=17'], Reason(17, 486, 'c "d"')),
        (["SIP;cause=480", "Q.850;cause=20"], Reason(20, 480)),
        (["Q.850;cause=20", "Q.850;cause=21"], Reason(20)),
        (["X.int;reasoncode=0x1;add-info=1, Q.850;cause=127"], Reason(127)),
        (["Q.850;cause=20;text=bare"], Reason(20, None, "bare")),
        (['Q.850;cause=20;text="空号"'], Reason(20, None, "空号")),
        (['Q.850;cause=20;text="' + "x" * 5000 + '"'], Reason(20, None, "x" * 100)),
        (['Q.850;cause=20;text="a\x07b"'], Reason(20, None, "a b")),
        ([], None),
        ([""], None),
        (["Q.850"], None),
        (["Q.850;cause=0"], None),
        (["Q.850;cause=128"], None),
        (["Q.850;cause=-1"], None),
        (["Q.850;cause=" + "9" * 5000], None),
        (["SIP;cause=99"], None),
        (["SIP;cause=700"], None),
        (["preemption;cause=1"], None),
        (['Q.850;cause=16;text="open'], None),
    ],
)
def test_reasons_are_read(values: list[str], expected: Reason | None) -> None:
    assert read_reason(values) == expected


def test_each_end_of_ours_has_its_reason() -> None:
    for cause in EndCause:
        said = read_reason([reason_of(cause)])
        assert said is not None
        assert said.text
        assert (said.q850, said.sip) == (
            (None, 200) if cause is EndCause.ANSWERED_ELSEWHERE else (causes.TO_Q850[cause], None)
        )


@pytest.mark.parametrize(
    ("code", "q850", "expected"),
    [
        (480, 17, EndCause.FAR_BUSY),
        (500, 19, EndCause.NO_ANSWER),
        (503, 18, EndCause.NO_ANSWER),
        (404, 1, EndCause.FAR_REFUSED),
        (486, 16, EndCause.FAR_BUSY),
        (480, 127, EndCause.NO_ANSWER),
        (503, 88, EndCause.REJECTED_MEDIA),
        (486, None, EndCause.FAR_BUSY),
    ],
)
def test_the_networks_cause_says_more_than_the_code(code: int, q850: int | None, expected: EndCause) -> None:
    assert causes.cause_of(code, q850) is expected


# --- RSeq, RAck ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), (" 007 ", 7), ("4294967295", 2**32 - 1), ("4294967296", None), ("0", None), ("-1", None), ("x", None), (None, None)],
)  # fmt: skip
def test_rseq(text: str | None, expected: int | None) -> None:
    assert reliable.read_rseq(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("776656 1 INVITE", reliable.RAck(776656, 1, "INVITE")), ("1\t2  INVITE", reliable.RAck(1, 2, "INVITE")),
        ("1 INVITE", None), ("0 1 INVITE", None), ("1 x INVITE", None), ("1 1 INVITE x", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_rack(text: str | None, expected: reliable.RAck | None) -> None:
    assert reliable.read_rack(text) == expected


def test_one_response_waits_for_its_prack_at_a_time() -> None:
    sender = reliable.Sender()
    first, second, third = (reliable.Provisional(code) for code in (180, 183, 182))
    assert [sender.send(each) for each in (first, second, third)] == [True, False, False]
    rseq = sender.rseq
    assert sender.following() is None
    for wrong in (
        reliable.RAck(rseq + 1, 7, "INVITE"), reliable.RAck(rseq, 8, "INVITE"), reliable.RAck(rseq, 7, "UPDATE"),
        reliable.RAck(rseq - 1, 7, "INVITE"),
    ):  # fmt: skip
        assert sender.acknowledged(wrong, 7) is None
    assert sender.acknowledged(reliable.RAck(rseq, 7, "INVITE"), 7) is first
    assert sender.acknowledged(reliable.RAck(rseq, 7, "INVITE"), 7) is None, "acknowledged once"
    following = sender.following()
    assert following is second
    assert sender.send(following)
    assert sender.rseq == rseq + 1
    sender.stop()
    assert sender.acknowledged(reliable.RAck(rseq + 1, 7, "INVITE"), 7) is second, (
        "a PRACK may come after the final response"
    )
    assert sender.following() is None


class Timers:
    """A clock without time: ``due`` runs the timer that was set last."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._then: Callable[[], None] | None = None

    def after(self, seconds: float, then: Callable[[], None]) -> "Timers":
        self.waits.append(seconds)
        self._then = then
        return self

    def cancel(self) -> None:
        self._then = None

    def due(self) -> bool:
        then, self._then = self._then, None
        if then is not None:
            then()
        return then is not None


def test_repeats_wait_longer_each_time_until_the_switch_gives_up() -> None:
    timers, sent, gave_up = Timers(), [], []
    ringing = ReliableRinging(
        1, lambda r, n: sent.append((r, n)), timers.after, 0.5, 32.0, lambda: gave_up.append(True)
    )
    ringing.send(reliable.Provisional(180))
    while timers.due():
        pass
    assert timers.waits == [0.5, 1, 2, 4, 8, 16, 32]
    assert len(set(sent)) == 1
    assert len(sent) == 7
    assert gave_up == [True]


def test_a_final_response_ends_the_repeats() -> None:
    timers, sent = Timers(), []
    ringing = ReliableRinging(1, lambda r, n: sent.append(n), timers.after, 0.5, 32.0, lambda: None)
    ringing.send(reliable.Provisional(180))
    ringing.send(reliable.Provisional(183, "v=0"))
    ringing.stop()
    assert not timers.due()
    assert ringing.acknowledged(reliable.RAck(sent[0], 1, "INVITE")) == reliable.Provisional(180)
    ringing.go_on()
    assert len(sent) == 1
    ringing.stop()


def test_the_first_number_is_random_and_leaves_room() -> None:
    firsts = {reliable.Sender().rseq for _ in range(20)}
    assert len(firsts) > 10
    assert max(firsts) < 2**31


def test_responses_are_taken_in_order_and_once() -> None:
    receiver = reliable.Receiver()
    assert [receiver.takes(rseq) for rseq in (17, 17, 19, 18, 17, 18, 19, 2**31)] == [
        True, False, False, True, False, False, True, False,
    ]  # fmt: skip


# --- P-Early-Media ---


@pytest.mark.parametrize(
    ("values", "stream", "expected"),
    [
        ([], 0, None),
        (["supported"], 0, None),
        (["sendrecv"], 0, True),
        (["SendOnly"], 0, True),
        (["recvonly"], 0, False),
        (["inactive"], 0, False),
        (["sendrecv, gated"], 0, True),
        (["gated", "inactive"], 0, False),
        (["inactive, sendonly"], 0, False),
        (["inactive, sendonly"], 1, True),
        (["inactive, sendonly"], 5, True),
        (["loud, sendonly"], 0, True),
        (["inactive"] * 5000, 4000, False),
    ],
)
def test_permission(values: list[str], stream: int, expected: bool | None) -> None:
    assert early_media.permission(values, stream) is expected


@pytest.mark.parametrize(
    ("direction", "allowed", "heard"),
    [
        (Direction.SENDRECV, None, True), (Direction.SENDONLY, None, True), (Direction.SENDRECV, True, True), (Direction.SENDRECV, False, False),
        (Direction.RECVONLY, None, False), (Direction.INACTIVE, True, False),
    ],
)  # fmt: skip
def test_what_is_heard(direction: Direction, allowed: bool | None, heard: bool) -> None:
    assert early_media.is_heard(Far("192.0.2.9", 4000, Law.A, direction=direction), allowed) is heard
    assert not early_media.is_heard(None, allowed)


# --- redirections ---

FAR = (("192.0.2.10", 5060), ("192.0.2.11", 5080))
TARGET = redirects.RedirectTarget


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        (["<sip:10010@192.0.2.10>"], TARGET("10010", FAR[0])),
        (["<sip:10010@192.0.2.11:5080;user=phone>"], TARGET("10010", FAR[1])),
        (["<sip:10010@192.0.2.11>"], None),
        (["<sip:10010@203.0.113.1>"], None),
        (["<sip:10010@ims.example>"], None),
        (["<sip:10010@ims.example;user=phone>"], TARGET("10010")),
        (["<tel:+86-10-010>"], TARGET("+8610010")),
        (["tel:10010"], TARGET("10010")),
        (["<sips:10010@192.0.2.10>"], None),
        (["<mailto:10010@192.0.2.10>"], None),
        (["<sip:192.0.2.10>"], None),
        (["<sip:%0d%0a@192.0.2.10>"], None),
        (["<sip:alice@192.0.2.10>"], None),
        (["<tel:10010"], None),
        ([], None),
        (["<sip:x@203.0.113.1>, <tel:10010>"], TARGET("10010")),
        (["<tel:10010>;q=0.2, <tel:10011>;q=0.7", "<tel:10012>;q=x.5"], TARGET("10012")),
        (["<tel:10010>;q=0.2, <tel:10011>;q=0.7"], TARGET("10011")),
        (["<tel:10086>"], None),
        (["<tel:90001>"], None),
    ],
)
def test_where_a_redirection_leads(contacts: list[str], expected: redirects.RedirectTarget | None) -> None:
    assert redirects.next_target(contacts, ["10086"], FAR, lambda number: not number.startswith("9")) == expected


def test_redirections_end() -> None:
    dialled = [f"1000{hop}" for hop in range(redirects.MOST_HOPS)]
    assert redirects.next_target(["<tel:10086>"], dialled, FAR, lambda _: True) == TARGET("10086")
    assert redirects.next_target(["<tel:10086>"], [*dialled, "1"], FAR, lambda _: True) is None
