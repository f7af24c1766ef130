"""The number of each agent's talks today, in memory: a seat shows it all the time."""

import threading
from collections import Counter
from typing import Any

from sqlite_utils import Database

from shared.days import SHANGHAI, shanghai_day
from shared.ids import AgentId

DAY = 24 * 3600.0


def midnight(at: float) -> float:
    """UTC seconds of the last midnight in Asia/Shanghai."""
    offset = SHANGHAI.total_seconds()
    return (at + offset) // DAY * DAY - offset


class TalksToday:
    """Talks that were answered since midnight in Asia/Shanghai. From any thread."""

    def __init__(self) -> None:
        self._day = ""
        self._counted: dict[AgentId, int] = Counter()
        self._talks: set[str] = set()
        self._agents: dict[str, AgentId] = {}  # of talks that have not ended
        self._lock = threading.Lock()

    def load(self, db: Database, now: float) -> None:
        """Loads the talks of an earlier run; they have ended, so none is counted again."""
        answered = (  # ``+agent``: uses the index of ``offered_at``, instead of reading all talks in the order of agents
            "SELECT agent, count(*) AS talks FROM talks WHERE answered_at >= :since AND offered_at >= :since GROUP BY +agent"
        )
        with self._lock:
            self._reset_on_new_day(now)
            for row in db.query(answered, {"since": midnight(now)}):
                self._counted[AgentId(row["agent"])] = row["talks"]

    def on_row(self, row: dict[str, Any], now: float) -> None:
        """To be called with each row of ``talks``, whole or in part."""
        talk, agent = row.get("id"), row.get("agent")
        if not isinstance(talk, str):
            return
        with self._lock:
            self._reset_on_new_day(now)
            if agent is not None:
                self._agents[talk] = AgentId(agent)
            known = self._agents.get(talk)
            if row.get("answered_at") is not None and known is not None and talk not in self._talks:
                self._talks.add(talk)
                self._counted[known] += 1
            if row.get("ended_at") is not None:
                self._agents.pop(talk, None)

    def of(self, agent: AgentId, now: float) -> int:
        with self._lock:
            self._reset_on_new_day(now)
            return self._counted.get(agent, 0)

    def _reset_on_new_day(self, now: float) -> None:
        day = shanghai_day(now)
        if day != self._day:
            self._day = day
            self._counted.clear()
            self._talks.clear()
