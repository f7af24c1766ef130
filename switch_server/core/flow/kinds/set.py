"""``set``: sets variables of the call."""

from collections.abc import Iterator

from switch_server.core.flow.pieces import VariableUse, look_up, root_of
from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import Walk


class SetStep(Step, frozen=True, tag="set", forbid_unknown_fields=True):
    """Sets variables of the call: ``{side: buy}`` to a constant, ``{price: "{last}"}`` to the value of another variable."""

    values: dict[str, str | int]
    next: str

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next)]

    def needs(self) -> Iterator[VariableUse]:
        for name, value in self.values.items():
            if isinstance(value, str) and value.startswith("{"):
                yield ("values", name), root_of(value.strip("{}"))

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        return before | self.values.keys()

    def summary(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.values.items())

    def enter(self, walk: Walk) -> None:
        for name, value in self.values.items():
            copied = isinstance(value, str) and value.startswith("{")
            walk.variables[name] = look_up(str(value).strip("{}"), walk.variables) if copied else value
        walk.go(self.next, "set")
