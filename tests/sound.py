"""A headset for tests: a private PulseAudio with null sinks, which programs reach as real sound devices (PortAudio and ALSA's pulse plugin, or Qt).

    with Headset() as headset:
        program = subprocess.Popen(..., env=headset.env)
        headset.say(sine(400, 8000))          # into the microphone
        heard = headset.hear(1.0)             # the sound of the speaker in the next second, 8 kHz
        headset.pull(); headset.plug()

Devices: ``headset`` (speaker and microphone; the default while it is plugged), ``speakers`` (speaker and a room microphone with the same
sound), ``default``. Works as root. A recorder keeps each null sink running with fragments of 10 ms: an unused sink is suspended for up to 2 s,
and a program that opens it then waits so long for its first block.

Debian: pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

import numpy as np

RATE = 8000
FRAGMENT_MS = 10
PATIENCE_S = 20.0
DAEMON = (
    "--daemonize=no",
    "--exit-idle-time=-1",
    "--use-pid-file=no",
    "--system=no",
    "--disable-shm=yes",
    "--realtime=no",
    "--log-level=1",
)
RAW = (f"--latency-msec={FRAGMENT_MS}", "--format=s16le", f"--rate={RATE}", "--channels=1")
HEADSET = """
pcm.headset { type asym
  playback.pcm { type pulse server "SERVER" device "headset" }
  capture.pcm { type pulse server "SERVER" device "mic" } }
"""
OTHERS = """
pcm.speakers { type asym
  playback.pcm { type pulse server "SERVER" device "speakers" }
  capture.pcm { type pulse server "SERVER" device "room" } }
pcm.!default { type pulse server "SERVER" }
ctl.!default { type pulse server "SERVER" }
"""


class Recorder:
    """Records a sink's sound until ``close``. A sample's time is that at which PulseAudio delivered its fragment, minus the samples after it in the fragment."""

    def __init__(self, source: str, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["parec", "-d", source, *RAW], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._blocks: list[tuple[float, np.ndarray]] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        rest = b""
        while data := os.read(pipe.fileno(), 65536):
            now, data = time.monotonic(), rest + data
            whole = len(data) // 2 * 2
            block, rest = np.frombuffer(data[:whole], np.int16), data[whole:]
            with self._changed:
                self._blocks.append((now, block))
                self._changed.notify_all()

    def count(self) -> int:
        return sum(len(block) for _, block in list(self._blocks))

    def since(self, start: int, seconds: float) -> np.ndarray:
        """The ``seconds`` from sample number ``start`` on; waits until they are recorded."""
        wanted = start + round(seconds * RATE)
        with self._changed:
            ready = self._changed.wait_for(lambda: self.count() >= wanted, seconds + PATIENCE_S)
        assert ready, f"the sink played only {self.count() - start} samples of {wanted - start}"
        return np.concatenate([block for _, block in self._blocks])[start:wanted]

    def onset(self, after: float, peak: int = 1000, seconds: float = PATIENCE_S) -> float:
        """The time at which the first sample over ``peak`` after ``after`` (monotonic) was played; a sink delivers a fragment when playing of it begins."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._changed:
                self._changed.wait(0.5)
                blocks = [(at, block) for at, block in self._blocks if at > after]
            for at, block in blocks:
                loud = np.flatnonzero(np.abs(block.astype(np.int32)) > peak)
                if len(loud):
                    return at - (len(block) - int(loud[0])) / RATE
        raise AssertionError(f"nothing louder than {peak} in {seconds} s")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Mouth:
    """Feeds the sink behind the microphones: the samples given last, then silence."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["pacat", "-d", "mouth", *RAW], env=env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._rest = np.zeros(0, np.int16)
        self._lock = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()

    def say(self, samples: np.ndarray) -> None:
        with self._lock:
            self._rest = samples.astype(np.int16)

    def _feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        count, due = RATE // 100, time.monotonic()
        with contextlib.suppress(OSError, ValueError):
            while not self._over:
                with self._lock:
                    block, self._rest = self._rest[:count], self._rest[count:]
                pipe.write(np.pad(block, (0, count - len(block))).tobytes())
                pipe.flush()
                due += 0.01
                time.sleep(max(0.0, due - time.monotonic()))

    def close(self) -> None:
        self._over = True
        self._process.kill()
        self._process.wait()
        self._thread.join(5)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()


class Headset:
    """``env``: the environment in which a program sees these devices, and no others."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="headset-"))  # short, since a socket's path has at most 108 bytes
        self.server = f"unix:{self.folder}/native"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "ALSA_", "PIPEWIRE_"))},
            "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_SERVER": self.server, "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
        }  # fmt: skip
        self._modules: dict[str, list[str]] = {}
        self._recorders: dict[str, Recorder] = {}

    def __enter__(self) -> Self:
        with (self.folder / "log").open("w") as log:
            self._daemon = subprocess.Popen(
                ["pulseaudio", "-n", *DAEMON, "-L", f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1"],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self._wait()
            self._make("nothing", [("module-null-sink", "nothing")])
            # Made first, so that it becomes the default: streams to the default device follow when the default changes by an unplugged headset.
            self._make("speakers", [("module-null-sink", "speakers")])
            self._make(
                "mouth",
                [("module-null-sink", "mouth"), ("module-remap-source source_name=room master=mouth.monitor", "")],
            )
            self.plug()
            for recorder in self._recorders.values():
                recorder.since(0, 0.1)  # the sink runs: its first suspension of 2 s is over
            self._mouth = Mouth(self.env)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_mouth"):
            self._mouth.close()
        for recorder in self._recorders.values():
            recorder.close()
        self._daemon.terminate()
        try:
            self._daemon.wait(5)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- sound to and from the headset ---

    def hear(self, seconds: float, *, sink: str = "headset") -> np.ndarray:
        """The speaker's sound in the next ``seconds``: int16, 8 kHz."""
        recorder = self._recorders[sink]
        return recorder.since(recorder.count(), seconds)

    def recorder(self, sink: str = "headset") -> Recorder:
        return self._recorders[sink]

    def say(self, samples: np.ndarray) -> None:
        """Gives samples (8 kHz) to every microphone, in place of earlier ones that are still waiting. ``recorder("mouth")`` records them."""
        self._mouth.say(samples)

    # --- plugging ---

    def pull(self) -> None:
        """Unplugs the headset: its sink and source disappear, and the speakers become the default."""
        self._recorders.pop("headset").close()
        for module in self._modules.pop("headset"):
            self.pactl("unload-module", module)
        self._defaults("speakers", "room")
        self._configure(plugged=False)

    def plug(self) -> None:
        self._make(
            "headset",
            [("module-null-sink", "headset"), ("module-remap-source source_name=mic master=mouth.monitor", "")],
        )
        self._defaults("headset", "mic")
        self._recorders["headset"].since(0, 0.1)
        self._configure(plugged=True)

    def pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self.env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, f"pactl {arguments}: {done.stderr}"
        return done.stdout.strip()

    def _make(self, name: str, modules: list[tuple[str, str]]) -> None:
        for module, sink in modules:
            sink_options = (f"sink_name={sink}", f"rate={RATE * 6}", "channels=1") if sink else ()
            self._modules.setdefault(name, []).append(self.pactl("load-module", *module.split(), *sink_options))
            if sink:
                self._recorders[sink] = Recorder(f"{sink}.monitor", self.env)

    def _defaults(self, sink: str, source: str) -> None:
        self.pactl("set-default-sink", sink)
        self.pactl("set-default-source", source)

    def _configure(self, *, plugged: bool) -> None:
        text = ((HEADSET if plugged else "") + OTHERS).replace("SERVER", self.server)
        draft = self.folder / "draft"
        draft.write_text(text)
        draft.replace(self.folder / "asound.conf")

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while subprocess.run(["pactl", "info"], env=self.env, capture_output=True, check=False).returncode:
            assert self._daemon.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "PulseAudio does not answer"
            time.sleep(0.05)
