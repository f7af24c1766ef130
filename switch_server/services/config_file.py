"""The switch server's configuration file (``huawu.yaml``): its keys, and the checks that types can't make.

Paths are relative to the file's folder. ``resources/huawu.example.yaml`` shows every key.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from shared.desk import Choice
from shared.enums import Language
from shared.ids import BranchId, QueueName, TrunkName
from switch_server.core.words import DISPOSITIONS, FaxRules, Limits, Queue, SwitchConfig, Trunk
from switch_server.services.fax_checks import wrong_fax
from switch_server.services.queue_checks import wrong_dispositions, wrong_queues
from switch_server.services.strict_yaml import Complaint, ConfigError, Document, load
from switch_server.services.trunk_checks import is_far, wrong_names, wrong_rules, wrong_together


class SipSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The SIP address (UDP). ``ip`` is written into our Contact and SDP, so it must be an address that the far end can reach, not 0.0.0.0."""

    ip: str = "127.0.0.1"
    port: int = 5060


class MediaSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Voice cards: the number of processes, and the channels of each; and the channels of the fax card (0: none)."""

    cards: int = 2
    channels: int = 500
    fax_channels: int = 32
    ip: str = ""
    """Empty: the address of ``sip``."""


class BranchSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """营业部. ``key``: the gateway's CURVE public key (Z85, 40 characters), printed by ``branch-gateway keys FILE``."""

    id: BranchId
    name: str
    name_en: str = ""
    key: str = ""


class BranchLinkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The endpoint to which gateways connect."""

    endpoint: str = "tcp://127.0.0.1:5580"
    ask_timeout: float = 5.0
    order_timeout: float = 10.0


class DeskLinkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The endpoint to which agents' desks (座席) connect."""

    endpoint: str = "tcp://127.0.0.1:5581"


class ServerConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    trunks: tuple[Trunk, ...]
    branches: tuple[BranchSettings, ...] = ()
    sip: SipSettings = SipSettings()
    media: MediaSettings = MediaSettings()
    branch_link: BranchLinkSettings = BranchLinkSettings()
    desk_link: DeskLinkSettings = DeskLinkSettings()
    queues: tuple[Queue, ...] = SwitchConfig().queues
    dispositions: tuple[Choice, ...] = DISPOSITIONS
    limits: Limits = Limits()
    fax: FaxRules = FaxRules()
    wrong_pins_per_day: int = 5
    """For an account; after that it is locked until an operator unlocks it."""
    wrong_pins_per_number: int = 20
    """For a calling number and day (never less than ``wrong_pins_per_day``); after that no PIN is tried from the number until the next day.
    All withheld numbers together have ten times as many."""
    state: str = "state"
    """Folder for the store, journals, recordings, keys and the control socket."""
    flows: str = ""
    """Folder of flows; empty: the product's own flows (``resources/flows``)."""
    prompts: tuple[str, ...] = ()
    """Folders that are searched before the product's own prompts (studio recordings)."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def number_limit(self) -> int:
        """Wrong PINs a day of a calling number, never fewer than an account's: many customers of a company may call from one number."""
        return max(self.wrong_pins_per_number, self.wrong_pins_per_day)


def load_config(file: Path) -> tuple[ServerConfig, Document]:
    """Raises ``ConfigError`` with file, line, key and allowed values."""
    config, document = load(file, ServerConfig)
    complaints = [
        *_trunks(config, document),
        *_branches(config, document),
        *(document.complaint(*wrong) for wrong in wrong_queues(config.queues)),
        *(document.complaint(*wrong) for wrong in wrong_dispositions(config.dispositions)),
        *(document.complaint(*wrong) for wrong in wrong_fax(config.fax)),
        *_values(config, document),
        *_folders(file.parent, config, document),
    ]
    if complaints:
        raise ConfigError(*complaints)
    return config, document


def callable_trunks(config: ServerConfig) -> frozenset[TrunkName]:
    """The trunks over which a flow may dial."""
    return frozenset(trunk.name for trunk in config.trunks if trunk.direction != "in")


def branch_name(config: ServerConfig, branch: BranchId) -> dict[Language, str]:
    """The branch's name in each language; its id where the configuration has no such branch."""
    found = {each.id: each for each in config.branches}.get(branch, BranchSettings(branch, branch))
    return {Language.ZH: found.name, Language.EN: found.name_en or found.name}


def queue_names(config: ServerConfig) -> frozenset[QueueName]:
    return frozenset(queue.name for queue in config.queues)


def desk_endpoint(config: ServerConfig) -> str:
    """The endpoint for desks: ``*`` means all addresses of this machine, of which ``sip`` names a reachable one."""
    return config.desk_link.endpoint.replace("*", config.sip.ip)


def _trunks(config: ServerConfig, document: Document) -> Iterator[Complaint]:
    names = [trunk.name for trunk in config.trunks]
    if not names:
        yield document.complaint(("trunks",), "at least one trunk, or nobody can call")
    for index, trunk in enumerate(config.trunks):
        here = ("trunks", index)
        if names.index(trunk.name) != index:
            yield document.complaint((*here, "name"), f"{trunk.name!r} stands twice")
        for key, text in _wrong_in(trunk):
            yield document.complaint((*here, *key), text)
    for path, text in wrong_together(config.trunks):
        yield document.complaint(path, text)


def _wrong_in(trunk: Trunk) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """As strict as the lines (``adapters.sip_lines.trunk_table``): a trunk that passes here is usable there."""
    if not trunk.addresses and not (trunk.username and trunk.password):
        yield ("far",), "addresses, or username and password for digest"
    elif bool(trunk.username) != bool(trunk.password):
        yield ("password" if trunk.username else "username",), "username and password, both or neither"
    for at, far in enumerate(trunk.far):
        if not is_far(far):
            yield ("far", at), f"{far!r} is not ip, ip:port or network/bits"
    if trunk.lines < 1:
        yield ("lines",), "at least 1"
    if not trunk.laws:
        yield ("laws",), "pcma, pcmu or both"
    if trunk.options_interval != 0 and not 1 <= trunk.options_interval <= 3600:
        yield ("options_interval",), "1 to 3600 seconds; 0 for none"
    if trunk.session_expires < 90:
        yield ("session_expires",), "at least 90 seconds (RFC 4028)"
    yield from wrong_names(trunk)
    yield from wrong_rules(trunk)
    if trunk.media_from and trunk.media != "symmetric":
        yield ("media_from",), "only with media: symmetric"
    for at, network in enumerate(trunk.media_from):
        if ":" in network or not is_far(network):
            yield ("media_from", at), f"{network!r} is not ip or network/bits"


def _branches(config: ServerConfig, document: Document) -> Iterator[Complaint]:
    ids = [branch.id for branch in config.branches]
    keys = [branch.key for branch in config.branches]
    for index, branch in enumerate(config.branches):
        if ids.index(branch.id) != index:
            yield document.complaint(("branches", index, "id"), f"{branch.id!r} stands twice")
        if branch.key and len(branch.key) != 40:
            yield document.complaint(("branches", index, "key"), "a CURVE public key has 40 characters (Z85)")
        elif branch.key and keys.index(branch.key) != index:
            other = ids[keys.index(branch.key)]
            yield document.complaint(("branches", index, "key"), f"the key of {other} already; each branch has its own")


def _values(config: ServerConfig, document: Document) -> Iterator[Complaint]:
    sip, media, link, desks = config.sip, config.media, config.branch_link, config.desk_link
    rules = [
        (("sip", "port"), 0 <= sip.port <= 65535, "0 to 65535"),
        (("sip", "ip"), _is_ip(sip.ip), "an IPv4 address of this machine"),
        (("media", "cards"), 1 <= media.cards <= 16, "1 to 16"),
        (("media", "channels"), 1 <= media.channels <= 2000, "1 to 2000"),
        (("media", "fax_channels"), 0 <= media.fax_channels <= 64, "0 to 64"),
        (("media", "ip"), not media.ip or _is_ip(media.ip), "an IPv4 address of this machine, or empty"),
        (("branch_link", "endpoint"), _is_endpoint(link.endpoint), "tcp://<IPv4 address or *>:<port>"),
        (("branch_link", "ask_timeout"), link.ask_timeout > 0, "seconds above 0"),
        (("branch_link", "order_timeout"), link.order_timeout > 0, "seconds above 0"),
        (("desk_link", "endpoint"), _is_endpoint(desks.endpoint), "tcp://<IPv4 address or *>:<port>"),
        (("desk_link", "endpoint"), desks.endpoint != link.endpoint, f"branch_link listens at {link.endpoint} already"),
        (("wrong_pins_per_day",), config.wrong_pins_per_day >= 1, "at least 1"),
        (("wrong_pins_per_number",), config.wrong_pins_per_number >= 1, "at least 1"),
        *((("limits", name), value > 0, "above 0") for name, value in asdict(config.limits).items()),
    ]
    yield from (document.complaint(path, text) for path, holds, text in rules if not holds)


def _folders(beside: Path, config: ServerConfig, document: Document) -> Iterator[Complaint]:
    given: list[tuple[tuple[str | int, ...], str]] = [(("prompts", at), each) for at, each in enumerate(config.prompts)]
    for path, folder in [*given, *([(("flows",), config.flows)] if config.flows else [])]:
        if not (beside / folder).is_dir():
            yield document.complaint(path, f"no folder {beside / folder}")


def _is_ip(text: str) -> bool:
    try:
        return not IPv4Address(text).is_unspecified
    except ValueError:
        return False


def _is_endpoint(text: str) -> bool:
    found = re.fullmatch(r"tcp://([0-9.]+|\*):([0-9]{1,5})", text, re.ASCII)
    try:
        IPv4Address(found[1] if found and found[1] != "*" else "0.0.0.0")  # noqa: S104  only its form
    except ValueError:
        return False
    return found is not None and 0 < int(found[2]) < 65536
