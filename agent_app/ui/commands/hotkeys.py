"""Keys that work while another program has the keyboard: X11's ``XGrabKey``, Windows' ``RegisterHotKey``. Not on Wayland and macOS.

A key that another program has grabbed already is not used. Both systems' calls are plain C, so ctypes is enough.
"""

import ctypes
import itertools
import logging
import sys
from collections.abc import Callable, Mapping
from ctypes import wintypes

from PySide6.QtCore import QAbstractNativeEventFilter, QCoreApplication, QObject, QSocketNotifier
from PySide6.QtGui import QAction, QGuiApplication

log = logging.getLogger(__name__)
HOTKEYS = {"answer": "A", "hang_up": "H", "hold": "P", "mute": "M"}
"""Command -> the letter pressed with Ctrl and Alt."""
Press = Callable[[str], None]


class Hotkeys:
    """``active``: the commands whose keys were grabbed. ``stop`` releases them."""

    def __init__(self, actions: Mapping[str, QAction], parent: QObject) -> None:
        self._actions = actions
        self._system: X11Keys | WindowsKeys | None = None
        match QGuiApplication.platformName():
            case "xcb":
                self._system = X11Keys(self._press, parent)
            case "windows":
                self._system = WindowsKeys(self._press)
        self.active = frozenset(self._system.active) if self._system is not None else frozenset[str]()
        if taken := HOTKEYS.keys() - self.active:
            log.info("no global key for %s", ", ".join(sorted(taken)))

    def stop(self) -> None:
        if self._system is not None:
            self._system.stop()

    def _press(self, command: str) -> None:
        self._actions[command].trigger()  # no effect while the action is disabled


# --- X11 (Xlib, "C Language X Interface", 12.2 and 10.5) ---

KEY_PRESS, KEY_RELEASE = 2, 3
CONTROL, ALT = 4, 8
LOCKS = (0, 2, 16, 18)
"""Caps Lock and Num Lock count as modifiers: each key is grabbed with and without."""
GRAB_ASYNC = 1


class _XKeyEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("root", ctypes.c_ulong), ("subwindow", ctypes.c_ulong), ("time", ctypes.c_ulong),
        ("x", ctypes.c_int), ("y", ctypes.c_int), ("x_root", ctypes.c_int), ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint), ("keycode", ctypes.c_uint), ("same_screen", ctypes.c_int),
    )  # fmt: skip


class _XEvent(ctypes.Union):
    _fields_ = (("type", ctypes.c_int), ("key", _XKeyEvent), ("pad", ctypes.c_long * 24))


_OnError = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class X11Keys:
    """Keys on a connection of their own to the X server."""

    def __init__(self, press: Press, parent: QObject) -> None:
        self._press = press
        self._commands: dict[int, str] = {}
        self._down: set[int] = set()
        self._x = ctypes.CDLL("libX11.so.6")  # Qt's X11 platform needs the library too
        self._declare()
        self._display = self._x.XOpenDisplay(None)
        if self._display:
            for command, letter in HOTKEYS.items():
                self._grab(command, letter)
            self._x.XkbSetDetectableAutoRepeat(self._display, 1, None)  # a key held down counts as one press
            self._notifier = QSocketNotifier(
                self._x.XConnectionNumber(self._display), QSocketNotifier.Type.Read, parent
            )
            self._notifier.activated.connect(lambda *_: self._read())
            self._read()

    @property
    def active(self) -> set[str]:
        return set(self._commands.values())

    def stop(self) -> None:
        if self._display:
            self._notifier.setEnabled(False)
            self._x.XCloseDisplay(self._display)
            self._display = None

    def _declare(self) -> None:
        pointer, number, word = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
        for name, result, *arguments in (
            ("XOpenDisplay", pointer, ctypes.c_char_p), ("XCloseDisplay", number, pointer), ("XConnectionNumber", number, pointer),
            ("XDefaultRootWindow", word, pointer), ("XKeysymToKeycode", ctypes.c_ubyte, pointer, word),
            ("XGrabKey", number, pointer, number, ctypes.c_uint, word, number, number, number),
            ("XUngrabKey", number, pointer, number, ctypes.c_uint, word), ("XSync", number, pointer, number),
            ("XPending", number, pointer), ("XNextEvent", number, pointer, pointer), ("XSetErrorHandler", pointer, pointer),
            ("XkbSetDetectableAutoRepeat", number, pointer, number, pointer),
        ):  # fmt: skip
            function = getattr(self._x, name)
            function.restype, function.argtypes = result, arguments

    def _grab(self, command: str, letter: str) -> None:
        x, display = self._x, self._display
        root, code = x.XDefaultRootWindow(display), x.XKeysymToKeycode(display, ord(letter.lower()))
        refused: list[bool] = []

        def note(_display: object, _error: object) -> int:
            refused.append(True)
            return 0

        on_error = _OnError(note)  # Xlib's default handler ends the program
        before = x.XSetErrorHandler(ctypes.cast(on_error, ctypes.c_void_p))
        for locks in LOCKS:
            x.XGrabKey(display, code, CONTROL | ALT | locks, root, 1, GRAB_ASYNC, GRAB_ASYNC)
        x.XSync(display, 0)
        if refused:  # BadAccess: another program has the key
            for locks in LOCKS:
                x.XUngrabKey(display, code, CONTROL | ALT | locks, root)
            x.XSync(display, 0)
        x.XSetErrorHandler(before)
        if code and not refused:
            self._commands[code] = command

    def _read(self) -> None:
        event = _XEvent()
        while self._display and self._x.XPending(self._display):
            self._x.XNextEvent(self._display, ctypes.byref(event))
            code = event.key.keycode
            if event.type == KEY_RELEASE:
                self._down.discard(code)
            elif event.type == KEY_PRESS and code in self._commands and code not in self._down:
                self._down.add(code)
                self._press(self._commands[code])


# --- Windows (RegisterHotKey, winuser.h) ---

WM_HOTKEY = 0x0312
MOD_ALT, MOD_CONTROL, MOD_NOREPEAT = 0x0001, 0x0002, 0x4000


class WindowsKeys(QAbstractNativeEventFilter):
    """Keys of this thread, whose messages Qt reads."""

    def __init__(self, press: Press) -> None:
        super().__init__()
        self._press = press
        self._commands: dict[int, str] = {}
        if sys.platform == "win32":
            for number, (command, letter) in zip(itertools.count(1), HOTKEYS.items(), strict=False):
                keys = MOD_ALT | MOD_CONTROL | MOD_NOREPEAT
                if ctypes.windll.user32.RegisterHotKey(None, number, keys, ord(letter)):
                    self._commands[number] = command
            QCoreApplication.instance().installNativeEventFilter(self)  # type: ignore[union-attr]

    @property
    def active(self) -> set[str]:
        return set(self._commands.values())

    def stop(self) -> None:
        if sys.platform == "win32":
            QCoreApplication.instance().removeNativeEventFilter(self)  # type: ignore[union-attr]
            for number in self._commands:
                ctypes.windll.user32.UnregisterHotKey(None, number)

    def nativeEventFilter(self, kind: object, message: int) -> tuple[bool, int]:  # noqa: N802
        if kind == b"windows_generic_MSG":
            told = wintypes.MSG.from_address(int(message))
            if told.message == WM_HOTKEY and told.wParam in self._commands:
                self._press(self._commands[told.wParam])
                return True, 0
        return False, 0
