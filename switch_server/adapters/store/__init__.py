"""Customer data centre and records: ``ports.Store`` on SQLite by sqlite-utils. No other package imports ``sqlite_utils``."""

from switch_server.adapters.store.errors import RecordRefused, StoreTooNew, StoreUnusable
from switch_server.adapters.store.reader import Reader
from switch_server.adapters.store.store import Store
from switch_server.adapters.store.writer import StoreCounts

__all__ = ["Reader", "RecordRefused", "Store", "StoreCounts", "StoreTooNew", "StoreUnusable"]
