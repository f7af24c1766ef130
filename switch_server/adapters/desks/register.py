"""The register of the desks: the agent who is logged in at each, and the state that each desk is shown."""

from collections.abc import Callable

from msgspec.structs import replace

from shared import desk as wire
from shared.desk import DeskCall, DeskSnapshot, Pop
from shared.ids import AgentId, DeskId, LegId
from shared.link import Channel
from switch_server.adapters.desks.inputs import DeskSources
from switch_server.adapters.desks.link import DeskLink
from switch_server.adapters.desks.pops import PopBoard
from switch_server.ports.desks import Pops

TokenOfLeg = Callable[[LegId], str]


class DeskRegister:
    """``desks``: the links that are up; ``by_agent``: links with a logged-in agent, or whose log-in the core is being told of."""

    def __init__(self, pops: Pops, sources: DeskSources, tokens: TokenOfLeg, clock: Callable[[], float]) -> None:
        self.desks: dict[DeskId, DeskLink] = {}
        self.by_agent: dict[AgentId, DeskLink] = {}
        self.pops = PopBoard(pops, self._popped)
        self.sources = sources
        self.clock = clock
        self._tokens = tokens

    def desk(self, channel: Channel) -> DeskLink | None:
        """The link of this session; ``None`` if a newer session has replaced it."""
        desk = self.desks.get(DeskId(channel.name))
        return desk if desk is not None and desk.channel is channel else None

    # --- reports ---

    def tell(self, agent: AgentId, report: wire.Report) -> None:
        desk = self.by_agent.get(agent)
        if desk is None:
            return
        if isinstance(report, wire.CallChanged):
            report = wire.CallChanged(self._with_token(report.call))
        desk.report(report)

    def snapshot(self, desk: DeskLink) -> DeskSnapshot:
        at, choices = self.clock(), self.sources.dispositions()
        if desk.agent is None or not desk.is_shown:
            return DeskSnapshot(at, dispositions=choices)
        seat, call = self.sources.desk_state(desk.agent)
        desk.queues = self.sources.queue_rows()
        return DeskSnapshot(at, seat, self._with_token(call), self.pops.pop(desk.agent), desk.queues, choices)

    def tell_queues(self) -> None:
        """To all desks whose rows have changed."""
        shown = [desk for desk in self.desks.values() if desk.is_shown]
        if shown:
            report = wire.QueuesChanged(self.sources.queue_rows())
            for desk in shown:
                desk.report(report)

    def _popped(self, agent: AgentId, pop: Pop | None) -> None:
        self.tell(agent, wire.PopChanged(pop))

    def _with_token(self, call: DeskCall | None) -> DeskCall | None:
        return replace(call, token=self._tokens(call.leg)) if call is not None and not call.token else call

    # --- ends of a log-in ---

    def end_log_in(self, agent: AgentId, code: str) -> None:
        """The switch ends a log-in; the desk gets the reason if its link is up."""
        self.pops.drop(agent)
        desk = self.by_agent.get(agent)
        if desk is not None:
            desk.report(wire.LoggedOut(code))
            self._leave(desk, agent)

    def logged_out(self, desk: DeskLink, agent: AgentId) -> None:
        """The agent has logged out: the desk's state is cleared."""
        for report in (wire.SeatChanged(None), wire.CallChanged(None), wire.PopChanged(None), wire.QueuesChanged(())):
            desk.report(report)
        self.pops.drop(agent)
        self._leave(desk, agent)

    def _leave(self, desk: DeskLink, agent: AgentId) -> None:
        desk.leave(self.clock())
        self.by_agent.pop(agent, None)
