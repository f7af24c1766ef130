"""The pop that each agent has on the screen: kept also while the link is down, so that a desk that reconnects shows it."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from shared.desk import Pop
from shared.ids import AgentId, CallId
from switch_server.core.desks import HidePop, ShowPop
from switch_server.ports.desks import Pops

KEEP_S = 120.0
"""Seconds for which a pop is kept after the call's last agent has finished: the next agent may get the call."""


class _Showing(Struct):
    effect: ShowPop
    pop: Pop | None = None


class PopBoard:
    """``tell(agent, pop)`` is called at each change."""

    def __init__(self, pops: Pops, tell: Callable[[AgentId, Pop | None], None]) -> None:
        self._pops = pops
        self._tell = tell
        self._showing: dict[AgentId, _Showing] = {}
        self._forgetting: dict[CallId, asyncio.TimerHandle] = {}

    def pop(self, agent: AgentId) -> Pop | None:
        showing = self._showing.get(agent)
        return showing.pop if showing is not None else None

    def show(self, effect: ShowPop) -> None:
        kept = self._forgetting.pop(effect.call, None)
        if kept is not None:
            kept.cancel()
        before = self._showing.get(effect.agent)
        again = before is not None and before.effect.call == effect.call
        mine = self._showing[effect.agent] = _Showing(effect, before.pop if before is not None and again else None)
        if before is not None and not again:
            self._forget_soon(before.effect.call)

        def tell(pop: Pop) -> None:
            if self._showing.get(effect.agent) is mine and pop != mine.pop:
                mine.pop = pop
                self._tell(effect.agent, pop)

        self._pops.show(effect, tell)

    def hide(self, effect: HidePop) -> None:
        showing = self._showing.get(effect.agent)
        if showing is None or showing.effect.call != effect.call:
            return
        del self._showing[effect.agent]
        self._tell(effect.agent, None)
        self._forget_soon(effect.call)

    def drop(self, agent: AgentId) -> None:
        """After a log-out: removes the pop without a report."""
        showing = self._showing.pop(agent, None)
        if showing is not None:
            self._forget_soon(showing.effect.call)

    def stop(self) -> None:
        for timer in self._forgetting.values():
            timer.cancel()

    def _forget_soon(self, call: CallId) -> None:
        if call in self._forgetting or any(each.effect.call == call for each in self._showing.values()):
            return
        self._forgetting[call] = asyncio.get_running_loop().call_later(KEEP_S, self._forget, call)

    def _forget(self, call: CallId) -> None:
        del self._forgetting[call]
        self._pops.forget(call)
