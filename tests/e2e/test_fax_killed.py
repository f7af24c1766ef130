"""``kill -9`` of the fax card and then of the switch in the middle of faxes: each that is sent goes on from its last confirmed page, of each that is
received the whole pages are kept, and callers notice nothing.

The long form, at random moments: ``python -m tests.e2e.kill_fax``.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.fax_exchange import FaxExchange
from tests.e2e.kill_fax import FAX_NUMBER, RECEIVE, TONE, Killing, fax_centre, fax_is_up, talking, worst_gap_ms
from tests.fax_card import pages
from tests.fax_card.pages import text_like
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FAXES, PAGES = 3, 4


def test_faxes_go_on_from_their_last_confirmed_page(tmp_path: Path) -> None:
    port = free_port()
    centre = fax_centre(tmp_path, port, {"tone": TONE, "fax": RECEIVE})
    sent = pages.save(tmp_path / "sent.tif", [text_like(300, seed) for seed in range(1, 9)])
    with centre, FaxExchange(centre.sip, port, tmp_path / "far") as exchange, ExitStack() as callers:
        killing = Killing(centre, exchange, tmp_path, victim="card", seed=1)
        centre.until(lambda: fax_is_up(centre))
        phones = callers.enter_context(talking(centre, 2))
        exchange.dials(FAX_NUMBER, sent)
        for _ in range(FAXES):
            killing.ask(PAGES)
        killed_after(killing, 1, "card_lost", sent)
        killing.victim = "switch"
        centre.until(lambda: fax_is_up(centre))
        exchange.dials(FAX_NUMBER, sent)
        centre.until(lambda: any(row["first_page"] for row in centre.rows("fax_tries")), 60)
        assert worst_gap_ms(phones) == 0
        callers.close()
        killed_after(killing, 2, "stopped", sent)
        killing.finished()
        exchange.close_calls()
        assert killing.wrong() == []
        assert max(row["first_page"] for row in centre.rows("fax_tries")) >= 2


def received(killing: Killing) -> dict[str, Any]:
    """The row of the last fax that came in; empty before the first."""
    rows = [row for row in killing.centre.rows("faxes") if row["direction"] == "in"]
    return max(rows, key=lambda row: row["created"], default={})


def killed_after(killing: Killing, confirmed: int, result: str, sent: Path) -> None:
    """Kills the victim in the middle of a page: when some fax has so many confirmed ones, and one that comes in has a page."""
    centre = killing.centre
    centre.until(lambda: any(row["pages_done"] >= confirmed for row in killing.rows().values()), 90)
    centre.until(lambda: received(killing)["pages"], 90)
    killing.kill(confirmed, 0.0)
    centre.until(lambda: received(killing)["ended"])
    row = received(killing)
    assert (row["state"], row["result"]) == ("new", result)
    kept, whole = pages.load(Path(row["document"])), row["pages"]
    assert pages.same(kept[:whole], pages.load(sent)[:whole])
