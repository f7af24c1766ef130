"""SDP for G.711 telephony: parsing, choosing, writing (RFC 4566, 3264, 4733). Pure.

Only the first usable ``m=audio … RTP/AVP`` or ``RTP/AVPF`` is accepted and answered with its own profile; other streams are answered with port 0,
in the order of the offer (RFC 3264 §6). A stream that can't be read (a name as address, no formats) costs only itself.
G.711 is accepted with its static payload types 8 and 0 only, since a card supports no others.
"""

import re
from typing import Final

from msgspec import Struct

from shared.enums import DigitMode, Direction, Law
from switch_server.core.words import Far, Near

STATIC: Final = {Law.MU: 0, Law.A: 8}
_LAWS: Final = {"0": Law.MU, "8": Law.A}
_NAMES: Final = {"0": "pcmu/8000", "8": "pcma/8000"}
_EVENT: Final = re.compile(r"(\d{1,3})\s+telephone-event/8000\b", re.IGNORECASE)
_RTPMAP: Final = re.compile(r"(\d{1,3})\s+([^\s/]+/\d+)")
_PTIME: Final = re.compile(r"\s*0*([0-9]{1,3})(?:\.0*)?\s*")
_NUMERIC: Final = re.compile(r"[0-9.]*")
_PORT: Final = re.compile(r"0*([0-9]{1,5})(?:/|$)")
_IPV4: Final = re.compile(r"0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})")
_DIRECTIONS: Final = {d.value: d for d in Direction}
_ANSWER: Final = {
    Direction.SENDRECV: Direction.SENDRECV,
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
    Direction.INACTIVE: Direction.INACTIVE,
}
MAX_STREAMS: Final = 16
HELD: Final = "0.0.0.0"  # noqa: S104 — RFC 2543's way to say hold, not an address to bind


class SdpError(ValueError):
    """No SDP: the request is answered 400."""


class MediaDescription(Struct, frozen=True, gc=False):
    """One ``m=`` line as offered, with its attributes. ``ip``: ``None`` if not IPv4, also if a name: the SIP thread doesn't wait for DNS."""

    media: str
    port: int
    proto: str
    formats: tuple[str, ...]
    ip: str | None
    attributes: tuple[tuple[str, str], ...]

    def laws(self) -> tuple[Law, ...]:
        """The G.711 laws in the far end's order of preference."""
        names = {m[1]: m[2].lower() for _, v in self._all("rtpmap") if (m := _RTPMAP.match(v))}
        return tuple(_LAWS[f] for f in self.formats if f in _LAWS and names.get(f, _NAMES[f]) == _NAMES[f])

    def telephone_event(self) -> int | None:
        """The payload type of RFC 4733 events, if offered."""
        for _, value in self._all("rtpmap"):
            match = _EVENT.match(value)
            if match and match[1] in self.formats and 96 <= int(match[1]) <= 127:
                return int(match[1])
        return None

    def ptime(self) -> int:
        """Packet time in ms; 20 if absent or absurd."""
        for _, value in self._all("ptime"):
            match = _PTIME.fullmatch(value)
            if match is not None and 10 <= int(match[1]) <= 200:
                return int(match[1])
        return 20

    def direction(self) -> Direction:
        """Direction of the stream, seen from the far end; the address 0.0.0.0 means hold (RFC 2543, RFC 3264 §8.4)."""
        said = next(
            (_DIRECTIONS[name] for name, _ in reversed(self.attributes) if name in _DIRECTIONS), Direction.SENDRECV
        )
        if self.ip != HELD:
            return said
        return Direction.SENDONLY if said in (Direction.SENDRECV, Direction.SENDONLY) else Direction.INACTIVE

    def usable(self) -> bool:
        return (
            self.media == "audio"
            and self.proto.upper() in ("RTP/AVP", "RTP/AVPF")
            and self.port > 0
            and self.ip is not None
        )

    def _all(self, name: str) -> list[tuple[str, str]]:
        return [a for a in self.attributes if a[0] == name]


class SessionDescription(Struct, frozen=True, gc=False):
    """A parsed session description."""

    streams: tuple[MediaDescription, ...]

    def audio(self) -> int | None:
        """The index of the stream to accept: usable and with a G.711 law."""
        return next((i for i, s in enumerate(self.streams) if s.usable() and s.laws()), None)


def parse(text: str) -> SessionDescription:
    """Parses; raises ``SdpError``, for a malformed stream or ``c=`` only where no stream is usable.

    Session-level ``c=`` and direction apply to streams without their own. NULs after the text are ignored.
    """
    lines = [line for line in text.rstrip("\0\r\n ").replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines or lines[0].strip() != "v=0":
        raise SdpError("does not begin with v=0")
    session: list[str] = []
    media: list[list[str]] = []
    for line in lines:
        if len(line) < 2 or line[1] != "=" or not line[0].isalpha():
            raise SdpError("a line that is not <letter>=<value>")
        if line[0] == "m":
            media.append([])
        (media[-1] if media else session).append(line.rstrip())
    if len(media) > MAX_STREAMS:
        raise SdpError("too many streams")
    faults: list[str] = []
    ip = _connection(session, faults)
    level = tuple(a for a in _attributes(session) if a[0] in _DIRECTIONS or a[0] == "ptime")
    found = SessionDescription(tuple(_stream(block, ip, level, faults) for block in media))
    if faults and not any(stream.usable() for stream in found.streams):
        raise SdpError(faults[0])
    return found


def _stream(
    block: list[str], ip: str | None, level: tuple[tuple[str, str], ...], faults: list[str]
) -> MediaDescription:
    """The stream; port 0 if its ``m=`` is malformed, so that its answer is a refusal. A refused stream needs no formats."""
    fields = block[0][2:].split()
    match = _PORT.match(fields[1]) if len(fields) > 1 else None
    port = int(match[1]) if match is not None else 65536
    if port > 65535:
        faults.append("port of m= is not 0 to 65535")
        port = 0
    elif port > 0 and len(fields) < 4:
        faults.append("m= needs media, port, proto and a format")
        port = 0
    own = any(line.startswith("c=") for line in block)
    return MediaDescription(
        media=fields[0].lower() if fields else "audio",
        port=port,
        proto=fields[2] if len(fields) > 2 else "RTP/AVP",
        formats=tuple(fields[3:]),
        ip=_connection(block, faults) if own else ip,
        attributes=(*level, *_attributes(block)),
    )


def _connection(lines: list[str], faults: list[str]) -> str | None:
    for line in lines:
        if line.startswith("c="):
            fields = line[2:].split()
            if len(fields) != 3 or fields[0].upper() != "IN":
                faults.append("c= is not 'IN <type> <address>'")
                return None
            return _ipv4(fields[2].partition("/")[0], faults) if fields[1].upper() == "IP4" else None
    return None


def _ipv4(text: str, faults: list[str]) -> str | None:
    """The address without leading zeros, which count as decimal; ``None`` for a name."""
    if _NUMERIC.fullmatch(text) is None:
        return None
    match = _IPV4.fullmatch(text)
    if match is None or any(int(octet) > 255 for octet in match.groups()):
        faults.append("c= has no IPv4 address")
        return None
    return ".".join(str(int(octet)) for octet in match.groups())


def _attributes(lines: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return tuple((name.strip().lower(), value) for name, _, value in pairs)


def choose(sdp: SessionDescription, prefer: tuple[Law, ...], digits: DigitMode = DigitMode.AUTO) -> Far | None:
    """The chosen media of an offer or an answer: the first of ``prefer`` that it contains. ``None``: no audio or no common codec."""
    index = sdp.audio()
    stream = None if index is None else sdp.streams[index]
    law = next((law for law in prefer if stream and law in stream.laws()), None)
    if stream is None or law is None:
        return None
    return Far(
        ip=stream.ip or HELD,
        port=stream.port,
        law=law,
        telephone_event=stream.telephone_event() if digits in (DigitMode.AUTO, DigitMode.RFC4733) else None,
        ptime=stream.ptime(),
        direction=stream.direction(),
    )


def offer(near: Near) -> str:
    """The body (all but ``v=`` and ``o=``) of our offer: the card's law first, then the other."""
    laws = (near.law, Law.MU if near.law is Law.A else Law.A)
    return _session(near) + _audio(near, laws, near.telephone_event, Direction.SENDRECV, 20, "RTP/AVP")


def answer(near: Near, far: Far, sdp: SessionDescription) -> str:
    """The body of our answer to ``sdp``, from which ``far`` was chosen: same streams in the same order, ours with one law."""
    ours = sdp.audio()
    parts = [_session(near)]
    for index, stream in enumerate(sdp.streams):
        if index == ours:
            direction = _ANSWER[far.direction]
            parts.append(_audio(near, (far.law,), far.telephone_event, direction, far.ptime, stream.proto))
        else:
            parts.append(f"m={stream.media} 0 {stream.proto} {' '.join(stream.formats) or '0'}\r\n")
    return "".join(parts)


def _session(near: Near) -> str:
    return f"s=Huawu\r\nc=IN IP4 {near.ip}\r\nt=0 0\r\n"


def _audio(near: Near, laws: tuple[Law, ...], event: int | None, direction: Direction, ptime: int, proto: str) -> str:
    types = [str(STATIC[law]) for law in laws] + ([] if event is None else [str(event)])
    lines = [f"m=audio {near.port} {proto} {' '.join(types)}"]
    lines += [f"a=rtpmap:{STATIC[law]} {law.value.upper()}/8000" for law in laws]
    if event is not None:
        lines += [f"a=rtpmap:{event} telephone-event/8000", f"a=fmtp:{event} 0-15"]
    lines += [f"a=ptime:{ptime}", f"a={direction.value}"]
    return "".join(line + "\r\n" for line in lines)


class Origin:
    """Our ``o=`` line during a dialog: the version rises exactly when the rest changes (RFC 3264 §8)."""

    def __init__(self, session_id: int) -> None:
        self._id = session_id
        self._version = session_id
        self._last: str | None = None

    def write(self, near: Near, body: str) -> str:
        """The whole description; the same ``body`` gives exactly the same text."""
        if self._last is not None and body != self._last:
            self._version += 1
        self._last = body
        return f"v=0\r\no=huawu {self._id} {self._version} IN IP4 {near.ip}\r\n{body}"
