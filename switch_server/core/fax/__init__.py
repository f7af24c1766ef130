"""Faxes (传真): those that are to be sent, each try of them, and those that are received.

In: ``FaxAsked`` and the answers of disk and fax cards. Out: ``KeepFax``, calls to fax machines (``ForFax``), rows of faxes, tries and contacts.
A newcomer may change the times between tries (``schedule``) or the order of waiting faxes (``queue``).
"""

from switch_server.core.fax.effects import FaxAnswered, FaxEffect, KeepFax, TellFaxChanged
from switch_server.core.fax.facts import (
    FAX_FACTS,
    FaxAsked,
    FaxBegun,
    FaxCancelAsked,
    FaxConnected,
    FaxEnded,
    FaxesRecovered,
    FaxFact,
    FaxJob,
    FaxKeepFailed,
    FaxKept,
    FaxPage,
    FaxPlaced,
    FaxRetryAsked,
    FaxToneHeard,
)
from switch_server.core.fax.records import FaxRow, FaxTryRow

__all__ = [
    "FAX_FACTS",
    "FaxAnswered",
    "FaxAsked",
    "FaxBegun",
    "FaxCancelAsked",
    "FaxConnected",
    "FaxEffect",
    "FaxEnded",
    "FaxFact",
    "FaxJob",
    "FaxKeepFailed",
    "FaxKept",
    "FaxPage",
    "FaxPlaced",
    "FaxRetryAsked",
    "FaxRow",
    "FaxToneHeard",
    "FaxTryRow",
    "FaxesRecovered",
    "KeepFax",
    "TellFaxChanged",
]
