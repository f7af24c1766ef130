"""The machine's T.30 terminal (spandsp 0.0.6 by cffi), over audio or T.38."""

import os
from collections.abc import Callable
from typing import Any

import cffi

ffi: Any = cffi.FFI()
ffi.cdef("""
typedef struct { int bit_rate, ecm, pages_tx, pages_rx, more[40]; } stats;
void *fax_init(void *s, int calling);
int fax_free(void *s);
int fax_rx(void *s, int16_t *amp, int len);
int fax_tx(void *s, int16_t *amp, int len);
void fax_set_transmit_on_idle(void *s, int on);
void *fax_get_t30_state(void *s);
void t30_set_tx_file(void *s, const char *file, int first, int last);
void t30_set_rx_file(void *s, const char *file, int last);
int t30_set_tx_ident(void *s, const char *ident);
const char *t30_get_rx_ident(void *s);
int t30_set_ecm_capability(void *s, int on);
int t30_set_supported_modems(void *s, int modems);
int t30_set_supported_compressions(void *s, int which);
int t30_set_supported_resolutions(void *s, int which);
int t30_set_supported_image_sizes(void *s, int which);
int t30_set_rx_encoding(void *s, int encoding);
void t30_set_phase_e_handler(void *s, void (*handler)(void *, void *, int), void *user);
void t30_get_transfer_statistics(void *s, stats *t);
void t30_terminate(void *s);
void *t38_terminal_init(void *s, int calling, int (*handler)(void *, void *, const uint8_t *, int, int), void *user);
int t38_terminal_send_timeout(void *s, int samples);
void *t38_terminal_get_t30_state(void *s);
void *t38_terminal_get_t38_core_state(void *s);
int t38_core_rx_ifp_packet(void *s, const uint8_t *buf, int len, uint16_t seq);
""")
lib: Any = ffi.dlopen("libspandsp.so.2")
SAMPLES = 160
MODEMS = {"v27ter": 1, "v29": 3, "v17": 7}


class Terminal:
    """``code``: the completion code, ``None`` until the end. ``pages``: confirmed or received."""

    def __init__(self, t30: Any, *, send: str, receive: str, ident: str, ecm: bool, modems: str) -> None:
        self._t30 = t30
        self.code: int | None = None
        self.handle = ffi.new_handle(self)
        lib.t30_set_tx_ident(t30, ident.encode())
        lib.t30_set_ecm_capability(t30, int(ecm))
        lib.t30_set_supported_modems(t30, MODEMS[modems])
        lib.t30_set_supported_compressions(t30, 14)
        lib.t30_set_supported_resolutions(t30, 0x20007)
        lib.t30_set_supported_image_sizes(t30, 0x70001)
        lib.t30_set_rx_encoding(t30, 3)
        if send:
            lib.t30_set_tx_file(t30, os.fsencode(send), -1, -1)
        if receive:
            lib.t30_set_rx_file(t30, os.fsencode(receive), -1)
        lib.t30_set_phase_e_handler(t30, _ended, self.handle)

    @property
    def remote(self) -> str:
        text = lib.t30_get_rx_ident(self._t30)
        return "" if text == ffi.NULL else ffi.string(text).decode("latin-1")

    @property
    def received(self) -> int:
        """Pages that are in the file."""
        statistics = ffi.new("stats *")
        lib.t30_get_transfer_statistics(self._t30, statistics)
        return int(statistics.pages_rx)

    def terminate(self) -> None:
        if self.code is None:
            lib.t30_terminate(self._t30)


class Audio:
    """``hear`` and ``say`` 160 samples (bytes of 16-bit linear audio)."""

    def __init__(self, *, send: str = "", receive: str = "", **options: Any) -> None:
        self._fax = lib.fax_init(ffi.NULL, int(bool(send)))
        lib.fax_set_transmit_on_idle(self._fax, 1)
        self.terminal = Terminal(lib.fax_get_t30_state(self._fax), send=send, receive=receive, **options)
        self._out = ffi.new("int16_t[]", SAMPLES)

    def hear(self, linear: bytes) -> None:
        lib.fax_rx(self._fax, ffi.cast("int16_t *", ffi.from_buffer(linear)), SAMPLES)

    def say(self) -> bytes:
        lib.fax_tx(self._fax, self._out, SAMPLES)
        return bytes(ffi.buffer(self._out))

    def close(self) -> None:
        self.terminal.terminate()
        lib.fax_free(self._fax)


class T38:
    """``send_ifp(ifp, copies)`` is called for each IFP packet that goes out."""

    def __init__(
        self, send_ifp: Callable[[bytes, int], None], *, send: str = "", receive: str = "", **options: Any
    ) -> None:
        self.send_ifp = send_ifp
        self._handle = ffi.new_handle(self)
        self._fax = lib.t38_terminal_init(ffi.NULL, int(bool(send)), _packet, self._handle)
        self._core = lib.t38_terminal_get_t38_core_state(self._fax)
        self.terminal = Terminal(lib.t38_terminal_get_t30_state(self._fax), send=send, receive=receive, **options)

    def hear(self, seq: int, ifp: bytes) -> None:
        lib.t38_core_rx_ifp_packet(self._core, ifp, len(ifp), seq)

    def tick(self) -> None:
        lib.t38_terminal_send_timeout(self._fax, SAMPLES)


@ffi.callback("void(void *, void *, int)")
def _ended(_: Any, user: Any, code: int) -> None:
    terminal = ffi.from_handle(user)
    if terminal.code is None:
        terminal.code = code


@ffi.callback("int(void *, void *, const uint8_t *, int, int)")
def _packet(_: Any, user: Any, ifp: Any, length: int, copies: int) -> int:
    ffi.from_handle(user).send_ifp(bytes(ffi.buffer(ifp, length)), copies)
    return 0
