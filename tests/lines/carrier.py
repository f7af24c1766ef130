"""A switch with one trunk to several raw far ends, for tests of the trunk's rules."""

from contextlib import ExitStack
from typing import Self

from shared.ids import LegId, TrunkName
from switch_server.core.leg import LegRouted, PlaceCall
from switch_server.core.words import FailOver, Trunk
from tests.lines.peer import NOBODY, SDP, Message, Peer
from tests.lines.switch import NEAR, Switch, answer_all

FAR = TrunkName("far")


class Carrier:
    """A switch with one trunk to several raw far ends."""

    def __init__(self, ends: int = 1, **more: object) -> None:
        self._stack = ExitStack()
        self.ends = [self._stack.enter_context(Peer(NOBODY)) for _ in range(ends)]
        self.texts = tuple(f"127.0.0.1:{end.address[1]}" for end in self.ends)
        weights: dict[int, int] = more.pop("weights", {})  # type: ignore[assignment]
        if weights:
            more["fail_over"] = FailOver({self.texts[at]: weight for at, weight in weights.items()}, 0.5)
        more = {"options_interval": 0, **more}
        self.trunk = Trunk(FAR, far=self.texts, **more)  # type: ignore[arg-type]
        self.switch = self._stack.enter_context(Switch(answer_all, self.trunk))
        for end in self.ends:
            end.switch = self.switch.address

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def place(
        self, number: str = "13900012345", ani: str = "02155550100", leg: str = "out/1", forwarded: str = ""
    ) -> LegId:
        self.switch.lines.do(PlaceCall(LegId(leg), FAR, ani, number, NEAR, forwarded))
        return LegId(leg)

    def routes(self) -> list[LegRouted]:
        return [each for each in self.switch.seen if isinstance(each, LegRouted)]


def answer(end: Peer, invite: Message, code: int = 200, *extra: str, body: str = SDP) -> None:
    end.reply(invite, code, body=body if code == 200 else "", tag=f"t{code}", extra=extra)
