"""Asterisk's manager interface (AMI): lines ``Key: value`` over TCP, an empty line after each message."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

SECONDS = 40.0
Event = dict[str, str]


class Manager:
    """``with Manager(port, secret) as manager: manager.event("DTMFEnd", Digit="5")``. All events since the log-in are kept, but those of RTCP."""

    def __init__(self, port: int, secret: str) -> None:
        self._port, self._secret = port, secret
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._skt = socket.create_connection(("127.0.0.1", self._port), 10)
        self._skt.settimeout(None)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.act("Login", Username="tests", Secret=self._secret)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._skt.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._skt.close()

    def act(self, action: str, **fields: str) -> Event:
        """Sends an action and waits for its answer."""
        mark = f"{action}-{time.monotonic_ns()}"
        lines = [f"Action: {action}", f"ActionID: {mark}", *(f"{name}: {value}" for name, value in fields.items())]
        self._skt.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        answer = self.until(lambda event: event.get("ActionID") == mark and "Response" in event)
        assert answer["Response"] == "Success", answer
        return answer

    def event(self, kind: str, *, after: int = 0, seconds: float = SECONDS, **fields: str) -> Event:
        """Waits for an event of this kind with these fields, among those from number ``after`` on."""
        wanted = {"Event": kind} | fields
        return self.until(lambda event: wanted.items() <= event.items(), after=after, seconds=seconds)

    def all(self, kind: str, after: int = 0) -> list[Event]:
        return [event for event in self.events[after:] if event.get("Event") == kind]

    def until(self, fits: Callable[[Event], object], *, after: int = 0, seconds: float = SECONDS) -> Event:
        def found() -> Event | None:
            return next((event for event in self.events[after:] if fits(event)), None)

        with self._changed:
            event = self._changed.wait_for(found, seconds)
            told = [each.get("Event", "") for each in self.events[-40:]]
        assert event is not None, f"Asterisk told nothing of the kind, but {told}"
        return event

    def _read(self) -> None:
        with self._skt.makefile("r", encoding="utf-8", errors="replace") as lines, contextlib.suppress(OSError):
            message: Event = {}
            for line in lines:
                name, _, value = line.strip().partition(":")
                if name:
                    message[name] = value.strip()
                elif message.get("Event", "").startswith("RTCP"):
                    message = {}
                elif message:
                    with self._changed:
                        self.events.append(message)
                        self._changed.notify_all()
                    message = {}
