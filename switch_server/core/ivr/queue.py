"""The walk's part with people in it: waiting in a queue, talking to an agent or a far end, and what comes after."""

from shared.enums import EndCause
from switch_server.core.flow import CallbackStep, Dial, QueueStep
from switch_server.core.ivr.states import IvrEvent, IvrState
from switch_server.core.ivr.walk import Walk

RINGING_STILL = 1.0
"""Seconds by which a wait that is over is prolonged while a desk rings for this caller."""


class WaitingWalk(Walk):
    # --- what reaches it ---

    def far_up(self) -> None:
        """An agent or the far end answered: whatever was being said stops, keys were meant for it."""
        self._silence()
        self._keys.clear()
        self.host.timer("step", None)
        self.host.timer("announce", None)
        self._become(IvrState.TALKING, "far_up")

    def far_gone(self) -> None:
        """Of a ``dial`` step."""
        step = self._step()
        if not self._heeds(IvrEvent.FAR_GONE) or not isinstance(step, Dial):
            return
        talked = self.state is IvrState.TALKING
        self._go(step.on_ended if talked else step.on_failed, "far_ended" if talked else "far_failed")

    def desk_done(self) -> None:
        """The agent ended the talk; the caller is still there."""
        step = self._step()
        assert isinstance(step, QueueStep)
        if step.on_ended is not None:
            self._steps_run = 0
            self._go(step.on_ended, "desk_ended")
        else:
            self.host.moved(self._where(), "desk_ended", "done")
            self._end(EndCause.AGENT_HUNG_UP)

    def desk_lost(self) -> None:
        """The agent's desk went away in the talk: an excuse, and the caller waits again."""
        step = self._step()
        assert isinstance(step, QueueStep)
        self._become(IvrState.QUEUED, "desk_lost")
        self.host.timer("step", step.wait)
        if step.excuse:
            self._say(step.excuse, barge_in=False)
        else:
            self._music(step)

    def excuse(self) -> None:
        """Said to a caller whose agent was lost, and who waits in a queue that they did not choose."""
        step = self._step()
        if self.state is IvrState.QUEUED and isinstance(step, QueueStep) and step.excuse:
            self.host.timer("announce", None)
            self._say(step.excuse, barge_in=False)

    @property
    def is_talking(self) -> bool:
        """To an agent, in a queue step: there is a place to come back to."""
        return self.state is IvrState.TALKING and isinstance(self._step(), QueueStep)

    # --- inside ---

    def _enter_queue(self, step: QueueStep) -> None:
        """``on_closed`` and ``on_full`` are taken at once; no caller waits where nobody can come."""
        verdict = self.host.queue(step)
        if verdict == "open":
            self.host.timer("step", step.wait)
            self._announce(step)
            self._queue_keys(step)
        else:
            to = step.on_closed if verdict == "closed" else step.on_full
            self._go(to or step.on_timeout, verdict)

    def _queue_keys(self, step: QueueStep) -> None:
        """Keys that the step does not know are passed over, and not journalled."""
        while self._keys:
            key = self._keys.popleft()
            to = step.keys.get(key.digit.reveal())
            if to is not None:
                self._steps_run = 0
                self.host.key_used(key.digit.reveal(), key.recording_ms)
                self._go(to, f"key {key.digit.reveal()}")
                return

    def _waited_long_enough(self, step: QueueStep) -> None:
        if self.host.desk_rings:
            self.host.timer("step", RINGING_STILL)
            return
        self._steps_run = 0
        self._go(step.on_timeout, "timeout")

    def _keep_place(self, step: CallbackStep) -> None:
        kept = self.host.keep_place(step)
        self._go(step.next if kept else step.on_failed, "place_kept" if kept else "no_place")

    def _announce(self, step: QueueStep) -> None:
        if step.announce:
            self.host.timer("announce", None)
            self.host.queue_news()
            self._say(step.announce, barge_in=False)
        else:
            self._music(step)

    def _music(self, step: QueueStep) -> None:
        if step.announce:
            self.host.timer("announce", step.announce_every)
        self._say((step.music,), barge_in=False, loop=True)

    def _end(self, cause: EndCause) -> None:
        self.state = IvrState.DONE
        self.host.finish(cause)
