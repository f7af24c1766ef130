"""Makes the snapshot from the live machines."""

from typing import TYPE_CHECKING

from switch_server.core.admission import channels_used
from switch_server.core.snapshot import CallView, CardView, LegView, OrderView, SwitchSnapshot, TrunkView

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.order import Order
    from switch_server.core.switch import Switch

SHOWN_DIGITS = 2
"""Of an account number; the rest is nobody's business on a screen in the machine room."""


def snapshot_of(switch: "Switch") -> SwitchSnapshot:
    used = channels_used(switch.calls.values())
    return SwitchSnapshot(
        at=switch.now,
        calls=tuple(_call(call) for call in switch.calls.values()),
        trunks=_trunks(switch),
        cards=tuple(CardView(name, card.up, card.channels, used[name]) for name, card in switch.cards.items()),
        orders=tuple(_order(order) for order in switch.book.orders.values()),
        branches_up=tuple(sorted(switch.branches_up)),
        flows=tuple(flow.flow for flow in switch.flows),
        counters=dict(switch.counters),
    )


def _call(call: "Call") -> CallView:
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
            LegView(leg.id, leg.trunk, leg.state.value, leg.channel.value, leg.card, leg.dnis)
            for leg in call.legs.values()
        ),
    )


def _trunks(switch: "Switch") -> tuple[TrunkView, ...]:
    legs = [leg for call in switch.calls.values() for leg in call.legs.values() if leg.state.value != "ended"]
    return tuple(
        TrunkView(
            trunk.name,
            trunk.lines,
            sum(leg.trunk == trunk.name and leg.incoming for leg in legs),
            sum(leg.trunk == trunk.name and not leg.incoming for leg in legs),
        )
        for trunk in switch.config.trunks
    )


def _order(order: "Order") -> OrderView:
    status = order.status.value if order.status else None
    return OrderView(order.key, order.branch, order.state.value, order.contract, order.code, status, order.filled)
