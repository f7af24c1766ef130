"""Tries of PINs by telephone: how many an account, and a calling number, have left today (Asia/Shanghai). Pure.

A try is taken before the branch is asked and returned unless the PIN was wrong, so that calls side by side never make more tries than
remain. A number may belong to many customers (a company's exchange, or all withheld numbers), so its limit is higher.
"""

from collections import Counter
from collections.abc import Iterable
from enum import Enum, auto

from msgspec import Struct

from shared.days import shanghai_day
from shared.ids import AccountNo, CallId

WITHHELD = ""
"""The number of all callers who withhold theirs."""
TIMES_WITHHELD = 10
"""The factor by which the limit of all withheld numbers together exceeds a number's limit."""


class TryState(Enum):
    """Whether a call gets a try."""

    TAKEN = auto()
    ACCOUNT_USED_UP = auto()
    NUMBER_USED_UP = auto()
    BUSY = auto()  # other calls use the last tries now


class WrongPin(Struct, frozen=True):
    """Wrong PINs of the account and of the number on ``day``; ``locks_number``: this was the number's last try."""

    day: str
    failures: int
    from_number: int
    account_used_up: bool
    number_used_up: bool
    locks_number: bool


class PinTries:
    """``limit``: an account's wrong PINs a day; ``number_limit``: a calling number's."""

    def __init__(self, limit: int, number_limit: int) -> None:
        self._limit, self._number_limit = limit, number_limit
        self._wrong: Counter[AccountNo] = Counter()
        self._wrong_from: Counter[str] = Counter()
        self._out: dict[CallId, tuple[AccountNo, str]] = {}
        self.day = ""

    def load(self, accounts: Iterable[tuple[AccountNo, int]], numbers: Iterable[tuple[str, int]], now: float) -> None:
        """Loads today's counts of an earlier run."""
        self._reset_on_new_day(now)
        self._wrong.update(dict(accounts))
        self._wrong_from.update(dict(numbers))

    def take(self, call: CallId, account: AccountNo, number: str, now: float) -> TryState:
        """A call has at most one try at a time."""
        self._reset_on_new_day(now)
        self._out.pop(call, None)
        if self._wrong[account] >= self._limit:
            return TryState.ACCOUNT_USED_UP
        if self._is_used_up(number):
            return TryState.NUMBER_USED_UP
        if self.of_account(account) >= self._limit or self.of_number(number) >= self._limit_of(number):
            return TryState.BUSY
        self._out[call] = account, number
        return TryState.TAKEN

    def give_back(self, call: CallId) -> tuple[AccountNo, str] | None:
        """Returns account and number of the try; ``None``: the call had none."""
        return self._out.pop(call, None)

    def wrong(self, call: CallId, account: AccountNo, number: str, now: float) -> WrongPin:
        self._reset_on_new_day(now)
        self._out.pop(call, None)
        was_used_up = self._is_used_up(number)
        self._wrong[account] += 1
        self._wrong_from[number] += 1
        used_up = self._is_used_up(number)
        return WrongPin(
            self.day,
            self._wrong[account],
            self._wrong_from[number],
            self._wrong[account] >= self._limit,
            used_up,
            used_up and not was_used_up,
        )

    def of_account(self, account: AccountNo) -> int:
        """Wrong PINs and running tries."""
        return self._wrong[account] + sum(account == other for other, _ in self._out.values())

    def of_number(self, number: str) -> int:
        """Wrong PINs and running tries."""
        return self._wrong_from[number] + sum(number == other for _, other in self._out.values())

    def forget_account(self, account: AccountNo) -> None:
        """Deletes today's wrong PINs."""
        self._wrong.pop(account, None)

    def forget_number(self, number: str) -> bool:
        """Deletes today's wrong PINs; ``False``: there were none."""
        return bool(self._wrong_from.pop(number, 0))

    def locked_numbers(self, now: float) -> list[str]:
        """The numbers that have no try left today; ``WITHHELD`` may be one of them."""
        self._reset_on_new_day(now)
        return sorted(number for number in self._wrong_from if self._is_used_up(number))

    def _is_used_up(self, number: str) -> bool:
        return self._wrong_from[number] >= self._limit_of(number)

    def _limit_of(self, number: str) -> int:
        return self._number_limit * (TIMES_WITHHELD if number == WITHHELD else 1)

    def _reset_on_new_day(self, now: float) -> None:
        if (day := shanghai_day(now)) != self.day:
            self.day = day
            self._wrong.clear()
            self._wrong_from.clear()
