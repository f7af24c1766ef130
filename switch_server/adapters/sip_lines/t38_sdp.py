"""Fax over UDPTL in SDP (ITU-T T.38 (09/2010) annex D, RFC 3362): the attributes of an ``m=image … udptl t38`` stream. Pure.

Read with tolerance, since gateways write these attributes in any case, leave some out, and write a flag bare or as ``:0``. We offer and answer
version 0 and no removal of fill bits or transcoding (what an answer leaves out is not done), so that those flags need no reading.
"""

import re
from typing import Final

from switch_server.core.words import Near, T38Far

FORMAT: Final = "t38"
PROTO: Final = "UDPTL"
FASTEST: Final = 14400
"""bit/s: V.17. V.34 is not done."""
LARGEST: Final = 1400
"""Bytes of a UDPTL datagram that we take: less than an Ethernet frame."""
BUFFER: Final = 2000
DATAGRAMS: Final = range(40, 65_508)
"""The sizes that are believed; with another one, or none, the usual 200."""
REDUNDANCY: Final = "t38UDPRedundancy"
NONE: Final = "t38UDPNoEC"
_NUMBER: Final = re.compile(r"\s*0*([0-9]{1,6})\s*")

Attributes = tuple[tuple[str, str], ...]
"""Names in lower case, and values as they came."""


def _said(attributes: Attributes, name: str) -> str:
    return next((value.strip().lower() for said, value in attributes if said == name.lower()), "")


def _number(attributes: Attributes, name: str) -> int | None:
    match = _NUMBER.fullmatch(_said(attributes, name))
    return int(match[1]) if match is not None else None


def is_taken(attributes: Attributes) -> bool:
    """Whether the stream's rate is managed as we do it: the training check goes through to the far machine (T.38 §8.1), as UDPTL asks for."""
    return _said(attributes, "T38FaxRateManagement") != "localtcf"


def read(attributes: Attributes) -> T38Far:
    """What the card needs of the far end. ``version`` is that of both ends: 0, which every version takes."""
    size = _number(attributes, "T38FaxMaxDatagram")
    correction = _said(attributes, "T38FaxUdpEC")
    far = T38Far(fec=correction == "t38udpfec", redundancy=0 if correction == NONE.lower() else 3)
    return far if size is None or size not in DATAGRAMS else T38Far(size, 0, far.redundancy, far.fec)


def write(
    near: Near, offered: Attributes = (), *, proto: str = "udptl", form: str = FORMAT, direction: str = ""
) -> str:
    """Our stream: an offer, or the answer to a stream with the attributes ``offered`` (annex D.2: no rate above the offered one, and redundancy
    in place of FEC).
    """
    rate = min(_number(offered, "T38MaxBitRate") or FASTEST, FASTEST)
    none = _said(offered, "T38FaxUdpEC") == NONE.lower()
    lines = [
        f"m=image {near.port} {proto} {form}",
        "a=T38FaxVersion:0",
        f"a=T38MaxBitRate:{rate}",
        "a=T38FaxRateManagement:transferredTCF",
        f"a=T38FaxMaxBuffer:{BUFFER}",
        f"a=T38FaxMaxDatagram:{LARGEST}",
        f"a=T38FaxUdpEC:{NONE if none else REDUNDANCY}",
        *([f"a={direction}"] if direction else []),
    ]
    return "".join(line + "\r\n" for line in lines)
