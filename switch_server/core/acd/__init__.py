"""The ACD (自动排队分配): the callers in queues, the choice of the next seat for each, and callbacks.

In: calls that enter a queue, seats that are free. Out: ``AgentAssigned``, callbacks (``CallPlaced``), rows of visits and callbacks.
A newcomer may change the order of callers and seats (``acd``), or the rules of opening hours and overflow (``rules``).
"""

from switch_server.core.acd.acd import Acd
from switch_server.core.acd.callbacks import CallbackVerdict
from switch_server.core.acd.facts import CallbackJudged, CallbackRecovered, CallbacksCounted, QueueJudged
from switch_server.core.acd.records import VisitEnd
from switch_server.core.acd.rules import is_open, queue_named

__all__ = [
    "Acd",
    "CallbackJudged",
    "CallbackRecovered",
    "CallbackVerdict",
    "CallbacksCounted",
    "QueueJudged",
    "VisitEnd",
    "is_open",
    "queue_named",
]
