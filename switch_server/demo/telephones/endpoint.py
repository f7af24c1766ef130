"""PJSIP's settings for both programs: one thread, 127.0.0.1, no sound device, A-law, a jitter buffer of fixed depth (for faxes)."""

import ctypes
import os
import signal
from typing import Any

import pjsua2 as pj

from switch_server.demo.telephones import SLOTS

POLL_MS = 10
IP = "127.0.0.1"
FRAME_MS = 20
DEPTH_MS = 100
DISCARD_NOTHING = 0
"""PJMEDIA_JB_DISCARD_NONE: a jitter buffer that leaves out sound breaks a fax."""
FIRST_RTP, RTP_RANGE = 20_000, 40
"""UDP ports of RTP: each process uses a range by its process id, so that two processes seldom share one."""


def open_endpoint(port: int = 0) -> Any:
    """Listens for SIP on UDP ``port`` (0: any). Callbacks are called within ``libHandleEvents`` only. Raises ``pj.Error``."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = SLOTS
    config.logConfig.level = 1
    config.logConfig.consoleLevel = 1
    _set_media(config.medConfig)
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress, transport.port = IP, port
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 200 if codec.codecId.startswith("PCMA") else 0)
    return endpoint


def _set_media(media: Any) -> None:
    media.clockRate = media.sndClockRate = 8000
    media.noVad, media.ecTailLen, media.audioFramePtime, media.ptime = True, 0, FRAME_MS, FRAME_MS
    media.jbInit = media.jbMinPre = media.jbMaxPre = DEPTH_MS
    media.jbMax = 5 * DEPTH_MS
    algorithm = media.jbDiscardAlgo  # pjsua2 has no constant for its values: the number behind the object is set
    ctypes.c_int.from_address(int(algorithm)).value = DISCARD_NOTHING
    media.jbDiscardAlgo = algorithm


class StopSignal:
    """True once SIGTERM or SIGINT was received. No exception is raised, since it would cross PJSIP's C code."""

    def __init__(self) -> None:
        self._come = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self._come = True

    def __bool__(self) -> bool:
        return self._come


def account_config(user: str) -> Any:
    config = pj.AccountConfig()
    config.idUri = f"sip:{user}@{IP}"
    config.mediaConfig.transportConfig.boundAddress = IP
    config.mediaConfig.transportConfig.port = FIRST_RTP + os.getpid() % 500 * RTP_RANGE
    config.mediaConfig.transportConfig.portRange = RTP_RANGE
    return config
