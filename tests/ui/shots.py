"""Screenshots of every state, for people to look at: ``python -m tests.ui.shots OUT_DIR [NAME …]``.

Draws under Xvfb at 1366×768 (or on the display that there is), in Chinese and English, light and dark.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from agent_app.ui import theme
from agent_app.ui.app import application
from agent_app.ui.translation import Translation
from agent_app.ui.window import Window
from shared.enums import Language
from tests.ui.fakes import World
from tests.ui.scenes import NOW, scenes, view

SIZE = (1366, 768)


def take(out: Path, wanted: set[str]) -> int:
    out.mkdir(parents=True, exist_ok=True)
    app = application()
    world, translation = World(wall=NOW), Translation(app)
    window = Window(world.desk, world.settings, translation, lambda: NOW)
    window.resize(*SIZE)
    window.show()
    taken = 0
    for chosen in (theme.Theme.LIGHT, theme.Theme.DARK):
        window.use_theme(chosen)
        for language in Language:
            made: dict[str, QWidget] = dict.fromkeys(scenes(language), window)
            made |= {"help": window.help, "audio": window.audio, "password": window.password, "about": window.about}
            for name, shown in made.items():
                if wanted and name not in wanted:
                    continue
                window.draw(scenes(language).get(name, view(language)))
                if shown is not window:
                    shown.show()
                _settle()
                shown.grab().save(str(out / f"{name}-{language}-{chosen}.png"))
                taken += 1
                if shown is not window:
                    shown.close()
    window._leaving = True
    window.close()
    return taken


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(60, loop.quit)
    loop.exec()


def main(argv: list[str]) -> int:
    if not argv:
        print(__doc__)
        return 2
    if sys.platform == "linux" and "DISPLAY" not in os.environ and "QT_QPA_PLATFORM" not in os.environ:
        if shutil.which("xvfb-run") is None:
            print("no display, and no xvfb-run: apt-get install xvfb")
            return 1
        screen = "-screen 0 1366x768x24"
        return subprocess.run(
            ["xvfb-run", "-a", "-s", screen, sys.executable, "-m", "tests.ui.shots", *argv], check=False
        ).returncode
    print(f"{take(Path(argv[0]), set(argv[1:]))} screenshots by {QGuiApplication.platformName()} in {argv[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
