"""``ports.Store`` on SQLite: customers and accounts answered from memory, records written by one thread in groups (DESIGN §8)."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from shared.days import day_start, shanghai_day
from shared.ids import AccountNo, BranchId
from shared.pinyin import name_keys
from switch_server.adapters.order_rows import (
    INSERT_ORDER,
    INSERT_STEP,
    UPDATE_COPY,
    order_row,
    step_row,
)
from switch_server.adapters.store import left_open
from switch_server.adapters.store.accounts import AccountIndex
from switch_server.adapters.store.agents import Agents
from switch_server.adapters.store.audit import add_audit
from switch_server.adapters.store.callers import CallerIndex
from switch_server.adapters.store.desk_phones import DeskPhones
from switch_server.adapters.store.errors import RecordRefused
from switch_server.adapters.store.reader import Reader
from switch_server.adapters.store.schema import open_store, record_table, record_tables
from switch_server.adapters.store.statistics import Statistics
from switch_server.adapters.store.tickets import Tickets
from switch_server.adapters.store.today import Today
from switch_server.adapters.store.writer import Change, StoreCounts, Writer
from switch_server.core.effects import (
    Audit,
    CountWrongPin,
    FindAccount,
    FindCaller,
    JournalOrder,
    RecordOrderState,
    SaveRecord,
)
from switch_server.core.events import AccountFound, CallbackRecovered, CallbacksCounted, CallerFound, WrongPinCounted
from switch_server.core.phone_numbers import phone_key
from switch_server.ports import Post
from switch_server.ports.records import Customer

log = logging.getLogger(__name__)
StoreEffect = FindAccount | FindCaller | CountWrongPin | SaveRecord | Audit | JournalOrder | RecordOrderState


class Store:
    """``ports.Store``. Opening raises ``StoreUnusable`` or ``StoreTooNew``, both naming the file; afterwards ``do`` raises nothing.

    ``do`` answers ``FindAccount``, ``FindCaller`` and ``CountWrongPin`` from memory, before it returns, by calling ``post`` in the caller's
    thread; so they are answered on a full disk too. ``JournalOrder`` and ``RecordOrderState`` are copied here to be searched: the order journal is the truth.
    ``read`` is for the operator's control and agents' questions, ``read_pops`` for screen pops, ``statistics`` for reports; none waits for
    another. ``agents`` is ``ports.desks.AgentBook``, ``desk_phones`` ``ports.phones.PhoneBook``, ``today`` the counts on the supervisors'
    board. Only this process writes the file while it runs. ``clock`` gives UTC seconds.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        clock: Callable[[], float],
        wrong_pin_limit: int = 5,
        on_trouble: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._db = open_store(path)
        self._tables = record_tables(self._db)
        self._last_sign = left_open.last_sign(self._db, clock())
        self._post, self._clock = post, clock
        self._order = (
            threading.Lock()
        )  # memory and queue change together, else two threads could write in another order
        self._accounts = AccountIndex(wrong_pin_limit)
        self._accounts.load(self._db, clock())
        self._keys: dict[str, BranchId] = {
            row["public_key"]: row["branch"] for row in self._db.query("SELECT * FROM branch_keys")
        }
        self._callers = CallerIndex()
        self._callers.load(self._db, clock())
        self._writer = Writer(self._db, on_trouble)
        self.today = Today(self._db, clock)
        self.agents = Agents(self._db, self._writer.put, self._audit, clock)
        self.desk_phones = DeskPhones(self._db, self._writer.put, self._audit, clock)
        self.read, self.read_pops = Reader(path), Reader(path)
        self.statistics = Statistics(path, self._writer)
        self.flush = self._writer.flush
        self.save_ticket = Tickets(self._writer, clock).save_ticket

    def start(self) -> None:
        self._writer.start()

    def stop(self, seconds: float = 5.0) -> int:
        """Writes what is queued and closes the file; how many records could not be written (0 unless the disk is in trouble)."""
        self.statistics.close()
        lost = self._writer.stop(seconds)
        self.read.close()
        self.read_pops.close()
        self._db.close()
        return lost

    @property
    def counts(self) -> StoreCounts:
        return self._writer.counts

    @property
    def waiting(self) -> int:
        """Records in memory that are not yet in the file."""
        return self._writer.waiting

    def do(self, effect: StoreEffect) -> None:
        match effect:
            case FindAccount(call, request, account):
                branch, customer, locked = self._accounts.find(account)
                self._post(AccountFound(call, request, account, branch, customer, locked))
            case FindCaller(call, number):
                self._post(CallerFound(call, *self._callers.find(number)))
            case CountWrongPin():
                self._count_wrong_pin(effect)
            case SaveRecord(table, row):
                self._save(table, row)
            case Audit(actor, action, subject, detail):
                self._audit(actor, action, subject, detail)
            case JournalOrder() | RecordOrderState():
                self._copy_order(effect)

    # --- accounts ---

    def _count_wrong_pin(self, effect: CountWrongPin) -> None:
        account, now = effect.account, self._clock()
        with self._order:
            count = self._accounts.count_wrong_pin(account, now)
            self._change(
                "a wrong PIN",
                "INSERT INTO wrong_pins VALUES (:account, :day, :failures) "
                "ON CONFLICT(account, day) DO UPDATE SET failures = excluded.failures",
                {"account": account, "day": count.day, "failures": count.failures},
            )
            if count.locked_now:
                self._lock_account(account, now)
        if count.locked_now:
            log.warning("account …%s locked after %d wrong PINs", account[-2:], count.failures)
            self._audit("store", "account_locked", account, f"{count.failures} wrong PINs on {count.day}")
        self._post(WrongPinCounted(effect.call, effect.request, count.failures, count.locked))

    def _lock_account(self, account: AccountNo, at: float | None) -> None:
        self._change(
            "an account's lock",
            "UPDATE accounts SET locked_at = :at WHERE account = :account",
            {"at": at, "account": account},
        )

    def account_locked(self, account: AccountNo) -> bool:
        return self._accounts.find(account)[2]

    def unlock_account(self, account: AccountNo, actor: str) -> bool:
        """Opens the account's phone channel and forgets today's wrong PINs; from any thread. ``False``: no such account."""
        with self._order:
            if not self._accounts.unlock(account):
                return False
            self._lock_account(account, None)
            self._change(
                "wrong PINs forgotten", "DELETE FROM wrong_pins WHERE account = :account", {"account": account}
            )
        self._audit(actor, "account_unlocked", account, "")
        return True

    def put_customers(self, customers: Iterable[Customer]) -> None:
        """``ports.records.CustomerBook``; from any thread. Accounts that a customer no longer lists stay."""
        for customer in customers:
            keys = name_keys(customer.name)
            with self._order:
                self._accounts.put((account.account, account.branch, customer.id) for account in customer.accounts)
                self._callers.put(customer)
                self._writer.put(Change("a customer", partial(_put_customer, customer=customer, keys=keys)))

    def close_open_records(self, cause: str) -> None:
        """At start: what an earlier run began and did not end (killed) ends with ``cause``, at its last sign of life."""
        at = self._last_sign
        self._writer.put(Change("open records", lambda db: left_open.close(db, cause, at)))

    def sign_of_life(self) -> None:
        """Each ``left_open.EVERY`` seconds."""
        self._change("a sign of life", left_open.ALIVE, {"at": self._clock()})

    def callbacks_waiting(self) -> list[CallbackRecovered]:
        """At start: who still waits to be called back, the longest waiting first. Reads the file; raises ``sqlite3.Error``."""
        return self.read.callbacks_waiting()

    def callbacks_counted(self) -> CallbacksCounted:
        """At start: who asked to be called back today. Reads the file; raises ``sqlite3.Error``."""
        return self.read.callbacks_counted(day_start(shanghai_day(self._clock())))

    # --- branches' keys ---

    def branch_for_key(self, public_key: str) -> BranchId | None:
        """Whose CURVE public key (Z85) is this? For the ZAP handler; from any thread, from memory."""
        return self._keys.get(public_key)

    def put_branch_key(self, branch: BranchId, public_key: str, actor: str) -> None:
        """From now on this key (Z85, 40 characters) opens the link of that branch. From any thread."""
        with self._order:
            self._keys = self._keys | {public_key: branch}
            self._change(
                "a branch's key",
                "INSERT INTO branch_keys VALUES (:key, :branch, :at) "
                "ON CONFLICT(public_key) DO UPDATE SET branch = excluded.branch, added_at = excluded.added_at",
                {"key": public_key, "branch": branch, "at": self._clock()},
            )
        self._audit(actor, "branch_key_added", branch, public_key)

    def remove_branch_key(self, public_key: str, actor: str) -> bool:
        """The key opens nothing any more; ``False``: it opened nothing before. From any thread."""
        with self._order:
            branch = self._keys.get(public_key)
            if branch is None:
                return False
            self._keys = {key: of for key, of in self._keys.items() if key != public_key}
            self._change("a branch's key", "DELETE FROM branch_keys WHERE public_key = :key", {"key": public_key})
        self._audit(actor, "branch_key_removed", branch, public_key)
        return True

    # --- records ---

    def _save(self, table: str, row: dict[str, Any]) -> None:
        try:
            sql, values = record_table(self._tables, table).upsert(row)
        except RecordRefused as error:
            self._writer.refuse(f"a record of {table}", error)
            return
        self._change(f"a row of {table}", sql, values)
        if table == "contacts":
            self._callers.saw_contact(row)
        elif table == "talks":
            self.agents.talks.saw(row, self._clock())
        elif table == "queue_visits":
            self.today.queue_visit(row)

    def _audit(self, actor: str, action: str, subject: str, detail: str) -> None:
        at = self._clock()
        self._writer.put(Change(f"audit of {action}", lambda db: add_audit(db, at, actor, action, subject, detail)))

    def _copy_order(self, effect: JournalOrder | RecordOrderState) -> None:
        at = self._clock()
        if isinstance(effect, JournalOrder):
            row = order_row(effect, at)
            self._change("an order", INSERT_ORDER, row)
            self.today.order(row)
        else:
            step = step_row(effect, at)
            self.today.order_step(step)
            self._writer.put(Change("an order's state", lambda db: _put_step(db, step)))

    def _change(self, what: str, sql: str, values: dict[str, Any]) -> None:
        self._writer.put(Change(what, lambda db: _execute(db, sql, values)))


def _execute(db: sqlite3.Connection, sql: str, values: dict[str, Any]) -> None:
    db.execute(sql, values)


def _put_step(db: sqlite3.Connection, step: dict[str, Any]) -> None:
    db.execute(INSERT_STEP, step)
    db.execute(UPDATE_COPY, step)


def _put_customer(db: sqlite3.Connection, customer: Customer, keys: tuple[str, str]) -> None:
    db.execute(
        "INSERT INTO customers (id, name, pinyin, initials, vip, language) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
        "name = excluded.name, pinyin = excluded.pinyin, initials = excluded.initials, vip = excluded.vip, language = excluded.language",
        (customer.id, customer.name, *keys, int(customer.vip), customer.language.value),
    )
    db.execute("DELETE FROM customer_phones WHERE customer = ?", (customer.id,))
    db.executemany(
        "INSERT OR IGNORE INTO customer_phones (phone, customer) VALUES (?, ?)",
        [(phone_key(phone), customer.id) for phone in customer.phones],
    )
    db.executemany(
        "INSERT INTO accounts (account, branch, customer) VALUES (?, ?, ?) "
        "ON CONFLICT(account) DO UPDATE SET branch = excluded.branch, customer = excluded.customer",
        [(account.account, account.branch, customer.id) for account in customer.accounts],
    )
