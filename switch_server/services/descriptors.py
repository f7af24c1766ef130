"""File descriptors of the program, and the connections of strangers that could use them up."""

import resource
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shared.control_rows import Trouble, TroubleCode

WANTED: Final = 65_536
LOOK_EVERY: Final = 5.0
FEW_LEFT: Final = 0.8
"""The share of the descriptors in use from which there is an alarm."""
MANY_SILENT: Final = 200
"""Silent connections to the endpoints from which there is an alarm."""
_SYN_RECV: Final = "03"
_TABLE: Final = Path("/proc/net/tcp")


def raise_limit() -> None:
    """Raises the soft limit towards the hard one; child processes (cards) inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def limit() -> int:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return WANTED if soft == resource.RLIM_INFINITY else soft


def used() -> int:
    """The number of open descriptors (Linux; elsewhere 0); ``limit`` where not even their list can be opened."""
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except FileNotFoundError:
        return 0
    except OSError:
        return limit()


def silent_connections(table: str) -> Counter[int]:
    """By local port: connections that the kernel keeps until their peer says something (``shared.link.listening``), of ``/proc/net/tcp``."""
    rows = (line.split(None, 4) for line in table.splitlines()[1:])
    return Counter(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _SYN_RECV)


class DescriptorWatch:
    """The descriptors in use and the silent connections to the links' endpoints, as of the last ``look``."""

    def __init__(self) -> None:
        self._silent: Counter[int] = Counter()
        self._used = 0

    def look(self, endpoints: Iterable[str]) -> None:
        """Reads the system's tables; may take some ms."""
        ports = set(map(_port, endpoints))
        self._used = used()
        try:
            found = silent_connections(_TABLE.read_text(encoding="ascii"))
        except OSError:
            return  # no descriptor is left to read it, or this is no Linux
        self._silent = Counter({port: count for port, count in found.items() if port in ports})

    def silent(self, endpoint: str) -> dict[str, int]:
        """The count of an endpoint's silent connections, by its name."""
        return {"silent_connections": self._silent[_port(endpoint)]}

    def troubles(self) -> tuple[Trouble | None, Trouble | None]:
        """Few descriptors left; many silent connections."""
        few = self._used > FEW_LEFT * limit()
        silent = self._silent.total()
        return (
            Trouble(TroubleCode.FEW_DESCRIPTORS, str(self._used), str(limit())) if few else None,
            Trouble(TroubleCode.SILENT_CONNECTIONS, str(silent)) if silent >= MANY_SILENT else None,
        )


def _port(endpoint: str) -> int:
    port = endpoint.rpartition(":")[2]
    return int(port) if port.isdecimal() else -1
