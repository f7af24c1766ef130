"""Customer data centre and records: ``ports.StorePort`` on SQLite by sqlite-utils. No other package imports ``sqlite_utils``."""

from switch_server.adapters.store.errors import RecordRefused, StoreTooNew, StoreUnusable
from switch_server.adapters.store.reader import StoreReader
from switch_server.adapters.store.store import Store
from switch_server.adapters.store.writer import StoreCounts

__all__ = ["RecordRefused", "Store", "StoreCounts", "StoreReader", "StoreTooNew", "StoreUnusable"]
