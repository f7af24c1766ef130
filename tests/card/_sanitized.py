"""Mutated packets and random commands for a kernel that is compiled with checks of memory: ``python -m tests.card._sanitized LIBRARY FOLDER SEED TICKS``.

To be started with the sanitizer's runtime preloaded; it ends the process at the first fault.
"""

import ctypes
import sys
from pathlib import Path

from switch_server.card.kernel import Kernel
from switch_server.card.prompts import write_wave
from tests.card.twins import Script, Twins, on_one_processor
from tests.rtp_peer import sine


def main(library: str, folder: Path, seed: int, ticks: int) -> None:
    write_wave(folder / "one.wav", sine(700, 2500))
    with on_one_processor():
        twins = Twins(Kernel(ctypes.CDLL(library, use_errno=True)), folder, folder)
        script = Script(seed, twins, mutated=0.4)
        script.run(ticks)
        twins.compare()
    print("packets", script.count)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
