"""Screenshots of the fax windows, to be looked at: ``python -m tests.ui.fax_shots OUT_DIR [NAME …]`` (as ``tests.ui.shots``)."""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from agent_app.ui.fax.boxes import FaxesDialog
from agent_app.ui.fax.sending import SendFaxDialog
from agent_app.ui.fax.viewer import FaxViewer
from agent_app.ui.frame.app import application
from agent_app.ui.frame.window import Window
from agent_app.ui.parts import theme
from agent_app.ui.parts.translation import Translation
from shared.enums import Language
from tests.ui.fakes import World
from tests.ui.fax_scenes import fax_scenes
from tests.ui.scenes import NOW
from tests.ui.shots import SIZE, _settle, check_names, run


def take(out: Path, wanted: set[str]) -> int:
    app = application()
    world, translation = World(wall=NOW), Translation(app)
    window = Window(world.desk, world.settings, translation, lambda: NOW)
    pictures = _pictures(window)
    check_names(wanted, pictures)
    out.mkdir(parents=True, exist_ok=True)
    window.resize(*SIZE)
    window.show()
    taken = 0
    for chosen in (theme.Theme.LIGHT, theme.Theme.DARK):
        window.use_theme(chosen)
        for language in Language:
            scenes = fax_scenes(language)
            for name, (scene, prepare) in pictures.items():
                if wanted and name not in wanted:
                    continue
                window.draw(scenes[scene])
                shown = prepare()
                window.draw(scenes[scene])
                _settle()
                shown.grab().save(str(out / f"{name}-{language}-{chosen}.png"))
                taken += 1
                if shown is not window:
                    shown.close()
    window.leaving.sure = True
    window.close()
    return taken


def _pictures(window: Window) -> dict[str, tuple[str, Callable[[], QWidget]]]:
    """Name -> the view that is drawn, and the steps before the picture."""
    sending, boxes, viewer = window.panel(SendFaxDialog), window.panel(FaxesDialog), window.panel(FaxViewer)

    def send(when: int = 0, *, statement: bool = False, cover: bool = False) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            sending.ask("02085551234")
            sending.source.statement.setChecked(statement)
            sending.source.choose_statement()
            sending.source.kind.setCurrentIndex(4)
            sending.covered.setChecked(cover)
            sending.note.setPlainText("请查收三月交割单。" if cover else "")
            sending.when.setCurrentIndex(when)
            sending.progress.follow(window.view.fax.draft.fax)
            return sending

        return prepare

    def box(at: int) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            boxes.go()
            boxes.tabs.setCurrentIndex(at)
            boxes.table.selectRow(0)
            return boxes

        return prepare

    def opened() -> QWidget:
        viewer.go()
        return viewer

    return {
        "fax-window": ("fax-ready", lambda: window),
        "fax-none": ("fax-none", lambda: window),
        "fax-empty": ("fax-empty", send()),
        "fax-ready": ("fax-ready", send(statement=True, cover=True)),
        "fax-later": ("fax-ready", send(1, statement=True)),
        "fax-live": ("fax-live", send(2)),
        "fax-refused": ("fax-refused", send()),
        "fax-uploading": ("fax-uploading", send()),
        "fax-sending": ("fax-sending", send()),
        "fax-failed": ("fax-failed", send()),
        "fax-inbox": ("fax-ready", box(0)),
        "fax-mine": ("fax-ready", box(1)),
        "fax-inbox-empty": ("fax-empty", box(0)),
        "fax-open": ("fax-open", opened),
    }


def main(argv: list[str]) -> int:
    return run("tests.ui.fax_shots", "the windows of fax", "fax-ready fax-inbox", take, argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
