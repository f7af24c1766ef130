"""The smallest switch that can take a call: real lines, and a core that answers by a script."""

import contextlib
import itertools
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Self, TypeVar

from msgspec.structs import replace

from shared.enums import EndCause, Law
from shared.ids import CallId, LegId, TrunkName
from switch_server.adapters.sip_lines import SipLines, Timing
from switch_server.core.call import CallOffered, TrunkChanged
from switch_server.core.leg import Answer, HangUp, LegEnded, LineEffect, PlaceCall, Reject, Ring
from switch_server.core.words import Event, Near, Trunk
from switch_server.ports.phones import DeskPhoneBook
from tests.lines.peer import Peer

E = TypeVar("E", bound=Event)
NEAR = Near("127.0.0.1", 30000, Law.A, 101)
PATIENCE_S = 30.0
QUICK = Timing(ack=1.5, refresh=1.5, ring=5.0, call=3.0, options=1.0, min_se=2, stop=0.05, glare=0.1)
PATIENT = replace(QUICK, ack=60.0, ring=60.0, call=60.0)
"""Where no wait of the switch is tested: a busy machine may answer late."""
LOCAL = Trunk(TrunkName("local"), far=("127.0.0.1",), options_interval=0, lines=1000)

Script = Callable[[CallOffered], list[LineEffect]]


def answer_all(event: CallOffered) -> list[LineEffect]:
    if event.far is None:
        return [Reject(event.leg, 488, EndCause.REJECTED_MEDIA)]
    return [Ring(event.leg), Answer(event.leg, NEAR)]


def wait_and_see(_event: CallOffered) -> list[LineEffect]:
    return []


class Switch:
    """``script`` gives the effects for an offered call. All events are kept in ``seen``."""

    def __init__(
        self,
        script: Script = answer_all,
        *trunks: Trunk,
        timing: Timing = QUICK,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        phones: DeskPhoneBook | None = None,
        new_call_id: Callable[[], CallId] | None = None,
        blocked: Mapping[TrunkName, frozenset[int]] | None = None,
        trace: Callable[[CallId, str], object] = lambda _call, _number: None,
    ) -> None:
        numbers = itertools.count(1)
        self.script = script
        self.seen: list[Event] = []
        self.of_trunks: list[TrunkChanged] = []
        self._events: queue.Queue[Event] = queue.Queue()
        self._calls = itertools.count(1)
        by_name: Mapping[TrunkName, Trunk] = {t.name: t for t in (trunks or (LOCAL,))}
        self.lines = SipLines(
            self._post, listen=listen, trunks=by_name, new_call_id=new_call_id or (lambda: CallId(f"c{next(numbers)}")),
            timing=timing, desk_token=lambda leg: f"token of {leg}", phones=phones, blocked=blocked, trace=trace,
        )  # fmt: skip

    def _post(self, event: Event) -> None:
        if isinstance(event, TrunkChanged):
            self.of_trunks.append(event)
            return
        self.seen.append(event)
        self._events.put(event)
        if isinstance(event, CallOffered):
            for effect in self.script(event):
                self.lines.do(effect)

    def __enter__(self) -> Self:
        self.lines.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.lines.stop()

    @property
    def address(self) -> tuple[str, int]:
        return self.lines.address

    def wait(self, kind: type[E], seconds: float = PATIENCE_S) -> E:
        """Waits for the next event of this kind; events of other kinds are passed over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(event, kind):
                return event
        raise AssertionError(f"no {kind.__name__} in {seconds} s; seen {self.seen}")

    def place(self, trunk: str = "far", number: str = "10086", leg: str = "out/1", near: Near = NEAR) -> LegId:
        self.lines.do(PlaceCall(LegId(leg), TrunkName(trunk), "95500", number, near))
        return LegId(leg)

    def hang_up(self, leg: LegId, cause: EndCause = EndCause.GOODBYE) -> None:
        self.lines.do(HangUp(leg, cause))

    def ends(self, leg: LegId) -> list[LegEnded]:
        return [e for e in self.seen if isinstance(e, LegEnded) and e.leg == leg]

    def count(self, name: str) -> int:
        return self.lines.counters().get(name, 0)

    def until(self, true: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Polls for a condition that posts no event."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.lines.counters()
            time.sleep(0.01)


@contextlib.contextmanager
def switch_to(peer: Peer, *, script: Script = answer_all, timing: Timing = QUICK, **trunk: object) -> Iterator[Switch]:
    """A switch whose trunk ``far``, with these rules, leads to the peer."""
    with Switch(script, trunk_to(peer.address, **trunk), timing=timing) as switch:
        peer.switch = switch.address
        yield switch


def trunk_to(address: tuple[str, int], name: str = "far", **more: object) -> Trunk:
    more.setdefault("options_interval", 0)
    return Trunk(TrunkName(name), far=(f"{address[0]}:{address[1]}",), **more)  # type: ignore[arg-type]
