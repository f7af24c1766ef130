"""``docs/protocol.md`` has exactly the code's messages, codes and figures."""

import re
from pathlib import Path

from shared import aci, codec, desk, desk_fax, desk_reports, floor, protocol
from shared.enums import Refusal
from shared.link.session import Rules
from shared.link.wire import MAX_FRAME
from switch_server.adapters.branches.links import Timeouts

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
FIRST_CELLS = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))


def test_every_message_is_in_the_page() -> None:
    types = (
        *protocol.SESSION_MESSAGES, *aci.REQUESTS, *aci.REPORTS,
        *desk.REQUESTS, *desk.REPORTS, *desk.TOLD, *floor.REQUESTS, *floor.REPORTS, *desk_reports.QUESTIONS, *desk_fax.QUESTIONS, *desk_fax.REPORTS,
    )  # fmt: skip
    assert {cls.__name__ for cls in types} <= FIRST_CELLS
    assert all(
        f"`{cls.__name__}" in TEXT
        for cls in (*aci.REPLIES, *desk.REPLIES, *floor.REPLIES, *desk_reports.REPLIES, *desk_fax.REPLIES)
    )


def test_the_page_has_exactly_the_reject_codes() -> None:
    table = TEXT.partition("### Reject codes")[2].partition("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [code.value for code in protocol.RejectCode]


def test_the_refusals_in_the_page_exist() -> None:
    table = TEXT.partition("### What goes wrong")[2].partition("##")[0]
    named = set(re.findall(r"`(\w+)`", table)) - {"Unsupported"}
    assert named <= {refusal.value for refusal in Refusal}


def test_the_page_has_exactly_the_desk_refusals() -> None:
    table = TEXT.partition("### Desk refusals")[2]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [code.value for code in desk.DeskRefusal]


def test_the_page_has_exactly_the_floor_s_tables() -> None:
    table = TEXT.partition("| table | a row for each")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == floor.TABLES


def test_the_page_has_the_code_s_header_fields() -> None:
    table = TEXT.partition("## 1. Frames")[2].partition("##")[0]
    assert tuple(re.findall(r"^\| \d \| `(\w+)` \|", table, re.MULTILINE)) == codec._WireFrame.__struct_fields__


def test_the_page_has_exactly_the_fax_problems() -> None:
    table = TEXT.partition("### Fax refusals")[2].partition("###")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [code.value for code in desk_fax.FaxProblem]
    assert f"at most {desk_fax.UPLOAD_MAX // 2**20} MiB, in parts of at most {desk.PART_BYTES // 2**10} KiB" in TEXT


def test_the_page_has_the_code_s_figures() -> None:
    rules = Rules()
    assert f"each {rules.heartbeat_s:g} s" in TEXT
    assert f"{rules.silence_s:g} s without any frame" in TEXT
    assert f"{rules.hello_s:g} s without `Hello`" in TEXT
    assert f"Above {rules.rate:,.0f} frames" in TEXT
    assert rules.bad_frames == 5
    assert f"at most {MAX_FRAME // 2**20} MiB" in TEXT
    assert f"at most each {floor.EVERY_S:g} s (colleagues: {2 * floor.EVERY_S:g} s)" in TEXT
    assert (Timeouts().ask, Timeouts().order) == (5.0, 10.0)
