"""A scripted agent's desk: a real link in a thread of its own, and a phone that does exactly what a test orders.

with Desk(centre) as desk:            # logged in, seat locked
    desk.open()
    desk.rings()                      # a call has come: reported over the link, and ringing at the phone
    desk.answer()
    desk.put_down()
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self

from msgspec import Struct

from shared import desk as wire
from shared.desk import DeskCall, DeskSnapshot, Done, LoggedIn, Request
from shared.enums import SeatState
from shared.ids import CallId
from shared.link import KeyPair
from tests.desk_client import DeskClient, RequestFailed
from tests.e2e.centre import DEADLINE, Centre
from tests.e2e.listening_phone import ListeningPhone
from tests.e2e.phone import media_of, sdp
from tests.lines.peer import Call, Message
from tests.rtp_peer import RtpPeer, frequency, level, purity
from tests.sip_tools import Pjsua


class RawPhone(ListeningPhone):
    """A desk's phone on a plain socket, with an RTP peer; it rings until the test acts."""

    def __init__(self, centre: Centre, *, busy: int = 0) -> None:
        super().__init__(centre.sip)
        self.contact = ":".join(map(str, self.peer.address))
        self.busy = busy
        """The status code with which it refuses each call."""
        self.tokens: list[str] = []
        """The tokens of the received INVITEs."""
        self.cancelled = 0
        self.hung_up_on = 0
        self.invite: Message | None = None
        self._dialog: Call | None = None

    def answer(self) -> None:
        self.wait(lambda: self.invite)
        assert self.invite is not None
        self.peer.reply(self.invite, 200, body=sdp(self.rtp.port), tag="desk")
        self.rtp.call(*media_of(self.invite))
        self._dialog = Call.of(self.peer, self.invite, "desk")

    def lift(self) -> None:
        """Answers, if the phone rings and has not answered yet."""
        with self._changed:
            if self.invite is not None and self._dialog is None:
                self.answer()

    def hang_up(self) -> None:
        """Hangs up: BYE, or 486 while it rings."""
        if self._dialog is not None:
            self._dialog.request("BYE")
        elif self.invite is not None:
            self.peer.reply(self.invite, 486, tag="desk")
        self.invite = self._dialog = None

    def _take(self, message: Message) -> None:
        method = message.start.split()[0]
        if message.status is not None:
            return
        if method == "INVITE" and ";tag=" in message.get("To"):
            self.agrees(message)
        elif method == "INVITE":
            self._rung(message)
        elif method in ("BYE", "CANCEL"):
            self.peer.reply(message, 200, tag="desk")
            if method == "CANCEL" and self.invite is not None:
                self.peer.reply(self.invite, 487, tag="desk")
            if self.invite is not None:  # otherwise a retransmission
                self.cancelled += method == "CANCEL"
                self.hung_up_on += method == "BYE"
            self.invite = self._dialog = None
        elif method != "ACK":
            self.peer.reply(message, 200)

    def _rung(self, invite: Message) -> None:
        if self.invite is not None and self.invite.get("Call-ID") == invite.get("Call-ID"):
            return  # a retransmission
        self.tokens.append(invite.get(wire.TOKEN_HEADER))
        if self.busy:
            self.peer.reply(invite, self.busy, tag="desk")
            return
        self.invite = invite
        self.peer.reply(invite, 180, tag="desk")


class PjsuaPhone:
    """The same interface with pjsua2, in a process of its own."""

    def __init__(self) -> None:
        self.pjsua = Pjsua()
        self.contact = f"127.0.0.1:{self.pjsua.port}"
        self.tokens: list[str] = []

    def __enter__(self) -> Self:
        self.pjsua.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.pjsua.__exit__()

    def wait_ring(self) -> None:
        self.tokens.append(str(self.pjsua.wait("INCOMING")["token"]))
        self.pjsua.do("answer", "180")

    def answer(self) -> None:
        self.pjsua.do("answer")
        self.pjsua.wait("CONFIRMED")

    def hang_up(self) -> None:
        self.pjsua.do("hangup")


class Desk:
    """``number``: the demo's agent, who is logged in within the ``with`` block; ``state`` is the state that a window would show."""

    def __init__(self, centre: Centre, number: int = 0, phone: RawPhone | PjsuaPhone | None = None) -> None:
        who = centre.demo.world.agents[number]
        self.agent, self.password = who.agent, who.password
        file = json.loads((centre.demo.desk(who.desk) / "desk.key").read_bytes())
        self.phone: Any = phone or RawPhone(centre)
        keys = KeyPair(file["public_key"].encode(), file["secret_key"].encode())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._made = (file["endpoint"], keys, file["server_key"].encode())
        self.client: DeskClient

    def __enter__(self) -> Self:
        self._thread.start()
        self.phone.__enter__()
        try:
            self.run(self._begin())
        except BaseException:
            self.__exit__()
            raise
        return self

    async def _begin(self) -> None:
        endpoint, keys, server_key = self._made
        self.client = await DeskClient(endpoint, keys, server_key, contact=self.phone.contact).start()
        reply = await self.client.log_in(self.agent, self.password)
        assert isinstance(reply, LoggedIn), reply

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "client") and not self.client.link._stopped:
            self.run(self._leave())
        self.phone.__exit__()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _leave(self) -> None:
        """Logs the agent out, so that the seat is free for the next test."""
        with contextlib.suppress(TimeoutError, RequestFailed):
            await self.client.until(lambda: self.state.call is None, 5)
            if self.state.seat is not None:
                await self.client.do(wire.LogOut())
        await self.client.stop()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * DEADLINE)

    # --- the desk's state ---

    @property
    def state(self) -> DeskSnapshot:
        return self.client.state

    @property
    def call(self) -> DeskCall:
        call = self.state.call
        assert call is not None
        return call

    def until(self, condition: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Waits until the reports of the switch fulfil the condition."""
        try:
            self.run(self.client.until(condition, seconds))
        except TimeoutError:
            raise AssertionError(f"not shown within {seconds} s: {self.state}") from None

    def seat(self, state: SeatState, seconds: float = DEADLINE) -> wire.Seat:
        """Waits for this state of the seat."""
        self.until(lambda: self.state.seat is not None and self.state.seat.state is state, seconds)
        assert self.state.seat is not None
        return self.state.seat

    # --- the agent's actions ---

    def do(self, request: Request) -> Struct:
        reply: Struct = self.run(self.client.do(request))
        return reply

    def done(self, request: Request) -> None:
        reply = self.do(request)
        assert reply == Done(), reply

    def open(self) -> None:
        self.done(wire.OpenSeat())
        self.seat(SeatState.OPEN)

    def put_down(self) -> None:
        """挂机, with the meaning that the desk shows once seat and call have the same state."""
        self.until(
            lambda: (
                self.state.call is not None and self.state.seat is not None and self.call.state is self.state.seat.state
            )
        )
        self.done(wire.HangUp(self.call.call, self.call.hanging_up))

    def rings(self, seconds: float = DEADLINE) -> DeskCall:
        """Waits until a call has come, both over the link and at the phone."""
        self.seat(SeatState.RINGING, seconds)
        self.until(lambda: self.state.call is not None)
        if isinstance(self.phone, RawPhone):
            self.phone.wait(lambda: self.phone.invite)
        else:
            self.phone.wait_ring()
        assert self.phone.tokens[-1] == self.call.token
        return self.call

    def answer(self) -> None:
        """Waits until the call rings, and answers it."""
        self.rings()
        self.phone.answer()
        self.seat(SeatState.TALKING)
        self.until(lambda: self.state.call is not None and self.state.call.answered_at)

    def tell(self, told: wire.Told) -> None:
        async def tell() -> None:
            self.client.tell(told)

        self.run(tell())

    def tell_until(self, told: wire.Told, condition: Callable[[], object]) -> None:
        """Sends a message repeatedly, as the app does, until the condition holds."""

        async def tell() -> None:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    self.client.tell(told)
                    with contextlib.suppress(TimeoutError):
                        await self.client.until(condition, 0.5)

        self.run(tell())

    async def cut(self) -> None:
        """Breaks the link for a moment."""
        self.client.cut()

    def kill(self) -> None:
        """Ends app and phone at once, as by ``kill -9``."""

        async def gone() -> None:
            link = self.client.link
            link._stopped = True
            link._timer.cancel()
            link._drop()
            link._context.term()

        self.phone.kill()
        self.run(gone())


@contextlib.contextmanager
def desks(centre: Centre, number: int) -> Any:
    """``number`` agents with open seats, the longest idle first."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(Desk(centre, each)) for each in range(number)]
        for desk in made:
            desk.open()
        yield made


# --- looking ---


def talks(centre: Centre, call: str) -> list[dict[str, Any]]:
    """The call's talks, in the order in which the desks rang."""
    return sorted((row for row in centre.rows("talks") if row["call"] == call), key=lambda row: row["offered_at"])


def hears(ear: RtpPeer, hertz: float, seconds: float = DEADLINE) -> None:
    ear.wait(
        lambda heard: len(heard) > 25 and level(ear.samples(heard[-25:])) > -25
        and abs(frequency(ear.samples(heard[-25:])) - hertz) < 10,
        seconds,
    )  # fmt: skip


def wrap_up(desk: Desk, call: str) -> None:
    desk.seat(SeatState.WRAP_UP)
    desk.done(wire.WrapUp(CallId(call), "enquiry", "问了基金"))
    desk.seat(SeatState.OPEN)


def both_sides(centre: Centre, call: str) -> None:
    """Checks the call's only recording: the customer's 1 kHz on the left and the agent's 400 Hz on the right, at the same time."""
    samples = centre.recording(call)
    together = [
        purity(block[:, 0], 1000) > 0.9 and purity(block[:, 1], 400) > 0.9
        for block in (samples[at : at + 800] for at in range(0, len(samples) - 800, 800))
    ]
    assert sum(together) > 8, "most of a second of talk at least"
