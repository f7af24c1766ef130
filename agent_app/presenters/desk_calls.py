"""The actions on calls: the part of ``DeskPresenter`` whose methods are one line for each button.

Scripts use the same names (``tests.e2e.hands``); all arguments are plain strings:
``answer()`` ``hang_up()`` ``hold()`` ``retrieve()`` ``dial(number)`` ``call_seat(agent)``
``consult("seat", agent)`` ``consult("queue", queue)`` ``consult("number", number)`` ``consult("menu", flow)`` ``consult("pin")``
``return_()`` ``swap()`` ``join()`` ``drop_party(leg)`` ``monitor(agent, "monitor" | "whisper" | "barge")`` ``listen(mode)`` ``intercept()``
``press(digits)`` ``mute(on)``
"""

from agent_app.presenters.call.call import CallPresenter
from agent_app.presenters.calling.calling import CallingPresenter
from agent_app.presenters.parts.view_draft import ViewDraft, settled
from shared.enums import ListenMode
from shared.ids import LegId


class DeskCalls:
    _draft: ViewDraft
    _call: CallPresenter
    _calling: CallingPresenter

    @settled
    def answer(self) -> None:
        self._call.answer()

    @settled
    def hang_up(self, by_hand: bool = False) -> None:
        """Does ``model.desk.actions.hanging_up``; if that has changed at the switch, nothing is done (``just_changed``). Without link the phone hangs up.

        ``by_hand``: nothing is done if hanging up has changed from handing over or leaving to ending the talk within a hand's reaction time.
        """
        self._call.hang_up(by_hand)

    @settled
    def hold(self) -> None:
        self._call.hold()

    @settled
    def retrieve(self) -> None:
        self._call.retrieve()

    @settled
    def toggle_hold(self) -> None:
        self._call.toggle_hold()

    @settled
    def dial(self, number: str) -> None:
        """The number as typed or pasted (``tel:``, spaces, ``+86`` …). In a talk the call is a consult, and the customer waits."""
        self._calling.dial(number)

    @settled
    def call_seat(self, agent: str) -> None:
        """内部呼叫, as ``dial``."""
        self._calling.call_seat(agent)

    @settled
    def call_back(self) -> None:
        """Dials the customer on screen: the number they called from, else their first."""
        self._calling.call_back()

    @settled
    def consult(self, kind: str, value: str = "") -> None:
        """呼叫转移: ``seat`` and an agent, ``queue`` and its id, ``number``, ``menu`` and a flow, or ``pin``."""
        self._calling.consult(kind, value)

    @settled
    def return_(self) -> None:
        """返回: ends the consult, or the call that is dialled."""
        self._calling.back()

    @settled
    def swap(self) -> None:
        self._calling.swap()

    @settled
    def join(self) -> None:
        self._calling.join()

    @settled
    def drop_party(self, leg: LegId) -> None:
        self._calling.drop(leg)

    @settled
    def monitor(self, agent: str = "", mode: ListenMode | str = ListenMode.MONITOR) -> None:
        """``agent=""``: the agent whose busy tone is heard."""
        self._calling.monitor(agent, ListenMode(mode))

    @settled
    def listen(self, mode: ListenMode | str = ListenMode.MONITOR) -> None:
        """Changes the mode in the monitored call: ``monitor``, ``whisper``, ``barge``."""
        self._calling.listen(ListenMode(mode))

    @settled
    def intercept(self) -> None:
        self._calling.intercept()

    @settled
    def press(self, digits: str) -> None:
        """Sends keys to the far end; their order is kept."""
        self._call.press(digits)

    @settled
    def mute(self, on: bool) -> None:
        self._call.mute(on)
