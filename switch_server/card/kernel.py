"""The compiled part of a tick: ``kernel.c`` on the memory of the card's numpy arrays.

``Kernel`` has the C struct. ``bind`` gives it arrays, by the names of the struct's members; an array stays alive as long as it is bound.
"""

import ctypes
import enum
import functools
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.kernel_library import SOURCE, NoKernel

_STRUCT = re.compile(r"^struct kernel \{$(.*?)^\};$", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(r"^    [\w ]+[ *](\w+);", re.MULTILINE)
FUNCTIONS = (
    "receive", "sort", "pop", "fill", "record", "headers", "send", "detect", "tones", "advance", "media", "run",
)  # fmt: skip


def members() -> list[str]:
    """The names of the struct's members, in order; each has 8 bytes."""
    found = _STRUCT.search(SOURCE.read_text(encoding="utf-8"))
    return _MEMBER.findall(found[1]) if found else []


class Stage(enum.IntEnum):
    """How far ``kernel_run`` has come in the tick that Python goes on with."""

    NOT_BEGUN = 0
    RECEIVED = 1
    POPPED = 2
    SENT = 3


class Kernel:
    """``receive`` and so on are the C functions; ``values`` is the struct, whose integers can be read and set."""

    def __init__(self, library: ctypes.CDLL) -> None:
        fields = [(name, ctypes.c_int64) for name in members()]
        self.values: Any = type("Struct", (ctypes.Structure,), {"_fields_": fields})()
        library.kernel_bytes.restype = ctypes.c_int64
        if library.kernel_bytes() != ctypes.sizeof(self.values):
            raise NoKernel("the library's struct is another one")
        self.stage = Stage.NOT_BEGUN
        self._names = frozenset(name for name, _ in fields)
        self._bound: dict[str, Any] = {}
        address = ctypes.addressof(self.values)
        for name in FUNCTIONS:
            function = getattr(library, f"kernel_{name}")
            function.argtypes = (ctypes.c_void_p, ctypes.c_int64) if name == "sort" else (ctypes.c_void_p,)
            function.restype = ctypes.c_int64 if name in {"receive", "pop", "run"} else None
            setattr(self, name, functools.partial(function, address))
        self._interleave = library.kernel_interleave
        self._interleave.argtypes = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p
        self._interleave.restype = None
        self._address = address

    def interleave(self, slot: int, frames: int) -> npt.NDArray[np.uint8]:
        """``Recorder.interleave``."""
        both = np.empty(2 * FRAME * frames, np.uint8)
        self._interleave(self._address, slot, frames, both.ctypes.data)
        return both

    receive: Any
    sort: Any
    pop: Any
    fill: Any
    record: Any
    headers: Any
    send: Any
    detect: Any
    tones: Any
    advance: Any
    media: Any
    run: Any

    def bind(self, arrays: dict[str, npt.NDArray[Any]], **numbers: int) -> None:
        """Gives the struct the arrays' memory, and integers; an array must be contiguous."""
        for name, array in arrays.items():
            if name not in self._names or not array.flags.c_contiguous:
                raise ValueError(f"{name}: no member of the struct, or its array is not contiguous")
            self._bound[name] = array
            setattr(self.values, name, array.ctypes.data)
        for name, number in numbers.items():
            setattr(self.values, name, number)
