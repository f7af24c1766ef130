"""The IVR (语音导航): walks one caller through a flow.

A step is entered, does its part, and leads to the next; what its part is, is the kind's (``core.flow.kinds``). Keys wait in a queue until a step takes them
(key-ahead), or until something is said that they can't have been meant for: a read-back, or a complaint about the last input. Where a prompt
lets itself be interrupted (barge-in), a waiting key skips it.

Keys are ``Secret`` until they are taken; the host is told of each (``key_used``), with ``•`` where the input is secret, and that is what
the journal gets (docs/adr: keys are journalled when the flow takes them).
"""

from collections import deque
from typing import Any

from shared.enums import EndCause, Language
from shared.secret import Secret
from switch_server.core.flow import (
    HASH_WAIT,
    HEEDS,
    HIDDEN_DIGIT,
    Flow,
    Host,
    IvrEvent,
    IvrState,
    Key,
    MissingVariableError,
    Piece,
    Step,
)

MAX_QUEUE = 40
"""Keys that may wait; more are dropped (a caller leaning on the keypad)."""
MAX_STEPS = 50
"""Steps entered without a key or a wait in a queue: more is a loop in the flow, and ends the call."""


class Ivr:
    """``core.flow.walk.Walk``: one caller's. ``variables`` is shared with the call; a PIN in it is a ``Secret``."""

    def __init__(self, flow: Flow, host: Host, variables: dict[str, Any]) -> None:
        self.flow = flow
        self.host = host
        self.variables = variables
        self.language: Language = flow.language
        self.state = IvrState.IDLE
        self.step_name = ""
        self.play_number = 0
        self.keys: deque[Key] = deque()
        self.tries = 0
        self.entry: Any = None
        self._playing = False
        self._steps_run = 0
        self._swallow_hash = False

    # --- what reaches it ---

    def start(self, name: str) -> None:
        self.go(name, "start")

    def key(self, digit: Secret, recording_ms: int | None = None) -> None:
        """A key was pressed."""
        if len(digit) != 1:  # not a key, whatever told it
            return
        key = Key(digit, recording_ms)
        swallow, self._swallow_hash = self._swallow_hash, False
        if swallow and key.is_hash:
            return
        if len(self.keys) < MAX_QUEUE:
            self.keys.append(key)
        self.pump()

    def used(self, digit: str, recording_ms: int | None = None) -> None:
        """Replay: here the flow took a key; ``""``: a waiting key cut a prompt short."""
        if digit:
            self.keys.append(Key(Secret("0" if digit == HIDDEN_DIGIT else digit), recording_ms))
            self.pump()
        elif (step := self.step) is not None:
            step.cut_short(self)

    def played(self, number: int) -> None:
        step = self.step
        if number == self.play_number and step is not None and self._heeds(IvrEvent.PLAYED):
            self._playing = False
            step.played(self)

    def timed_out(self, name: str) -> None:
        step = self.step
        if name == "hash":
            self._swallow_hash = False
        elif name == "unmask":
            self.host.mask(on=False)
        elif step is not None and self._heeds(IvrEvent.TIMER):
            step.timed_out(self, name)

    def outcome(self, name: str) -> None:
        """The service that this step runs is done."""
        step = self.step
        if step is not None and self._heeds(IvrEvent.OUTCOME):
            step.service_done(self, name)

    def far_up(self) -> None:
        """An agent or the far end answered: whatever was being said stops, keys were meant for it."""
        self.silence()
        self.keys.clear()
        self.host.timer("step", None)
        self.host.timer("announce", None)
        self.become(IvrState.TALKING, "far_up")

    def far_gone(self) -> None:
        """Of a ``dial`` step."""
        step = self.step
        if step is not None and self._heeds(IvrEvent.FAR_GONE):
            step.far_gone(self, talked=self.state is IvrState.TALKING)

    def desk_done(self) -> None:
        """The agent ended the talk; the caller is still there."""
        assert self.step is not None
        self.step.agent_done(self)

    def desk_lost(self) -> None:
        """The agent's desk went away in the talk: an excuse, and the caller waits again."""
        assert self.step is not None
        self.step.agent_lost(self)

    def excuse(self) -> None:
        """Said to a caller whose agent was lost, and who waits in a queue that they did not choose."""
        if self.step is not None and self.state is IvrState.QUEUED:
            self.step.excuse_now(self)

    def abandon(self) -> None:
        """What the caller was doing here is not wanted any more; they stay in the call."""
        for name in ("step", "announce", "hash"):
            self.host.timer(name, None)
        self._leave()
        if self._playing:
            self.silence()
        self.stop()

    def stop(self) -> None:
        """The caller has gone."""
        self.keys.clear()
        self.entry = None
        self.state = IvrState.DONE

    # --- what is asked of it ---

    @property
    def step(self) -> Step | None:
        return self.flow.steps.get(self.step_name)

    @property
    def is_talking(self) -> bool:
        """To an agent, in a step that keeps a place: there is one to come back to."""
        return self.state is IvrState.TALKING and self.step is not None and self.step.KEEPS_PLACE

    @property
    def plays(self) -> bool:
        return self._playing

    # --- what a step has it do ---

    def go(self, name: str, event: str) -> None:
        old = self._where()
        self.host.timer("step", None)
        self.host.timer("announce", None)
        if self.state is IvrState.QUEUED:
            self.host.leave_queue()
        if self._playing:
            self.silence()
        self._leave()
        self.step_name = name
        self.tries = 0
        self._steps_run += 1
        if self._steps_run > MAX_STEPS:
            self.host.moved(old, event, "loop")
            self._finish(EndCause.FAULT)
            return
        try:
            self._enter(self.flow.steps[name], old, event)
        except MissingVariableError as missing:
            self.host.moved(old, event, f"no variable {missing}")
            self._finish(EndCause.FAULT)

    def go_on(self, name: str, event: str) -> None:
        self._steps_run = 0
        self.go(name, event)

    def end(self, cause: EndCause, event: str) -> None:
        self.host.moved(self._where(), event, "done")
        self._finish(cause)

    def become(self, state: IvrState, event: str) -> None:
        old = self._where()
        self.state = state
        self.host.moved(old, event, self._where())

    def say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None:
        """``muted`` where a waiting key would cut it short at once. All else is the same then, so that a replay agrees."""
        self.play_number += 1
        self._playing = True
        muted = barge_in and bool(self.keys)
        self.host.play(pieces, self.play_number, barge_in=barge_in, loop=loop, muted=muted)

    def silence(self) -> None:
        self._playing = False
        self.play_number += 1
        self.host.stop_play()

    def complain(self, about: str) -> None:
        """Keys that wait were meant for something else."""
        self.keys.clear()
        self.entry = None
        self.tries += 1
        self.host.timer("step", None)
        self.become(IvrState.COMPLAINING, about)
        self.say(self.flow.says.get(about, ()), barge_in=True)

    def pump(self) -> None:
        while self.keys and self._heeds(IvrEvent.KEY):
            if self.step is None or not self.step.keys_wait(self):
                return

    def take_key(self) -> Key:
        self._steps_run = 0
        return self.keys.popleft()

    def swallow_hash(self) -> None:
        if not self.keys:
            self._swallow_hash = True
            self.host.timer("hash", HASH_WAIT)
        elif self.keys[0].is_hash:
            self.keys.popleft()

    # --- inside ---

    def _enter(self, step: Step, old: str, event: str) -> None:
        self.state = step.BEGINS
        self.host.moved(old, event, self._where())
        self.host.entered(self.step_name, step.title)
        step.enter(self)

    def _leave(self) -> None:
        if self.step is not None:
            self.step.leave(self)
        self.entry = None

    def _finish(self, cause: EndCause) -> None:
        self.state = IvrState.DONE
        self.host.finish(cause)

    def _heeds(self, event: IvrEvent) -> bool:
        return event in HEEDS[self.state]

    def _where(self) -> str:
        return f"{self.state.value} {self.step_name}".rstrip()
