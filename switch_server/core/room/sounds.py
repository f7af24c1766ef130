"""The sound of each leg of a room: the legs that it hears, or the tone or music that is played to it. Pure."""

from typing import NamedTuple

from shared.desk import ToMenu, ToPin
from shared.enums import ListenMode
from shared.ids import LegId
from switch_server.core.room.room import AskedParty, Member, Room

MUSIC = "music"
RINGBACK = "tone:ringback"
BUSY = "tone:busy"


class LegSound(NamedTuple):
    """The sound of one leg: other legs, or a prompt that is played (``MUSIC``: the call's music on hold)."""

    hears: tuple[LegId, ...] = ()
    play: str = ""


def sounds_of(room: Room) -> dict[LegId, LegSound]:
    """The sound of each member, each listener, and an asked party with early media."""
    early = _early(room)
    heard = {leg: _sound(room, member) for leg, member in room.members.items()}
    for leg, listener in room.listeners.items():
        target = room.members.get(listener.target)
        voices = _voices(room, target.group, early) if target is not None else []
        heard[leg] = LegSound(tuple(voice for voice in voices if voice != leg))
    if early is not None:
        leg, group = early
        heard[leg] = LegSound(tuple(voice for voice in _voices(room, group, early) if voice != leg))
    return heard


def _sound(room: Room, member: Member) -> LegSound:
    leg = member.leg.id
    heard = [voice for voice in _voices(room, member.group, _early(room)) if voice != leg]
    heard += [other for other, each in room.listeners.items() if each.target == leg and each.mode is ListenMode.WHISPER]
    return LegSound(tuple(heard)) if heard else LegSound((), _alone(room, member))


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
    if ask is None or not ask.early_media or ask.leg is None:
        return None
    asker = room.members.get(ask.by) if ask.by is not None else None
    group = asker.group if asker is not None else ask.group
    return (ask.leg.id, group) if group is not None else None


def _alone(room: Room, member: Member) -> str:
    """The prompt for a member that is alone in its group; ``""``: silence."""
    ask = room.ask
    if room.has_asked(member):
        assert ask is not None
        return BUSY if ask.busy else RINGBACK if _rings(ask) else ""
    if room.awaits_party(member.group):
        return RINGBACK
    return "" if member.parked is not None and room.parker(member.group) is None else MUSIC


def _rings(ask: AskedParty) -> bool:
    """Whether a telephone rings: not for a menu, nor while the customer keys a PIN."""
    return not isinstance(ask.target, ToMenu | ToPin)
