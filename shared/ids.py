"""Ids and units as types, so that a type checker tells a leg from a call, and fen from yuan.

All of them are plain ``str`` or ``int`` on the wire and in the store.
"""

from typing import NewType

CallId = NewType("CallId", str)
"""One call, from the INVITE to the end of its last leg. Unique for all time: date, time, counter."""
LegId = NewType("LegId", str)
"""One line of a call, served by a card channel: ``<call>/<n>``; the first leg (the caller's) is 1."""
CardId = NewType("CardId", str)
"""A voice card: ``card-1``. A restarted card keeps its id."""
TrunkName = NewType("TrunkName", str)
BranchId = NewType("BranchId", str)
"""营业部: ``GZ01`` …"""
AccountNo = NewType("AccountNo", str)
"""资金账号: 6 to 12 digits, as keyed by the caller."""
CustomerId = NewType("CustomerId", int)
OrderKey = NewType("OrderKey", str)
"""ClOrdID: made when the order is confirmed, from the call and its read-back number (``docs/protocol.md``, An order)."""
ContractNo = NewType("ContractNo", str)
"""合同号: given by the branch; unique together with branch and trade date only."""
StockCode = NewType("StockCode", str)
"""证券代码: six digits."""
RecordingId = NewType("RecordingId", str)
AgentId = NewType("AgentId", str)
"""工号: the name with which an agent logs in; ASCII letters, digits, ``-`` and ``_``, at most 32."""
DeskId = NewType("DeskId", str)
"""A desk (a PC with its own CURVE key): ``desk-07``."""
PhoneName = NewType("PhoneName", str)
"""A desk phone (话机): the user name with which it registers; ASCII letters, digits, ``-`` and ``_``, at most 32."""
QueueName = NewType("QueueName", str)
SkillName = NewType("SkillName", str)
TicketId = NewType("TicketId", int)

Fen = NewType("Fen", int)
"""Money: 1/100 yuan."""
Milli = NewType("Milli", int)
"""Price: 1/1000 yuan."""
Shares = NewType("Shares", int)


def call_of(leg: LegId) -> CallId:
    """The call that a leg belongs to; raises ``ValueError`` if ``leg`` is not of the form ``<call>/<n>``."""
    call, slash, _ = leg.rpartition("/")
    if not slash or not call:
        raise ValueError(f"not a leg id: {leg!r}")
    return CallId(call)


def recording_of(call: CallId, number: int) -> RecordingId:
    """``<call>r<number>``. Recordings from before a call could have several have their call's id."""
    return RecordingId(f"{call}r{number}")


def leg_of(call: CallId, number: int) -> LegId:
    """The ``number``-th leg of a call, counted from 1."""
    return LegId(f"{call}/{number}")
