"""``fax_send`` (传真回传): a statement of the caller's account is sent by fax, on this call or to a number."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from switch_server.core.flow.pieces import FlowContext, Problem, VariableUse, root_of
from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import IvrState, Walk


class FaxSend(Step, frozen=True, tag="fax_send", forbid_unknown_fields=True):
    """After a log-in. On this call: the caller's machine is sent the fax as soon as the caller presses start, and then the walk goes on."""

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[/", "/]")
    FIRST_STATE: ClassVar[IvrState] = IvrState.WORKING

    document: Literal["holdings", "funds", "orders", "fills", "settlement"]
    next: str
    """The fax is sent (on this call), or is accepted and will be sent (to a number)."""
    on_failed: str
    """No log-in, no data, a number that the rules do not allow, no fax machine at the other end."""
    to: str = ""
    """Empty: on this call. Else a variable in braces, with the number."""

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next), ("on_failed", self.on_failed)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        if self.to and not (self.to.startswith("{") and self.to.endswith("}")):
            yield Problem(("to",), "a variable in braces, or empty for this call")

    def needs(self) -> Iterator[VariableUse]:
        if self.to:
            yield ("to",), root_of(self.to.strip("{}"))

    def summary(self) -> str:
        return f"{self.document} {self.to}".rstrip()

    def enter(self, walk: Walk) -> None:
        walk.host.send_fax(self.document, self.to)

    def service_done(self, walk: Walk, outcome: str) -> None:
        walk.go(self.next if outcome == "sent" else self.on_failed, outcome)
