"""The machine as a SIP telephone (pjsua2) with a fax terminal in place of microphone and loudspeaker.

``--dial URI`` places a call, else calls are answered at once; ``--send FILE`` sends the pages, ``--receive FILE`` takes pages. Says in lines of
JSON: ``ready``, the call's states, and at the fax's end ``{"state": "fax", "code": …, "remote": …}`` (0: all well); then it hangs up.

``--by-hand``: a telephone beside the machine. It says a tone of 1 kHz, and takes lines on its input: ``keys 12#`` dials them, ``start`` is the button of
the machine, ``listen`` says ``{"state": "heard", "hertz": …}`` of the last half second, ``lift`` ends a fax that still waits for the last word, ``hangup``.
After a fax it is the telephone again (``voice``).
"""

import argparse
import ctypes
import json
import os
import queue
import sys
import threading
import time
from collections import deque
from typing import Any

import numpy as np
import pjsua2 as pj

from tests.fax_machine.engine import SAMPLES, Audio
from tests.rtp_peer import frequency, sine
from tests.sip_tools import free_port

CONFIRMED_S = 2.0
"""From a page's end until its confirmation has been sent."""
BYE_S = 2.0
"""pjsua2 says that a call is over when it sends BYE: for so long it is sent again where its answer does not come."""
DISCARD_NOTHING = 0
"""PJMEDIA_JB_DISCARD_NONE: a buffer that leaves out sound breaks a fax."""
_keep: list[Any] = []  # pjsua2's objects live as long as the process


def say(state: str, **more: object) -> None:
    print(json.dumps({"state": state, **more}), flush=True)


class FaxPort(pj.AudioMediaPort):  # type: ignore[misc]
    """The terminal as a port of pjsua2's conference bridge, 20 ms at a time; the telephone while there is no terminal."""

    def __init__(self, engine: Audio | None) -> None:
        super().__init__()
        self.engine = engine
        self.voice = sine(1000, SAMPLES).astype("<i2").tobytes()
        self.heard: deque[bytes] = deque(maxlen=25)
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, 20_000, 16)
        self.createPort("fax", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        engine = self.engine
        sound = self.voice if engine is None else engine.say()
        frame.buf, frame.size = pj.ByteVector(list(sound)), 2 * SAMPLES

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        heard = bytes(frame.buf)
        heard = heard if len(heard) == 2 * SAMPLES else bytes(2 * SAMPLES)
        self.heard.append(heard)
        engine = self.engine
        if engine is not None:
            engine.hear(heard)


class FaxCall(pj.Call):  # type: ignore[misc]
    def __init__(self, account: Any, options: argparse.Namespace, call: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call)
        self.options, self.over = options, False
        self.port: FaxPort | None = None
        self.confirmed: float | None = None

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        say(info.stateText, code=info.lastStatusCode)
        self.over = info.state == pj.PJSIP_INV_STATE_DISCONNECTED
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.confirmed = time.monotonic()

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        for number, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                if self.port is None:
                    self.port = FaxPort(None if self.options.by_hand else terminal(self.options))
                sound = self.getAudioMedia(number)
                sound.startTransmit(self.port)
                self.port.startTransmit(sound)
                _keep.append(sound)


class FaxAccount(pj.Account):  # type: ignore[misc]
    """Answers the first call, and refuses all others."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.options = options
        self.call: FaxCall | None = None

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        call = FaxCall(self, self.options, prm.callId)
        answer = pj.CallOpParam(True)
        answer.statusCode = 200 if self.call is None else 486
        call.answer(answer)
        self.call = self.call or call
        _keep.append(call)


def terminal(options: argparse.Namespace) -> Audio:
    return Audio(
        send=options.send, receive=options.receive, ident=options.ident, ecm=not options.no_ecm, modems=options.modems
    )


def endpoint_of(port: int) -> Any:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    media = config.medConfig
    media.clockRate = media.sndClockRate = 8000
    media.noVad, media.ecTailLen, media.audioFramePtime, media.ptime = True, 0, 20, 20
    media.jbInit = media.jbMinPre = media.jbMaxPre = 100  # ms: a fixed depth
    media.jbMax = 500
    algorithm = media.jbDiscardAlgo  # pjsua2 has no constant for its values: the number behind the object is set
    ctypes.c_int.from_address(int(algorithm)).value = DISCARD_NOTHING
    media.jbDiscardAlgo = algorithm
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port, transport.boundAddress = port, "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMA") else 0)
    return endpoint


class Telephone:
    """The machine in its call: takes the lines of its input, tells the fax's end, and hangs up when the options say so."""

    def __init__(self, options: argparse.Namespace, account: FaxAccount) -> None:
        self._options, self._account = options, account
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ended: float | None = None
        self._full: float | None = None
        self._hung_up = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)

    def look(self) -> None:
        call = self._account.call
        if call is None or call.over or call.port is None:
            return
        while not self._lines.empty():
            self._obey(call, call.port, *self._lines.get().split())
        if call.port.engine is not None:
            self._follow(call, call.port, call.port.engine)
        after = self._options.hang_up
        if after is not None and call.confirmed is not None and time.monotonic() - call.confirmed > after:
            self._hang_up(call)

    def _obey(self, call: FaxCall, port: FaxPort, command: str, argument: str = "") -> None:
        match command:
            case "keys":
                call.dialDtmf(argument)
            case "start":
                port.engine = terminal(self._options)
            case "lift" if port.engine is not None:
                port.engine.terminal.terminate()
            case "listen":
                heard = np.frombuffer(b"".join(port.heard), "<i2")
                loud = len(heard) > 0 and float(np.abs(heard.astype(float)).mean()) > 200
                say("heard", hertz=round(frequency(heard)) if loud else 0)
            case "hangup":
                self._hang_up(call)

    def _follow(self, call: FaxCall, port: FaxPort, engine: Audio) -> None:
        fax, now = engine.terminal, time.monotonic()
        if self._options.pages and fax.pages >= self._options.pages:
            self._full = self._full or now
            if now - self._full > CONFIRMED_S:
                self._hang_up(call)
        if fax.code is not None and self._ended is None:
            self._ended = now
            say("fax", code=fax.code, remote=fax.remote)
        if self._ended is None or now - self._ended < self._options.linger:
            return
        if self._options.by_hand:
            self._ended, port.engine = None, None
            say("voice")
        else:
            self._hang_up(call)

    def _hang_up(self, call: FaxCall) -> None:
        if not self._hung_up:
            self._hung_up = True
            call.hangup(pj.CallOpParam(True))

    def over(self) -> None:
        """The call is over: tells the end of a fax that was cut off."""
        call = self._account.call
        if call is None or call.port is None or call.port.engine is None or self._ended is not None:
            return
        fax = call.port.engine.terminal
        fax.terminate()
        say("fax", code=fax.code, remote=fax.remote)


def run(options: argparse.Namespace) -> None:
    endpoint = endpoint_of(options.port)
    settings = pj.AccountConfig()
    settings.idUri = f"sip:{options.user}@127.0.0.1:{options.port}"
    media = settings.mediaConfig.transportConfig
    media.boundAddress, media.port = "127.0.0.1", free_port()
    account = FaxAccount(options)
    account.create(settings)
    telephone = Telephone(options, account)
    say("ready")
    if options.dial:
        account.call = FaxCall(account, options)
        account.call.makeCall(options.dial, pj.CallOpParam(True))
    while account.call is None or not account.call.over:
        endpoint.libHandleEvents(0)
        telephone.look()
        time.sleep(0.005)  # without Python's lock, which the thread of the sound needs
    telephone.over()
    sys.stdout.flush()
    end = time.monotonic() + BYE_S
    while time.monotonic() < end:
        endpoint.libHandleEvents(10)
    os._exit(0)  # pjsua2's objects abort the process where Python ends them in another order than they were made
