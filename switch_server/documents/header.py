"""The header line: from, to, time, page of pages, in the rows at the top of each page that no body uses."""

from typing import Final

from PIL import Image

from shared.days import shanghai_day
from shared.documents import PageHeader
from switch_server.documents.canvas import Canvas, clock, date, fitted
from switch_server.documents.fonts import font
from switch_server.documents.halftone import line_art
from switch_server.documents.paper import WIDTH, Paper
from switch_server.services.document_texts import document_text

_SIZE: Final = 23
_MARGIN: Final = 60
_TOP: Final = 1
_GAP: Final = 30


def header_rows(header: PageHeader | None, page: int, pages: int, paper: Paper) -> Image.Image:
    """Mode "1", ``paper.header_rows`` rows; white without a header."""
    canvas = Canvas(paper.header_rows * paper.squeeze)
    if header is not None:
        time = f"{date(shanghai_day(header.at))} {clock(header.at)}"
        right = document_text("header_right", header.language, time=time, page=page, pages=pages)
        taken = font(_SIZE).getlength(right)
        room = WIDTH - 2 * _MARGIN - taken - _GAP
        canvas.left(_MARGIN, _TOP, _names(header, room), _SIZE, room)
        canvas.right(WIDTH - _MARGIN, _TOP, right, _SIZE, taken)
    return line_art(canvas.image, paper)


def _names(header: PageHeader, room: float) -> str:
    """From and to. If they don't fit, each is cut to half of the room, so that neither takes the other's place."""
    text = document_text("header_left", header.language, sender=header.sender, recipient=header.recipient)
    face = font(_SIZE)
    if face.getlength(text) <= room:
        return text
    words = face.getlength(document_text("header_left", header.language, sender="", recipient=""))
    return document_text(
        "header_left",
        header.language,
        sender=_cut(header.sender, room - words),
        recipient=_cut(header.recipient, room - words),
    )


def _cut(name: str, room: float) -> str:
    return fitted(name, font(_SIZE), room / 2)
