"""The IVR (语音导航): walks one caller through a flow.

A step is entered, does its part, and leads to the next. Keys wait in a queue until a menu or an input takes them (key-ahead), or until
something is said that they can't have been meant for: a read-back, or a complaint about the last input. Where a prompt lets itself be
interrupted (barge-in), a waiting key skips it.

Keys are ``Secret`` until they are taken; the host is told of each (``key_used``), with ``•`` where the input is secret, and that is what
the journal gets (docs/adr: keys are journalled when the flow takes them).
"""

from typing import Any, assert_never

from shared.enums import EndCause, Language
from shared.secret import Secret
from switch_server.core.flow import (
    AnyStep,
    CallbackStep,
    Dial,
    Flow,
    HangUpStep,
    Input,
    Menu,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
)
from switch_server.core.ivr.entry import DIGITS, HASH_WAIT, HIDDEN_DIGIT, UNMASK_AFTER, Entry, EntryVerdict, Key
from switch_server.core.ivr.queue import WaitingWalk
from switch_server.core.ivr.states import FIRST_STATE, OTHER_LANGUAGE, Host, IvrEvent, IvrState
from switch_server.core.speech import MissingVariableError, look_up

MAX_QUEUE = 40
"""Keys that may wait; more are dropped (a caller leaning on the keypad)."""
MAX_STEPS = 50
"""Steps entered without a key or a wait in a queue: more is a loop in the flow, and ends the call."""


S, E = IvrState, IvrEvent


class Ivr(WaitingWalk):
    """One caller's walk: steps, keys and inputs. Waiting and talking are in ``ivr_queue``."""

    def __init__(self, flow: Flow, host: Host, variables: dict[str, Any]) -> None:
        super().__init__(flow, host, variables)
        self.tries = 0
        self.entry: Entry | None = None
        self._swallow_hash = False

    # --- what reaches it ---

    def start(self, name: str) -> None:
        self._go(name, "start")

    def key(self, digit: Secret, recording_ms: int | None = None) -> None:
        """A key was pressed."""
        if len(digit) != 1:  # not a key, whatever told it
            return
        key = Key(digit, recording_ms)
        swallow, self._swallow_hash = self._swallow_hash, False
        if swallow and key.is_hash:
            return
        if len(self._keys) < MAX_QUEUE:
            self._keys.append(key)
        self._pump()

    def used(self, digit: str, recording_ms: int | None = None) -> None:
        """Replay: here the flow took a key; ``""``: a waiting key cut a prompt short."""
        if digit:
            self._keys.append(Key(Secret("0" if digit == HIDDEN_DIGIT else digit), recording_ms))
            self._pump()
        else:
            self._barge()

    def played(self, number: int) -> None:
        if number != self.play_number or not self._heeds(E.PLAYED):
            return
        self._playing = False
        if self.state is S.ASKING:
            self._wait_for_key()
        elif self.state is S.COMPLAINING:
            self._ask_again()
        else:
            self._said()

    def _said(self) -> None:
        match self._step():
            case Say(next=name):
                self._go(name, "played")
            case QueueStep() as step:
                self._music(step)
            case step:
                assert isinstance(step, HangUpStep)
                self._finish(step, "played")

    def timed_out(self, name: str) -> None:
        if name == "hash":
            self._swallow_hash = False
        elif name == "unmask":
            self.host.mask(on=False)
        elif self._heeds(E.TIMER):
            self._step_timed_out(name)

    def _step_timed_out(self, name: str) -> None:
        match self._step():
            case QueueStep() as step if name == "announce":
                self._announce(step)
            case QueueStep() as step:
                self._waited_long_enough(step)
            case Dial(on_failed=to):
                self.host.drop_far()
                self._go(to, "no_answer")
            case _:
                self._complain("no_input")

    def outcome(self, name: str) -> None:
        """The service that this step runs is done."""
        step = self._step()
        if self._heeds(E.OUTCOME) and isinstance(step, ServiceStep):
            self._go(step.on[name], name)

    def abandon(self) -> None:
        """What the caller was doing here is not wanted any more; they stay in the call."""
        for name in ("step", "announce", "hash"):
            self.host.timer(name, None)
        self._leave()
        if self._playing:
            self._silence()
        self.stop()

    def stop(self) -> None:
        """The caller has gone."""
        self._keys.clear()
        self.entry = None
        self.state = S.DONE

    # --- steps ---

    def _go(self, name: str, event: str) -> None:
        old = self._where()
        self.host.timer("step", None)
        self.host.timer("announce", None)
        if self.state is S.QUEUED:
            self.host.leave_queue()
        if self._playing:
            self._silence()
        self._leave()
        self.step_name = name
        self.tries = 0
        self._steps_run += 1
        if self._steps_run > MAX_STEPS:
            self.host.moved(old, event, "loop")
            self._end(EndCause.FAULT)
            return
        try:
            self._enter(self.flow.steps[name], old, event)
        except MissingVariableError as missing:
            self.host.moved(old, event, f"no variable {missing}")
            self._end(EndCause.FAULT)

    def _enter(self, step: AnyStep, old: str, event: str) -> None:
        self.state = FIRST_STATE[type(step)]
        self.host.moved(old, event, self._where())
        self.host.entered(self.step_name, step)
        match step:
            case Say():
                self._say(step.say, barge_in=step.barge_in)
                self._pump()
            case Menu() | Input():
                self._ask(step)
            case ServiceStep():
                if step.say:
                    self._say(step.say, barge_in=False)
                self.host.run_service(step.service)
            case QueueStep():
                self._enter_queue(step)
            case CallbackStep():
                self._keep_place(step)
            case Dial():
                self._say(("tone:ringback",), barge_in=False, loop=True)
                self.host.timer("step", step.ring)
                self.host.dial(step)
            case SetLanguage():
                self.language = OTHER_LANGUAGE[self.language] if step.language == "other" else Language(step.language)
                self._go(step.next, self.language.value)
            case SetStep():
                self._set(step)
                self._go(step.next, "set")
            case HangUpStep():
                self._keys.clear()
                if step.say:
                    self._say(step.say, barge_in=False)
                else:
                    self._finish(step, "hangup")
            case _:
                assert_never(step)

    def _set(self, step: SetStep) -> None:
        for name, value in step.values.items():
            copied = isinstance(value, str) and value.startswith("{")
            self.variables[name] = look_up(str(value).strip("{}"), self.variables) if copied else value

    def _leave(self) -> None:
        step = self.flow.steps.get(self.step_name)
        if isinstance(step, Input) and step.secret:
            self.host.timer("unmask", UNMASK_AFTER)
        self.entry = None

    def _finish(self, step: HangUpStep, event: str) -> None:
        self.host.moved(self._where(), event, "done")
        self._end(step.cause)

    # --- asking ---

    def _ask(self, step: Menu | Input) -> None:
        if isinstance(step, Menu) and step.read_back:
            self._keys.clear()
            self.host.read_back()
        if isinstance(step, Input):
            self.entry = Entry(step)
            if step.secret:
                self.host.timer("unmask", None)
                self.host.mask(on=True)
        self._say(step.say, barge_in=True)
        self._pump()

    def _ask_again(self) -> None:
        step = self._step()
        assert isinstance(step, Menu | Input)
        if self.tries >= step.tries:
            self._go(step.on_fail, "tries_used")
            return
        self._become(S.ASKING, "again")
        self._ask(step)

    def _complain(self, about: str) -> None:
        """Says what was wrong; keys that wait were meant for something else."""
        self._keys.clear()
        self.entry = None
        self.tries += 1
        self.host.timer("step", None)
        self._become(S.COMPLAINING, about)
        self._say(self.flow.says.get(about, ()), barge_in=True)

    def _wait_for_key(self) -> None:
        step = self._step()
        assert isinstance(step, Menu | Input)
        begun = isinstance(step, Input) and self.entry is not None and self.entry.begun
        self.host.timer("step", step.between_digits if isinstance(step, Input) and begun else step.first_digit)

    def _pump(self) -> None:
        """Lets waiting keys through as far as they go."""
        while self._keys and self._heeds(E.KEY):
            if self.state is not S.ASKING:
                step = self._step()
                if isinstance(step, QueueStep):
                    self._queue_keys(step)
                    continue
                if self.state is S.SAYING and isinstance(step, Say) and not step.barge_in:
                    return
                self.host.key_used("", None)
                self._barge()
                continue
            self._steps_run = 0
            key = self._keys.popleft()
            step = self._step()
            if self._playing:
                self._silence()
            if isinstance(step, Menu):
                self._menu_key(step, key)
            else:
                assert isinstance(step, Input)
                self._input_key(step, key)

    def _barge(self) -> None:
        """A key came while something is said that it may cut short."""
        step = self._step()
        if isinstance(step, Say):
            self._go(step.next, "barged")
        else:
            self._silence()
            self._ask_again()

    def _menu_key(self, step: Menu, key: Key) -> None:
        digit = key.digit.reveal()
        self.host.key_used(digit, key.recording_ms)
        to = step.keys.get(digit)
        if to is None:
            self._complain("invalid")
            return
        if step.read_back and digit == "1":
            self.host.confirmed(key.recording_ms)
        self._go(to, f"key {digit}")

    def _input_key(self, step: Input, key: Key) -> None:
        entry = self.entry
        assert entry is not None
        digit = key.digit.reveal()
        self.host.key_used(HIDDEN_DIGIT if step.secret and digit in DIGITS else digit, key.recording_ms)
        match entry.take(key.digit):
            case EntryVerdict.MORE:
                self._wait_for_key()
            case EntryVerdict.ENTERED:
                self._entered(step, entry)
            case EntryVerdict.FULL:
                self._await_hash()
                self._entered(step, entry)
            case EntryVerdict.EMPTY:
                assert step.empty is not None
                self._go(step.empty, "empty")
            case EntryVerdict.BACK:
                assert step.back is not None
                self._go(step.back, "back")
            case _:
                self._complain("invalid")

    def _entered(self, step: Input, entry: Entry) -> None:
        self.variables[step.into] = entry.value()
        self._go(step.next, "entered")

    def _await_hash(self) -> None:
        """The input is full; a ``#`` may follow, or is waiting already, and means nothing more."""
        if not self._keys:
            self._swallow_hash = True
            self.host.timer("hash", HASH_WAIT)
        elif self._keys[0].is_hash:
            self._keys.popleft()
