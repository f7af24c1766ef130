"""The bounds of a renderer's process, set by itself before it reads anything of a document."""

import os
import resource
import signal
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space; the libraries take a quarter of it."""
SECONDS: Final = 30
FILE_MAX: Final = 64_000_000
"""Bytes of a written file: at 14,400 bit/s they take ten hours."""
FILES: Final = 32
_NICE: Final = 10


def confine() -> None:
    """From here on the process dies of too much time (``SIGXCPU``, ``SIGALRM``) and fails on too much memory, too long and too many files.

    The signals kill also where the switch has died and nobody waits any more.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails with EFBIG instead
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, FILE_MAX),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
    signal.alarm(SECONDS)
    os.nice(_NICE)
