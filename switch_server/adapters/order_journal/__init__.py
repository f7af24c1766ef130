"""``ports.OrderJournalPort`` on its own SQLite file: an order is on disk before a byte of it is sent."""

from switch_server.adapters.order_journal.journal import JournalCounts, SqliteOrderJournal
from switch_server.adapters.order_journal.tables import OrderJournalUnusable

__all__ = ["JournalCounts", "OrderJournalUnusable", "SqliteOrderJournal"]
