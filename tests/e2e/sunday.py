"""The simulated trading system on a Sunday: its clock for trading hours shows a past Sunday, whatever the day."""

import sys

from switch_server.branch.sim import __main__ as sim
from switch_server.branch.sim.hours import RealHours, TradingSession

SUNDAY = 1_763_870_400.0  # 2025-11-23 12:00 in Shanghai


class Sunday(RealHours):
    def session(self, now: float) -> TradingSession:
        return super().session(SUNDAY)


if __name__ == "__main__":
    sim.RealHours = Sunday  # type: ignore[attr-defined]
    sys.exit(sim.main())
