"""Faxes in ``tests.core.chaos``: asked for, cancelled, heard, and reports of fax cards at any time."""

from collections.abc import Callable
from typing import Any

from shared.fax import FaxId, FaxPriority, FaxResult
from shared.ids import CardId
from switch_server.core import catalogue as ev
from switch_server.core.fax import FaxJob
from switch_server.core.words import FAX

FAX_CARD = CardId("fax-1")
NUMBERS = ("13700137000", "13700137001", "")


def _fax(chaos: Any, pick: int) -> FaxId:
    known = [*chaos.switch.faxes.jobs.items, *(session.fax for session in chaos.switch.faxes._sessions.values())]
    return known[pick % len(known)] if known else FaxId("f0")


def ask(chaos: Any, pick: int) -> None:
    chaos.faxes += 1
    live = None if pick % 3 else chaos._call(pick // 3)
    job = FaxJob(
        fax=FaxId(f"f20261121T110000-{chaos.faxes:04}"), number=NUMBERS[pick // 4 % 3], document="/fax/a.tif", pages=1 + pick % 3,
        by="agent:ann", digest="d" if pick % 7 == 0 else "", priority=tuple(FaxPriority)[pick % 3],
        not_before=chaos.now + 50.0 if pick % 11 == 0 else 0.0,
    )  # fmt: skip
    chaos.tell(ev.FaxAsked(job, live))


def command(chaos: Any, pick: int) -> None:
    if pick % 4 == 0:
        chaos.tell(ev.FaxSpoolChanged(full=pick % 8 == 0))
    else:
        chaos.tell(ev.FaxCancelAsked(_fax(chaos, pick), "agent:ann"))


def report(chaos: Any, pick: int) -> None:
    leg, fax = chaos._leg(pick // 4), _fax(chaos, pick // 2)
    result = tuple(FaxResult)[pick % len(FaxResult)]
    events: tuple[ev.Event, ...] = (
        ev.FaxToneHeard(leg), ev.FaxToneHeard(leg), ev.FaxConnected(leg, fax, "020", 14400, True), ev.FaxPage(leg, fax, pick % 4, 14400, 0, 0),
        ev.FaxEnded(leg, fax, result, 0, pick % 4), ev.LegReofferRefused(leg, 488),
    )  # fmt: skip
    chaos.tell(events[pick % len(events)])


def card(chaos: Any, pick: int) -> None:
    chaos.tell(ev.CardDied(FAX_CARD, "killed") if pick & 1 else ev.CardUp(FAX_CARD, 1 + pick % 3, FAX))


def mood(chaos: Any, pick: int) -> None:
    reactions = chaos.reactions
    reactions.reoffer = ("take", "take", "audio", "refuse")[pick % 4]
    reactions.keeps_faxes = pick % 5 != 0
    reactions.fax_tries = [(pick % 2, tuple(FaxResult)[pick // 2 % len(FaxResult)])]


def cancel_all(chaos: Any) -> None:
    """For the end: no fax is dialled any more."""
    jobs = chaos.switch.faxes.jobs
    for fax in [*jobs.items, *jobs._asked]:
        chaos.tell(ev.FaxCancelAsked(fax, "agent:ann"))


ACTIONS: dict[str, tuple[int, Callable[[Any, int], None]]] = {
    "fax_ask": (5, ask),
    "fax_command": (2, command),
    "fax_report": (4, report),
    "fax_card": (2, card),
    "fax_mood": (2, mood),
}
