"""A desk phone on a plain socket that registers with digest, correctly or with a fault that the test chooses."""

import itertools
import secrets

from switch_server.adapters.sip_lines import digest
from tests.lines.peer import Message, Peer

PRIVATE = "sip:{name}@10.9.8.7:5062;line=x1"
"""The URI in its Contact: an address behind a NAT."""


class RawPhone:
    """A phone with the Contact ``contact``, in which ``{name}`` stands for its name."""

    def __init__(
        self, peer: Peer, name: str = "front-1", password: str = "open sesame", contact: str = PRIVATE
    ) -> None:
        self.peer = peer
        self.name = name
        self.password = password
        self.contact = contact.format(name=name)
        self.call_id = secrets.token_hex(8)
        self.cseq = itertools.count(1)
        self.asked: digest.Challenge | None = None
        self._uses = itertools.count(1)
        self.last = ""

    @property
    def uri(self) -> str:
        return f"sip:{self.peer.switch[0]}"

    def send(
        self, *extra: str, contact: str | None = None, proof: str | None = None, cseq: int | None = None, call_id: str = "", to: str = "",
        expires: int | str | None = None, change: tuple[str, str] = ("", ""),
    ) -> None:  # fmt: skip
        """Sends one REGISTER. ``contact``: the header's value, ``""`` for no header. ``change``: a replacement in the message's text."""
        ip, port = self.peer.address
        value = f"<{self.contact}>" if contact is None else contact
        lines = [
            f"REGISTER {self.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {ip}:{port};rport;branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: <sip:{self.name}@huawu>;tag={secrets.token_hex(4)}",
            f"To: <sip:{to or self.name}@huawu>",
            f"Call-ID: {call_id or self.call_id}",
            f"CSeq: {next(self.cseq) if cseq is None else cseq} REGISTER",
            "User-Agent: Raw phone 1.0",
            *([f"Contact: {value}"] if value else []),
            *([f"Expires: {expires}"] if expires is not None else []),
            *([proof] if proof else []),
            *extra,
        ]
        self.last = "\r\n".join([*lines, "Content-Length: 0", "", ""]).replace(*change)
        self.peer.raw(self.last)

    def proof(self, *, user: str = "", password: str = "", count: int | None = None) -> str:
        """The Authorization header for the last challenge."""
        assert self.asked is not None
        name, word = user or self.name, password or self.password
        nc = f"{next(self._uses) if count is None else count:08x}"
        answer = digest.response(self.asked, name, word, "REGISTER", self.uri, count=nc, cnonce="c0ffee")
        return (
            f'Authorization: Digest username="{name}", realm="{self.asked.realm}", nonce="{self.asked.nonce}", uri="{self.uri}", '
            f'response="{answer}", algorithm=MD5, qop=auth, nc={nc}, cnonce="c0ffee"'
        )

    def challenged(self) -> Message:
        answer = self.peer.expect(401, "REGISTER")
        self.asked = digest.read_challenge(answer.get("WWW-Authenticate"))
        self._uses = itertools.count(1)
        return answer

    def register(self, code: int = 200, *extra: str, user: str = "", password: str = "", **more: object) -> Message:
        """Registers as a phone does: first without credentials, then with them; the second answer must have the status ``code``."""
        if self.asked is None:
            self.send(*extra, **more)  # type: ignore[arg-type]
            self.challenged()
        self.send(*extra, proof=self.proof(user=user, password=password), **more)  # type: ignore[arg-type]
        return self.peer.expect(code, "REGISTER")
