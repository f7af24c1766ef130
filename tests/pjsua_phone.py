"""A pjsua2 phone as a process: ``python -m tests.pjsua_phone PORT [USER PASSWORD]``; see ``sip_tools.Pjsua``."""

import json
import queue
import re
import sys
import threading
from typing import Any

import pjsua2 as pj


def say(state: str, **more: object) -> None:
    print(json.dumps({"state": state, **more}), flush=True)


class Talk(pj.Call):  # type: ignore[misc]
    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        say(info.stateText, code=info.lastStatusCode)


class Phone(pj.Account):  # type: ignore[misc]
    talk: Any = None

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        self.talk = Talk(self, prm.callId)
        token = re.search(r"^X-Huawu-Token:\s*(\S+)", prm.rdata.wholeMsg, re.MULTILINE | re.IGNORECASE)
        say("INCOMING", uri=self.talk.getInfo().remoteUri, token=token[1] if token else "")


def _op(**options: object) -> Any:
    op = pj.CallOpParam(True)
    for name, value in options.items():
        setattr(op, name, value)
    return op


def _dial(phone: Phone, uri: str) -> None:
    phone.talk = Talk(phone)
    phone.talk.makeCall(uri, _op())


def _resume(phone: Phone, _: str) -> None:
    op = _op()
    op.opt.flag = pj.PJSUA_CALL_UNHOLD
    phone.talk.reinvite(op)


def _digits(phone: Phone, keys: str, method: int) -> None:
    parameters = pj.CallSendDtmfParam()
    parameters.digits, parameters.method = keys, method
    phone.talk.sendDtmf(parameters)


COMMANDS = {
    "dial": _dial,
    "answer": lambda phone, code: phone.talk.answer(_op(statusCode=int(code or 200))),
    "hangup": lambda phone, _: phone.talk.hangup(_op()),
    "hold": lambda phone, _: phone.talk.setHold(_op()),
    "resume": _resume,
    "update": lambda phone, _: phone.talk.update(_op()),
    "digits": lambda phone, keys: _digits(phone, keys, pj.PJSUA_DTMF_METHOD_RFC2833),
    "info": lambda phone, keys: _digits(phone, keys, pj.PJSUA_DTMF_METHOD_SIP_INFO),
}


def main(port: int, user: str = "pjsua", password: str = "") -> None:
    commands: queue.Queue[list[str]] = queue.Queue()
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.medConfig.noVad = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port, transport.boundAddress = port, "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    account = pj.AccountConfig()
    account.idUri = f"sip:{user}@127.0.0.1:{port}"
    if password:
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
    phone = Phone()
    phone.create(account)
    threading.Thread(target=lambda: [commands.put(json.loads(line)) for line in sys.stdin], daemon=True).start()
    say("ready")
    while True:
        endpoint.libHandleEvents(10)
        if commands.empty():
            continue
        command, argument = commands.get()
        if command == "quit":
            break
        try:
            COMMANDS[command](phone, argument)
        except pj.Error as error:
            say("error", text=error.info())
    phone.talk = None
    phone.shutdown()
    del phone
    endpoint.libDestroy()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
