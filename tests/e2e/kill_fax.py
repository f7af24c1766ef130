"""``kill -9`` of the fax card, or of the whole switch, in the middle of faxes, many times; afterwards each fax has gone on from its last confirmed page.

    python -m tests.e2e.kill_fax --times 20 --seed 1 --json          # kills the fax card; --victim switch

Some faxes of several pages are always on their way to a far exchange (``tests.e2e.fax_exchange``); after a random while the victim is killed, and
started again. During kills of the card, callers hear a tone from the voice card.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from tests.e2e.centre import Centre, leads_out
from tests.e2e.fax_exchange import FarCall, FaxExchange
from tests.e2e.phone import Phone
from tests.fax_card import pages
from tests.rtp_peer import gaps
from tests.sip_tools import free_port

AT_ONCE, PAGES = 4, 4
EARLIEST, LATEST = 2.0, 45.0
"""Seconds from a restart to the next kill: from before the answer to some pages later."""
KNOWN_AFTER = 3.0
"""Seconds from a page in the far machine's file to its confirmation in our store: MCF (1.2 s) and its way through the buffers."""
SENT_AFTER = 600.0
TONE_BEGINS_MS, BUSY_MS = 3000, 500
"""The tone has begun by then; a packet may be late by as much on a busy machine."""
TONE = """
flow: tone
numbers: ["*"]
language: zh_CN
start: wait
steps:
  wait: {kind: queue, queue: agents, wait: 3600, music: "tone:test1k", on_timeout: bye}
  bye: {kind: hangup}
"""
FAX_NUMBER = "95599"
RECEIVE = """
flow: fax
numbers: ["95599"]
language: zh_CN
start: receive
steps:
  receive: {kind: fax_receive, on_failed: bye}
  bye: {kind: hangup}
"""
RETRIES = {"most": 20, "same": 20, "busy": 1, "no_answer": 1, "other": 1}


def fax_centre(folder: Path, port: int, flows: dict[str, str] | None = None, **rules: Any) -> Centre:
    """A centre without branches, with a fax card, whose calls out go to an exchange at ``port``."""

    def change(content: dict[str, Any]) -> None:
        content["media"]["fax_channels"] = 16
        content["fax"] = {"retries": RETRIES, "per_trunk": 16, "header": "Huawu"} | rules
        leads_out(content, port, "02*", lines=40)

    return Centre(folder, branches=(), channels=20, flows=flows or {"tone": TONE}, change=change)


def letter(folder: Path, title: str, number: int = PAGES, lines: int = 14) -> Path:
    """A text of so many pages, which differ from those of any other title."""
    text = "\f".join(
        "\n".join(f"{title} / {page} / {line} 持仓明细 600519 贵州茅台 {line * 7919 % 1000}" for line in range(lines))
        for page in range(1, number + 1)
    )
    path = folder / f"{title}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def fax_is_up(centre: Centre) -> bool:
    return any(row["card"] == "fax-1" and row["up"] for row in centre.ctl("cards")["rows"])


def placed(document: list[pages.Page], call: FarCall) -> list[int]:
    """The places in the document (from 0; -1: nowhere) of the pages that the call has brought whole, in their order."""
    found = call.pages()[: len(call.page_times)]
    return [next((n for n, page in enumerate(document) if pages.same([page], [each])), -1) for each in found]


class Told(Struct):
    """What is said of a kill. ``pages``: confirmed in the store at that moment, by fax."""

    kill: int
    delay_s: float
    pages: dict[str, int]
    states: dict[str, int]
    up_s: float
    """Seconds until the victim was up again."""


class Killing:
    def __init__(self, centre: Centre, exchange: FaxExchange, folder: Path, *, victim: str, seed: int) -> None:
        self.centre, self.exchange, self.victim = centre, exchange, victim
        self._folder, self._dice = folder, random.Random(seed)
        self.asked: dict[str, str] = {}
        """The faxes by id: the number."""
        self.kills: list[float] = []

    def ask(self, number_of_pages: int = PAGES) -> None:
        """Asks for a fax to a number of its own."""
        number = f"0208300{len(self.asked):04}"
        reply = self.centre.ctl("fax", "send", str(letter(self._folder, number, number_of_pages)), "--to", number)
        self.asked[reply["fax"]] = number

    def rows(self) -> dict[str, dict[str, Any]]:
        """The faxes to be sent."""
        return {row["id"]: row for row in self.centre.rows("faxes") if row["direction"] == "out"}

    def round(self, number: int, at_once: int = AT_ONCE) -> Told:
        """Fills up to ``at_once`` faxes, waits, and kills."""
        self.centre.until(lambda: fax_is_up(self.centre))
        begin = time.monotonic()
        delay = self._dice.uniform(EARLIEST, LATEST)
        running = [row for row in self.rows().values() if row["state"] not in ("sent", "failed")]
        for _ in range(at_once - len(running)):
            self.ask()
        time.sleep(max(0.0, begin + delay - time.monotonic()))  # the moment of the kill is varied
        return self.kill(number, delay)

    def kill(self, number: int, delay: float) -> Told:
        self.kills.append(time.time())
        if self.victim == "card":
            before = self.centre.card_pids()["fax-1"]
            self.centre.kill_card("fax-1")
            left, begin = self.rows(), time.monotonic()
            self.centre.until(lambda: self.centre.card_pids().get("fax-1", before) != before)
        else:
            self.centre.switch.kill()
            left, begin = self.rows(), time.monotonic()
            self.centre.start_switch()
        states = [row["state"] for row in left.values()]
        going = {row["id"]: row["pages_done"] for row in left.values() if row["state"] != "sent"}
        return Told(number, round(delay, 2), going, {each: states.count(each) for each in sorted(set(states))},
                    round(time.monotonic() - begin, 2))  # fmt: skip

    def finished(self) -> None:
        """Waits until every fax that was asked for has ended."""
        self.centre.until(lambda: all(row["ended"] for row in self.rows().values()), SENT_AFTER)

    # --- judging ---

    def wrong(self) -> list[str]:
        """All that must not be; to be asked when the faxes have ended and the exchange is closed."""
        rows, tries = self.rows(), self.centre.rows("fax_tries")
        wrong = [f"{fax}: forgotten" for fax in self.asked if fax not in rows]
        wrong += [f"{fax}: nobody asked for it" for fax in rows if fax not in self.asked]
        numbers = set(self.asked.values())
        wrong += [
            f"{call.number}: nobody's number"
            for call in self.exchange.calls
            if not call.sends and call.number not in numbers
        ]
        for fax, number in self.asked.items():
            if fax in rows:
                its = sorted((row for row in tries if row["fax"] == fax), key=lambda row: row["number"])
                wrong += [f"{fax}: {text}" for text in self._wrong_fax(rows[fax], its, self.exchange.of(number))]
        return wrong

    def _wrong_fax(self, row: dict[str, Any], tries: list[dict[str, Any]], calls: list[FarCall]) -> Iterator[str]:
        if row["state"] != "sent" or row["pages_done"] != row["pages"]:
            yield f"{row['state']}, {row['pages_done']} of {row['pages']} pages, {row['result']}"
        if any(call.began > row["ended"] for call in calls):
            yield "dialled again after its end"
        if len({each["call"] for each in tries}) != len(tries) or len(calls) > len(tries):
            yield f"{len(calls)} calls, {len(tries)} tries"
        document = pages.load(Path(row["document"]))
        arrived: set[int] = set()
        for number, call in enumerate(calls, 1):
            found = placed(document, call)
            if found and (found != list(range(found[0], found[0] + len(found))) or found[0] > len(arrived)):
                yield f"call {number} brought the pages {found} after {sorted(arrived)}"
            known = [place for place, at in zip(found, call.page_times, strict=True) if self._is_known(call, at)]
            later = [place for each in calls[number:] for place in placed(document, each)]
            if known and later and min(later) <= max(known):
                yield f"page {min(later) + 1} was sent again"
            arrived |= set(found)
        if arrived != set(range(len(document))):
            yield f"only the pages {sorted(arrived)} arrived"

    def _is_known(self, call: FarCall, at: float) -> bool:
        """Whether the confirmation of a page that came at this time has reached our store before a kill."""
        return not any(at <= kill < at + KNOWN_AFTER for kill in self.kills if kill >= call.began)

    def twice(self) -> dict[str, int]:
        """Pages, and last pages, that arrived a second time: the kill came between their arrival and the row on disk."""
        rows, again, ends = self.rows(), 0, 0
        for fax, number in self.asked.items():
            document = pages.load(Path(rows[fax]["document"]))
            found = [place for call in self.exchange.of(number) for place in placed(document, call)]
            again += len(found) - len(set(found))
            ends += max(0, found.count(len(document) - 1) - 1)
        return {"pages_twice": again, "last_pages_twice": ends}


@contextmanager
def talking(centre: Centre, callers: int) -> Iterator[list[Phone]]:
    """Voice calls that hear a tone."""
    with ExitStack() as stack:
        yield [stack.enter_context(Phone(centre)) for _ in range(callers)]


def worst_gap_ms(phones: list[Phone]) -> int:
    """The longest silence in what the callers have heard, from the tone's begin until now."""
    worst = 0
    for phone in phones:
        heard = list(phone.rtp.heard)
        since = round((time.monotonic() - heard[-1].at) * 1000)
        silences = [ms for at, ms in gaps(phone.rtp.samples(heard)) if at > TONE_BEGINS_MS]
        worst = max([worst, since if since > BUSY_MS else 0, *silences])
    return worst


def run(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    port, told, begin = free_port(), list[Told](), time.monotonic()
    centre = fax_centre(folder, port)
    with centre, FaxExchange(centre.sip, port, folder / "far") as exchange, ExitStack() as stack:
        killing = Killing(centre, exchange, folder, victim=options.victim, seed=options.seed)
        phones = stack.enter_context(talking(centre, 3)) if options.victim == "card" else []
        for number in range(1, options.times + 1):
            told.append(killing.round(number))
            if options.json:
                print(json.dumps(structs.asdict(told[-1])), flush=True)
        killing.finished()
        gap = worst_gap_ms(phones)
        stack.close()
        exchange.close_calls()
        wrong = killing.wrong()
        return {
            "victim": options.victim, "seed": options.seed, "kills": len(told), "seconds": round(time.monotonic() - begin),
            "faxes": len(killing.asked), "calls": len(exchange.calls), **killing.twice(),
            "going_at_kill": sum(len(each.pages) for each in told), "voice_gap_ms": gap if phones else None,
            "up_s_worst": max(each.up_s for each in told), "wrong": wrong,
        }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.e2e.kill_fax", description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--victim", choices=("card", "switch"), default="card")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--json", action="store_true", help="a line for each kill")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), options)
    print(json.dumps(done, indent=None if options.json else 2))
    return 1 if done["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
