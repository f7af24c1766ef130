"""Flows (流程) as data: steps, what a service step can ask, the house's own small flows, and the check of a flow before a caller walks it.

In: what ``services.flows`` has read, and ``Configured``. Out: problems with their key's path. What happens to a caller in a step is the ``ivr``'s.
New here: a field of a step with its check, a variable, a service's needs and outcomes.
"""

from switch_server.core.flow.check import Problem, Surroundings, check
from switch_server.core.flow.facts import Configured
from switch_server.core.flow.house import MUSIC, NO_FLOW, PIN, queue_flow
from switch_server.core.flow.services import REFUSED, SERVICES
from switch_server.core.flow.steps import (
    AnyStep,
    CallbackStep,
    Dial,
    Flow,
    Format,
    HangUpStep,
    Input,
    Menu,
    Piece,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    Slot,
    targets,
)
from switch_server.core.flow.text import normal, prompt_of, texts_of

__all__ = [
    "MUSIC",
    "NO_FLOW",
    "PIN",
    "REFUSED",
    "SERVICES",
    "AnyStep",
    "CallbackStep",
    "Configured",
    "Dial",
    "Flow",
    "Format",
    "HangUpStep",
    "Input",
    "Menu",
    "Piece",
    "Problem",
    "QueueStep",
    "Say",
    "ServiceStep",
    "SetLanguage",
    "SetStep",
    "Slot",
    "Surroundings",
    "check",
    "normal",
    "prompt_of",
    "queue_flow",
    "targets",
    "texts_of",
]
