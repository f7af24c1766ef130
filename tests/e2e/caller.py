"""A customer for tests: SIPp for signalling, an RTP peer for audio; keys by RFC 4733, as tones or by SIP INFO."""

import re
from pathlib import Path
from typing import Self

from tests.e2e.centre import DEADLINE, Centre
from tests.e2e.phone import reaches
from tests.rtp_peer import RtpPeer
from tests.sip_tools import SCENARIOS, Sipp

INFO_GAP_MS = 300


class Caller:
    """``with Caller(centre, tmp_path, way="rfc4733") as caller:`` runs during the call; the call ends with the block, at the latest ``stay``
    seconds after the answer.

    With ``way="info"`` all keys must be given at the start, each with the pause (ms) before it.
    """

    def __init__(
        self, centre: Centre, folder: Path, *, way: str = "rfc4733", stay: float = 40.0, number: str = "95500",
        info: tuple[tuple[int, str], ...] = (),
    ) -> None:  # fmt: skip
        self.centre = centre
        self.way = way
        self.peer = RtpPeer()
        self._folder = folder
        self._stay = stay
        self._number = number
        self._info = info
        self.call = ""

    def __enter__(self) -> Self:
        self.peer.__enter__()
        before = self._offered()
        path = self._folder / f"caller-{self.peer.port}.xml"
        path.write_text(scenario(self.peer.port, self.way, self._info))
        self.sipp = Sipp(
            self.centre.sip, path, self._folder, number=self._number, seconds=self._stay + 30,
            extra=("-d", str(round(self._stay * 1000))),
        )  # fmt: skip
        self.peer.wait(lambda heard: len(heard) > 3, DEADLINE)
        assert self.peer.source is not None
        self.peer.call(*self.peer.source)
        self.centre.until(lambda: self._offered() - before)  # the entry is in the file within 100 ms
        (leg,) = self._offered() - before
        self.call = leg.partition("/")[0]
        return self

    def _offered(self) -> set[str]:
        return {entry["event"]["leg"] for entry in self.centre.journal() if entry["event"]["type"] == "CallOffered"}

    def __exit__(self, *_: object) -> None:
        self.centre.ctl("calls", "hangup", self.call)  # a stopped SIPp sends no BYE
        self.sipp.stop()
        self.peer.__exit__()

    def press(self, keys: str) -> None:
        """Presses keys, and waits until they have been sent."""
        if self.way == "inband":
            self.peer.press_tones(keys)
        else:
            self.peer.press(keys)
        self.peer.said_all()

    def at(self, step: str, seconds: float = DEADLINE) -> None:
        """Waits until the flow has reached this step."""
        reaches(self.centre, self.call, step, seconds)


def scenario(media_port: int, way: str, info: tuple[tuple[int, str], ...]) -> str:
    """A SIPp scenario for a caller with audio at ``media_port``; the call lasts ``-d`` ms."""
    text = (SCENARIOS / "caller.xml").read_text().replace("[media_port]", str(media_port))
    if way != "rfc4733":
        text = text.replace(" RTP/AVP 8 0 101", " RTP/AVP 8 0")
        text = re.sub(r"a=(rtpmap|fmtp):101 .*\n", "", text)
    keys = "".join(info_request(number, pause, key) for number, (pause, key) in enumerate(info, 2))
    text = text.replace('<pause milliseconds="200"/>', keys + "<pause/>")
    return text.replace("CSeq: 2 BYE", f"CSeq: {len(info) + 2} BYE")


def info_request(number: int, pause: int, key: str) -> str:
    """A key by SIP INFO, ``pause`` ms after the preceding message; ``number``: its CSeq."""
    return f"""<pause milliseconds="{pause}"/>
  <send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:13800138000@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: {number} INFO
Contact: <sip:13800138000@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=160

]]></send>
  <recv response="200"/>
"""
