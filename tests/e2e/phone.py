"""A telephone on a plain socket with an RTP peer: many fit in one process, and each sends exactly what a test orders.

with Phone(centre) as phone:          # in the call; the end of the block hangs up
    phone.keys("1", "60010001#")
    phone.at("pin")
"""

import itertools
import re
import threading
import time
from typing import Self

from tests.e2e.centre import DEADLINE, Centre
from tests.lines.peer import SDP, Call, Message, Peer
from tests.rtp_peer import RtpPeer

_numbers = itertools.count(1)
KEY_MS = 40
"""Short, since a test has many keys."""
KEYS_FLOW = """
flow: keys
numbers: ["{number}"]
start: menu
says: {{invalid: ["pause:60"], no_input: ["pause:60"]}}
steps:
  menu: {{kind: menu, say: ["pause:60"], first_digit: {menu_s}, keys: {{1: number}}, on_fail: gone}}
  number: {{kind: input, say: ["pause:60"], into: number, max: 12, first_digit: {digit_s}, between_digits: {digit_s}, next: heard, on_fail: gone}}
  heard: {{kind: say, say: [{{digits: number}}], next: menu}}
  gone: {{kind: hangup, cause: no_input}}
"""
"""Key 1 leads from a menu to a number, which is said; ``menu_s`` and ``digit_s``: the seconds in which a key must come."""


def sdp(port: int, *, direction: str = "sendrecv", events: bool = True) -> str:
    body = SDP.replace("40000", str(port)).replace("a=sendrecv", f"a={direction}")
    return body if events else re.sub(r"a=(rtpmap|fmtp):101 .*\r\n", "", body.replace(" 101\r\n", "\r\n"))


def media_of(message: Message) -> tuple[str, int]:
    """The other side's RTP address, by its SDP."""
    ip, port = re.search(r"c=IN IP4 (\S+)", message.body), re.search(r"m=audio (\d+)", message.body)
    assert ip is not None, message.body
    assert port is not None, message.body
    return ip[1], int(port[1])


class Phone:
    """A caller. ``ani`` is unique, so that the call is found in the store. ``events``: keys by RFC 4733, else as tones."""

    def __init__(self, centre: Centre, number: str = "95500", *, events: bool = True) -> None:
        self._events = events
        self.centre = centre
        self.ani = f"139{time.time_ns() // 1_000_000 % 100_000:05}{next(_numbers) % 1000:03}"
        self.peer = Peer(centre.sip)
        self.rtp = RtpPeer()
        self.sip = Call(self.peer, number, self.ani)
        self.call = ""
        self.over = False
        self._read = 0
        self._steps: list[str] = []

    def __enter__(self) -> Self:
        self.rtp.__enter__()
        try:
            self.media = media_of(self.sip.up(sdp(self.rtp.port, events=self._events)))
            self.rtp.call(*self.media)
            self.centre.until(self._found)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _found(self) -> bool:
        """Waits until the call is in the store and answered; earlier keys would be lost."""
        rows = [row["id"] for row in self.centre.rows("calls") if row["ani"] == self.ani and row["answered_at"]]
        self.call = rows[0] if rows else ""
        return bool(rows)

    def __exit__(self, *_: object) -> None:
        if self.call and not self.over:
            self.hang_up()
        self.rtp.__exit__()
        self.peer.close()

    def hang_up(self) -> None:
        """Sends BYE, and waits for the switch's answer (481 where the switch hung up at the same time)."""
        self.over = True
        self.sip.request("BYE")
        end = time.monotonic() + DEADLINE
        while (message := self.peer.receive(end - time.monotonic())) is not None:
            if message.status is None and message.start.startswith("BYE"):
                self.peer.reply(message, 200)
            elif message.status is not None and message.method == "BYE":
                return
        raise AssertionError("no answer to BYE")

    def hung_up_on(self, seconds: float = DEADLINE) -> None:
        """Waits for the switch's BYE."""
        self.peer.reply(self.peer.expect("BYE", seconds=seconds), 200)
        self.over = True

    def keys(self, *words: str, ms: int = KEY_MS) -> None:
        """Presses keys by RFC 4733; waits until they have been sent."""
        self.rtp.press("".join(words), ms)
        self.rtp.said_all()

    # --- the steps in the flow ---

    def steps(self) -> list[str]:
        """All steps that the flow has reached, in order."""
        with (self.centre.state / "logs" / "switch.log").open("rb") as log:
            log.seek(self._read)
            new = log.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._steps += re.findall(rf"ivr {self.call}: .* -> \w+ (\w+)$", whole.decode(), re.MULTILINE)
        return self._steps

    def at(self, step: str, *, after: int = 0, seconds: float = DEADLINE) -> int:
        """Waits until the flow reaches this step, from step number ``after`` on; returns the number of steps so far."""
        end, tick = time.monotonic() + seconds, threading.Event()
        while step not in (steps := self.steps())[after:]:
            assert time.monotonic() < end, f"never came to {step}: {steps[-8:]}"
            tick.wait(0.05)
        return steps.index(step, after) + 1

    def ended(self) -> dict[str, object]:
        """Waits until the call's record has an end; returns its row of ``calls``."""
        self.centre.until(lambda: self._row()["ended_at"])
        return self._row()

    def _row(self) -> dict[str, object]:
        return next(row for row in self.centre.rows("calls") if row["id"] == self.call)


def log_of(centre: Centre) -> str:
    return (centre.state / "logs" / "switch.log").read_text(encoding="utf-8", errors="replace")


def reaches(centre: Centre, call: str, step: str, seconds: float = DEADLINE) -> None:
    """Waits until the call's flow has reached this step."""
    wanted = re.compile(rf"ivr {call}: .* -> \w+ {step}$", re.MULTILINE)
    tick = threading.Event()
    for _ in range(round(seconds / 0.05)):
        if wanted.search(log_of(centre)):
            return
        tick.wait(0.05)
    steps = [line for line in log_of(centre).splitlines() if f"ivr {call}:" in line]
    raise AssertionError(f"never came to {step}: {steps[-6:]}")


def log_in(phone: Phone, account: str, pin: str) -> int:
    """Keys from the main menu to the trading menu; returns the number of steps so far."""
    phone.keys("1")
    phone.at("account")
    phone.keys(account, "#")
    phone.at("pin")
    phone.keys(pin, "#")
    return phone.at("trade_menu")


def order(phone: Phone, code: str, price: str, quantity: str, *, side: str = "1", after: int = 0) -> int:
    """Keys from the trading menu to the read-back."""
    phone.keys(side, code, price.replace(".", "*"), "#", quantity, "#")
    return phone.at("read_back", after=after)
