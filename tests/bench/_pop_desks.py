"""A desk without a window: the real link with CURVE, the app's rule for applying reports (``shared.desk.applied``), and a SIP phone without sound."""

import asyncio
import time
from collections.abc import Coroutine
from pathlib import Path

from msgspec import Struct

from agent_app.link import DeskKey
from shared import desk as wire
from shared.desk import DeskSnapshot, Pop, applied
from shared.enums import HangingUp, SeatState
from shared.ids import CallId
from shared.link import Channel, Identity, LinkClient, QuietHandler, RequestFailed
from tests.bench._pop_phones import DeskPhone

ANSWER_AFTER, TALK = 0.4, 2.0
WAIT = 30.0


class Ring(Struct):
    """One ring at a desk; monotonic seconds. ``shown``: customer and accounts are in the model; ``facts``: a branch's answer too."""

    call: CallId
    token: str
    told: float
    shown: float | None = None
    facts: float | None = None
    answered: bool = False


class LightDesk(QuietHandler):
    """A desk that logs in, opens its seat, and for each call answers, talks, hangs up and writes a disposition."""

    def __init__(self, key_file: Path, agent: str, password: str) -> None:
        key = DeskKey.load(key_file)
        self._agent, self._password = agent, password
        self._state = DeskSnapshot(at=0.0)
        self.phone = DeskPhone(ANSWER_AFTER)
        self.rings: dict[CallId, Ring] = {}
        self.refused: list[wire.Refused] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = LinkClient(
            key.endpoint, name="switch", messages=(*wire.REQUESTS, *wire.REPLIES, *wire.REPORTS, *wire.TOLD),
            identity=Identity("agent-app", "0.1.0"), handler=self, keys=key.pair, server_key=key.server_key,
        )  # fmt: skip

    async def start(self) -> None:
        await self.phone.open()
        await self._client.start()
        self._channel = await self._client.opened(WAIT)
        reply = await self._channel.ask(wire.LogIn(self._agent, self._password, self.phone.contact), WAIT)
        assert isinstance(reply, wire.LoggedIn), reply
        self._state = reply.snapshot
        reply = await self._channel.ask(wire.OpenSeat(), WAIT)
        assert isinstance(reply, wire.Done), reply

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._client.stop()
        self.phone.close()

    @property
    def is_open(self) -> bool:
        return self._state.seat is not None and self._state.seat.state is SeatState.OPEN

    def told(self, channel: Channel, message: Struct, seq: int) -> None:
        at = time.monotonic()
        before = self._state.call
        self._state = applied(self._state, message)  # type: ignore[arg-type]  # the table has reports only
        match message:
            case wire.CallChanged(call) if call is not None:
                ring = self.rings.setdefault(call.call, Ring(call.call, call.token, at))
                ring.token = call.token  # the pop may come before the ring
                if call.state is SeatState.TALKING and not ring.answered:
                    ring.answered = True
                    self._later(self._talk(call.call))
            case wire.CallChanged(None) if before is not None and self.rings[before.call].answered:
                self._later(self._wrap_up(before.call))
            case wire.PopChanged(pop) if pop is not None:
                self._popped(pop, at)

    def _popped(self, pop: Pop, at: float) -> None:
        ring = self.rings.setdefault(pop.call, Ring(pop.call, "", at))
        customer = pop.customer
        if customer is None or not customer.accounts:
            return
        if ring.shown is None:
            ring.shown = at
            self._channel.report(wire.PopShown(pop.call, max(0.0, at - ring.told) * 1000))
        if ring.facts is None and all(account.funds is not None for account in customer.accounts):
            ring.facts = at

    async def _talk(self, call: CallId) -> None:
        await asyncio.sleep(TALK)
        await self._ask(wire.HangUp(call, HangingUp.END))

    async def _wrap_up(self, call: CallId) -> None:
        await self._ask(wire.WrapUp(call, "enquiry"))

    async def _ask(self, command: wire.Command) -> None:
        try:
            reply = await self._channel.ask(command, WAIT)
        except RequestFailed:
            return
        if isinstance(reply, wire.Refused):
            self.refused.append(reply)

    def _later(self, coroutine: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
