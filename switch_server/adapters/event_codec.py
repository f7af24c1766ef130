"""Events as JSON for the journal, and back. Secrets are refused (``docs/adr/0002-keys-are-journalled-when-taken.md``).

A ``Secret`` can't be encoded, ``DigitPressed`` is refused whole (the flow's ``DigitUsed`` stands for it), and a trunk's digest password
is left out of ``Configured``, since replay does not need it.
"""

from functools import cache
from typing import Any, NoReturn, Union

import msgspec
from msgspec import structs

from shared.aci import REPLIES, Reply
from shared.ids import CallId
from switch_server.core.catalogue import FACTS
from switch_server.core.flow import Configured, Flow, read_flow
from switch_server.core.leg import DigitPressed
from switch_server.core.words import Event


class NotJournalled(TypeError):  # noqa: N818  the name says what it is
    """Our bug: an event that must never be written was passed to the journal. The text names its type, never its content."""


class EventEntry(msgspec.Struct, frozen=True):
    """``seq`` counts from 1 without end; ``at`` is UTC seconds."""

    seq: int
    at: float
    event: Event


class RawEntry(msgspec.Struct, frozen=True):
    """An entry whose event is not decoded."""

    seq: int
    at: float
    event: msgspec.Raw


class EventHead(msgspec.Struct, frozen=True):
    """The fields of an event that say to which call, card or branch it belongs; other fields are skipped."""

    type: str
    call: str | None = None
    leg: str | None = None
    key: str | None = None
    card: str | None = None
    branch: str | None = None
    report: dict[str, Any] | None = None

    def belongs_to(self, call: CallId) -> bool:
        """Whether ``call``, ``leg`` (``<call>/<n>``) or the order's ``key`` (``<call>-<n>``) is of this call."""
        key = self.key or (self.report or {}).get("key") or ""
        return self.call == call or (self.leg or "").startswith(f"{call}/") or key.startswith(f"{call}-")

    @property
    def global_subject(self) -> str | None:
        """For an event without a call: its subject (a card, a branch, the configuration), otherwise ``None``."""
        if self.call or self.leg or self.key or self.report:
            return None
        if self.card:
            return f"card {self.card}"
        return f"branch {self.branch}" if self.branch else self.type


def _refuse(value: object) -> NoReturn:
    raise NotJournalled(f"{type(value).__name__} can't be journalled")


_encoder = msgspec.json.Encoder(enc_hook=_refuse)
_reply: Any = Union[tuple(REPLIES)]  # noqa: UP007  built from a table


def encode_event(event: Event) -> bytes:
    """Raises ``NotJournalled`` for a ``DigitPressed`` and for any event that holds a ``Secret``."""
    if isinstance(event, DigitPressed):
        _refuse(event)
    if isinstance(event, Configured):
        trunks = tuple(structs.replace(trunk, password="") for trunk in event.config.trunks)
        event = structs.replace(event, config=structs.replace(event.config, trunks=trunks))
    return _encoder.encode(event)


def encode_line(seq: int, at: float, event: bytes) -> bytes:
    """Five decimals of a second: with six, a time would now and then look like a PIN to a test that searches for PINs."""
    return b'{"seq":%d,"at":%.5f,"event":%b}\n' % (seq, at, event)


@cache
def _fields(kind: str) -> tuple[type[Event], tuple[tuple[str, Any], ...]]:
    """The class of that name and the types of its fields. For a field of type ``Reply`` all replies are listed, since a base class decodes none."""
    for found in FACTS:
        if found.__name__ == kind and found is not DigitPressed:
            return found, tuple((f.name, _reply if f.type is Reply else f.type) for f in structs.fields(found))
    raise ValueError(f"unknown event {kind!r}")


_PURPOSES = {"DialledOut": "ForAgent", "CallbackDialled": "ForCallback"}
"""Event types of journals from before calls had a purpose, and the purposes that replace them. A ``Consulted`` with an outside number is
``ForConsult``.
"""


def _as_now(values: dict[str, Any]) -> dict[str, Any]:
    kind = values.get("type")
    if not isinstance(kind, str):
        raise ValueError(f"an event whose type is {kind!r}")  # noqa: TRY004  # what a decoder raises
    purpose = _PURPOSES.get(kind)
    if kind == "Consulted" and values.get("trunk") is not None:
        target = values.get("target")
        purpose, number = "ForConsult", target.get("number") if isinstance(target, dict) else None
        values = {name: values.get(name) for name in ("call", "trunk", "ani", "by", "leg")} | {
            "number": number,
            "card": "",
        }
    if purpose is None:
        return values
    own = {
        name: values.pop(name)
        for name in tuple(values)
        if name not in ("type", "call", "trunk", "ani", "number", "card")
    }
    return {**values, "type": "CallPlaced", "purpose": {"type": purpose, **own}}


def _read(value: Any, of: Any) -> Any:
    return tuple(read_flow(each) for each in value) if of == tuple[Flow, ...] else msgspec.convert(value, of)


def decode_event(content: bytes | msgspec.Raw) -> Event:
    """Raises ``ValueError`` for an unknown type or wrong fields."""
    values = _as_now(msgspec.json.decode(content, type=dict[str, Any]))
    kind, fields = _fields(values["type"])
    try:
        return kind(**{name: _read(values[name], of) for name, of in fields if name in values})
    except TypeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None
