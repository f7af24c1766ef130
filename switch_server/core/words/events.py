"""The base class of all facts. A room's facts are in its ``facts``; ``core.facts`` has those that belong to no room.

``Switch.handle`` takes facts and nothing else. Each fact is written to the event journal when it comes, with these exceptions:

- ``DigitPressed``: a key is journalled as ``DigitUsed`` when the flow takes it, so that a PIN's digits are never written.
- ``PhoneTold`` comes each 5 s; a repair that follows from it is journalled as ``DeskGone``.
- ``OrderReported`` about no held order of its branch.
- The keys and the note in an agent's command are left out.

The core decides what is written, when and in which order (``journal`` of ``Switch``), since a replay depends on it.
"""

from msgspec import Struct


class Event(Struct, frozen=True, tag=True, tag_field="type"):
    """One frozen class for each fact; the class name is the fact's ``type`` in the journal."""
