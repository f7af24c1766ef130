"""Decoding of a flow from its file, with all kinds of steps that are registered at that time."""

from typing import Any

from msgspec import NODEFAULT, convert, defstruct, structs
from msgspec import field as made_anew

from switch_server.core.flow.kinds import any_kind
from switch_server.core.flow.step import Flow


def flow_type() -> Any:
    """The type for a decoder: a struct like ``Flow`` whose steps are of any registered kind. ``as_flow`` turns the result into a ``Flow``."""
    fields: list[Any] = []
    for field in structs.fields(Flow):
        of = dict[str, any_kind()] if field.name == "steps" else field.type  # type: ignore[misc]  # made at run time
        fields.append((field.name, of) if field.required else (field.name, of, _default(field)))
    return defstruct("Flow", fields, forbid_unknown_fields=True)


def as_flow(read: Any) -> Flow:
    """A ``Flow`` from a decoded struct of ``flow_type``."""
    return Flow(**structs.asdict(read))


def read_flow(values: Any) -> Flow:
    """A ``Flow`` from builtin values (dict, list, str …). Raises ``msgspec.ValidationError``."""
    return as_flow(convert(values, flow_type(), strict=True))


def _default(field: structs.FieldInfo) -> Any:
    return made_anew(default_factory=field.default_factory) if field.default is NODEFAULT else field.default
