"""CURVE key pairs (Z85 text, 40 characters each) in files.

``NAME.key`` holds both halves and is readable by its owner only (0600); ``NAME.pub`` holds the public half, to be carried to the
other side. Errors: ``KeyFileError``.
"""

import os
from pathlib import Path

import zmq
from msgspec import Struct

from shared.link.errors import KeyFileError

_LENGTH = 40


class KeyPair(Struct, frozen=True):
    """Both halves, Z85. ``repr`` shows the public half only."""

    public: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"KeyPair({self.public.decode()})"


def make() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public, secret)


def create(path: Path) -> KeyPair:
    """Writes a new pair to ``path`` (0600) and its public half to ``path.with_suffix(".pub")``; an existing file is never overwritten."""
    pair = make()
    text = b"public %s\nsecret %s\n" % (pair.public, pair.secret)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        path.with_suffix(".pub").write_bytes(pair.public + b"\n")
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    return pair


def load(path: Path) -> KeyPair:
    """Reads a file of ``create``; a file that others can read is refused."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path}: others can read it; chmod 600 {path}")
        fields = dict(line.split() for line in path.read_bytes().splitlines() if line.strip())
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    except ValueError:
        raise KeyFileError(f"{path}: not a key file") from None
    pair = KeyPair(fields.get(b"public", b""), fields.get(b"secret", b""))
    if not is_pair(pair):
        raise KeyFileError(f"{path}: not a key pair")
    return pair


def is_pair(pair: KeyPair) -> bool:
    """Whether the two halves are of one pair."""
    if len(pair.public) != _LENGTH or len(pair.secret) != _LENGTH:
        return False
    try:
        return zmq.curve_public(pair.secret) == pair.public
    except (zmq.ZMQError, ValueError):  # not Z85
        return False


def load_or_create(path: Path) -> KeyPair:
    return load(path) if path.exists() else create(path)


def load_or_make_keys(folder: Path, name: str) -> KeyPair:
    """``NAME.key`` in a folder that only its owner can enter (0700), created if missing. Raises ``KeyFileError``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"{folder}: {error.strerror}") from error
    return load_or_create(folder / f"{name}.key")


def load_public(path: Path) -> bytes:
    """The public half, from a ``.pub`` or a ``.key`` file."""
    try:
        words = path.read_bytes().split()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    key = words[1] if len(words) > 1 else words[0] if words else b""
    if len(key) != _LENGTH:
        raise KeyFileError(f"{path}: not a public key")
    return key
