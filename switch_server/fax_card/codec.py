"""G.711 by spandsp, a frame at a time, in memory that all channels share."""

from typing import Any

from shared.enums import Law
from switch_server.fax_card import FRAME
from switch_server.fax_card.library import FFI, NULL

_MODES = {Law.A: 0, Law.MU: 1}


class Codec:
    """``samples`` (``int16_t[FRAME]``) is what ``decode`` fills and ``encode`` reads; each call's result is valid until the next one."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._states = {law: library.g711_init(NULL, mode) for law, mode in _MODES.items()}
        self.samples = FFI.new("int16_t[]", FRAME)
        self._coded = FFI.new("uint8_t[]", FRAME)

    def decode(self, frame: bytes, law: Law) -> Any:
        self._library.g711_decode(self._states[law], self.samples, frame, FRAME)
        return self.samples

    def encode(self, law: Law) -> bytes:
        self._library.g711_encode(self._states[law], self._coded, self.samples, FRAME)
        return bytes(FFI.buffer(self._coded))
