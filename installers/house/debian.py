"""The Debian packages that the project needs, with reasons, and their installation: only with ``--apt`` or as root."""

import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterable
from ctypes.util import find_library
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from installers.house import HouseError, say

LISTS = Path("/var/lib/apt/lists")
LISTS_MAX_AGE_S = 24 * 3600
USR = Path("/usr")


@dataclass(frozen=True)
class Package:
    """A Debian package: ``program`` shows that it is installed, ``why`` is the reason, ``others`` are its further programs that are started."""

    name: str
    program: str
    why: str
    others: tuple[str, ...] = ()

    def is_here(self) -> bool:
        return shutil.which(self.program) is not None

    @property
    def programs(self) -> tuple[str, ...]:
        return self.program, *self.others


@dataclass(frozen=True)
class VenvPackage(Package):
    """Python's ``venv``: a package of its own on Debian, part of Python on other systems."""

    def is_here(self) -> bool:
        return find_spec("venv") is not None and find_spec("ensurepip") is not None


@dataclass(frozen=True)
class SharedLibrary(Package):
    """``program`` is the linker's name of the shared library: ``portaudio`` for ``libportaudio.so.2``."""

    def is_here(self) -> bool:
        return find_library(self.program) is not None


@dataclass(frozen=True)
class FilesPackage(Package):
    """``program`` is one or more globs below ``/usr``, separated by ``|``; one match is enough."""

    def is_here(self) -> bool:
        return any(True for glob in self.program.split("|") for _ in USR.glob(glob))


@dataclass(frozen=True)
class PythonHeaders(Package):
    """The C headers of the Python that runs this: a package of its own on Debian, part of Python on other systems."""

    def is_here(self) -> bool:
        return (Path(sysconfig.get_path("include")) / self.program).exists()


CHINESE_FONTS = (
    "share/fonts/**/wqy-*.ttc|share/fonts/**/*CJK*.ttc|share/fonts/**/*CJK*.otf|share/fonts/**/*[Hh]an[Ss]ans*"
)
VENV_SUPPORT = VenvPackage("python3-venv", "python3", "makes the project's own Python environment, .venv")
FOR_SETUP: tuple[Package, ...] = (VENV_SUPPORT,)
FOR_WINDOW: tuple[Package, ...] = (
    SharedLibrary("libegl1", "EGL", "Qt draws the agent's window with it"),
    SharedLibrary("libgl1", "GL", "Qt draws the agent's window with it"),
    SharedLibrary("libfontconfig1", "fontconfig", "finds fonts for the agent's window"),
    SharedLibrary("libglib2.0-0", "glib-2.0", "Qt's events"),
    SharedLibrary("libdbus-1-3", "dbus-1", "tells screen readers about the agent's window"),
    SharedLibrary("libxkbcommon-x11-0", "xkbcommon-x11", "the keyboard in the agent's window, which is worked by keyboard alone"),
    SharedLibrary("libxcb-cursor0", "xcb-cursor", "Qt's windows on X11"),
    SharedLibrary("libxcb-icccm4", "xcb-icccm", "Qt's windows on X11"),
    SharedLibrary("libxcb-keysyms1", "xcb-keysyms", "Qt's windows on X11"),
    SharedLibrary("libxcb-shape0", "xcb-shape", "Qt's windows on X11"),
    SharedLibrary("libxcb-xkb1", "xcb-xkb", "Qt's windows on X11"),
    SharedLibrary("libpulse0", "pulse", "tells QtMultimedia that headsets are plugged and unplugged"),
    SharedLibrary("libportaudio2", "portaudio", "the agent's headset"),
    FilesPackage(
        "libasound2-plugins", "lib/*/alsa-lib/libasound_module_pcm_pulse.so",
        "PortAudio's way to PulseAudio's and PipeWire's headsets",
    ),
    FilesPackage("fonts-wqy-microhei", CHINESE_FONTS, "Chinese characters in the agent's window and on faxes"),
)  # fmt: skip
"""The packages for the agent's window and its headset; robots without a window need none of them."""
FOR_FAX: tuple[Package, ...] = (
    SharedLibrary("libspandsp2", "spandsp", "the modems and T.30 of the fax card; without it the switch has no fax"),
)
FOR_TESTS: tuple[Package, ...] = (
    VENV_SUPPORT,
    Package("sip-tester", "sipp", "SIPp, the caller that dials, keys and trades in the tests"),
    Package("baresip-core", "baresip", "a real SIP phone, which sends and records tones in the tests"),
    Package("espeak-ng", "espeak-ng", "speaks free text for which no prompt was recorded"),
    Package("sox", "sox", "reads our recordings as any other program would, and makes speech for the tests", ("soxi",)),
    Package("iproute2", "ip", "network namespaces, between which the tests send IP fragments"),
    Package("xvfb", "Xvfb", "a virtual screen, for the tests that click through the agent's window"),
    Package("xdotool", "xdotool", "the keyboard and the mouse in those tests"),
    Package("fcitx5", "fcitx5", "an input method, through which the tests type Chinese into the agent's window"),
    FilesPackage("fcitx5-pinyin", "share/fcitx5/inputmethod/pinyin.conf", "pinyin for that input method"),
    Package("dbus-daemon", "dbus-run-session", "the message bus between that input method and the window"),
    Package("pulseaudio", "pulseaudio", "a headset that is made of software, for the tests of the agent's phone"),
    Package(
        "pulseaudio-utils", "pactl", "plugs that headset in and out, plays and records its sound", ("pacat", "parec")
    ),
    Package(
        "gcc", "gcc", "compiles the voice cards' inner loop, and PESQ, which rates the sound of speech in the tests"
    ),
    FilesPackage("libc6-dev", "include/stdio.h", "the C library's headers, for PESQ"),
    PythonHeaders("python3-dev", "Python.h", "Python's headers, for PESQ"),
    Package(
        "mmdebstrap", "mmdebstrap", "makes the folder in which a real Asterisk runs, the far end of trunks in the tests"
    ),
    Package(
        "libtiff-tools",
        "tiffcp",
        "makes the pages that the tests fax, and unpacks those that arrive",
        ("tiffcmp", "tiffinfo"),
    ),
    *FOR_FAX,
    *FOR_WINDOW,
)


def missing(packages: Iterable[Package]) -> list[Package]:
    return [package for package in packages if not package.is_here()]


def command(packages: Iterable[Package]) -> str:
    """The command line that installs the packages."""
    return "sudo apt-get install --no-install-recommends " + " ".join(package.name for package in packages)


def ensure(packages: Iterable[Package], *, asked: bool) -> None:
    """Installs missing packages, if root or ``asked``; else raises ``HouseError`` with the exact command."""
    wanted = missing(packages)
    if not wanted:
        return
    say("Debian packages:")
    for package in wanted:
        say(f"  {package.name}: {package.why}")
    root = os.geteuid() == 0
    if shutil.which("apt-get") is None:
        raise HouseError("These are missing and this is no Debian: install them with your system's package manager.")
    if not root and not asked:
        raise HouseError(
            f"These are missing. Install them with\n  {command(wanted)}\nor let it be done: ./run setup --apt"
        )
    if not root and shutil.which("sudo") is None:
        raise HouseError(f"Only root may install them. As root:\n  {command(wanted).removeprefix('sudo ')}")
    _install([package.name for package in wanted], prefix=[] if root else ["sudo"])
    still = missing(wanted)
    if still:
        raise HouseError(f"apt-get ended well but {', '.join(p.name for p in still)} can still not be found.")


def _install(names: list[str], prefix: list[str]) -> None:
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Dpkg::Use-Pty=0"]
    if _lists_are_old():
        say("  apt-get update …")
        _run([*apt, "update"])
    say(f"  apt-get install {' '.join(names)} …")
    _run([*apt, "install", "-y", "--no-install-recommends", *names])


def _lists_are_old() -> bool:
    dates = [entry.stat().st_mtime for entry in LISTS.glob("*Packages*")] if LISTS.is_dir() else []
    return not dates or time.time() - max(dates) > LISTS_MAX_AGE_S


def _run(argv: list[str]) -> None:
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        tail = "\n  ".join(done.stdout.splitlines()[-12:])
        raise HouseError(f"{' '.join(argv[-4:])} failed (status {done.returncode}). The end of what it said:\n  {tail}")
