"""Sends the card the changes of which leg hears which: only the differences to the last commands."""

from collections.abc import Mapping

from shared.ids import LegId
from switch_server.core.leg import Leg
from switch_server.core.room import MUSIC, LegSound
from switch_server.core.talk.host import TalkCall
from switch_server.core.words import Hear, Play, StopPlay


class Patch:
    """For the legs in the room. While the caller walks through the flow, the walk alone plays to the caller's leg."""

    def __init__(self, call: TalkCall) -> None:
        self._call = call
        self._told: dict[LegId, LegSound] = {}

    def set(self, sounds: Mapping[LegId, LegSound]) -> None:
        for leg in [leg for leg in self._told if leg not in sounds]:
            self.take_out(leg)
        for leg, sound in sounds.items():
            self._tell(self._call.legs[leg], sound)

    def _tell(self, leg: Leg, sound: LegSound) -> None:
        call, old = self._call, self._told.get(leg.id)
        if old == sound:
            return
        self._told[leg.id] = sound
        if old is None or old.play != sound.play:
            if sound.play:
                name = call.music() if sound.play == MUSIC else sound.play
                call.to_card(leg, Play(leg.id, 0, (name,), barge_in=False, loop=True))
            elif old is not None or leg is call.caller:
                call.to_card(leg, StopPlay(leg.id))
        if (old.hears if old is not None else ()) != sound.hears:
            call.to_card(leg, Hear(leg.id, sound.hears))

    def take_out(self, leg_id: LegId) -> None:
        """The leg hears no other leg any more, and no music."""
        told, leg = self._told.pop(leg_id, None), self._call.legs[leg_id]
        if told is None or not leg.alive:
            return
        if told.play:
            self._call.to_card(leg, StopPlay(leg_id))
        if told.hears:
            self._call.to_card(leg, Hear(leg_id, ()))
