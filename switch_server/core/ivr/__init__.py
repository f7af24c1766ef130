"""A caller's walk through a flow (语音导航): steps, keys, inputs, waiting, talking, and the services that a step runs.

In: keys, ends of prompts, deadlines, answers of store, branch and order book. Out: calls of its ``Host``. New here: what happens in a step.
"""

from switch_server.core.ivr.effects import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.ivr.facts import AccountFound, BranchAnswered, WrongPinCounted
from switch_server.core.ivr.ivr import Ivr
from switch_server.core.ivr.services import Login, Services

__all__ = [
    "AccountFound",
    "AskBranch",
    "BranchAnswered",
    "CountWrongPin",
    "FindAccount",
    "GiveBackPinTry",
    "Ivr",
    "Login",
    "Services",
    "WrongPinCounted",
]
