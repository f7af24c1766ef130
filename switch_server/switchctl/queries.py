"""Commands that only read: one request, its reply printed once or with ``--watch``."""

import argparse
import re
import time
from collections.abc import Callable

from msgspec import Struct

from shared import control, control_agents, control_trunks
from shared.control import Reply, Request
from switch_server.switchctl.client import ANSWER_WAIT, Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK, REFUSED, CommandRefused, Usage
from switch_server.switchctl.watch import watch

WHOLE_CHAIN_WAIT = 600.0
"""Seconds: the switch checks every row of the audit."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Query(Struct, frozen=True):
    """A command with one request. ``status``: the exit status by the reply; 0 by default.

    ``seconds``: the time-out for the reply.
    """

    request: Callable[[argparse.Namespace], Request]
    expected: type[Reply]
    status: Callable[[Reply], int] = lambda _reply: OK
    seconds: float = ANSWER_WAIT

    async def __call__(self, context: Context) -> int:
        every = getattr(context.options, "watch", None)
        request = self.request(context.options)
        async with Link(context.socket) as link:
            if every is not None:
                await watch(context, link, request, self.expected, every)
            reply = await link.ask(request, self.expected, self.seconds)
        status = self.status(reply)
        if status == REFUSED and not context.json and not getattr(reply, "rows", ()):
            raise CommandRefused("none_found")
        context.show(reply)
        return status


def since(text: str | None) -> float:
    """The UTC time in seconds, for example of two hours ago for ``2h``; raises ``Usage``."""
    if text is None:
        return 0.0
    fits = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if fits is None:
        raise Usage("bad_since", text=text)
    return time.time() - int(fits[1]) * _UNITS[fits[2]]


def _calls(options: argparse.Namespace) -> Request:
    return control.AskCalls(past=not options.live, since=since(options.since), limit=options.limit)


def _orders(options: argparse.Namespace) -> Request:
    return control.AskOrders(
        branch=options.branch,
        account=options.account,
        call=options.call,
        state=options.state,
        since=since(options.since),
        limit=options.limit,
    )


def _talks(options: argparse.Namespace) -> Request:
    return control_agents.AskTalks(options.agent, options.call, since(options.since), options.limit)


def _found(reply: Reply) -> int:
    return OK if getattr(reply, "rows", ()) else REFUSED


def _whole(reply: Reply) -> int:
    return OK if getattr(reply, "broken", None) is None else REFUSED


status = Query(lambda _: control.AskStatus(), control.Status)
lines = Query(lambda _: control.AskLines(), control.Lines)
trunks = Query(lambda _: control_trunks.AskTrunks(), control_trunks.Trunks)
card_lines = Query(
    lambda options: control_trunks.AskCardLines(options.trunk or ""), control_trunks.ControlCardLines, _found
)
cards = Query(lambda _: control.AskCards(), control.Cards)
branches = Query(lambda _: control.AskBranches(), control.Branches)
counters = Query(lambda _: control.AskCounters(), control.Counters)
calls = Query(_calls, control.Calls)
call = Query(lambda options: control.AskCall(options.call), control.CallDetail)
traced_number = Query(lambda options: control.AskTracedNumber(options.call, current_user()), control.TracedNumber)
orders = Query(_orders, control.Orders)
customers = Query(lambda options: control.FindCustomers(options.text, actor=current_user()), control.Customers, _found)
audit = Query(lambda options: control.AskAudit(options.limit), control.AuditTrail, _whole, WHOLE_CHAIN_WAIT)
agents = Query(lambda _: control_agents.AskAgents(), control_agents.Agents)
queues = Query(lambda _: control_agents.AskQueues(), control_agents.Queues)
talks = Query(_talks, control_agents.Talks)
desks = Query(lambda _: control_agents.AskDesks(), control_agents.ControlDesks)
phones = Query(lambda _: control_agents.AskPhones(), control_agents.Phones)
