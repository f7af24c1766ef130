"""``queue`` (排队): the caller waits for an agent; after the talk the flow goes on, or the call ends."""

from collections.abc import Iterator
from typing import ClassVar

from msgspec import field

from shared.enums import EndCause
from shared.ids import QueueName
from switch_server.core.flow.pieces import FlowContext, Piece, Problem, problems_of
from switch_server.core.flow.step import NO_VARIABLES, Spoken, Step, key_problems, queue_problems
from switch_server.core.flow.walk import IvrState, Walk

RINGING_STILL = 1.0
"""Seconds by which the wait is prolonged when it ends while a desk rings for this caller."""
IN_QUEUE = frozenset({"queue_position", "queue_minutes"})
"""Variables of an announcement only; set anew before each announcement."""


class QueueStep(Step, frozen=True, tag="queue", forbid_unknown_fields=True):
    """The caller waits for an agent with music; an announcement every ``announce_every`` s, ``on_timeout`` after ``wait`` s.

    An announcement may speak ``queue_position`` (1: next) and ``queue_minutes`` (estimated, at least 1). ``excuse`` is said to a caller
    whose agent was lost in a talk, and who now waits at the head of the queue. A key of ``keys`` leads to its step, other keys are ignored.
    """

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[(", ")]")
    FIRST_STATE: ClassVar[IvrState] = IvrState.QUEUED
    KEEPS_PLACE: ClassVar[bool] = True

    queue: str
    on_timeout: str
    wait: float = 60.0
    announce: tuple[Piece, ...] = ()
    announce_every: float = 30.0
    music: str = "music/hold"
    excuse: tuple[Piece, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    priority: int = 0
    """The higher priority goes first; a VIP has 10 more, a returning caller 5 more, a caller whose agent was lost 100 more."""
    on_closed: str | None = None
    """Outside the queue's hours; ``None``: as ``on_timeout``."""
    on_full: str | None = None
    """As many callers wait as the queue may have; ``None``: as ``on_timeout``."""
    on_ended: str | None = None
    """After a talk that the agent ended; ``None``: the call ends with ``AGENT_HUNG_UP``."""

    def targets(self) -> list[tuple[str, str]]:
        keys = [(f"keys.{key}", to) for key, to in self.keys.items()]
        others = (("on_closed", self.on_closed), ("on_full", self.on_full), ("on_ended", self.on_ended))
        return [*keys, ("on_timeout", self.on_timeout), *((name, to) for name, to in others if to)]

    def spoken(self) -> list[Spoken]:
        return [("announce", self.announce, IN_QUEUE), ("excuse", self.excuse, NO_VARIABLES)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from problems_of((self.music,), ("music",), context)
        yield from key_problems(self.keys)
        yield from queue_problems(self.queue, context)
        for name in ("wait", "announce_every"):
            if getattr(self, name) <= 0:
                yield Problem((name,), "seconds above 0")

    def summary(self) -> str:
        return f"{self.queue}, {self.wait:g} s"

    def enter(self, walk: Walk) -> None:
        """A closed or full queue leads to ``on_closed`` or ``on_full`` at once, without waiting."""
        verdict = walk.host.queue(QueueName(self.queue), self.priority)
        if verdict == "open":
            walk.host.timer("step", self.wait)
            self._announce(walk)
            self.take_keys(walk)
        else:
            to = self.on_closed if verdict == "closed" else self.on_full
            walk.go(to or self.on_timeout, verdict)

    def played(self, walk: Walk) -> None:
        self._play_music(walk)

    def timed_out(self, walk: Walk, name: str) -> None:
        if name == "announce":
            self._announce(walk)
        elif walk.host.desk_rings:
            walk.host.timer("step", RINGING_STILL)
        else:
            walk.go_on(self.on_timeout, "timeout")

    def take_keys(self, walk: Walk) -> bool:
        """A key that is not in ``keys`` is ignored, and not journalled."""
        while walk.keys:
            key = walk.keys.popleft()
            digit = key.digit.reveal()
            if (to := self.keys.get(digit)) is not None:
                walk.host.key_used(digit, key.recording_ms)
                walk.go_on(to, f"key {digit}")
                break
        return True

    def agent_done(self, walk: Walk) -> None:
        if self.on_ended is not None:
            walk.go_on(self.on_ended, "desk_ended")
        else:
            walk.end(EndCause.AGENT_HUNG_UP, "desk_ended")

    def agent_lost(self, walk: Walk) -> None:
        walk.become(IvrState.QUEUED, "desk_lost")
        walk.host.timer("step", self.wait)
        if self.excuse:
            walk.say(self.excuse, barge_in=False)
        else:
            self._play_music(walk)

    def say_excuse(self, walk: Walk) -> None:
        if self.excuse:
            walk.host.timer("announce", None)
            walk.say(self.excuse, barge_in=False)

    def _announce(self, walk: Walk) -> None:
        if self.announce:
            walk.host.timer("announce", None)
            walk.host.queue_news()
            walk.say(self.announce, barge_in=False)
        else:
            self._play_music(walk)

    def _play_music(self, walk: Walk) -> None:
        if self.announce:
            walk.host.timer("announce", self.announce_every)
        walk.say((self.music,), barge_in=False, loop=True)
