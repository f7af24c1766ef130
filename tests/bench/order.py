"""The time from the caller's "1" to the order's acceptance by the branch, in a whole running centre: callers over SIP and RTP, card, core,
journals, CURVE, gateway and trading system.

Measured twice: by the event journal's times (from the key taken by the flow to the branch's answer handled; this figure is in
``docs/status.md``), and from the key's first RTP packet, which adds the network and the card's tick.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import Figure
from tests.e2e.centre import Centre
from tests.e2e.phone import Phone, log_in, order

TARGET_MS = 50.0
CALLERS, EACH = 4, 16
CODE, PRICE = "600010", "1.87"
WAIT = 120.0


class Trader(threading.Thread):
    """One caller who buys repeatedly. ``left``: the UTC seconds at which the first packet of each "1" on a read-back was sent."""

    def __init__(self, centre: Centre, number: int, orders: int) -> None:
        super().__init__(daemon=True)
        self._centre, self._orders = centre, orders
        self._customer = centre.customer(skip=number).account
        self.left: list[float] = []
        self.call = ""
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            with Phone(self._centre) as phone:
                self.call = phone.call
                self._trade(phone)
        except BaseException as error:  # raised again in the benchmark's own thread
            self.failed = error

    def _trade(self, phone: Phone) -> None:
        at = log_in(phone, self._customer.account, self._customer.pin)
        for _ in range(self._orders):
            at = order(phone, CODE, PRICE, "100", after=at)
            phone.rtp.mangle = self._note
            phone.keys("1")
            phone.rtp.mangle = lambda _number, packet: [packet]
            at = phone.at("accepted", after=at)

    def _note(self, _number: int, packet: bytes) -> list[bytes]:
        """The first packet of a key has the marker bit (RFC 4733 §2.5.1.2)."""
        if packet[1] == 0x80 | 101:
            self.left.append(time.time())
        return [packet]


def figures(short: bool = False) -> Iterator[Figure]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    callers, each = (3, 2) if short else (CALLERS, EACH)
    with tempfile.TemporaryDirectory(dir=build) as folder, Centre(Path(folder).resolve()) as centre:
        traders = [Trader(centre, number, each) for number in range(callers)]
        for trader in traders:
            trader.start()
        for trader in traders:
            trader.join(WAIT)
        if failed := [trader.failed for trader in traders if trader.failed is not None]:
            raise failed[0]
        yield from _figures(centre, traders, callers * each)


def _figures(centre: Centre, traders: list[Trader], number: int) -> Iterator[Figure]:
    journal = centre.journal()
    keyed, accepted = _confirmations(journal), _accepted(journal)
    took = sorted(accepted[key] - at for key, at in keyed.items() if key in accepted)
    left = {trader.call: trader.left for trader in traders}
    heard = sorted(
        accepted[f"{call}-{nth}"] - at
        for call, times in left.items()
        for nth, at in enumerate(times, 1)
        if f"{call}-{nth}" in accepted
    )
    durable = _times(journal, "OrderJournalled")
    stored = sorted(durable[key] - at for key, at in keyed.items() if key in durable)
    sent = sorted(at - durable[key] for key, at in accepted.items() if key in durable)
    yield Figure("order: orders not accepted", number - len(took), "orders", "lower", 0)
    yield Figure('order: "1" taken to accepted at the branch, median', _at(took, 0.5), "ms", "lower")
    yield Figure(
        'order: "1" taken to accepted at the branch, 99th percentile', _at(took, 0.99), "ms", "lower", TARGET_MS
    )
    for part, times in (("durable at the centre", stored), ("durable to accepted", sent)):
        yield Figure(f"order: of that, {part}, median", _at(times, 0.5), "ms", "lower")
        yield Figure(f"order: of that, {part}, 99th percentile", _at(times, 0.99), "ms", "lower")
    yield Figure("order: key's first packet leaving to accepted, median", _at(heard, 0.5), "ms", "lower")
    yield Figure("order: key's first packet leaving to accepted, 99th percentile", _at(heard, 0.99), "ms", "lower")
    yield Figure(
        "order: machine's load while it ran, for each core", os.getloadavg()[0] / (os.cpu_count() or 1), "", "lower"
    )


def _times(journal: list[dict[str, Any]], kind: str) -> dict[str, float]:
    return {entry["event"]["key"]: entry["at"] for entry in journal if entry["event"]["type"] == kind}


def _confirmations(journal: list[dict[str, Any]]) -> dict[str, float]:
    """The time of the "1" by order key: that of the call's last key before the order was journalled."""
    keys: dict[str, float] = {}
    found: dict[str, float] = {}
    for entry in journal:
        event = entry["event"]
        if event["type"] == "DigitUsed" and event["digit"] == "1":
            keys[event["leg"].partition("/")[0]] = entry["at"]
        elif event["type"] == "OrderJournalled":
            found[event["key"]] = keys[event["key"].rpartition("-")[0]]
    return found


def _accepted(journal: list[dict[str, Any]]) -> dict[str, float]:
    events = ((entry["at"], entry["event"]) for entry in journal)
    return {
        event["key"]: at
        for at, event in events
        if event["type"] == "OrderAnswered" and event["reply"]["type"] == "OrderAccepted"
    }


def _at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] * 1000
