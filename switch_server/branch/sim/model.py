"""The two input files of the simulated trading system, YAML or JSON by their suffix.

``--accounts``: a list of ``AccountSpec``; accounts of other branches are left out. ``--stocks``: a list of ``StockSpec``. Errors:
``SpecError``, with the file and the fault in it.
"""

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import yaml
from msgspec import Meta, Struct

from shared.enums import Market
from shared.ids import AccountNo, BranchId, Fen, Milli, Shares, StockCode

_Spec = TypeVar("_Spec")


class SpecError(Exception):
    """A file of accounts or stocks can't be used."""


class HoldingSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """``cost`` is the cost price of a share in 1/1000 yuan; ``sellable`` defaults to the whole quantity."""

    code: StockCode
    quantity: Annotated[Shares, Meta(ge=0)]
    sellable: Annotated[Shares, Meta(ge=0)] | None = None
    cost: Annotated[Milli, Meta(ge=0)] = Milli(0)


class AccountSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer of the branch at the first start; afterwards the state folder has the account."""

    account: Annotated[AccountNo, Meta(pattern="^[0-9]{6,12}$")]
    name: str
    pin: Annotated[str, Meta(pattern="^[0-9]{4,8}$")]
    cash_fen: Annotated[Fen, Meta(ge=0)]
    holdings: tuple[HoldingSpec, ...] = ()
    branch: BranchId | None = None
    """``None``: of any branch that reads the file."""

    def __repr__(self) -> str:
        return f"AccountSpec(…{self.account[-2:]})"


class StockSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """``base``: the price around which the walk moves, 1/1000 yuan. ``st``: ±5 %. ``restless``: 1.0 moves some percent a day."""

    code: Annotated[StockCode, Meta(pattern="^[0-9]{6}$")]
    name: str
    market: Market
    base: Annotated[Milli, Meta(gt=0)]
    st: bool = False
    suspended: bool = False
    restless: float = 1.0


def load_accounts(path: Path, branch: BranchId) -> tuple[AccountSpec, ...]:
    accounts = _load(path, list[AccountSpec])
    return tuple(account for account in accounts if account.branch in {None, branch})


def load_stocks(path: Path) -> tuple[StockSpec, ...]:
    return tuple(_load(path, list[StockSpec]))


def _load(path: Path, kind: type[list[_Spec]]) -> list[_Spec]:
    try:
        content = path.read_bytes()
        if path.suffix == ".json":
            return msgspec.json.decode(content, type=kind)
        return msgspec.yaml.decode(content, type=kind)
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise SpecError(f"{path}: {error}") from None
