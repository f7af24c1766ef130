"""Seat and call: the agent's actions on them, the note, and the disposition."""

from agent_app.model.desk.actions import hanging_up, may_wrap_up
from agent_app.model.desk.problems import LocalProblem, NoAnswer
from agent_app.model.desk.view import Action, LinkState
from agent_app.presenters.parts.ports import AgentFilesPort, Failed
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import ViewDraft
from agent_app.presenters.sound.phone import PhonePresenter
from shared.desk import (
    TEXT_MAX,
    DeskCall,
    DeskRefusal,
    Done,
    ExtendWrapUp,
    HangUp,
    Hold,
    LockSeat,
    OpenSeat,
    Refused,
    Retrieve,
    Seat,
    SendDigits,
    WrapUp,
)
from shared.enums import HangingUp, LockReason, SeatState
from shared.ids import AgentId, CallId

REACTION_S = 0.6
"""A hand's reaction time to a change on the screen. Requests that cross a change on the link are refused by the switch."""
KEEP_S = 2.0
"""The note is sent so long before the end of the wrap-up time."""
REST_S = 2.0
"""The note is sent so long after the last key, and again so long after a send that failed."""
SAVE_S = 1.0
"""Shortest time between two writings of the notes on this PC."""
MOST_NOTES = 20
"""Unsent notes that are kept for an agent: the newest."""
NO_CALL = CallId("")
"""The call of a note that was typed before the first call."""
_MOST_DIGITS = 32
_DIGITS = frozenset("0123456789*#ABCD")


class CallPresenter:
    def __init__(
        self, draft: ViewDraft, requests: Requests, phone: PhonePresenter, agent_files: AgentFilesPort
    ) -> None:
        self._draft, self._requests, self._phone, self._agent_files = draft, requests, phone, agent_files
        self._digits = ""
        self._hand: CallId | None = None
        """The call of the note on the screen."""
        self._notes: dict[CallId, str] = {}
        """Unsent notes of other calls, the oldest first."""
        self._kept: tuple[CallId, str] | None = None
        """The note that was last sent to the switch; ``_safe`` is the last note that the switch has confirmed."""
        self._safe: tuple[CallId, str] | None = None
        self._saved_notes: dict[CallId, str] = {}
        self._save_at = self._typed_at = self._send_at = 0.0
        self._means = HangingUp.END
        self._safe_at = 0.0
        """Until then a hang-up by hand may be meant for the state before."""
        self._agent: AgentId | None = None

    @property
    def _call(self) -> DeskCall | None:
        return self._draft.view.state.call

    # --- the seat ---

    def open_seat(self) -> None:
        self._requests.command(Action.OPEN_SEAT, OpenSeat())

    def lock(self, reason: LockReason) -> None:
        self._requests.command(Action.LOCK_SEAT, LockSeat(reason))

    # --- the call ---

    def answer(self) -> None:
        """Pending until the switch reports that the talk is up (``follow``)."""
        if self._requests.may(Action.ANSWER):
            self._requests.wait(Action.ANSWER)
            self._phone.answer()

    def hang_up(self, by_hand: bool) -> None:
        if not self._requests.may(Action.HANG_UP):
            return
        if by_hand and self._requests.now() < self._safe_at:
            self._draft.problem(Action.HANG_UP, LocalProblem.JUST_CHANGED)
            return
        call = self._call
        assert call is not None
        if self._draft.view.link is not LinkState.UP:
            self._phone.end()
            return
        request = HangUp(call.call, call.hanging_up)
        self._requests.send(Action.HANG_UP, request, Done, failed=self._not_hung_up)

    def _not_hung_up(self, why: Failed | Refused) -> None:
        if why.code == NoAnswer.NEVER_LEFT:
            self._phone.end()
        elif why.code == DeskRefusal.WRONG_STATE:  # hanging up has another meaning by now
            self._draft.problem(Action.HANG_UP, LocalProblem.JUST_CHANGED)

    def hold(self) -> None:
        self._of_call(Action.HOLD, Hold)

    def retrieve(self) -> None:
        self._of_call(Action.RETRIEVE, Retrieve)

    def toggle_hold(self) -> None:
        if self._requests.is_pending(Action.HOLD) or self._requests.is_pending(Action.RETRIEVE):
            return
        if self._call is not None and self._call.state is SeatState.HOLDING:
            self.retrieve()
        else:
            self.hold()

    def press(self, digits: str) -> None:
        """Sends keys; keys that are pressed while a request is pending wait for its answer, so that their order is kept."""
        keys = digits.upper()
        if not keys or not self._requests.may(Action.SEND_DIGITS):
            return
        if not _DIGITS.issuperset(keys):
            self._draft.problem(Action.SEND_DIGITS, LocalProblem.BAD_DIGITS)
            return
        self._digits += keys
        if not self._requests.is_pending(Action.SEND_DIGITS):
            self._send_digits()

    def _send_digits(self) -> None:
        call = self._call
        if call is None or not self._digits:
            self._digits = ""
            return
        now, self._digits = self._digits[:_MOST_DIGITS], self._digits[_MOST_DIGITS:]
        self._requests.send(
            Action.SEND_DIGITS,
            SendDigits(call.call, now),
            Done,
            lambda _: self._send_digits(),
            failed=self._drop_digits,
        )

    def _drop_digits(self, _: Failed | Refused) -> None:
        self._digits = ""

    def mute(self, on: bool) -> None:
        if self._requests.may(Action.MUTE if on else Action.UNMUTE):
            self._phone.mute(on)

    # --- note and disposition ---

    def set_note(self, text: str) -> None:
        self._typed_at = self._requests.now()
        self._put_note(text)

    def finish(self, disposition: str, stay: bool) -> None:
        if not self._requests.may(Action.FINISH_WRAP_UP):
            return
        view = self._draft.view
        call = self._in_hand(view.state.seat, view.state.call)
        assert call is not None
        if disposition not in {choice.id for choice in view.state.dispositions}:
            self._draft.problem(Action.FINISH_WRAP_UP, DeskRefusal.UNKNOWN_CHOICE)
        elif len(view.note) > TEXT_MAX:
            self._draft.problem(Action.FINISH_WRAP_UP, LocalProblem.TOO_LONG)
        else:
            request = WrapUp(call, disposition, view.note, stay)
            self._requests.send(Action.FINISH_WRAP_UP, request, Done, lambda _: self._finished(request))

    def extend(self) -> None:
        seat = self._draft.view.state.seat
        if seat is None or seat.wrap_up_call is None:
            self._requests.may(Action.EXTEND_WRAP_UP)
        else:
            self._requests.command(Action.EXTEND_WRAP_UP, ExtendWrapUp(seat.wrap_up_call))

    def tick(self) -> None:
        """Writes notes on this PC at least each second. In wrap-up the note is sent to the switch at each rest of the keys and shortly before the end,
        without a disposition too, since the switch or a supervisor may end the wrap-up at any time.
        """
        if self._requests.now() >= self._save_at:
            self._save_notes()
        view = self._draft.view
        seat, now = view.state.seat, self._requests.now()
        if seat is None or view.state.call is not None or now < self._send_at:
            return
        until = seat.wrap_up_until
        ends = until is not None and self._draft.wall() + view.clock_off >= until - KEEP_S
        if ends or now >= self._typed_at + REST_S:
            self._send_note()

    def keep_note(self) -> None:
        """Saves the note on this PC and at the switch, before the program ends or the switch forgets the talk."""
        self._save_notes()
        self._send_note()

    def _send_note(self) -> None:
        view = self._draft.view
        if self._hand is None or view.stale or not view.note_unsent:
            return
        late = view.state.call is None  # the seat may have been opened since
        if (late or may_wrap_up(view)) and not self._requests.is_pending(Action.FINISH_WRAP_UP):
            self._send(self._hand, view.note)

    def _send(self, call: CallId, note: str) -> None:
        if len(note) > TEXT_MAX or self._kept == (call, note):
            return
        self._kept = call, note
        request = WrapUp(call, "", note, stay=True)
        self._requests.send(
            None, request, Done, lambda _: self._has(request), failed=lambda why: self._not_kept(request, why)
        )

    def _has(self, request: WrapUp) -> None:
        self._safe = request.call, request.note
        if self._notes.get(request.call) == request.note:  # another call has come since
            del self._notes[request.call]
        self._put_note(self._draft.view.note)

    def _not_kept(self, request: WrapUp, why: Failed | Refused) -> None:
        """The note of a call that the switch has forgotten is not sent again."""
        if self._kept == (request.call, request.note) and why.code != DeskRefusal.NO_SUCH_CALL:
            self._kept, self._send_at = None, self._requests.now() + REST_S

    def _put_note(self, text: str) -> None:
        unsent = bool(text.strip()) and self._safe != (self._hand or NO_CALL, text)
        self._draft.put(note=text, note_unsent=unsent)

    def _save_notes(self) -> None:
        """Writes unsent notes on this PC."""
        unsent = dict(self._notes)
        call, view = self._hand or NO_CALL, self._draft.view
        if view.note_unsent:
            unsent.pop(call, None)  # the newest comes last
            unsent[call] = view.note
        unsent = dict(list(unsent.items())[-MOST_NOTES:])
        if self._agent is not None and unsent != self._saved_notes:
            self._save_at = self._requests.now() + SAVE_S
            self._saved_notes = unsent
            self._agent_files.write_notes(self._agent, unsent)

    # --- reports of the switch ---

    def logged_out(self) -> None:
        """Nobody is logged in: the notes are removed, so that the next agent can't read them."""
        if self._agent is not None:
            self._save_notes()
            self._agent = self._hand = None
            self._notes, self._saved_notes = {}, {}
            self._put_note("")

    def follow(self, seat: Seat | None, call: DeskCall | None) -> None:
        if self._requests.is_pending(Action.ANSWER) and (call is None or call.state is not SeatState.RINGING):
            self._requests.drop(Action.ANSWER)
        if call is None:
            self._digits = ""
        self._watch_meaning()
        if seat is not None and seat.agent != self._agent:
            self._came(seat.agent)
        hand = self._in_hand(seat, call)
        if hand is not None and hand != self._hand:
            self._change_note(hand)
        elif hand is None and seat is not None and seat.state in {SeatState.OPEN, SeatState.LOCKED}:
            self._between_calls()

    # --- inside ---

    def _watch_meaning(self) -> None:
        """If the colleague who was to get the customer hangs up just before the agent does, the agent's hang-up must not cut the customer off."""
        was, self._means = self._means, hanging_up(self._draft.view)
        if self._call is not None and self._means is HangingUp.END and was in {HangingUp.HAND_OVER, HangingUp.LEAVE}:
            self._safe_at = self._requests.now() + REACTION_S

    def _of_call(self, action: Action, command: type[Hold | Retrieve]) -> None:
        if self._call is None:
            self._requests.may(action)  # says why not
        else:
            self._requests.command(action, command(self._call.call))

    @staticmethod
    def _in_hand(seat: Seat | None, call: DeskCall | None) -> CallId | None:
        """The call to which a note belongs now: the call in hand, else the call in wrap-up."""
        return call.call if call is not None else seat.wrap_up_call if seat is not None else None

    def _came(self, agent: AgentId) -> None:
        self._agent = agent
        self._saved_notes = self._agent_files.read_notes(agent)
        self._notes = dict(self._saved_notes)

    def _change_note(self, hand: CallId) -> None:
        """Shows the note of another call, and keeps the old call's note."""
        old, self._hand = self._hand, hand
        note, unsent = self._draft.view.note, self._draft.view.note_unsent
        if note and old is None:
            return  # a note that was typed before the first call belongs to this call
        if unsent and old is not None:
            self._notes[old] = note
            self._send(old, note)
        self._put_note(self._notes.pop(hand, ""))

    def _between_calls(self) -> None:
        """The wrap-up is over: a note that the switch has is removed, and an unsent note of an earlier call is shown."""
        view = self._draft.view
        if view.note and not view.note_unsent:
            self._put_note("")
        if self._notes and not self._draft.view.note:
            self._hand, note = self._notes.popitem()
            self._put_note(note)

    def _finished(self, request: WrapUp) -> None:
        """The switch has note and disposition now."""
        self._has(request)
        self._notes.pop(request.call, None)
        view = self._draft.view
        if self._hand == request.call and view.note == request.note and view.state.call is None:
            self._put_note("")
