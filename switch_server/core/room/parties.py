"""The other parties of a seat's call, as its desk shows them."""

from typing import Any, assert_never

from shared.desk import AnyTarget, Party, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import ListenMode, PartyState
from shared.ids import AgentId, LegId
from switch_server.core.leg import Leg
from switch_server.core.room.room import AskedParty, Listener, Member, Room, Talk


def party_fields(talk: Talk) -> dict[str, Any]:
    """The fields ``parties``, ``came_back``, ``busy``, ``listening`` and ``target`` of the seat's ``shared.desk.DeskCall``."""
    room = talk.room
    listener, member = room.listeners.get(talk.id), room.members.get(talk.id)
    if listener is not None:
        return {
            "parties": tuple(_others(room, listener.target, None)),
            "listening": listener.mode,
            "target": _agent(room, listener.target),
        }
    if member is None:
        return {}
    ask = room.ask
    busy = ask is not None and ask.busy and ask.by == talk.id
    return {
        "parties": tuple(_others(room, talk.id, member)),
        "came_back": member.came_back,
        "busy": AgentId(talk.customer.dnis) if busy else None,
    }


def _agent(room: Room, leg: LegId) -> AgentId | None:
    member = room.members.get(leg)
    return member.talk.agent if member is not None and member.talk is not None else None


def _others(room: Room, seen_from: LegId, member: Member | None) -> list[Party]:
    """``member``: the seat itself; ``None``: for a supervisor who listens to the seat ``seen_from``."""
    viewer = room.members.get(seen_from)
    rows = [_row(other, viewer) for leg, other in room.members.items() if member is None or leg != seen_from]
    ask = room.ask
    if ask is not None and (ask.by == seen_from or (viewer is not None and room.awaits_party(viewer.group))):
        rows.append(_asked(ask))
    if member is not None:
        rows += [_listener(each) for each in room.listeners.values() if _shows(room, each, member)]
    return rows


def _row(other: Member, viewer: Member | None) -> Party:
    near = viewer is not None and other.group == viewer.group
    state = PartyState.TALKING if near else PartyState.WAITING
    if other.talk is not None:
        return Party(other.leg.id, "seat", other.talk.agent, "", state, other.since)
    kind = "customer" if other.leg.id.endswith("/1") else "outside"
    return Party(other.leg.id, kind, "", _number(other.leg), state, other.since)


def _number(leg: Leg) -> str:
    return leg.ani if leg.incoming else leg.dnis


def _asked(ask: AskedParty) -> Party:
    state = PartyState.RINGING if ask.leg is not None and not ask.busy else PartyState.ASKED
    kind, name, number = _target_fields(ask.target) if ask.target is not None else ("", "", "")
    if ask.talk is not None:
        name = ask.talk.agent
    return Party(ask.leg.id if ask.leg is not None else LegId(""), kind, name, number, state, ask.since)


def _target_fields(target: AnyTarget) -> tuple[str, str, str]:
    """(kind, name, number)."""
    match target:
        case ToSeat(agent=agent):
            return "seat", agent, ""
        case ToNumber(number=number):
            return "outside", "", number
        case ToQueue(queue=queue):
            return "queue", queue, ""
        case ToMenu(flow=flow):
            return "menu", flow, ""
        case ToPin():
            return "pin", "", ""
        case _:
            assert_never(target)


def _listener(listener: Listener) -> Party:
    return Party(listener.leg.id, "listener", listener.talk.agent, "", PartyState.LISTENING, listener.leg.started)


def _shows(room: Room, listener: Listener, member: Member) -> bool:
    """A monitoring supervisor is not shown; a whispering one to the seat listened to; a barging one to all seats of that group."""
    target = room.members.get(listener.target)
    if target is None or listener.mode is ListenMode.MONITOR:
        return False
    return target is member or (listener.mode is ListenMode.BARGE and target.group == member.group)
