"""The agent's own directory and the last calls, kept on this PC and shown only to this agent."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from agent_app.model.desk.actions import asked_party
from agent_app.model.desk.problems import LocalProblem
from agent_app.model.phonebook.numbers import BadNumber, dialable
from agent_app.model.phonebook.people import (
    MOST_CALLS,
    MOST_PEOPLE,
    NAME_MAX,
    NOTE_MAX,
    AgentPhonebook,
    CallWay,
    PastCall,
    Person,
)
from agent_app.presenters.parts.ports import AgentFilesPort
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import DeskCall, Party
from shared.enums import CallKind, PartyState
from shared.ids import AgentId
from shared.pinyin import name_keys

MOST_UNDOS = 20
WAYS = {
    CallKind.OUT: CallWay.OUT,
    CallKind.INTERNAL: CallWay.INTERNAL,
    CallKind.CONSULT: CallWay.INTERNAL,
}
"""Other kinds are listed as incoming calls; a call that is only listened to is not listed."""


class _OngoingCall(Struct):
    """A call, or a consulted party of a call, that has not ended yet."""

    at: float
    way: CallWay
    number: str
    name: str = ""
    up_at: float | None = None


class PhonebookPresenter:
    """``now``: UTC seconds by the switch's clock."""

    def __init__(self, draft: ViewDraft, agent_files: AgentFilesPort, now: Callable[[], float]) -> None:
        self._draft, self._agent_files, self._now = draft, agent_files, now
        self._agent: AgentId | None = None
        self._undo: list[tuple[Person, ...]] = []
        self._going: dict[str, _OngoingCall] = {}

    # --- log-in and log-out ---

    def logged_in(self, agent: AgentId) -> None:
        if agent == self._agent:
            return
        self._agent = agent
        kept = self._agent_files.read(agent)
        self._undo.clear()
        self._going.clear()
        self._draft.put(people=kept.people[:MOST_PEOPLE], calls=kept.calls[:MOST_CALLS], can_undo=False)

    def logged_out(self) -> None:
        self._agent = None
        self._undo.clear()
        self._going.clear()
        self._draft.put(people=(), calls=(), can_undo=False)

    # --- the directory ---

    def save(self, person: int | None, name: str, number: str, note: str) -> bool:
        """``None``, or an id that is gone: a new entry. False: the entry was not saved, and the view has the problem."""
        if self._agent is None:
            return False
        people = self._draft.view.people
        wrong = self._wrong(person, name, number, note)
        if wrong is not None:
            self._draft.problem(None, wrong)
            return False
        known = next((each for each in people if each.id == person), None)
        number = dialable(number)
        name = name.strip()
        keys = known.keys if known is not None and known.name == name else " ".join(name_keys(name))
        new = Person(known.id if known is not None else self._next_id(), name, number, note.strip(), keys)
        self._change((*(each for each in people if each is not known), new))
        return True

    def delete(self, person: int) -> None:
        people = self._draft.view.people
        rest = tuple(each for each in people if each.id != person)
        if len(rest) != len(people):
            self._change(rest)

    def undo(self) -> None:
        if self._undo:
            people = self._undo.pop()
            self._draft.put(people=people, can_undo=bool(self._undo))
            self._write()

    def _wrong(self, person: int | None, name: str, number: str, note: str) -> LocalProblem | None:
        if not name.strip():
            return LocalProblem.NO_NAME
        if len(name.strip()) > NAME_MAX or len(note.strip()) > NOTE_MAX:
            return LocalProblem.TOO_LONG
        if person is None and len(self._draft.view.people) >= MOST_PEOPLE:
            return LocalProblem.TOO_MANY
        try:
            dialable(number)
        except BadNumber:
            return LocalProblem.BAD_NUMBER
        return None

    def _next_id(self) -> int:
        """An id that no undo can bring back."""
        every = [each.id for people in (self._draft.view.people, *self._undo) for each in people]
        return max(every, default=0) + 1

    def _change(self, people: tuple[Person, ...]) -> None:
        self._undo = [*self._undo, self._draft.view.people][-MOST_UNDOS:]
        ordered = tuple(sorted(people, key=lambda each: (each.keys or each.name.casefold(), each.id)))
        self._draft.put(people=ordered, can_undo=True)
        self._write()

    # --- the last calls ---

    def follow(self, call: DeskCall | None) -> None:
        """Lists parties that are no longer in the call as past calls, and notes new parties."""
        there = dict(self._there(call)) if call is not None else {}
        ended = [self._going.pop(key) for key in list(self._going) if key not in there]
        for key, found in there.items():
            going = self._going.setdefault(key, found)
            going.up_at = going.up_at if going.up_at is not None else found.up_at
            going.name = found.name or going.name
        if ended and self._agent is not None:
            done = [self._past(going) for going in ended]
            self._draft.put(calls=(*reversed(done), *self._draft.view.calls)[:MOST_CALLS])
            self._write()

    def _there(self, call: DeskCall) -> Iterator[tuple[str, _OngoingCall]]:
        """The call itself, and the party that this seat consults, while both are there."""
        if call.kind is not CallKind.MONITOR and call.number:
            name = self._name(call, call.number)
            yield (
                call.call,
                _OngoingCall(call.rang_at, WAYS.get(call.kind, CallWay.IN), call.number, name, call.answered_at),
            )
        asking = asked_party(call)
        for party in call.parties:
            key = f"{call.call} {party.kind} {party.name} {party.number}"
            asked = party is asking and party.kind in {"seat", "outside"}
            if asked or key in self._going:
                yield key, self._asked(party, self._now())

    def _asked(self, party: Party, now: float) -> _OngoingCall:
        talks = party.state in {PartyState.TALKING, PartyState.WAITING}
        seat = party.kind == "seat"
        number = party.name if seat else party.number
        name = self._seat_name(number) if seat else self._person_name(number)
        return _OngoingCall(now, CallWay.INTERNAL if seat else CallWay.OUT, number, name, now if talks else None)

    def _past(self, going: _OngoingCall) -> PastCall:
        missed = going.way is CallWay.IN and going.up_at is None
        seconds = max(0.0, self._now() - going.up_at) if going.up_at is not None else 0.0
        return PastCall(going.at, CallWay.MISSED if missed else going.way, going.number, going.name, round(seconds, 1))

    def _name(self, call: DeskCall, number: str) -> str:
        pop = self._draft.view.state.pop
        if pop is not None and pop.call == call.call and pop.customer is not None:
            return pop.customer.name
        return self._seat_name(number) or self._person_name(number)

    def _person_name(self, number: str) -> str:
        return next((each.name for each in self._draft.view.people if each.number == number), "")

    def _seat_name(self, agent: str) -> str:
        return next((each.name for each in self._draft.view.colleagues if each.agent == agent), "")

    # --- inside ---

    def _write(self) -> None:
        if self._agent is not None:
            view = self._draft.view
            self._agent_files.write(self._agent, AgentPhonebook(view.people, view.calls))
