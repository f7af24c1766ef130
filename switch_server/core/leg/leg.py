"""One leg: a SIP dialog and its card channel, each with its own state machine.

The line (SIP):
```
in:   opening ──channel──► answered ──ACK──► up ──hang up──► ending ──► ended
out:  opening ──channel──► calling ──180──► ringing ──200──► up
```
The channel: ``none → opening → open → closing → closed``. A leg is over when its line has ended and its channel is closed; when one of the
two ends, the call ends the other. The death of a card closes the channel without ``ChannelClosed``.
"""

from enum import StrEnum

from shared.enums import EndCause
from shared.ids import CardId, LegId, TrunkName
from switch_server.core.leg.facts import LegRouted, Reason
from switch_server.core.leg.key_source import KeySource
from switch_server.core.leg.line_use import LineUse
from switch_server.core.leg.second_channel import SecondChannel
from switch_server.core.words import Far, MediaStats, Near


class LegState(StrEnum):
    OPENING = "opening"
    ANSWERED = "answered"
    """200 sent, ACK not yet received."""
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    ENDING = "ending"
    """Hung up or rejected by us; ``LegEnded`` must still come from the lines."""
    ENDED = "ended"


class LegEvent(StrEnum):
    CHANNEL_OPENED_IN = "channel_opened_in"
    CHANNEL_OPENED_OUT = "channel_opened_out"
    CONFIRMED = "confirmed"
    RINGING = "ringing"
    ANSWERED = "answered"
    HANG_UP = "hang_up"
    ENDED = "ended"


class ChannelState(StrEnum):
    NONE = "none"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


MOST_TRIED = 16
"""The most destinations of a call out that its record names."""
S, E = LegState, LegEvent
_OVER = {E.HANG_UP: S.ENDING, E.ENDED: S.ENDED}
TRANSITIONS: dict[LegState, dict[LegEvent, LegState]] = {
    S.OPENING: {E.CHANNEL_OPENED_IN: S.ANSWERED, E.CHANNEL_OPENED_OUT: S.CALLING, **_OVER},
    S.ANSWERED: {E.CONFIRMED: S.UP, **_OVER},
    S.CALLING: {E.RINGING: S.RINGING, E.ANSWERED: S.UP, **_OVER},
    S.RINGING: {E.RINGING: S.RINGING, E.ANSWERED: S.UP, **_OVER},  # 180, then 183 with early media
    S.UP: _OVER,
    S.ENDING: {E.ENDED: S.ENDED},
    S.ENDED: {},
}
CHANNEL_TRANSITIONS: dict[ChannelState, dict[str, ChannelState]] = {
    ChannelState.NONE: {"open": ChannelState.OPENING},
    ChannelState.OPENING: {
        "opened": ChannelState.OPEN,
        "failed": ChannelState.CLOSED,
        "closed": ChannelState.CLOSED,
        "card died": ChannelState.CLOSED,
    },
    ChannelState.OPEN: {
        "close": ChannelState.CLOSING,
        "closed": ChannelState.CLOSED,
        "card died": ChannelState.CLOSED,
    },
    ChannelState.CLOSING: {"closed": ChannelState.CLOSED, "card died": ChannelState.CLOSED},
    ChannelState.CLOSED: {},
}
HOLDING = (ChannelState.OPENING, ChannelState.OPEN, ChannelState.CLOSING)
"""The states in which a card's channel is in use."""


class Leg:
    """``incoming``: the far end called us. ``started``, ``answered`` and ``ended`` are UTC seconds."""

    def __init__(self, leg: LegId, trunk: TrunkName, *, incoming: bool, ani: str, dnis: str, started: float) -> None:
        self.id = leg
        self.trunk = trunk
        self.incoming = incoming
        self.ani = ani
        self.dnis = dnis
        self.started = started
        self.answered: float | None = None
        self.ended: float | None = None
        self._state = LegState.OPENING
        self._channel = ChannelState.NONE
        self._card: CardId | None = None
        self._second: SecondChannel | None = None
        self._use: LineUse | None = None
        self.near: Near | None = None
        self.far: Far | None = None
        self.cause: EndCause | None = None
        self.early: Far | None = None
        """The early media that the far end offers while it rings."""
        self.media_came = False
        """While it rings: a packet has come from the address in ``far``."""
        self.progress: list[int] = []
        """The provisional responses of the far end, each code once, in order."""
        self.redirected_to = ""
        self.sip_code: int | None = None
        self.reason: Reason | None = None
        self.stats: MediaStats | None = None
        self.line: int | None = None
        """Of a box with cards."""
        self.withheld = False
        """Of a leg out: its called party is shown no number."""
        self.far_end: str | None = None
        """``ip:port`` to which our INVITE went last."""
        self.tried: list[str] = []
        """The destinations that did not take the call, and why."""
        self.keys = KeySource()

    # --- what is counted: each change of state, channel or card changes the lines and channels in use ---

    @property
    def state(self) -> LegState:
        return self._state

    @property
    def channel(self) -> ChannelState:
        return self._channel

    @property
    def card(self) -> CardId | None:
        return self._card

    @card.setter
    def card(self, card: CardId | None) -> None:
        self._card = card
        self._changed()

    @property
    def second(self) -> SecondChannel | None:
        """Its channel on another card, as long as there is one."""
        return self._second

    @second.setter
    def second(self, second: SecondChannel | None) -> None:
        self._second = second
        self._changed()

    def counted_in(self, use: LineUse) -> None:
        """From now on the leg's line and channel are counted there."""
        self._use = use
        self._changed()

    def _changed(self) -> None:
        if self._use is not None:
            self._use.look(self)

    def step(self, event: LegEvent) -> tuple[LegState, LegState | None]:
        """Applies an event. Returns (old state, new state); the new state is ``None`` where this state has no transition for the event."""
        old = self._state
        new = TRANSITIONS[old].get(event)
        if new is not None:
            self._state = new
            if new is LegState.ENDED:
                self._changed()
        return old, new

    def step_channel(self, event: str) -> bool:
        """Applies an event of the channel; ``False`` where this state has no transition for the event (stale, or repeated)."""
        old = self._channel
        new = CHANNEL_TRANSITIONS[old].get(event)
        if new is not None:
            self._channel = new
            if (new in HOLDING) is not (old in HOLDING):
                self._changed()
        return new is not None

    def give_up_channel(self) -> None:
        """The card never reported the channel's end."""
        self._channel = ChannelState.CLOSED
        self._changed()

    def progressed(self, sip_code: int) -> None:
        """Keeps the code of a provisional response; a far end may repeat one without end."""
        if sip_code not in self.progress:
            self.progress.append(sip_code)

    def routed(self, event: LegRouted) -> None:
        self.far_end, self.line = event.far, event.line
        if event.left and len(self.tried) < MOST_TRIED:
            self.tried.append(event.left)

    @property
    def holds_line(self) -> bool:
        return self.state is not LegState.ENDED

    @property
    def is_heard_early(self) -> bool:
        """Whether there is early media; else we play ringback (RFC 3960 §3.2), also where the far end offers media and sends none."""
        return self.early is not None and self.media_came

    @property
    def over(self) -> bool:
        """The line has ended, and no channel is held."""
        return self.state is LegState.ENDED and not self.holds_channel and self.second is None

    @property
    def holds_channel(self) -> bool:
        return self.channel in HOLDING

    @property
    def second_card(self) -> CardId | None:
        return self.second.card if self.second is not None else None

    @property
    def alive(self) -> bool:
        return self.state not in (LegState.ENDING, LegState.ENDED)

    @property
    def negotiated_rtp_events(self) -> bool:
        """Whether the far end negotiated keys as RTP events (RFC 4733). If not, it takes keys as tones."""
        return self.far is not None and self.far.telephone_event is not None
