"""The geometry of a fax page (ITU-T T.4, A4): 1728 pixels wide, 204 an inch; the header's rows at the top, the body below them.

Bodies are drawn in a fine grid, 1728 pixels wide with rows of 1/196 inch, and squeezed to half their rows for standard resolution.
"""

from dataclasses import dataclass
from typing import Final

from shared.documents import Resolution

WIDTH: Final = 1728
DPI_X: Final = 204
DPI_FINE: Final = 196
MM_PER_INCH: Final = 25.4
LENGTH_MAX_MM: Final = 1000
"""The longest page of an input, at the width of the paper."""
SHRUNK_PAGES: Final = 3
"""An input page up to so many pages long is shrunk to one page; a longer one is cut into pages."""


@dataclass(frozen=True)
class Paper:
    """``rows`` of the page and, of these, ``header_rows`` at the top; ``squeeze``: fine rows for each row."""

    rows: int
    header_rows: int
    squeeze: int

    @property
    def dpi(self) -> tuple[int, int]:
        return DPI_X, DPI_FINE // self.squeeze

    @property
    def body_rows(self) -> int:
        return self.rows - self.header_rows

    @property
    def grid_rows(self) -> int:
        """The body's rows in the fine grid."""
        return self.body_rows * self.squeeze


PAPERS: Final = {
    Resolution.FINE: Paper(2292, 32, 1),
    Resolution.STANDARD: Paper(1143, 16, 2),
}


def to_mm(rows: float) -> int:
    """Rows of the fine grid in millimetres."""
    return round(rows * MM_PER_INCH / DPI_FINE)
