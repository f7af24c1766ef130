"""Documents that leave as pages (faxes, later mail): what a page shows beside its text, and faults. Texts for people: ``resources/texts/documents.yaml``.

Times are UTC seconds since 1970 (float), shown in Asia/Shanghai.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from shared.bounds import FullName, Line, Sentence
from shared.enums import Language


class Resolution(StrEnum):
    """Rows of a fax page: 196 or 98 an inch (7.7 and 3.85 a mm, ITU-T T.4); columns are 204 an inch in both."""

    FINE = "fine"
    STANDARD = "standard"


class PreviewSize(StrEnum):
    FULL = "full"  # each pixel of the page
    HALF = "half"
    THUMBNAIL = "thumbnail"  # a twelfth: 144 pixels wide


class DocumentFault(StrEnum):
    """Why no pages could be made. The names after ``#`` are the fields of the fault."""

    NOT_FOUND = "not_found"
    EMPTY = "empty"
    TOO_LARGE = "too_large"  # megabytes, limit
    UNKNOWN_TYPE = "unknown_type"
    EXECUTABLE = "executable"
    OFFICE = "office"  # a word processor's or spreadsheet's file
    WEB_PAGE = "web_page"
    PDF_ENCRYPTED = "pdf_encrypted"
    BROKEN = "broken"
    TOO_MANY_PAGES = "too_many_pages"  # pages, limit
    PAGE_TOO_LONG = "page_too_long"  # page, millimetres, limit
    TOO_MANY_PIXELS = "too_many_pixels"  # page, megapixels, limit
    TOO_DENSE = "too_dense"  # limit: megabytes of the pages
    TOO_SLOW = "too_slow"  # seconds
    NO_MEMORY = "no_memory"
    NO_FONT = "no_font"
    SPOOL_FULL = "spool_full"
    QUEUE_FULL = "queue_full"
    NO_SUCH_PAGE = "no_such_page"
    RENDERER_FAILED = "renderer_failed"  # its process died, or could not be started


class PagesRefused(Exception):  # noqa: N818  the name says what it is
    """No pages could be made. ``fields`` fill the fault's text in (``services.document_texts``)."""

    def __init__(self, fault: DocumentFault, **fields: int) -> None:
        super().__init__(" ".join([fault.value, *(f"{name}={value}" for name, value in fields.items())]))
        self.fault = fault
        self.fields: Mapping[str, int] = fields


class PageHeader(Struct, frozen=True):
    """The line at the top of each page: from, to, page of pages, time. Too long names are cut."""

    sender: FullName
    recipient: FullName
    at: float
    language: Language = Language.ZH


class PrintedCover(Struct, frozen=True):
    """封面: the first page, with labels in both languages. ``house``: the firm's name at the top. Pages are counted by the renderer."""

    recipient: FullName
    sender: FullName
    number: Line
    at: float
    subject: FullName = ""
    note: Sentence = ""
    house: FullName = ""


class PageOptions(Struct, frozen=True):
    """``pages_max``: the most pages with the cover sheet."""

    resolution: Resolution = Resolution.FINE
    header: PageHeader | None = None
    cover: PrintedCover | None = None
    pages_max: Annotated[int, Meta(ge=1, le=100)] = 100
