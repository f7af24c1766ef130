"""The desk's key file: JSON, one object of ``desk``, ``endpoint``, ``server_key``, ``public_key``, ``secret_key`` (keys: Z85, 40
characters), as ``switchctl desk add`` writes it at the centre. A PC with a key file is a desk; only the file's owner may read it.
"""

import os
from pathlib import Path

import msgspec

from shared.ids import DeskId
from shared.link import KeyPair, LinkError
from shared.link.keys import is_pair

_KEY_CHARACTERS = 40
HINT = "ask the centre for a new one (switchctl desk add)"


class DeskKeyError(LinkError):
    """The file can't be used; the message names the file, the reason and the remedy."""


class _File(msgspec.Struct):
    desk: str
    endpoint: str
    server_key: str
    public_key: str
    secret_key: str


class DeskKey(msgspec.Struct, frozen=True):
    """The desk's id and key pair, and the address and public key of its switch."""

    desk: DeskId
    endpoint: str
    server_key: bytes
    pair: KeyPair

    @classmethod
    def load(cls, path: Path) -> "DeskKey":
        """Raises ``DeskKeyError``."""
        try:
            text = path.read_bytes()
            mode = path.stat().st_mode
        except FileNotFoundError:
            raise DeskKeyError(f"{path}: no such key file; {HINT}, or name it with --key") from None
        except OSError as error:
            raise DeskKeyError(f"{path}: {error.strerror}") from error
        if os.name == "posix" and mode & 0o077:
            raise DeskKeyError(f"{path}: others can read it; chmod 600 {path}")
        try:
            file = msgspec.json.decode(text, type=_File)
        except msgspec.MsgspecError as error:
            raise DeskKeyError(f"{path}: not a desk's key file: {_harmless(str(error))}; {HINT}") from None
        return cls._checked(path, file)

    @classmethod
    def _checked(cls, path: Path, file: _File) -> "DeskKey":
        pair = KeyPair(file.public_key.encode(), file.secret_key.encode())
        if not file.desk or not file.endpoint.startswith("tcp://"):
            raise DeskKeyError(f"{path}: not a desk's key file: desk or endpoint is missing; {HINT}")
        if len(file.server_key.encode()) != _KEY_CHARACTERS:
            raise DeskKeyError(f"{path}: server_key is not a key; {HINT}")
        if not is_pair(pair):
            raise DeskKeyError(f"{path}: public_key and secret_key are not a pair; {HINT}")
        return cls(DeskId(file.desk), file.endpoint, file.server_key.encode(), pair)


def _harmless(text: str) -> str:
    """The message's first line. Msgspec names fields and positions, never values."""
    return text.splitlines()[0] if text else "damaged"
