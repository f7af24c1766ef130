"""``dial``: an outside number is called and bridged to the caller."""

from collections.abc import Iterator
from typing import ClassVar

from shared.ids import TrunkName
from switch_server.core.flow.pieces import FlowContext, Problem, VariableUse, root_of
from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import IvrState, Walk


class DialStep(Step, frozen=True, tag="dial", forbid_unknown_fields=True):
    """Calls ``number`` over ``trunk`` and bridges it to the caller (overflow to a branch's PBX, for one). Until the far end answers, the caller
    hears ringback or the far end's early media.
    """

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[\\", "\\]")
    FIRST_STATE: ClassVar[IvrState] = IvrState.DIALLING

    trunk: TrunkName
    number: str
    on_failed: str
    """Busy, refused, no answer within ``ring`` seconds, no free line. The seconds begin anew where the far end forwards or queues the call."""
    on_ended: str
    """The far end hung up after a talk."""
    ring: float = 45.0
    withhold: bool = False
    """The called party is shown no number (``Privacy: id``)."""

    def targets(self) -> list[tuple[str, str]]:
        return [("on_failed", self.on_failed), ("on_ended", self.on_ended)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        if self.trunk not in context.trunks:
            known = ", ".join(sorted(context.trunks)) or "none"
            yield Problem(("trunk",), f"no trunk {self.trunk!r} that may call out; there are: {known}")

    def needs(self) -> Iterator[VariableUse]:
        if self.number.startswith("{"):
            yield ("number",), root_of(self.number.strip("{}"))

    def summary(self) -> str:
        return f"{self.number} @ {self.trunk}"

    def enter(self, walk: Walk) -> None:
        self.far_silent(walk)
        self.far_delayed(walk)
        walk.host.dial(self.trunk, self.number, withhold=self.withhold)

    def far_silent(self, walk: Walk) -> None:
        walk.say(("tone:ringback",), barge_in=False, loop=True)

    def far_delayed(self, walk: Walk) -> None:
        walk.host.timer("step", self.ring)

    def timed_out(self, walk: Walk, name: str) -> None:
        walk.host.drop_far()
        walk.go(self.on_failed, "no_answer")

    def far_gone(self, walk: Walk, *, talked: bool) -> None:
        walk.go(self.on_ended if talked else self.on_failed, "far_ended" if talked else "far_failed")
