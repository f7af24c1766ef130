"""Cards without media that fulfil the contract of ``ports.CardsPort``; answers are posted before ``do`` returns.

For tests of the whole switch: a test ends plays (``end_play``), presses keys (``press``) and kills a card (``kill``).
"""

import itertools

from shared.enums import DigitMode, Law, PlayEnd
from shared.ids import CardId, LegId, RecordingId
from shared.secret import Secret
from switch_server.core import catalogue as e
from switch_server.core.leg import ToCard
from switch_server.core.words import media as m
from switch_server.ports import Post


class FakeChannel:
    """The commands to a channel; ``heard`` and ``plays`` are for a test's checks."""

    def __init__(self, near: m.Near, far: m.Far | None) -> None:
        self.near, self.far = near, far
        self.hears: tuple[LegId, ...] = ()
        self.play: m.Play | None = None
        self.plays: list[m.Play] = []
        self.recordings: dict[RecordingId, m.StartRecording] = {}
        self.masked = False
        self.keys_end_plays = True
        self.sent_digits = ""


class FakeCards:
    """``channels``: card → leg → ``FakeChannel``; ``dropped`` counts commands for legs without a channel."""

    def __init__(self, post: Post, *, cards: int = 1, channels: int = 1000, play_at_once: bool = False) -> None:
        self._post, self._size, self._at_once = post, channels, play_at_once
        self.channels: dict[CardId, dict[LegId, FakeChannel]] = {
            CardId(f"card-{number}"): {} for number in range(1, cards + 1)
        }
        self._ports = itertools.count(20000, 2)
        self.dropped = 0

    async def start(self) -> None:
        for card in self.channels:
            self._post(e.CardUp(card, self._size))

    async def stop(self) -> None:
        self.channels.clear()

    def flush(self) -> None:
        """Nothing is kept."""

    def do(self, effect: ToCard) -> None:
        legs = self.channels.get(effect.card)
        if legs is None:
            return
        command = effect.command
        if isinstance(command, m.OpenChannel):
            self._open(legs, command)
        elif not isinstance(command, (m.ReloadPrompts, m.StopCard)):
            leg: LegId = getattr(command, "leg", LegId(""))
            if leg in legs:
                self._carry_out(legs, legs[leg], command)
            else:
                self.dropped += 1

    # --- events that a test triggers ---

    def press(self, leg: LegId, digits: str) -> None:
        """The far end presses keys; each ends a play with barge-in."""
        for digit in digits:
            channel = self._channel(leg)
            if channel.play is not None and channel.play.barge_in and channel.keys_end_plays:
                self.end_play(leg, PlayEnd.BARGED)
            self._post(e.DigitPressed(leg, Secret(digit), DigitMode.RFC4733))

    def end_play(self, leg: LegId, reason: PlayEnd = PlayEnd.DONE, played_ms: int = 1000) -> None:
        channel = self._channel(leg)
        assert channel.play is not None, f"{leg} plays nothing"
        play, channel.play = channel.play, None
        self._post(e.PlayEnded(leg, play.play, reason, played_ms))

    def kill(self, card: CardId) -> None:
        """A card dies and restarts without channels."""
        self.channels[card] = {}
        self._post(e.CardDied(card, "killed"))
        self._post(e.CardUp(card, self._size))

    def _channel(self, leg: LegId) -> FakeChannel:
        return next(legs[leg] for legs in self.channels.values() if leg in legs)

    def _card_of(self, legs: dict[LegId, FakeChannel]) -> CardId:
        return next(card for card, channels in self.channels.items() if channels is legs)

    # --- commands ---

    def _open(self, legs: dict[LegId, FakeChannel], command: m.OpenChannel) -> None:
        if command.leg in legs or len(legs) >= self._size:
            self._post(e.ChannelFailed(command.leg, "exists" if command.leg in legs else "full", self._card_of(legs)))
            return
        law, event = (command.law, 101) if command.far is None else (command.far.law, command.far.telephone_event)
        near = m.Near("127.0.0.1", next(self._ports), Law(law), event)
        legs[command.leg] = FakeChannel(near, command.far)
        self._post(e.ChannelOpened(command.leg, near, self._card_of(legs)))

    def _carry_out(self, legs: dict[LegId, FakeChannel], channel: FakeChannel, command: m.CardCommand) -> None:
        match command:
            case m.ChangeFar(_, far):
                channel.far = far
            case m.CloseChannel(leg):
                self._close(legs, leg, channel)
            case m.Play(leg):
                self._end(leg, channel)
                channel.play = command
                channel.plays.append(command)
                if self._at_once or not command.segments:
                    self.end_play(leg, played_ms=0)
            case m.StopPlay(leg):
                self._end(leg, channel)
            case m.Hear(_, others):
                channel.hears = tuple(leg for leg in others if leg in legs)
            case m.SendDigits(_, digits):
                channel.sent_digits += digits
            case m.KeysEndPlays(_, on):
                channel.keys_end_plays = on
            case m.StartRecording(_, recording):
                channel.recordings[recording] = command
            case m.MaskRecording(_, on):
                channel.masked = on
            case m.MoveRecording(_, to, recording):
                if to in legs and recording in channel.recordings:
                    legs[to].recordings[recording] = channel.recordings.pop(recording)
            case m.StopRecording(leg, recording):
                self._end_recording(leg, channel, recording, "stopped")

    def _close(self, legs: dict[LegId, FakeChannel], leg: LegId, channel: FakeChannel) -> None:
        self._end(leg, channel)
        for recording in list(channel.recordings):
            self._end_recording(leg, channel, recording, "closed")
        del legs[leg]
        for other in legs.values():
            other.hears = tuple(heard for heard in other.hears if heard != leg)
        self._post(e.ChannelClosed(leg, m.MediaStats(), self._card_of(legs)))

    def _end(self, leg: LegId, channel: FakeChannel) -> None:
        if channel.play is not None:
            self.end_play(leg, PlayEnd.STOPPED, 0)

    def _end_recording(self, leg: LegId, channel: FakeChannel, recording: RecordingId, cause: str) -> None:
        if channel.recordings.pop(recording, None) is not None:
            self._post(e.RecordingEnded(leg, recording, cause, 0))
