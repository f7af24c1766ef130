"""The far end of many long calls: caller and callee by SIP on two ports, and their sound by ``tests.bench._rtp_load``."""

import json
import secrets
import subprocess
import sys
import threading
from typing import Self

from tests.e2e.phone import media_of
from tests.lines.peer import SDP, Call, Message, Peer, parse
from tests.sip_tools import ROOT

SOCKETS = 64


class FarEnd:
    """``call`` returns once the call is up and its sound flows. ``far_port``: where calls that the switch bridges arrive; each is answered."""

    def __init__(self, switch: tuple[str, int], far_port: int, lines: int) -> None:
        self._caller = Peer(switch)
        self._callee = Peer(switch, port=far_port)
        self._lines = lines
        self._made = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._ended: list[str] = []
        self._answered: set[str] = set()
        self._thread = threading.Thread(target=self._answer_all, daemon=True)

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench._rtp_load", str(SOCKETS), str(self._lines)]
        self._load = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._load.stdout is not None
        self._addresses: list[tuple[str, int]] = [tuple(each) for each in json.loads(self._load.stdout.readline())]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._load.kill()
        self._load.communicate()
        self._caller.close()
        self._callee.close()

    def call(self, number: str) -> None:
        """A call to ``number`` that stays up."""
        line, body = self._next_line()
        call = Call(self._caller, number)
        answer = call.up(body)
        self._speak(line, *media_of(answer))

    def all_up(self) -> None:
        """Raises ``AssertionError`` where the switch has ended a call."""
        self._caller.skt.setblocking(False)
        while True:
            try:
                message = parse(self._caller.skt.recv(65535))
            except BlockingIOError:
                break
            if message.status is None and message.method == "BYE":
                self._ended.append(message.get("Call-ID"))
        assert not self._ended, f"{len(self._ended)} calls were ended by the switch"

    def _next_line(self) -> tuple[int, str]:
        with self._lock:
            line, self._made = self._made, self._made + 1
        ip, port = self._addresses[line % SOCKETS]
        return line, SDP.replace("IN IP4 127.0.0.1", f"IN IP4 {ip}").replace("40000", str(port))

    def _speak(self, line: int, ip: str, port: int) -> None:
        """Sends and receives on this line from now on."""
        with self._lock:
            assert self._load.stdin is not None
            self._load.stdin.write(json.dumps([[line, line % SOCKETS, ip, port]]) + "\n")
            self._load.stdin.flush()

    # --- the callee ---

    def _answer_all(self) -> None:
        while not self._over.is_set():
            message = self._callee.receive(0.1)
            if message is None or message.status is not None:
                continue
            if message.method == "INVITE" and message.get("Call-ID") not in self._answered:
                self._answered.add(message.get("Call-ID"))
                self._answer(message)
            elif message.method == "INVITE":
                continue  # a repeat: the answer is on its way
            elif message.method == "BYE":
                self._ended.append(message.get("Call-ID"))
                self._callee.reply(message, 200)
            elif message.method != "ACK":
                self._callee.reply(message, 200, tag="options")

    def _answer(self, invite: Message) -> None:
        line, body = self._next_line()
        self._callee.reply(invite, 200, "OK", body, tag=secrets.token_hex(4))
        if invite.body:
            self._speak(line, *media_of(invite))
