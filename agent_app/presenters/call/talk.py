"""Seat and call: what an agent does to them, the note, and the disposition."""

from agent_app.model.desk.actions import hanging_up, may_wrap_up
from agent_app.model.desk.problems import Lost, Own
from agent_app.model.desk.view import Action, LinkState
from agent_app.presenters.parts.ports import Failed, Shelf
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import Board
from agent_app.presenters.sound.phone import Sound
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
"""From a change on the screen until a hand that was on its way knows of it. What crosses on the link is the switch's to refuse."""
KEEP_S = 2.0
"""Before the end of the wrap-up time."""
REST_S = 2.0
"""Since a key was pressed in the note, or the switch has not taken it."""
SHELVE_S = 1.0
"""So often at most is what was typed written down on this PC."""
MOST_NOTES = 20
"""Unsent ones that are kept for an agent, the newest."""
NO_CALL = CallId("")
"""What a note is about that was typed before the first call."""
_MOST_DIGITS = 32
_DIGITS = frozenset("0123456789*#ABCD")


class TalkActs:
    def __init__(self, board: Board, requests: Requests, sound: Sound, shelf: Shelf) -> None:
        self._board, self._requests, self._sound, self._shelf = board, requests, sound, shelf
        self._digits = ""
        self._hand: CallId | None = None
        """The call that the note on the screen is about."""
        self._notes: dict[CallId, str] = {}
        """Of other calls: not sent either. The oldest first."""
        self._kept: tuple[CallId, str] | None = None
        """The note that the switch has last been given; it has it as soon as it says so (``_safe``)."""
        self._safe: tuple[CallId, str] | None = None
        self._shelved: dict[CallId, str] = {}
        self._shelve_at = self._typed_at = self._send_at = 0.0
        self._means = HangingUp.END
        self._safe_at = 0.0
        """Until then a hand may still mean what hanging up meant before."""
        self._agent: AgentId | None = None

    @property
    def _call(self) -> DeskCall | None:
        return self._board.draft.state.call

    # --- the seat ---

    def open_seat(self) -> None:
        self._requests.command(Action.OPEN_SEAT, OpenSeat())

    def lock(self, reason: LockReason) -> None:
        self._requests.command(Action.LOCK_SEAT, LockSeat(reason))

    # --- the call ---

    def answer(self) -> None:
        """Pending until the switch says that the talk is up (``follow``)."""
        if self._requests.may(Action.ANSWER):
            self._requests.wait(Action.ANSWER)
            self._sound.answer()

    def hang_up(self, by_hand: bool) -> None:
        if not self._requests.may(Action.HANG_UP):
            return
        if by_hand and self._requests.now() < self._safe_at:
            self._board.problem(Action.HANG_UP, Own.JUST_CHANGED)
            return
        call = self._call
        assert call is not None
        if self._board.draft.link is not LinkState.UP:
            self._sound.end()
            return
        request = HangUp(call.call, call.hanging_up)
        self._requests.send(Action.HANG_UP, request, Done, failed=self._not_hung_up)

    def _not_hung_up(self, why: Failed | Refused) -> None:
        if why.code == Lost.NEVER_LEFT:
            self._sound.end()
        elif why.code == DeskRefusal.WRONG_STATE:  # it means something else by now
            self._board.problem(Action.HANG_UP, Own.JUST_CHANGED)

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
        """Keys that come while some are on their way wait for those, so that none overtakes another."""
        keys = digits.upper()
        if not keys or not self._requests.may(Action.SEND_DIGITS):
            return
        if not _DIGITS.issuperset(keys):
            self._board.problem(Action.SEND_DIGITS, Own.BAD_DIGITS)
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
            self._sound.mute(on)

    # --- what is written ---

    def set_note(self, text: str) -> None:
        self._typed_at = self._requests.now()
        self._put_note(text)

    def finish(self, disposition: str, stay: bool) -> None:
        if not self._requests.may(Action.FINISH_WRAP_UP):
            return
        view = self._board.draft
        call = self._in_hand(view.state.seat, view.state.call)
        assert call is not None
        if disposition not in {choice.id for choice in view.state.dispositions}:
            self._board.problem(Action.FINISH_WRAP_UP, DeskRefusal.UNKNOWN_CHOICE)
        elif len(view.note) > TEXT_MAX:
            self._board.problem(Action.FINISH_WRAP_UP, Own.TOO_LONG)
        else:
            request = WrapUp(call, disposition, view.note, stay)
            self._requests.send(Action.FINISH_WRAP_UP, request, Done, lambda _: self._finished(request))

    def extend(self) -> None:
        seat = self._board.draft.state.seat
        if seat is None or seat.wrap_up_call is None:
            self._requests.may(Action.EXTEND_WRAP_UP)
        else:
            self._requests.command(Action.EXTEND_WRAP_UP, ExtendWrapUp(seat.wrap_up_call))

    def tick(self) -> None:
        """What is typed is written down here all the time; in wrap-up the switch gets it at each rest, and when the time is nearly over, though
        nothing was chosen yet: others may end the wrap-up at any time.
        """
        if self._requests.now() >= self._shelve_at:
            self._shelve()
        view = self._board.draft
        seat, now = view.state.seat, self._requests.now()
        if seat is None or view.state.call is not None or now < self._send_at:
            return
        until = seat.wrap_up_until
        ends = until is not None and self._board.wall() + view.clock_off >= until - KEEP_S
        if ends or now >= self._typed_at + REST_S:
            self._send_note()

    def keep_note(self) -> None:
        """The program may end any moment, or the switch forget the talk."""
        self._shelve()
        self._send_note()

    def _send_note(self) -> None:
        view = self._board.draft
        if self._hand is None or view.stale or not view.note_unsent:
            return
        late = view.state.call is None  # the seat may have been opened meanwhile
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
        if self._notes.get(request.call) == request.note:  # another call came meanwhile
            del self._notes[request.call]
        self._put_note(self._board.draft.note)

    def _not_kept(self, request: WrapUp, why: Failed | Refused) -> None:
        """What is about a call that the switch has forgotten is not tried again."""
        if self._kept == (request.call, request.note) and why.code != DeskRefusal.NO_SUCH_CALL:
            self._kept, self._send_at = None, self._requests.now() + REST_S

    def _put_note(self, text: str) -> None:
        unsent = bool(text.strip()) and self._safe != (self._hand or NO_CALL, text)
        self._board.put(note=text, note_unsent=unsent)

    def _shelve(self) -> None:
        """Unsent notes, on this PC."""
        unsent = dict(self._notes)
        call, view = self._hand or NO_CALL, self._board.draft
        if view.note_unsent:
            unsent.pop(call, None)  # the newest comes last
            unsent[call] = view.note
        unsent = dict(list(unsent.items())[-MOST_NOTES:])
        if self._agent is not None and unsent != self._shelved:
            self._shelve_at = self._requests.now() + SHELVE_S
            self._shelved = unsent
            self._shelf.write_notes(self._agent, unsent)

    # --- what the switch says ---

    def left(self) -> None:
        """Nobody is logged in: what one agent typed is not the next one's to read."""
        if self._agent is not None:
            self._shelve()
            self._agent = self._hand = None
            self._notes, self._shelved = {}, {}
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
        """Whoever was to be handed the customer hangs up between the eye and the finger: that must not cut the customer off."""
        was, self._means = self._means, hanging_up(self._board.draft)
        if self._call is not None and self._means is HangingUp.END and was in {HangingUp.HAND_OVER, HangingUp.LEAVE}:
            self._safe_at = self._requests.now() + REACTION_S

    def _of_call(self, action: Action, command: type[Hold | Retrieve]) -> None:
        if self._call is None:
            self._requests.may(action)  # says why not
        else:
            self._requests.command(action, command(self._call.call))

    @staticmethod
    def _in_hand(seat: Seat | None, call: DeskCall | None) -> CallId | None:
        """The call that a note is about."""
        return call.call if call is not None else seat.wrap_up_call if seat is not None else None

    def _came(self, agent: AgentId) -> None:
        self._agent = agent
        self._shelved = self._shelf.read_notes(agent)
        self._notes = dict(self._shelved)

    def _change_note(self, hand: CallId) -> None:
        """Another call: its own note, and the old one's is kept for when that comes back."""
        old, self._hand = self._hand, hand
        note, unsent = self._board.draft.note, self._board.draft.note_unsent
        if note and old is None:
            return  # typed before the first call: it is about this one
        if unsent and old is not None:
            self._notes[old] = note
            self._send(old, note)
        self._put_note(self._notes.pop(hand, ""))

    def _between_calls(self) -> None:
        """The wrap-up is over, whoever ended it: what the switch has goes away, and what was written about an earlier call and never sent is shown."""
        view = self._board.draft
        if view.note and not view.note_unsent:
            self._put_note("")
        if self._notes and not self._board.draft.note:
            self._hand, note = self._notes.popitem()
            self._put_note(note)

    def _finished(self, request: WrapUp) -> None:
        """It is kept by the switch now."""
        self._has(request)
        self._notes.pop(request.call, None)
        view = self._board.draft
        if self._hand == request.call and view.note == request.note and view.state.call is None:
            self._put_note("")
