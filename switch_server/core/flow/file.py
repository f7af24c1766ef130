"""A flow as its file has it: its steps are of the kinds that are registered by now."""

from typing import Any

from msgspec import NODEFAULT, convert, defstruct, structs
from msgspec import field as made_anew

from switch_server.core.flow.kinds import any_kind
from switch_server.core.flow.step import Flow


def flow_type() -> Any:
    """For a decoder: ``Flow`` with every kind of step by its name. What comes of it is made a ``Flow`` by ``as_flow``."""
    fields: list[Any] = []
    for field in structs.fields(Flow):
        of = dict[str, any_kind()] if field.name == "steps" else field.type  # type: ignore[misc]  # made now
        fields.append((field.name, of) if field.required else (field.name, of, _default(field)))
    return defstruct("Flow", fields, forbid_unknown_fields=True)


def as_flow(read: Any) -> Flow:
    """Of what ``flow_type`` gave."""
    return Flow(**structs.asdict(read))


def read_flow(values: Any) -> Flow:
    """From builtin values. Raises ``msgspec.ValidationError``."""
    return as_flow(convert(values, flow_type(), strict=True))


def _default(field: structs.FieldInfo) -> Any:
    return made_anew(default_factory=field.default_factory) if field.default is NODEFAULT else field.default
