"""The windows of fax as drawn from views: refusals, the viewer and its printing, texts and names in both languages, what is off without fax."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from agent_app.model.desk.view import Action
from agent_app.model.fax.view import DraftStep, SendTime
from agent_app.ui.fax import fax_words
from agent_app.ui.fax.boxes import FaxesDialog
from agent_app.ui.fax.sending import SendFaxDialog
from agent_app.ui.fax.viewer import FaxViewer
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.parts.widgets import ParagraphLabel
from shared.desk_fax import (
    FaxBox,
    FaxProblem,
    StatementKind,
)
from shared.documents import DocumentFault, PagesRefused
from shared.enums import Language
from shared.fax import FaxResult, FaxState
from switch_server.services.document_texts import fault_text
from tests.house.test_chinese import half_width
from tests.ui.fax_scenes import draft, fax_scenes, faxes
from tests.ui.scenes import enabled
from tests.ui.stage import Stage
from tests.ui.test_access import _worked
from tests.ui.test_words import _shown

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "02085551234"
FIGURES = ("megabytes", "limit", "pages", "page", "millimetres", "megapixels", "seconds")


def sending(stage: Stage) -> SendFaxDialog:
    return stage.window.panel(SendFaxDialog)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("problem", list(FaxProblem))
def test_a_refused_document_shows_its_reason(gallery: Stage, language: Language, problem: FaxProblem) -> None:
    view = fax_scenes(language)["fax-refused"]
    it = sending(gallery)
    gallery.window.draw(replace(view, fax=faxes(draft=draft(DraftStep.FAILED, problem=problem.value))))
    assert it.state.text() == fax_words.problem(problem)
    assert it.state.text() != problem
    assert it.state.text().isascii() is (language is Language.EN)
    assert not it.send_button.isEnabled()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("fault", list(DocumentFault))
def test_a_document_s_fault_is_told_with_its_figures(gallery: Stage, language: Language, fault: DocumentFault) -> None:
    figures = {name: number for number, name in enumerate(FIGURES, 101)}
    code = f"broken {PagesRefused(fault, **figures)}"
    gallery.window.draw(
        replace(fax_scenes(language)["fax-refused"], fax=faxes(draft=draft(DraftStep.FAILED, problem=code)))
    )
    told = sending(gallery).state.text()
    assert told == fault_text(fault, figures, language)
    assert fax_words.reason("broken of_a_later_switch x=1", language) == fax_words.problem("broken")


def test_texts_of_all_ids() -> None:
    for table, kind in (
        (fax_words.PROBLEMS, FaxProblem), (fax_words.RESULTS, FaxResult), (fax_words.STATES, FaxState),
        (fax_words.STATEMENTS, StatementKind), (fax_words.TIMES, SendTime), (fax_words.BOXES, FaxBox),
    ):  # fmt: skip
        assert set(table) == set(kind)
    assert fax_words.t30(99_999, Language.ZH) == "99999"


def test_a_page_is_turned_zoomed_and_printed(gallery: Stage, tmp_path: Path) -> None:
    gallery.window.draw(fax_scenes(Language.EN)["fax-open"])
    viewer = gallery.window.panel(FaxViewer)
    viewer.go()
    gallery.settle_drawn()
    part = viewer.pages
    part.zoom(2)
    upright = part.picture.pixmap().size()
    part.rotate()
    assert part.picture.pixmap().size() == upright.transposed()
    part.zoom(1)
    assert part.picture.pixmap().width() > upright.height()
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFileName(str(tmp_path / "fax.pdf"))
    part.print_all(printer)
    assert (tmp_path / "fax.pdf").read_bytes().startswith(b"%PDF")
    viewer.close()


def test_without_fax_everything_of_it_is_off_and_hidden(gallery: Stage) -> None:
    gallery.window.draw(fax_scenes(Language.EN)["fax-none"])
    assert not gallery.window.panel(TopBar).faxes.isVisible()
    assert not gallery.window.commands.actions["faxes"].isEnabled()
    assert "libspandsp" in gallery.window.commands.actions["fax"].toolTip()
    off = fax_scenes(Language.EN)["fax-ready"]
    gallery.window.draw(enabled(replace(off, fax=replace(off.fax, off="not_allowed"))))
    assert gallery.window.panel(TopBar).faxes.isVisible()
    assert sending(gallery).state.text() == "Your role may not send faxes."
    assert not gallery.view.enabled[Action.SEND_FAX].on


@pytest.mark.parametrize("language", list(Language))
def test_every_control_has_a_name_and_texts_are_in_their_language(gallery: Stage, language: Language) -> None:
    roots: list[QWidget] = [gallery.window.panel(kind) for kind in (SendFaxDialog, FaxesDialog, FaxViewer)]
    for name, view in fax_scenes(language).items():
        gallery.window.draw(view)
        for widget in [each for root in roots for each in _worked(root)]:
            assert widget.accessibleName(), (name, type(widget).__name__, widget.parentWidget())
        if language is Language.ZH:
            wrong = {text for root in roots for text in _shown(root) if half_width(text)}
            assert wrong == set(), name
        assert all(label.text() for root in roots for label in root.findChildren(ParagraphLabel) if label.isVisible())
