"""A caller's walk through a flow (语音导航): the current step, the queue of keys, and the services that a step runs.

In: keys, ends of prompts, timers, answers of the store, the branch and the order book. Out: calls of the ``WalkHost``'s methods.
A newcomer may change the walk between steps (``ivr``), or how a service is run (``service_runner``); the behaviour of a step is in ``core.flow.kinds``.
"""

from switch_server.core.ivr.effects import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.ivr.facts import AccountFound, BranchAnswered, WrongPinCounted
from switch_server.core.ivr.ivr import Ivr
from switch_server.core.ivr.service_runner import CallerLogIn, ServiceRunner

__all__ = [
    "AccountFound",
    "AskBranch",
    "BranchAnswered",
    "CallerLogIn",
    "CountWrongPin",
    "FindAccount",
    "GiveBackPinTry",
    "Ivr",
    "ServiceRunner",
    "WrongPinCounted",
]
