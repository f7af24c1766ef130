"""How much of anything somebody outside may send: ids, numbers and lists as they are decoded, each with its most.

What keeps to no bound is refused by ``shared.codec`` (``FrameError``), before anybody acts on it or writes it down. ``…Ref``: an id as it is
named by somebody who may have no right to it; whose it is, is judged later (``docs/who-may-name-what.md``).
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
"""Of anything that is counted or paid: what a double still holds exactly."""
LEGS_MAX: Final = 16
"""Of one phone: the switch rings one."""
ROWS_MAX: Final = 10_000
"""Holdings or orders of one account."""
REPORTS_MAX: Final = 100
"""Order reports in one page: some 20 kB, so that orders on a slow line wait seconds for it at most."""

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
"""A word or a name, as people write it, on one line: it may stand in a log or an operator's table."""
FullName = Annotated[str, Meta(max_length=NAME_MAX)]
"""Of a person, a company, a security."""
Sentence = Annotated[str, Meta(max_length=SENTENCE_MAX)]
Offset = Annotated[int, _POSITIVE]
Count = Annotated[int, _POSITIVE]
Money = Annotated[Fen, _NUMBER]
Price = Annotated[Milli, _NUMBER]
Quantity = Annotated[Shares, _NUMBER]
