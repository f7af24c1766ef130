"""``ports.OrderJournalPort`` on a SQLite file of its own: ``captured`` is on disk before a byte leaves."""

from switch_server.adapters.order_journal.journal import JournalCounts, SqliteOrderJournal
from switch_server.adapters.order_journal.tables import OrderJournalUnusable

__all__ = ["JournalCounts", "OrderJournalUnusable", "SqliteOrderJournal"]
