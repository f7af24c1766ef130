"""The desk's presenter: everything that a person, the switch and the phone do to a desk goes through ``Desk``.

One thread calls it (the window's, or a robot's loop). No method waits: what was asked for is ``pending`` in the view before the
method returns, and ends in a changed view or in a ``Problem``. A method whose action is not enabled sends nothing and says why
(``Problem.code``: the ``Enabled.why``, or ``never_left`` while the link is down); one that is pending already does nothing.
"""

from collections.abc import Callable
from pathlib import Path

from agent_app.model.desk.actions import Why
from agent_app.model.desk.mirror import Verdict
from agent_app.model.desk.problems import Own
from agent_app.model.desk.view import DeskView, LinkState
from agent_app.model.sound.phone_messages import PhoneEvent
from agent_app.presenters.call.talk import TalkActs
from agent_app.presenters.calling.calling import Calling
from agent_app.presenters.calling.phonebook import PhoneBook
from agent_app.presenters.customer.customers import CustomerFacts
from agent_app.presenters.desk_calls import DeskCalls
from agent_app.presenters.floor.floor import FloorDesk
from agent_app.presenters.frame.diagnostics import Packing
from agent_app.presenters.frame.log_in import Session
from agent_app.presenters.frame.notices import News
from agent_app.presenters.parts.ports import Diagnostics, NoShelf, Phone, Settings, Shelf, Switch
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import Board, settled
from agent_app.presenters.reports.reports import Reports
from agent_app.presenters.sound.phone import Sound
from shared.desk import Notice, PopShown, Report
from shared.enums import Language, LockReason
from shared.floor import FloorChanged
from shared.ids import AccountNo, CallId, CustomerId, TicketId

SLEPT_S = 10.0
"""No tick for so long, or the two clocks apart by so much more than before: this PC slept, or its clock was set."""


class Desk(DeskCalls):
    """See the module. ``clock``: monotonic seconds. ``wall``: this PC's UTC. ``on_change`` is called with each new view, on the same
    thread, before the method that caused it returns; it must not call the desk.
    """

    def __init__(
        self,
        switch: Switch,
        phone: Phone,
        settings: Settings,
        clock: Callable[[], float],
        wall: Callable[[], float],
        on_change: Callable[[DeskView], None],
        diagnostics: Diagnostics | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._switch, self._settings = switch, settings
        self._clock, self._wall = clock, wall
        view = DeskView(language=_language(settings.get("language")), agent_name=settings.get("agent"))
        self._board = Board(view, on_change, wall)
        self._requests = Requests(self._board, switch, clock)
        self._session = Session(self._board, self._requests, settings, self._changed)
        self._sound = Sound(self._board, phone, switch, settings, clock, self._session.phone_at)
        shelf = NoShelf() if shelf is None else shelf
        self._talk = TalkActs(self._board, self._requests, self._sound, shelf)
        self._calling, self._news = Calling(self._board, self._requests, self._talk.keep_note), News(self._board)
        self._book = PhoneBook(self._board, shelf, lambda: wall() + self._board.draft.clock_off)
        self._people = CustomerFacts(self._board, self._requests, clock)
        self.floor = FloorDesk(self._board, self._requests, self._calling)
        """Colleagues, and the supervisor's desk."""
        self.reports = Reports(self._board, self._requests)
        self._packing = Packing(self._board, diagnostics)
        self._heard: tuple[CallId, float] | None = None
        self._painted: CallId | None = None
        self._ticked = (clock(), wall())
        self._board.settle()

    @property
    def view(self) -> DeskView:
        """As last given to ``on_change``."""
        return self._board.view

    # --- people: the seat ---

    @settled
    def log_in(self, agent: str, password: str, take_over: bool = False) -> None:
        """The password is in the request only, never kept. ``take_over``: after ``already_logged_in``, ends the log-in elsewhere."""
        self._session.log_in(agent, password, take_over)

    @settled
    def log_out(self) -> None:
        self._talk.keep_note()
        self._session.log_out()

    @settled
    def change_password(self, old: str, new: str) -> None:
        self._session.change_password(old, new)

    @settled
    def open_seat(self) -> None:
        self._talk.open_seat()

    @settled
    def lock(self, reason: LockReason = LockReason.BREAK) -> None:
        """In a call: after it."""
        self._talk.lock(reason)

    # --- people: what is written ---

    @settled
    def set_note(self, text: str) -> None:
        self._talk.set_note(text)

    @settled
    def keep(self) -> None:
        """The program may end any moment: what has been typed is written down on this PC, and kept at the switch if that can be reached; so are
        the volumes that were chosen.
        """
        self._talk.keep_note()
        self._sound.keep_volumes()

    @settled
    def leave(self) -> None:
        """Keeps what was typed, then logs out, though the switch has not said yet that it has the note: it gets the note first."""
        self.keep()
        self._session.log_out(but=Why.NOTE_UNSENT)

    @settled
    def finish_wrap_up(self, disposition: str, stay: bool = False) -> None:
        """Sends note and disposition of the call in hand or the one just ended."""
        self._talk.finish(disposition, stay)

    @settled
    def extend_wrap_up(self) -> None:
        self._talk.extend()

    @settled
    def save_ticket(self, ticket: TicketId | None, title: str, state: str = "open", note: str = "") -> None:
        """For the customer on screen; ``None``: a new one."""
        self._people.save_ticket(ticket, title, state, note)

    # --- people: the directory, and what was said to the agent ---

    @settled
    def save_person(self, person: int | None, name: str, number: str, note: str = "") -> bool:
        """Of the agent's own directory; ``None``: a new one. False and a ``Problem``: ``no_name``, ``bad_number``, ``too_long``, ``too_many``."""
        return self._book.save(person, name, number, note)

    @settled
    def delete_person(self, person: int) -> None:
        self._book.delete(person)

    @settled
    def undo_people(self) -> None:
        """Takes back the last change of the directory, then the one before."""
        self._book.undo()

    @settled
    def dismiss_notice(self, number: int = 0) -> None:
        """By ``ShownNotice.id``; ``0``: the newest."""
        self._news.dismiss(number)

    @settled
    def dismiss_returned(self) -> None:
        self._news.dismiss_returned()

    # --- people: customers ---

    @settled
    def search(self, text: str) -> None:
        """At each key; asks 0.25 s after the last one. Empty: clears the rows."""
        self._people.search(text)

    @settled
    def show_customer(self, customer: CustomerId) -> None:
        self._people.show_customer(customer)

    @settled
    def show_pop(self) -> None:
        """Back to the caller's card."""
        self._people.show_pop()

    @settled
    def ask_account(self, account: AccountNo) -> None:
        """Asks the branch (anew) for funds, holdings and orders; the account on screen is ``pending`` meanwhile."""
        self._people.ask_account(account)

    @settled
    def fetch_recording(self, call: CallId) -> None:
        """``view.player`` fills; ``wav`` is there at the end."""
        self._people.fetch_recording(call)

    @settled
    def close_player(self) -> None:
        self._people.close_player()

    # --- people: sound and the app ---

    @settled
    def set_volumes(
        self, speaker: float | None = None, microphone: float | None = None, ring: float | None = None
    ) -> None:
        """Factors, 0 to 2; ``None``: as it is."""
        self._sound.volumes({"speaker": speaker, "microphone": microphone, "ring": ring})

    @settled
    def use_devices(self, speaker: str | None = None, microphone: str | None = None, ring: str | None = None) -> None:
        """By ``Device.id``; empty: the system's default; ``None``: as it is; ring ``none``: silent."""
        self._sound.use({"speaker": speaker, "microphone": microphone, "ring": ring})

    @settled
    def use_desk_phone(self, name: str) -> None:
        """The voice: ``""`` by the app's own phone, else by the desk phone of this name. Before the log-in only."""
        self._sound.use_desk_phone(name.strip())

    @settled
    def test_tone(self, on_ring: bool = False) -> None:
        self._sound.test_tone(on_ring)

    @settled
    def meters(self, on: bool) -> None:
        self._sound.meters(on)

    @settled
    def set_language(self, language: Language) -> None:
        self._settings.put("language", language)
        self._board.put(language=language)

    @settled
    def pop_painted(self, call: CallId) -> None:
        """The window: this call's pop stands on the screen. Told to the switch once a call."""
        if self._painted == call or self._heard is None or self._heard[0] != call:
            return
        self._painted = call
        self._switch.tell(PopShown(call, (self._clock() - self._heard[1]) * 1000))

    @settled
    def dismiss_problem(self) -> None:
        self._board.solved()

    @settled
    def window_failed(self) -> None:
        """The window: something in it raised, which its log has."""
        self._board.problem(None, Own.WINDOW_FAULT)

    @settled
    def pack_diagnostics(self, folder: Path) -> None:
        """``view.packing`` says how far it is and where it is; ``None`` again and a ``Problem`` if it can't be written."""
        self._packing.begin(folder)

    @settled
    def cancel_diagnostics(self) -> None:
        self._packing.cancel()

    # --- from outside ---

    @settled
    def trouble(self, code: Own, text: str = "") -> None:
        """Of the program itself."""
        self._board.problem(None, code, text)

    @settled
    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self._session.link_state(state, text, retry_in)
        self._sound.tell()
        self.floor.follow()

    @settled
    def opened(self) -> None:
        """A new session with the switch: resume the log-in, or fetch what there is; report numbers begin again at 1."""
        self.floor.opened()
        self._session.opened()

    @settled
    def told(self, report: Report, seq: int) -> None:
        """A report; one that came already, or late, changes nothing; after a gap a snapshot is fetched."""
        verdict = self._session.told(report, seq)
        if isinstance(report, FloorChanged) and verdict is not Verdict.OLD:
            self.floor.told(report)
        if isinstance(report, Notice) and verdict is not Verdict.OLD and not self._board.draft.needs_password:
            self._news.notice(report)
        if verdict is Verdict.GAP:
            self.floor.gap()

    @settled
    def gap(self) -> None:
        """The link: reports were lost."""
        self._session.gap()
        self.floor.gap()

    @settled
    def phone_event(self, event: PhoneEvent) -> None:
        self._sound.event(event)

    @settled
    def tick(self, now: float) -> None:
        """About 5 times a second, with ``clock()``: debounce, retries, the phone's report, a PC that slept."""
        self._requests.tick(now)
        self._watch_sleep(now)
        self._session.tick(now)
        self._sound.tick(now)
        self._talk.tick()
        self._people.tick(now)
        self.floor.tick(now)

    # --- inside ---

    def _changed(self, by_snapshot: bool) -> None:
        """The copy of the switch's state is another."""
        state = self._board.draft.state
        if self._board.draft.needs_password:
            self._people.forget()
            self._talk.left()
            self._news.left()
            self._book.left()
            self.reports.left()
        elif state.seat is not None:
            self._book.came(state.seat.agent)
        self._hear(state.call.call if state.call is not None else state.pop.call if state.pop is not None else None)
        self._sound.follow(state.call, by_snapshot=by_snapshot)
        self._talk.follow(state.seat, state.call)
        self._book.follow(state.call)
        self._news.follow(state.call)
        self._people.follow(state.pop)
        self._sound.tell()
        self.floor.follow()

    def _hear(self, call: CallId | None) -> None:
        if call is not None and (self._heard is None or self._heard[0] != call):
            self._heard = (call, self._clock())

    def _watch_sleep(self, now: float) -> None:
        """After a sleep or a jump of the clock, what is shown is old."""
        wall = self._wall()
        passed, by_wall = now - self._ticked[0], wall - self._ticked[1]
        self._ticked = (now, wall)
        if passed > SLEPT_S or abs(by_wall - passed) > SLEPT_S:
            self._session.gap()


def _language(value: str) -> Language:
    try:
        return Language(value)
    except ValueError:
        return Language.ZH
