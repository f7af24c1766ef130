"""The demo's fax machine, one of the outside telephones: it answers its number and keeps what arrives, and sends a letter to the centre's fax number.

Its T.30 terminal is the fax card's, as a port of PJSIP's conference bridge in place of microphone and loudspeaker.
"""

import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import pjsua2 as pj

from switch_server.core.words import FaxSettings
from switch_server.demo.telephones import FAX_NUMBER
from switch_server.demo.telephones.endpoint import FRAME_MS, account_config
from switch_server.fax_card import FRAME
from switch_server.fax_card.library import FFI
from switch_server.fax_card.t30 import AudioTerminal, Task

FIRST_AFTER, EVERY = 5.0, 180.0
"""Seconds from the start to the first letter, and from one letter to the next."""
LINGER = 1.0
"""Seconds from a fax's end to our hang-up: the last signal is still on its way."""
RESTING = 8
"""Ended calls whose ports are kept a while, until PJSIP's media thread has surely left them; PJSIP has room for 254 ports."""
OCTETS = 2 * FRAME
LETTER, SENDER = "letter.tif", "Demo fax machine"


class FaxPort(pj.AudioMediaPort):  # type: ignore[misc]  # pjsua2 is untyped
    """A T.30 terminal, 20 ms at a time, on PJSIP's media thread."""

    def __init__(self, library: Any, task: Task) -> None:
        super().__init__()
        self._terminal: AudioTerminal | None = AudioTerminal(library, task)
        self.state = self._terminal.state
        self._samples = FFI.new("int16_t[]", FRAME)
        self._lock = threading.Lock()  # cffi gives up the GIL in the C call, in which the terminal must not be freed
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, FRAME_MS * 1000, 16)
        self.createPort("fax", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802  PJSIP's name
        with self._lock:
            if self._terminal is not None:
                self._terminal.transmit(self._samples)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf, frame.size = pj.ByteVector(bytes(FFI.buffer(self._samples))), OCTETS

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802  PJSIP's name
        heard = bytes(frame.buf)
        if len(heard) != OCTETS:
            heard = bytes(OCTETS)
        with self._lock:
            if self._terminal is not None:
                self._terminal.receive(FFI.from_buffer("int16_t[]", heard))

    def close(self) -> None:
        """The terminal ends, and a received file is closed."""
        with self._lock:
            if self._terminal is not None:
                self._terminal.free()
                self._terminal = None


class FaxMachineCall(pj.Call):  # type: ignore[misc]  # pjsua2 is untyped
    """A call with a fax terminal."""

    def __init__(self, account: Any, library: Any, task: Task, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.task, self.over = task, False
        self._library = library
        self.port: FaxPort | None = None
        self._ended: float | None = None

    def take(self) -> None:
        parameters = pj.CallOpParam(True)
        parameters.statusCode = pj.PJSIP_SC_OK
        self.answer(parameters)

    def onCallState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        self.over = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002, N802  PJSIP's name
        self.port = self.port or FaxPort(self._library, self.task)
        sound = self.getAudioMedia(-1)
        sound.startTransmit(self.port)
        self.port.startTransmit(sound)

    def step(self, now: float) -> None:
        """Hangs up after the fax; once the call is over, the terminal is closed."""
        if self.over:
            if self.port is not None:
                self.port.close()
        elif self.port is not None and self.port.state.code is not None:
            self._ended = self._ended or now
            if now - self._ended > LINGER:
                self._ended = float("inf")
                self.hangup(pj.CallOpParam(True))


class DemoFaxMachine(pj.Account):  # type: ignore[misc]  # pjsua2 is untyped
    """The account of the machine's number. ``library``: spandsp's (``fax_card.library.load``). ``to``: SIP URI of the centre's fax number. ``letter``: the text of what is sent."""

    def __init__(self, library: Any, folder: Path, to: str, letter: str) -> None:
        super().__init__()
        self._library, self._folder, self._to = library, folder, to
        self._calls: list[FaxMachineCall] = []
        self._done: deque[FaxMachineCall] = deque(maxlen=RESTING)
        self._number = 0
        self._makers: list[subprocess.Popen[bytes]] = []
        self._next = time.monotonic() + FIRST_AFTER
        self._settings = FaxSettings(FAX_NUMBER)
        text = folder / "letter.txt"
        text.write_text(letter, encoding="utf-8")
        self._letter = self._make(str(text), "-o", str(folder / LETTER), "--from", SENDER, "--to", "Huawu")

    def open(self) -> None:
        """After PJSIP's endpoint."""
        self.create(account_config(FAX_NUMBER))

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802  PJSIP's name
        self._number += 1
        path = self._folder / f"received-{self._number:03}.tif"
        call = FaxMachineCall(self, self._library, Task(False, str(path), self._settings), prm.callId)
        self._calls.append(call)
        call.take()

    def step(self, now: float) -> None:
        if now >= self._next and self._letter.poll() == 0:
            self._next = now + EVERY
            letter = str(self._folder / LETTER)
            call = FaxMachineCall(self, self._library, Task(True, letter, self._settings))
            call.makeCall(self._to, pj.CallOpParam(True))
            self._calls.append(call)
        for call in self._calls:
            call.step(now)
        for call in [each for each in self._calls if each.over]:
            self._calls.remove(call)
            self._done.append(call)
            self._tell(call)
        self._makers = [each for each in self._makers if each.poll() is None]

    def close(self) -> None:
        """All calls must be hung up before. PJSIP's objects go before its endpoint."""
        for call in self._calls:
            if call.port is not None:
                call.port.close()
        self._calls.clear()
        self._done.clear()
        self.shutdown()
        for each in self._makers:
            each.wait()

    def _tell(self, call: FaxMachineCall) -> None:
        state, path = call.port and call.port.state, Path(call.task.path)
        pages, code = (state.pages, state.code) if state else (0, None)
        print(f"fax {'sent' if call.task.sending else 'received'}: {pages} pages, code {code}, {path.name}", flush=True)  # noqa: T201  the demo's log
        if pages and not call.task.sending:
            self._make(str(path), "--pdf", str(path.with_suffix(".pdf")))

    def _make(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Pages by the product's own program; the machine goes on meanwhile."""
        command = [sys.executable, "-m", "switch_server.documents", *arguments]
        maker = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own program
        self._makers.append(maker)
        return maker
