"""Screenshots of the supervisor's desk, for people to look at: ``python -m tests.ui.floor_shots OUT_DIR [NAME …]``, as ``tests.ui.shots``."""

import sys
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from agent_app.model.reports.report import ReportView
from agent_app.ui.commands.commands import Commands
from agent_app.ui.floor.window import SupervisorWindow
from agent_app.ui.frame.app import application
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.parts import theme
from agent_app.ui.parts.translation import Translation
from shared.enums import Language, Role, SeatState
from shared.reports import By
from tests.ui.fakes import World
from tests.ui.floor_scenes import FLOORS, report
from tests.ui.scenes import NOW, seat, view
from tests.ui.shots import SIZE, _settle, check_names, run

CHIEF = replace(seat(SeatState.LOCKED), agent="1010", name="王主任", role=Role.SUPERVISOR)


def take(out: Path, wanted: set[str]) -> int:
    app = application()
    world, translation = World(wall=NOW), Translation(app)
    window = SupervisorWindow(world.desk, Commands(QWidget(), PANELS.commands), lambda: NOW)
    check_names(wanted, _pictures(window))
    out.mkdir(parents=True, exist_ok=True)
    window.resize(*SIZE)
    window.show()
    taken = 0
    for chosen in (theme.Theme.LIGHT, theme.Theme.DARK):
        theme.use(chosen)
        theme.apply(app)
        window.redraw()
        for language in Language:
            translation.use(language)
            for name, (floor, prepare) in _pictures(window).items():
                if wanted and name not in wanted:
                    continue
                window.draw(view(language, seat=CHIEF))
                window.draw_floor(FLOORS[floor])
                _settle()
                shown = prepare()
                _settle()
                shown.grab().save(str(out / f"board-{name}-{language}-{chosen}.png"))
                taken += 1
                if shown is not window:
                    shown.close()
    window.close()
    return taken


def _pictures(window: SupervisorWindow) -> dict[str, tuple[str, Callable[[], QWidget]]]:
    """Name -> the floor that is drawn, and the steps before the picture."""

    def row(do: Callable[[], object], shown: QWidget = window) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            window.seats.search.clear()
            window.page_tabs.setCurrentIndex(0)
            window.tabs.setCurrentIndex(0)
            window.seats.table.selectRow(1)
            window.waiting.table.selectRow(1)
            do()
            return shown

        return prepare

    press = window.acts.actions
    made = {name: (name, row(lambda: None)) for name in FLOORS}
    made["branches"] = ("small", row(lambda: window.tabs.setCurrentIndex(1)))
    made["branches-full"] = ("full", row(lambda: window.tabs.setCurrentIndex(1)))
    made["filtered"] = ("full", row(lambda: window.seats.search.setText("李 orders")))
    for by in By:
        made[f"report-{by}"] = ("small", row(lambda by=by: _report(window, by)))
    made["report-empty"] = ("small", row(lambda: _report(window, None)))
    made["message"] = ("small", row(press["message"].trigger, window.message))
    made["skills"] = ("small", row(press["skills"].trigger, window.skills))
    made["reasons"] = ("small", row(press["lock"].trigger, window.acts.reasons))
    made["give"] = ("full", row(press["give"].trigger, window.givable))
    return made


def _report(window: SupervisorWindow, by: By | None) -> None:
    window.reports.show_report(ReportView(busy=by is None))
    window.page_tabs.setCurrentIndex(1)
    if by is not None:
        window.reports.show_report(ReportView(by=by, shown=report(by, 24 if by is By.AGENTS else 10)))


def main(argv: list[str]) -> int:
    return run("tests.ui.floor_shots", "the supervisor's desk", "full report-agents", take, argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
