"""Faults that tests may order (``--faults``): the counter's misbehaviour from now on."""

from enum import StrEnum

from msgspec import Struct


class FaultMode(StrEnum):
    NONE = "none"
    SLOW = "slow"  # each request waits ``seconds`` in the queue
    SILENT = "silent"  # requests are carried out and never answered
    DEAF = "deaf"  # requests are read and thrown away
    NONSENSE = "nonsense"  # requests are carried out and answered with meaningless fields
    GARBAGE = "garbage"  # the answer is not in this wire format at all
    REFUSE = "refuse"  # open connections are closed, and new ones at once


class InjectedFaults(Struct):
    mode: FaultMode = FaultMode.NONE
    seconds: float = 0.0


def nonsense() -> dict[str, str]:
    """An answer that no function gives: success without the function's fields."""
    return {"RET": "0", "MSG": "成功", "ORDER_ID": "", "QTY": "many", "LAST": "-1", "NAME": ""}
