"""``fax_receive`` (接收传真): the caller's fax machine sends, and the call ends with the last page."""

from typing import ClassVar

from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import IvrState, Walk
from switch_server.core.words import FAX


class FaxReceive(Step, frozen=True, tag="fax_receive", forbid_unknown_fields=True):
    """The first step of a fax number's flow: the call is answered by a fax card. As a later step it moves the caller's line to a fax card."""

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[/", "/]")
    FIRST_STATE: ClassVar[IvrState] = IvrState.WORKING
    CARD: ClassVar[str] = FAX

    on_failed: str
    """No fax card is free, the disk's space for faxes is used up, or the caller's line can't be moved to the fax card."""

    def targets(self) -> list[tuple[str, str]]:
        return [("on_failed", self.on_failed)]

    def enter(self, walk: Walk) -> None:
        walk.host.receive_fax()

    def service_done(self, walk: Walk, outcome: str) -> None:
        walk.go(self.on_failed, outcome)
