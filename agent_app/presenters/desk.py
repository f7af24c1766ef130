"""The desk's presenter: everything that a person, the switch and the phone do to a desk goes through ``Desk``.

One thread calls it (the window's, or a robot's loop). No method waits: what was asked for is ``pending`` in the view before the
method returns, and ends in a changed view or in a ``Problem``. A method whose action is not enabled sends nothing and says why
(``Problem.code``: the ``Enabled.why``, or ``never_left`` while the link is down); one that is pending already does nothing.
"""

from collections.abc import Callable
from pathlib import Path

from agent_app.model.phone import PhoneEvent
from agent_app.model.view import DeskView, LinkState
from agent_app.presenters.ports import Diagnostics, Phone, Settings, Switch
from shared.desk import StateReport
from shared.enums import Language, LockReason
from shared.ids import AccountNo, CallId, CustomerId, TicketId


class Desk:
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
    ) -> None:
        raise NotImplementedError

    @property
    def view(self) -> DeskView:
        """As last given to ``on_change``."""
        raise NotImplementedError

    # --- people: the seat ---

    def log_in(self, agent: str, password: str, take_over: bool = False) -> None:
        """The password is in the request only, never kept. ``take_over``: after ``already_logged_in``, ends the log-in elsewhere."""

    def log_out(self) -> None: ...

    def change_password(self, old: str, new: str) -> None: ...

    def open_seat(self) -> None: ...

    def lock(self, reason: LockReason = LockReason.BREAK) -> None:
        """In a call: after it."""

    # --- people: the call ---

    def answer(self) -> None: ...

    def hang_up(self) -> None:
        """Also refuses a ringing call. While the link is down the phone hangs up by itself."""

    def hold(self) -> None: ...

    def retrieve(self) -> None: ...

    def toggle_hold(self) -> None: ...

    def dial(self, number: str) -> None:
        """As typed or pasted (``tel:``, spaces, ``+86`` …)."""

    def call_back(self) -> None:
        """Dials the customer on screen: the number they called from, else their first."""

    def press(self, digits: str) -> None:
        """Keys to the far end; several may be on their way, their order is kept."""

    def mute(self, on: bool) -> None: ...

    # --- people: what is written ---

    def set_note(self, text: str) -> None: ...

    def finish_wrap_up(self, disposition: str, stay: bool = False) -> None:
        """Sends note and disposition of the call in hand or the one just ended."""

    def extend_wrap_up(self) -> None: ...

    def save_ticket(self, ticket: TicketId | None, title: str, state: str = "open", note: str = "") -> None:
        """For the customer on screen; ``None``: a new one."""

    # --- people: customers ---

    def search(self, text: str) -> None:
        """At each key; asks 0.25 s after the last one. Empty: clears the rows."""

    def show_customer(self, customer: CustomerId) -> None: ...

    def show_pop(self) -> None:
        """Back to the caller's card."""

    def ask_account(self, account: AccountNo) -> None:
        """Asks the branch (anew) for funds, holdings and orders; the account on screen is ``pending`` meanwhile."""

    def fetch_recording(self, call: CallId) -> None:
        """``view.player`` fills; ``wav`` is there at the end."""

    def close_player(self) -> None: ...

    # --- people: sound and the app ---

    def set_volumes(
        self, speaker: float | None = None, microphone: float | None = None, ring: float | None = None
    ) -> None:
        """Factors, 0 to 2; ``None``: as it is."""

    def use_devices(self, speaker: str | None = None, microphone: str | None = None, ring: str | None = None) -> None:
        """By ``Device.id``; empty: the system's default; ``None``: as it is; ring ``none``: silent."""

    def test_tone(self, on_ring: bool = False) -> None: ...

    def meters(self, on: bool) -> None: ...

    def set_language(self, language: Language) -> None: ...

    def pop_painted(self, call: CallId) -> None:
        """The window: this call's pop stands on the screen. Told to the switch once a call."""

    def dismiss_problem(self) -> None: ...

    def pack_diagnostics(self, folder: Path) -> Path | None:
        """The zip's path; ``None`` and a ``Problem`` (``cannot_write``) if it can't be written."""

    # --- from outside ---

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None: ...

    def opened(self) -> None:
        """A new session with the switch: resume the log-in, or fetch what there is; report numbers begin again at 1."""

    def told(self, report: StateReport, seq: int) -> None:
        """A report; one that came already, or late, changes nothing; after a gap a snapshot is fetched."""

    def gap(self) -> None:
        """The link: reports were lost."""

    def phone_event(self, event: PhoneEvent) -> None: ...

    def phone_down(self) -> None:
        """The phone's process ended; ``PhoneReady`` follows when a new one is up."""

    def tick(self, now: float) -> None:
        """About 5 times a second, with ``clock()``: debounce, retries, the phone's report, a PC that slept."""
