"""Desk phones (话机): who may register, and where who has registered is reached.

A phone proves its password by digest (RFC 7616), so what is kept of it is HA1: MD5 over name, realm and password. It opens this realm as
the password does, and nothing else.
"""

import hashlib
import re
from typing import Final, Protocol

from msgspec import Struct

from shared.ids import DeskId, PhoneName

REALM: Final = "huawu"
"""Of every digest that we ask for. Part of each HA1: it can't be changed without setting all phones' passwords anew."""
SHORTEST: Final = 8
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HA1: Final = re.compile(r"[0-9a-f]{32}")
_PASSWORD: Final = re.compile(r"[!-~]{1,64}")


def ha1(phone: PhoneName, password: str) -> str:
    """RFC 7616 §3.4.2, in hex. MD5, for it is what the desk phones of the field know."""
    return hashlib.md5(f"{phone}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def password_fault(password: str) -> str:
    """What is wrong with a phone's password, but that it is short; ``""``: nothing. It is keyed into a phone's own web page."""
    return (
        ""
        if _PASSWORD.fullmatch(password)
        else "a phone's password has at most 64 characters, printable ASCII without blanks"
    )


class PhoneRecord(Struct, frozen=True):
    """``desk``: whose seat may use it; ``None``: any. ``ha1`` never leaves the switch."""

    phone: PhoneName
    desk: DeskId | None
    ha1: str

    def __repr__(self) -> str:
        return f"PhoneRecord(phone={self.phone!r}, desk={self.desk!r}, ha1=••••)"


def phone_fault(record: PhoneRecord) -> str:
    """What is wrong with a record, in English for an operator; ``""``: nothing."""
    for what, name in (("phone", record.phone), ("desk", record.desk)):
        if name is not None and not _NAME.fullmatch(name):
            return f"{what} {name!r}: 1 to 32 letters, digits, - and _"
    return "" if _HA1.fullmatch(record.ha1) else "an HA1 has 32 hexadecimal digits"


class Binding(Struct, frozen=True):
    """Where a phone is reached (RFC 3261 §10): at the address that its REGISTER came from, NAT or not.

    ``contact``: as it was given, for the answers to the phone; ``target``: the Request-URI that it is called by. ``since``, ``until``: UTC
    seconds.
    """

    phone: PhoneName
    contact: str
    target: str
    ip: str
    port: int
    agent: str
    """What the phone calls itself (User-Agent)."""
    since: float
    until: float


class DeskPhoneBook(Protocol):
    """Desk phones and their bindings, read from memory, written behind; from any thread, nothing blocks.

    Bindings outlive a restart of the switch: until they expire the phones can be rung at once. A phone has one. Nothing is raised but
    ``ValueError`` by ``put_phone``.
    """

    def phone(self, phone: PhoneName) -> PhoneRecord | None: ...
    def phones(self) -> tuple[PhoneRecord, ...]:
        """By name."""
        ...

    def put_phone(self, record: PhoneRecord, actor: str) -> None:
        """Adds or replaces it, audited; with another password its binding is gone. Raises ``ValueError`` with what is wrong."""
        ...

    def remove_phone(self, phone: PhoneName, actor: str) -> bool:
        """With its binding; ``False``: there is none of this name."""
        ...

    def binding(self, phone: PhoneName, now: float) -> Binding | None:
        """Unless it has expired."""
        ...

    def bindings(self, now: float) -> tuple[Binding, ...]:
        """Those that have not expired, by name."""
        ...

    def put_binding(self, binding: Binding) -> None:
        """In place of the phone's earlier one; dropped where the phone has been removed."""
        ...

    def drop_binding(self, phone: PhoneName) -> None: ...

    def shut_out(self, phone: PhoneName, ip: str, seconds: float) -> None:
        """To be audited: too many wrong passwords for this phone (maybe nobody's name) from there; it is not listened to for so long."""
        ...
