"""A private X server without a screen: Xvfb, which picks a free display number itself, so that several can run together."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def x_server(size: str = "1366x768x24") -> Iterator[dict[str, str]]:
    """Starts Xvfb and yields the environment for programs that draw on it. Raises ``OSError`` where Xvfb is not installed."""
    ours, its = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(its), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(its,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(its)
    try:
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        if not number:
            _, errors = server.communicate(timeout=30)
            raise OSError(f"Xvfb did not start: {errors.decode(errors='replace')}")
        environment = {
            name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
        }
        yield {**environment, "DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait(30)
        if server.stderr is not None:
            server.stderr.close()
