"""Faxes (传真): those that are to be sent, each try of them, and those that are received.

In: ``FaxAsked`` and the answers of disk and fax cards. Out: ``KeepFax``, calls to fax machines (``ForFax``), rows of faxes, tries and contacts.
A newcomer may change the times between tries (``schedule``) or the order of waiting faxes (``queue``).
"""

from switch_server.core.fax.effects import FaxAnswered, FaxEffect, KeepFax, MakeFaxDocument, TellFaxChanged
from switch_server.core.fax.facts import (
    FaxAsked,
    FaxBegun,
    FaxCancelAsked,
    FaxConnected,
    FaxDocumentMade,
    FaxEnded,
    FaxesRecovered,
    FaxFact,
    FaxJob,
    FaxKeepFailed,
    FaxKept,
    FaxLegFact,
    FaxOutcome,
    FaxPage,
    FaxPlaced,
    FaxRetryAsked,
    FaxSpoolChanged,
    FaxStopped,
    FaxToneHeard,
)
from switch_server.core.fax.numbers import may_send
from switch_server.core.fax.records import SavedFax, SavedTry
from switch_server.core.fax.room import FaxRoom

__all__ = [
    "FaxAnswered",
    "FaxAsked",
    "FaxBegun",
    "FaxCancelAsked",
    "FaxConnected",
    "FaxDocumentMade",
    "FaxEffect",
    "FaxEnded",
    "FaxFact",
    "FaxJob",
    "FaxKeepFailed",
    "FaxKept",
    "FaxLegFact",
    "FaxOutcome",
    "FaxPage",
    "FaxPlaced",
    "FaxRetryAsked",
    "FaxRoom",
    "FaxSpoolChanged",
    "FaxStopped",
    "FaxToneHeard",
    "FaxesRecovered",
    "KeepFax",
    "MakeFaxDocument",
    "SavedFax",
    "SavedTry",
    "TellFaxChanged",
    "may_send",
]
