"""The window's side of the phone: starts the phone's process, sends commands to it, and starts it again when it dies.

``PhoneProcess(post, ...)`` is a ``presenters.parts.ports.PhonePort``. ``post`` is called on threads of this module: the caller brings the event to its own.
Where the voice is a desk phone, no process runs (``run``). The death of the process is reported as ``PhoneProblem("phone_down")``; with the next
``PhoneReady`` the new process needs devices, volumes and expected calls anew.
"""

import contextlib
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping

from agent_app.model.sound.phone_messages import Move, PhoneCommand, PhoneEvent, PhoneProblem
from agent_app.phone import PhoneError
from agent_app.phone.framing import FrameReader, event, pack
from agent_app.phone.loglines import take

BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses before the first, second … restart; the last value repeats."""
HEALTHY_S = 30.0
"""After a process that lived so long the back-off begins with its first pause."""
STOP_S = 4.0
log = logging.getLogger(__name__)


class PhoneProcess:
    """Keeps ``python -m agent_app.phone`` running from now (or the first ``run``, if not ``on``) until ``stop``.

    ``ip``: this PC's address that the switch reaches, until ``move``; ``say``: ``tone:400``.
    """

    def __init__(
        self,
        post: Callable[[PhoneEvent], None],
        *,
        ip: str = "127.0.0.1",
        port: int = 0,
        audio: bool = True,
        say: str = "",
        on: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._post = post
        self._environment = environment
        self._ip = ip
        self._argv = [sys.executable, "-m", "agent_app.phone", "--port", str(port)]
        self._argv += [] if audio else ["--no-audio"]
        self._argv += ["--say", say] if say else []
        self._process: subprocess.Popen[bytes] | None = None
        self._outbox: queue.SimpleQueue[tuple[subprocess.Popen[bytes], bytes]] = queue.SimpleQueue()
        self._over = threading.Event()
        self._on = threading.Event()
        self._dismissed: subprocess.Popen[bytes] | None = None
        if on:
            self._on.set()
        self._threads = [
            threading.Thread(target=work, name=f"phone-{work.__name__.strip('_')}", daemon=True)
            for work in (self._keep, self._write)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int | None:
        """``None`` while no process runs."""
        return self._process.pid if self._process else None

    def do(self, command: PhoneCommand) -> None:
        """Returns at once; dropped while the phone is down."""
        process = self._process
        if process is not None:
            self._outbox.put((process, pack(command)))

    def move(self, ip: str) -> None:
        """Returns at once; see ``model.sound.phone_messages.Move``. A process that is started later has the new address from its start."""
        self._ip = ip
        self.do(Move(ip))

    def run(self, *, on: bool) -> None:
        """Returns at once. Off: the phone ends, and none is started until it is on again."""
        if on:
            self._on.set()
        else:
            self._on.clear()
            self._dismiss(self._process)

    def _dismiss(self, process: subprocess.Popen[bytes] | None) -> None:
        self._dismissed = process
        if process is not None:
            self._outbox.put((process, b""))

    def stop(self) -> None:
        """Ends the process (its call gets a BYE) and waits for its end."""
        self._over.set()
        self._on.set()  # wakes ``_keep``
        process = self._process
        if process is not None:
            self._outbox.put((process, b""))
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        for thread in self._threads[:1]:
            thread.join(STOP_S)

    # --- this module's threads ---

    def _keep(self) -> None:
        """Starts the process again after each end."""
        tries = 0
        while not self._over.is_set():
            if not self._on.is_set():
                self._on.wait()
                tries = 0
                continue
            begun = time.monotonic()
            try:
                text = self._live()
            except Exception as fault:
                log.exception("the phone's keeper failed")
                text = type(fault).__name__
            if self._over.is_set() or not text:
                continue
            self._post(PhoneProblem("phone_down", text))
            tries = 0 if time.monotonic() - begun > HEALTHY_S else tries + 1
            self._over.wait(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])

    def _live(self) -> str:
        """Runs one process from its start to its end. Returns the reason of the end, ``""`` where the end was ordered."""
        ip = self._ip
        try:
            process = subprocess.Popen(  # noqa: S603  our own program
                [*self._argv, "--ip", ip], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=self._environment, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError as error:
            return str(error)
        threading.Thread(target=_take_errors, args=(process,), name="phone-errors", daemon=True).start()
        self._process = process
        if self._over.is_set() or not self._on.is_set():  # stopped while the process was started
            self._dismiss(process)
        elif ip != self._ip:
            self.do(Move(self._ip))
        try:
            self._read(process)
        finally:
            self._process = None
            with contextlib.suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()  # type: ignore[union-attr]
        return "" if process is self._dismissed else f"exit status {process.returncode}"

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        frames = FrameReader()
        pipe = process.stdout
        assert pipe is not None
        try:
            while data := pipe.read1(65536):  # type: ignore[attr-defined]
                for body in frames.feed(data):
                    self._post(event(body))
        except (PhoneError, OSError) as error:
            log.error("the phone speaks nonsense: %s", error)  # noqa: TRY400  no bug of ours
            process.kill()

    def _write(self) -> None:
        """Writes the process's input; an empty message closes the pipe. In a thread of its own, so that a process that doesn't read blocks no caller."""
        while True:
            try:
                process, data = self._outbox.get(timeout=1.0)
            except queue.Empty:
                if self._over.is_set():
                    return
                continue
            pipe = process.stdin
            assert pipe is not None
            with contextlib.suppress(OSError, ValueError):  # the process died: the reader sees its end
                if data:
                    pipe.write(data)
                    pipe.flush()
                else:
                    pipe.close()


def _take_errors(process: subprocess.Popen[bytes]) -> None:
    """Copies the process's log and its last messages into this process's log."""
    pipe = process.stderr
    assert pipe is not None
    with pipe:
        take(pipe)
