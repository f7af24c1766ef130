"""Faults that tests may order (``--faults``): how the counter misbehaves from now on."""

from enum import StrEnum

from msgspec import Struct


class FaultMode(StrEnum):
    NONE = "none"
    SLOW = "slow"  # each request waits ``seconds`` in line
    SILENT = "silent"  # requests are carried out and never answered
    DEAF = "deaf"  # requests are read and thrown away
    NONSENSE = "nonsense"  # requests are carried out and answered with fields that make no sense
    GARBAGE = "garbage"  # the answer is not of this wire at all
    REFUSE = "refuse"  # connections are closed as they come, and those that are open now


class InjectedFaults(Struct):
    mode: FaultMode = FaultMode.NONE
    seconds: float = 0.0


def nonsense() -> dict[str, str]:
    """An answer that no function gives: success without its fields."""
    return {"RET": "0", "MSG": "成功", "ORDER_ID": "", "QTY": "many", "LAST": "-1", "NAME": ""}
