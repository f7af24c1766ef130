"""Flows that no file has: the PIN step that an agent asks for, and a queue that no flow of the operator's leads into."""

from collections.abc import Iterable

from shared.enums import EndCause
from shared.ids import QueueName
from switch_server.core.flow.kinds import HangUpStep, Input, QueueStep, Say, ServiceStep
from switch_server.core.flow.step import Flow

NO_FLOW = Flow("", (), "", {})
"""Of a call that an agent dialled: nobody walks through anything."""
MUSIC = "music/hold"
PIN = Flow(
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
"""Asks for account and PIN as the centre's own flow does; its end, ``GOODBYE`` or ``WRONG_PIN``, is pass or fail."""


def queue_flow(flows: Iterable[Flow], queue: QueueName) -> tuple[Flow, str]:
    """Where a caller waits in this queue: the first flow that leads there, and the step; or one of our own."""
    for flow in flows:
        for name, step in flow.steps.items():
            if isinstance(step, QueueStep) and step.queue == queue:
                return flow, name
    return _plain(queue), "queue"


def _plain(queue: QueueName) -> Flow:
    wait = QueueStep(queue, "absent", wait=300.0, excuse=("agent_lost",))
    return Flow("transfer", (), "queue", {"queue": wait, "absent": HangUpStep(("agents_absent", "goodbye"))})
