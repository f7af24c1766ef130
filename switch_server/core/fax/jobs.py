"""The faxes that are to be sent: asked for, kept on disk, dialled when it is their turn, tried again (``machine``, ``schedule``)."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from shared.fax import FINAL_FAX_STATES, FaxId, FaxPriority, FaxResult, FaxState, FaxVerdict
from shared.ids import CallId, CustomerId, TrunkName
from switch_server.core.call import ForFax, LineSwitchboard, NoRoute, route_out
from switch_server.core.fax.effects import FaxAnswered, KeepFax, TellFaxChanged
from switch_server.core.fax.facts import FaxAsked, FaxBegun, FaxCancelAsked, FaxConnected, FaxJob, FaxRetryAsked
from switch_server.core.fax.machine import TRANSITIONS
from switch_server.core.fax.numbers import may_send
from switch_server.core.fax.records import SavedFax
from switch_server.core.fax.schedule import after_try, quiet_until
from switch_server.core.fax.session import FaxSession, contact_row, ended_try, kept_row
from switch_server.core.words import Audit, Transition, number_fits, phone_key, save_record

NO_WAY_WAIT = 5.0
"""Seconds until a fax for which there was no line or channel looks for one again."""
MOST_PASSED = 200
"""Faxes without a line that are passed over in one look at the queue, so that ten thousand of them don't hold up the loop."""
QUEUE_TIMER = "fax:queue"
_RANK = {priority: rank for rank, priority in enumerate(FaxPriority)}


class Job:
    """A fax that is kept. ``session``: of its running try; ``live``: the call on which it is sent."""

    def __init__(self, data: FaxJob, live: CallId | None = None) -> None:
        self.data = data
        self.live = live
        self.state = FaxState.WAITING
        self.session: FaxSession | None = None
        self.cancelled_by = ""

    @property
    def rank(self) -> tuple[int, float, str]:
        return _RANK[self.data.priority], self.data.created, self.data.fax


class FaxJobs:
    """``stop`` ends the session of a call whose fax is cancelled; ``answered`` is told each verdict."""

    def __init__(
        self,
        switch: LineSwitchboard,
        stop: Callable[[CallId], None],
        answered: Callable[[FaxId, FaxVerdict], None],
    ) -> None:
        self._switch = switch
        self._stop, self._answered = stop, answered
        self.items: dict[FaxId, Job] = {}
        self._asked: dict[FaxId, Job] = {}
        """Faxes whose rows are on their way to the disk."""
        self._recent: dict[tuple[str, str, str], tuple[FaxId, float]] = {}
        """The latest fax of the same party, number and document, and when it was asked for."""
        self.dirty = False
        """A fax may have to be dialled."""
        self.spool_full = False
        """The space for faxes is used up: no fax is taken."""

    # --- asking ---

    def ask(self, event: FaxAsked) -> None:
        job = replace(event.job, created=event.job.created or self._switch.now)
        verdict, earlier = (FaxVerdict.NOT_KEPT, None) if self.spool_full else self._judge(job, event.live)
        if verdict is FaxVerdict.ACCEPTED:
            self._keep(Job(job, event.live))
        else:
            self._answer(job.fax, verdict, earlier)

    def retry(self, event: FaxRetryAsked) -> None:
        verdict, earlier = self._judge(replace(event.job, digest=""), None)
        if verdict is FaxVerdict.ACCEPTED:
            self._switch.emit(Audit(event.by, "fax_retried", event.job.fax))
            job = Job(event.job)
            job.state = event.was
            self._keep(job)
        else:
            self._answer(event.job.fax, verdict, earlier)

    def _keep(self, job: Job) -> None:
        self._asked[job.data.fax] = job
        self._switch.emit(KeepFax(job.data.fax, kept_row(job.data, live=job.live is not None)))

    def _judge(self, job: FaxJob, live: CallId | None) -> tuple[FaxVerdict, FaxId | None]:
        rules = self._switch.config.fax
        if job.fax in self.items or job.fax in self._asked:
            return FaxVerdict.DUPLICATE, job.fax
        if live is not None and not self._can_take(live):
            return FaxVerdict.NO_CALL, None
        if live is None and not self._may_dial(job):  # on a live call nothing is dialled
            return FaxVerdict.NOT_ALLOWED, None
        if (earlier := self._same(job)) is not None:
            return FaxVerdict.DUPLICATE, earlier
        if len(self.items) + len(self._asked) >= rules.waiting:
            return FaxVerdict.TOO_MANY, None
        return FaxVerdict.ACCEPTED, None

    def _can_take(self, live: CallId) -> bool:
        call = self._switch.calls.get(live)
        return call is not None and call.cause is None and not call.internal and not self._on(live)

    def _on(self, live: CallId) -> bool:
        return any(
            live in (job.live, job.session and job.session.call)
            for job in (*self.items.values(), *self._asked.values())
        )

    def _may_dial(self, job: FaxJob) -> bool:
        if job.by == "caller" and not self._may_key(job):
            return False
        return may_send(self._switch.config, job.number)

    def _may_key(self, job: FaxJob) -> bool:
        """Whether a caller may have a fax sent to this number: the own one, or one that the rules name."""
        call = self._switch.calls.get(job.call) if job.call is not None else None
        own = call is not None and bool(call.number) and phone_key(call.number) == phone_key(job.number)
        return own or any(number_fits(job.number, pattern) for pattern in self._switch.config.fax.keyed)

    def _same(self, job: FaxJob) -> FaxId | None:
        now, within = self._switch.now, 60.0 * self._switch.config.fax.dedupe
        self._recent = {key: value for key, value in self._recent.items() if now - value[1] < within}
        if not job.digest:
            return None
        fax, _ = self._recent.setdefault(_key(job), (job.fax, now))
        return fax if fax != job.fax else None

    def kept(self, fax: FaxId) -> None:
        job = self._asked.pop(fax, None)
        if job is None:
            return
        self.items[fax] = job
        self._switch.count("faxes_accepted")
        if job.state is not FaxState.WAITING:
            self._step(job, "retry")
        self._answer(fax, FaxVerdict.ACCEPTED)
        self._tell(fax, kept_row(job.data, live=job.live is not None))
        self._enter(job)
        if job.live is not None:
            self._begin_live(job, job.live)

    def _enter(self, job: Job) -> None:
        """The fax waits for its turn; one whose last page is confirmed (the switch was killed, or it was cancelled, just then) has been sent."""
        self.dirty = True
        if job.data.pages_done >= job.data.pages:
            self._over(job, "sent", FaxResult.OK, None)

    def keep_failed(self, fax: FaxId) -> None:
        job = self._asked.pop(fax, None)
        if job is not None:
            self._recent.pop(_key(job.data), None)
            self._answer(fax, FaxVerdict.NOT_KEPT)

    def recovered(self, jobs: tuple[FaxJob, ...]) -> None:
        """At start: each goes on after its last confirmed page."""
        for data in jobs:
            if data.fax not in self.items:
                self.items[data.fax] = job = Job(data)
                self._recent[_key(data)] = data.fax, data.created
                self._switch.emit(save_record(SavedFax(id=data.fax, state=job.state)))
                self._tell(data.fax, kept_row(data, live=False))
                self._enter(job)

    def cancel(self, event: FaxCancelAsked) -> None:
        if (
            self._asked.pop(event.fax, None) is not None
        ):  # who asked has been told that it was not kept in time, and its row may come later
            self._switch.emit(
                save_record(SavedFax(id=event.fax, state=FaxState.CANCELLED, ended=self._switch.now, ended_by=event.by))
            )
            return
        job = self.items.get(event.fax)
        if job is None or not self._step(job, "cancel"):
            return
        job.cancelled_by = event.by
        self._recent.pop(_key(job.data), None)
        self._switch.emit(Audit(event.by, "fax_cancelled", event.fax))
        self._finished(job, FaxResult.STOPPED)

    # --- dialling ---

    def distribute(self) -> None:
        """Dials the faxes whose turn it is, as far as lines, channels and rules allow."""
        if not self.dirty:
            return
        self.dirty = False
        switch = self._switch
        if switch.draining:
            return
        running = [job.session for job in self.items.values() if job.session is not None]
        used = Counter(session.trunk for session in running)
        busy = {phone_key(session.number) for session in running}
        free, wake, passed = switch.config.fax.at_once - len(running), [NO_WAY_WAIT] if running else [], 0
        for job in sorted(self._due(wake), key=lambda job: job.rank):
            if free <= 0:
                break
            if phone_key(job.data.number) in busy:
                continue
            trunk = self._dial(job, used)
            if isinstance(trunk, NoRoute):
                wake.append(NO_WAY_WAIT)
                passed += 1
                if trunk is NoRoute.NO_CHANNEL or passed >= MOST_PASSED:
                    break
                continue  # another number may have another trunk
            used[trunk] += 1
            busy.add(phone_key(job.data.number))
            free -= 1
        switch.timer(QUEUE_TIMER, min(wake) if wake else None)

    def _due(self, wake: list[float]) -> Iterator[Job]:
        """The waiting faxes that may be dialled now; ``wake`` gets the seconds until the others may."""
        now = self._switch.now
        quiet = quiet_until(self._switch.config.fax.quiet, now)
        for job in self.items.values():
            if job.state is not FaxState.WAITING or job.live is not None:
                continue
            at = max(job.data.not_before, 0.0 if quiet is None or job.data.priority is FaxPriority.URGENT else quiet)
            if at > now:
                wake.append(at - now)
            else:
                yield job

    def _dial(self, job: Job, used: Counter[TrunkName]) -> TrunkName | NoRoute:
        switch, data = self._switch, job.data
        full = frozenset(name for name, faxes in used.items() if faxes >= switch.config.fax.per_trunk)
        route = route_out(switch, data.number, ForFax, switch.flows, full=full)
        if isinstance(route, NoRoute):
            return route
        call = CallId(f"{data.fax.removeprefix('f')}f{data.dials + 1}")
        self._begin(job, FaxSession(data.fax, call, data.number, route.trunk, data.pages_done, switch.now))
        purpose = ForFax(data.fax, data.document, data.pages_done, data.fastest)
        switch.apply_decision(route.call(call, data.number, purpose))
        return route.trunk

    def _begin_live(self, job: Job, live: CallId) -> None:
        call, data = self._switch.calls.get(live), job.data
        if call is None or call.cause is not None:
            self.live_failed(job.data.fax, FaxResult.DROPPED)
            return
        self._begin(job, FaxSession(data.fax, live, call.number, call.caller.trunk, data.pages_done, self._switch.now))
        self._switch.apply_decision(FaxBegun(live, data.fax, data.document, data.pages_done, data.fastest))

    def _begin(self, job: Job, session: FaxSession) -> None:
        job.session = session
        job.data = replace(job.data, dials=job.data.dials + 1)
        self._step(job, "turn")
        row = SavedFax(id=job.data.fax, state=job.state, call=session.call, trunk=session.trunk, dials=job.data.dials)
        self._save(row)
        self._switch.emit(save_record(session.begun_row(job.data.dials)))

    # --- a try ---

    def connected(self, event: FaxConnected) -> None:
        job = self.items.get(event.fax)
        if job is not None and self._step(job, "connected"):
            row = SavedFax(
                id=event.fax,
                state=job.state,
                remote=event.remote,
                bit_rate=event.bit_rate,
                ecm=event.ecm,
                t38=event.t38,
            )
            self._save(row)

    def page(self, fax: FaxId, done: int) -> None:
        """``done``: confirmed pages of the whole fax."""
        job = self.items.get(fax)
        if job is not None and done > job.data.pages_done and job.state not in FINAL_FAX_STATES:
            job.data = replace(job.data, pages_done=min(done, job.data.pages))
            self._save(SavedFax(id=fax, pages_done=job.data.pages_done))

    def try_over(self, session: FaxSession, result: FaxResult, customer: CustomerId | None) -> None:
        """The try's call, or its part of a live call, is over. ``customer``: of the call."""
        job = self.items.get(session.fax)
        if job is None or job.session is None or job.session.call != session.call:
            return
        self._switch.emit(save_record(ended_try(session, job.data.dials, result, self._switch.now)))
        job.session, job.live = None, None
        job.data = replace(job.data, seconds=job.data.seconds + session.seconds)
        self.dirty = True
        if job.data.customer is None and customer is not None:
            job.data = replace(job.data, customer=customer)
        if job.state in FINAL_FAX_STATES:  # cancelled meanwhile
            self._switch.emit(save_record(SavedFax(id=session.fax, seconds=job.data.seconds)))
            del self.items[session.fax]
        elif job.data.pages_done >= job.data.pages or result is FaxResult.OK:
            self._over(job, "sent", FaxResult.OK, session)
        else:
            self._failed_try(job, result, session)

    def live_failed(self, fax: FaxId, result: FaxResult) -> None:
        """The live call is gone before the fax began on it: it is sent by a call of its own where there is a number."""
        job = self.items[fax]
        job.live = None
        if not may_send(self._switch.config, job.data.number):
            self._step(job, "turn")
            self._over(job, "failed", result, None)

    def _failed_try(self, job: Job, result: FaxResult, session: FaxSession) -> None:
        following = after_try(job.data, result, self._switch.config.fax.retries, self._switch.now)
        job.data = following.job
        if following.at is None or not may_send(self._switch.config, job.data.number):
            self._over(job, "failed", result, session)
            return
        job.data = replace(job.data, not_before=following.at)
        self._step(job, "again")
        data = job.data
        row = SavedFax(
            id=data.fax, state=job.state, result=result, t30=session.t30, tries=data.tries, same=data.same, fastest=data.fastest,
            not_before=data.not_before, seconds=data.seconds,
        )  # fmt: skip
        self._save(row)

    def _over(self, job: Job, event: str, result: FaxResult, session: FaxSession | None) -> None:
        if event == "sent":
            job.data = replace(job.data, tries=job.data.tries + 1, pages_done=job.data.pages)
        else:
            self._recent.pop(_key(job.data), None)
        self._step(job, event)
        self._finished(job, result, session)

    def _finished(self, job: Job, result: FaxResult, session: FaxSession | None = None) -> None:
        data, now = job.data, self._switch.now
        measured = {} if session is None else session.measured()
        row = SavedFax(
            id=data.fax, state=job.state, result=result, tries=data.tries, same=data.same, fastest=data.fastest, pages_done=data.pages_done,
            ended=now, ended_by=job.cancelled_by, customer=data.customer, seconds=data.seconds, **measured,
        )  # fmt: skip
        self._save(row)
        self._switch.count(f"faxes_{job.state.value}")
        if job.state is not FaxState.CANCELLED:
            self._switch.emit(save_record(contact_row(data, job.state, now)))
        if job.session is None:
            del self.items[data.fax]
        else:
            self._stop(job.session.call)

    # --- small things ---

    def _step(self, job: Job, event: str) -> bool:
        old, new = job.state, TRANSITIONS[job.state].get(event)
        self._switch.emit(Transition("fax", job.data.fax, old.value, event, new.value if new else "ignored"))
        if new is None:
            return False
        job.state = new
        return True

    def _save(self, row: SavedFax) -> None:
        saved = save_record(row)
        self._switch.emit(saved)
        self._tell(row.id, saved.row)

    def _tell(self, fax: str, row: dict[str, Any]) -> None:
        self._switch.emit(TellFaxChanged(FaxId(fax), row))

    def _answer(self, fax: FaxId, verdict: FaxVerdict, earlier: FaxId | None = None) -> None:
        self._switch.emit(FaxAnswered(fax, verdict, earlier))
        self._answered(fax, verdict)


def _key(job: FaxJob) -> tuple[str, str, str]:
    return job.by, phone_key(job.number), job.digest
