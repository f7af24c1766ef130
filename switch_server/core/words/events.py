"""The root of all facts that reach the core. Each room has its own, in its ``facts``; ``core.facts`` has those of no room.

``Switch.handle`` takes these and nothing else. They are written to the event journal as they come, but for ``DigitPressed`` (a key is
journalled, as ``DigitUsed``, when the flow takes it, so that a PIN's digits never are), for ``PhoneTold`` (each 5 s; a repair is a
``DeskGone``), and for the keys and the note of an agent's command. What is written, when and in which order is the
core's business (``Switch``'s ``journal``), since a replay depends on it.
"""

from msgspec import Struct


class Event(Struct, frozen=True, tag=True, tag_field="type"):
    """One frozen class for each fact; its name is its name in the journal."""
