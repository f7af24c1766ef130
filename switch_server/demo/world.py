"""The demo's folder: files that the demo's programs read, made anew at each start.

```
FOLDER/world/            accounts with PINs, stocks (outside any state folder of the product: a PIN is in none of those)
FOLDER/centre/huawu.yaml, FOLDER/centre/state/
FOLDER/branches/GZ01/    gateway key, gateway state, trading system state
FOLDER/outside/          voices of the outside telephones
FOLDER/fax/              the outside fax machine: its letter, and what has arrived there (TIFF, PDF, first page as PNG)
FOLDER/desks/desk-1/     an agent's desk: its key file (desk.key), and its app's settings
```
"""

import shutil
import time
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from shared.ids import DeskId
from shared.link import keys
from shared.link.rights import own_folder
from switch_server.adapters.store import Store
from switch_server.demo.telephones import FAX_NUMBER, SLOTS
from switch_server.services import demo_data
from switch_server.services.demo_data import DemoWorld
from switch_server.services.folders import RESOURCES

NUMBER, OWN_FAX = "95500", "95501"
"""The centre's numbers for calls and for faxes (``resources/flows``)."""
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class DemoPorts(Struct, frozen=True):
    """Ports chosen at start, ``sip`` by ``--port`` if it is free. ``outside``: the outside telephones' SIP port; ``None``: no outside trunk."""

    sip: int
    link: int
    desks: int
    outside: int | None = None


class DemoFolder:
    """The paths of one demo, and its invented customers, agents and branches (``world``)."""

    def __init__(self, folder: Path, seed: int, agents: int = demo_data.AGENTS) -> None:
        self.folder = folder
        self.centre = folder / "centre"
        self.config = self.centre / "huawu.yaml"
        self.state = self.centre / "state"
        self.world_files = folder / "world"
        self.outside = folder / "outside"
        self.fax = folder / "fax"
        self.world: DemoWorld = demo_data.generate(
            demo_data.read_stocks(RESOURCES / "demo" / "stocks.yaml"), seed, agents=agents
        )

    def branch(self, branch: str) -> Path:
        return self.folder / "branches" / branch

    def desk(self, desk: str) -> Path:
        return self.folder / "desks" / desk

    def make(self, ip: str, ports: DemoPorts) -> None:
        """Makes all files anew, and removes those of an earlier demo in the same folder. Raises ``OSError``."""
        made = (self.centre, self.folder / "branches", self.folder / "desks", self.outside, self.fax, self.world_files)
        for old in made:
            shutil.rmtree(old, ignore_errors=True)
        own_folder(self.folder)
        self.state.mkdir(parents=True)
        demo_data.write(self.world, self.world_files)
        (self.state / "keys").mkdir(mode=0o700)
        keys.create(self.state / "keys" / "centre.key")
        for branch in self.world.branches:
            self.branch(branch.id).mkdir(parents=True)
            keys.create(self.branch(branch.id) / "gateway.key")
        self.config.write_text(self._configuration(ip, ports), encoding="utf-8")
        self._people(f"tcp://{ip}:{ports.desks}")

    def _configuration(self, ip: str, ports: DemoPorts) -> str:
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
            "trunks": [
                {"name": "city", "far": networks, "lines": 200, "options_interval": 0},
                *outside_trunk(ports.outside),
            ],
            "branch_link": {"endpoint": f"tcp://127.0.0.1:{ports.link}"},
            "branches": branches,
            "desk_link": {"endpoint": f"tcp://{ip}:{ports.desks}"},
            "fax": {
                "ident": OWN_FAX,
                "header": "华务证券 Huawu",
                "keyed": [FAX_NUMBER],
                "numbers": {"*": demo_data.GROUP},
            },
            "queues": yaml.safe_load((RESOURCES / "demo" / "queues.yaml").read_text(encoding="utf-8")),
        }
        head = "# The demo's switch server, made anew by ./run demo. 演示用配置，由 ./run demo 生成。\n"
        return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False)

    def _people(self, endpoint: str) -> None:
        """Writes customers, agents and the keys of their desks into the store, before the switch opens it."""
        desks = {agent.desk: self.desk_key(agent.desk, endpoint) for agent in self.world.agents}
        store = Store(self.state / "huawu.db", lambda _event: None, clock=time.time)
        store.start()
        demo_data.put_into(self.world, store)
        demo_data.put_agents_into(self.world, store.agents, desks)
        store.stop()

    def desk_key(self, desk: DeskId, endpoint: str) -> str:
        """Writes a desk's key file, as ``switchctl desk add`` does; returns the public key."""
        pair = keys.make()
        content = {
            "desk": desk,
            "endpoint": endpoint,
            "server_key": keys.load_public(self.state / "keys" / "centre.pub").decode(),
            "public_key": pair.public.decode(),
            "secret_key": pair.secret.decode(),
        }
        self.desk(desk).mkdir(parents=True, mode=0o700)
        file = self.desk(desk) / "desk.key"
        file.touch(mode=0o600)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(content)))
        return pair.public.decode()


def outside_trunk(port: int | None) -> list[dict[str, object]]:
    """The trunk to and from the outside telephones; no trunk without a port. PJSIP has no T.38."""
    if port is None:
        return []
    return [{"name": "outside", "far": [f"127.0.0.1:{port}"], "lines": SLOTS, "fax": "audio"}]
