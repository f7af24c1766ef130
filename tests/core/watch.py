"""The rules that no sequence of events may break, checked from outside by events, effects and the snapshot."""

from collections import Counter, defaultdict
from typing import Any

import msgspec

from shared.aci import LogIn
from shared.ids import CallId, CardId, LegId, OrderKey, RecordingId, call_of, leg_of, recording_of
from shared.secret import HIDDEN
from switch_server.core import catalogue as ev
from switch_server.core.call import CallState
from switch_server.core.ivr import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.leg import Answer, ChannelState, HangUp, LegState, PlaceCall, Reject, RingDesk, ToCard
from switch_server.core.orders import FINAL, JournalOrder, RecordOrderState, SendOrder
from switch_server.core.switch import Switch
from switch_server.core.talk import DESK_TRUNK
from switch_server.core.words import (
    CloseChannel,
    Effect,
    MoveRecording,
    OpenChannel,
    SaveRecord,
    StartRecording,
    Transition,
)
from switch_server.core.words.media import StopRecording
from tests.core.watch_desks import DeskWatch

FINAL_NAMES = frozenset(state.value for state in FINAL)


class Watch:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.offered: set[LegId] = set()
        self.live_lines: set[LegId] = set()
        """Legs that the switch answered or dialled, and that neither the switch hung up nor the far side ended."""
        self.second_channels: set[tuple[LegId, CardId]] = set()
        """Likewise, of legs that have a channel on another card already."""
        self.open_channels: dict[LegId, CardId] = {}
        """Channels that the switch asked a card for, and that are neither closed by the switch nor reported closed, failed or lost with the card."""
        self.recordings: dict[RecordingId, int] = {}
        """The number of ends of each started recording."""
        self.recorded: dict[RecordingId, LegId] = {}
        """The recorded leg of each running recording."""
        self.journalled: set[OrderKey] = set()
        self.pin_tries: set[CallId] = set()
        """Calls that hold a PIN try of their account, neither used nor given back."""
        self.captured: set[OrderKey] = set()
        self.sent: set[OrderKey] = set()
        self.order_state: dict[OrderKey, str] = {}
        self.rows: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self.lines_allowed: dict[str, int] = {DESK_TRUNK: 1000}
        self.desks = DeskWatch(switch)
        self._checked = -1

    # --- events to the switch ---

    def event(self, event: ev.Event) -> None:
        self.desks.event(event)
        match event:
            case ev.CallOffered(leg=leg):
                self.offered.add(leg)
            case ev.LegEnded(leg=leg):
                self.live_lines.discard(leg)
            case ev.ChannelClosed(leg=leg, card=card) | ev.ChannelFailed(leg=leg, card=card):
                if card is not None and (leg, card) in self.second_channels:
                    self.second_channels.discard((leg, card))
                else:
                    self.open_channels.pop(leg, None)
            case ev.CardDied(card=card):
                self.second_channels = {each for each in self.second_channels if each[1] != card}
                self.open_channels = {leg: on for leg, on in self.open_channels.items() if on != card}
            case ev.OrderJournalled(key=key):
                self.journalled.add(key)
            case ev.Configured(config=config):
                for trunk in config.trunks:
                    self.lines_allowed[trunk.name] = max(trunk.lines, self.lines_allowed.get(trunk.name, 0))
            case _:
                pass

    # --- the switch's effects ---

    def effect(self, effect: Effect) -> None:
        match effect:
            case AskBranch(pin=pin):
                assert pin is None or f"{pin}" == HIDDEN
                effect = msgspec.structs.replace(effect, pin=None)
            case Answer(leg=leg) | PlaceCall(leg=leg) | RingDesk(leg=leg):
                self.live_lines.add(leg)
            case Reject(leg=leg) | HangUp(leg=leg):
                self.live_lines.discard(leg)
            case ToCard(card=card, command=OpenChannel(leg=leg)) if leg in self.open_channels:
                self.second_channels.add((leg, card))
            case ToCard(card=card, command=OpenChannel(leg=leg)):
                self.open_channels[leg] = card
            case ToCard(card=card, command=CloseChannel(leg=leg)) if (leg, card) in self.second_channels:
                self.second_channels.discard((leg, card))
            case ToCard(command=CloseChannel(leg=leg)):
                self.open_channels.pop(leg, None)
                self._recording_closed(leg)
            case ToCard(command=StopRecording(leg=leg, recording=recording)):
                assert recording != recording_of(call_of(leg), 1), (
                    "the whole call's recording is never stopped before the call is over"
                )
                assert self.recorded.pop(recording) == leg
            case ToCard(command=StartRecording(leg=leg, recording=recording)):
                assert leg == leg_of(call_of(leg), 1), "a recording is the customer's, or the called seat's"
                assert recording.startswith(f"{call_of(leg)}r"), "a recording is named by its call"
                assert recording not in self.recordings, "a recording is started once"
                self.recordings[recording] = 0
                self.recorded[recording] = leg
            case ToCard(command=MoveRecording(leg=leg, to=to, recording=recording)):
                assert call_of(to) == call_of(leg), "a recording goes on with somebody of the same call"
                assert self.recorded[recording] == leg
                self.recorded[recording] = to
            case SaveRecord(table=table, row=row):
                self._saved(table, row)
            case JournalOrder(key=key):
                assert key not in self.captured, "an order is captured once"
                self.captured.add(key)
            case SendOrder(key=key):
                assert key in self.journalled, "journal before send"
                assert key not in self.sent, "an order is sent once"
                self.sent.add(key)
            case FindAccount(call=call):
                self.pin_tries.add(call)
            case AskBranch(call=call, query=LogIn()):
                assert call in self.pin_tries, "a PIN is tried by who has a try"
            case CountWrongPin(call=call) | GiveBackPinTry(call=call):
                self.pin_tries.discard(call)
            case RecordOrderState(key=key, state=state, report=report):
                order = self.switch.book.orders.get(key)
                if order is not None and report is not None:
                    assert order.is_of(report.branch, report.account), "a branch reports on its own orders"
                self._order_moved(key, state)
            case _:
                pass
        self.desks.effect(effect)
        msgspec.json.encode(effect)  # only a PIN on its way to the branch is a Secret, which can't be encoded

    def _recording_closed(self, leg: LegId) -> None:
        closed = [recording for recording, recorded in self.recorded.items() if recorded == leg]
        for recording in closed:
            del self.recorded[recording]
        call = self.switch.calls.get(call_of(leg))
        whole = call.recordings.whole if call is not None else None
        if (
            call is not None
            and call.state is CallState.UP
            and whole is not None
            and whole.id in closed
            and not whole.ended
        ):
            legs = [member.leg for member in call.desk.room.members.values()]
            rest = [other.id for other in legs if other.alive and other.channel is ChannelState.OPEN]
            assert not rest, f"{rest} go on and are not recorded"

    def _saved(self, table: str, row: dict[str, Any]) -> None:
        key = row["id"]
        known = self.rows[table][key]
        if table == "recordings" and "ended_at" in row:
            assert "ended_at" not in known, "a recording ends once"
            self.recordings[key] += 1
        known.update(row)

    def _order_moved(self, key: OrderKey, state: str) -> None:
        before = self.order_state.get(key)
        if key in self.switch.book.orders:  # reports about an order that is no longer in memory only update its row
            assert before not in FINAL_NAMES, f"{key} left {before} for {state}"
        self.order_state[key] = state

    # --- the rules ---

    def check(self) -> None:
        """Checks the rules; called after every step."""
        switch = self.switch
        self.desks.check()
        assert not switch.counters["faults"]
        for call in switch.calls.values():
            assert call.state is not CallState.ENDED, "an ended call is forgotten"
        if self._checked == len(self.open_channels):
            return
        self._checked = len(self.open_channels)
        every = [leg for call in switch.calls.values() for leg in call.legs.values()]
        assert not switch.use.repair(every), "lines and channels are counted as they are"
        used = Counter(
            leg.trunk for call in switch.calls.values() for leg in call.legs.values() if leg.state is not LegState.ENDED
        )
        for trunk, lines in used.items():
            assert lines <= self.lines_allowed[trunk], "more calls than lines"

    def encodes(self) -> None:
        held = Counter(order.state.value for order in self.switch.book.orders.values())
        assert self.switch.snapshot().orders == dict(held), "orders are counted as they are"
        msgspec.json.encode(self.switch.snapshot())

    def all_over(self) -> None:
        """Checks that nothing is left after all legs have ended, all channels are closed, and all deadlines of calls have passed."""
        switch = self.switch
        self.encodes()
        assert not switch.calls, f"lost: {list(switch.calls)}"
        names = [
            name
            for name in switch._timers.names()
            if not name.startswith(("order:", "orders:", "acd:", "seat:", "fax:"))
        ]
        assert not names, names
        assert not switch._refreshing
        assert not self.pin_tries, f"never given back: {self.pin_tries}"
        assert all(card.used == 0 for card in switch.snapshot().cards)
        assert not self.live_lines, f"never hung up: {self.live_lines}"
        assert not self.open_channels, f"never closed: {self.open_channels}"
        assert not self.second_channels, f"never closed: {self.second_channels}"
        assert all(ends == 1 for ends in self.recordings.values()), self.recordings
        for call, row in self.rows["calls"].items():
            assert "ended_at" in row, f"{call} has no end"
        for talk, row in self.rows["talks"].items():
            assert "ended_at" in row, f"{talk} rings for ever"
        self.desks.all_over(self.rows["callbacks"])
        for order in switch.book.orders.values():
            assert order.state in FINAL or order.state.value in ("accepted", "working", "in_doubt", "sent", "captured")


def call_id(effect: Transition) -> CallId:
    """The call that a transition belongs to; a seat's and a fax's transitions belong to none."""
    if effect.machine in ("seat", "fax"):
        return CallId("")
    if effect.machine == "leg":
        return CallId(effect.subject.partition("/")[0])
    return CallId(effect.subject.rpartition("-")[0] if effect.machine == "order" else effect.subject)
