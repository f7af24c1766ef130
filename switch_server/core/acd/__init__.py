"""The ACD (自动排队分配): who waits, who is asked next, who is called back.

In: calls that wish to wait, seats that are free. Out: ``AgentAssigned``, callbacks that are dialled, rows of visits. New here: a rule of order or of opening hours.
"""

from switch_server.core.acd.acd import Acd
from switch_server.core.acd.callbacks import CallbackVerdict
from switch_server.core.acd.facts import CallbackJudged, CallbackRecovered, CallbacksCounted, QueueJudged
from switch_server.core.acd.records import VisitEnd
from switch_server.core.acd.rules import is_open, named

__all__ = [
    "Acd",
    "CallbackJudged",
    "CallbackRecovered",
    "CallbackVerdict",
    "CallbacksCounted",
    "QueueJudged",
    "VisitEnd",
    "is_open",
    "named",
]
