"""Runs the services of a flow's ``service`` steps (业务): questions to the store and the branch, and orders.

A call runs one service at a time. A service always ends with one of its outcomes: without an answer, with the refusal ``branch_slow``
after ``Limits.answer_wait``, or with ``in_doubt`` after ``Limits.order_wait`` for an order. Answers to an earlier request are ignored.

From ``FindAccount`` on a log-in has one of the PIN tries of the account and the calling number, so that parallel calls use no more tries
than there are. In the end each try is counted as a wrong PIN or given back.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from shared import aci
from shared.enums import Market, Refusal, Side
from shared.ids import AccountNo, BranchId, CallId, ContractNo, CustomerId, Milli, OrderKey, Shares, StockCode
from shared.secret import Secret
from switch_server.core.flow import REFUSED, SERVICES
from switch_server.core.ivr.effects import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.ivr.facts import AccountFound, BranchAnswered, WrongPinCounted
from switch_server.core.orders import AT_BRANCH, Order, OrderState
from switch_server.core.words import Effect


class CallerLogIn(Struct, frozen=True):
    """The account of a caller who has keyed its PIN."""

    account: AccountNo
    branch: BranchId
    customer: CustomerId | None


class ServiceHost(Protocol):
    """The protocol that a call implements for its services."""

    id: CallId
    number: str
    """The customer's telephone number; empty where it is withheld."""
    variables: dict[str, Any]

    def emit(self, effect: Effect) -> None: ...
    def wait_for_answer(self, seconds: float | None) -> None: ...
    def outcome(self, name: str) -> None: ...
    def logged_in(self, login: CallerLogIn) -> None: ...
    def capture(self, key: OrderKey, order: aci.PlaceOrder | aci.CancelOrder) -> None: ...
    def any_branch(self) -> BranchId | None: ...


class ServiceRunner:
    """The running service of one call, and the call's log-in."""

    def __init__(self, host: ServiceHost, *, answer_wait: float, order_wait: float, wrong_pins: int) -> None:
        self._host = host
        self._answer_wait = answer_wait
        self._order_wait = order_wait
        self._wrong_pins_allowed = wrong_pins
        self.login: CallerLogIn | None = None
        self.wrong_pins = 0
        self.confirmed_key: OrderKey | None = None
        """Key of a confirmed read-back that has not been used yet."""
        self.awaited_order: OrderKey | None = None
        """Key of the order whose result the caller waits for."""
        self._running = ""
        self._request = 0
        self._expects: type[AccountFound | WrongPinCounted | BranchAnswered] | None = None
        self._account: AccountFound | None = None
        self._has_try = False
        """Whether this call has one of the account's and the number's PIN tries."""

    def run(self, name: str) -> None:
        self._running = name
        self._account = None
        service = SERVICES[name]
        if service.logged_in and self.login is None:
            self._refuse(Refusal.NOT_LOGGED_IN)
        elif name == "log_in":
            account = AccountNo(self._host.variables["account"])
            request = self._next_request(AccountFound)
            self._has_try = True
            self._ask_store(FindAccount(self._host.id, request, account, self._host.number))
        elif service.places:
            self._place(name)
        else:
            self._ask(_QUESTIONS[name](self._host.variables, self.login))

    def stop(self) -> None:
        """The caller has gone. An order under way is carried on without the caller."""
        self._give_back()
        self._running = ""
        self._expects = None
        self.awaited_order = None
        self.confirmed_key = None

    # --- answers ---

    def account_found(self, found: AccountFound) -> None:
        if not self._expected(found):
            return
        if found.branch is None:
            self._done("unknown")
        elif found.locked:
            self._done("locked")
        elif found.number_locked:
            self._done("too_many")
        elif found.busy:
            self._refuse(Refusal.BRANCH_SLOW)
        else:
            self._account = found
            pin = self._host.variables.get("pin")
            self._ask(aci.LogIn(found.account, ""), found.branch, pin if isinstance(pin, Secret) else None)

    def wrong_pin_counted(self, counted: WrongPinCounted) -> None:
        if not self._expected(counted):
            return
        if counted.locked:
            self._done("locked")
        elif counted.number_locked or self.wrong_pins >= self._wrong_pins_allowed:
            self._done("too_many")
        else:
            self._done("wrong_pin")

    def branch_answered(self, answered: BranchAnswered) -> None:
        if not self._expected(answered):
            return
        reply = answered.reply
        if self._running == "log_in":
            self._log_in_answered(reply)
        elif isinstance(reply, aci.Refused):
            self._refuse(reply.code)
        elif isinstance(reply, _ANSWERS[self._running]):
            self._take(reply)
        else:
            self._refuse(Refusal.BAD_ANSWER)

    def order_moved(self, order: Order) -> None:
        """An order of this call has changed its state."""
        if order.key != self.awaited_order:
            return
        if order.state in AT_BRANCH:
            self._host.variables["contract"] = order.contract
            self._done("accepted")
        elif order.state in (OrderState.REFUSED, OrderState.VOID, OrderState.FAILED):
            self._refuse(Refusal(order.code) if order.code else Refusal.BRANCH_DOWN)

    def timed_out(self) -> None:
        """No answer in time: the service ends."""
        if self.awaited_order:
            self._done("in_doubt")
        elif self._running:
            self._refuse(Refusal.BRANCH_SLOW)

    # --- inside ---

    def _log_in_answered(self, reply: aci.Reply) -> None:
        found = self._account
        assert found is not None
        assert found.branch is not None
        if isinstance(reply, aci.LoggedIn):
            self.login = CallerLogIn(found.account, found.branch, found.customer)
            self._host.logged_in(self.login)
            self._done("ok")
        elif isinstance(reply, aci.Refused) and reply.code is Refusal.WRONG_PIN:
            self.wrong_pins += 1
            self._has_try = False
            request = self._next_request(WrongPinCounted)
            self._ask_store(CountWrongPin(self._host.id, request, found.account, self._host.number))
        else:
            self._refuse(reply.code if isinstance(reply, aci.Refused) else Refusal.BAD_ANSWER)

    def _take(self, reply: aci.Reply) -> None:
        values: dict[str, Any] = msgspec.to_builtins(reply)
        variables = self._host.variables
        if self._running == "find_order":
            row = next((row for row in values["rows"] if row["contract"] == variables["contract"]), None)
            if row is None:
                self._done("unknown")
                return
            variables["order"] = row
        elif "rows" in values:
            variables[self._running] = values["rows"]
        else:
            variables[self._running] = values["quantity"] if self._running == "max_quantity" else values
        if isinstance(reply, aci.Quote):
            variables["market"] = reply.market.value
            variables["last"] = reply.last
        self._done("ok")

    def _place(self, name: str) -> None:
        key, self.confirmed_key = self.confirmed_key, None
        login = self.login
        if key is None or login is None:
            self._refuse(Refusal.NOT_LOGGED_IN)
            return
        variables = self._host.variables
        order: aci.PlaceOrder | aci.CancelOrder
        if name == "cancel_order":
            order = aci.CancelOrder(key, login.account, ContractNo(str(variables["contract"])))
        else:
            order = aci.PlaceOrder(
                key=key,
                account=login.account,
                market=Market(variables["market"]),
                code=StockCode(variables["code"]),
                side=Side(variables["side"]),
                price=Milli(variables["price"]),
                quantity=Shares(variables["quantity"]),
            )
        self.awaited_order = key
        self._host.wait_for_answer(self._order_wait)
        self._host.capture(key, order)

    def _ask(self, query: aci.Request, branch: BranchId | None = None, pin: Secret | None = None) -> None:
        where = branch or (self.login.branch if self.login else self._host.any_branch())
        if where is None:
            self._refuse(Refusal.BRANCH_DOWN)
            return
        self._host.wait_for_answer(self._answer_wait)
        self._host.emit(AskBranch(self._host.id, self._next_request(BranchAnswered), where, query, pin))

    def _ask_store(self, question: FindAccount | CountWrongPin) -> None:
        self._host.wait_for_answer(self._answer_wait)
        self._host.emit(question)

    def _next_request(self, answer: type[AccountFound | WrongPinCounted | BranchAnswered]) -> int:
        self._expects = answer
        self._request += 1
        return self._request

    def _expected(self, answer: AccountFound | WrongPinCounted | BranchAnswered) -> bool:
        return answer.request == self._request and type(answer) is self._expects

    def _refuse(self, code: Refusal) -> None:
        self._host.variables["refusal"] = code.value
        self._done(REFUSED)

    def _give_back(self) -> None:
        if self._has_try:
            self._has_try = False
            self._host.emit(GiveBackPinTry(self._host.id))

    def _done(self, outcome: str) -> None:
        self._give_back()
        if self._running == "log_in":
            self._host.variables.pop("pin", None)
        self._running = ""
        self._expects = None
        self.awaited_order = None
        self._host.wait_for_answer(None)
        self._host.outcome(outcome)


def _account(login: CallerLogIn | None) -> AccountNo:
    assert login is not None
    return login.account


_Question = Callable[[Mapping[str, Any], CallerLogIn | None], aci.Request]
_QUESTIONS: dict[str, _Question] = {
    "funds": lambda _, login: aci.AskFunds(_account(login)),
    "holdings": lambda _, login: aci.AskHoldings(_account(login)),
    "orders": lambda _, login: aci.AskOrders(_account(login)),
    "find_order": lambda _, login: aci.AskOrders(_account(login)),
    "quote": lambda variables, _: aci.AskQuote(StockCode(variables["code"])),
    "max_quantity": lambda variables, login: aci.AskMaxQuantity(
        _account(login), StockCode(variables["code"]), Side(variables["side"]), Milli(variables["price"])
    ),
}
_ANSWERS: dict[str, type[aci.Reply]] = {
    "funds": aci.Funds,
    "holdings": aci.Holdings,
    "orders": aci.Orders,
    "find_order": aci.Orders,
    "quote": aci.Quote,
    "max_quantity": aci.MaxQuantity,
}
