"""A process that writes until it is killed, or until its disk is full: ``python -m tests.store.writing MODE FOLDER``.

``orders`` prints each key once it is journalled, ``events`` each number once it is flushed; both run until they are killed.
``full`` simulates a disk that fills up and is freed again (by a limit on file sizes, which needs no rights and no separate file system), and
prints the results of order journal, store and event journal as JSON.
"""

import asyncio
import json
import resource
import sys
import threading
import time
from itertools import count
from pathlib import Path

from shared.control import BackupState
from shared.ids import AccountNo, AgentId, CallId, CardId, CustomerId
from switch_server.adapters import event_journal
from switch_server.adapters.backup import Backups
from switch_server.adapters.event_journal import EventJournal
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.adapters.store import Store, writer
from switch_server.core.facts import CardUp
from switch_server.core.ivr import CountWrongPin, FindAccount
from switch_server.core.orders import OrderJournalFailed, OrderJournalled
from switch_server.core.words import Event, SaveRecord
from switch_server.ports.records import NotWritten, TicketDraft
from tests.store.samples import Posted, customer, place, state, until

ACCOUNT = AccountNo("60012345")
FULL = 64 * 1024


def orders(folder: Path) -> None:
    """Keeps up to 64 orders waiting for their answers, so that they are written in groups."""
    room = threading.Semaphore(64)

    def answered(event: Event) -> None:
        assert isinstance(event, OrderJournalled)
        print(event.key)
        room.release()

    journal = SqliteOrderJournal(folder / "orders.db", answered, clock=time.time)
    journal.start()
    for number in count(1):
        room.acquire()
        journal.do(place(number))
        journal.do(state(place(number), "sent"))


def events(folder: Path) -> None:
    journal = EventJournal(folder)
    journal.start()
    for number in count(1):
        seq = journal.append(CardUp(CardId("card-1"), number), time.time())
        if number % 50 == 0 and journal.flush(20.0):
            print(seq)


def limit(size: int) -> None:
    """Limits files to ``size`` bytes; a write beyond that fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def full_orders(folder: Path) -> dict[str, object]:
    posted, troubles = Posted(), list[str]()
    journal = SqliteOrderJournal(folder / "orders.db", posted, clock=time.time, on_trouble=troubles.append)
    journal.start()
    journal.do(place(1))
    posted.wait(1)
    limit(FULL)
    refused = 0
    for number in count(2):
        journal.do(place(number))
        if isinstance(posted.wait(number)[-1], OrderJournalFailed):
            refused = number
            break
    journal.do(state(place(1), "accepted", "accepted", contract="0000001"))
    kept = not journal.flush(0.6) and journal.waiting == 1
    limit(resource.RLIM_INFINITY)
    journal.do(place(refused))
    last = posted.wait(refused + 1)[-1]
    journal.flush(20.0)
    first = journal.order(place(1).key)
    journal.stop()
    return {
        "again": isinstance(last, OrderJournalled),
        "kept": kept,
        "state": first.state if first else None,
        "troubles": troubles,
        "journalled": journal.counts.journalled,
        "expected": refused,
    }


def full_store(folder: Path) -> dict[str, object]:
    posted, troubles = Posted(), list[str]()
    store = Store(folder / "huawu.db", posted, clock=time.time, on_trouble=troubles.append)
    store.put_customers([customer(1, "李小明", account=ACCOUNT)])
    store.start()
    store.flush(20.0)
    limit(FULL)
    saved = 0
    while not troubles:
        saved += 1
        store.do(SaveRecord("calls", {"id": f"c{saved}", "started_at": float(saved), "flow": "x" * 500}))
        time.sleep(0.001)
    for number in range(5):
        store.do(CountWrongPin(CallId("c"), number, ACCOUNT))
    store.do(FindAccount(CallId("c"), 9, ACCOUNT))
    answers = [type(event).__name__ for event in posted.wait(6)]
    waiting = store.waiting
    ticket = TicketDraft(agent=AgentId("1001"), customer=CustomerId(1), ticket=None, title="x", state="open", entry="")
    try:
        store.save_ticket(ticket, 0.5)
        refused = False
    except NotWritten:
        refused = True
    limit(resource.RLIM_INFINITY)
    store.flush(20.0)
    saved_again = store.save_ticket(ticket, 20.0)
    rows = [row["id"] for row in reversed(store.read.calls(limit=10 * saved))]
    (found,) = store.read.search_customers("lxm")
    chain = store.read.audit_broken()
    store_tickets = store.read.tickets(CustomerId(1))
    lost = store.stop()
    return {
        "answers": answers,
        "waited": waiting > 0,
        "whole": rows == [f"c{n}" for n in range(1, saved + 1)],
        "locked": found.accounts[0].locked,
        "chain": chain,
        "ticket": [refused, store_tickets == [saved_again]],
        "troubles": [troubles[0], troubles[-1]],
        "lost": lost,
        "delayed": store.counts.delayed > 0,
    }


def full_events(folder: Path) -> dict[str, object]:
    troubles = list[str]()
    journal = EventJournal(folder / "journal", on_trouble=troubles.append)
    journal.start()
    limit(FULL)
    while not troubles:
        journal.append(CardUp(CardId("card-1"), 30), time.time())
        time.sleep(0.0001)
    journal.append(CardUp(CardId("card-2"), 30), time.time())
    until(lambda: journal.counts.troubles > 1)
    limit(resource.RLIM_INFINITY)
    seqs = [entry.seq for entry in journal.read(seconds=20.0)]
    last = journal.append(CardUp(CardId("card-3"), 30), time.time())
    lost = journal.stop()
    return {"whole": seqs == list(range(1, last)), "troubles": troubles, "lost": lost, "many": last > 100}


def bounded(folder: Path) -> dict[str, object]:
    """The disk stays full until the memory for waiting records is used up."""
    writer.MOST_BYTES = event_journal.MOST_BYTES = 1 << 20
    store = Store(folder / "bounded.db", Posted(), clock=time.time)
    journal = EventJournal(folder / "bounded")
    store.start()
    journal.start()
    store.flush(20.0)
    limit(1)
    most = {"store": 0, "journal": 0}
    for number in range(20_000):
        store.do(SaveRecord("calls", {"id": f"c{number}", "started_at": float(number)}))
        journal.append(CardUp(CardId("card-1"), number), time.time())
        most["store"] = max(most["store"], store.waiting_bytes)
        most["journal"] = max(most["journal"], journal.waiting_bytes)
    journal.append(CardUp(CardId("x" * (1 << 20)), 1), time.time())
    until(lambda: store.counts.troubles and journal.counts.troubles)
    limit(resource.RLIM_INFINITY)
    store.flush(20.0)
    kept = len(store.read.calls(limit=30_000))
    events = sum(1 for _ in journal.read(seconds=20.0))
    counts = store.counts.lost, journal.counts.dropped
    return {"most": most, "kept": [kept, events], "lost": counts, "left": [store.stop(), journal.stop()]}


def full_backup(folder: Path) -> dict[str, object]:
    store = Store(folder / "huawu.db", Posted(), clock=time.time)
    store.start()
    store.flush(20.0)
    backups = Backups(folder, {"huawu.db": store.between}, audit=lambda _audit: None, clock=time.time, version="0")
    limit(FULL)
    asyncio.run(backups.begin(folder / "backup", "me"))
    until(lambda: (told := backups.progress()) is not None and told.state is not BackupState.RUNNING)
    limit(resource.RLIM_INFINITY)
    told = backups.progress()
    assert told is not None
    store.stop()
    return {
        "state": told.state,
        "text": told.text,
        "left": [path.name for path in folder.iterdir() if "backup" in path.name],
    }


def full(folder: Path) -> None:
    told = {"orders": full_orders(folder), "store": full_store(folder), "events": full_events(folder)}
    told |= {"bounded": bounded(folder), "backup": full_backup(folder)}
    print(json.dumps(told))


if __name__ == "__main__":
    {"orders": orders, "events": events, "full": full}[sys.argv[1]](Path(sys.argv[2]))
