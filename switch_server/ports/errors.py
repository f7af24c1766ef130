"""What goes wrong behind ports, in words of ours: no adapter's library shows through."""

from switch_server.disk.errors import StoreError

__all__ = ["StoreError"]
