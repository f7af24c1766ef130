"""The IVR (语音导航): walks one caller through a flow.

The behaviour of each step is in its kind (``core.flow.kinds``); this module has the walk from step to step, and the queue of keys. A key
stays in the queue until a step takes it (key-ahead). The queue is cleared before a prompt that older keys can't be meant for: a read-back,
a goodbye, or a complaint about the last input. A queued key skips a prompt that may be interrupted (barge-in).

A key is a ``Secret`` until a step takes it; then the host gets it by ``key_used``, with ``•`` for a digit of a secret input. Only that is
journalled (``docs/adr/0002-keys-are-journalled-when-taken.md``).
"""

from collections import deque
from typing import Any

from shared.enums import EndCause, Language
from shared.secret import Secret
from switch_server.core.flow import (
    HANDLED_EVENTS,
    HASH_WAIT,
    HIDDEN_DIGIT,
    Flow,
    IvrEvent,
    IvrState,
    Key,
    MissingVariableError,
    Piece,
    Step,
    WalkHost,
)

MAX_QUEUE = 40
"""Size of the queue of keys; more keys are dropped (a caller may lean on the keypad)."""
MAX_STEPS = 50
"""Steps that may be entered without a key or a wait in a queue; more are a loop in the flow, which ends the call."""


class Ivr:
    """One caller's walk; implements ``core.flow.walk.Walk``. ``variables`` is shared with the call; a PIN in it is a ``Secret``."""

    def __init__(self, flow: Flow, host: WalkHost, variables: dict[str, Any]) -> None:
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

    # --- called by the call ---

    def start(self, name: str) -> None:
        self.go(name, "start")

    def key(self, digit: Secret, recording_ms: int | None = None) -> None:
        """A key was pressed."""
        if len(digit) != 1:  # not a key
            return
        key = Key(digit, recording_ms)
        swallow, self._swallow_hash = self._swallow_hash, False
        if swallow and key.is_hash:
            return
        if len(self.keys) < MAX_QUEUE:
            self.keys.append(key)
        self.deliver_keys()

    def key_replayed(self, digit: str, recording_ms: int | None = None) -> None:
        """In a replay: the flow took this key here; ``""``: a queued key interrupted a prompt."""
        if digit:
            self.keys.append(Key(Secret("0" if digit == HIDDEN_DIGIT else digit), recording_ms))
            self.deliver_keys()
        elif (step := self.step) is not None:
            step.cut_short(self)

    def played(self, number: int) -> None:
        step = self.step
        if number == self.play_number and step is not None and self._handles(IvrEvent.PLAYED):
            self._playing = False
            step.played(self)

    def timed_out(self, name: str) -> None:
        step = self.step
        if name == "hash":
            self._swallow_hash = False
        elif name == "unmask":
            self.host.mask(on=False)
        elif step is not None and self._handles(IvrEvent.TIMER):
            step.timed_out(self, name)

    def outcome(self, name: str) -> None:
        """The service of this step has ended with the outcome ``name``."""
        step = self.step
        if step is not None and self._handles(IvrEvent.OUTCOME):
            step.service_done(self, name)

    def far_up(self) -> None:
        """An agent or the far end answered: the play stops, and queued keys are dropped, since they were meant for the prompts before."""
        self.silence()
        self.keys.clear()
        self.host.timer("step", None)
        self.host.timer("announce", None)
        self.become(IvrState.TALKING, "far_up")

    def far_gone(self) -> None:
        """The far end of a ``dial`` step has gone, or did not answer."""
        step = self.step
        if step is not None and self._handles(IvrEvent.FAR_GONE):
            step.far_gone(self, talked=self.state is IvrState.TALKING)

    def far_silent(self) -> None:
        """The early media of a ``dial`` step's far end has ended before the answer."""
        assert self.step is not None
        self.step.far_silent(self)

    def far_delayed(self) -> None:
        """The call of a ``dial`` step is forwarded or queued at the far end."""
        assert self.step is not None
        self.step.far_delayed(self)

    def agent_done(self) -> None:
        """The agent ended the talk; the caller is still on the line."""
        assert self.step is not None
        self.step.agent_done(self)

    def agent_lost(self) -> None:
        """The agent's desk was lost in the talk: the step says an excuse, and the caller waits again."""
        assert self.step is not None
        self.step.agent_lost(self)

    def say_excuse(self) -> None:
        """Says the excuse to a caller whose agent was lost, and who was put into this queue without having chosen it."""
        if self.step is not None and self.state is IvrState.QUEUED:
            self.step.say_excuse(self)

    def abandon(self) -> None:
        """Ends this walk; the caller stays in the call."""
        for name in ("step", "announce", "hash"):
            self.host.timer(name, None)
        self._leave()
        if self._playing:
            self.silence()
        self.stop()

    def stop(self) -> None:
        """The caller has gone, or the walk is abandoned."""
        self.keys.clear()
        self.entry = None
        self.state = IvrState.DONE

    # --- state ---

    @property
    def step(self) -> Step | None:
        return self.flow.steps.get(self.step_name)

    @property
    def is_talking(self) -> bool:
        """Whether the caller talks to an agent, in a step to which a caller can come back after a lost talk."""
        return self.state is IvrState.TALKING and self.step is not None and self.step.KEEPS_PLACE

    @property
    def is_playing(self) -> bool:
        return self._playing

    # --- called by a step ---

    def go(self, name: str, event: str) -> None:
        old = self._position()
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
        self.host.moved(self._position(), event, "done")
        self._finish(cause)

    def become(self, state: IvrState, event: str) -> None:
        old = self._position()
        self.state = state
        self.host.moved(old, event, self._position())

    def say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None:
        """A prompt that a queued key interrupts at once is played ``muted``; all else is the same, so that a replay gets the same result."""
        self.play_number += 1
        self._playing = True
        muted = barge_in and bool(self.keys)
        self.host.play(pieces, self.play_number, barge_in=barge_in, loop=loop, muted=muted)

    def silence(self) -> None:
        self._playing = False
        self.play_number += 1
        self.host.stop_play()

    def complain(self, about: str) -> None:
        """Clears the queue too: its keys were not meant for the repeated question."""
        self.keys.clear()
        self.entry = None
        self.tries += 1
        self.host.timer("step", None)
        self.become(IvrState.COMPLAINING, about)
        self.say(self.flow.says.get(about, ()), barge_in=True)

    def deliver_keys(self) -> None:
        while self.keys and self._handles(IvrEvent.KEY):
            if self.step is None or not self.step.take_keys(self):
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
        self.state = step.FIRST_STATE
        self.host.moved(old, event, self._position())
        self.host.entered(self.step_name, step.title)
        step.enter(self)

    def _leave(self) -> None:
        if self.step is not None:
            self.step.leave(self)
        self.entry = None

    def _finish(self, cause: EndCause) -> None:
        self.state = IvrState.DONE
        self.host.finish(cause)

    def _handles(self, event: IvrEvent) -> bool:
        return event in HANDLED_EVENTS[self.state]

    def _position(self) -> str:
        return f"{self.state.value} {self.step_name}".rstrip()
