"""The phone's process: commands in, events out; PJSIP and the sound device do the work. All decisions are made on the main thread (``PhoneProgram.run``).

Threads: the main thread (SIP, decisions), a reader of standard input, a writer of standard output, ``sound.SoundCard``, PJSIP's media clock, PortAudio's
callbacks. Reader and sound card post into one queue and wake the main thread with a keep-alive datagram to its own SIP port (RFC 5626; PJSIP drops it).
"""

import contextlib
import errno
import logging
import os
import queue
import socket
import threading
import time
from typing import BinaryIO, assert_never

from agent_app.model.sound.phone_messages import (
    AnswerCall,
    CallOver,
    CallQuality,
    EndCall,
    Expect,
    Forget,
    Levels,
    Move,
    Mute,
    PhoneCommand,
    PhoneEvent,
    PhoneProblem,
    PhoneReady,
    StopPhone,
    TellLevels,
    TestTone,
    UseDevices,
    Volume,
)
from agent_app.phone import PhoneError
from agent_app.phone.admission import AdmissionAction, CallAdmission, PostEvent, Respond, Terminate
from agent_app.phone.framing import FrameReader, command, pack
from agent_app.phone.sip import SipEndpoint
from agent_app.phone.sound import SoundCard
from agent_app.phone.tones import Tone
from agent_app.phone.voice import Voice

IDLE_MS, HELD_MS, TALK_MS = 500, 50, 20
LEVELS_S, QUALITY_S = 0.1, 5.0
TRY_S, TRY_RING_S = 5.0, 1.5
BYE_WAIT_S = 1.5
"""Seconds for the BYE after the end of the window's process."""
ORPHAN_S = 5.0
"""The process ends so long after the end of its input at the latest, even if a thread hangs."""
UNREAD = 200
"""Events that the window hasn't read; beyond this number, levels and quality are dropped."""
KEEP_ALIVE = b"\r\n\r\n"
log = logging.getLogger(__name__)


class StopRequested(Exception):  # noqa: N818  no error
    """Ends ``run``: the input has ended, or ``StopPhone`` has come."""


class PhoneProgram:
    """``audio``: false opens no sound device; ``say``: a tone instead of the microphone. Raises ``PhoneError("port_taken")``; ``run`` too, and
    ``PhoneError("address_gone")``, after a ``Move``.
    """

    def __init__(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        *,
        ip: str,
        port: int,
        audio: bool = True,
        say: Tone | None = None,
    ) -> None:
        self._source, self._sink = source, sink
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._send, name="output", daemon=True)
        self._inbox: queue.SimpleQueue[PhoneCommand | PhoneEvent | StopRequested] = queue.SimpleQueue()
        self._admission = CallAdmission()
        self._voice = Voice(device=audio, say=say)
        self._ip = self._wanted_ip = ip
        self._port = port
        self._sip = SipEndpoint(ip, port, self._voice, self)
        self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._own = _own(self._sip.contact)
        self._sound, problem = self._open_sound() if audio else (None, None)
        self._levels_on = False
        self._levels_until = self._levels_due = self._quality_due = 0.0
        self._tell_ready()
        if problem is not None:
            self._write(problem)
        threading.Thread(target=self._read, name="input", daemon=True).start()
        self._writer.start()

    def run(self) -> None:
        """Runs until the input ends or ``StopPhone`` comes."""
        try:
            while True:
                self._sip.step(self._patience())
                self._take()
                self._follow_address()
                now = time.monotonic()
                self._act(self._admission.tick(now))
                self._request_devices()
                self._tell_levels(now)
                self._tell_quality(now)
        except StopRequested:
            log.info("the input has ended")
        finally:
            self._close()

    # --- sip.CallEvents ---

    def invited(self, call: int, token: str) -> None:
        self._act(self._admission.invite(call, token, time.monotonic()))

    def confirmed(self, call: int) -> None:
        self._quality_due = time.monotonic() + QUALITY_S
        self._act(self._admission.up(call))

    def gone(self, call: int, code: int) -> None:
        self._act(self._admission.gone(call, code))

    # --- steps ---

    def _patience(self) -> int:
        if self._admission.talking is not None or self._levels_running(time.monotonic()):
            return TALK_MS
        return IDLE_MS if self._admission.empty else HELD_MS

    def _act(self, acts: list[AdmissionAction]) -> None:
        for act in acts:
            match act:
                case Respond(call, code):
                    if code == 200:
                        self._voice.begin()
                    self._sip.answer(call, code)
                case Terminate(call, code):
                    self._sip.hang_up(call, code)
                case PostEvent(event):
                    self._write(event)
                case _ as never:
                    assert_never(never)

    def _take(self) -> None:
        """Handles all messages in the queue."""
        while True:
            try:
                message = self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(message, StopRequested):
                raise message
            if isinstance(message, PhoneCommand):
                self._handle(message)
            else:
                self._write(message)

    def _handle(self, message: PhoneCommand) -> None:
        match message:
            case Expect():
                self._act(self._admission.expect(message))
            case Forget(leg):
                self._act(self._admission.forget(leg))
            case AnswerCall(leg):
                self._act(self._admission.answer(leg))
            case EndCall(leg):
                self._act(self._admission.end(leg))
            case Mute(on):
                self._voice.muted = on
            case Volume():
                self._voice.volume = message
            case UseDevices():
                self._want(use=message)
            case TestTone(on_ring):
                self._test(on_ring=on_ring)
            case TellLevels(on):
                self._levels_on = on
            case Move(ip):
                self._wanted_ip = ip
            case StopPhone():
                raise StopRequested
            case _:
                log.error("no handler for %s", type(message).__name__)

    def _follow_address(self) -> None:
        if self._wanted_ip == self._ip:
            return
        if self._admission.empty:
            log.info("moves from %s to %s", self._ip, self._wanted_ip)
            self._sip.move(self._wanted_ip, self._port)
            self._ip, self._own = self._wanted_ip, _own(self._sip.contact)
            self._tell_ready()
        elif not _is_here(self._ip):
            raise PhoneError("address_gone", self._ip)

    def _tell_ready(self) -> None:
        parts = [f"pjsip {self._sip.version}", self._sound.version if self._sound else "no sound"]
        self._write(PhoneReady(self._sip.contact, ", ".join(parts)))

    def _test(self, *, on_ring: bool) -> None:
        now = time.monotonic()
        self._voice.test(on_ring=on_ring)
        self._levels_until = now + TRY_S
        if on_ring:
            self._want(try_ring_until=now + TRY_RING_S)
        else:
            self._want(try_until=now + TRY_S)

    def _request_devices(self) -> None:
        ringing = self._admission.ringing
        self._voice.ring(on=ringing)
        self._want(talk=ringing or self._admission.talking is not None, ring=ringing)

    def _want(self, **changes: object) -> None:
        if self._sound is not None:
            self._sound.want(**changes)

    def _levels_running(self, now: float) -> bool:
        open_now = self._sound.busy if self._sound else self._admission.talking is not None
        return open_now and (self._levels_on or now < self._levels_until)

    def _tell_levels(self, now: float) -> None:
        running = self._levels_running(now)
        self._voice.meter(on=running)
        if running and now >= self._levels_due:
            self._levels_due = now + LEVELS_S
            self._write(Levels(self._voice.speaker_meter.read(), self._voice.microphone_meter.read()))

    def _tell_quality(self, now: float) -> None:
        call = self._admission.talking
        leg = self._admission.leg(call) if call is not None else None
        if call is None or leg is None or not self._admission.up_now(call) or now < self._quality_due:
            return
        self._quality_due = now + QUALITY_S
        found = self._sip.quality(call)
        log.info("%s: %s; playback %s; capture %s", leg, found, self._voice.playback, self._voice.capture)
        if found is not None:
            device_ms = self._sound.device_ms() if self._sound else 0.0
            self._write(CallQuality(leg, found.loss, found.jitter_ms, found.round_trip_ms, found.buffer_ms, device_ms))

    def _open_sound(self) -> tuple[SoundCard | None, PhoneProblem | None]:
        try:
            return SoundCard(self._voice, self._post), None
        except PhoneError as error:
            return None, PhoneProblem(error.code, error.text)

    def _close(self) -> None:
        """Sends a BYE to the call that is up, and waits ``BYE_WAIT_S`` at most for the answer."""
        self._act(self._admission.close())
        until = time.monotonic() + BYE_WAIT_S
        while not self._admission.empty and time.monotonic() < until:
            self._sip.step(10)
        if self._sound is not None:
            self._sound.close()
        self._sip.close()
        self._bell.close()
        self._outbox.put(b"")
        self._writer.join(BYE_WAIT_S)

    def _write(self, event: PhoneEvent) -> None:
        if isinstance(event, CallOver | PhoneProblem):
            log.info("%s", event)
        if self._outbox.qsize() < UNREAD or not isinstance(event, Levels | CallQuality):
            self._outbox.put(pack(event))

    # --- other threads ---

    def _send(self) -> None:
        """Writes standard output, in a thread of its own: a window that doesn't read must not stop the voice."""
        with contextlib.suppress(OSError, ValueError):  # the window's process has ended: the input ends too
            while data := self._outbox.get():
                self._sink.write(data)

    def _post(self, message: PhoneCommand | PhoneEvent | StopRequested) -> None:
        self._inbox.put(message)
        with contextlib.suppress(OSError):
            self._bell.sendto(KEEP_ALIVE, self._own)

    def _read(self) -> None:
        """Reads standard input, in a thread of its own (a pipe can't be polled on Windows)."""
        frames = FrameReader()
        try:
            while data := _read_some(self._source):
                for body in frames.feed(data):
                    try:
                        self._post(command(body))
                    except PhoneError as error:
                        self._post(PhoneProblem(error.code, error.text))
        except (PhoneError, OSError) as error:
            log.error("input: %s", error)  # noqa: TRY400  no bug of ours
        self._post(StopRequested())
        timer = threading.Timer(ORPHAN_S, os._exit, [3])  # a thread that hangs must not keep the process alive
        timer.daemon = True
        timer.start()


def _own(contact: str) -> tuple[str, int]:
    host, _, number = contact.rpartition(":")
    return "127.0.0.1" if host == "0.0.0.0" else host, int(number)  # noqa: S104  only compared


def _is_here(ip: str) -> bool:
    """Whether ``ip`` is an address of this PC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


def _read_some(source: BinaryIO) -> bytes:
    return os.read(source.fileno(), 65536)
