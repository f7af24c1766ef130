"""The branches' facts about a customer's accounts: funds, holdings and today's orders, requested side by side and shown as they arrive."""

from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from shared import aci
from shared.desk import AccountFacts
from shared.enums import Refusal
from shared.ids import AccountNo, BranchId
from switch_server.ports.desks import BranchQuestions

AT_ONCE = 2
"""Questions at a time to one branch: a customer with many accounts must not fill the branch's link."""
FRESH = 30.0
"""Seconds for which facts stay valid: the next agent of the same call sees them without new questions."""
AWAY = frozenset({Refusal.BRANCH_DOWN, Refusal.BRANCH_SLOW})
"""After these refusals the other questions are dropped: each would only wait as long again."""
_QUERIES = (aci.AskFunds, aci.AskHoldings, aci.AskOrders)


class _Question(Struct, frozen=True):
    account: AccountNo
    query: aci.Request


class BranchFacts:
    """The facts of one call's or one question's accounts; everything on the loop.

    ``on_change`` is called whenever a part has arrived, maybe before ``want`` returns; not after ``stop``. ``clock`` gives UTC seconds.
    """

    def __init__(self, branches: BranchQuestions, clock: Callable[[], float], on_change: Callable[[], None]) -> None:
        self._branches, self._clock, self._on_change = branches, clock, on_change
        self._facts: dict[AccountNo, AccountFacts] = {}
        self._left: dict[AccountNo, int] = {}
        self._began: dict[AccountNo, float] = {}
        self._waiting: dict[BranchId, deque[_Question]] = {}
        self._asked: dict[BranchId, int] = {}
        self._asking: set[BranchId] = set()
        self._stopped = False

    def of(self, account: AccountFacts) -> AccountFacts:
        """``account`` with the facts known by now."""
        known = self._facts.get(account.account)
        if known is None or known.branch != account.branch:
            return account
        return replace(known, branch_name=account.branch_name, locked=account.locked)

    def want(self, accounts: Iterable[AccountFacts]) -> None:
        """Asks for facts that are unknown and not asked for yet, or old; old facts stay visible meanwhile."""
        wanted = [account for account in accounts if not self._is_known(account)]
        for account in wanted:
            self._begin(account)
        for branch in dict.fromkeys(account.branch for account in wanted):
            self._ask_next(branch)

    def stop(self) -> None:
        """Late answers have no effect afterwards."""
        self._stopped = True
        self._waiting.clear()

    @property
    def pending(self) -> bool:
        return any(self._left.values())

    def _is_known(self, account: AccountFacts) -> bool:
        known = self._facts.get(account.account)
        if known is None or known.branch != account.branch:
            return False
        if known.pending:
            return True
        return not known.problem and known.asked_at is not None and self._clock() - known.asked_at < FRESH

    def _begin(self, account: AccountFacts) -> None:
        number = account.account
        self._facts[number] = replace(self.of(account), pending=True, problem="")
        self._left[number] = len(_QUERIES)
        self._began[number] = self._clock()
        self._waiting.setdefault(account.branch, deque()).extend(_Question(number, query(number)) for query in _QUERIES)

    def _ask_next(self, branch: BranchId) -> None:
        """A loop, not a recursion: a branch may answer at once."""
        if branch in self._asking:
            return
        self._asking.add(branch)
        while (waiting := self._waiting.get(branch)) and self._asked.get(branch, 0) < AT_ONCE:
            self._asked[branch] = self._asked.get(branch, 0) + 1
            self._ask(branch, waiting.popleft())
        self._asking.discard(branch)

    def _ask(self, branch: BranchId, question: _Question) -> None:
        def answered(reply: aci.Reply) -> None:
            self._asked[branch] -= 1
            if self._stopped:
                return
            self._take(question.account, reply)
            if isinstance(reply, aci.Refused) and reply.code in AWAY:
                self._give_up(branch, reply)
            self._on_change()
            self._ask_next(branch)

        self._branches.ask(branch, question.query, answered)

    def _give_up(self, branch: BranchId, reply: aci.Refused) -> None:
        for question in self._waiting.pop(branch, ()):
            self._take(question.account, reply)

    def _take(self, account: AccountNo, reply: aci.Reply) -> None:
        facts = _with(self._facts[account], reply)
        self._left[account] -= 1
        if not self._left[account]:
            facts = replace(facts, pending=False)
            if not facts.problem:
                facts = replace(facts, asked_at=self._began[account])
        self._facts[account] = facts


def _with(facts: AccountFacts, reply: aci.Reply) -> AccountFacts:
    match reply:
        case aci.Funds():
            return replace(facts, funds=reply)
        case aci.Holdings(rows):
            return replace(facts, holdings=rows)
        case aci.Orders(rows):
            return replace(facts, orders=rows)
        case aci.Refused(code):
            return replace(facts, problem=facts.problem or code.value)
        case _:
            return replace(facts, problem=facts.problem or Refusal.BAD_ANSWER.value)
