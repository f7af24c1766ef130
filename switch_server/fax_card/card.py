"""A fax card: carries out ``CardCommand``s, and processes a tick of all channels. It has no clock of its own; ``FaxLoop`` calls it."""

from collections.abc import Callable
from typing import Any

from shared.ids import LegId
from switch_server.card.sockets import bind_pair
from switch_server.core.words import fax, media
from switch_server.fax_card.channel import FaxChannel
from switch_server.fax_card.codec import Codec
from switch_server.fax_card.t30 import Task


class FaxCard:
    """``do`` carries out a command; ``tick`` is called for each 20 ms, none is left out; events are passed to ``tell`` in order."""

    def __init__(self, library: Any, ip: str, channels: int, tell: Callable[[media.CardEvent], None]) -> None:
        """Raises ``OSError`` where ``ip`` is no address of this machine."""
        for trial in bind_pair(ip):
            trial.close()
        self._library, self._ip, self._most, self._tell = library, ip, channels, tell
        self._codec = Codec(library)
        self.channels: dict[LegId, FaxChannel] = {}
        self.ticks = self.dropped = 0
        self.stopped = False
        self._closed_in = self._closed_out = self._closed_strangers = self._closed_malformed = 0

    def do(self, command: media.CardCommand) -> None:
        """A command for a leg without a channel, or one that only voice cards carry out, is counted and dropped."""
        match command:
            case media.OpenChannel():
                self._open(command)
                return
            case media.StopCard():
                self.stopped = True
                return
            case media.ReloadPrompts():
                return
        channel = self.channels.get(getattr(command, "leg", LegId("")))
        if channel is None:
            self.dropped += 1
            return
        match command:
            case media.ChangeFar(far=far):
                self._change_far(channel, far)
            case media.CloseChannel(leg=leg):
                self._close(leg)
            case fax.SendFax(path=path, first_page=first, settings=settings):
                channel.begin(command.fax, Task(True, path, settings, first))
            case fax.ReceiveFax(path=path, settings=settings):
                channel.begin(command.fax, Task(False, path, settings))
            case fax.StopFax():
                channel.stop_fax()
            case _:
                self.dropped += 1

    def tick(self) -> None:
        self.ticks += 1
        for channel in tuple(self.channels.values()):
            channel.tick()

    def shut(self) -> None:
        """Closes every channel: each running fax gets its ``FaxEnded``."""
        for leg in tuple(self.channels):
            self._close(leg)

    def load(self) -> dict[str, int]:
        """The counters of ``CardLoad``, since the card's start."""
        open_ones = self.channels.values()
        return {
            "channels": len(self.channels),
            "packets_in": self._closed_in + sum(channel.packets_in for channel in open_ones),
            "packets_out": self._closed_out + sum(channel.packets_out for channel in open_ones),
            "strangers": self._closed_strangers + sum(channel.source.strangers for channel in open_ones),
            "malformed": self._closed_malformed + sum(channel.malformed for channel in open_ones),
            "dropped_commands": self.dropped,
        }

    def _open(self, command: media.OpenChannel) -> None:
        leg, far = command.leg, command.far
        if leg in self.channels or len(self.channels) >= self._most:
            self._tell(media.ChannelFailed(leg, "exists" if leg in self.channels else "full"))
            return
        law = command.law if far is None else far.law
        try:
            channel = FaxChannel(self._library, self._codec, leg, self._ip, law, self._tell)
        except OSError:
            self._tell(media.ChannelFailed(leg, "full"))
            return
        try:
            if far is not None:
                channel.change_far(far)
        except (OSError, OverflowError, ValueError):
            channel.close()
            self._tell(media.ChannelFailed(leg, "bad_address"))
            return
        self.channels[leg] = channel
        self._tell(media.ChannelOpened(leg, channel.near))

    def _change_far(self, channel: FaxChannel, far: media.Far) -> None:
        try:
            channel.change_far(far)
        except (OSError, OverflowError, ValueError):
            self.dropped += 1  # no address: the channel stays with the one before

    def _close(self, leg: LegId) -> None:
        channel = self.channels.pop(leg)
        stats = channel.close()
        self._closed_in += stats.packets_in
        self._closed_out += stats.packets_out
        self._closed_strangers += stats.strangers
        self._closed_malformed += channel.malformed
        self._tell(media.ChannelClosed(leg, stats))
