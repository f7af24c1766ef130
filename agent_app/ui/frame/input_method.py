"""The input method (输入法) on Linux: which of Qt's plug-ins the window uses for pinyin and the like.

A PySide6 wheel has Qt's plug-in for IBus and none for Fcitx, whose own plug-in is built for the system's Qt and does not load here. Fcitx 5
also speaks IBus's protocol, so the plug-in for IBus works with both. Without a plug-in the keys come as Latin letters.

That plug-in stays silent where no program ``ibus-daemon`` is installed, unless it is told to use IBus's portal, which Fcitx 5 offers, too.
"""

import os
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication

IBUS, FCITX = "ibus", "fcitx"
PORTAL = "IBUS_USE_PORTAL"
_FOLDER = "platforminputcontexts"


def wanted(environment: Mapping[str, str], plugins: Collection[str], *, has_ibus: bool) -> dict[str, str]:
    """The changes of the environment. ``plugins``: the file names of the input method plug-ins that there are; ``has_ibus``: IBus itself is installed.

    Qt reads ``QT_IM_MODULES`` (a list), else ``QT_IM_MODULE``. With neither, an X session's ``XMODIFIERS`` tells the input method; in a Wayland
    session Qt talks to the compositor.
    """
    if not any(IBUS in name for name in plugins) or any(FCITX in name for name in plugins):
        return {}
    changes = _modules(environment)
    return changes | {PORTAL: "1"} if changes and not has_ibus and PORTAL not in environment else changes


def _modules(environment: Mapping[str, str]) -> dict[str, str]:
    modules, module = environment.get("QT_IM_MODULES", ""), environment.get("QT_IM_MODULE", "")
    if modules:
        return {"QT_IM_MODULES": f"{modules};{IBUS}"} if FCITX in modules and IBUS not in modules else {}
    on_x = not environment.get("WAYLAND_DISPLAY")
    told = module or (environment.get("XMODIFIERS", "").partition("@im=")[2] if on_x else "")
    return {"QT_IM_MODULE": IBUS} if (told != module and told.startswith(IBUS)) or told.startswith(FCITX) else {}


def choose() -> None:
    """To be called before the application is made. Other systems than Linux have one input method, which Qt uses by itself."""
    if sys.platform.startswith("linux"):
        folders = [Path(path) / _FOLDER for path in QCoreApplication.libraryPaths()]
        plugins = [file.name for folder in folders if folder.is_dir() for file in folder.iterdir()]
        os.environ.update(wanted(os.environ, plugins, has_ibus=shutil.which("ibus-daemon") is not None))
