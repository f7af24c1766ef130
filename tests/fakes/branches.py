"""``ports.Branches`` in memory: answers by a script, at once or when ``release`` is called."""

from collections.abc import Callable, Iterable

from shared import aci
from shared.enums import OrderStatus, Refusal
from shared.ids import BranchId, ContractNo, OrderKey, Shares
from switch_server.core.effects import AskBranch, Resolve, SendOrder
from switch_server.core.events import (
    BranchAnswered,
    BranchDown,
    BranchUp,
    Event,
    OrderAnswered,
    OrderReported,
    OrderSilent,
)
from switch_server.ports import Post

Answer = Callable[[aci.Request], aci.Reply | None]
"""To a question or an order; ``None``: silence."""
FIRST_CONTRACT = 10_001


class FakeBranches:
    """Branches that are up take every order once by its key. ``script`` answers questions; what it leaves to ``None`` is slow.

    ``hold``: answers wait for ``release``. ``silent``: orders are taken, and not answered (a resolve is).
    """

    def __init__(self, post: Post, up: Iterable[BranchId] = (), script: Answer = lambda _query: None) -> None:
        self.orders: dict[OrderKey, aci.PlaceOrder | aci.CancelOrder] = {}
        """What the branches have, by key, in order."""
        self.pins: list[str] = []
        self.silent = False
        self.hold = False
        self.results: dict[OrderKey, aci.Reply] = {}
        self._post = post
        self._script = script
        self._up: set[BranchId] = set()
        self._held: list[Event] = []
        self._reports = 0
        for branch in up:
            self.come_up(branch)

    def do(self, effect: AskBranch | SendOrder | Resolve) -> None:
        match effect:
            case AskBranch():
                self._answer(BranchAnswered(effect.call, effect.request, self._ask(effect)))
            case SendOrder(key, branch, order):
                self._answer(self._send(key, branch, order))
            case Resolve(key, branch):
                self._answer(self._resolve(key, branch))

    def come_up(self, branch: BranchId) -> None:
        self._up.add(branch)
        self._post(BranchUp(branch))

    def go_down(self, branch: BranchId) -> None:
        self._up.discard(branch)
        self._post(BranchDown(branch))

    def release(self) -> None:
        held, self._held = self._held, []
        for event in held:
            self._post(event)

    def report(self, branch: BranchId, key: OrderKey, status: OrderStatus, filled: int = 0) -> None:
        """An order of ours changed at the branch."""
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
        if self.hold:
            self._held.append(event)
        else:
            self._post(event)

    def _ask(self, effect: AskBranch) -> aci.Reply:
        if effect.branch not in self._up:
            return aci.Refused(Refusal.BRANCH_DOWN)
        if effect.pin is not None:
            self.pins.append(effect.pin.reveal())
        return self._script(effect.query) or aci.Refused(Refusal.BRANCH_SLOW)

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
