"""Texts of faxes: states, results, problems, kinds of statements; and T.30's reasons, which switch and desks share (``resources/texts/``)."""

import logging
from functools import cache
from pathlib import Path

import yaml

from agent_app.model.fax.view import SendTime
from agent_app.ui.parts import words
from agent_app.ui.parts.paths import RESOURCES
from agent_app.ui.parts.words import QT_TRANSLATE_NOOP, TextTable
from shared.desk_fax import FaxBox, FaxProblem, FaxRow, StatementKind
from shared.enums import Language
from shared.fax import FaxResult, FaxState

log = logging.getLogger(__name__)

STATES: TextTable = {
    FaxState.WAITING: QT_TRANSLATE_NOOP("words", "Waiting"),
    FaxState.DIALLING: QT_TRANSLATE_NOOP("words", "Dialling"),
    FaxState.SENDING: QT_TRANSLATE_NOOP("words", "Sending"),
    FaxState.SENT: QT_TRANSLATE_NOOP("words", "Sent"),
    FaxState.FAILED: QT_TRANSLATE_NOOP("words", "Failed"),
    FaxState.CANCELLED: QT_TRANSLATE_NOOP("words", "Called off"),
}
TONES = {FaxState.SENT: "ok", FaxState.FAILED: "danger", FaxState.CANCELLED: "muted"}
"""Theme tokens."""

RESULTS: TextTable = {
    FaxResult.OK: QT_TRANSLATE_NOOP("words", "All pages confirmed"),
    FaxResult.BUSY: QT_TRANSLATE_NOOP("words", "The number is busy"),
    FaxResult.NO_ANSWER: QT_TRANSLATE_NOOP("words", "No answer"),
    FaxResult.NO_LINE: QT_TRANSLATE_NOOP("words", "No line takes the number"),
    FaxResult.NO_FAX: QT_TRANSLATE_NOOP("words", "No fax machine answered"),
    FaxResult.TRAINING: QT_TRANSLATE_NOOP("words", "The line is too bad for any speed"),
    FaxResult.DROPPED: QT_TRANSLATE_NOOP("words", "The line ended before the last page"),
    FaxResult.PROTOCOL: QT_TRANSLATE_NOOP("words", "The fax machines did not understand each other"),
    FaxResult.INCOMPATIBLE: QT_TRANSLATE_NOOP("words", "The machine there can't receive this"),
    FaxResult.BAD_FILE: QT_TRANSLATE_NOOP("words", "The pages can't be read"),
    FaxResult.CARD_LOST: QT_TRANSLATE_NOOP("words", "The switch's fax card failed"),
    FaxResult.SPOOL_FULL: QT_TRANSLATE_NOOP("words", "The switch's disk is full"),
    FaxResult.STOPPED: QT_TRANSLATE_NOOP("words", "Stopped"),
}

PROBLEMS: TextTable = {
    FaxProblem.NO_FAX: QT_TRANSLATE_NOOP("words", "The switch has no fax: its operator must install libspandsp."),
    FaxProblem.TOO_LARGE: QT_TRANSLATE_NOOP("words", "The file is larger than 20 MB."),
    FaxProblem.DIFFERENT: QT_TRANSLATE_NOOP("words", "The file was damaged on its way; please choose it again."),
    FaxProblem.EMPTY: QT_TRANSLATE_NOOP("words", "The document is empty."),
    FaxProblem.UNKNOWN_FORMAT: QT_TRANSLATE_NOOP("words", "This is no text, PDF or picture, whatever its name says."),
    FaxProblem.ENCRYPTED: QT_TRANSLATE_NOOP("words", "The PDF needs a password; please save it without one."),
    FaxProblem.BROKEN: QT_TRANSLATE_NOOP("words", "The file is damaged and can't be read."),
    FaxProblem.TOO_MANY_PAGES: QT_TRANSLATE_NOOP("words", "The document has too many pages for a fax."),
    FaxProblem.PAGE_TOO_LONG: QT_TRANSLATE_NOOP("words", "A page is too long for a fax."),
    FaxProblem.TOO_SLOW: QT_TRANSLATE_NOOP("words", "The document is too complicated: no pages could be made of it in time."),
    FaxProblem.RENDERER_DOWN: QT_TRANSLATE_NOOP("words", "Making the pages failed; please try again."),
    FaxProblem.SPOOL_FULL: QT_TRANSLATE_NOOP("words", "The switch has no room for the document."),
    FaxProblem.NO_DATA: QT_TRANSLATE_NOOP("words", "The branch gave no data for this statement."),
    FaxProblem.BAD_DAYS: QT_TRANSLATE_NOOP("words", "There is no statement of these days."),
    FaxProblem.BARRED_NUMBER: QT_TRANSLATE_NOOP("words", "The rules allow no fax to this number."),
    FaxProblem.REPEATED: QT_TRANSLATE_NOOP("words", "This document is being sent to this number already."),
    FaxProblem.NOT_LIVE: QT_TRANSLATE_NOOP("words", "This call can't be switched to fax; please send it as a call of its own."),
    FaxProblem.TOO_LATE: QT_TRANSLATE_NOOP("words", "Too late: the fax has ended, or a colleague has taken it."),
    FaxProblem.GONE: QT_TRANSLATE_NOOP("words", "The pages are not kept any more."),
}  # fmt: skip

STATEMENTS: TextTable = {
    StatementKind.HOLDINGS: QT_TRANSLATE_NOOP("words", "Holdings"),
    StatementKind.FUNDS: QT_TRANSLATE_NOOP("words", "Funds"),
    StatementKind.ORDERS: QT_TRANSLATE_NOOP("words", "Orders"),
    StatementKind.FILLS: QT_TRANSLATE_NOOP("words", "Fills"),
    StatementKind.SETTLEMENT: QT_TRANSLATE_NOOP("words", "Settlement statement"),
}

TIMES: TextTable = {
    SendTime.NOW: QT_TRANSLATE_NOOP("words", "now"),
    SendTime.LATER: QT_TRANSLATE_NOOP("words", "at a time"),
    SendTime.LIVE: QT_TRANSLATE_NOOP("words", "on this call"),
}

BOXES: TextTable = {
    FaxBox.MINE: QT_TRANSLATE_NOOP("words", "My faxes"),
    FaxBox.INBOX: QT_TRANSLATE_NOOP("words", "Inbox"),
}

FAX_TEXTS = RESOURCES.parent / "texts" / "fax.yaml"
DOCUMENT_TEXTS = RESOURCES.parent / "texts" / "documents.yaml"


def problem(code: str) -> str:
    """The text of a fax's problem, or of any other problem of the desk."""
    short = code.partition(" ")[0]
    return words.say(PROBLEMS, short) if short in PROBLEMS else words.problem(short)


def reason(code: str, language: Language) -> str:
    """The text of a problem; where a document's fault stands behind it (``FaxProblem``), of the fault, with its figures."""
    return _fault(code.partition(" ")[2], language) or problem(code)


def _fault(fault: str, language: Language) -> str:
    """``too_many_pages pages=500 limit=100`` as a sentence; ``""`` if there are no words for it."""
    if not fault:
        return ""
    name, *fields = fault.split()
    text = _texts(DOCUMENT_TEXTS).get(f"fault_{name}", {}).get(language, "")
    try:
        return text.format(**dict(each.split("=", 1) for each in fields))
    except (KeyError, ValueError):  # of a switch with other fields
        return ""


def result(row: FaxRow, language: Language) -> str:
    """``No answer``, ``The line ended before the last page (T.30: …)``; ``""`` while there is none, and of a fax that was received well."""
    if row.result is None or (row.direction == "in" and row.result is FaxResult.OK):
        return ""
    text = words.say(RESULTS, row.result)
    return words.beside(text, f"T.30 {t30(row.t30, language)}") if row.t30 and row.result is not FaxResult.OK else text


def t30(code: int, language: Language) -> str:
    """The words of a completion code; the number if there are none."""
    return _texts(FAX_TEXTS).get(f"fax.t30.{code}", {}).get(language, str(code))


@cache
def _texts(file: Path) -> dict[str, dict[str, str]]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        log.warning("%s can't be read: %s", file.name, error.strerror)
        return {}
    return found if isinstance(found, dict) else {}


def pages(row: FaxRow) -> str:
    """``2/3`` of a fax that is being sent, else the number of pages."""
    if row.direction == "out" and row.state is not FaxState.SENT:
        return f"{row.pages_done}/{row.pages}"
    return str(max(row.pages, row.pages_done))
