"""Who hears whom in a room: what each leg must hear now. Pure."""

from typing import NamedTuple

from shared.desk import ToMenu, ToPin
from shared.enums import ListenMode
from shared.ids import LegId
from switch_server.core.room.room import Asked, Member, Room

MUSIC = "music"
RINGBACK = "tone:ringback"
BUSY = "tone:busy"


class Heard(NamedTuple):
    """What a leg hears: other legs, or something that is played (``MUSIC`` stands for the call's own)."""

    hears: tuple[LegId, ...] = ()
    play: str = ""


def sounds_of(room: Room) -> dict[LegId, Heard]:
    """What each member, each listener, and an asked party that is heard early, must hear now."""
    early = _early(room)
    heard = {leg: _sound(room, member) for leg, member in room.members.items()}
    for leg, listener in room.listeners.items():
        target = room.members.get(listener.target)
        voices = _voices(room, target.group, early) if target is not None else []
        heard[leg] = Heard(tuple(voice for voice in voices if voice != leg))
    if early is not None:
        leg, group = early
        heard[leg] = Heard(tuple(voice for voice in _voices(room, group, early) if voice != leg))
    return heard


def _sound(room: Room, member: Member) -> Heard:
    leg = member.leg.id
    heard = [voice for voice in _voices(room, member.group, _early(room)) if voice != leg]
    heard += [other for other, each in room.listeners.items() if each.target == leg and each.mode is ListenMode.WHISPER]
    return Heard(tuple(heard)) if heard else Heard((), _alone(room, member))


def _voices(room: Room, group: int, early: tuple[LegId, int] | None) -> list[LegId]:
    voices = [member.leg.id for member in room.of_group(group)]
    if early is not None and early[1] == group:
        voices.append(early[0])
    for leg, listener in room.listeners.items():
        target = room.members.get(listener.target)
        if listener.mode is ListenMode.BARGE and target is not None and target.group == group:
            voices.append(leg)
    return voices


def _early(room: Room) -> tuple[LegId, int] | None:
    ask = room.ask
    if ask is None or not ask.early or ask.leg is None:
        return None
    asker = room.members.get(ask.by) if ask.by is not None else None
    group = asker.group if asker is not None else ask.group
    return (ask.leg.id, group) if group is not None else None


def _alone(room: Room, member: Member) -> str:
    """What is played to somebody who has nobody to talk to."""
    ask = room.ask
    if room.asks(member):
        assert ask is not None
        return BUSY if ask.busy else RINGBACK if _rings(ask) else ""
    if room.comes_to(member.group):
        return RINGBACK
    return "" if member.parked is not None and room.parker(member.group) is None else MUSIC


def _rings(ask: Asked) -> bool:
    """Would a telephone ring? (A menu, or the customer who keys a PIN, does not.)"""
    return not isinstance(ask.target, ToMenu | ToPin)
