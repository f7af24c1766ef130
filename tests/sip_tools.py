"""Real phones for tests: SIPp, baresip and pjsua2, each a process of its own on free ports of 127.0.0.1.

answer = Sipp(("127.0.0.1", 5060), scenario, number="95500", calls=10, rate=5).run()
with Baresip(tmp_path) as phone: phone.dial("sip:95500@127.0.0.1:5060")
with Pjsua(folder) as phone: phone.do("dial", "sip:…")
"""

import contextlib
import itertools
import json
import os
import queue
import random
import re
import socket
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

SCENARIOS = Path(__file__).parent / "lines" / "scenarios"
ROOT = Path(__file__).parents[1]
PORTS = range(7000, 9900, 2)
"""The first ports of pairs: below Linux's own range (``ip_local_port_range``), apart from the RTP ports of SIPp (6000), baresip (10000) and
PJSIP (20000)."""


def _ports() -> Iterator[int]:
    """All ports in turn, repeatedly; each of pytest's workers has its own part."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ours = list(PORTS[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))])
    random.SystemRandom().shuffle(ours)
    return itertools.cycle(ours)


_ours = _ports()


def free_port() -> int:
    """A port that is free now and that the system gives to no program by itself, so that a test may use it later.

    The next port is free too: baresip uses its SIP port for UDP and TCP, and the next one for TLS.
    """
    return next(port for port in _ours if _is_free(port) and _is_free(port + 1))


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as skt:
            try:
                skt.bind(("127.0.0.1", port))
            except OSError:  # includes TCP ports in TIME_WAIT
                return False
    return True


class Sipp:
    """A SIPp run. ``scenario``: a path, or a name under ``tests/lines/scenarios``. ``folder`` gets its logs."""

    def __init__(
        self, far: tuple[str, int], scenario: str | Path, folder: Path, *, number: str = "95500", calls: int = 1, rate: float = 10,
        seconds: float = 30, user: str = "", password: str = "", extra: tuple[str, ...] = (), port: int | None = None,
    ) -> None:  # fmt: skip
        path = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"
        self.port = port or free_port()
        self.folder = folder
        command = [
            "sipp", f"{far[0]}:{far[1]}", "-sf", str(path), "-i", "127.0.0.1", "-p", str(self.port), "-s", number, "-m", str(calls),
            "-r", str(rate), "-l", "2000", "-timeout", f"{seconds:g}s", "-timeout_error", "-nostdin", "-trace_err", "-trace_stat", "-fd", "1",
            "-stf", str(folder / f"stat-{self.port}.csv"), "-error_file", str(folder / f"errors-{self.port}.log"), *extra,
        ]  # fmt: skip
        command += ["-au", user, "-ap", password] if user else []
        self._process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> int:
        """Waits for SIPp's end; returns its exit status, 0 where every call followed the scenario."""
        try:
            return self._process.wait(self._seconds + 10)
        finally:
            self.stop()

    def run(self) -> None:
        """Waits for SIPp's end; a failure has SIPp's messages."""
        code = self.wait()
        errors = self.folder / f"errors-{self.port}.log"
        assert code == 0, f"sipp: {code}\n" + (errors.read_text(errors="replace")[-3000:] if errors.exists() else "")

    def stat(self, column: str) -> str:
        """A value of the last line in SIPp's statistics, e.g. ``FailedCall(C)``."""
        lines = (self.folder / f"stat-{self.port}.csv").read_text().splitlines()
        return dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=False))[column]

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def kill(self) -> None:
        """Kills SIPp, so that its callers send no BYE."""
        self._process.kill()
        self._process.wait(30)


class Baresip:
    """A baresip in a folder of its own, controlled by its ctrl_tcp (netstrings of JSON).

    ``audio``: its source, e.g. ``ausine,1000``. ``player``: its output, e.g. ``alsa,speakers`` with ``env`` of a ``tests.sound.Headset``; by
    default none. ``registrar``: the registrar at which it registers as ``user``, with an expiry of ``expires`` s; a normal end removes the
    registration. ``records``: the received audio of each call is kept, for ``heard``.
    """

    def __init__(
        self, folder: Path, *, user: str = "phone", password: str = "", audio: str = "ausine,1000", answer: bool = False,
        player: str = "aubridge,nil", env: Mapping[str, str] | None = None, registrar: tuple[str, int] | None = None,
        expires: int = 60, records: bool = False,
    ) -> None:  # fmt: skip
        self.port = free_port()
        self._control = free_port()
        self._folder = folder
        self._env = env
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        folder.mkdir(parents=True, exist_ok=True)
        modules = next(
            (p for p in (Path("/usr/lib/baresip/modules"), Path("/usr/local/lib/baresip/modules")) if p.is_dir()),
            Path(),
        )
        names = ("stdio", "g711", "auconv", "auresamp", "ausine", "aufile", "aubridge", "account", "menu", "ctrl_tcp")
        loaded = [
            f"module {n}.so"
            for n in names
            if (modules / f"{n}.so").exists() and n not in ("account", "menu", "ctrl_tcp")
        ]
        loaded += ["module alsa.so"] if player.startswith("alsa,") else []
        loaded += ["module sndfile.so", f"snd_path {folder}"] if records else []
        sine = (
            ("ausrc_srate 48000", "ausrc_channels 2") if audio.startswith("ausine") else ()
        )  # the only rate of ausine
        (folder / "config").write_text(
            "\n".join([
                f"module_path {modules}", *loaded, "module_app account.so", "module_app menu.so", "module_app ctrl_tcp.so",
                f"sip_listen 127.0.0.1:{self.port}", f"ctrl_tcp_listen 127.0.0.1:{self._control}",
                f"audio_source {audio}", f"audio_player {player}", "audio_alert aubridge,nil2", "call_local_timeout 20", "net_interface 127.0.0.1", *sine, "",
            ])
        )  # fmt: skip
        auth = f";auth_pass={password}" if password else ""
        mode = "auto" if answer else "manual"
        ip, port = registrar or ("127.0.0.1", self.port)
        interval = expires if registrar else 0
        (folder / "accounts").write_text(
            f"<sip:{user}@{ip}:{port}>{auth};regint={interval};answermode={mode};audio_codecs=pcma,pcmu\n"
        )
        (folder / "contacts").write_text("")

    def __enter__(self) -> Self:
        self._log = (self._folder / "log").open("w")
        self._process = subprocess.Popen(
            ["baresip", "-f", str(self._folder)],
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        try:
            self._skt = self._connect()
        except BaseException:
            self._end()
            raise
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _connect(self) -> socket.socket:
        end = time.monotonic() + 30
        while True:
            try:
                skt = socket.create_connection(("127.0.0.1", self._control), 1)
            except OSError:
                assert time.monotonic() < end, (self._folder / "log").read_text()
                assert self._process.poll() is None, (self._folder / "log").read_text()
                time.sleep(0.05)
            else:
                skt.settimeout(None)
                return skt

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._skt.shutdown(socket.SHUT_RDWR)
        self._end()
        self._reader.join(5)
        self._skt.close()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _read(self) -> None:
        buffer = b""
        while True:
            try:
                data = self._skt.recv(65536)
            except OSError:
                return
            if not data:
                return
            buffer += data
            while (match := re.match(rb"(\d+):", buffer)) and len(buffer) > match.end() + int(match[1]):
                self.events.put(json.loads(buffer[match.end() : match.end() + int(match[1])]))
                buffer = buffer[match.end() + int(match[1]) + 1 :]

    def kill(self) -> None:
        """Kills the process, as if the phone was unplugged."""
        self._process.kill()
        self._process.wait()

    def heard(self) -> np.ndarray:
        """The received audio of its last, ended call: 8 kHz, int16."""
        path = max(self._folder.glob("dump-*-dec.wav"), key=lambda each: each.stat().st_mtime)
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2), file.getparams()
            return np.frombuffer(file.readframes(file.getnframes()), np.int16)

    def do(self, command: str, parameters: str = "") -> None:
        """Runs a command of baresip's menu: ``dial``, ``hangup``, ``hold``, ``resume``, ``sndcode`` …"""
        text = json.dumps({"command": command, "params": parameters, "token": "t"}).encode()
        self._skt.sendall(b"%d:%s," % (len(text), text))

    def dial(self, uri: str) -> None:
        self.do("dial", uri)

    def wait(self, kind: str, seconds: float = 40.0) -> dict[str, Any]:
        """Waits for the next event of this type: ``CALL_ESTABLISHED``, ``CALL_CLOSED``, ``CALL_RINGING`` …"""
        end, seen = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                break
            seen.append(event.get("type") or event)
            if event.get("type") == kind:
                return event
        raise AssertionError(f"baresip: no {kind}, but {seen}\n" + (self._folder / "log").read_text()[-2000:])


class Pjsua:
    """A pjsua2 phone in a process of its own (``tests.pjsua_phone``), with lines of JSON in both directions."""

    def __init__(self, *arguments: str) -> None:
        self.port = free_port()
        self._arguments = (str(self.port), *arguments)
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.pjsua_phone", *self._arguments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait("ready")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self.do("quit")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self.events.put(json.loads(line))

    def do(self, command: str, argument: str = "") -> None:
        """``dial`` URI, ``answer``, ``hangup``, ``hold``, ``resume``, ``update``, ``digits`` keys (RFC 4733), ``info`` keys, ``quit``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([command, argument]) + "\n")
        self._process.stdin.flush()

    def wait(self, state: str, seconds: float = 40.0) -> dict[str, Any]:
        """Waits for the next event with this ``state``: ``ready``, ``INCOMING``, ``EARLY``, ``CONFIRMED``, ``DISCONNECTED``."""
        end, seen = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                break
            seen.append(event)
            if event["state"] == state:
                return event
        raise AssertionError(f"pjsua: no {state}, but {seen}")
