"""Seats (座席): log-in, open and locked, wrap-up, and the commands of agents and supervisors.

In: facts of the desks' links, commands (``DeskCommanded``). Out: reports and answers to each desk, rows of seats, and decisions about calls as events.
A newcomer may add a command (``commands``, ``calling``, ``floor``), or a fact of a seat.
"""

from switch_server.core.desks.commands import SeatCommands, for_journal
from switch_server.core.desks.desks import DeskFact, Desks
from switch_server.core.desks.effects import AnswerDesk, HidePop, ShowPop
from switch_server.core.desks.facts import (
    AgentOffline,
    AgentOnline,
    AgentSkilled,
    DeskCommanded,
    DeskDown,
    PhoneTold,
    PopSeen,
)
from switch_server.core.desks.seat import Seat

__all__ = [
    "AgentOffline",
    "AgentOnline",
    "AgentSkilled",
    "AnswerDesk",
    "DeskCommanded",
    "DeskDown",
    "DeskFact",
    "Desks",
    "HidePop",
    "PhoneTold",
    "PopSeen",
    "Seat",
    "SeatCommands",
    "ShowPop",
    "for_journal",
]
