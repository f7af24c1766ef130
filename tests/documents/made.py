"""Pages that a renderer makes in the test's own process, and what is on them."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageSequence

from shared.document_jobs import AnyJob, JobDone, JobRefused, RenderFile
from shared.documents import DocumentFault, PageOptions, Resolution
from switch_server.documents.work import work
from tests.documents.inputs import write

PLAIN = PageOptions()
STANDARD = PageOptions(resolution=Resolution.STANDARD)
HEADER = 32
AT = 1_796_000_000.0


def pages_of(folder: Path, content: bytes, options: PageOptions = PLAIN, name: str = "input") -> list[Image.Image]:
    """The pages made of a file, checked to be a fax's."""
    target = folder / "made.tif"
    done(RenderFile(str(write(folder, name, content)), str(target), options))
    return read(target, options.resolution)


def done(job: AnyJob) -> int:
    reply = work(job)
    assert isinstance(reply, JobDone), reply
    return reply.pages


def read(tiff: Path, resolution: Resolution = Resolution.FINE) -> list[Image.Image]:
    with Image.open(tiff) as file:
        pages = []
        for frame in ImageSequence.Iterator(file):
            assert (frame.mode, frame.width, frame.info["compression"]) == ("1", 1728, "group4")
            assert frame.info["dpi"] == ((204, 196) if resolution is Resolution.FINE else (204, 98))
            pages.append(frame.copy())
        return pages


def refused(
    folder: Path, content: bytes, fault: DocumentFault, options: PageOptions = PLAIN, name: str = "input"
) -> dict[str, int]:
    """Checks the fault; returns its fields. Nothing is written."""
    target = folder / "refused.tif"
    reply = work(RenderFile(str(write(folder, name, content)), str(target), options))
    assert isinstance(reply, JobRefused)
    assert reply.fault is fault
    assert not target.exists()
    return reply.fields


def ink(page: Image.Image, box: tuple[int, int, int, int] | None = None) -> int:
    """Black pixels on a page, or in a box of it."""
    part = page.crop(box) if box else page
    return part.convert("L").histogram()[0]


def ink_box(page: Image.Image) -> tuple[int, int, int, int]:
    """The smallest box with all black pixels."""
    box = ImageChops.invert(page.convert("L")).getbbox()
    assert box is not None, "a white page"
    return box


def same(first: Image.Image, second: Image.Image) -> bool:
    return first.size == second.size and first.tobytes() == second.tobytes()


def near(value: float, wanted: float, by: float) -> bool:
    return abs(value - wanted) <= by


each_resolution = pytest.mark.parametrize("resolution", list(Resolution))
