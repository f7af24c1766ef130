"""The input of a start or a reload: configuration file and flows, checked together, and the prompts of the flows' free texts."""

from pathlib import Path

import msgspec

from shared.ids import StockCode
from switch_server.core.flow import Flow, texts_of
from switch_server.core.words import SwitchConfig
from switch_server.services.config_file import ServerConfig, callable_trunks, load_config, queue_names
from switch_server.services.flows import flow_context, load_flows
from switch_server.services.folders import RESOURCES
from switch_server.services.free_text import FreeText, FreeTextError
from switch_server.services.strict_yaml import Complaint, ConfigError

FAX_FOLDER = "fax"
"""In the state folder: the pages of faxes."""


class SwitchSettings(msgspec.Struct, frozen=True):
    """Configuration file and flows, checked together; a reload replaces them."""

    file: Path
    server: ServerConfig
    core: SwitchConfig
    flows: tuple[Flow, ...]

    @property
    def state(self) -> Path:
        return (self.file.parent / self.server.state).resolve()

    @property
    def prompts(self) -> list[Path]:
        return prompt_folders(self.file, self.server)


def prompt_folders(file: Path, server: ServerConfig) -> list[Path]:
    """The prompt folders of the cards: the configured folders, espeak-ng's cache, the product's own."""
    own = [(file.parent / folder).resolve() for folder in server.prompts]
    return [*own, _spoken(file, server), RESOURCES / "prompts"]


def read_settings(file: Path) -> SwitchSettings:
    """Raises ``ConfigError`` with all faults."""
    server, _ = load_config(file)
    around = flow_context(prompt_folders(file, server), callable_trunks(server), queue_names(server))
    flows = load_flows((file.parent / server.flows).resolve() if server.flows else RESOURCES / "flows", around)
    _speak_texts(file, server, flows)
    names = frozenset.intersection(*around.prompts.values())
    core = SwitchConfig(
        trunks=server.trunks,
        branches=tuple(branch.id for branch in server.branches),
        stocks=frozenset(StockCode(name.removeprefix("stock/")) for name in names if name.startswith("stock/")),
        recordings=str((file.parent / server.state / "recordings").resolve()),
        limits=server.limits,
        queues=server.queues,
        dispositions=server.dispositions,
        fax=server.fax,
        fax_spool=str((file.parent / server.state / FAX_FOLDER).resolve()),
    )
    return SwitchSettings(file, server, core, flows)


def _speak_texts(file: Path, server: ServerConfig, flows: tuple[Flow, ...]) -> None:
    """Makes the missing prompts of the flows' free texts. Raises ``ConfigError``."""
    try:
        FreeText(_spoken(file, server)).prepare(text for flow in flows for text in texts_of(flow))
    except (FreeTextError, OSError) as error:
        raise ConfigError(Complaint(server.flows or "flows", 0, "text", str(error))) from error


def _spoken(file: Path, server: ServerConfig) -> Path:
    return (file.parent / server.state / "prompts").resolve()
