"""Lays out the demo's folder: what each program needs to start.

```
FOLDER/world/            accounts with PINs, stocks (outside any state folder of the product: a PIN is in none of those)
FOLDER/centre/huawu.yaml, FOLDER/centre/state/
FOLDER/branches/GZ01/    gateway key, gateway state, trading system state
```
"""

import shutil
import time
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from shared.enums import EndCause
from shared.link import keys
from switch_server.adapters.store import Store
from switch_server.services import demo_data
from switch_server.services.demo_data import DemoWorld

RESOURCES = Path(__file__).resolve().parent.parent.parent / "resources"
NUMBER = "95500"
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class Ports(Struct, frozen=True):
    """Chosen at start; ``sip`` may be asked for."""

    sip: int
    link: int


class DemoFolder:
    """Paths of one demo, and its world."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.centre = folder / "centre"
        self.config = self.centre / "huawu.yaml"
        self.state = self.centre / "state"
        self.world_files = folder / "world"
        self.world: DemoWorld = demo_data.generate(demo_data.read_stocks(RESOURCES / "demo" / "stocks.yaml"), seed)

    def branch(self, branch: str) -> Path:
        return self.folder / "branches" / branch

    def make(self, ip: str, ports: Ports) -> None:
        """Everything anew; what an earlier demo left in the same folder is removed. Raises ``OSError``."""
        for old in (self.centre, self.folder / "branches", self.world_files):
            shutil.rmtree(old, ignore_errors=True)
        self.state.mkdir(parents=True)
        demo_data.write(self.world, self.world_files)
        (self.state / "keys").mkdir(mode=0o700)
        keys.create(self.state / "keys" / "centre.key")
        for branch in self.world.branches:
            self.branch(branch.id).mkdir(parents=True)
            keys.create(self.branch(branch.id) / "gateway.key")
        self.config.write_text(self._configuration(ip, ports), encoding="utf-8")
        self._customers()

    def _configuration(self, ip: str, ports: Ports) -> str:
        networks = ["127.0.0.0/8", *(PRIVATE_NETWORKS if ip != "127.0.0.1" else ())]
        branches = [
            {
                "id": branch.id,
                "name": branch.name,
                "name_en": branch.name_en,
                "key": keys.load_public(self.branch(branch.id) / "gateway.key").decode(),
            }
            for branch in self.world.branches
        ]
        content = {
            "sip": {"ip": ip, "port": ports.sip},
            "media": {"cards": 2, "channels": 250},
            "trunks": [{"name": "city", "far": networks, "lines": 200, "options_interval": 0}],
            "branch_link": {"endpoint": f"tcp://127.0.0.1:{ports.link}"},
            "branches": branches,
        }
        head = "# The demo's switch server, made anew by ./run demo. 演示用配置，由 ./run demo 生成。\n"
        return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False)

    def _customers(self) -> None:
        store = Store(self.state / "huawu.db", lambda _event: None, clock=time.time)
        store.start()
        demo_data.put_into(self.world, store)
        store.stop()


class RecordingFound(Struct, frozen=True):
    path: Path
    seconds: float


def recordings(folder: Path) -> list[RecordingFound]:
    """Every playable stereo recording below ``folder``; A-law, so a second is 16,000 bytes."""
    found = []
    for path in sorted(folder.rglob("*.wav")):
        content = path.read_bytes()
        at = content.find(b"data")
        stereo = content[:4] == b"RIFF" and content[22:24] == b"\x02\x00"
        if stereo and at > 0:
            size = min(int.from_bytes(content[at + 4 : at + 8], "little"), len(content) - at - 8)
            found.append(RecordingFound(path, size / 16_000))
    return found


UNFINISHED = frozenset({EndCause.CARD_LOST.value, EndCause.FAULT.value, EndCause.RECONCILED.value})
"""Causes of a call's end that are no caller's doing: each is a failure of the demo."""


class Outcome(msgspec.Struct, frozen=True):
    """What the centre wrote down, read after it has stopped."""

    calls: int
    unfinished: int
    orders: int
    with_contract: int
    in_doubt: int


def outcome(state: Path) -> Outcome:
    """Reads the store."""
    store = Store(state / "huawu.db", lambda _event: None, clock=time.time)
    try:
        calls = store.read.calls(limit=100_000)
        orders = store.read.orders(limit=100_000)
    finally:
        store.stop()
    return Outcome(
        calls=sum(call["answered_at"] is not None for call in calls),
        unfinished=sum(call["ended_at"] is None or call["cause"] in UNFINISHED for call in calls),
        orders=len(orders),
        with_contract=sum(order.contract is not None for order in orders),
        in_doubt=sum(order.state in ("captured", "sent", "in_doubt") for order in orders),
    )
