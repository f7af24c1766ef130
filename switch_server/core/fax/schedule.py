"""When a fax is dialled: the tries after a failed one, and the quiet hours. Pure; times are UTC seconds."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from shared.days import DAY_S, SHANGHAI_S
from shared.enums import EndCause
from shared.fax import FaxModem, FaxResult
from switch_server.core.fax.facts import FaxJob
from switch_server.core.words import FaxRetries, QuietHours

R = FaxResult
NO_USE: Final = frozenset({R.INCOMPATIBLE, R.BAD_FILE})
"""Results after which no further try can end otherwise."""
SLOWER: Final = {FaxModem.V17: FaxModem.V29, FaxModem.V29: FaxModem.V27TER, FaxModem.V27TER: FaxModem.V27TER}
_BAD_LINE = frozenset({R.TRAINING, R.DROPPED, R.PROTOCOL})
_BY_CAUSE: dict[EndCause, FaxResult] = {
    EndCause.FAR_BUSY: R.BUSY,
    EndCause.NO_ANSWER: R.NO_ANSWER,
    EndCause.CARD_LOST: R.CARD_LOST,
    EndCause.SWITCH_STOPPED: R.STOPPED,
    EndCause.CANCELLED: R.STOPPED,
}


def result_of(cause: EndCause | None, *, answered: bool, connected: bool) -> FaxResult:
    """The result of a try whose call ended by ``cause`` before the fax card reported one."""
    if cause in _BY_CAUSE:
        return _BY_CAUSE[cause]
    if connected:
        return R.DROPPED
    return R.NO_FAX if answered else R.NO_LINE


class NextTry(Struct, frozen=True):
    """``job``: with the counts after the try that ended. ``at``: ``None`` where it was the last one."""

    job: FaxJob
    at: float | None


def after_try(job: FaxJob, result: FaxResult, rules: FaxRetries, now: float) -> NextTry:
    """What follows a try that ended with ``result`` before the last page. A try that a stop of the switch ended does not count."""
    if result is R.STOPPED:
        return NextTry(job, now)
    same = job.same + 1 if job.last is result else 1
    counted = replace(job, tries=job.tries + 1, same=same, last=result)
    if result in NO_USE or counted.tries >= rules.most or same >= rules.same:
        return NextTry(counted, None)
    if result is R.TRAINING:
        counted = replace(counted, fastest=SLOWER[job.fastest])
    if counted.tries == rules.most - 1 and result in _BAD_LINE:
        counted = replace(counted, fastest=FaxModem.V27TER)
    wait = {R.BUSY: rules.busy, R.NO_ANSWER: rules.no_answer}.get(result, rules.other)
    return NextTry(counted, now + wait)


def quiet_until(quiet: QuietHours | None, now: float) -> float | None:
    """The end of the quiet hours in which ``now`` is; ``None``: it is in none."""
    if quiet is None:
        return None
    midnight = (now + SHANGHAI_S) // DAY_S * DAY_S - SHANGHAI_S
    begin, until = _seconds(quiet.begin), _seconds(quiet.until)
    lasts = (until - begin) % DAY_S
    for start in (midnight + begin - DAY_S, midnight + begin):
        if start <= now < start + lasts:
            return start + lasts
    return None


def _seconds(text: str) -> float:
    hours, _, minutes = text.partition(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0
