"""What the tests of faxes share: a centre with a fax card and trunks to far machines, documents, and the compare of what has arrived.

A far machine (``tests.fax_machine``) is a process of its own: its own engine, on a SIP call of pjsua2.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.centre import Centre
from tests.fax_card import pages
from tests.fax_card.pages import Page
from tests.fax_machine.telephone import SipMachine

T = TypeVar("T")
FINE_HEADER = 32
"""Rows of the header line, at the top of each page (``docs/fax.md``)."""
BODY_ROWS = 150
OUR_NUMBER = "+86 10 66554433"
HOUSE = "华物证券"
OVER = 110.0
"""Seconds within which a fax of a few short pages is over."""


def fax_lines(content: dict[str, Any], ports: Mapping[str, int], **rules: Any) -> None:
    """A change of the configuration: a fax card; each number goes out over a trunk of its own, to that port; quick tries. ``rules``: more of ``fax:``."""
    content["media"]["fax_channels"] = 16
    content["trunks"][0]["direction"] = "in"
    for number, port in ports.items():
        far = {"far": [f"127.0.0.1:{port}"], "direction": "out", "options_interval": 0, "numbers": [number]}
        content["trunks"].append({"name": f"to-{number}", "lines": 2} | far)
    content["limits"] = {"callback_ring": 12}
    retries = {"most": 8, "same": 8, "busy": 3.0, "no_answer": 3.0, "other": 3.0}
    content["fax"] = {"ident": OUR_NUMBER, "header": HOUSE, "retries": retries, **rules}


def fax_page(folder: Path, count: int, name: str = "source") -> Path:
    """A document of so many short pages, as a fax of standard resolution."""
    folder.mkdir(parents=True, exist_ok=True)
    return pages.save(folder / f"{name}.tif", [pages.text_like(BODY_ROWS, n + 1) for n in range(count)], fine=False)


def bodies(path: Path, header: int = FINE_HEADER) -> list[Page]:
    """The pages below the header line."""
    return [page[header:] for page in pages.load(path)]


def arrived(document: Path, *received: Path) -> bool:
    """Whether the pages of the document have come to the far machine pixel for pixel, in this order, in these files, header lines included."""
    return pages.same([page for path in received for page in pages.load(path)], pages.load(document))


def machines(centre: Centre, fax: str, port: int, folder: Path, *options: str, first: Sequence[str] = ()) -> list[Path]:
    """A far machine for each try until the fax is over; returns the pages that each has taken. ``first``: options of the first one."""
    taken: list[Path] = []
    while not row(centre, fax)["ended"]:
        more = options if taken else (*options, *first)
        taken.append(folder / f"taken-{len(taken) + 1}.tif")
        with SipMachine("--receive", str(taken[-1]), *more, port=port) as machine:
            centre.until(lambda: row(centre, fax)["ended"] or machine.over, OVER)
    return taken


def arrived_in_tries(centre: Centre, fax: str, taken: Sequence[Path]) -> bool:
    """Whether the pages that were confirmed in each try make the document, pixel for pixel."""
    confirmed = [each["pages"] for each in tries(centre, fax) if each["t30"] is not None]
    got = [page for path, count in zip(taken, confirmed, strict=True) if count for page in pages.load(path)[:count]]
    return pages.same(got, pages.load(Path(row(centre, fax)["document"])))


def send(centre: Centre, file: Path, number: str) -> str:
    """``switchctl fax send``; returns the fax's id."""
    taken = centre.ctl("fax", "send", str(file), "--to", number)
    assert "fax" in taken, taken
    return str(taken["fax"])


def row(centre: Centre, fax: str) -> dict[str, Any]:
    """The fax's row in the store."""
    return next(each for each in centre.rows("faxes") if each["id"] == fax)


def tries(centre: Centre, fax: str) -> list[dict[str, Any]]:
    return [each for each in centre.rows("fax_tries") if each["fax"] == fax]


def ended(centre: Centre, fax: str, seconds: float = OVER) -> dict[str, Any]:
    """Waits for the fax's end; returns its row."""
    centre.until(lambda: row(centre, fax)["ended"], seconds)
    return row(centre, fax)


@contextmanager
def beside_each_other(cases: Mapping[str, Callable[[], T]]) -> Iterator[Callable[[str], T]]:
    """Runs all cases at once, each in a thread: a fax takes half a minute. What is given waits for the end of the named one, and gives its result."""
    with ThreadPoolExecutor(len(cases)) as pool:
        running: dict[str, Future[T]] = {name: pool.submit(case) for name, case in cases.items()}
        yield lambda name: running[name].result()


def answered_call(centre: Centre, ani: str) -> str:
    """Waits for the only call of this number to be answered; returns its id."""

    def found() -> list[str]:
        return [each["id"] for each in centre.rows("calls") if each["ani"] == ani and each["answered_at"]]

    centre.until(found)
    (call,) = found()
    return call
