"""PJSIP's settings for both programs: one thread, 127.0.0.1, no sound device, A-law."""

import os
import signal
from typing import Any

import pjsua2 as pj

from switch_server.demo.telephones import SLOTS

POLL_MS = 10
IP = "127.0.0.1"
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
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress, transport.port = IP, port
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 200 if codec.codecId.startswith("PCMA") else 0)
    return endpoint


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
