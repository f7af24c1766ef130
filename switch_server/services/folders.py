"""Default places: the switch's state folder and the demonstration's.

The state folder (``state:`` in the configuration) holds ``control.sock``, ``journal/``, ``huawu.db``, ``orders.db``, ``recordings/`` …
The demonstration's folder holds ``world/`` (with the invented PINs) beside ``centre/state/``, never in it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

STATE_VARIABLE = "HUAWU_STATE"
DEMO_VARIABLE = "HUAWU_DEMO"
RESOURCES = Path(__file__).resolve().parents[2] / "resources"
"""The product's own flows, prompts and texts."""
HERE = Path("state")
SYSTEM = Path("/var/lib/huawu")
JOURNAL = "journal"
"""Folder of the event journal in the state folder."""


def demo_folder(environ: Mapping[str, str]) -> Path:
    given = environ.get(DEMO_VARIABLE, "")
    return Path(given) if given else HERE / "demo"


def demo_world(folder: Path) -> Path:
    """Customers with accounts and PINs of the demonstration in ``folder``."""
    return folder / "world"


def demo_state(folder: Path) -> Path:
    """State folder of the switch of the demonstration in ``folder``."""
    return folder / "centre" / "state"


def state_candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """The possible state folders of a switch, the most likely first; only the named one if the environment names one."""
    if given := environ.get(STATE_VARIABLE, ""):
        yield Path(given)
        return
    demo = demo_state(demo_folder(environ))
    yield from (demo, HERE, SYSTEM) if DEMO_VARIABLE in environ else (HERE, SYSTEM, demo)
