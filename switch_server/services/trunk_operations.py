"""``ports.trunks.TrunkOperator``: addresses, registrations and card lines for the operator."""

from collections.abc import Callable

from msgspec import Struct

from shared.control import Done, RefusedCode
from shared.control_rows import Trouble, TroubleCode
from shared.control_trunks import CardLineRow, ControlCardLines, FarRow, RegistrationRow, Trunks
from shared.ids import TrunkName
from switch_server.core.leg import LegState
from switch_server.core.snapshot import SwitchSnapshot
from switch_server.core.words import SwitchConfig, Trunk
from switch_server.ports.operations import DEFAULT_ACTOR, OperationRefused
from switch_server.ports.trunks import FarEnd, LineBlocks, RegistrationView, TrunksPort


class TrunkSources(Struct, frozen=True, kw_only=True):
    clock: Callable[[], float]
    config: Callable[[], SwitchConfig]
    snapshot: Callable[[], SwitchSnapshot]
    lines: TrunksPort
    blocks: LineBlocks


class TrunkOperations:
    """On the switch's loop."""

    def __init__(self, sources: TrunkSources) -> None:
        self._from = sources

    def trunks(self) -> Trunks:
        known = {trunk.name: trunk for trunk in self._from.config().trunks}
        far = self._from.lines.far_ends()
        rows = (_far(known[name], end) for name, ends in far.items() if name in known for end in ends)
        registered = self._from.lines.registrations()
        return Trunks(
            self._from.clock(),
            tuple(rows),
            tuple(_registration(known[name], seen) for name, seen in registered.items() if name in known),
        )

    def card_lines(self, trunk: TrunkName) -> ControlCardLines:
        lines = self._from.lines.card_lines()
        if trunk and trunk not in lines:
            raise OperationRefused(RefusedCode.NO_SUCH_LINE, trunk)
        calls = {
            (leg.trunk, leg.line): (call.call, leg.number if leg.leg != call.legs[0].leg else call.ani or leg.number)
            for call in self._from.snapshot().calls
            for leg in call.legs
            if leg.line is not None and leg.state != LegState.ENDED
        }
        rows: list[CardLineRow] = []
        for name in [trunk] if trunk else lines:
            for each in lines[name]:
                call, number = calls.get((name, each.line), (None, None))
                rows.append(
                    CardLineRow(
                        name, each.line, each.state, each.blocked, call, number, each.calls_in, each.calls_out, each.faults
                    )
                )  # fmt: skip
        return ControlCardLines(self._from.clock(), tuple(rows))

    def block_line(self, trunk: TrunkName, line: int, actor: str, *, blocked: bool) -> Done:
        if line not in (each.line for each in self._from.lines.card_lines().get(trunk, ())):
            raise OperationRefused(RefusedCode.NO_SUCH_LINE, f"{trunk} {line}")
        self._from.blocks.put(trunk, line, actor or DEFAULT_ACTOR, blocked=blocked)
        self._from.lines.block_line(trunk, line, blocked=blocked)
        return Done(f"{trunk} {line}")

    def troubles(self) -> tuple[Trouble, ...]:
        """A registration that is not in force, and faulty lines."""
        lost = (
            Trouble(TroubleCode.TRUNK_UNREGISTERED, name, seen.error)
            for name, seen in self._from.lines.registrations().items()
            if seen.state != "registered" and seen.error
        )
        faulty = {
            name: [str(each.line) for each in lines if each.state == "faulty"]
            for name, lines in self._from.lines.card_lines().items()
        }
        return (
            *lost,
            *(Trouble(TroubleCode.LINES_FAULTY, name, ", ".join(lines[:8])) for name, lines in faulty.items() if lines),
        )


def _far(trunk: Trunk, end: FarEnd) -> FarRow:
    return FarRow(
        trunk.name, trunk.kind, trunk.direction, end.address, end.state, end.left or None, end.weight or None, end.calls, end.failures
    )  # fmt: skip


def _registration(trunk: Trunk, seen: RegistrationView) -> RegistrationRow:
    user = trunk.registration.user if trunk.registration is not None else ""
    return RegistrationRow(
        trunk.name, user, seen.state, seen.registrar, seen.left or None, seen.error, seen.attempts, seen.failures
    )
