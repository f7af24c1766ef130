"""PJSIP: reports INVITEs, answers and ends calls, and joins the call that is up to a ``Voice``. All on one thread, by ``step``.

The media clock is a C thread that calls ``VoicePort`` each 20 ms and takes the GIL for it. Limits of PJSIP: a ``pj.Call`` that outlives
``libDestroy`` aborts the process; a call must be ended from this thread; ``bytes(frame.buf)`` takes 459 µs, reading through the pointer 4.
"""

import ctypes
import logging
import re
from typing import Any, Protocol

import msgspec
import numpy as np
import pjsua2 as pj

from agent_app.phone import PhoneError
from agent_app.phone.elastic import RATE, Samples
from agent_app.phone.voice import Voice
from shared.desk import TOKEN_HEADER

PACKET_MS = 20
FRAME_MS = 10
FRAME = RATE // 1000 * FRAME_MS
JITTER_MOST_MS = 200
"""Limit of the jitter buffer, which begins empty and follows the network."""
log = logging.getLogger(__name__)
_token = re.compile(rf"^{TOKEN_HEADER}[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class CallEvents(Protocol):
    """Callbacks, on the thread that calls ``step``. They may call no other methods of ``SipEndpoint`` than ``answer`` and ``hang_up``."""

    def invited(self, call: int, token: str) -> None: ...
    def confirmed(self, call: int) -> None: ...
    def gone(self, call: int, code: int) -> None: ...


class Quality(msgspec.Struct, frozen=True):
    """``loss``: the share of lost packets since the last ``quality``; the others are ms."""

    loss: float
    jitter_ms: float
    round_trip_ms: float
    buffer_ms: float


class VoicePort(pj.AudioMediaPort):  # type: ignore[misc]  # pjsua2 is untyped
    """The port that joins a ``Voice`` to PJSIP's conference bridge."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, FRAME_MS * 1000, 16)
        self.createPort("voice", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802  PJSIP's name
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(self._voice.said(FRAME).tobytes())
        frame.size = 2 * FRAME

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802  PJSIP's name
        self._voice.heard(_samples(frame) if frame.size else np.zeros(FRAME, np.int16))


def _samples(frame: Any) -> Samples:
    """A ``std::vector`` begins with the pointer to its data, in libstdc++, libc++ and MSVC's release builds."""
    data = ctypes.c_void_p.from_address(int(frame.buf.this)).value or 0
    return np.frombuffer(ctypes.string_at(data, frame.size), np.int16)


class PhoneCall(pj.Call):  # type: ignore[misc]
    def __init__(self, sip: "SipEndpoint", account: Any, number: int) -> None:
        super().__init__(account, number)
        self._sip = sip
        self.number = number
        self.media: Any = None
        self.packets = self.lost = 0

    def onCallState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._sip.listener.confirmed(self.number)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.media = None
            self._sip.ended(self)
            self._sip.listener.gone(self.number, info.lastStatusCode)

    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        info = self.getInfo()  # a variable, since the parts of the object are freed with it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self.media = self.getAudioMedia(index)
                self.media.startTransmit(self._sip.voice_port)
                self._sip.voice_port.startTransmit(self.media)
                return


class DeskAccount(pj.Account):  # type: ignore[misc]
    def __init__(self, sip: "SipEndpoint") -> None:
        super().__init__()
        self._sip = sip

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802  PJSIP's name
        self._sip.on_incoming_invite(prm.callId, prm.rdata.wholeMsg)


class SipEndpoint:
    """PJSIP's endpoint at ``ip``:``port`` (0: any free one). Raises ``PhoneError("port_taken")``."""

    def __init__(self, ip: str, port: int, voice: Voice, listener: CallEvents) -> None:
        self.listener = listener
        self._calls: dict[int, PhoneCall] = {}
        self._came: list[tuple[PhoneCall, str]] = []
        self._over: dict[int, PhoneCall] = {}
        """The last call of each of PJSIP's slots. The destructor of ``pj.Call`` hangs up the slot's present call, so the object is kept until that has ended."""
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(_config())
        try:
            self._listen(ip, port)
        except PhoneError:
            self._endpoint.libDestroy()
            raise
        self._endpoint.libStart()
        self._only_g711()
        self._ticks = True
        self._tick(on=False)
        self.voice_port: Any = VoicePort(voice)
        self._account: Any = DeskAccount(self)
        self._account.create(self._account_config(ip))

    @property
    def version(self) -> str:
        return str(self._endpoint.libVersion().full)

    def step(self, ms: int) -> None:
        """Handles PJSIP's events; waits up to ``ms`` for one."""
        self._endpoint.libHandleEvents(ms)
        came, self._came = self._came, []
        for talk, token in came:
            if self._calls.get(talk.number) is talk:
                self.listener.invited(talk.number, token)
        if self._ticks and not self._calls:
            self._tick(on=False)

    def move(self, ip: str, port: int) -> None:
        """Changes to another address, while there is no call. Raises ``PhoneError("port_taken")``, and keeps the old address then."""
        old = self._transport
        self._listen(ip, port)
        self._endpoint.transportClose(old)
        self._account.modify(self._account_config(ip))

    def answer(self, call: int, code: int) -> None:
        if code == 200:
            self._tick(on=True)
        self._do(call, lambda talk, op: talk.answer(op), code)

    def hang_up(self, call: int, code: int) -> None:
        """Ends the call: by BYE if it is up, else by a final response with this code."""
        self._do(call, lambda talk, op: talk.hangup(op), code)

    def quality(self, call: int) -> Quality | None:
        """``None``: no audio yet."""
        talk = self._calls.get(call)
        if talk is None or talk.media is None:
            return None
        try:
            stat = talk.getStreamStat(0)
        except pj.Error:
            return None
        received = stat.rtcp.rxStat
        packets, lost = received.pkt - talk.packets, received.loss - talk.lost
        talk.packets, talk.lost = received.pkt, received.loss
        return Quality(
            round(max(0, lost) / max(1, packets + max(0, lost)), 4),
            round(received.jitterUsec.mean / 1000, 1),
            round(stat.rtcp.rttUsec.last / 1000, 1),
            float(stat.jbuf.avgDelayMsec),
        )

    def close(self) -> None:
        """Destroys PJSIP's objects. A call that has not been ended before is dropped without a BYE."""
        self._calls.clear()
        self._came.clear()
        self._over.clear()
        self._account.shutdown()
        del self._account
        del self.voice_port
        self._endpoint.libDestroy(
            pj.PJSUA_DESTROY_NO_NETWORK
        )  # else a second of waiting for registrations, of which there are none

    # --- PJSIP's callbacks ---

    def on_incoming_invite(self, number: int, message: str) -> None:
        """Notes the INVITE; ``step`` reports it after PJSIP's callback, since the end of a call without SDP within the callback aborts the process."""
        talk = self._calls[number] = PhoneCall(self, self._account, number)
        found = _token.search(message.partition("\r\n\r\n")[0])
        log.info("call %d: an INVITE", number)  # without the caller's number, which must be in no log
        self._came.append((talk, found[1] if found else ""))

    def ended(self, talk: PhoneCall) -> None:
        if self._calls.get(talk.number) is talk:
            del self._calls[talk.number]
            self._over[talk.number] = talk

    # --- steps ---

    def _tick(self, *, on: bool) -> None:
        """Starts or stops the media clock, which runs in a call only: an idle desk takes no CPU time."""
        if on == self._ticks:
            return
        self._ticks = on
        manager = self._endpoint.audDevManager()
        if on:
            manager.setNullDev()
        else:
            manager.setNoDev()

    def _do(self, call: int, act: Any, code: int) -> None:
        talk = self._calls.get(call)
        if talk is None:
            return
        op = pj.CallOpParam(True)
        op.statusCode = code
        try:
            act(talk, op)
        except pj.Error as error:  # e.g. the call was cancelled a moment ago: PJSIP reports its end
            log.warning("call %d: %s", call, error.reason)

    def _listen(self, ip: str, port: int) -> None:
        config = pj.TransportConfig()
        config.boundAddress, config.port = ip, port
        try:
            self._transport = self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, config)
        except pj.Error as error:
            raise PhoneError("port_taken", f"{ip}:{port}: {error.reason}") from None
        self.contact = str(self._endpoint.transportGetInfo(self._transport).localName)

    def _account_config(self, ip: str) -> Any:
        config = pj.AccountConfig()
        config.idUri = f"sip:desk@{self.contact}"
        config.mediaConfig.transportConfig.boundAddress = ip
        config.mediaConfig.transportConfig.port = 0
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        return config

    def _only_g711(self) -> None:
        for codec in self._endpoint.codecEnum2():
            law = codec.codecId[:4]
            self._endpoint.codecSetPriority(codec.codecId, {"PCMA": 200, "PCMU": 190}.get(law, 0))


def _config() -> Any:
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.userAgent = "Huawu"
    config.logConfig.level = config.logConfig.consoleLevel = 2  # level 3 writes the far end's number
    config.logConfig.msgLogging = 0  # SIP messages contain the token
    media = config.medConfig
    # RTP wakes the loop of ``step``; a worker of PJSIP would poll 100 times a second, at an idle desk too (0.6 % of a core).
    media.hasIoqueue, media.threadCnt = False, 0
    media.clockRate = media.sndClockRate = RATE
    media.audioFramePtime = FRAME_MS
    media.ptime = PACKET_MS
    media.sndAutoCloseTime = -1
    media.noVad = True
    media.ecTailLen = 0
    media.jbInit, media.jbMinPre, media.jbMaxPre, media.jbMax = 0, 0, JITTER_MOST_MS // FRAME_MS // 2, JITTER_MOST_MS
    return config
