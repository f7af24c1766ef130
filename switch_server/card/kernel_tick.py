"""A tick by ``kernel.c``: reception and media for the usual packets and frames in compiled code, all others as without it.

Both classes work on the same arrays as their numpy counterparts and have the same results; ``tests/card/test_kernel.py`` compares them.
"""

from typing import Any

import numpy as np

from switch_server.card import FRAME, rtp
from switch_server.card.g711 import ACROSS, DECODE32, ENCODE
from switch_server.card.intake import IDLE_PORTS_EVERY, PASSES, Intake
from switch_server.card.jitter import SOURCE_GONE
from switch_server.card.kernel import Kernel, Stage
from switch_server.card.media import MediaPipeline
from switch_server.card.sockets import BATCH, ROW, SOCKET_BATCH, MmsgSockets


class KernelIntake(Intake):
    """``Intake`` whose steady packets are taken in compiled code."""

    def __init__(self, kernel: Kernel, sockets: MmsgSockets, *parts: Any) -> None:
        super().__init__(sockets, *parts)
        self._kernel, self._mmsg, rows = kernel, sockets, self._channels.size
        self._owner = np.zeros(BATCH, np.int64)
        self._unusual, self._late = np.zeros(BATCH, np.int64), np.zeros(BATCH, np.int64)
        self._ports: list[int] | None = None
        kernel.bind(
            {
                "owner": self._owner, "kind": np.zeros(BATCH, np.uint8), "irregular": self._unusual, "late": self._late,
                "mark": np.zeros(rows, np.uint32),
            },
            rows=rows, batch=BATCH, socket_batch=SOCKET_BATCH, rx_row=ROW,
        )  # fmt: skip
        for part in (self._channels, self._latches, self._reception, self._jitter):
            kernel.bind(part.memory())

    def step(self, tick: int, due: int) -> None:
        kernel = self._kernel
        self._due = due
        if kernel.stage:  # the tick has begun in ``kernel_run``
            self._received(kernel.values.received, tick)
            passes = PASSES - 1 if kernel.values.more else 0
        else:
            kernel.values.tick, kernel.values.due = tick, due
            passes = PASSES
        self._read(self._latches.ports_in_use if tick % IDLE_PORTS_EVERY else list(range(self._latches.ports)))
        for _ in range(passes):
            self._received(kernel.receive(), tick)
            if not kernel.values.more:
                break
        self._read(self._latches.ports_in_use)

    def _read(self, ports: list[int]) -> None:
        """Sets the ports that are read."""
        if ports != self._ports:
            self._ports = ports
            self._kernel.bind({**self._mmsg.memory(), "ports": np.array(ports, np.int64)}, port_count=len(ports))

    def _received(self, count: int, tick: int) -> None:
        kernel, owner = self._kernel.values, self._owner
        self.packets += count
        if kernel.unknown:
            self._strangers(self._sockets.keys(count), owner[:count], tick)
            self._kernel.sort(count)
        if kernel.late_count:
            late = self._late[: kernel.late_count].copy()
            first, stamp, _ = rtp.words(self._sockets.rx[late])
            self._steady(owner[late], first, stamp, late, tick)
        if kernel.irregular_count:
            rest = self._unusual[: kernel.irregular_count].copy()
            self._irregular(owner[rest], rest, self._sockets.rx_len, tick)


class KernelMedia(MediaPipeline):
    """``MediaPipeline`` in compiled code; frames to conceal, keys and ends of plays are as there."""

    def __init__(self, kernel: Kernel, sockets: MmsgSockets, *parts: Any) -> None:
        super().__init__(sockets, *parts)
        self._kernel, self._mmsg, rows = kernel, sockets, self._channels.size
        self._ring = self._jitter.memory()["ring"].view(f"V{FRAME}")[:, :, 0]
        self._whole, self._keying = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        self._lacking, self._over, self._full, self._near, self._near_slot = np.zeros((5, 2 * rows), np.int64)
        self._toned, self._toned_slot = np.zeros((2, rows), np.int64)
        kernel.bind(
            {
                "whole": self._whole, "keying": self._keying, "lacking": self._lacking, "over": self._over,
                "full": self._full, "near": self._near, "near_slot": self._near_slot,
                "toned": self._toned, "toned_slot": self._toned_slot, "across": ACROSS,
                "decode": DECODE32, "encode": ENCODE, "seq": self._seq, "stamp": self.stamp,
                "packets_out": self.packets_out,
            },
            gone=SOURCE_GONE,
        )  # fmt: skip
        for part in (sockets, self._recorder, self._detector, self._watch):
            kernel.bind(part.memory())
        self._recorder.interleave = kernel.interleave

    def tick(self) -> None:
        if self._channels.changed or self._mixer.changed or self._player.changed or self._recorder.changed:
            self._refresh()
        kernel, stage = self._kernel.values, self._kernel.stage
        if stage < Stage.SENT:
            if stage == Stage.POPPED or self._kernel.pop():
                rows = self._lacking[: kernel.lacking_count].copy()
                _, self._whole[rows] = self._jitter.pop(rows, self._channels.law)
            if self._digit_sender:
                self._media_with_keys()
            else:
                self._kernel.media()
        self.sent += kernel.sent
        ended = self._player.go_on(self._over[: kernel.over_count].copy()) if kernel.over_count else []
        self._unmark()
        if kernel.full_count:
            self._recorder.write_out(self._full[: kernel.full_count])
        if kernel.near_count:
            self._detect_near(kernel.near_count)
        if kernel.toned_count:
            rows, slots = self._toned[: kernel.toned_count].copy(), self._toned_slot[: kernel.toned_count]
            self._listen_for_cng(rows, self._ring[slots, rows])
        for row, play, reason, played in ended:
            self._on_play_end(row, play, reason, played)

    def _media_with_keys(self) -> None:
        """``kernel_media``, and the keys that are being sent."""
        kernel = self._kernel
        kernel.fill()
        keying = self._digit_sender.tones(self._payload)
        self._keying[keying] = True
        kernel.record()
        self._keying[keying] = False
        kernel.headers()
        self._digit_sender.events(self.stamp, self._types)
        kernel.send()
        kernel.detect()
        kernel.tones()
        kernel.advance()

    def _detect_near(self, count: int) -> None:
        rows = self._near[:count].copy()
        frames = self._ring[self._near_slot[:count], rows]
        self._tell_keys(rows, self._channels.law[rows], frames, np.ones(count, np.bool_))

    def _refresh(self) -> None:
        super()._refresh()
        sends = np.flatnonzero(self._sends)
        listeners, speakers = self._mixer.ones
        mixes, player, recorder = self._mixer.mixes(), self._player, self._recorder
        runs, arrays = self._mmsg.runs(), player.memory()
        self._kernel.bind(
            {
                "needed": self._needed, "listeners": listeners, "speakers": speakers, "playing": player.rows,
                "recorded": self._recorded, "slots": recorder.slots, "sending": sends, "detected": self._detected,
                "watched": self._watch.rows, **mixes, **arrays, **runs,
            },
            upto=self._channels.upto, needed_count=self._needed.size, listener_count=listeners.size,
            group_count=mixes["group_sizes"].size, mixed_count=mixes["mixed"].size, playing_count=player.rows.size,
            recorded_count=self._recorded.size, sending_count=sends.size, run_count=runs["run_fds"].size, arena_frames=arrays["arena"].shape[1],
            detected_count=self._detected.size, watched_count=self._watch.rows.size,
        )  # fmt: skip
