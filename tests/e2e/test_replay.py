"""``switchctl replay`` prints exactly the transitions in the switch's log, for every call of a run: an order, a wrong PIN, hang-ups, at the same time."""

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.centre import Centre
from tests.e2e.phone import Phone, log_in, log_of, order

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(tmp_path_factory.mktemp("centre")) as made:
        yield made


def transitions(centre: Centre) -> dict[str, list[str]]:
    """The log's transitions by call: ``machine subject: old -> event -> new``."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in log_of(centre).splitlines():
        if (match := re.search(r"huawu\.transitions: (\w+ ([0-9]+(?:f[0-9]+)?)[-/0-9]*: .*)$", line)) is not None:
            found[match[2]].append(match[1])
    return found


def replayed(centre: Centre, call: str, *options: str) -> list[str]:
    document = centre.ctl("replay", call, *options)
    assert document.get("type") == "Replayed", document
    return [f"{t['machine']} {t['subject']}: {t['old']} -> {t['event']} -> {t['new']}" for t in document["transitions"]]


def buys(phone: Phone, skip: int) -> None:
    customer = phone.centre.customer(skip=skip).account
    log_in(phone, customer.account, customer.pin)
    order(phone, "600010", "1.87", "100")
    phone.keys("1")
    phone.at("accepted")


def mistakes_the_pin(phone: Phone) -> None:
    customer = phone.centre.customer(skip=1).account
    phone.keys("1", customer.account, "#")
    phone.at("pin")
    phone.keys("000000#")
    phone.at("wrong_pin")
    phone.keys("9", customer.pin, "#")
    phone.at("log_in")


def leaves_in_the_middle(phone: Phone) -> None:
    customer = phone.centre.customer(skip=2).account
    log_in(phone, customer.account, customer.pin)
    order(phone, "600010", "1.87", "100")


def asks_a_quote(phone: Phone) -> None:
    phone.keys("2600000")
    phone.at("quote_said")
    phone.keys("7")
    phone.at("quote_menu", after=phone.at("quote_menu"))
    phone.keys("0")
    phone.at("agents")


ERRANDS: list[Callable[[Phone], None]] = [
    lambda phone: buys(phone, 0), mistakes_the_pin, leaves_in_the_middle, asks_a_quote, lambda phone: buys(phone, 3),
    lambda phone: phone.centre.ctl("calls", "hangup", phone.call),
]  # fmt: skip


def test_replay_prints_the_transitions_that_the_log_has(centre: Centre) -> None:
    with ExitStack() as stack:
        phones = [stack.enter_context(Phone(centre)) for _ in ERRANDS]
        failed: list[BaseException] = []

        def run(errand: Callable[[Phone], None], phone: Phone) -> None:
            try:
                errand(phone)
            except BaseException as error:  # raised below, in the test's own thread
                failed.append(error)

        threads = [threading.Thread(target=run, args=pair) for pair in zip(ERRANDS, phones, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        half_way = phones[0].call
        assert replayed(centre, half_way) == transitions(centre)[half_way][: len(replayed(centre, half_way))]
        phones[5].hung_up_on()
    calls = [phone.call for phone in phones]
    centre.until(lambda: all(row["ended_at"] for row in centre.rows("calls")))
    centre.until(lambda: {row["state"] for row in centre.rows("orders")} <= {"filled", "working"})
    online = {call: replayed(centre, call) for call in calls}
    logged = transitions(centre)
    assert set(logged) == set(calls)
    for call in calls:
        assert online[call] == logged[call]
    assert any("order " in line for line in online[calls[0]])


def test_replay_needs_no_running_switch(centre: Centre) -> None:
    """The same output without a running switch, from a copy of the journal folder."""
    logged = transitions(centre)
    folder = centre.demo.folder / "elsewhere"
    centre.switch.stop()
    (centre.state / "journal").rename(folder)
    assert logged
    for call, lines in transitions(centre).items():
        assert replayed(centre, call, "--journal", str(folder)) == lines
