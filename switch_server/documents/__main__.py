"""Documents by hand: ``python -m switch_server.documents FILE -o out.tif --preview DIR``."""

import argparse
import sys
import time
from pathlib import Path

from shared.document_jobs import AnyJob, ConvertReceived, JobRefused, PreviewPage, RenderFile
from shared.documents import PageHeader, PageOptions, PreviewSize, PrintedCover, Resolution
from shared.enums import Language
from switch_server.documents.limits import confine
from switch_server.documents.work import work
from switch_server.services.document_texts import fault_text

EXAMPLES = """\
examples:
  python -m switch_server.documents letter.pdf -o letter.tif --preview pages
  python -m switch_server.documents notice.txt -o notice.tif --standard --from 华务证券 --to 021-55550100
  python -m switch_server.documents photo.jpg -o photo.tif --cover --from 华务证券 --to 张三 --number 021-55550100 --subject 行情图
  python -m switch_server.documents received.tif --pdf received.pdf
"""


def main() -> int:
    options = parser().parse_args()
    if not (options.output or options.pdf):
        parser().error("nothing to make: give -o or --pdf")
    confine()
    source = str(options.file)
    if options.output:
        pages = done(RenderFile(source, str(options.output), page_options(options)))
        print(f"{options.output}: {pages} pages")  # noqa: T201
        if options.preview:
            preview(options.output, pages, options.preview)
    if options.pdf:
        pages = done(ConvertReceived(source, str(options.pdf), str(options.pdf.with_suffix(".png"))))
        print(f"{options.pdf}: {pages} pages")  # noqa: T201
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m switch_server.documents", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Turns text, PDF and images into the pages of a fax (TIFF class F), and a received fax into PDF.",
    )  # fmt: skip
    made.add_argument("file", type=Path, help="text (UTF-8, GB18030), PDF or image; with --pdf a received TIFF")
    made.add_argument("-o", "--output", type=Path, help="the TIFF to write")
    made.add_argument("--preview", type=Path, metavar="DIR", help="PNGs of the pages go here")
    made.add_argument("--pdf", type=Path, help="the PDF to write, with a thumbnail beside it")
    made.add_argument("--standard", action="store_true", help="98 rows an inch instead of 196")
    made.add_argument("--cover", action="store_true", help="a cover sheet first")
    made.add_argument("--from", dest="sender", default="", help="the sender, for header line and cover sheet")
    made.add_argument("--to", dest="recipient", default="", help="the recipient")
    made.add_argument("--number", default="", help="the fax number on the cover sheet")
    made.add_argument("--subject", default="", help="the subject on the cover sheet")
    made.add_argument("--note", default="", help="the note on the cover sheet")
    made.add_argument("--lang", choices=[language.value for language in Language], default=Language.ZH.value)
    return made


def page_options(options: argparse.Namespace) -> PageOptions:
    sender, recipient, now = options.sender, options.recipient, time.time()
    cover = PrintedCover(recipient, sender, options.number, now, options.subject, options.note)
    return PageOptions(
        resolution=Resolution.STANDARD if options.standard else Resolution.FINE,
        header=PageHeader(sender, recipient, now, Language(options.lang)) if sender or recipient else None,
        cover=cover if options.cover else None,
    )


def preview(tiff: Path, pages: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for page in range(1, pages + 1):
        done(PreviewPage(str(tiff), page, PreviewSize.FULL, str(folder / f"page-{page:03}.png")))
        done(PreviewPage(str(tiff), page, PreviewSize.HALF, str(folder / f"page-{page:03}-half.png")))
    done(PreviewPage(str(tiff), 1, PreviewSize.THUMBNAIL, str(folder / "thumbnail.png")))


def done(job: AnyJob) -> int:
    """The number of pages; a refused job ends the program with its text in both languages."""
    match work(job):
        case JobRefused(fault, fields):
            sys.exit("\n".join(fault_text(fault, fields, language) for language in Language))
        case reply:
            return reply.pages


if __name__ == "__main__":
    sys.exit(main())
