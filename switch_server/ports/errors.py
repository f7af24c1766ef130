"""What goes wrong behind ports, in words of ours: no adapter's library shows through."""


class StoreError(Exception):
    """The store can't be read or written now, or can't be used at all; the text says why."""
