"""Statements' templates: ``resources/documents/statements.yaml``."""

from enum import StrEnum
from functools import cache
from typing import Annotated, Final

import msgspec
import yaml
from msgspec import Meta, Struct

from shared.enums import Language
from switch_server.services.folders import RESOURCES

FILE: Final = RESOURCES / "documents" / "statements.yaml"


class CellFormat(StrEnum):
    """How a cell's value is shown."""

    TEXT = "text"
    QUANTITY = "quantity"
    PRICE = "price"
    YUAN = "yuan"
    DAY = "day"
    TIME = "time"
    MARKET = "market"
    SIDE = "side"
    STATUS = "status"

    @property
    def is_number(self) -> bool:
        return self in {CellFormat.QUANTITY, CellFormat.PRICE, CellFormat.YUAN}


class TwoTexts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    zh_CN: str  # noqa: N815  the language's name, as in all of ``resources/``
    en: str

    def text(self, language: Language) -> str:
        return self.zh_CN if language is Language.ZH else self.en


class StatementCell(TwoTexts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    value: str
    shown: CellFormat = msgspec.field(name="as")
    total: bool = False


class StatementColumn(Struct, frozen=True, forbid_unknown_fields=True):
    width: Annotated[int, Meta(ge=1)]
    cells: Annotated[tuple[StatementCell, ...], Meta(min_length=1, max_length=2)]


class StatementTemplate(Struct, frozen=True, forbid_unknown_fields=True):
    title: TwoTexts
    columns: tuple[StatementColumn, ...]

    @property
    def lines(self) -> int:
        """Lines of a row."""
        return max(len(column.cells) for column in self.columns)


class StatementTemplates(Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, TwoTexts]
    statements: dict[str, StatementTemplate]

    def word(self, key: str, language: Language, **fields: object) -> str:
        return self.words[key].text(language).format(**fields)


@cache
def templates() -> StatementTemplates:
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), StatementTemplates)
