"""Screenshots of every state, to be looked at: ``python -m tests.ui.shots OUT_DIR [NAME …]``.

Draws under Xvfb at 1366×768 (or on the display that there is), in Chinese and English, light and dark. ``QT_SCALE_FACTOR=1.5`` draws as on a
screen at 150 %.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from agent_app.model.calling.targets import DialPurpose
from agent_app.ui.calling.calls import CallsPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.calling.people import PeoplePanel
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.history import HistoryPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.app import application
from agent_app.ui.frame.dialogs import AboutDialog, HelpDialog, PasswordDialog
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.frame.window import Window
from agent_app.ui.parts import theme
from agent_app.ui.parts.translation import Translation
from agent_app.ui.sound.audio import AudioDialog
from shared.enums import Language
from tests.ui.fakes import World
from tests.ui.fonts import first_font
from tests.ui.party_scenes import PEOPLE, party_scenes
from tests.ui.scenes import NOW, scenes
from tests.ui.xserver import x_server

SIZE = (1366, 768)


def take(out: Path, wanted: set[str]) -> int:
    app = application()
    world, translation = World(wall=NOW), Translation(app)
    window = Window(world.desk, world.settings, translation, lambda: NOW)
    check_names(wanted, _pictures(window))
    out.mkdir(parents=True, exist_ok=True)
    window.resize(*SIZE)
    window.show()
    window.activateWindow()
    taken = 0
    for chosen in (theme.Theme.LIGHT, theme.Theme.DARK):
        window.use_theme(chosen)
        for language in Language:
            for name, (view_name, prepare) in _pictures(window).items():
                if wanted and name not in wanted:
                    continue
                window.draw({**scenes(language), **party_scenes(language)}[view_name])
                _settle()
                shown = prepare()
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

    def at(do: Callable[[], object]) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            do()
            return window

        return prepare

    def beside(dialog: QWidget, do: Callable[[], object]) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            do()
            return dialog

        return prepare

    made = {
        name: (name, at(lambda: (window.places.tabs.setCurrentIndex(0), window.places.lists.setCurrentIndex(0))))
        for name in (*scenes(), *party_scenes())
    }

    def dial(purpose: DialPurpose, text: str = "", kind: int = 0) -> Callable[[], QWidget]:
        def prepare() -> QWidget:
            window.panel(DialDialog).ask(purpose, text)
            window.panel(DialDialog).kinds.setCurrentIndex(kind)
            return window.panel(DialDialog)

        return prepare

    made["dial"] = ("known", dial(DialPurpose.DIAL, "ljl"))
    made["dial-typed"] = ("known", dial(DialPurpose.DIAL, "020 8888"))
    made["dial-in-talk"] = ("came-back", dial(DialPurpose.DIAL, "139"))
    made["internal-call"] = ("known", dial(DialPurpose.CALL_SEAT))
    made["transfer"] = ("came-back", dial(DialPurpose.TRANSFER))
    made["transfer-queues"] = ("came-back", dial(DialPurpose.TRANSFER, "", 2))
    made["transfer-not-now"] = ("consult-ringing", dial(DialPurpose.TRANSFER, "1003"))
    made["monitor-whom"] = ("supervisor", dial(DialPurpose.MONITOR))
    made["calls"] = (
        "known",
        at(lambda: (window.places.lists.setCurrentIndex(1), window.panel(CallsPanel).table.selectRow(1))),
    )
    made["directory"] = (
        "known",
        at(lambda: (window.places.lists.setCurrentIndex(2), window.panel(PeoplePanel).table.selectRow(0))),
    )
    made["person"] = (
        "known",
        beside(window.panel(PeoplePanel).person, lambda: window.panel(PeoplePanel).person.ask(PEOPLE[0])),
    )
    made["orders"] = ("talking", at(window.commands.actions["orders"].trigger))
    made["history"] = (
        "talking",
        at(lambda: (window.commands.actions["contacts"].trigger(), window.panel(HistoryPanel).table.selectRow(0))),
    )
    made["trail"] = ("talking", at(window.commands.actions["trail"].trigger))
    made["ticket"] = (
        "talking",
        at(lambda: (window.panel(TicketsPanel).table.selectRow(0), window.panel(TicketsPanel).note.setFocus())),
    )
    made["branch-slow"] = (
        "talking",
        at(lambda: (window.places.tabs.setCurrentIndex(0), window.panel(AccountsPanel).tabs.setCurrentIndex(1))),
    )
    made["help"] = ("open", beside(window.panel(HelpDialog), window.panel(HelpDialog).show))
    made["audio"] = ("open", beside(window.panel(AudioDialog), window.panel(AudioDialog).show))
    made["audio-desk-phone"] = ("desk-phone", beside(window.panel(AudioDialog), window.panel(AudioDialog).show))
    made["password"] = ("open", beside(window.panel(PasswordDialog), window.panel(PasswordDialog).go))
    made["about"] = ("open", beside(window.panel(AboutDialog), window.panel(AboutDialog).show))
    made["menu"] = ("open", beside(window.panel(TopBar).menu, window.panel(TopBar).open_menu))
    made["lock-reasons"] = ("open", beside(window.panel(TopBar).reasons, window.panel(TopBar).ask_reason))
    return made


def check_names(wanted: Iterable[str], known: Iterable[str]) -> None:
    """Raises ``UnknownPictureError``."""
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise UnknownPictureError(f"no such picture: {', '.join(unknown)}; there are {', '.join(sorted(known))}")


class UnknownPictureError(Exception):
    """The message names the pictures that exist."""


def _settle() -> None:
    """Waits until all is laid out and painted."""
    for _ in range(2):
        QApplication.processEvents()
        loop = QEventLoop()
        QTimer.singleShot(40, loop.quit)
        loop.exec()


def main(argv: list[str]) -> int:
    return run("tests.ui.shots", "every state of the agent's window", "ringing talking", take, argv)


def run(module: str, of_what: str, names: str, taking: Callable[[Path, set[str]], int], argv: list[str]) -> int:
    """The command line of a tool that takes pictures; without a display the tool starts an X server of its own."""
    asked = _parser(module, of_what, names).parse_args(argv)
    if sys.platform == "linux" and "DISPLAY" not in os.environ and "QT_QPA_PLATFORM" not in os.environ:
        with x_server("{}x{}x24".format(*SIZE)) as environment:
            again = [sys.executable, "-m", module, *argv]
            return subprocess.run(again, env=environment, check=False).returncode
    app = application()
    if asked.font:
        app.setFont(first_font(app.font(), asked.font))
    try:
        taken = taking(asked.folder, set(asked.names))
    except UnknownPictureError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{taken} screenshots by {QGuiApplication.platformName()} in {asked.folder}")
    return 0


def _parser(module: str, of_what: str, names: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=f"Takes pictures of {of_what} into a folder, for people to look at.",
        epilog=f"example: python -m {module} /tmp/pictures {names} --font 'WenQuanYi Micro Hei'",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made if it isn't there")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a picture; without a name, all")
    parser.add_argument("--font", metavar="FAMILY", help="the system's own font, which comes before all others")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
