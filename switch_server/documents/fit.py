"""An input page that is not a fax page, fitted into bodies: shrunk to one, or cut into several."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.canvas import WHITE
from switch_server.documents.halftone import mixed
from switch_server.documents.paper import LENGTH_MAX_MM, SHRUNK_PAGES, WIDTH, Paper, to_mm


@dataclass(frozen=True)
class Fitted:
    """The size in the fine grid, and the number of bodies that it takes."""

    width: int
    rows: int
    bodies: int


def fit(width: float, rows: float, paper: Paper, page: int) -> Fitted:
    """An input page of ``width`` and ``rows`` of the fine grid. Raises ``PagesRefused`` (``page_too_long``, ``broken``)."""
    if not (width > 0 and rows > 0):
        raise PagesRefused(DocumentFault.BROKEN)
    narrowed = min(1.0, WIDTH / width)
    length = to_mm(rows * narrowed)
    if length > LENGTH_MAX_MM:
        raise PagesRefused(DocumentFault.PAGE_TOO_LONG, page=page, millimetres=length, limit=LENGTH_MAX_MM)
    if rows * narrowed > SHRUNK_PAGES * paper.grid_rows:
        wide, high = _whole(width * narrowed), _whole(rows * narrowed)
        return Fitted(wide, high, -(-high // paper.grid_rows))
    scale = min(narrowed, paper.grid_rows / rows)
    return Fitted(_whole(width * scale), min(_whole(rows * scale), paper.grid_rows), 1)


def bodies(grey: Image.Image, size: Fitted, paper: Paper) -> Iterator[Image.Image]:
    """Mode "L" of the fitted size -> mode "1" bodies, centred, white below."""
    for number in range(size.bodies):
        body = Image.new("L", (WIDTH, paper.grid_rows), WHITE)
        body.paste(grey, ((WIDTH - size.width) // 2, -number * paper.grid_rows))
        yield mixed(body, paper)


def _whole(length: float) -> int:
    return max(1, round(length))
