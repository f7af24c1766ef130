"""Lines and channels in use, counted as the legs change: each new call asks for them, and there may be thousands of legs."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from shared.ids import CardId, LegId, TrunkName

Use = tuple[TrunkName | None, CardId | None, CardId | None]
"""A leg's trunk, card, and the card of its second channel."""
NOTHING: Use = (None, None, None)


class CountedLeg(Protocol):
    """The protocol of a leg that is counted."""

    id: LegId
    trunk: TrunkName
    card: CardId | None

    @property
    def holds_line(self) -> bool: ...
    @property
    def holds_channel(self) -> bool: ...
    @property
    def second_card(self) -> CardId | None: ...


class LineUse:
    """``lines``: of each trunk, legs that have not ended. ``channels``: of each card."""

    def __init__(self, legs: Iterable[CountedLeg] = ()) -> None:
        self.lines: Counter[TrunkName] = Counter()
        self.channels: Counter[CardId] = Counter()
        self._of: dict[LegId, Use] = {}
        for leg in legs:
            self.look(leg)

    def repair(self, legs: Iterable[CountedLeg]) -> bool:
        """Counts all legs anew; whether the count was wrong, which is a bug and would keep callers out for ever."""
        counted = LineUse(legs)
        if self._of == counted._of:
            return False
        self.lines, self.channels, self._of = counted.lines, counted.channels, counted._of
        return True

    def look(self, leg: CountedLeg) -> None:
        """The leg may have changed."""
        card = leg.card if leg.holds_channel else None
        self._put(leg.id, (leg.trunk if leg.holds_line else None, card, leg.second_card))

    def forget(self, leg: LegId) -> None:
        """The leg's call is over."""
        self._put(leg, NOTHING)

    def _put(self, leg: LegId, use: Use) -> None:
        was = self._of.get(leg, NOTHING)
        if use == was:
            return
        for change, (trunk, *cards) in ((-1, was), (1, use)):
            if trunk is not None:
                self.lines[trunk] += change
            for card in cards:
                if card is not None:
                    self.channels[card] += change
        if use == NOTHING:
            del self._of[leg]
        else:
            self._of[leg] = use
