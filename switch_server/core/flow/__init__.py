"""Flows (流程) as data: steps, what a service step can ask, the house's own small flows, and the check of a flow before a caller walks it.

In: what ``services.flows`` has read, and ``Configured``. Out: problems with their key's path.
What a step does when it is walked stands in its kind's module too, on the ``Walk`` protocol. New here: a kind of step (one module of ``kinds``), a service's needs and outcomes.
"""

from switch_server.core.flow.check import check
from switch_server.core.flow.facts import Configured
from switch_server.core.flow.file import as_flow, flow_type, read_flow
from switch_server.core.flow.house import MUSIC, NO_FLOW, PIN, queue_flow
from switch_server.core.flow.kinds import (
    KINDS,
    CallbackStep,
    Dial,
    HangUpStep,
    Input,
    Menu,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    register,
)
from switch_server.core.flow.kinds.entry import HASH_WAIT, HIDDEN_DIGIT, Format
from switch_server.core.flow.pieces import MissingVariableError, Piece, Problem, Slot, Surroundings, look_up, words_of
from switch_server.core.flow.services import REFUSED, SERVICES
from switch_server.core.flow.step import Flow, Step
from switch_server.core.flow.text import normal, prompt_of, texts_of
from switch_server.core.flow.walk import HEEDS, Host, IvrEvent, IvrState, Key, Walk

__all__ = [
    "HASH_WAIT",
    "HEEDS",
    "HIDDEN_DIGIT",
    "KINDS",
    "MUSIC",
    "NO_FLOW",
    "PIN",
    "REFUSED",
    "SERVICES",
    "CallbackStep",
    "Configured",
    "Dial",
    "Flow",
    "Format",
    "HangUpStep",
    "Host",
    "Input",
    "IvrEvent",
    "IvrState",
    "Key",
    "Menu",
    "MissingVariableError",
    "Piece",
    "Problem",
    "QueueStep",
    "Say",
    "ServiceStep",
    "SetLanguage",
    "SetStep",
    "Slot",
    "Step",
    "Surroundings",
    "Walk",
    "as_flow",
    "check",
    "flow_type",
    "look_up",
    "normal",
    "prompt_of",
    "queue_flow",
    "read_flow",
    "register",
    "texts_of",
    "words_of",
]
