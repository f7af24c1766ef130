"""The machine as a SIP telephone (pjsua2) with a fax terminal in place of microphone and loudspeaker.

``--dial URI`` places a call, else calls are answered at once; ``--send FILE`` sends the pages, ``--receive FILE`` takes pages. Says in lines of
JSON: ``ready``, the call's states, and at the fax's end ``{"state": "fax", "code": …, "remote": …}`` (0: all well); then it hangs up.
"""

import argparse
import ctypes
import json
import os
import sys
import time
from typing import Any

import pjsua2 as pj

from tests.fax_machine.engine import SAMPLES, Audio

DISCARD_NOTHING = 0
"""PJMEDIA_JB_DISCARD_NONE: a buffer that leaves out sound breaks a fax."""
_keep: list[Any] = []  # pjsua2's objects live as long as the process


def say(state: str, **more: object) -> None:
    print(json.dumps({"state": state, **more}), flush=True)


class FaxPort(pj.AudioMediaPort):  # type: ignore[misc]
    """The terminal as a port of pjsua2's conference bridge, 20 ms at a time."""

    def __init__(self, engine: Audio) -> None:
        super().__init__()
        self.engine = engine
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, 20_000, 16)
        self.createPort("fax", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        sound = pj.ByteVector()
        for byte in self.engine.say():
            sound.append(byte)
        frame.buf, frame.size = sound, 2 * SAMPLES

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        heard = bytes(frame.buf)
        self.engine.hear(heard if len(heard) == 2 * SAMPLES else bytes(2 * SAMPLES))


class FaxCall(pj.Call):  # type: ignore[misc]
    def __init__(self, account: Any, options: argparse.Namespace, call: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call)
        self.options, self.port, self.over = options, None, False

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        say(info.stateText, code=info.lastStatusCode)
        self.over = info.state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        for number, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                if self.port is None:
                    self.port = FaxPort(terminal(self.options))
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


def run(options: argparse.Namespace) -> None:
    endpoint = endpoint_of(options.port)
    settings = pj.AccountConfig()
    settings.idUri = f"sip:{options.user}@127.0.0.1:{options.port}"
    account = FaxAccount(options)
    account.create(settings)
    say("ready")
    if options.dial:
        account.call = FaxCall(account, options)
        account.call.makeCall(options.dial, pj.CallOpParam(True))
    ended: float | None = None
    while account.call is None or not account.call.over:
        endpoint.libHandleEvents(10)
        if account.call is None or account.call.port is None:
            continue
        fax = account.call.port.engine.terminal
        if fax.code is not None and ended is None:
            ended = time.monotonic()
            say("fax", code=fax.code, remote=fax.remote)
        if ended is not None and time.monotonic() - ended > options.linger:
            account.call.hangup(pj.CallOpParam(True))
            ended = float("inf")
    if account.call.port is not None and ended is None:
        fax = account.call.port.engine.terminal
        fax.terminate()
        say("fax", code=fax.code, remote=fax.remote)
    sys.stdout.flush()
    os._exit(0)  # pjsua2's objects abort the process where Python ends them in another order than they were made
