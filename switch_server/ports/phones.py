"""Desk phones (话机): which phones may register, and where a registered phone is reached.

A phone proves its password by digest (RFC 7616), so the store keeps HA1: MD5 over name, realm and password. HA1 is as good as the
password in this realm, and useless elsewhere.
"""

import hashlib
import re
from typing import Final, Protocol

from msgspec import Struct

from shared.ids import DeskId, PhoneName

REALM: Final = "huawu"
"""The realm of all our digest challenges. It is part of each HA1: a new realm would need new passwords for all phones."""
SHORTEST: Final = 8
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HA1: Final = re.compile(r"[0-9a-f]{32}")
_PASSWORD: Final = re.compile(r"[!-~]{1,64}")


def ha1(phone: PhoneName, password: str) -> str:
    """RFC 7616 §3.4.2, in hex. MD5, since desk phones in the field support it."""
    return hashlib.md5(f"{phone}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def password_fault(password: str) -> str:
    """The fault of a phone's password, its length apart; ``""``: none. The password is typed into the phone's own web page."""
    return (
        ""
        if _PASSWORD.fullmatch(password)
        else "a phone's password has at most 64 characters, printable ASCII without blanks"
    )


class PhoneRecord(Struct, frozen=True):
    """``desk``: the desk whose seat may use the phone; ``None``: any desk. ``ha1`` never leaves the switch."""

    phone: PhoneName
    desk: DeskId | None
    ha1: str

    def __repr__(self) -> str:
        return f"PhoneRecord(phone={self.phone!r}, desk={self.desk!r}, ha1=••••)"


def phone_fault(record: PhoneRecord) -> str:
    """The fault of a record, in English for an operator; ``""``: none."""
    for what, name in (("phone", record.phone), ("desk", record.desk)):
        if name is not None and not _NAME.fullmatch(name):
            return f"{what} {name!r}: 1 to 32 letters, digits, - and _"
    return "" if _HA1.fullmatch(record.ha1) else "an HA1 has 32 hexadecimal digits"


class Binding(Struct, frozen=True):
    """Where a phone is reached (RFC 3261 §10): the source address of its REGISTER, behind NAT or not.

    ``contact``: as registered, for the responses to the phone; ``target``: the Request-URI of a call to the phone. ``since``, ``until``: UTC
    seconds.
    """

    phone: PhoneName
    contact: str
    target: str
    ip: str
    port: int
    agent: str
    """The phone's User-Agent header."""
    since: float
    until: float


class DeskPhoneBook(Protocol):
    """Desk phones and their bindings: read from memory, written later; from any thread, nothing blocks.

    Bindings outlive a restart of the switch: until they expire the phones can be rung at once. A phone has at most one binding. Only
    ``put_phone`` raises (``ValueError``).
    """

    def phone(self, phone: PhoneName) -> PhoneRecord | None: ...
    def phones(self) -> tuple[PhoneRecord, ...]:
        """By name."""
        ...

    def put_phone(self, record: PhoneRecord, actor: str) -> None:
        """Adds or replaces a phone, audited; a new password removes the binding. Raises ``ValueError`` with the fault."""
        ...

    def remove_phone(self, phone: PhoneName, actor: str) -> bool:
        """Removes the phone and its binding; ``False``: there is no phone of this name."""
        ...

    def binding(self, phone: PhoneName, now: float) -> Binding | None:
        """The binding, unless it has expired."""
        ...

    def bindings(self, now: float) -> tuple[Binding, ...]:
        """The bindings that have not expired, by name."""
        ...

    def put_binding(self, binding: Binding) -> None:
        """Replaces the phone's earlier binding; dropped if the phone has been removed."""
        ...

    def drop_binding(self, phone: PhoneName) -> None: ...

    def audit_blocked(self, phone: PhoneName, ip: str, seconds: float) -> None:
        """For the audit: too many wrong passwords for this name (maybe of no phone) came from ``ip``, which is ignored for ``seconds``."""
        ...
