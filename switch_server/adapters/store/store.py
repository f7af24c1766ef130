"""``ports.StorePort`` on SQLite: customers and accounts answered from memory, records written by one thread in groups."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from shared.days import day_start, shanghai_day
from shared.ids import AccountNo, CallId
from shared.pinyin import name_keys
from switch_server.adapters.order_rows import (
    INSERT_ORDER,
    UPDATE_COPY,
    order_row,
    put_step,
    step_row,
)
from switch_server.adapters.store import left_open
from switch_server.adapters.store.accounts import AccountIndex
from switch_server.adapters.store.agents import AgentStore
from switch_server.adapters.store.audit import add_audit
from switch_server.adapters.store.callers import CallerIndex
from switch_server.adapters.store.desk_phones import DeskPhones
from switch_server.adapters.store.errors import RecordRefused
from switch_server.adapters.store.faxes import StoredFaxWork, keep_fax
from switch_server.adapters.store.line_blocks import StoredLineBlocks
from switch_server.adapters.store.lost_orders import REACH, lost_orders
from switch_server.adapters.store.pin_tries import PinTries, TryState
from switch_server.adapters.store.reader import StoreReader
from switch_server.adapters.store.schema import named, open_store, record_table, record_tables
from switch_server.adapters.store.statistics import Statistics
from switch_server.adapters.store.tickets import Tickets
from switch_server.adapters.store.today import Today
from switch_server.adapters.store.writer import Change, StoreCounts, StoreWriter, texts_in
from switch_server.core.acd import CallbackRecovered, CallbacksCounted
from switch_server.core.call import CallerFound, FindCaller
from switch_server.core.fax import FaxesRecovered, KeepFax
from switch_server.core.ivr import AccountFound, CountWrongPin, FindAccount, GiveBackPinTry, WrongPinCounted
from switch_server.core.orders import JournalOrder, RecordOrderState
from switch_server.core.words import Audit, SaveRecord, phone_key
from switch_server.ports import Post
from switch_server.ports.records import Customer

log = logging.getLogger(__name__)
StoreEffect = (
    FindAccount
    | FindCaller
    | CountWrongPin
    | GiveBackPinTry
    | SaveRecord
    | Audit
    | JournalOrder
    | RecordOrderState
    | KeepFax
)


class Store:
    """``ports.StorePort``. Opening raises ``StoreUnusable`` or ``StoreTooNew``, both naming the file; afterwards ``do`` raises nothing.

    ``do`` answers ``FindAccount``, ``FindCaller`` and ``CountWrongPin`` from memory, before it returns, by calling ``post`` in the caller's
    thread; so they are answered with a full disk, too. ``JournalOrder`` and ``RecordOrderState`` are copied here for searching; the order journal
    is the authority. ``read`` is for the operator's control and agents' questions, ``read_pops`` for screen pops, ``statistics`` for reports;
    none waits for another. ``agents`` is ``ports.desks.AgentBook``, ``desk_phones`` ``ports.phones.DeskPhoneBook``, ``line_blocks`` ``ports.trunks.LineBlocks``, ``today`` the counts of the
    supervisors' board. ``wrong_pin_limit`` and ``number_limit``: an account's and a calling number's wrong PINs a day. Only this process writes
    the file while it runs. ``clock`` gives UTC seconds. ``last_sign``: the last sign of life of an earlier run.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        clock: Callable[[], float],
        wrong_pin_limit: int = 5,
        number_limit: int = 20,
        on_trouble: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._path, self._db = path, open_store(path)
        self._post, self._clock = post, clock
        self._order = (
            threading.Lock()
        )  # memory and queue change together, otherwise two threads could queue in another order
        self._accounts = AccountIndex()
        self._tries = PinTries(wrong_pin_limit, number_limit)
        self._callers = CallerIndex()
        self._writer = StoreWriter(self._db, on_trouble)
        with named(path):
            self._tables = record_tables(self._db)
            now = clock()
            self.last_sign = left_open.last_sign(self._db, now)
            self._accounts.load(self._db)
            tried = {day: _wrong_pins(self._db, day) for day in map(shanghai_day, (self.last_sign, now))}
            self._tries.load(*tried[shanghai_day(now)], now)
            self._callers.load(self._db, now)
            self.today = Today(self._db, clock)
            self.agents = AgentStore(self._db, self._writer.put, self._audit, clock)
            self.desk_phones = DeskPhones(self._db, self._writer.put, self._audit, clock)
            self.line_blocks = StoredLineBlocks(self._db, self._writer.put, self._audit, clock)
            self.read, self.read_pops = StoreReader(path), StoreReader(path)
            self.statistics = Statistics(path, self._writer)
        for day, (accounts, _) in tried.items():
            for account, failures in accounts:
                if failures >= wrong_pin_limit:  # the last try was running at a kill, which counts as a wrong PIN
                    self._lock_used_up(account, failures, day)
        self.flush, self.between = self._writer.flush, self._writer.between
        self.fax_work = StoredFaxWork(self._writer, self._audit)
        self.save_ticket = Tickets(self._writer, clock).save_ticket

    def start(self) -> None:
        self._writer.start()

    def stop(self, seconds: float = 5.0) -> int:
        """Writes the queue and closes the file; returns how many records could not be written (0 unless the disk is in trouble)."""
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
        """The number of records in memory that are not yet in the file."""
        return self._writer.waiting

    @property
    def waiting_bytes(self) -> int:
        """The approximate bytes of these records."""
        return self._writer.waiting_bytes

    def do(self, effect: StoreEffect) -> None:
        if isinstance(effect, SaveRecord):  # nine of ten
            self._save(effect.table, effect.row)
            return
        match effect:
            case FindAccount():
                self._find_account(effect)
            case FindCaller(call, number):
                self._post(CallerFound(call, *self._callers.find(number)))
            case CountWrongPin():
                self._count_wrong_pin(effect)
            case GiveBackPinTry(call):
                self._give_back(call)
            case KeepFax():
                keep_fax(effect, self._tables, self._writer, self._post)
            case Audit(actor, action, subject, detail):
                self._audit(actor, action, subject, detail)
            case JournalOrder() | RecordOrderState():
                self._copy_order(effect)

    # --- accounts ---

    def _find_account(self, effect: FindAccount) -> None:
        account, number = effect.account, phone_key(effect.number)
        branch, customer, locked = self._accounts.find(account)
        left = TryState.ACCOUNT_USED_UP
        if branch is not None and not locked:
            with self._order:
                left = self._tries.take(effect.call, account, number, self._clock())
                self._write_tries(account, number)
            locked = left is TryState.ACCOUNT_USED_UP
        self._post(
            AccountFound(
                effect.call, effect.request, account, branch, customer, locked,
                number_locked=left is TryState.NUMBER_USED_UP, busy=left is TryState.BUSY,
            )
        )  # fmt: skip

    def _give_back(self, call: CallId) -> None:
        with self._order:
            was_for = self._tries.give_back(call)
            if was_for is not None:
                self._write_tries(*was_for)

    def _count_wrong_pin(self, effect: CountWrongPin) -> None:
        account, number, now = effect.account, phone_key(effect.number), self._clock()
        with self._order:
            wrong = self._tries.wrong(effect.call, account, number, now)
            self._write_tries(account, number)
            if wrong.account_used_up:
                self._lock_used_up(account, wrong.failures, wrong.day)
        if wrong.locks_number:
            log.warning("number %s locked after %d wrong PINs", number or "withheld", wrong.from_number)
            self._audit(
                "store", "number_locked", number or "withheld", f"{wrong.from_number} wrong PINs on {wrong.day}"
            )
        locked = self.account_locked(account)
        self._post(WrongPinCounted(effect.call, effect.request, wrong.failures, locked, wrong.number_used_up))

    def _lock_used_up(self, account: AccountNo, failures: int, day: str) -> None:
        if self._accounts.lock(account):
            self._lock_account(account, self._clock())
            log.warning("account …%s locked after %d wrong PINs", account[-2:], failures)
            self._audit("store", "account_locked", account, f"{failures} wrong PINs on {day}")

    def _write_tries(self, account: AccountNo, number: str) -> None:
        """The file counts running tries as wrong, so that a killed switch forgets none; tries that were returned leave no row."""
        day, of_account, of_number = self._tries.day, self._tries.of_account(account), self._tries.of_number(number)

        def write(db: sqlite3.Connection) -> None:
            db.execute(_TRIES_OF_ACCOUNT[of_account > 0], {"key": account, "day": day, "count": of_account})
            db.execute(_TRIES_OF_NUMBER[of_number > 0], {"key": number, "day": day, "count": of_number})

        self._writer.put(Change("wrong PINs", write))

    def locked_numbers(self) -> list[str]:
        """Calling numbers that have no PIN try left today; an empty text: the withheld numbers."""
        with self._order:
            return self._tries.locked_numbers(self._clock())

    def unlock_number(self, number: str, actor: str) -> bool:
        """Deletes today's wrong PINs of a number (empty: withheld); from any thread. ``False``: there were none."""
        key = phone_key(number)
        with self._order:
            if not self._tries.forget_number(key):
                return False
            self._change("wrong PINs forgotten", "DELETE FROM wrong_pins_from WHERE number = :number", {"number": key})
        self._audit(actor, "number_unlocked", key or "withheld", "")
        return True

    def _lock_account(self, account: AccountNo, at: float | None) -> None:
        self._change(
            "an account's lock",
            "UPDATE accounts SET locked_at = :at WHERE account = :account",
            {"at": at, "account": account},
        )

    def account_locked(self, account: AccountNo) -> bool:
        return self._accounts.find(account)[2]

    def unlock_account(self, account: AccountNo, actor: str) -> bool:
        """Unlocks the account's phone channel and deletes today's wrong PINs; from any thread. ``False``: no such account."""
        with self._order:
            if not self._accounts.unlock(account):
                return False
            self._tries.forget_account(account)
            self._lock_account(account, None)
            self._change(
                "wrong PINs forgotten", "DELETE FROM wrong_pins WHERE account = :account", {"account": account}
            )
        self._audit(actor, "account_unlocked", account, "")
        return True

    def put_customers(self, customers: Iterable[Customer]) -> None:
        """``ports.records.CustomerBook``; from any thread. Accounts that a customer no longer lists remain."""
        for customer in customers:
            keys = name_keys(customer.name)
            with self._order:
                self._accounts.put((account.account, account.branch, customer.id) for account in customer.accounts)
                self._callers.put(customer)
                self._writer.put(Change("a customer", partial(_put_customer, customer=customer, keys=keys)))

    def close_open_records(self, cause: str) -> None:
        """At start: records of an earlier run without an end (killed) end with ``cause``, at its last sign of life."""
        at = self.last_sign
        self._writer.put(Change("open records", lambda db: left_open.close(db, cause, at)))

    def copy_lost_orders(self, journal: Path) -> None:
        """At start, before any other work on orders: copies the orders that this file has lost from the journal. Raises ``StoreUnusable``."""
        with named(self._path):
            lost = lost_orders(self._db, journal, self.last_sign - REACH)
        for order in lost:
            self._writer.put(
                Change("a lost order", order.put, sum(texts_in(row.values()) for row in (order.row, *order.steps)))
            )
            self.today.order_found(order.row)
        if lost:
            log.warning("store: %d orders copied anew from the order journal", len(lost))

    def sign_of_life(self) -> None:
        """To be called every ``left_open.EVERY`` seconds: after a power cut the last sign of life is not older than that."""
        at = self._clock()
        self._writer.put(Change("a sign of life", lambda db: _execute(db, left_open.ALIVE, {"at": at}), durable=True))

    def last_call(self) -> CallId | None:
        """At start: the highest id of a call in the file. Raises ``StoreUnusable``."""
        with named(self._path):
            return self.read.last_call()

    def callbacks_waiting(self) -> list[CallbackRecovered]:
        """At start: customers who wait to be called back, the longest waiting first. Reads the file; raises ``StoreUnusable``."""
        with named(self._path):
            return self.read.callbacks_waiting()

    def faxes_open(self) -> FaxesRecovered:
        """At start: faxes that are still to be sent. Reads the file; raises ``StoreUnusable``."""
        with named(self._path):
            return self.read.fax.faxes_open()

    def callbacks_counted(self) -> CallbacksCounted:
        """At start: the numbers that asked to be called back today. Reads the file; raises ``StoreUnusable``."""
        with named(self._path):
            return self.read.callbacks_counted(day_start(shanghai_day(self._clock())))

    # --- records ---

    def trace_number(self, call: CallId, number: str) -> None:
        """Keeps the number of a caller who withholds it; from any thread."""
        values = {"call": call, "number": number, "at": self._clock()}
        self._change("a traced number", "INSERT OR IGNORE INTO traced_numbers VALUES (:call, :number, :at)", values)

    def _save(self, table: str, row: dict[str, Any]) -> None:
        try:
            sql, values = record_table(self._tables, table).upsert(row)
        except RecordRefused as error:
            self._writer.refuse(f"a record of {table}", error)
            return
        self._writer.put(Change(f"a row of {table}", lambda db: _execute(db, sql, values), texts_in(values)))
        if table == "contacts":
            self._callers.on_contact_row(row)
        elif table == "talks":
            self.agents.talks.on_row(row, self._clock())
        elif table == "queue_visits":
            self.today.queue_visit(row)

    def _audit(self, actor: str, action: str, subject: str, detail: str) -> None:
        at = self._clock()
        self._writer.put(
            Change(
                f"audit of {action}",
                lambda db: add_audit(db, at, actor, action, subject, detail),
                len(subject) + len(detail),
            )
        )

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
        self._writer.put(Change(what, lambda db: _execute(db, sql, values), texts_in(values.values())))


def _wrong_pins(db: Database, day: str) -> tuple[list[tuple[AccountNo, int]], list[tuple[str, int]]]:
    """Of accounts, and of numbers."""
    accounts = db.query("SELECT account, failures FROM wrong_pins WHERE day = ?", [day])
    numbers = db.query("SELECT number, failures FROM wrong_pins_from WHERE day = ?", [day])
    return [(AccountNo(row["account"]), row["failures"]) for row in accounts], [
        (row["number"], row["failures"]) for row in numbers
    ]


def _tries_sql(table: str, column: str) -> dict[bool, str]:
    """Whether a count is above 0 -> the statement that writes it."""
    return {
        True: f"INSERT INTO {table} VALUES (:key, :day, :count) "  # noqa: S608  constants
        f"ON CONFLICT({column}, day) DO UPDATE SET failures = excluded.failures",
        False: f"DELETE FROM {table} WHERE {column} = :key AND day = :day",  # noqa: S608  constants
    }


_TRIES_OF_ACCOUNT = _tries_sql("wrong_pins", "account")
_TRIES_OF_NUMBER = _tries_sql("wrong_pins_from", "number")


def _execute(db: sqlite3.Connection, sql: str, values: dict[str, Any] | tuple[Any, ...]) -> None:
    db.execute(sql, values)


def _put_step(db: sqlite3.Connection, step: dict[str, Any]) -> None:
    put_step(db, step, UPDATE_COPY)  # the order journal checks and counts whose report it is


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
