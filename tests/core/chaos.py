"""Events in any order: late, early, twice, never, and about unknown legs. The rules of ``tests.core.watch`` must hold throughout.

``Chaos.act(kind, pick)`` takes two small numbers, so that bytes or Hypothesis's rules can choose the events. ``finish`` ends all calls and
checks that nothing is left, and that a replay of one of the calls gives its transitions.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import structs

from shared import aci, desk
from shared.enums import DigitMode, EndCause, HangingUp, OrderStatus, PlayEnd, Refusal
from shared.ids import (
    AccountNo,
    AgentId,
    BranchId,
    CallId,
    CardId,
    ContractNo,
    LegId,
    Milli,
    OrderKey,
    QueueName,
    Shares,
    SkillName,
    call_of,
    leg_of,
    recording_of,
)
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.leg import LegState
from switch_server.core.orders import JournalOrder
from switch_server.core.switch import Switch
from switch_server.core.talk import DESK_TRUNK
from switch_server.core.words import Effect, Hours, Queue, SwitchConfig, Transition, Trunk, media
from switch_server.core.words.config import Overflow
from switch_server.services.replay import replay
from tests.core import chaos_desks, chaos_fax
from tests.core.a_flow import MAIN, OUT, TRUNK
from tests.core.watch import Watch, call_id
from tests.core.world import ACCOUNT, BRANCH, CONFIG, FAR, NEAR, PIN, Reactions, order_row

CARDS = (CardId("card-1"), CardId("card-2"))
BRANCHES = (BRANCH, BranchId("GZ02"))
KEYS = (
    f"1{ACCOUNT}#{PIN}", f"1{ACCOUNT}#", PIN, "111111#", "3600519", "#", "1500*5#", "100#", "1", "1", "2", "*", "**", "0", "7", "8",
    "6880001#", "5", "9", "A", "4600519#", "123456789012345678901234567890", "C#", "*#",
)  # fmt: skip
STEPS = (0.0, 0.1, 0.6, 3.0, 9.0, 15.0, 45.0, 70.0, 700.0)
REPLIES: tuple[aci.Reply, ...] = (
    aci.LoggedIn(ACCOUNT, ""), aci.Refused(Refusal.WRONG_PIN), aci.Refused(Refusal.BRANCH_SLOW), aci.Refused(Refusal.UNSUPPORTED),
    aci.MaxQuantity(Shares(-5)), aci.Orders((order_row("880001"), order_row("880002", OrderStatus.FILLED))), aci.ReportsSent(),
    aci.OrderPending(OrderKey("x")),
)  # fmt: skip
AGENTS_QUEUE = Queue(QueueName("agents"), ring=7.0, wrap_up=0.0)
TRADING = Queue(
    QueueName("trading"), skill=SkillName("trading"), level=2, ring=9.0, wrap_up=8.0,
    overflow=(Overflow(20.0, AGENTS_QUEUE.name), Overflow(50.0, QueueName("gone"))),
)  # fmt: skip
CONFIGS = (
    CONFIG,
    SwitchConfig(trunks=(Trunk(TRUNK, lines=2), Trunk(OUT, lines=1)), branches=(BRANCH,)),
    SwitchConfig(trunks=(Trunk(TRUNK, lines=3),), branches=BRANCHES, queues=(TRADING, AGENTS_QUEUE)),
    SwitchConfig(
        trunks=(Trunk(TRUNK, lines=4, direction="in"), Trunk(OUT, lines=2, direction="out")),
        queues=(
            structs.replace(TRADING, hours=(Hours("09:00", "15:00"),), most=1),
            structs.replace(AGENTS_QUEUE, most=1),
        ),
    ),
    SwitchConfig(trunks=(Trunk(TRUNK, lines=4), Trunk(OUT, lines=2)), queues=()),
)
ONCE = ev.CallOffered | ev.OrderRecovered | ev.DeskCommanded | ev.CallbackRecovered
"""Events that are not repeated late, since their adapters never do so."""
T = TypeVar("T")


def choose(of: Sequence[T], pick: int) -> T:
    return of[pick % len(of)]


LOG_IN = f"1{ACCOUNT}#{PIN}"
BEGINNINGS = (
    (), ("",), (LOG_IN,), (LOG_IN, "3600519", "1500#"), (LOG_IN, "3600519", "1500#", "100#"),
    (LOG_IN, "3600519", "#", "100#", "1"), (LOG_IN, "6880001#"), (LOG_IN, "6880001#", "1"), ("7",), ("8",), ("1", ACCOUNT),
    (LOG_IN, "4600519", "1*5#", "200#", "1"), ("8",),
)  # fmt: skip
"""The keys that a caller has pressed before the chaos begins; ``()``: the call is not yet answered."""
IN_QUEUE = (("8",), ("8", "", ""), ("8", "1"), ("8", "", "", "", ""), (LOG_IN, "8", ""))
"""Further beginnings, whose callers wait in a queue."""
TWO_CALLERS = 192
"""From this number on, a beginning has a second caller."""


class Chaos:
    shortest = 21
    """Bytes of the shortest sequence; the longest has four times as many."""

    def __init__(self, beginning: int = 0) -> None:
        self.now = 1_000_000.0
        self.journal: list[tuple[int, float, ev.Event]] = []
        self.told: list[Transition] = []
        self.reactions = Reactions()
        self.switch = Switch(_raise, self._journalled)
        self.watch = Watch(self.switch)
        self.pending: list[ev.Event] = []
        self.past: list[ev.Event] = []
        self.keys: list[OrderKey] = []
        self.requests = 0
        self.steps = 0
        self.beginning = beginning
        self._calls = self.faxes = 0
        self._recovered = 0
        self.tell(ev.Configured(CONFIGS[1], (MAIN,)))
        for card in CARDS:
            self.tell(ev.CardUp(card, 2 + beginning % 3))
        chaos_fax.card(self, beginning)
        for agent in range(beginning // 4 % 4):
            chaos_desks.online(self, agent + 3 * (beginning % 7))
        self.tell(ev.BranchUp(BRANCH))
        self.reactions.replies[aci.AskOrders] = aci.Orders((order_row("880001"),))
        beginnings = IN_QUEUE if beginning & 128 else BEGINNINGS
        self._begin(choose(beginnings, beginning))
        if beginning >= TWO_CALLERS:
            self._begin(choose(beginnings, beginning // 3))
        if beginning & 64:
            self.several_due(8)

    def _begin(self, keys: tuple[str, ...]) -> None:
        self.offer(0)
        leg = self._legs()[-1]
        for some in keys:
            for _ in range(12):
                self.next_due(0)
            for key in some:
                self.tell(ev.DigitPressed(leg, Secret(key), DigitMode.RFC4733))

    # --- driving ---

    def act(self, kind: int, pick: int) -> None:
        self.steps += 1
        choose(_ACTIONS, kind)(self, pick)
        if self.steps % 16 == 0:
            self.watch.encodes()

    def tell(self, event: ev.Event) -> None:
        self.watch.event(event)
        self._carry_out(self.switch.handle(event, self.now))
        if not isinstance(event, ONCE):
            self.past.append(event)
            del self.past[:-30]

    def put_down(self, agent: AgentId, call: CallId, means: HangingUp | None = None) -> None:
        """Hangs up at a desk; with ``means`` as the desk showed it at another moment, else as it shows it now."""
        self._carry_out(self.switch.tick(self.now))
        told = self.watch.desks.told.get(agent)
        shown = told.call.hanging_up if told is not None and told.call is not None else HangingUp.END
        self.requests += 1
        self.tell(ev.DeskCommanded(agent, self.requests, desk.HangUp(call, means or shown), call))

    def wait(self, pick: int) -> None:
        self.now += choose(STEPS, pick)
        self._carry_out(self.switch.tick(self.now))

    def finish(self) -> None:
        """All callers hang up, all outstanding answers are given, and all deadlines pass."""
        for agent in list(self.switch.desks.seats):
            self.tell(ev.AgentOffline(agent))
        chaos_fax.cancel_all(self)
        for leg in self._legs():
            if leg.endswith("/1"):
                self.tell(ev.LegEnded(leg, EndCause.CALLER_HUNG_UP))
        for _ in range(3):
            for _ in range(200):
                if not self.pending:
                    break
                self.tell(self.pending.pop(0))
            self.pending.clear()
            self.now += 60.0
            self._carry_out(self.switch.tick(self.now))
            for between in [call for call in self.switch.calls.values() if call.internal]:
                outside = [
                    leg.id for leg in between.legs.values() if leg.trunk != DESK_TRUNK and leg.state is LegState.UP
                ]
                if outside:  # two outside parties without a seat: one hangs up, and the switch ends the other leg
                    self.tell(ev.LegEnded(outside[0], EndCause.CALLER_HUNG_UP))
        self.watch.all_over()
        if self.beginning % 3 == 0:
            for call in self.to_replay():
                self.replayed(call)

    def to_replay(self) -> list[CallId]:
        """One of the past calls."""
        return [choose(sorted({call_id(t) for t in self.told} - {CallId("")}), self.beginning // 16)]

    def replayed(self, call: CallId) -> None:
        was = [t for t in self.told if call_id(t) == call]
        now = [t for _, t in replay(call, self.journal, self.now)]
        assert now == was, f"{call} is replayed otherwise"

    # --- possible events ---

    def offer(self, pick: int) -> None:
        self._calls += 1
        far = None if pick % 16 == 15 else FAR
        dnis = "999" if pick % 16 == 14 else "02087550000"
        self.tell(
            ev.CallOffered(leg_of(CallId(f"20261122T093000-{self._calls:04}"), 1), TRUNK, "13800138000", dnis, far)
        )

    def next_due(self, _: int) -> None:
        if self.pending:
            self.tell(self.pending.pop(0))

    def several_due(self, pick: int) -> None:
        for _ in range(pick % 12):
            self.next_due(0)

    def any_due(self, pick: int) -> None:
        if self.pending:
            self.tell(self.pending.pop(pick % len(self.pending)))

    def twice(self, pick: int) -> None:
        if self.pending:
            self.tell(choose(self.pending, pick))

    def never(self, pick: int) -> None:
        if self.pending:
            del self.pending[pick % len(self.pending)]

    def stale(self, pick: int) -> None:
        self.tell(choose(self.past, pick))

    def press(self, pick: int) -> None:
        leg = self._leg(pick // len(KEYS))
        for key in choose(KEYS, pick):
            self.tell(ev.DigitPressed(leg, Secret(key), DigitMode.RFC4733))

    def one_key(self, pick: int) -> None:
        self.tell(ev.DigitPressed(self._leg(pick // 16), Secret("0123456789*#ABCD"[pick % 16]), DigitMode.INBAND))

    def hang_up(self, pick: int) -> None:
        cause = choose((EndCause.CALLER_HUNG_UP, EndCause.FAR_HUNG_UP, EndCause.FAR_LOST), pick // 8)
        self.tell(ev.LegEnded(self._leg(pick), cause))

    def card(self, pick: int) -> None:
        card = choose(CARDS, pick)
        self.tell(ev.CardDied(card, "killed") if pick & 2 else ev.CardUp(card, 2 + pick % 3))

    def branch(self, pick: int) -> None:
        self.tell((ev.BranchUp if pick & 2 else ev.BranchDown)(choose(BRANCHES, pick)))

    def leg_event(self, pick: int) -> None:
        leg = self._leg(pick // 9)
        events: tuple[ev.Event, ...] = (
            ev.LegRinging(leg), ev.LegRinging(leg, FAR), ev.LegRinging(leg, None, 182), ev.LegRedirected(leg, "10000"), ev.LegAnswered(leg, FAR), ev.LegConfirmed(leg), ev.LegChanged(leg, FAR),
            ev.LegRefreshed(leg), ev.LegReoffered(leg, FAR), ev.LegReofferRefused(leg, 488), ev.MediaSilent(leg, 30), ev.MediaLatched(leg), ev.PlayEnded(leg, pick, PlayEnd.FAILED, 0), ev.ChannelOpened(leg, NEAR),
        )  # fmt: skip
        self.tell(choose(events, pick))

    def channel_event(self, pick: int) -> None:
        leg = self._leg(pick // 3)
        events: tuple[ev.Event, ...] = (
            ev.ChannelClosed(leg, media.MediaStats()), ev.ChannelFailed(leg, "full"),
            ev.RecordingEnded(leg, recording_of(call_of(leg), 1), "failed", 10, "no space left"),
        )  # fmt: skip
        self.tell(choose(events, pick))

    def branch_answer(self, pick: int) -> None:
        self.tell(ev.BranchAnswered(self._call(pick // 8), pick % 5, choose(REPLIES, pick)))

    def store_answer(self, pick: int) -> None:
        call, request = self._call(pick // 8), pick % 4
        self.tell(
            ev.AccountFound(call, request, ACCOUNT, choose((*BRANCHES, None), pick), locked=pick % 7 == 0)
            if pick & 1
            else ev.WrongPinCounted(call, request, 3, pick % 5 == 0)
        )

    def order_answer(self, pick: int) -> None:
        key = self._key(pick // 8)
        events: tuple[ev.Event, ...] = (
            ev.OrderAnswered(key, aci.OrderAccepted(key, ContractNo("880009"))), ev.OrderAnswered(key, aci.OrderVoid(key)),
            ev.OrderAnswered(key, aci.OrderRefused(key, Refusal.NO_CASH)), ev.OrderAnswered(key, aci.OrderPending(key)),
            ev.OrderAnswered(key, aci.ReportsSent()), ev.OrderSilent(key), ev.OrderSilent(key, never_left=True),
            ev.OrderJournalFailed(key, "disk full"),
        )  # fmt: skip
        self.tell(choose(events, pick))

    def report(self, pick: int) -> None:
        key = None if pick % 13 == 0 else self._key(pick // 4)
        status = choose(tuple(OrderStatus), pick)
        self.tell(
            ev.OrderReported(
                choose(BRANCHES, pick // 3),
                aci.OrderReport(
                    pick % 6, "20261122", AccountNo(ACCOUNT), ContractNo("880001"), status, Shares(pick), Shares(0), Milli(1), 1.0, key
                ),
            )
        )  # fmt: skip

    def recover(self, pick: int) -> None:
        self._recovered += 1
        key = self._key(pick) if pick % 4 == 0 else OrderKey(f"20261121T100000-{self._recovered:04}-1")
        if key not in self.switch.book.orders and (key in self.keys or key in self.watch.order_state):
            return  # settled long ago, so the journal would not recover it
        cancels = "880001" if pick & 1 else None
        self._known(key)
        self.tell(ev.OrderRecovered(key, CallId(key.rpartition("-")[0]), choose(BRANCHES, pick), None, cancels))

    def reconcile(self, pick: int) -> None:
        live = [leg for i, leg in enumerate(self._legs()) if (pick >> (i % 8)) & 1 == 0]
        if pick % 5 == 0:
            live.append(LegId("20261122T000000-9999/1"))
        self._carry_out(self.switch.reconcile(live, self.now))

    def configure(self, pick: int) -> None:
        self.tell(ev.Configured(choose(CONFIGS, pick), (MAIN,) if pick % 7 else ()))

    def operator(self, pick: int) -> None:
        self.tell(ev.Draining() if pick == 255 else ev.HangUpOrdered(self._call(pick)))

    def mood(self, pick: int) -> None:
        """Changes the world's reactions."""
        reactions = self.reactions
        reactions.far = choose(("answer", "busy", "silent", "early"), pick)
        reactions.desk = choose(("answer", "answer", "silent", "refuse", "dead"), pick // 2)
        reactions.refuse = choose((None, None, None, Refusal.MARKET_CLOSED), pick // 4)
        reactions.channel = choose(("", "", "", "full"), pick // 16)
        reactions.order_reply = reactions.accept if pick & 64 else (lambda _: None)

    # --- inside ---

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.watch.effect(effect)
            if isinstance(effect, Transition):
                self.told.append(effect)
            elif isinstance(effect, JournalOrder):
                self._known(effect.key)
            self.pending += [event for _, event in self.reactions.to(effect)]
        self.watch.check()

    def _journalled(self, event: ev.Event, at: float) -> None:
        self.journal.append((len(self.journal) + 1, at, event))
        if isinstance(event, ev.AgentAssigned):
            self.watch.desks.assigned(event)
        if isinstance(event, ev.LegEnded):
            self.watch.event(event)  # from the lines or from reconciling

    def _known(self, key: OrderKey) -> None:
        if key not in self.keys:
            self.keys.append(key)

    def _legs(self) -> list[LegId]:
        return [leg for call in self.switch.calls.values() for leg in call.legs]

    def _leg(self, pick: int) -> LegId:
        return choose([*self._legs(), LegId(f"20261122T093000-{pick % 9:04}/1")], pick)

    def _call(self, pick: int) -> CallId:
        return choose([*self.switch.calls, CallId("20261122T093000-0000")], pick)

    def _key(self, pick: int) -> OrderKey:
        return choose([*self.keys, OrderKey("20261122T093000-0000-1")], pick)


def _raise(_: Any, bug: BaseException) -> None:
    raise bug


ACTIONS: dict[str, tuple[int, Callable[[Chaos, int], None]]] = {
    "next_due": (18, Chaos.next_due),
    "several_due": (23, Chaos.several_due),
    "press": (22, Chaos.press),
    "one_key": (6, Chaos.one_key),
    "wait": (14, Chaos.wait),
    "offer": (8, Chaos.offer),
    "any_due": (8, Chaos.any_due),
    "twice": (4, Chaos.twice),
    "never": (4, Chaos.never),
    "stale": (4, Chaos.stale),
    "hang_up": (6, Chaos.hang_up),
    "card": (3, Chaos.card),
    "branch": (3, Chaos.branch),
    "leg_event": (6, Chaos.leg_event),
    "channel_event": (4, Chaos.channel_event),
    "branch_answer": (4, Chaos.branch_answer),
    "store_answer": (4, Chaos.store_answer),
    "order_answer": (6, Chaos.order_answer),
    "report": (6, Chaos.report),
    "recover": (3, Chaos.recover),
    "reconcile": (4, Chaos.reconcile),
    "configure": (2, Chaos.configure),
    "operator": (2, Chaos.operator),
    "mood": (4, Chaos.mood),
    **chaos_desks.ACTIONS,
    **chaos_fax.ACTIONS,
}
_ACTIONS = tuple(act for weight, act in ACTIONS.values() for _ in range(weight))
assert len(_ACTIONS) <= 256, "a byte chooses"
