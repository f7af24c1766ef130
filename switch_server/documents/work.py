"""One job, to its reply: the libraries' errors become faults."""

import errno

from shared.document_jobs import (
    AnyJob,
    ConvertReceived,
    JobDone,
    JobRefused,
    PreviewPage,
    RenderFile,
    RenderHtml,
)
from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.limits import FILE_MAX
from switch_server.documents.pages import render_file, render_html
from switch_server.documents.preview import convert_received, preview_page

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_MEGABYTE = 1_000_000


def work(job: AnyJob) -> JobDone | JobRefused:
    """Nothing is raised: whatever a library raises was caused by the file."""
    try:
        return _done(job)
    except PagesRefused as refused:
        return JobRefused(refused.fault, dict(refused.fields))
    except MemoryError:
        return JobRefused(DocumentFault.NO_MEMORY)
    except FileNotFoundError:
        return JobRefused(DocumentFault.NOT_FOUND)
    except OSError as error:
        if error.errno == errno.EFBIG:
            return JobRefused(DocumentFault.TOO_DENSE, {"limit": FILE_MAX // _MEGABYTE})
        return JobRefused(DocumentFault.SPOOL_FULL if error.errno in _NO_ROOM else DocumentFault.BROKEN)
    except Exception:  # noqa: BLE001  Pillow raises nearly every class of error for a broken file
        return JobRefused(DocumentFault.BROKEN)


def _done(job: AnyJob) -> JobDone:
    match job:
        case RenderFile():
            return render_file(job)
        case RenderHtml():
            return render_html(job)
        case PreviewPage():
            return preview_page(job)
        case ConvertReceived():
            return convert_received(job)
