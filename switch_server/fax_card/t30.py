"""A T.30 terminal (ITU-T T.30): what audio and T.38 have in common, and the terminal over audio.

spandsp reports by C callbacks, which run inside ``fax_rx``, ``fax_tx`` and their T.38 counterparts: one static callback of each kind finds
the terminal by its handle and only notes what it was told. Frames' first octets are spandsp's, in the order of bits on the line.
"""

import os
from dataclasses import dataclass
from typing import Any, Final

from shared.fax import FaxModem
from switch_server.core.words import FaxSettings
from switch_server.fax_card import FRAME
from switch_server.fax_card.library import FFI, NULL
from switch_server.fax_card.results import CALL_DROPPED, FILE_ERROR, NO_DCN, OPERATOR_STOPPED, T30_OK

LONGEST_PATH: Final = 255
"""Bytes of a file's name that spandsp 0.0.6 keeps."""
LONGEST_IDENT: Final = 20
_V27TER, _V29, _V17 = 1, 2, 4
_MODEMS = {FaxModem.V27TER: _V27TER, FaxModem.V29: _V27TER | _V29, FaxModem.V17: _V27TER | _V29 | _V17}
_ALL_COMPRESSIONS: Final = 2 | 4 | 8  # MH, MR, MMR
_RESOLUTIONS: Final = 1 | 2 | 4 | 0x20000  # standard, fine and super-fine, at 8 pels/mm
_SIZES: Final = 1 | 0x10000 | 0x20000 | 0x40000  # 215 mm wide; A4, B4 and unlimited length
_T6: Final = 3
_DCS, _CFR, _MCF, _RTP, _PIP, _EOP, _PPS = 0x82, 0x84, 0x8C, 0xCC, 0xAC, 0x2E, 0xBE
_CONFIRMS = frozenset({_MCF, _RTP, _PIP})
_SPEEDS: dict[int, tuple[FaxModem, int]] = {
    0x20: (FaxModem.V17, 14400), 0x28: (FaxModem.V17, 12000), 0x24: (FaxModem.V17, 9600), 0x2C: (FaxModem.V17, 7200),
    0x04: (FaxModem.V29, 9600), 0x0C: (FaxModem.V29, 7200), 0x08: (FaxModem.V27TER, 4800), 0x00: (FaxModem.V27TER, 2400),
}  # fmt: skip
"""Bits 11 to 14 of DCS (T.30, table 2)."""


@dataclass(frozen=True)
class Task:
    """What a session does: sends ``path`` from ``first_page`` (from 0) on, or receives to ``path``."""

    sending: bool
    path: str
    settings: FaxSettings
    first_page: int = 0


class T30State:
    """The progress of a session, as spandsp's callbacks note it. ``code``: T.30's completion code, ``None`` until phase E."""

    def __init__(self, library: Any, t30: Any, task: Task) -> None:
        self._library, self._t30, self.task = library, t30, task
        self._handle = FFI.new_handle(self)
        self._stats = FFI.new("t30_stats_t *")
        self.heard = self.trained = False  # a frame of the far machine has come; training has succeeded
        self.stopping = False
        """Ends the session with a DCN at the next answer of phase B or D."""
        self.frames = 0
        self.complete = False
        """The last page has been said to be the last, and has been confirmed: only the DCN is missing."""
        self._last_page = False
        self.modem: FaxModem | None = None
        self.bit_rate = self.pages = self.resends = self.bad_rows = 0
        self.ecm = False
        self.code: int | None = None
        self._prepare()

    @property
    def remote(self) -> str:
        """The far machine's TSI or CSI."""
        ident = self._library.t30_get_rx_ident(self._t30)
        text = "" if ident == NULL else FFI.string(ident, 64).decode("latin-1").strip()
        return "".join(char for char in text if char.isprintable())[:LONGEST_IDENT]

    def terminate(self) -> None:
        """The line is gone: phase E follows at once, and completed pages are kept. Not to be called by a callback."""
        if self.code is None:
            if self.complete:
                self.code = T30_OK if self.task.sending else NO_DCN
            self._library.t30_terminate(self._t30)
            if self.code is None:
                self.code = CALL_DROPPED

    def _prepare(self) -> None:
        library, t30, settings = self._library, self._t30, self.task.settings
        path = os.fsencode(self.task.path)
        if len(path) > LONGEST_PATH or not _is_ready(self.task):
            self.code = FILE_ERROR
        ident = settings.ident.encode("ascii", "replace")[:LONGEST_IDENT]
        library.t30_set_tx_ident(t30, ident)
        library.t30_set_ecm_capability(t30, int(settings.ecm))
        library.t30_set_supported_modems(t30, _MODEMS[settings.fastest])
        library.t30_set_supported_compressions(t30, _ALL_COMPRESSIONS)
        library.t30_set_supported_resolutions(t30, _RESOLUTIONS)
        library.t30_set_supported_image_sizes(t30, _SIZES)
        library.t30_set_rx_encoding(t30, _T6)
        library.t30_set_phase_b_handler(t30, _phase_b, self._handle)
        library.t30_set_phase_d_handler(t30, _phase_d, self._handle)
        library.t30_set_phase_e_handler(t30, _phase_e, self._handle)
        library.t30_set_real_time_frame_handler(t30, _frame, self._handle)
        if self.task.sending:
            library.t30_set_tx_file(t30, path, self.task.first_page, -1)
        else:
            library.t30_set_rx_file(t30, path, -1)

    # --- noted by the callbacks ---

    def note_frame(self, frame: bytes, *, received: bool) -> None:
        self.heard |= received
        self.frames += 1
        kind = frame[2] & 0xFE
        if received is not self.task.sending:
            ends = frame[3] if kind == _PPS and len(frame) > 3 else kind
            self._last_page = ends & 0xFE == _EOP
        else:
            self.complete = self._last_page and kind == _MCF
        if kind == _DCS and len(frame) > 4:
            self.modem, self.bit_rate = _SPEEDS.get(frame[4] & 0x3C, (None, 0))
        elif kind == _CFR:
            self._read()
            self.trained = True
        elif not self.task.sending and not received and kind in _CONFIRMS:
            self.pages = self._read().pages_rx

    def note_page(self, answer: int) -> None:
        """Phase D: a page has been sent and answered, or received and is about to be answered."""
        self._read()
        if self.task.sending and answer & 0xFE in _CONFIRMS:
            self.pages += 1

    def note_end(self, code: int) -> None:
        if self.code is None:
            self.code = code

    def _read(self) -> Any:
        stats = self._stats
        self._library.t30_get_transfer_statistics(self._t30, stats)
        self.ecm = bool(stats.error_correcting_mode)
        self.bad_rows = stats.bad_rows
        self.resends = max(self.resends, stats.error_correcting_mode_retries)
        return stats


class AudioTerminal:
    """A T.30 terminal over 16-bit audio at 8 kHz: ``receive`` and ``transmit`` a frame each tick."""

    t38 = False

    def __init__(self, library: Any, task: Task) -> None:
        self._library = library
        self._fax = library.fax_init(NULL, int(task.sending))
        if self._fax == NULL:
            raise MemoryError("fax_init")
        library.fax_set_transmit_on_idle(self._fax, 1)
        self.state = T30State(library, library.fax_get_t30_state(self._fax), task)

    def receive(self, samples: Any) -> None:
        """``samples``: ``int16_t[FRAME]``."""
        self._library.fax_rx(self._fax, samples, FRAME)

    def transmit(self, samples: Any) -> None:
        """Fills ``int16_t[FRAME]``."""
        self._library.fax_tx(self._fax, samples, FRAME)

    def free(self) -> None:
        """The terminal is not used any more; a received page's file is closed."""
        self.state.terminate()
        self._library.fax_free(self._fax)


def _is_ready(task: Task) -> bool:
    """Whether the file can be read, or the folder of a new file exists."""
    if task.sending:
        return os.access(task.path, os.R_OK)
    return os.access(os.path.dirname(task.path) or ".", os.W_OK)  # noqa: PTH120  # bytes and odd names pass unchanged


@FFI.callback("t30_phase_b_handler_t")  # type: ignore[untyped-decorator]  # cffi has no types
def _phase_b(_: Any, user: Any, __: int) -> int:
    return OPERATOR_STOPPED if FFI.from_handle(user).stopping else T30_OK


@FFI.callback("t30_phase_d_handler_t")  # type: ignore[untyped-decorator]  # cffi has no types
def _phase_d(_: Any, user: Any, answer: int) -> int:
    state = FFI.from_handle(user)
    state.note_page(answer)
    return OPERATOR_STOPPED if state.stopping else T30_OK


@FFI.callback("t30_phase_e_handler_t")  # type: ignore[untyped-decorator]  # cffi has no types
def _phase_e(_: Any, user: Any, code: int) -> None:
    FFI.from_handle(user).note_end(code)


@FFI.callback("t30_real_time_frame_handler_t")  # type: ignore[untyped-decorator]  # cffi has no types
def _frame(_: Any, user: Any, received: int, frame: Any, length: int) -> None:
    if length > 2:
        FFI.from_handle(user).note_frame(bytes(FFI.buffer(frame, length)), received=bool(received))
