"""A small pure world around the switch: lines, cards, store and branches that answer effects with events, on a virtual clock.

Tests drive ``World`` step by step: ``offer``, ``press``, ``run``. ``Reactions`` has the events that answer an effect, with their delays; the
chaos of ``tests.core.chaos`` uses the same reactions in any order.
"""

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeVar

from msgspec import structs

from shared import aci
from shared.enums import DigitMode, EndCause, Law, Market, OrderStatus, PlayEnd, Refusal, Side
from shared.fax import FaxId, FaxModem, FaxResult
from shared.ids import (
    AccountNo,
    BranchId,
    CallId,
    CardId,
    ContractNo,
    CustomerId,
    Fen,
    LegId,
    Milli,
    OrderKey,
    RecordingId,
    Shares,
    StockCode,
    leg_of,
)
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.fax import KeepFax, MakeFaxDocument
from switch_server.core.flow import Flow
from switch_server.core.ivr import AskBranch, CountWrongPin, FindAccount
from switch_server.core.leg import Answer, HangUp, PlaceCall, RefreshLeg, Reject, Reoffer, RingDesk, ToCard
from switch_server.core.orders import JournalOrder, Resolve, SendOrder
from switch_server.core.switch import Switch
from switch_server.core.words import Effect, Limits, SwitchConfig, Transition, Trunk, fax, media
from tests.core.a_flow import MAIN, NUMBER, OUT, TRUNK
from tests.core.watch import Watch

BRANCH = BranchId("GZ01")
CARD = CardId("card-1")
ACCOUNT = AccountNo("1000123456")
PIN = "271828"
CODE = StockCode("600519")
FAR = media.Far("192.0.2.9", 4000, Law.A, 101)
NEAR = media.Near("192.0.2.1", 5000, Law.A, 101)
CONFIG = SwitchConfig(
    trunks=(Trunk(TRUNK, lines=30), Trunk(OUT, lines=2, direction="out")),
    branches=(BRANCH, BranchId("GZ02")),
    stocks=frozenset({CODE}),
    recordings="/recordings",
    limits=Limits(),
)
QUOTE = aci.Quote(
    Market.SH, CODE, "贵州茅台", Milli(1_500_000), Milli(1_490_000), Milli(1_495_000), Milli(1_510_000), Milli(1_480_000),
    Milli(1_499_990), Milli(1_500_010), Shares(12_300), suspended=False, at=1.0,
)  # fmt: skip

E = TypeVar("E")
Answered = Iterator[tuple[float, ev.Event]]


class Reactions:
    """The answers to an effect: (seconds later, event). A test changes the attributes to make a branch refuse, a far end busy, and so on."""

    def __init__(self) -> None:
        self.play_seconds = 2.0
        self.channel: str = ""  # the reason with which a channel is refused
        self.confirm = True
        self.far: str = "answer"  # answer | busy | silent | early
        self.desk: str = "answer"  # answer | silent | refuse | dead
        self.t38 = False  # whether the cards' channels take UDPTL
        self.reoffer: str = "take"  # take | audio | refuse
        self.makes_documents = self.keeps_faxes = True
        self._documents = 0
        self.fax_pages = 3
        self.fax_tries: list[tuple[int, FaxResult]] = []
        """Of the next T.30 sessions: the pages after which each ends, and its result; further ones send or receive all pages."""
        self.accounts: dict[AccountNo, bool] = {ACCOUNT: False}  # whether the account is locked
        self.pin = PIN
        self.wrong_today = 0
        self.lock_at = 5
        self.journal = True
        self.refuse: Refusal | None = None
        self.replies: dict[type[aci.Request], aci.Reply | None] = {
            aci.AskFunds: aci.Funds(Fen(1_000_000), Fen(900_000), Fen(100_000), Fen(5_000_000)),
            aci.AskHoldings: aci.Holdings(()),
            aci.AskOrders: aci.Orders(()),
            aci.AskQuote: QUOTE,
            aci.AskMaxQuantity: aci.MaxQuantity(Shares(600)),
        }
        self.order_reply: Callable[[OrderKey], aci.Reply | None] = self.accept
        self.resolve_reply: Callable[[OrderKey], aci.Reply | None] = self.accept
        self.at_branch: dict[OrderKey, aci.PlaceOrder | aci.CancelOrder] = {}
        self._contracts = count(880_001)
        self._contract_of: dict[OrderKey, ContractNo] = {}
        self._looped: dict[LegId, int] = {}
        self._recorded: dict[RecordingId, LegId] = {}

    def accept(self, key: OrderKey) -> aci.Reply:
        contract = self._contract_of.get(key)
        if contract is None:
            contract = self._contract_of[key] = ContractNo(str(next(self._contracts)))
        return aci.OrderAccepted(key, contract)

    def to(self, effect: Effect) -> Answered:
        match effect:
            case ToCard(card=card, command=command):
                yield from self._card(command, card)
            case Reoffer(leg=leg, t38=t38):
                yield 0.05, self._reoffered(leg, t38=t38)
            case Answer(leg=leg):
                if self.confirm:
                    yield 0.1, ev.LegConfirmed(leg)
            case Reject(leg=leg, cause=cause, sip_code=code):
                yield 0.01, ev.LegEnded(leg, cause, code)
            case HangUp(leg=leg, cause=cause):
                yield 0.1, ev.LegEnded(leg, cause)
            case PlaceCall(leg=leg):
                yield from self._dialled(leg)
            case RingDesk(leg=leg):
                yield from self._desk_rings(leg)
            case RefreshLeg(leg=leg):
                yield 0.2, ev.LegRefreshed(leg)
            case FindAccount(call=call, request=request, account=account):
                yield 0.01, self._account(call, request, account)
            case CountWrongPin(call=call, request=request):
                self.wrong_today += 1
                yield 0.01, ev.WrongPinCounted(call, request, self.wrong_today, self.wrong_today >= self.lock_at)
            case AskBranch():
                reply = self._branch(effect)
                if reply is not None:
                    yield 0.05, ev.BranchAnswered(effect.call, effect.request, reply)
            case MakeFaxDocument(call=call):
                self._documents += 1
                name = FaxId(f"f20261122T093000-9{self._documents:03}")
                pages = self.fax_pages if self.makes_documents else 0
                yield 1.0, ev.FaxDocumentMade(call, name, "/fax/documents/s.tif", pages, "持仓清单")
            case KeepFax(fax=name):
                yield 0.01, (ev.FaxKept if self.keeps_faxes else ev.FaxKeepFailed)(name)
            case JournalOrder(key=key):
                yield 0.01, ev.OrderJournalled(key) if self.journal else ev.OrderJournalFailed(key, "disk full")
            case SendOrder(key=key, order=order):
                self.at_branch[key] = order
                yield from self._ordered(key, self.order_reply(key))
            case Resolve(key=key):
                yield from self._ordered(key, self.resolve_reply(key))

    def _ordered(self, key: OrderKey, reply: aci.Reply | None) -> Answered:
        yield (0.05, ev.OrderAnswered(key, reply)) if reply is not None else (8.0, ev.OrderSilent(key))

    def _reoffered(self, leg: LegId, *, t38: bool) -> ev.Event:
        if self.reoffer == "refuse" or (self.reoffer == "audio" and t38):
            return ev.LegReofferRefused(leg, 488)
        return ev.LegReoffered(leg, structs.replace(FAR, t38=media.T38Far() if t38 else None))

    def _card(self, command: media.CardCommand, card: CardId) -> Answered:
        match command:
            case media.OpenChannel(leg=leg) if self.channel:
                yield 0.01, ev.ChannelFailed(leg, self.channel, card)
            case media.OpenChannel(leg=leg):
                yield 0.01, ev.ChannelOpened(leg, structs.replace(NEAR, t38=self.t38), card)
            case media.CloseChannel(leg=leg):
                for recording in [each for each, of in self._recorded.items() if of == leg]:
                    yield 0.01, self._recording_over(recording, "closed")
                yield 0.02, ev.ChannelClosed(leg, media.MediaStats(packets_in=50, mos=4.3), card)
            case media.StartRecording(leg=leg, recording=recording):
                self._recorded[recording] = leg
            case media.MoveRecording(to=to, recording=recording):
                self._recorded[recording] = to
            case media.StopRecording(recording=recording) if recording in self._recorded:
                yield 0.01, self._recording_over(recording, "stopped")
            case fax.SendFax(leg=leg, fax=name, first_page=first):
                yield from self._fax_session(leg, name, self.fax_pages - first)
            case fax.ReceiveFax(leg=leg, fax=name):
                yield from self._fax_session(leg, name, self.fax_pages)
            case media.Play(leg=leg, play=play, loop=False):
                yield self.play_seconds, ev.PlayEnded(leg, play, PlayEnd.DONE, 2000)
            case _:
                return

    def _fax_session(self, leg: LegId, name: FaxId, pages: int) -> Answered:
        pages, result = self.fax_tries.pop(0) if self.fax_tries else (pages, FaxResult.OK)
        if result is not FaxResult.TRAINING and result is not FaxResult.NO_FAX:
            yield 8.0, ev.FaxConnected(leg, name, "020 8888", 14400, True)
        for page in range(1, pages + 1):
            yield 8.0 + 30.0 * page, ev.FaxPage(leg, name, page, 14400, 0, 0)
        yield 10.0 + 30.0 * pages, ev.FaxEnded(leg, name, result, 0, pages, "020 8888", 14400, FaxModem.V17, True)

    def _recording_over(self, recording: RecordingId, cause: str) -> ev.Event:
        return ev.RecordingEnded(self._recorded.pop(recording), recording, cause, 1000)

    def _dialled(self, leg: LegId) -> Answered:
        yield 0.1, ev.LegRinging(leg, FAR if self.far == "early" else None)
        if self.far == "early":
            yield 0.2, ev.MediaLatched(leg)
        if self.far in ("answer", "early"):
            yield 3.0, ev.LegAnswered(leg, FAR)
        elif self.far == "busy":
            yield 0.5, ev.LegEnded(leg, EndCause.FAR_BUSY, 486)

    def _desk_rings(self, leg: LegId) -> Answered:
        if self.desk == "dead":
            yield 0.5, ev.LegEnded(leg, EndCause.FAR_LOST, 408)
            return
        yield 0.1, ev.LegRinging(leg)
        if self.desk == "answer":
            yield 2.0, ev.LegAnswered(leg, FAR)
        elif self.desk == "refuse":
            yield 1.0, ev.LegEnded(leg, EndCause.FAR_REFUSED, 603)

    def _account(self, call: CallId, request: int, account: AccountNo) -> ev.AccountFound:
        known = account in self.accounts
        locked = self.accounts.get(account, False)
        return ev.AccountFound(
            call, request, account, BRANCH if known else None, CustomerId(7) if known else None, locked
        )

    def _branch(self, effect: AskBranch) -> aci.Reply | None:
        if self.refuse is not None:
            return aci.Refused(self.refuse)
        if isinstance(effect.query, aci.LogIn):
            right = effect.pin is not None and effect.pin == Secret(self.pin)
            return aci.LoggedIn(effect.query.account, "王小明") if right else aci.Refused(Refusal.WRONG_PIN)
        return self.replies[type(effect.query)]


class World:
    """``effects`` are all effects of the switch so far; ``watch`` checks the rules after every step; ``journal`` has the entries for a replay."""

    def __init__(self, flow: Flow = MAIN, config: SwitchConfig = CONFIG) -> None:
        self.now = 1_000_000.0
        self.journal: list[tuple[int, float, ev.Event]] = []
        self.reactions = Reactions()
        self.switch = Switch(self._fault, self._journalled)
        self.watch = Watch(self.switch)
        self.effects: list[Effect] = []
        self._pending: list[tuple[float, int, ev.Event]] = []
        self._numbers = count()
        self._calls = count(1)
        self.faults: list[BaseException] = []
        self.tell(ev.Configured(config, (flow,)))
        self.tell(ev.CardUp(CARD, 60))
        self.tell(ev.BranchUp(BRANCH))

    # --- actions of a test ---

    def tell(self, event: ev.Event) -> list[Effect]:
        """Passes an event to the switch, and its effects to the reactions."""
        self.watch.event(event)
        return self._carry_out(self.switch.handle(event, self.now))

    def later(self, seconds: float, event: ev.Event) -> None:
        heapq.heappush(self._pending, (self.now + seconds, next(self._numbers), event))

    def run(self, seconds: float) -> None:
        """Advances the clock; due events and deadlines are handled in order."""
        end = self.now + seconds
        while True:
            deadline = self.switch.next_deadline()
            event_at = self._pending[0][0] if self._pending else end + 1
            when = min(event_at, deadline if deadline is not None else end + 1)
            if when > end:
                break
            self.now = max(self.now, when)
            if event_at <= when:
                self.tell(heapq.heappop(self._pending)[2])
            else:
                self._carry_out(self.switch.tick(self.now))
        self.now = end
        self._carry_out(self.switch.tick(self.now))

    def offer(self, *, ani: str = "13800138000", dnis: str = NUMBER, far: media.Far | None = FAR) -> CallId:
        call = CallId(f"20261122T093000-{next(self._calls):04}")
        self.tell(ev.CallOffered(leg_of(call, 1), TRUNK, ani, dnis, far))
        return call

    def answered(self) -> CallId:
        """A caller in the main menu, after its prompt."""
        call = self.offer()
        self.run(6.0)
        return call

    def logged_in(self) -> CallId:
        call = self.answered()
        self.press(call, f"1{ACCOUNT}#{PIN}")
        self.run(6.0)
        return call

    def press(self, call: CallId, keys: str, *, every: float = 0.2) -> None:
        for key in keys:
            self.tell(ev.DigitPressed(leg_of(call, 1), Secret(key), DigitMode.RFC4733, 1234))
            self.run(every)

    def hang_up(self, call: CallId, leg: int = 1) -> None:
        cause = EndCause.CALLER_HUNG_UP if leg == 1 else EndCause.FAR_HUNG_UP
        self.tell(ev.LegEnded(leg_of(call, leg), cause))

    def finish(self) -> None:
        """Logs all agents out and ends all calls; checks that nothing remains."""
        for agent in list(self.switch.desks.seats):
            self.tell(ev.AgentOffline(agent))
        for call in list(self.switch.calls):
            self.hang_up(call)
        self.run(60.0)
        self.watch.all_over()

    # --- for the test's checks ---

    def step(self, call: CallId) -> str:
        return self.switch.calls[call].ivr.step_name

    def state(self, call: CallId) -> str:
        return self.switch.calls[call].ivr.state.value

    def all(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def commands(self, kind: type[E]) -> list[E]:
        return [effect.command for effect in self.all(ToCard) if isinstance(effect.command, kind)]

    def heard(self) -> list[str]:
        """Every segment that was played, in order, without its language."""
        return [name.partition("/")[2] or name for play in self.commands(media.Play) for name in play.segments]

    def row(self, table: str, key: str) -> dict[str, object]:
        """A row with all its saved columns; later values replace earlier ones."""
        return self.watch.rows[table][key]

    def transitions(self, machine: str) -> list[str]:
        return [f"{t.old} -> {t.event} -> {t.new}" for t in self.all(Transition) if t.machine == machine]

    # --- inside ---

    def _carry_out(self, effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            self.effects.append(effect)
            self.watch.effect(effect)
            for delay, event in self.reactions.to(effect):
                self.later(delay, event)
        self.watch.check()
        return effects

    def _journalled(self, event: ev.Event, at: float) -> None:
        self.journal.append((len(self.journal) + 1, at, event))
        if isinstance(event, ev.AgentAssigned):
            self.watch.desks.assigned(event)
        if isinstance(event, ev.LegEnded):
            self.watch.event(event)  # from the lines or from reconciling

    def _fault(self, about: ev.Event | str, bug: BaseException) -> None:
        self.faults.append(bug)
        raise bug


def order_row(contract: str, status: OrderStatus = OrderStatus.REPORTED) -> aci.OrderRow:
    return aci.OrderRow(
        ContractNo(contract), Market.SH, CODE, "贵州茅台", Side.BUY, Milli(1_500_000), Shares(100), Shares(0), Shares(0),
        status, 1_000_000.0,
    )  # fmt: skip
