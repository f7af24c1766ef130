"""``switchctl replay``: feeds a call's journalled events to the core again. Needs no running switch.

Prints the transitions in the format of the switch's log, so that both can be compared line by line.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from shared.days import SHANGHAI
from shared.ids import CallId
from switch_server.adapters.event_journal import last_at, read_journal
from switch_server.core.words import Transition
from switch_server.services import replay as replaying
from switch_server.services.replay import JournalEntry
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, CommandRefused


class Replayed(Struct, frozen=True, kw_only=True):
    """The document of ``--json``. ``events``: the number of journal entries fed, with those about the switch as a whole (cards, branches, seats)."""

    format: int = 1
    type: str = "Replayed"
    call: str
    events: int
    transitions: tuple["ReplayedTransition", ...]


class ReplayedTransition(Struct, frozen=True):
    at: float
    machine: str
    subject: str
    old: str
    event: str
    new: str


async def replay(context: Context) -> int:
    call = CallId(context.options.call)
    replayed = _replayed(context.journal, call)
    if not replayed.transitions:
        raise CommandRefused("not_in_journal", call=call)
    if context.json:
        context.print_json(replayed)
        return OK
    context.print("\n".join(_line(step) for step in replayed.transitions))
    context.say("replayed", events=replayed.events, transitions=len(replayed.transitions))
    return OK


def _replayed(folder: Path, call: CallId) -> Replayed:
    if not folder.is_dir():
        raise CommandRefused("no_journal", path=folder)
    entries: list[JournalEntry] = []
    try:
        entries += ((entry.seq, entry.at, entry.event) for entry in read_journal(folder, call, global_events=True))
        until = last_at(folder)
    except (OSError, ValueError) as error:
        raise CommandRefused("journal_bad", why=error) from None
    return Replayed(call=call, events=len(entries), transitions=tuple(_transitions(call, entries, until)))


def _transitions(call: CallId, entries: list[JournalEntry], until: float) -> Iterator[ReplayedTransition]:
    for at, transition in replaying.replay(call, entries, until):
        yield _transition(at, transition)


def _transition(at: float, transition: Transition) -> ReplayedTransition:
    return ReplayedTransition(
        at, transition.machine, transition.subject, transition.old, transition.event, transition.new
    )


def _line(step: ReplayedTransition) -> str:
    at = datetime.fromtimestamp(step.at, UTC) + SHANGHAI
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {step.machine} {step.subject}: {step.old} -> {step.event} -> {step.new}"
