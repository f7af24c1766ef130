"""The system's sound devices by PortAudio: list, choice, and a cheap check whether a device was plugged.

PortAudio makes its list at its initialisation; ``PortAudio.refresh`` makes the list anew and needs every stream closed. On Windows only WASAPI's
devices are listed (each device exists once in each API), elsewhere those of the default API.
"""

import os
import sys
from pathlib import Path
from typing import Any

from msgspec import Struct

from agent_app.model.sound.phone_messages import SoundDevice
from agent_app.phone import PhoneError

WINDOWS = sys.platform == "win32"


class ListedDevice(Struct, frozen=True):
    """``index``: PortAudio's, valid until the next ``refresh``."""

    index: int
    device: SoundDevice


class PortAudio:
    """PortAudio, used by one thread only. Raises ``PhoneError("no_devices")`` if the library is not installed."""

    def __init__(self) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise PhoneError("no_devices", f"no PortAudio: {error}") from None
        self.sd: Any = sounddevice
        self._fresh = True  # the import has initialised PortAudio

    @property
    def version(self) -> str:
        return str(self.sd.get_portaudio_version()[1])

    def refresh(self) -> tuple[ListedDevice, ...]:
        """Makes the list anew; every stream must be closed. Takes some 15 ms (ALSA)."""
        if not self._fresh:
            self.sd._terminate()  # noqa: SLF001  the only way
            self.sd._initialize()  # noqa: SLF001
        self._fresh = False
        return self.devices()

    def devices(self) -> tuple[ListedDevice, ...]:
        apis = self.sd.query_hostapis()
        all_devices = self.sd.query_devices()
        return listed(list(all_devices), list(apis), windows=WINDOWS)

    def extra(self) -> Any:
        """On Windows the setting by which WASAPI converts rates and channels; else ``None``."""
        return self.sd.WasapiSettings(auto_convert=True) if WINDOWS else None


def listed(devices: list[dict[str, Any]], apis: list[dict[str, Any]], *, windows: bool) -> tuple[ListedDevice, ...]:
    """PortAudio's devices with ids that stay the same after a restart: the API's name and the device's."""
    api = _api(apis, windows=windows)
    if api is None:
        return ()
    found, seen = [], dict[str, int]()
    for index in apis[api]["devices"]:
        entry = devices[index]
        name = str(entry["name"])
        seen[name] = seen.get(name, 0) + 1
        number = f" #{seen[name]}" if seen[name] > 1 else ""
        found.append(
            ListedDevice(
                index,
                SoundDevice(
                    f"{apis[api]['name']}/{name}{number}",
                    name + number,
                    int(entry["max_input_channels"]),
                    int(entry["max_output_channels"]),
                    index == apis[api]["default_input_device"],
                    index == apis[api]["default_output_device"],
                ),
            )
        )
    return tuple(found)


def _api(apis: list[dict[str, Any]], *, windows: bool) -> int | None:
    with_devices = [number for number, api in enumerate(apis) if api["devices"]]
    if windows:
        wasapi = [number for number in with_devices if "WASAPI" in apis[number]["name"]]
        return next(iter(wasapi + with_devices), None)
    return next(iter(with_devices), None)


def choose(
    devices: tuple[ListedDevice, ...], wanted: str, *, output: bool, failed: frozenset[str] = frozenset()
) -> ListedDevice | None:
    """The device with the id ``wanted``, else the system's default, else any; never one that has just failed."""

    def fits(item: ListedDevice) -> bool:
        channels = item.device.outputs if output else item.device.inputs
        return channels > 0 and item.device.id not in failed

    fitting = [item for item in devices if fits(item)]
    chosen = [item for item in fitting if item.device.id == wanted]
    default = [item for item in fitting if (item.device.default_out if output else item.device.default_in)]
    return next(iter(chosen + default + fitting), None)


def signature() -> object:
    """A value that changes when a device is plugged or unplugged. Takes microseconds."""
    if WINDOWS:
        import ctypes

        winmm = ctypes.windll.winmm  # type: ignore[attr-defined,unused-ignore]
        return winmm.waveInGetNumDevs(), winmm.waveOutGetNumDevs()
    return tuple(_seen(path) for path in _watched())


def _watched() -> list[Path]:
    """ALSA's device nodes, its settings, and PulseAudio's socket."""
    configured = os.environ.get("ALSA_CONFIG_PATH")
    runtime = os.environ.get("PULSE_RUNTIME_PATH") or os.environ.get("XDG_RUNTIME_DIR", "") + "/pulse"
    return [Path("/dev/snd"), Path(configured or Path.home() / ".asoundrc"), Path(runtime)]


def _seen(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
