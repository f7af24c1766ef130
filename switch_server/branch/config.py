"""The gateway's settings: a YAML file, flags, or both (a flag wins). Errors: ``GatewayConfigError``, with the missing or wrong setting."""

import argparse
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from shared.ids import BranchId
from switch_server.branch.sim_client import SimTrading
from switch_server.branch.trading import AdapterMaker

ADAPTERS: dict[str, AdapterMaker] = {"sim": SimTrading}
"""Trading systems by name; a new one needs a package that implements ``trading.TradingSystem``, and a line here."""


class GatewayConfigError(Exception):
    """The gateway can't start with these settings."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """``centre``: the ACI endpoint; ``centre_key``: file with its public key; ``key``: file with our pair; ``trading``: the adapter's endpoint."""

    branch: BranchId
    centre: str
    centre_key: Path
    key: Path
    state: Path
    trading: str
    adapter: str = "sim"
    trading_timeout: float = 5.0
    log: str = "INFO"


def read(argv: list[str] | None) -> Config:
    """The settings from the command line and from the file that it names."""
    flags = vars(_parser().parse_args(argv))
    path = flags.pop("config")
    values = {**(_file(path) if path else {}), **{name: value for name, value in flags.items() if value is not None}}
    try:
        config = msgspec.convert(values, Config, dec_hook=lambda kind, value: kind(value), strict=False)
    except msgspec.ValidationError as error:
        raise GatewayConfigError(f"{path or 'options'}: {error}") from None
    if config.adapter not in ADAPTERS:
        raise GatewayConfigError(f"adapter {config.adapter!r}: not one of {', '.join(ADAPTERS)}")
    return config


def read_keys(argv: list[str]) -> Path:
    """The key file named by ``branch-gateway keys FILE``."""
    parser = argparse.ArgumentParser(
        prog="branch-gateway keys",
        description="makes the gateway's key pair where there is none; prints its public key",
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="gateway.key; beside it gateway.pub with the public half"
    )
    file: Path = parser.parse_args(argv).file
    return file


def _file(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GatewayConfigError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise GatewayConfigError(f"{path}: {error}") from None
    if not isinstance(values, dict):
        raise GatewayConfigError(f"{path}: not a mapping of settings")
    return values


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="branch-gateway",
        description="between the centre and a branch's trading system",
        epilog="branch-gateway keys FILE makes the key pair and prints its public key",
    )
    parser.add_argument("--config", type=Path, help="YAML with the names below, '-' written as '_'")
    parser.add_argument("--branch", help="GZ01")
    parser.add_argument("--centre", help="tcp://HOST:PORT of the centre's ACI link")
    parser.add_argument("--centre-key", help="file with the centre's public key")
    parser.add_argument("--key", help="file with this branch's key pair; made if it is not there")
    parser.add_argument("--state", help="folder of the journal")
    parser.add_argument("--adapter", help=f"trading system: {', '.join(ADAPTERS)}")
    parser.add_argument("--trading", help="the trading system's endpoint")
    parser.add_argument("--trading-timeout", help="seconds until its silence becomes 'pending' (5)")
    parser.add_argument("--log", help="DEBUG, INFO, WARNING")
    return parser
