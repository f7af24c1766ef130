"""``kill -9`` between a caller's "1" and the branch's answer, many times; afterwards each order is at the branch once or known not to be.

    python -m tests.e2e.kill_switch --times 200 --json           # kills the switch; --victim gateway | trading

In a round, some callers (SIPp) key account, PIN, buy, code, price and quantity (RFC 4733), hear the read-back and press 1 at the same moment;
a random 0 to 60 ms later a program is killed and started again. The switch's log has what the callers were told by then.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from msgspec import Struct

from switch_server.core.orders import AT_BRANCH, UNDECIDED
from tests.e2e.centre import DEADLINE, Centre, entries
from tests.rtp_peer import RtpPeer
from tests.sip_tools import SCENARIOS, Sipp

BRANCH = "GZ01"
PIN = "83746152"
CASH_FEN = 900_000_000_000
LATEST_MS = 60.0
RESOLVED_AT_LATEST = 10.0
STAY_MS = 90_000
AT_BRANCH_STATES = {state.value for state in AT_BRANCH}
UNDECIDED_STATES = {state.value for state in UNDECIDED}
EVENT_TYPE = 101
SHORT_MS = 40
"""A key of a fast caller."""
READ_BACK = " -> entered -> asking read_back"


class Round(Struct):
    """The result of one kill. ``at_kill``: the orders' states in the journal at that moment; ``told``: callers that had heard "accepted" by then."""

    delay_ms: float
    at_kill: dict[str, int]
    told: int
    up_s: float
    """Seconds until the restarted program was up."""
    resolved_s: float
    """Seconds from then until no order was undecided."""
    wrong: list[str]


class Tail:
    """The complete lines that were added to a file since the last call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0

    def new(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._place)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._place += len(whole)
        return whole.decode(errors="replace").splitlines()


class Callers:
    """Customers that have heard their read-back and wait to press 1. At the end of ``with``, SIPp is killed, so no BYE is sent."""

    def __init__(self, centre: Centre, folder: Path, number: int) -> None:
        accounts = [centre.customer(BRANCH, skip=each).account.account for each in range(number)]
        self.peers = {RtpPeer(): to_read_back(account) for account in accounts}
        self.calls: list[str] = []
        self.gone = threading.Event()
        self._centre, self._folder = centre, folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        fields, scenario = self._folder / "callers.csv", self._folder / "callers.xml"
        for peer in self.peers:
            self._stack.enter_context(peer)
            peer.mangle = self._watch
        fields.write_text("\n".join(["SEQUENTIAL", *(str(peer.port) for peer in self.peers)]) + "\n")
        scenario.write_text(_scenario())
        many = len(self.peers)
        self._sipp = Sipp(
            self._centre.sip, scenario, self._folder, calls=many, rate=50, seconds=STAY_MS / 1000 + 30,
            extra=("-inf", str(fields), "-d", str(STAY_MS)),
        )  # fmt: skip
        self._stack.callback(self._sipp.kill)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ready(self, log: Tail) -> None:
        """Waits until all callers hear the read-back."""
        for peer, keys in self.peers.items():
            peer.wait(lambda heard: len(heard) > 0, DEADLINE)
            assert peer.source is not None
            peer.call(*peer.source)
            peer.press(keys, SHORT_MS)
        end = time.monotonic() + DEADLINE
        seen: list[str] = []
        while len(self.calls) < len(self.peers):
            lines = log.new()
            seen += lines
            self.calls += [_word_after(line, " ivr ") for line in lines if line.endswith(READ_BACK)]
            assert time.monotonic() < end, "the callers never came to the read-back: " + "\n".join(seen[-20:])
            time.sleep(0.01)

    def confirm(self) -> None:
        """All callers press 1; returns when the first key has been sent."""
        self.gone.clear()
        for peer in self.peers:
            peer.press("1")
        assert self.gone.wait(DEADLINE)

    def _watch(self, _number: int, packet: bytes) -> list[bytes]:
        if packet[1] & 127 == EVENT_TYPE:
            self.gone.set()
        return [packet]


def _word_after(line: str, mark: str) -> str:
    return line.partition(mark)[2].split(":")[0]


def to_read_back(account: str) -> str:
    """The keys of a call up to the read-back."""
    return f"1{account}#{PIN}#160000010*01#100#"


def _scenario() -> str:
    text = (SCENARIOS / "caller.xml").read_text().replace("[media_port]", "[field0]")
    return text.replace('<pause milliseconds="200"/>', "<pause/>")


class Killing:
    """The centre and its rounds. ``victim``: ``switch``, ``gateway`` or ``trading``."""

    def __init__(self, centre: Centre, folder: Path, *, victim: str, callers: int, seed: int) -> None:
        self.centre, self.victim = centre, victim
        self._folder, self._callers = folder, callers
        self._dice = random.Random(seed)
        self._log = Tail(centre.state / "logs" / "switch.log")
        self._missing: set[str] = set()
        """The parts that must be up before the next round."""
        self._tails: dict[Path, Tail] = {}

    def round(self) -> Round:
        self._log.new()
        with Callers(self.centre, self._folder, self._callers) as callers:
            callers.ready(self._log)
            delay = self._dice.uniform(0, LATEST_MS)
            callers.confirm()
            time.sleep(delay / 1000)  # the moment of the kill is varied
            self._kill()
            lines = self._log.new() if self.victim == "switch" else []
            states = self._states(callers.calls)
            begin = time.monotonic()
            self._start()
            up = time.monotonic()
            told = {_word_after(line, " ivr ") for line in lines if line.endswith("-> saying accepted")}
            wrong = self._resolved(callers.calls)
            resolved = time.monotonic() - up
        wrong += self._check(callers.calls, told, states)
        return Round(delay, dict(Counter(states.values())), len(told), up - begin, resolved, wrong)

    def _kill(self) -> None:
        centre = self.centre
        {"switch": centre.switch, "gateway": centre.gateways[BRANCH], "trading": centre.trading[BRANCH]}[
            self.victim
        ].kill()

    def _start(self) -> None:
        centre = self.centre
        if self.victim == "switch":
            self._journal().new()
            self._missing = {"CardUp", "BranchUp"}
            centre.switch.start("switch-server ")
        elif self.victim == "gateway":
            centre.gateways[BRANCH].start("ready")
        else:
            centre.trading[BRANCH].start("listening ")

    def _journal(self) -> Tail:
        """The event journal's file of today."""
        path = max((self.centre.state / "journal").glob("*.jsonl"))
        return self._tails.setdefault(path, Tail(path))

    def _states(self, calls: list[str]) -> dict[str, str]:
        """The journalled orders of these calls: key -> state."""
        return {row["key"]: row["state"] for row in self.centre.journal_rows() if row["call"] in calls}

    def _resolved(self, calls: list[str]) -> list[str]:
        """Waits until no order is undecided, ten seconds at most."""
        end = time.monotonic() + RESOLVED_AT_LATEST
        while open_ := [row["key"] for row in self.centre.journal_rows() if row["state"] in UNDECIDED_STATES]:
            if time.monotonic() > end:
                return [f"undecided: {open_}"]
            time.sleep(0.02)
        return []

    def _check(self, calls: list[str], told: set[str], before: dict[str, str]) -> list[str]:
        """Checks that each order is at the branch once or known not to be."""
        wrong = []
        there = Counter(row["remark"] for row in self.centre.at_branch(BRANCH))
        contracts = {row["remark"]: row["contract"] for row in self.centre.at_branch(BRANCH)}
        rows = {row["key"]: row for row in self.centre.journal_rows()}
        wrong += [f"not in the journal: {key}" for key in there if key not in rows]
        for key, row in rows.items():
            wanted = 1 if row["state"] in AT_BRANCH_STATES else 0
            if there[key] != wanted:
                wrong.append(f"{key}: {row['state']}, at the branch {there[key]} times")
            elif wanted and row["contract"] != contracts[key]:
                wrong.append(f"{key}: contract {row['contract']}, at the branch {contracts[key]}")
        for key, state in before.items():
            if state in AT_BRANCH_STATES and rows[key]["state"] not in AT_BRANCH_STATES:
                wrong.append(f"{key}: was {state}, now {rows[key]['state']}")
        accepted = {row["call"] for row in rows.values() if row["state"] in AT_BRANCH_STATES}
        wrong += [f"{call}: told accepted, and it is not" for call in told - accepted]
        wrong += [f"{call}: two orders" for call in calls if sum(row["call"] == call for row in rows.values()) > 1]
        return wrong

    def ready(self) -> None:
        """Waits until cards and branch are up."""
        centre = self.centre
        if self.victim == "switch":
            end = time.monotonic() + DEADLINE
            while self._missing:
                self._missing -= {entry["event"]["type"] for entry in entries(self._journal().new())}
                assert time.monotonic() < end, f"not up: {self._missing}"
                time.sleep(0.02)
            return
        centre.until(lambda: all(row["trading_system_up"] for row in centre.ctl("branches")["rows"] if row["link_up"]))


@contextmanager
def small_centre(folder: Path, callers: int) -> Iterator[Centre]:
    """A centre with one branch, one card with few channels, and customers with much cash."""
    centre = Centre(folder, channels=20 * callers)  # calls of killed callers last until the switch notices
    accounts = centre.demo.world_files / f"accounts-{BRANCH}.json"
    content = json.loads(accounts.read_text())
    for account in content:
        account |= {"pin": PIN, "cash_fen": CASH_FEN}
    accounts.write_text(json.dumps(content))
    with centre:
        yield centre


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.e2e.kill_switch", description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--victim", choices=("switch", "gateway", "trading"), default="switch")
    parser.add_argument("--callers", type=int, default=2, help="that press 1 at the moment of each kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="a line for each kill")
    given = parser.parse_args()
    begin, rounds = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder, small_centre(Path(folder), given.callers) as centre:
        killing = Killing(centre, Path(folder), victim=given.victim, callers=given.callers, seed=given.seed)
        for number in range(given.times):
            killing.ready()
            rounds.append(done := killing.round())
            if given.json:
                print(
                    json.dumps({"kill": number + 1, **{name: getattr(done, name) for name in done.__struct_fields__}}),
                    flush=True,
                )
        states = Counter(row["state"] for row in centre.journal_rows())
    print(json.dumps(summary(rounds, states, time.monotonic() - begin), indent=None if given.json else 2))
    return 1 if any(done.wrong for done in rounds) else 0


def summary(rounds: list[Round], states: Counter[str], seconds: float) -> dict[str, object]:
    at_kill: Counter[str] = Counter()
    for done in rounds:
        at_kill.update(done.at_kill)
    resolved = sorted(done.resolved_s for done in rounds)
    up = sorted(done.up_s for done in rounds)
    return {
        "kills": len(rounds), "seconds": round(seconds), "orders_at_kill": dict(at_kill), "orders_at_end": dict(states),
        "told": sum(done.told for done in rounds), "up_s_median": round(up[len(up) // 2], 2),
        "resolved_s_median": round(resolved[len(resolved) // 2], 2),
        "resolved_s_worst": round(resolved[-1], 2), "wrong": [text for done in rounds for text in done.wrong],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
