"""A second channel of a leg, on another card: for the time in which the far end's media is there, as a fax is sent on a live call.

```
opening ──► open ──► closing ──► (none)
```
"""

from enum import StrEnum

from shared.ids import CardId


class SecondState(StrEnum):
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"


class SecondChannel:
    def __init__(self, card: CardId) -> None:
        self.card = card
        self.state = SecondState.OPENING
