"""The recordings (录音) of one call, each a file with an id of its own: one of the whole call, and partial recordings besides it.

The recording of the whole call begins when the call is answered. When its leg closes, the recording goes on with another leg of the call, so
that one file has the whole conversation. A partial recording (of a message, for one) is of the caller's leg: a step of the flow begins and
ends it, and it ends with that leg at the latest.
"""

from typing import Protocol

from shared.ids import CallId, RecordingId, recording_of
from switch_server.core.call import records
from switch_server.core.call.records import Recording
from switch_server.core.leg import ChannelState, Leg
from switch_server.core.words import CardCommand, Effect, MoveRecording, StartRecording, StopRecording, Switchboard


class RecordedCall(Protocol):
    """The protocol that a call implements for its recordings."""

    id: CallId
    caller: Leg

    @property
    def switch(self) -> Switchboard: ...
    @property
    def now(self) -> float: ...
    def emit(self, effect: Effect) -> None: ...
    def to_card(self, leg: Leg, command: CardCommand) -> None: ...


class Recordings:
    def __init__(self, call: RecordedCall) -> None:
        self._call = call
        self._items: dict[RecordingId, Recording] = {}
        self.whole: Recording | None = None
        """The recording of the whole call, once the call is answered."""

    @property
    def whole_ms(self) -> int | None:
        """Offset of ``now`` in the recording of the whole call, in ms."""
        return None if self.whole is None else round((self._call.now - self.whole.started) * 1000)

    def begin_whole(self) -> None:
        self.whole = self._begin()

    def begin_partial(self) -> RecordingId:
        return self._begin().id

    def end_partial(self, recording: RecordingId) -> None:
        """Ends the recording; ``RecordingEnded`` follows from the card. Has no effect on a recording that has ended."""
        found = self._items[recording]
        if not found.ended:
            self._call.to_card(found.leg, StopRecording(found.leg.id, recording))

    def _begin(self) -> Recording:
        call = self._call
        id_ = recording_of(call.id, len(self._items) + 1)
        recording = self._items[id_] = Recording(id_, call.switch.config.recordings, call.caller, call.now)
        call.to_card(call.caller, StartRecording(call.caller.id, id_, recording.path))
        call.emit(records.recording_started(call.id, recording))
        return recording

    def leg_closes(self, leg: Leg, successor: Leg | None) -> None:
        """Before the channel of ``leg`` closes: moves the recording of the whole call to the leg ``successor``."""
        whole = self.whole
        if whole is None or whole.ended or whole.leg is not leg:
            return
        if successor is not None and leg.channel is ChannelState.OPEN:
            self._call.to_card(leg, MoveRecording(leg.id, successor.id, whole.id))
            whole.leg = successor

    def ended(self, recording: RecordingId, cause: str, duration_ms: int | None, text: str = "") -> None:
        """A recording has ended, by the card's report. Has no effect on a recording that is not this call's, or has ended already."""
        found = self._items.get(recording)
        if found is not None and not found.ended:
            found.ended = True
            self._call.emit(records.recording_ended(self._call.id, found, self._call.now, cause, duration_ms, text))

    def all_ended(self, cause: str) -> None:
        for recording in self._items:
            self.ended(recording, cause, None)
