"""``ports.BranchesPort`` and ``ports.desks.BranchQuestions`` in memory, with scripted answers, given at once or by ``release``."""

from collections.abc import Callable, Iterable
from functools import partial

from shared import aci
from shared.enums import OrderStatus, Refusal
from shared.ids import BranchId, ContractNo, OrderKey, Shares
from switch_server.core.facts import BranchDown, BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, OrderReported, OrderSilent, Resolve, SendOrder
from switch_server.core.words import Event
from switch_server.ports import Post

Answer = Callable[[aci.Request], aci.Reply | None]
"""The answer to a request or an order; ``None``: silence."""
FIRST_CONTRACT = 10_001


class FakeBranches:
    """Branches that are up accept every order once by its key. ``script`` answers requests; ``None`` means a slow branch.

    ``hold``: answers wait for ``release``. ``silent``: orders are accepted without an answer (a resolve is answered).
    """

    def __init__(self, post: Post, up: Iterable[BranchId] = (), script: Answer = lambda _query: None) -> None:
        self.orders: dict[OrderKey, aci.PlaceOrder | aci.CancelOrder] = {}
        """The branches' orders, by key, in order of arrival."""
        self.pins: list[str] = []
        self.silent = False
        self.hold = False
        self.results: dict[OrderKey, aci.Reply] = {}
        self.asked: list[tuple[BranchId, aci.Request]] = []
        """The requests, in order."""
        self._post = post
        self._script = script
        self._up: set[BranchId] = set()
        self._held: list[Callable[[], None]] = []
        self._reports = 0
        for branch in up:
            self.come_up(branch)

    def do(self, effect: AskBranch | SendOrder | Resolve) -> None:
        match effect:
            case AskBranch():
                if effect.pin is not None and effect.branch in self._up:
                    self.pins.append(effect.pin.reveal())
                self.ask(
                    effect.branch,
                    effect.query,
                    lambda reply: self._post(BranchAnswered(effect.call, effect.request, reply)),
                )
            case SendOrder(key, branch, order):
                self._answer(self._send(key, branch, order))
            case Resolve(key, branch):
                self._answer(self._resolve(key, branch))

    def ask(self, branch: BranchId, query: aci.Request, on_reply: Callable[[aci.Reply], None]) -> None:
        self.asked.append((branch, query))
        self._later(partial(on_reply, self._reply(branch, query)))

    def come_up(self, branch: BranchId) -> None:
        self._up.add(branch)
        self._post(BranchUp(branch))

    def go_down(self, branch: BranchId) -> None:
        self._up.discard(branch)
        self._post(BranchDown(branch))

    def release(self, most: int | None = None) -> None:
        """Gives the first ``most`` held answers, or all; further answers caused by them are held again."""
        held, self._held = self._held[:most], self._held[most:] if most is not None else []
        for tell in held:
            tell()

    @property
    def held(self) -> int:
        return len(self._held)

    def report(self, branch: BranchId, key: OrderKey, status: OrderStatus, filled: int = 0) -> None:
        """Posts a branch's report on an order."""
        order, result = self.orders[key], self.results[key]
        assert isinstance(order, aci.PlaceOrder)
        assert isinstance(result, aci.OrderAccepted)
        self._reports += 1
        self._post(
            OrderReported(
                branch,
                aci.OrderReport(
                    seq=self._reports,
                    trade_date="20251125",
                    account=order.account,
                    contract=result.contract,
                    status=status,
                    filled=Shares(filled),
                    cancelled=Shares(0),
                    last_price=order.price,
                    at=0.0,
                    key=key,
                ),
            )
        )

    def _answer(self, event: Event) -> None:
        self._later(partial(self._post, event))

    def _later(self, tell: Callable[[], None]) -> None:
        if self.hold:
            self._held.append(tell)
        else:
            tell()

    def _reply(self, branch: BranchId, query: aci.Request) -> aci.Reply:
        if branch not in self._up:
            return aci.Refused(Refusal.BRANCH_DOWN)
        return self._script(query) or aci.Refused(Refusal.BRANCH_SLOW)

    def _send(self, key: OrderKey, branch: BranchId, order: aci.PlaceOrder | aci.CancelOrder) -> Event:
        if branch not in self._up:
            return OrderSilent(key, never_left=True)
        if key not in self.results:
            self.orders[key] = order
            self.results[key] = self._take(key, order)
        return OrderSilent(key) if self.silent else OrderAnswered(key, self.results[key])

    def _take(self, key: OrderKey, order: aci.PlaceOrder | aci.CancelOrder) -> aci.Reply:
        scripted = self._script(order)
        if scripted is not None:
            return scripted
        if isinstance(order, aci.CancelOrder):
            return aci.OrderAccepted(key, order.contract)
        return aci.OrderAccepted(key, ContractNo(str(FIRST_CONTRACT + len(self.results))))

    def _resolve(self, key: OrderKey, branch: BranchId) -> Event:
        if branch not in self._up:
            return OrderSilent(key, never_left=True)
        return OrderAnswered(key, self.results.setdefault(key, aci.OrderVoid(key)))
