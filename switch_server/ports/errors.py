"""Errors behind ports. No error of an adapter's library passes a port."""

from switch_server.disk.errors import StoreError

__all__ = ["StoreError"]
