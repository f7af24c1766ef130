"""Built-in flows, without a file: the PIN check that an agent asks for, and a queue that no configured flow leads to."""

from collections.abc import Iterable

from shared.enums import EndCause
from shared.ids import QueueName
from switch_server.core.flow.kinds import HangUpStep, Input, QueueStep, Say, ServiceStep
from switch_server.core.flow.step import Flow

NO_FLOW = Flow("", (), "", {})
"""The empty flow of a call that an agent dialled."""
HOLD_MUSIC = "music/hold"
PIN_FLOW = Flow(
    "pin",
    (),
    "account",
    {
        "account": Input(("enter_account",), "account", "pin", "failed", min=6, max=12),
        "pin": Input(("enter_pin",), "pin", "log_in", "failed", min=6, max=8, secret=True, back="account"),
        "log_in": ServiceStep(
            "log_in",
            {
                "ok": "passed",
                "wrong_pin": "wrong_pin",
                "unknown": "unknown",
                "too_many": "failed",
                "locked": "failed",
                "refused": "failed",
            },
            ("checking",),
        ),
        "wrong_pin": Say(("wrong_pin",), "pin"),
        "unknown": Say(("unknown_account",), "account"),
        "passed": HangUpStep(("login_ok",)),
        "failed": HangUpStep(cause=EndCause.WRONG_PIN),
    },
    says={"invalid": ("invalid_key", "try_again"), "no_input": ("no_input",)},
)
"""Asks for account and PIN as the product's own flow does. It ends with ``GOODBYE`` (the PIN is right) or ``WRONG_PIN``."""


def queue_flow(flows: Iterable[Flow], queue: QueueName) -> tuple[Flow, str]:
    """The flow and the step in which a caller waits in this queue: the first flow with a step of the queue, else a built-in one."""
    for flow in flows:
        for name, step in flow.steps.items():
            if isinstance(step, QueueStep) and step.queue == queue:
                return flow, name
    return _plain(queue), "queue"


def _plain(queue: QueueName) -> Flow:
    wait = QueueStep(queue, "absent", wait=300.0, excuse=("agent_lost",))
    return Flow("transfer", (), "queue", {"queue": wait, "absent": HangUpStep(("agents_absent", "goodbye"))})
