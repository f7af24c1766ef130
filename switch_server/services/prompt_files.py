"""Checks of prompt files. A card plays 8 kHz mono WAV in A-law, µ-law or 16-bit PCM; files are checked when flows are loaded, not during a call."""

import struct
from pathlib import Path

_FORMATS = frozenset({(6, 1, 8000, 8), (7, 1, 8000, 8), (1, 1, 8000, 16)})
"""(format, channels, rate, bits)."""
ALLOWED = "allowed: WAV, 8 kHz, mono, A-law, µ-law or 16-bit PCM"


def problem(path: Path) -> str:
    """The fault of a prompt's file, for people; empty if there is none. Reads only the chunks' headers."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
                return f"not a WAV file; {ALLOWED}"
            form: tuple[int, ...] = ()
            while len(chunk := file.read(8)) == 8:
                name, size = struct.unpack("<4sI", chunk)
                if name == b"data":
                    break
                body = file.read(size + (size & 1))
                if name == b"fmt " and len(body) >= 16:
                    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
                    form = kind, channels, rate, bits
            else:
                return f"no sound in it; {ALLOWED}"
    except OSError as error:
        return error.strerror or str(error)
    return "" if form in _FORMATS else f"format, channels, rate, bits are {form or 'not there'}; {ALLOWED}"
