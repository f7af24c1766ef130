"""The time from a button pressed at a desk to changed audio, in a whole running centre: desks over CURVE, core, card and RTP.

Measured from handing the command to the desk's link until the first RTP packet with changed sound arrives at the party concerned. The
desks are scripted (no window); their phones and the customer are RTP peers in this process, so its thread switches are in the figure.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shared import desk as wire
from shared.desk import ToSeat
from shared.enums import ListenMode, SeatState
from shared.ids import AgentId
from switch_server.card import g711
from tests.bench import Figure
from tests.e2e.cast import HERTZ, Cast
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk
from tests.rtp_peer import Heard, RtpPeer, purity
from tests.sip_tools import free_port

TARGET_MS = 60.0
ROUNDS = 60
QUEUE = "7100"
FLOW = """
flow: agents
numbers: ["7100"]
start: agents
steps:
  agents: {kind: queue, queue: agents, wait: 60, on_timeout: ended}
  ended: {kind: hangup}
"""
PAUSE_S = 0.12
CUSTOMER, ANN, BOB, BOSS = 3, 1, 0, 2
"""Indices into the cast's tones."""


def sounds_of(hertz: float) -> Callable[[Heard], bool]:
    """Whether a packet has little else than this tone."""
    return lambda packet: len(packet.payload) == 160 and purity(_linear(packet), hertz) > 0.9


def lacks_tone(hertz: float) -> Callable[[Heard], bool]:
    """Whether this tone is missing in a packet or another sound is as loud: of two equal tones, each has about half the power."""
    return lambda packet: len(packet.payload) == 160 and purity(_linear(packet), hertz) < 0.75


def _linear(packet: Heard) -> np.ndarray:
    return np.asarray(g711.decode(np.frombuffer(packet.payload, np.uint8), 0)).astype(np.float64)


def pressed(desk: Desk, command: wire.Command, peer: RtpPeer, changed: Callable[[Heard], bool]) -> float:
    """Sends a command; returns the milliseconds until the peer's audio has changed."""
    begun, at = len(peer.heard), time.monotonic()
    desk.done(command)
    heard = peer.wait(lambda heard: any(changed(packet) for packet in heard[begun:]), 10)
    first = next(packet for packet in heard[begun:] if changed(packet))
    time.sleep(PAUSE_S)
    return (first.at - at) * 1000


def measured(folder: Path, rounds: int) -> list[float]:
    port = free_port()

    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": "agents", "ring": 30, "wrap_up": 60}]

    with Centre(folder, branches=(), flows={"agents": FLOW}, change=change) as centre:
        centre.ctl("agent", "change", centre.demo.world.agents[2].agent, "--role", "manager")
        with Cast(centre, port) as cast:
            bob, ann = cast.seat("bob", 1, opened=False), cast.seat("ann", 0)
            boss = cast.seat("boss", 2, opened=False)
            phone = cast.caller(QUEUE)
            ann.answer()
            cast.hears(customer="ann", ann="customer")
            call = ann.call.call
            took: list[float] = []
            for _ in range(rounds):
                took.append(pressed(ann, wire.Hold(call), phone.rtp, lacks_tone(HERTZ[ANN])))
                took.append(pressed(ann, wire.Retrieve(call), phone.rtp, sounds_of(HERTZ[ANN])))
            boss.done(wire.Monitor(AgentId(ann.agent)))
            boss.phone.wait(lambda: boss.phone.invite)
            boss.phone.answer()
            boss.seat(SeatState.MONITORING)
            for _ in range(rounds):
                took.append(
                    pressed(boss, wire.Listen(call, ListenMode.WHISPER), ann.phone.rtp, lacks_tone(HERTZ[CUSTOMER]))
                )
                took.append(
                    pressed(boss, wire.Listen(call, ListenMode.MONITOR), ann.phone.rtp, sounds_of(HERTZ[CUSTOMER]))
                )
            boss.put_down()
            ann.done(wire.Consult(call, ToSeat(bob.agent)))
            bob.answer()
            for _ in range(rounds):
                took.append(pressed(ann, wire.Swap(call), phone.rtp, sounds_of(HERTZ[ANN])))
                took.append(pressed(ann, wire.Swap(call), phone.rtp, lacks_tone(HERTZ[ANN])))
            phone.hang_up()
    return took


def figures(short: bool = False) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        took = measured(Path(folder), 5 if short else ROUNDS)
    about = f"buttons: press to changed audio, {len(took)} presses"
    yield Figure(f"{about}, median", float(np.median(took)), "ms", "lower")
    yield Figure(f"{about}, 99th percentile", float(np.percentile(took, 99)), "ms", "lower", TARGET_MS)
    yield Figure(f"{about}, most", max(took), "ms", "lower")
    yield Figure("buttons: load of the machine meanwhile", os.getloadavg()[0], "", "lower")
