"""资金账号: the branch's facts on the customer's accounts, each on a tab: funds above, holdings and today's orders as tables."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QTabBar, QWidget

from agent_app.model.desk.view import DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import Commands
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import button_text, clock, count, price, yuan
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows
from shared.aci import Holding, OrderRow
from shared.desk import AccountFacts
from shared.enums import OrderStatus, Side
from shared.ids import AccountNo, Fen
from shared.money import amount

FIGURES = ("assets", "available", "frozen", "value")
NONE = "–"


class Figures(QWidget):
    """Funds: a row of figures, each with its name above it."""

    def __init__(self) -> None:
        super().__init__()
        self.names = {figure: OneLineLabel("muted", wide=16) for figure in FIGURES}
        self.values = {figure: OneLineLabel(scale=1.15, bold=True, wide=18) for figure in FIGURES}
        grid = QGridLayout()
        grid.setContentsMargins(4, 0, 4, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        for at, figure in enumerate(FIGURES):
            grid.addWidget(self.names[figure], 0, at)
            grid.addWidget(self.values[figure], 1, at)
            grid.setColumnStretch(at, 1)
        self.setLayout(grid)

    def retranslate(self) -> None:
        texts = (self.tr("Total assets"), self.tr("Available"), self.tr("Frozen"), self.tr("Market value"))
        for figure, text in zip(FIGURES, texts, strict=True):
            self.names[figure].say(text)

    def show_funds(self, facts: AccountFacts | None) -> None:
        funds = None if facts is None else facts.funds
        if funds is None:
            for value in self.values.values():
                value.say(NONE)
            return
        figures = (funds.balance + funds.market_value, funds.available, funds.frozen, funds.market_value)
        for figure, fen in zip(FIGURES, figures, strict=True):
            self.values[figure].say(yuan(fen))


class AccountsPanel(Panel):
    """The head of the middle tabs: account, its state at the branch, its funds. The window puts ``holdings`` and ``orders`` into tabs."""

    counted = Signal()
    """The rows of holdings or orders have changed."""

    def __init__(self, desk: DeskPresenter, commands: Commands, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self._desk = desk
        self._account: AccountNo | None = None
        self.tabs, self.figures = QTabBar(), Figures()
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setDrawBase(False)
        self.tabs.currentChanged.connect(self._choose)
        self.state, self.again = OneLineLabel("muted", wide=50), commands.button("ask_account")
        self.holdings: DataTable[Holding] = DataTable(HOLDINGS, lambda row: (row.market, row.code), lines=6)
        self.orders: DataTable[OrderRow] = DataTable(self._order_columns(), lambda row: row.contract, lines=6)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head, facts = across(self.tabs, self.again), across(self.figures, self.state)
        head.setStretch(0, 1)
        facts.setStretch(0, 1)
        self.setLayout(rows(head, facts, gap=4))
        self.drawing.places += [self.holdings, self.orders]
        self.redraw()

    def facts(self) -> AccountFacts | None:
        """The facts of the account on screen."""
        shown = self._view.shown
        accounts = () if shown is None else shown.accounts
        return next((one for one in accounts if one.account == self._account), accounts[0] if accounts else None)

    def ask_again(self) -> None:
        facts = self.facts()
        if facts is not None:
            self._desk.ask_account(facts.account)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.shown == was.shown and view.language == was.language:
            return
        if was is None or _numbers(view) != _numbers(was) or view.language != was.language:
            self._show_tabs(view)
        self._show_facts()

    def retranslate(self) -> None:
        self.figures.retranslate()
        named(self.tabs, self.tr("Accounts"), self.tr("The customer's accounts; arrows choose"))
        named(self.holdings, self.tr("Holdings"), self.tr("What the account holds"))
        named(self.orders, self.tr("Today's orders"), self.tr("The account's orders of today"))

    def _show_tabs(self, view: DeskView) -> None:
        """The account by which the caller is verified is shown first."""
        accounts = () if view.shown is None else view.shown.accounts
        proved = view.state.pop.verified if view.state.pop is not None and view.shown_is_pop else None
        keep = self._account if self._account in _numbers(view) else proved
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for facts in accounts:
            branch = words.titled(facts.branch_name, view.language, str(facts.branch))
            self.tabs.addTab(button_text(f"{facts.account} {branch}"))
        numbers = _numbers(view)
        self._account = keep if keep in numbers else (numbers[0] if numbers else None)
        if self._account is not None:
            self.tabs.setCurrentIndex(numbers.index(self._account))
        self.tabs.setVisible(bool(accounts))
        self.tabs.blockSignals(False)

    def _choose(self, at: int) -> None:
        numbers = _numbers(self._view)
        if 0 <= at < len(numbers):
            self._account = numbers[at]
            self._show_facts()

    def _show_facts(self) -> None:
        facts = self.facts()
        self.figures.show_funds(facts)
        self.holdings.show_rows(() if facts is None else facts.holdings)
        self.orders.show_rows(() if facts is None else facts.orders)
        self.again.setVisible(facts is not None)
        self.counted.emit()
        self._say_state(facts)
        self._say_empty(facts)

    def _say_empty(self, facts: AccountFacts | None) -> None:
        """Sets the texts of empty tables: there are no rows, or the reason why they are unknown."""
        known = facts is not None and not facts.pending and not facts.problem and facts.asked_at is not None
        why = "" if known else self.state.text() or self.tr("No customer is on the screen.")
        self.holdings.set_empty(why or self.tr("This account holds nothing."))
        self.orders.set_empty(why or self.tr("No orders today."))

    def _say_state(self, facts: AccountFacts | None) -> None:
        if facts is None:
            has_card = self._view.shown is not None
            self._state("muted", self.tr("No accounts") if has_card else "")
        elif facts.pending:
            self._state("muted", self.tr("Asking the branch …"))
        elif facts.problem:
            self._state("danger", words.say(words.REFUSALS, facts.problem))
        elif facts.locked:
            self._state("danger", self.tr("Phone orders are locked"))
        elif facts.asked_at is not None:
            self._state("muted", self.tr("As of {time}").format(time=clock(facts.asked_at)))
        else:
            self._state("muted", self.tr("The branch was not asked yet"))

    def _state(self, role: str, text: str) -> None:
        self.state.set_role(role)
        self.state.say(text)

    def _order_columns(self) -> list[TableColumn[OrderRow]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Time"), lambda row: clock(row.placed_at), 8),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Contract"), lambda row: row.contract, 8),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Code"), lambda row: row.code, 7),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Stock"), lambda row: row.name, 0),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "Side"), lambda row: words.say(words.SIDES, row.side), 4,
                colour=lambda row: "danger" if row.side is Side.BUY else "ok",
            ),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Price"), lambda row: price(row.price), 7, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Quantity"), lambda row: count(row.quantity), 7, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Filled"), lambda row: count(row.filled), 7, right=True),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "State"), lambda row: words.say(words.ORDER_STATES, row.status), 9,
                colour=lambda row: "danger" if row.status is OrderStatus.REJECTED else "",
            ),
        ]  # fmt: skip


def _numbers(view: DeskView) -> list[AccountNo]:
    return [] if view.shown is None else [facts.account for facts in view.shown.accounts]


def _gain(row: Holding) -> int:
    """The gain in fen: value less cost. Gains are red and losses green, as in China's markets."""
    return amount(row.last_price, row.quantity) - amount(row.cost_price, row.quantity)


def _gain_colour(row: Holding) -> str:
    gain = _gain(row)
    return "danger" if gain > 0 else "ok" if gain < 0 else ""


HOLDINGS: tuple[TableColumn[Holding], ...] = (
    TableColumn(QT_TRANSLATE_NOOP("tables", "Code"), lambda row: f"{row.code}.{row.market}", 9),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Stock"), lambda row: row.name, 0),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Quantity"), lambda row: count(row.quantity), 7, right=True),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Sellable"), lambda row: count(row.sellable), 7, right=True),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Cost"), lambda row: price(row.cost_price), 7, right=True),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Last"), lambda row: price(row.last_price), 7, right=True),
    TableColumn(
        QT_TRANSLATE_NOOP("tables", "Value"),
        lambda row: yuan(Fen(amount(row.last_price, row.quantity))),
        12,
        right=True,
    ),
    TableColumn(
        QT_TRANSLATE_NOOP("tables", "Gain"), lambda row: yuan(Fen(_gain(row))), 10, right=True, colour=_gain_colour
    ),
)
