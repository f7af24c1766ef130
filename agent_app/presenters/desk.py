"""The desk's presenter: all actions of a person and all events of switch and phone go through ``DeskPresenter``.

One thread calls it (the window's, or a robot's loop). No method waits: an action is ``pending`` in the view before its method returns, and ends in
a changed view or in a ``DeskProblem``. The method of an action that is off sends nothing and sets a problem (``DeskProblem.code``: the ``Enabled.why``,
or ``never_left`` while the link is down); the method of a pending action does nothing.
"""

from collections.abc import Callable
from pathlib import Path

from agent_app.model.desk.actions import Why
from agent_app.model.desk.mirror import ReportVerdict
from agent_app.model.desk.problems import LocalProblem
from agent_app.model.desk.view import DeskView, LinkState
from agent_app.model.sound.phone_messages import PhoneEvent
from agent_app.presenters.call.call import CallPresenter
from agent_app.presenters.calling.calling import CallingPresenter
from agent_app.presenters.calling.phonebook import PhonebookPresenter
from agent_app.presenters.customer.customers import CustomerPresenter
from agent_app.presenters.desk_calls import DeskCalls
from agent_app.presenters.fax.fax import FaxPresenter
from agent_app.presenters.floor.floor import FloorPresenter
from agent_app.presenters.frame.diagnostics import DiagnosticsPresenter
from agent_app.presenters.frame.log_in import LogInPresenter
from agent_app.presenters.frame.notices import NoticesPresenter
from agent_app.presenters.parts.ports import (
    AgentFilesPort,
    DiagnosticsPort,
    NoAgentFiles,
    PhonePort,
    SettingsPort,
    SwitchPort,
)
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import ViewDraft, settled
from agent_app.presenters.reports.reports import ReportsPresenter
from agent_app.presenters.sound.phone import PhonePresenter
from shared.desk import Notice, PopShown, Report
from shared.desk_fax import FaxChanged, FaxGone
from shared.enums import Language, LockReason
from shared.floor import FloorChanged
from shared.ids import AccountNo, CallId, CustomerId, TicketId

SLEPT_S = 10.0
"""If there was no tick for so long, or monotonic and UTC clock differ by so much, this PC slept or its clock was set."""


class DeskPresenter(DeskCalls):
    """See the module. ``clock``: monotonic seconds. ``wall``: this PC's UTC. ``on_change`` is called with each new view, on the same
    thread, before the method that caused it returns; it must not call the desk.
    """

    def __init__(
        self,
        switch: SwitchPort,
        phone: PhonePort,
        settings: SettingsPort,
        clock: Callable[[], float],
        wall: Callable[[], float],
        on_change: Callable[[DeskView], None],
        diagnostics: DiagnosticsPort | None = None,
        agent_files: AgentFilesPort | None = None,
    ) -> None:
        self._switch, self._settings = switch, settings
        self._clock, self._wall = clock, wall
        view = DeskView(language=_language(settings.get("language")), agent_name=settings.get("agent"))
        self._draft = ViewDraft(view, on_change, wall)
        self._requests = Requests(self._draft, switch, clock)
        self._log_in = LogInPresenter(self._draft, self._requests, settings, self._changed)
        self._phone = PhonePresenter(self._draft, phone, switch, settings, clock, self._log_in.phone_at)
        agent_files = NoAgentFiles() if agent_files is None else agent_files
        self._call = CallPresenter(self._draft, self._requests, self._phone, agent_files)
        self._calling = CallingPresenter(self._draft, self._requests, self._call.keep_note)
        self._notices = NoticesPresenter(self._draft)
        self._phonebook = PhonebookPresenter(self._draft, agent_files, lambda: wall() + self._draft.view.clock_off)
        self._customer = CustomerPresenter(self._draft, self._requests, clock)
        self.floor = FloorPresenter(self._draft, self._requests, self._calling)
        """Colleagues, and the supervisor's desk."""
        self.reports = ReportsPresenter(self._draft, self._requests)
        self.fax = FaxPresenter(self._draft, self._requests, self._notices.notice)
        self._diagnostics = DiagnosticsPresenter(self._draft, diagnostics)
        self._heard: tuple[CallId, float] | None = None
        self._painted: CallId | None = None
        self._ticked = (clock(), wall())
        self._draft.settle()

    @property
    def view(self) -> DeskView:
        """The view that ``on_change`` was given last."""
        return self._draft.given

    # --- actions: the seat ---

    @settled
    def log_in(self, agent: str, password: str, take_over: bool = False) -> None:
        """The password is in the request only, never kept. ``take_over``: after ``already_logged_in``, ends the log-in elsewhere."""
        self._log_in.log_in(agent, password, take_over)

    @settled
    def log_out(self) -> None:
        self._call.keep_note()
        self._log_in.log_out()

    @settled
    def change_password(self, old: str, new: str) -> None:
        self._log_in.change_password(old, new)

    @settled
    def open_seat(self) -> None:
        self._call.open_seat()

    @settled
    def lock(self, reason: LockReason = LockReason.BREAK) -> None:
        """In a call the lock takes effect after the call."""
        self._call.lock(reason)

    # --- actions: note, disposition, tickets ---

    @settled
    def set_note(self, text: str) -> None:
        self._call.set_note(text)

    @settled
    def keep(self) -> None:
        """Called when the program may end: the note is written on this PC and sent to the switch if the link is up; chosen volumes are written too."""
        self._call.keep_note()
        self._phone.keep_volumes()

    @settled
    def leave(self) -> None:
        """Keeps the note, then logs out without waiting for the note's confirmation: the switch gets the note before the log-out."""
        self.keep()
        self._log_in.log_out(but=Why.NOTE_UNSENT)

    @settled
    def finish_wrap_up(self, disposition: str, stay: bool = False) -> None:
        """Sends note and disposition of the call in hand or the one just ended."""
        self._call.finish(disposition, stay)

    @settled
    def extend_wrap_up(self) -> None:
        self._call.extend()

    @settled
    def save_ticket(self, ticket: TicketId | None, title: str, state: str = "open", note: str = "") -> None:
        """For the customer on screen; ``None``: a new one."""
        self._customer.save_ticket(ticket, title, state, note)

    # --- actions: the directory, notices, problems ---

    @settled
    def save_person(self, person: int | None, name: str, number: str, note: str = "") -> bool:
        """Saves an entry of the agent's own directory; ``None``: a new one. False with a ``DeskProblem``: ``no_name``, ``bad_number``, ``too_long``,
        ``too_many``.
        """
        return self._phonebook.save(person, name, number, note)

    @settled
    def delete_person(self, person: int) -> None:
        self._phonebook.delete(person)

    @settled
    def undo_people(self) -> None:
        """Takes back the last change of the directory, then the one before."""
        self._phonebook.undo()

    @settled
    def dismiss_notice(self, number: int = 0) -> None:
        """By ``ShownNotice.id``; ``0``: the newest."""
        self._notices.dismiss(number)

    @settled
    def dismiss_returned(self) -> None:
        self._notices.dismiss_returned()

    # --- actions: customers ---

    @settled
    def search(self, text: str) -> None:
        """Called at each key; the request is sent 0.25 s after the last one. ``""`` clears the rows."""
        self._customer.search(text)

    @settled
    def show_customer(self, customer: CustomerId) -> None:
        self._customer.show_customer(customer)

    @settled
    def show_pop(self) -> None:
        """Back to the caller's card."""
        self._customer.show_pop()

    @settled
    def ask_account(self, account: AccountNo) -> None:
        """Asks the branch (again) for funds, holdings and orders; until the answer the account on screen is ``pending``."""
        self._customer.ask_account(account)

    @settled
    def fetch_recording(self, call: CallId) -> None:
        """``view.player`` shows the progress, and has ``wav`` at the end."""
        self._customer.fetch_recording(call)

    @settled
    def close_player(self) -> None:
        self._customer.close_player()

    # --- actions: sound and the app ---

    @settled
    def set_volumes(
        self, speaker: float | None = None, microphone: float | None = None, ring: float | None = None
    ) -> None:
        """Factors, 0 to 2; ``None``: as it is."""
        self._phone.volumes({"speaker": speaker, "microphone": microphone, "ring": ring})

    @settled
    def use_devices(self, speaker: str | None = None, microphone: str | None = None, ring: str | None = None) -> None:
        """By ``SoundDevice.id``; ``""``: the system's default; ``None``: as it is; ring ``none``: silent."""
        self._phone.use({"speaker": speaker, "microphone": microphone, "ring": ring})

    @settled
    def use_desk_phone(self, name: str) -> None:
        """Chooses the phone: ``""``: the app's own phone, else the desk phone of this name. Before the log-in only."""
        self._phone.use_desk_phone(name.strip())

    @settled
    def test_tone(self, on_ring: bool = False) -> None:
        self._phone.test_tone(on_ring)

    @settled
    def meters(self, on: bool) -> None:
        self._phone.meters(on)

    @settled
    def set_language(self, language: Language) -> None:
        self._settings.put("language", language)
        self._draft.put(language=language)

    @settled
    def pop_painted(self, call: CallId) -> None:
        """Called by the window when this call's pop is on the screen. Reported to the switch once a call."""
        if self._painted == call or self._heard is None or self._heard[0] != call:
            return
        self._painted = call
        self._switch.tell(PopShown(call, (self._clock() - self._heard[1]) * 1000))

    @settled
    def dismiss_problem(self) -> None:
        self._draft.solved()

    @settled
    def window_failed(self) -> None:
        """Called after an exception in the window, which the log has."""
        self._draft.problem(None, LocalProblem.WINDOW_FAULT)

    @settled
    def pack_diagnostics(self, folder: Path) -> None:
        """``view.packing`` has the progress and then the path; ``None`` again with a ``DeskProblem`` if the file can't be written."""
        self._diagnostics.begin(folder)

    @settled
    def cancel_diagnostics(self) -> None:
        self._diagnostics.cancel()

    # --- events ---

    @settled
    def trouble(self, code: LocalProblem, text: str = "") -> None:
        """A problem of the program itself."""
        self._draft.problem(None, code, text)

    @settled
    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self._log_in.link_state(state, text, retry_in)
        self._phone.tell()
        self.floor.follow()

    @settled
    def opened(self) -> None:
        """A new session with the switch: resumes the log-in, or fetches a snapshot; report numbers begin again at 1."""
        self.floor.opened()
        self.fax.lost()
        self._log_in.opened()

    @settled
    def told(self, report: Report, seq: int) -> None:
        """Takes a report. A repeated or late report changes nothing; after a gap a snapshot is fetched."""
        verdict = self._log_in.told(report, seq)
        if isinstance(report, FloorChanged) and verdict is not ReportVerdict.OLD:
            self.floor.told(report)
        if isinstance(report, Notice) and verdict is not ReportVerdict.OLD and not self._draft.view.needs_password:
            self._notices.notice(report)
        if isinstance(report, FaxChanged | FaxGone) and verdict is not ReportVerdict.OLD:
            self.fax.told(report)
        if verdict is ReportVerdict.GAP:
            self.floor.gap()
            self.fax.lost()

    @settled
    def gap(self) -> None:
        """Called by the link when reports were lost."""
        self._log_in.gap()
        self.floor.gap()
        self.fax.lost()

    @settled
    def phone_event(self, event: PhoneEvent) -> None:
        self._phone.event(event)

    @settled
    def tick(self, now: float) -> None:
        """Called about 5 times a second, with ``clock()``: for the search's delay, retries, the phone's report, a PC that slept."""
        self._requests.tick(now)
        self._watch_sleep(now)
        self._log_in.tick(now)
        self._phone.tick(now)
        self._call.tick()
        self._customer.tick(now)
        self.floor.tick(now)
        self.fax.tick(now)

    # --- inside ---

    def _changed(self, by_snapshot: bool) -> None:
        """The copy of the switch's state has changed."""
        state = self._draft.view.state
        if self._draft.view.needs_password:
            self._customer.forget()
            self._call.logged_out()
            self._notices.logged_out()
            self._phonebook.logged_out()
            self.reports.logged_out()
            self.fax.logged_out()
        elif state.seat is not None:
            self._phonebook.logged_in(state.seat.agent)
        self._hear(state.call.call if state.call is not None else state.pop.call if state.pop is not None else None)
        self._phone.follow(state.call, by_snapshot=by_snapshot)
        self._call.follow(state.seat, state.call)
        self._phonebook.follow(state.call)
        self._notices.follow(state.call)
        self._customer.follow(state.pop)
        self._phone.tell()
        self.floor.follow()
        self.fax.follow()

    def _hear(self, call: CallId | None) -> None:
        if call is not None and (self._heard is None or self._heard[0] != call):
            self._heard = (call, self._clock())

    def _watch_sleep(self, now: float) -> None:
        """After a sleep or a jump of the clock the view is old, and a snapshot is fetched."""
        wall = self._wall()
        passed, by_wall = now - self._ticked[0], wall - self._ticked[1]
        self._ticked = (now, wall)
        if passed > SLEPT_S or abs(by_wall - passed) > SLEPT_S:
            self._log_in.gap()


def _language(value: str) -> Language:
    try:
        return Language(value)
    except ValueError:
        return Language.ZH
