"""Flows (流程) as data: the kinds of steps, the table of services, the built-in flows, and the check of a flow when it is loaded.

In: flows that ``services.flows`` has read, and the fact ``Configured``. Out: the problems of a flow, each with the path of its key.
A kind's module in ``kinds`` has both the data of the step and its behaviour, on the ``Walk`` protocol.
A newcomer may add a kind of step (one module of ``kinds``), or a service's needs and outcomes.
"""

from switch_server.core.flow.builtin import HOLD_MUSIC, NO_FLOW, PIN_FLOW, queue_flow
from switch_server.core.flow.check import check
from switch_server.core.flow.facts import Configured
from switch_server.core.flow.file import as_flow, flow_type, read_flow
from switch_server.core.flow.kinds import (
    KINDS,
    CallbackStep,
    DialStep,
    FaxReceive,
    FaxSend,
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
from switch_server.core.flow.pieces import FlowContext, MissingVariableError, Piece, Problem, Slot, look_up, summary_of
from switch_server.core.flow.service_table import REFUSED, SERVICES
from switch_server.core.flow.step import Flow, Step
from switch_server.core.flow.text import normal, prompt_of, texts_of
from switch_server.core.flow.walk import HANDLED_EVENTS, IvrEvent, IvrState, Key, Walk, WalkHost

__all__ = [
    "HANDLED_EVENTS",
    "HASH_WAIT",
    "HIDDEN_DIGIT",
    "HOLD_MUSIC",
    "KINDS",
    "NO_FLOW",
    "PIN_FLOW",
    "REFUSED",
    "SERVICES",
    "CallbackStep",
    "Configured",
    "DialStep",
    "FaxReceive",
    "FaxSend",
    "Flow",
    "FlowContext",
    "Format",
    "HangUpStep",
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
    "Walk",
    "WalkHost",
    "as_flow",
    "check",
    "flow_type",
    "look_up",
    "normal",
    "prompt_of",
    "queue_flow",
    "read_flow",
    "register",
    "summary_of",
    "texts_of",
]
