"""The switch server's configuration file (``huawu.yaml``): what it may say, and the checks that types can't make.

Paths are relative to the file's folder. ``resources/huawu.example.yaml`` shows every key.
"""

from ipaddress import ip_address, ip_network
from pathlib import Path

from msgspec import Struct, field

from shared.ids import BranchId
from switch_server.core.config import Limits, Trunk
from switch_server.services.strict_yaml import Complaint, ConfigError, Document, load


class Sip(Struct, frozen=True, forbid_unknown_fields=True):
    """Where SIP is heard (UDP). ``ip`` stands in our Contact and SDP, so it is an address that the far side can reach, not 0.0.0.0."""

    ip: str = "127.0.0.1"
    port: int = 5060


class Media(Struct, frozen=True, forbid_unknown_fields=True):
    """Voice cards: so many processes with so many channels each."""

    cards: int = 2
    channels: int = 500
    ip: str = ""
    """Empty: the one of ``sip``."""


class Branch(Struct, frozen=True, forbid_unknown_fields=True):
    """营业部. ``key``: the gateway's CURVE public key (Z85, 40 characters), as ``branch-gateway keys`` prints it."""

    id: BranchId
    name: str
    name_en: str = ""
    key: str = ""


class BranchLink(Struct, frozen=True, forbid_unknown_fields=True):
    """Where gateways connect."""

    endpoint: str = "tcp://127.0.0.1:5580"
    ask_timeout: float = 5.0
    order_timeout: float = 10.0


class ServerConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    trunks: tuple[Trunk, ...]
    branches: tuple[Branch, ...] = ()
    sip: Sip = Sip()
    media: Media = Media()
    branch_link: BranchLink = BranchLink()
    limits: Limits = Limits()
    wrong_pins_per_day: int = 5
    state: str = "state"
    """Folder for the store, journals, recordings, keys and the control socket."""
    flows: str = ""
    """Folder of flows; empty: the product's own (``resources/flows``)."""
    prompts: tuple[str, ...] = ()
    """Folders searched before the product's own prompts (studio recordings)."""
    stocks: str = ""
    """Securities whose names have prompts; empty: the product's own list."""
    log_level: str = field(default="info")


def load_config(file: Path) -> tuple[ServerConfig, Document]:
    """Raises ``ConfigError`` with file, line, key and what is allowed."""
    config, document = load(file, ServerConfig)
    complaints = [*_trunks(config, document), *_branches(config, document), *_numbers(config, document)]
    if complaints:
        raise ConfigError(*complaints)
    return config, document


def _trunks(config: ServerConfig, document: Document) -> list[Complaint]:
    found: list[Complaint] = []
    names = [trunk.name for trunk in config.trunks]
    if not names:
        found.append(document.complaint(("trunks",), "at least one trunk, or nobody can call"))
    for index, trunk in enumerate(config.trunks):
        here = ("trunks", index)
        if names.index(trunk.name) != index:
            found.append(document.complaint((*here, "name"), f"{trunk.name!r} stands twice"))
        if not trunk.far and not (trunk.username and trunk.password):
            found.append(document.complaint((*here, "far"), "addresses, or username and password for digest"))
        for at, far in enumerate(trunk.far):
            if not _is_far(far):
                found.append(document.complaint((*here, "far", at), f"{far!r} is not ip, ip:port or network/bits"))
        if trunk.lines < 1:
            found.append(document.complaint((*here, "lines"), "at least 1"))
        if trunk.session_expires < 90:
            found.append(document.complaint((*here, "session_expires"), "at least 90 seconds (RFC 4028)"))
    return found


def _branches(config: ServerConfig, document: Document) -> list[Complaint]:
    found: list[Complaint] = []
    ids = [branch.id for branch in config.branches]
    for index, branch in enumerate(config.branches):
        if ids.index(branch.id) != index:
            found.append(document.complaint(("branches", index, "id"), f"{branch.id!r} stands twice"))
        if branch.key and len(branch.key) != 40:
            found.append(document.complaint(("branches", index, "key"), "a CURVE public key has 40 characters (Z85)"))
    return found


def _numbers(config: ServerConfig, document: Document) -> list[Complaint]:
    rules = [
        (("sip", "port"), 0 <= config.sip.port <= 65535, "0 to 65535"),
        (("sip", "ip"), _is_ip(config.sip.ip), "an IPv4 address of this machine"),
        (("media", "cards"), 1 <= config.media.cards <= 16, "1 to 16"),
        (("media", "channels"), 1 <= config.media.channels <= 2000, "1 to 2000"),
        (("wrong_pins_per_day",), config.wrong_pins_per_day >= 1, "at least 1"),
        (("log_level",), config.log_level in _LEVELS, f"allowed: {', '.join(_LEVELS)}"),
    ]
    return [document.complaint(path, text) for path, holds, text in rules if not holds]


_LEVELS = ("debug", "info", "warning", "error")


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return text not in ("0.0.0.0", "::")  # noqa: S104  refused, not bound


def _is_far(text: str) -> bool:
    host, colon, port = text.partition(":")
    try:
        ip_network(host, strict=False)
    except ValueError:
        return False
    return not colon or (port.isdigit() and 0 < int(port) < 65536)
