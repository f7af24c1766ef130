"""The protocol between the switch and a renderer (``python -m switch_server.documents.job``): one JSON job on its standard input, one JSON reply on its standard output.

A renderer does one job and ends. Its files are written under the names of the job; if it dies, they may be there in part.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from shared.documents import DocumentFault, PageOptions, PreviewSize

REPLY_MAX: Final = 4096
"""Bytes. A longer reply is not read."""


class DocumentJob(Struct, frozen=True, tag=True, tag_field="job"):
    """The root of all jobs."""


class RenderFile(DocumentJob, frozen=True):
    """Turns the file ``source`` (text, PDF or image, told by its content) into the TIFF class F ``target``."""

    source: str
    target: str
    options: PageOptions


class RenderHtml(DocumentJob, frozen=True):
    """``text``: a heading, lines and a table, as the switch makes them of a customer's data (``switch_server.documents.html_table``)."""

    text: str
    target: str
    options: PageOptions


class PreviewPage(DocumentJob, frozen=True):
    """A PNG of page ``page`` (from 1) of a TIFF, with square pixels, turned clockwise by ``quarter_turns``."""

    source: str
    page: Annotated[int, Meta(ge=1)]
    size: PreviewSize
    target: str
    quarter_turns: Annotated[int, Meta(ge=0, le=3)] = 0


class ConvertReceived(DocumentJob, frozen=True):
    """A received TIFF as PDF, bit by bit, and the first page as a thumbnail; both turned clockwise by ``quarter_turns``."""

    source: str
    pdf: str
    thumbnail: str
    quarter_turns: Annotated[int, Meta(ge=0, le=3)] = 0


class JobDone(Struct, frozen=True, tag=True, tag_field="reply"):
    """``pages``: of the TIFF. ``digest`` of a rendered document: SHA-256 of its pages without header lines and cover sheet, in hex; the same source
    in the same resolution has the same.
    """

    pages: Annotated[int, Meta(ge=1)]
    digest: Annotated[str, Meta(max_length=64)] = ""


class JobRefused(Struct, frozen=True, tag=True, tag_field="reply"):
    fault: DocumentFault
    fields: dict[str, int] = {}


AnyJob = RenderFile | RenderHtml | PreviewPage | ConvertReceived
JOBS: Final[msgspec.json.Decoder[AnyJob]] = msgspec.json.Decoder(AnyJob)
REPLIES: Final[msgspec.json.Decoder[JobDone | JobRefused]] = msgspec.json.Decoder(JobDone | JobRefused)
