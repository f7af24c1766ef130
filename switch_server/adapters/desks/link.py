"""One desk's link while it is up: the logged-in agent, and the requests that are allowed.

```
FREE ──LogIn, Resume──► CHECKING ──right──► TAKEN ──LogOut, taken over, operator──► FREE
  ▲                        │ wrong            │ ▲
  └────────────────────────┘   ChangePassword ▼ │ checked
                                           PROVING            any ──link lost──► GONE
```
"""

import math
from enum import StrEnum
from typing import Final

from shared import desk as wire
from shared import desk_fax, desk_reports, floor
from shared.desk import DeskRefusal, PhoneNow, QueueRow, Request, desk_phone
from shared.ids import AgentId, DeskId, PhoneName
from shared.link import Channel
from shared.protocol import RejectCode, SessionMessage, SnapshotRequest
from switch_server.ports.operations import DeskState

SAME_LEGS_S: Final = 1.0


class LinkPhase(StrEnum):
    FREE = "free"  # no agent is logged in
    CHECKING = "checking"  # a password or a session is being checked
    TAKEN = "taken"
    PROVING = "proving"  # logged in, and a password is being checked
    GONE = "gone"  # the link is down


class RequestKind(StrEnum):
    """The kinds of requests that ``VERDICTS`` distinguishes."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PASSWORD = "password"  # noqa: S105  a change of it
    COMMAND = "command"
    QUESTION = "question"
    FLOOR = "floor"  # of a supervisor's desk
    SNAPSHOT = "snapshot"


_KINDS: dict[type[Request] | type[SessionMessage], RequestKind] = {
    wire.LogIn: RequestKind.LOG_IN,
    wire.Resume: RequestKind.LOG_IN,
    wire.LogOut: RequestKind.LOG_OUT,
    wire.ChangePassword: RequestKind.PASSWORD,
    SnapshotRequest: RequestKind.SNAPSHOT,
    **dict.fromkeys(wire.COMMANDS, RequestKind.COMMAND),
    **dict.fromkeys((*wire.QUESTIONS, *desk_reports.QUESTIONS, *desk_fax.QUESTIONS), RequestKind.QUESTION),
    **dict.fromkeys(floor.REQUESTS, RequestKind.FLOOR),
}
_NOBODY = dict.fromkeys(
    (RequestKind.LOG_OUT, RequestKind.PASSWORD, RequestKind.COMMAND, RequestKind.QUESTION, RequestKind.FLOOR),
    DeskRefusal.NOT_LOGGED_IN,
)
VERDICTS: dict[LinkPhase, dict[RequestKind, DeskRefusal | None]] = {
    LinkPhase.FREE: {**_NOBODY, RequestKind.LOG_IN: None, RequestKind.SNAPSHOT: None},
    LinkPhase.CHECKING: {**_NOBODY, RequestKind.LOG_IN: DeskRefusal.BUSY, RequestKind.SNAPSHOT: None},
    LinkPhase.TAKEN: dict.fromkeys(RequestKind, None),
    LinkPhase.PROVING: {
        **dict.fromkeys(RequestKind, None),
        RequestKind.LOG_IN: DeskRefusal.BUSY,
        RequestKind.PASSWORD: DeskRefusal.BUSY,
    },
    LinkPhase.GONE: dict.fromkeys(RequestKind, DeskRefusal.NOT_LOGGED_IN),
}
"""``None``: the request is allowed."""


def request_kind(kind: type) -> RequestKind | None:
    """``None``: no request of a desk."""
    return _KINDS.get(kind)


class DeskLink:
    """A link that is up. ``agent`` is set once the core was told of the log-in; reports are sent from ``TAKEN`` on."""

    def __init__(self, channel: Channel, at: float) -> None:
        self.id = DeskId(channel.name)
        self.channel = channel
        self.phase = LinkPhase.FREE
        self.agent: AgentId | None = None
        self.since = at
        """When the link opened, or the agent logged in."""
        self.phone_name: PhoneName | None = None
        """The desk phone with the agent's voice; ``None``: the app's own phone."""
        self.phone = PhoneNow(())
        self._phone_at = -math.inf
        self.questions = 0
        """The number of questions without an answer."""
        self.queues: tuple[QueueRow, ...] = ()
        """The rows that were sent last."""

    @property
    def is_shown(self) -> bool:
        return self.phase in (LinkPhase.TAKEN, LinkPhase.PROVING)

    def verdict(self, ask: RequestKind) -> DeskRefusal | None:
        return VERDICTS[self.phase][ask]

    def report(self, report: wire.Report) -> None:
        """Sends a report; none before the log-in's snapshot, none after the log-in's end."""
        if not self.is_shown:
            return
        if isinstance(report, wire.QueuesChanged):
            if report.queues == self.queues:
                return
            self.queues = report.queues
        if not self.channel.report(
            report
        ):  # the peer reads nothing; only a new session with a snapshot can repair its state
            self.channel.close(RejectCode.LOST)

    def phone_told(self, told: PhoneNow, now: float) -> bool:
        """Whether the core needs this report: repeated legs only once in ``SAME_LEGS_S``, or if the phone went down or up."""
        same = (told.legs, told.problem) == (self.phone.legs, self.phone.problem) and now - self._phone_at < SAME_LEGS_S
        self.phone = told
        if not same:
            self._phone_at = now
        return not same

    def checking(self) -> None:
        self.phase = LinkPhase.CHECKING if self.phase is LinkPhase.FREE else LinkPhase.PROVING

    def checked(self) -> bool:
        """Ends a check. ``False``: the log-in has ended meanwhile (the link is down, or the agent was logged out)."""
        if self.phase not in (LinkPhase.CHECKING, LinkPhase.PROVING):
            return False
        self.phase = LinkPhase.FREE if self.phase is LinkPhase.CHECKING else LinkPhase.TAKEN
        return True

    def enter(self, agent: AgentId, contact: str) -> None:
        """The core is told of the log-in; ``taken`` follows when the core has handled it."""
        self.agent = agent
        name = desk_phone(contact)
        self.phone_name = PhoneName(name) if name is not None else None
        if self.phase is LinkPhase.FREE:
            self.phase = LinkPhase.CHECKING

    def taken(self, at: float) -> None:
        self.phase = LinkPhase.TAKEN
        self.since = at

    def leave(self, at: float) -> AgentId | None:
        """Ends the log-in; returns the agent."""
        agent, self.agent = self.agent, None
        self.since, self.queues = at, ()
        if self.phase is not LinkPhase.GONE:
            self.phase = LinkPhase.FREE
        return agent

    def gone(self) -> AgentId | None:
        agent, self.agent, self.phase = self.agent, None, LinkPhase.GONE
        return agent

    def state(self) -> DeskState:
        """The link's state for the operator."""
        channel, phone = self.channel, self.phone
        return DeskState(
            desk=self.id,
            address=channel.address,
            round_trip_ms=channel.session.round_trip_ms,
            agent=self.agent,
            problem=phone.problem,
            program=channel.program,
            since=self.since,
            loss=phone.loss,
            jitter_ms=phone.jitter_ms,
            desk_phone=self.phone_name if self.agent is not None else None,
        )
