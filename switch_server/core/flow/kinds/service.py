"""``service``: asks the centre or the branch. ``core.flow.service_table`` has the needs, results and outcomes of each service."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.pieces import FlowContext, Piece, Problem, VariableUse
from switch_server.core.flow.service_table import REFUSED, SERVICES
from switch_server.core.flow.step import NO_VARIABLES, FlowSteps, Spoken, Step, in_step
from switch_server.core.flow.walk import IvrState, Walk


class ServiceStep(Step, frozen=True, tag="service", forbid_unknown_fields=True):
    """Asks the centre or the branch; ``on`` has a step for each outcome that the service can have."""

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[[", "]]")
    FIRST_STATE: ClassVar[IvrState] = IvrState.WORKING

    service: str
    on: dict[str, str]
    say: tuple[Piece, ...] = ()
    """Played while the service runs ("请稍候")."""

    def targets(self) -> list[tuple[str, str]]:
        return [(f"on.{outcome}", to) for outcome, to in self.on.items()]

    def spoken(self) -> list[Spoken]:
        return [("say", self.say, NO_VARIABLES)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        service = SERVICES.get(self.service)
        if service is None:
            yield Problem(("service",), f"unknown service; there are: {', '.join(SERVICES)}")
            return
        missing, extra = sorted(service.outcomes - self.on.keys()), sorted(self.on.keys() - service.outcomes)
        if missing:
            yield Problem(("on",), f"no step for the outcome {', '.join(missing)}")
        for outcome in extra:
            text = f"{self.service} has no such outcome; it has: {', '.join(sorted(service.outcomes))}"
            yield Problem(("on", outcome), text)

    def placement_problems(self, name: str, flow: FlowSteps) -> Iterator[Problem]:
        """Every way to a step that places an order must be the caller's yes to a read-back."""
        if not SERVICES[self.service].places:
            return
        if flow.start == name:
            yield Problem(("start",), "an order is placed without a read-back")
        for origin, step in flow.steps.items():
            for path, to in step.targets():
                if to == name and not step.confirms(path):
                    text = f"{name!r} places an order: only the key 1 of a menu with read_back may lead there"
                    yield Problem(in_step(origin, path), text)

    def needs(self) -> Iterator[VariableUse]:
        for name in sorted(SERVICES[self.service].needs):
            yield ("service",), name

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        service, outcome = SERVICES[self.service], path.removeprefix("on.")
        gained = {"refusal"} if outcome == REFUSED else service.gives if outcome in ("ok", "accepted") else set()
        return (before - service.takes) | gained

    def summary(self) -> str:
        return self.service

    def enter(self, walk: Walk) -> None:
        if self.say:
            walk.say(self.say, barge_in=False)
        walk.host.run_service(self.service)

    def service_done(self, walk: Walk, outcome: str) -> None:
        walk.go(self.on[outcome], outcome)
