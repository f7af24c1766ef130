"""SDP for G.711 telephony and fax: parsing, choosing, writing (RFC 4566, 3264, 4733; ITU-T T.38 annex D). Pure.

Only the first usable ``m=audio … RTP/AVP`` or ``RTP/AVPF``, or the first ``m=image … udptl t38``, is accepted and answered with its own profile;
other streams are answered with port 0, in the order of the offer (RFC 3264 §6). A stream that can't be read (a name as address, no formats) costs only itself.
G.711 is accepted with its static payload types 8 and 0 only, since a card supports no others.
"""

import re
from typing import Final

from msgspec import Struct

from shared.enums import DigitMode, Direction, Law
from switch_server.adapters.sip_lines import t38_sdp
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
_MEDIA: Final = re.compile(r"^(?=m=)", re.MULTILINE)
_REFUSED: Final = re.compile(r"m=\S+ 0 ")
_LIVE_FAX: Final = re.compile(r"^m=image [1-9]", re.MULTILINE)
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

    def is_audio(self) -> bool:
        return self.media == "audio" and self.proto.upper() in ("RTP/AVP", "RTP/AVPF")

    def is_fax(self) -> bool:
        """T.38 over UDPTL; over TCP it is not done."""
        return self.media == "image" and self.proto.upper() == t38_sdp.PROTO and self.fax_format() is not None

    def fax_format(self) -> str | None:
        return next((form for form in self.formats if form.lower() == t38_sdp.FORMAT), None)

    def usable(self) -> bool:
        return (self.is_audio() or self.is_fax()) and self.port > 0 and self.ip is not None

    def _all(self, name: str) -> list[tuple[str, str]]:
        return [a for a in self.attributes if a[0] == name]


class SessionDescription(Struct, frozen=True, gc=False):
    """A parsed session description."""

    streams: tuple[MediaDescription, ...]

    def audio(self) -> int | None:
        """The index of the stream to accept: usable and with a G.711 law."""
        return next((i for i, s in enumerate(self.streams) if s.is_audio() and s.usable() and s.laws()), None)

    def fax(self) -> int | None:
        """The index of the T.38 stream to accept."""
        usable = (i for i, s in enumerate(self.streams) if s.is_fax() and s.usable() and t38_sdp.is_taken(s.attributes))
        return next(usable, None)


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


def choose_fax(sdp: SessionDescription, law: Law) -> Far | None:
    """The T.38 stream of an offer or an answer. ``law``: of the leg's sound, to which it may go back."""
    index = sdp.fax()
    if index is None:
        return None
    stream = sdp.streams[index]
    return Far(stream.ip or HELD, stream.port, law, direction=stream.direction(), t38=t38_sdp.read(stream.attributes))


def offer(near: Near) -> str:
    """The body (all but ``v=`` and ``o=``) of our offer: the card's law first, then the other."""
    return _session(near) + _offered_audio(near)


def _offered_audio(near: Near) -> str:
    laws = (near.law, Law.MU if near.law is Law.A else Law.A)
    return _audio(near, laws, near.telephone_event, Direction.SENDRECV, 20, "RTP/AVP")


def offer_again(near: Near, last: str, *, t38: bool) -> str:
    """The body of an offer of ours in place of ``last``, the SDP that we sent last (RFC 3264 §8): sound, or T.38 with ``t38``.

    No stream is left out: ours takes the place of the first stream of its own type, if there is one, else of the one that was used (§8.3.3, "from
    voiceband fax to fax in a single stream"); the others have port 0.
    """
    streams = _MEDIA.split(last)[1:]
    ours = t38_sdp.write(near) if t38 else _offered_audio(near)
    kind = ours.partition(" ")[0]
    same = next((i for i, each in enumerate(streams) if each.startswith(f"{kind} ")), None)
    used = next((i for i, each in enumerate(streams) if not _REFUSED.match(each)), 0)
    place = used if same is None else same
    parts = [ours if i == place else _refused(each) for i, each in enumerate(streams or [ours])]
    return _session(near) + "".join(parts)


def _refused(stream: str) -> str:
    media, _, rest = stream.partition("\r\n")[0].partition(" ")
    return f"{media} 0 {rest.partition(' ')[2]}\r\n"


def is_fax(text: str) -> bool:
    """Whether an SDP of ours is T.38."""
    return _LIVE_FAX.search(text) is not None


def answer(near: Near, far: Far, sdp: SessionDescription) -> str:
    """The body of our answer to ``sdp``, from which ``far`` was chosen: same streams in the same order, ours with one law."""
    ours = sdp.audio() if far.t38 is None else sdp.fax()
    parts = [_session(near)]
    direction = _ANSWER[far.direction]
    for index, stream in enumerate(sdp.streams):
        if index == ours and far.t38 is not None:
            said = "" if direction is Direction.SENDRECV else direction.value
            form = stream.fax_format() or t38_sdp.FORMAT
            parts.append(t38_sdp.write(near, stream.attributes, proto=stream.proto, form=form, direction=said))
        elif index == ours:
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
    """Our ``o=`` line during a dialog: the version rises exactly when the rest changes, and nothing else in the line does (RFC 3264 §8)."""

    def __init__(self, session_id: int) -> None:
        self._id = session_id
        self._next = session_id
        self._ip = ""
        self._last = ("", "")

    def write(self, near: Near, body: str) -> str:
        """The whole description; the same ``body`` gives exactly the same text."""
        if body != self._last[0]:
            self._ip = self._ip or near.ip
            self._last = (body, f"v=0\r\no=huawu {self._id} {self._next} IN IP4 {self._ip}\r\n{body}")
            self._next += 1
        return self._last[1]

    def take_back(self, text: str) -> None:
        """The last text was refused: ``text``, the one before, counts again, with its own version. No version is used for two texts."""
        self._last = (text.split("\r\n", 2)[2], text)
