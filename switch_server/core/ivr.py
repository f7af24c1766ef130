"""The IVR (语音导航): walks one caller through a flow.

A step is entered, does its part, and leads to the next. Keys wait in a queue until a menu or an input takes them (key-ahead), or until
something is said that they can't have been meant for: a read-back, or a complaint about the last input. Where a prompt lets itself be
interrupted (barge-in), a waiting key skips it.

Keys are ``Secret`` until they are taken; the host is told of each (``key_used``), with ``•`` where the input is secret, and that is what
the journal gets (docs/adr: keys are journalled when the flow takes them).
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, assert_never

from shared.enums import EndCause, Language
from shared.secret import Secret
from switch_server.core.flow import (
    AnyStep,
    Dial,
    Flow,
    Format,
    HangUpStep,
    Input,
    Menu,
    Piece,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
)
from switch_server.core.ivr_states import HEEDS, Host, IvrEvent, IvrState
from switch_server.core.say import MissingVariableError, look_up

MAX_QUEUE = 40
"""Keys that may wait; more are dropped (a caller leaning on the keypad)."""
MAX_STEPS = 100
"""Steps entered without waiting for the caller: more is a loop in the flow, and ends the call."""


S, E = IvrState, IvrEvent


class Key:
    __slots__ = ("digit", "recording_ms")

    def __init__(self, digit: Secret, recording_ms: int | None) -> None:
        self.digit = digit
        self.recording_ms = recording_ms


class Ivr:
    """State of one walk. ``variables`` is shared with the call; a PIN in it is a ``Secret``."""

    def __init__(self, flow: Flow, host: Host, variables: dict[str, Any]) -> None:
        self.flow = flow
        self.host = host
        self.variables = variables
        self.language: Language = flow.language
        self.state = IvrState.IDLE
        self.step_name = ""
        self.tries = 0
        self.entry = Secret("")
        self.play_number = 0
        self._playing = False
        self._keys: deque[Key] = deque()
        self._steps_run = 0
        self._swallow_hash = False

    # --- what reaches it ---

    def start(self) -> None:
        self._go(self.flow.start, "start")

    def key(self, digit: Secret, recording_ms: int | None = None) -> None:
        """A key was pressed (or, in a replay, taken)."""
        if self._swallow_hash and digit == Secret("#"):
            self._swallow_hash = False
            self.host.key_used("#", recording_ms)
            return
        self._swallow_hash = False
        if len(self._keys) < MAX_QUEUE:
            self._keys.append(Key(digit, recording_ms))
        self._pump()

    def barged(self) -> None:
        """Replay: here a waiting key cut a prompt short."""
        self._barge()

    def played(self, number: int) -> None:
        if number != self.play_number or not self._heeds(E.PLAYED):
            return
        self._playing = False
        step = self._step()
        match self.state:
            case S.SAYING:
                assert isinstance(step, Say)
                self._go(step.next, "played")
            case S.ASKING:
                self._wait_for_key(first=True)
            case S.COMPLAINING:
                self._ask_again()
            case S.QUEUED:
                self._music()
            case S.LEAVING:
                self._finish("played")
            case _:
                raise AssertionError(self.state)

    def timed_out(self, name: str) -> None:
        if not self._heeds(E.TIMER):
            return
        step = self._step()
        match step:
            case Menu() | Input():
                self._complain("no_input")
            case QueueStep() if name == "announce":
                self._announce(step)
            case QueueStep():
                self.host.stop_play()
                self._go(step.on_timeout, "timeout")
            case Dial():
                self.host.drop_far()
                self._go(step.on_failed, "no_answer")
            case _:
                raise AssertionError(step)

    def outcome(self, name: str) -> None:
        """The service that this step runs is done."""
        step = self._step()
        if not self._heeds(E.OUTCOME) or not isinstance(step, ServiceStep):
            return
        if self._playing:
            self._silence()
        self._go(step.on[name], name)

    def far_up(self) -> None:
        if self._heeds(E.FAR_UP):
            self._silence()
            self.host.timer("step", None)
            self._become(S.TALKING, "far_up")

    def far_gone(self) -> None:
        step = self._step()
        if not self._heeds(E.FAR_GONE) or not isinstance(step, Dial):
            return
        talked = self.state is S.TALKING
        self._go(step.on_ended if talked else step.on_failed, "far_ended" if talked else "far_failed")

    def stop(self) -> None:
        """The caller has gone."""
        self._keys.clear()
        self.entry = Secret("")
        self.state = S.DONE

    # --- steps ---

    def _go(self, name: str, event: str) -> None:
        old = self._where()
        self.host.timer("step", None)
        self.host.timer("announce", None)
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
        self.state = _FIRST_STATE[type(step)]
        self.host.moved(old, event, self._where())
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
                self.host.timer("step", step.wait)
                self._announce(step)
            case Dial():
                self._say(("tone:ringback",), barge_in=False, loop=True)
                self.host.timer("step", step.ring)
                self.host.dial(step)
            case SetLanguage():
                self.language = _OTHER[self.language] if step.language == "other" else Language(step.language)
                self._go(step.next, self.language.value)
            case SetStep():
                self._set(step)
                self._go(step.next, "set")
            case HangUpStep():
                self._keys.clear()
                self._leave_with(step)
            case _:
                assert_never(step)

    def _set(self, step: SetStep) -> None:
        for name, value in step.values.items():
            copied = isinstance(value, str) and value.startswith("{")
            self.variables[name] = look_up(str(value).strip("{}"), self.variables) if copied else value

    def _leave(self) -> None:
        step = self.flow.steps.get(self.step_name)
        if isinstance(step, Input) and step.secret:
            self.host.mask(on=False)
        self.entry = Secret("")

    def _leave_with(self, step: HangUpStep) -> None:
        if step.say:
            self._say(step.say, barge_in=False)
        else:
            self._finish("hangup")

    def _finish(self, event: str) -> None:
        step = self._step()
        assert isinstance(step, HangUpStep)
        self.host.moved(self._where(), event, "done")
        self._end(step.cause)

    def _end(self, cause: EndCause) -> None:
        self.state = S.DONE
        self.host.finish(cause)

    # --- asking ---

    def _ask(self, step: Menu | Input) -> None:
        if isinstance(step, Menu) and step.read_back:
            self._keys.clear()
            self.host.read_back()
        if isinstance(step, Input) and step.secret:
            self.host.mask(on=True)
        self.entry = Secret("")
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
        self.entry = Secret("")
        self.tries += 1
        self.host.timer("step", None)
        if self._playing:
            self._silence()
        self._become(S.COMPLAINING, about)
        self._say(self.flow.says.get(about, ()), barge_in=True)

    def _wait_for_key(self, *, first: bool) -> None:
        step = self._step()
        match step:
            case Menu():
                self.host.timer("step", step.first_digit)
            case Input():
                self.host.timer("step", step.first_digit if first and not self.entry else step.between_digits)
            case _:
                raise AssertionError(step)

    def _pump(self) -> None:
        """Lets waiting keys through as far as they go."""
        while self._keys and self._heeds(E.KEY):
            if self.state is not S.ASKING:
                step = self._step()
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
        if self.state is S.SAYING:
            step = self._step()
            assert isinstance(step, Say)
            self._silence()
            self._go(step.next, "barged")
        elif self.state is S.COMPLAINING:
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
        digit = key.digit.reveal()
        command = digit in "#*"
        self.host.key_used("•" if step.secret and not command else digit, key.recording_ms)
        if digit == "#":
            self._entered(step)
        elif digit == "*":
            self._star(step)
        elif len(self.entry) >= step.max:
            self._complain("invalid")
        else:
            self._add(step, key.digit)

    def _add(self, step: Input, digit: Secret) -> None:
        self.entry = self.entry + digit
        if step.min == step.max == len(self.entry):
            self._swallow_hash = True
            self._entered(step)
        else:
            self._wait_for_key(first=False)

    def _star(self, step: Input) -> None:
        entry = self.entry.reveal()
        if step.format is Format.PRICE and "." not in entry:
            self.entry = self.entry + Secret(".")
            self._wait_for_key(first=False)
        elif step.back is not None and (step.format is not Format.PRICE or entry.endswith(".")):
            self._go(step.back, "back")
        else:
            self._complain("invalid")

    def _entered(self, step: Input) -> None:
        entry = self.entry
        if not entry and step.empty is not None:
            self._go(step.empty, "empty")
            return
        value = _value(step, entry.reveal())
        if value is None:
            self._complain("invalid")
            return
        self.variables[step.into] = entry if step.secret else value
        self._go(step.next, "entered")

    # --- speaking ---

    def _say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None:
        """Plays, unless a waiting key would cut it short at once. The number runs on either way, so that a replay counts the same."""
        self.play_number += 1
        self._playing = True
        if barge_in and self._keys:
            return
        self.host.play(pieces, self.play_number, barge_in=barge_in, loop=loop)

    def _silence(self) -> None:
        self._playing = False
        self.play_number += 1
        self.host.stop_play()

    def _announce(self, step: QueueStep) -> None:
        if step.announce:
            self.host.timer("announce", None)
            self._say(step.announce, barge_in=False)
        else:
            self._music()

    def _music(self) -> None:
        step = self._step()
        assert isinstance(step, QueueStep)
        if step.announce:
            self.host.timer("announce", step.announce_every)
        self._say((step.music,), barge_in=False, loop=True)

    # --- small things ---

    def _step(self) -> AnyStep | None:
        return self.flow.steps.get(self.step_name)

    def _heeds(self, event: IvrEvent) -> bool:
        return event in HEEDS[self.state]

    def _where(self) -> str:
        return f"{self.state.value} {self.step_name}".rstrip()

    def _become(self, state: IvrState, event: str) -> None:
        old = self._where()
        self.state = state
        self.host.moved(old, event, self._where())


_OTHER = {Language.ZH: Language.EN, Language.EN: Language.ZH}
_FIRST_STATE: Mapping[type[AnyStep], IvrState] = {
    Say: S.SAYING,
    Menu: S.ASKING,
    Input: S.ASKING,
    ServiceStep: S.WORKING,
    QueueStep: S.QUEUED,
    Dial: S.DIALLING,
    SetLanguage: S.IDLE,
    SetStep: S.IDLE,
    HangUpStep: S.LEAVING,
}


def _value(step: Input, text: str) -> str | int | None:
    """The keyed text as the variable's value, or ``None`` where it is not one. Prices in 1/1000 yuan."""
    digits = text.replace(".", "", 1)
    if not digits.isdigit() or not step.min <= len(digits) <= step.max:
        return None
    match step.format:
        case Format.DIGITS:
            return text
        case Format.INTEGER:
            return int(text) or None
        case Format.PRICE:
            whole, _, part = text.partition(".")
            return (int(whole or "0") * 1000 + int(part.ljust(3, "0"))) or None if len(part) <= 3 else None
