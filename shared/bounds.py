"""Upper bounds for everything that a peer may send: ids, numbers and lists, checked while they are decoded.

A value beyond its bound is refused by ``shared.codec`` (``FrameError``), before it is used or written down. ``…Ref``: an id that a peer names;
whether the peer has a right to it is checked later (``docs/who-may-name-what.md``).
"""

from typing import Annotated, Final

from msgspec import Meta

from shared.ids import (
    AccountNo,
    AgentId,
    BranchId,
    CallId,
    ContractNo,
    CustomerId,
    Fen,
    LegId,
    Milli,
    OrderKey,
    QueueName,
    Shares,
    StockCode,
    TicketId,
)

ID_MAX: Final = 64
NAME_MAX: Final = 256
SENTENCE_MAX: Final = 1000
NUMBER_MAX: Final = 2**53
"""The largest count or amount: a double holds it exactly."""
LEGS_MAX: Final = 16
"""The most legs of one phone; the switch rings one."""
ROWS_MAX: Final = 10_000
"""The most holdings or orders of one account."""
REPORTS_MAX: Final = 100
"""The most order reports in one page: some 20 kB, so that orders on a slow line wait a few seconds at most."""

_ID: Final = Meta(max_length=ID_MAX)
_POSITIVE: Final = Meta(ge=0, le=NUMBER_MAX)
_NUMBER: Final = Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)

CallRef = Annotated[CallId, _ID]
LegRef = Annotated[LegId, _ID]
AgentRef = Annotated[AgentId, _ID]
QueueRef = Annotated[QueueName, _ID]
AccountRef = Annotated[AccountNo, _ID]
BranchRef = Annotated[BranchId, _ID]
OrderRef = Annotated[OrderKey, _ID]
ContractRef = Annotated[ContractNo, _ID]
CodeRef = Annotated[StockCode, _ID]
CustomerRef = Annotated[CustomerId, _POSITIVE]
TicketRef = Annotated[TicketId, _POSITIVE]

Line = Annotated[str, Meta(max_length=ID_MAX, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z")]
"""A word or a name on one line, without control characters: it may stand in a log or an operator's table."""
FullName = Annotated[str, Meta(max_length=NAME_MAX)]
"""The name of a person, a company or a security."""
Sentence = Annotated[str, Meta(max_length=SENTENCE_MAX)]
Offset = Annotated[int, _POSITIVE]
Count = Annotated[int, _POSITIVE]
Money = Annotated[Fen, _NUMBER]
Price = Annotated[Milli, _NUMBER]
Quantity = Annotated[Shares, _NUMBER]
