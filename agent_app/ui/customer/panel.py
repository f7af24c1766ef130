"""The customer's card at the head of the middle column: name, VIP, number and place, and above all whether the caller is verified."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.table import CALL, LOOK, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import button_text
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.numbers import Numbers
from agent_app.ui.parts.widgets import OneLineLabel, Panel, across, announce, named, restyle, rows
from shared.desk import CustomerCard, Pop
from shared.enums import SeatState
from shared.ids import CallId


class Badge(QFrame):
    """An icon and a line on a background: ``ok``, ``warn`` or ``danger``; ``muted``: a former state."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self.text = QLabel(), OneLineLabel("value", wide=36, shrinks=False)
        line = across(self._icon, self.text)
        line.setContentsMargins(8, 4, 8, 4)
        self.setLayout(line)

    def say(self, tone: str, picture: str, text: str) -> None:
        restyle(self, "tone", tone)
        size = self.fontMetrics().height() + 2
        colour = getattr(theme.tokens(), tone)
        self._icon.setPixmap(icon(picture, colour).pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.text.say(text)
        self.setAccessibleName(text)


class CustomerPanel(Panel):
    """Tells the presenter once for each pop, after its first paint."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock)
        self.desk = host.desk
        self._unpainted: CallId | None = None
        self.name, self.vip = OneLineLabel(scale=1.6, bold=True, wide=40), Badge()
        self.verified = Badge()
        self.numbers, self.line, self.more = Numbers(), OneLineLabel("muted", wide=80), OneLineLabel("muted", wide=80)
        self.others, self._menu = QPushButton(), QMenu(self)
        self.others.setMenu(self._menu)
        self.others.setProperty("menu", "true")
        self.call_back, self.to_pop = host.commands.button("call_back"), host.commands.button("show_pop")
        self.fax = host.commands.button("fax")
        head = across(self.name, self.vip, None, self.verified)
        for part in (self.line, self.more):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        whence = across(self.numbers, self.line, gap=4)
        whence.setStretch(1, 1)
        foot = across(self.more, self.others, self.to_pop, self.fax, self.call_back)
        foot.setStretch(0, 1)
        body = rows(head, whence, foot, gap=2)  # always three lines, so that the columns beside stay in place
        body.setContentsMargins(12, 8, 8, 8)
        self.setLayout(body)
        self.numbers.chosen.connect(lambda number: host.number_chosen.emit(number, False))
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        pop = view.state.pop
        if pop is not None and (was is None or was.state.pop is None or was.state.pop.call != pop.call):
            self._unpainted = pop.call
            self.update()
        same = was is not None and all(
            getattr(view, name) == getattr(was, name) for name in ("shown", "shown_is_pop", "stale")
        )
        if was is None or not same or pop != was.state.pop:
            self._show(view, pop if view.shown_is_pop else None)
        if was is not None and _begins_to_ring(view, was):
            state = words.say(words.SEAT_STATES, SeatState.RINGING)
            announce(self.window(), words.about(state, words.listed((self.name.text(), self.verified.text.text()))))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._unpainted is not None:
            call, self._unpainted = self._unpainted, None
            QTimer.singleShot(0, self, lambda: self.desk.pop_painted(call))  # after the turn of the loop that paints

    def retranslate(self) -> None:
        named(
            self.others,
            self.tr("More customers with this number"),
            self.tr("Shows another customer who has this number"),
        )

    def _show(self, view: DeskView, pop: Pop | None) -> None:
        customer = view.shown
        self.name.say(self._title(customer, pop))
        vip = customer is not None and customer.vip
        self.vip.setVisible(vip)
        if vip:
            self.vip.say("warn", "vip", self.tr("VIP"))
        self._show_proof(pop, customer, stale=view.stale)
        phones = () if customer is None else customer.phones
        self.numbers.show_numbers(phones if pop is None else (pop.number, *phones))
        self.line.say(self._whence(pop))
        self.more.say(self._about(customer, pop))
        self._show_others(pop)
        self.to_pop.setVisible(view.state.pop is not None and not view.shown_is_pop)
        self.call_back.setVisible(customer is not None)
        self.fax.setVisible(customer is not None)

    def _title(self, customer: CustomerCard | None, pop: Pop | None) -> str:
        if customer is not None:
            return customer.name or self.tr("Customer {id}").format(id=customer.id)
        if pop is None:
            return self.tr("No customer")
        return self.tr("Looking up the caller …") if pop.pending else self.tr("Unknown caller")

    def _show_proof(self, pop: Pop | None, customer: CustomerCard | None, *, stale: bool) -> None:
        """Verified means: by PIN in this call, for an account of this card.

        ``stale``: the view is old, so the present caller is not known.
        """
        self.verified.setVisible(pop is not None or customer is not None)
        if pop is None:
            self.verified.say("warn", "unverified", self.tr("Looked up, not in this call"))
        elif pop.verified is None:
            self.verified.say("warn", "unverified", self.tr("Not verified"))
        elif stale:
            text = self.tr("Was verified by PIN: {account}")
            self.verified.say("muted", "unverified", text.format(account=pop.verified))
        else:
            self.verified.say("ok", "verified", self.tr("Verified by PIN: {account}").format(account=pop.verified))

    def _whence(self, pop: Pop | None) -> str:
        """The text beside the numbers: the number's place."""
        if pop is None:
            return ""
        return pop.place if pop.number else " · ".join(part for part in (self.tr("Number withheld"), pop.place) if part)

    def _about(self, customer: CustomerCard | None, pop: Pop | None) -> str:
        if customer is None:
            return (
                ""
                if pop is not None
                else self.tr("A caller's card appears here while the desk rings. F9 finds a customer.")
            )
        parts = [self.tr("Customer {id}").format(id=customer.id), words.LANGUAGES[customer.language]]
        return " · ".join(parts)

    def _show_others(self, pop: Pop | None) -> None:
        others = () if pop is None else pop.others
        self.others.setVisible(bool(others))
        self.others.setText(self.tr("Same number: {n} more").format(n=len(others)))
        self._menu.clear()
        for card in others:
            action = self._menu.addAction(button_text(card.name)[:60] + f"  · {card.id}")
            action.triggered.connect(lambda _checked=False, card=card: self.desk.show_customer(card.id))


def _begins_to_ring(view: DeskView, was: DeskView) -> bool:
    call, old = view.state.call, was.state.call
    return call is not None and call.state is SeatState.RINGING and (old is None or old.call != call.call)


PANEL: PanelSpec[CustomerPanel] = PanelSpec(
    "customer",
    CustomerPanel,
    (Placement(PanelPlace.CARD, 10),),
    (
        WindowCommand("call_back", "F10", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Call back"), "dial", Action.CALL_BACK),), lambda panel: panel.desk.call_back(), 170),
        WindowCommand("show_pop", "Shift+F9", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Back to the caller"), "person"),), lambda panel: panel.desk.show_pop(), 20),
    ),
)  # fmt: skip
