"""``kill -9`` of the fax card and then of the switch in the middle of faxes: each goes on from its last confirmed page, and callers notice nothing.

The long form, at random moments: ``python -m tests.e2e.kill_fax``.
"""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.fax_exchange import FaxExchange
from tests.e2e.kill_fax import Killing, fax_centre, fax_is_up, talking, worst_gap_ms
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FAXES, PAGES = 3, 3


def test_faxes_go_on_from_their_last_confirmed_page(tmp_path: Path) -> None:
    port = free_port()
    centre = fax_centre(tmp_path, port)
    with centre, FaxExchange(centre.sip, port, tmp_path / "far") as exchange, ExitStack() as callers:
        killing = Killing(centre, exchange, tmp_path, victim="card", seed=1)
        centre.until(lambda: fax_is_up(centre))
        phones = callers.enter_context(talking(centre, 2))
        for _ in range(FAXES):
            killing.ask(PAGES)
        killed_after(killing, 1)
        killing.victim = "switch"
        centre.until(lambda: any(row["first_page"] == 1 for row in centre.rows("fax_tries")), 60)
        assert worst_gap_ms(phones) == 0
        callers.close()
        killed_after(killing, 2)
        killing.finished()
        exchange.close_calls()
        assert killing.wrong() == []
        firsts = {row["first_page"] for row in centre.rows("fax_tries")}
        assert firsts >= {0, 1, 2}, "the tries after the kills begin with the next page"


def killed_after(killing: Killing, pages: int) -> None:
    """Kills the victim when some fax has so many confirmed pages: in the middle of the next one."""
    killing.centre.until(lambda: any(row["pages_done"] == pages for row in killing.rows().values()), 90)
    killing.kill(pages, 0.0)
