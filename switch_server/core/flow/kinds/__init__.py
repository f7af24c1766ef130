"""The kinds of steps, one module each. A new kind is a new module, registered below (CONTRIBUTING.md, Add a kind of step)."""

from typing import Any, Union

from switch_server.core.flow.kinds.callback import CallbackStep
from switch_server.core.flow.kinds.dial import DialStep
from switch_server.core.flow.kinds.fax_receive import FaxReceive
from switch_server.core.flow.kinds.fax_send import FaxSend
from switch_server.core.flow.kinds.hangup import HangUpStep
from switch_server.core.flow.kinds.input import Input
from switch_server.core.flow.kinds.language import SetLanguage
from switch_server.core.flow.kinds.menu import Menu
from switch_server.core.flow.kinds.queue import QueueStep
from switch_server.core.flow.kinds.say import Say
from switch_server.core.flow.kinds.service import ServiceStep
from switch_server.core.flow.kinds.set import SetStep
from switch_server.core.flow.step import Step

KINDS: dict[str, type[Step]] = {}
"""Kind of step by its ``kind`` in flow files, in the order of ``docs/flows.md``."""


def register(kind: type[Step]) -> type[Step]:
    """Adds a kind of step. Raises ``ValueError`` where another kind has the same tag."""
    name = str(kind.__struct_config__.tag)
    if KINDS.setdefault(name, kind) is not kind:
        raise ValueError(f"two kinds of steps are called {name!r}")
    return kind


for _kind in (
    Say,
    Menu,
    Input,
    ServiceStep,
    QueueStep,
    CallbackStep,
    DialStep,
    FaxReceive,
    FaxSend,
    SetLanguage,
    SetStep,
    HangUpStep,
):
    register(_kind)


def any_kind() -> Any:
    """The type of a step in a file: the union of all registered kinds."""
    return Union[tuple(KINDS.values())]  # noqa: UP007  built from a table


__all__ = [
    "KINDS",
    "CallbackStep",
    "DialStep",
    "FaxReceive",
    "FaxSend",
    "HangUpStep",
    "Input",
    "Menu",
    "QueueStep",
    "Say",
    "ServiceStep",
    "SetLanguage",
    "SetStep",
    "any_kind",
    "register",
]
