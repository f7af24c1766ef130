"""Calls to other parties and the actions on them: dial, internal call, transfer, swap, conference, listening in."""

from collections.abc import Callable

from agent_app.model.calling.targets import BadTarget, Kind, target
from agent_app.model.desk.actions import number_of
from agent_app.model.desk.problems import LocalProblem
from agent_app.model.desk.view import Action
from agent_app.model.phonebook.numbers import BadNumber
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import (
    AnyCommand,
    AnyTarget,
    CallSeat,
    Consult,
    DeskCall,
    Dial,
    Done,
    DropParty,
    Intercept,
    Join,
    Listen,
    Monitor,
    Return,
    Swap,
    ToNumber,
    ToSeat,
)
from shared.enums import ListenMode
from shared.ids import AgentId, CallId, LegId

ASKING = (Action.DIAL, Action.CALL_BACK, Action.CALL_SEAT, Action.TRANSFER, Action.MONITOR)
"""Only one of these is pending at a time: two clicks must not ring two parties."""
MODES = {
    ListenMode.MONITOR: Action.LISTEN,
    ListenMode.WHISPER: Action.WHISPER,
    ListenMode.BARGE: Action.BARGE,
}
TEXT_SHOWN = 32


class CallingPresenter:
    """``keep_note`` is called before each command that begins a call, since the switch forgets the talk before with it."""

    def __init__(self, draft: ViewDraft, requests: Requests, keep_note: Callable[[], None]) -> None:
        self._draft, self._requests, self._keep_note = draft, requests, keep_note

    @property
    def _call(self) -> DeskCall | None:
        return self._draft.view.state.call

    # --- new calls ---

    def dial(self, text: str, action: Action = Action.DIAL) -> None:
        self._to(action, Kind.NUMBER, text)

    def call_back(self) -> None:
        if not self._is_asking() and self._requests.may(Action.CALL_BACK):
            self.dial(number_of(self._draft.view), Action.CALL_BACK)

    def call_seat(self, agent: str) -> None:
        self._to(Action.CALL_SEAT, Kind.SEAT, agent)

    def consult(self, kind: str, value: str) -> None:
        self._to(Action.TRANSFER, kind, value)

    def _to(self, action: Action, kind: str, value: str) -> None:
        if self._is_asking():
            return
        try:
            wanted = target(kind, value)
        except (BadNumber, BadTarget) as wrong:
            code = LocalProblem.BAD_NUMBER if isinstance(wrong, BadNumber) else LocalProblem.NO_TARGET
            self._draft.problem(action, code, value[:TEXT_SHOWN])
            return
        if self._requests.may(action):
            if self._call is None:
                self._keep_note()
            self._requests.send(action, self._command(wanted), Done)

    def _command(self, wanted: AnyTarget) -> AnyCommand:
        """Without a call the command for a new call, in a call the command for a consult."""
        call = self._call
        if call is not None:
            return Consult(call.call, wanted)
        if isinstance(wanted, ToNumber):
            return Dial(wanted.number)
        assert isinstance(wanted, ToSeat)  # by the table of needs, all other targets need a call
        return CallSeat(wanted.agent)

    # --- the consulted party ---

    def back(self) -> None:
        self._of_call(Action.RETURN, Return)

    def swap(self) -> None:
        self._of_call(Action.SWAP, Swap)

    def join(self) -> None:
        self._of_call(Action.JOIN, Join)

    def drop(self, leg: LegId) -> None:
        self._of_call(Action.DROP_PARTY, lambda call: DropParty(call, leg))

    # --- a supervisor's actions ---

    def monitor(self, agent: str, mode: ListenMode) -> None:
        """``agent=""``: the agent whose busy tone is heard."""
        if self._is_asking() or not self._requests.may(Action.MONITOR):
            return
        name = agent.strip() or (self._call.busy if self._call is not None else None)
        if not name:
            self._draft.problem(Action.MONITOR, LocalProblem.NO_TARGET)
            return
        self._keep_note()
        self._requests.send(Action.MONITOR, Monitor(AgentId(name), mode), Done)

    def listen(self, mode: ListenMode) -> None:
        if any(self._requests.is_pending(each) for each in (*MODES.values(), Action.INTERCEPT)):
            return
        self._of_call(MODES[mode], lambda call: Listen(call, mode))

    def intercept(self) -> None:
        self._of_call(Action.INTERCEPT, Intercept)

    # --- inside ---

    def _is_asking(self) -> bool:
        return any(self._requests.is_pending(action) for action in ASKING)

    def _of_call(self, action: Action, command: Callable[[CallId], AnyCommand]) -> None:
        if self._call is None:
            self._requests.may(action)  # says why not
        else:
            self._requests.command(action, command(self._call.call))
