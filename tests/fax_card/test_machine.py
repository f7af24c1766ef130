"""The tests' own fax machine as a SIP telephone: one calls another, and a page arrives."""

from pathlib import Path

import pytest

from tests.card.driver import patient
from tests.fax_card import pages
from tests.fax_machine.telephone import SipMachine


@pytest.mark.slow
@pytest.mark.timeout(240)
@patient
def test_one_machine_calls_another(one_page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tif"
    with (
        SipMachine("--receive", str(out), "--ident", "1234", "--linger", "6") as called,
        SipMachine("--send", str(one_page), "--dial", called.uri) as calling,
    ):
        told = calling.wait("fax")
        assert (told["code"], told["remote"]) == (0, "1234")
        assert called.wait("fax")["code"] == 0
        calling.wait("DISCONNECTED")
    assert pages.same(pages.load(out), pages.load(one_page))
