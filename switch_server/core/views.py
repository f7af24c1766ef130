"""Makes the snapshot from the switch's state."""

from collections import Counter

from shared.desk import QueueRow
from shared.enums import SeatState
from switch_server.core.acd import is_open
from switch_server.core.call import Call
from switch_server.core.desks import Seat
from switch_server.core.leg import LegState
from switch_server.core.snapshot import (
    CallView,
    CardView,
    FloorView,
    LegView,
    QueueView,
    SeatView,
    SwitchSnapshot,
    TrunkView,
    WaitingView,
)
from switch_server.core.state import SwitchState
from switch_server.core.words import Queue, QueuePlace

SHOWN_DIGITS = 2
"""Last digits of an account number that an operator sees; the other digits stay private."""


def snapshot_of(switch: SwitchState) -> SwitchSnapshot:
    return SwitchSnapshot(
        at=switch.now,
        calls=tuple(_call(call) for call in switch.calls.values()),
        trunks=_trunks(switch),
        cards=_cards(switch),
        orders={state.value: count for state, count in sorted(switch.book.states.items()) if count},
        branches_up=tuple(sorted(switch.branches_up)),
        flows=tuple(flow.flow for flow in switch.flows),
        counters=dict(switch.counters),
        seats=tuple(_seat(seat) for seat in switch.desks.seats.values()),
        queues=_queues(switch, switch.now),
    )


def floor_of(switch: SwitchState, now: float) -> FloorView:
    """``now``: UTC seconds. The switch's own ``now`` is that of the last event; a queue may have opened since then."""
    waiting = tuple(_waiting(switch, place) for place in switch.acd.waiting.values())
    return FloorView(_queues(switch, now), waiting, _trunks(switch), _cards(switch))


def rows_of(switch: SwitchState) -> tuple[QueueRow, ...]:
    """The queues as desks show them."""
    views = zip(switch.config.queues, _queues(switch, switch.now), strict=True)
    return tuple(QueueRow(q.name, q.title, v.waiting, v.longest_s, v.open_seats, v.seats) for q, v in views)


def _seat(seat: Seat) -> SeatView:
    talk = seat.talk
    reason = seat.lock_next or seat.lock
    return SeatView(
        seat.agent, seat.name, seat.desk, seat.state.value, seat.since, reason.value if reason else None,
        talk.call if talk else None, {str(skill): level for skill, level in seat.skills.items()}, seat.role.value, talk.queue if talk else None,
    )  # fmt: skip


def _queues(switch: SwitchState, now: float) -> tuple[QueueView, ...]:
    return tuple(_queue(switch, queue, now) for queue in switch.config.queues)


def _queue(switch: SwitchState, queue: Queue, now: float) -> QueueView:
    acd = switch.acd
    places = [place for place in acd.waiting.values() if place.queue == queue.name]
    seats = [seat for seat in switch.desks.seats.values() if seat.link and seat.level_in(queue) is not None]
    stats = acd.stats[queue.name]
    oldest = min((place.since for place in places), default=None)
    return QueueView(
        name=queue.name,
        waiting=len(places),
        longest_s=now - oldest if oldest is not None else 0.0,
        callbacks=len(acd.callbacks.waiting(queue.name)),
        open_seats=sum(seat.state is SeatState.OPEN for seat in seats),
        seats=len(seats),
        answered=stats.answered,
        abandoned=stats.abandoned,
        is_open=is_open(queue, now),
        oldest=oldest,
    )


def _waiting(switch: SwitchState, place: QueuePlace) -> WaitingView:
    call = switch.calls.get(place.call)
    number, consult = call.number if call else "", place.agent_leg is not None
    return WaitingView(place.call, place.queue, number, place.since, place.total, place.ringing, consult)


def _call(call: Call) -> CallView:
    login = call.services.login
    return CallView(
        call=call.id,
        state=call.state.value,
        trunk=call.caller.trunk,
        ani=call.caller.ani,
        dnis=call.caller.dnis,
        card=call.caller.card,
        started_at=call.started,
        flow=call.ivr.flow.flow,
        step=call.ivr.step_name,
        language=call.language.value,
        branch=login.branch if login else None,
        account_end=login.account[-SHOWN_DIGITS:] if login else None,
        legs=tuple(
            LegView(leg.id, leg.trunk, leg.state.value, leg.channel.value, leg.card, leg.dnis, leg.line, leg.far_end)
            for leg in call.legs.values()
        ),
    )


def _trunks(switch: SwitchState) -> tuple[TrunkView, ...]:
    legs = (leg for call in switch.calls.values() for leg in call.legs.values() if leg.state is not LegState.ENDED)
    used = Counter((leg.trunk, leg.incoming) for leg in legs)
    return tuple(
        TrunkView(trunk.name, trunk.capacity, used[trunk.name, True], used[trunk.name, False])
        for trunk in switch.config.trunks
    )


def _cards(switch: SwitchState) -> tuple[CardView, ...]:
    used = switch.use.channels
    return tuple(CardView(name, card.up, card.channels, used[name]) for name, card in switch.cards.items())
