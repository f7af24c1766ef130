"""Texts for people of documents, from ``resources/texts/documents.yaml``: faults, cover sheet, header line, statements, the renderer's command line."""

from collections.abc import Mapping
from functools import cache

import yaml

from shared.documents import DocumentFault
from shared.enums import Language
from switch_server.services.folders import RESOURCES

FILE = RESOURCES / "texts" / "documents.yaml"


def document_text(key: str, language: Language, **fields: object) -> str:
    """An unknown key, which is a bug, raises ``KeyError``."""
    return _content()[key][language.value].format(**fields)


def fault_text(fault: DocumentFault, fields: Mapping[str, int], language: Language) -> str:
    """What was wrong with a document, and what to do, as a sentence."""
    return document_text(f"fault_{fault.value}", language, **fields)


@cache
def _content() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content
