"""The room alone: who talks, who waits, who hears whom, and who is left when a member leaves. Pure data, without a call."""

from typing import Any

import pytest

from shared.desk import AnyTarget, Party, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import ListenMode, PartyState, SeatState
from shared.ids import AgentId, LegId, QueueName
from switch_server.core.room import MUSIC, LegSound, Room, party_fields, settle, sounds_of
from switch_server.core.room.sounds import BUSY, RINGBACK
from tests.core.rooms import ANN, BOB, CAT, CUSTOMER, NOW, OUT, SUPER, ask, listen, room_of

LATER = NOW + 7.0


def shown(room: Room, name: LegId) -> dict[str, Any]:
    """The parties of a seat, as its desk shows them."""
    its = room.members[name].talk
    assert its is not None
    return party_fields(its)


def sound(*hears: LegId, play: str = "") -> LegSound:
    return LegSound(tuple(sorted(hears)), play)


def sounds(room: Room) -> dict[LegId, LegSound]:
    return {name: LegSound(tuple(sorted(each.hears)), each.play) for name, each in sounds_of(room).items()}


HELD = {ANN: 1}


# --- the seat's state ---


def test_the_states_of_a_seat() -> None:
    assert room_of((CUSTOMER, ANN)).state_of(ANN) is SeatState.TALKING
    assert room_of((CUSTOMER, ANN, BOB)).state_of(ANN) is SeatState.CONFERENCE
    assert room_of((CUSTOMER,), (ANN,), parked=HELD, holds=True).state_of(ANN) is SeatState.HOLDING
    assert room_of((CUSTOMER,), (ANN, BOB), parked=HELD).state_of(ANN) is SeatState.CONSULTING
    assert room_of((CUSTOMER,), (ANN, BOB), parked=HELD).state_of(BOB) is SeatState.TALKING
    assert room_of((CUSTOMER,)).state_of(ANN) is None, "not in the room yet"
    dials = room_of((ANN,))
    ask(dials, ToNumber("139"), group=None, rings=CUSTOMER)
    assert dials.state_of(ANN) is SeatState.DIALLING
    listen(dials, SUPER, ANN, ListenMode.MONITOR)
    assert dials.state_of(SUPER) is SeatState.MONITORING


# --- who hears whom ---


def test_a_talk_a_conference_and_five() -> None:
    assert sounds(room_of((CUSTOMER, ANN))) == {CUSTOMER: sound(ANN), ANN: sound(CUSTOMER)}
    five = (CUSTOMER, ANN, BOB, CAT, OUT)
    assert sounds(room_of(five)) == {one: sound(*(set(five) - {one})) for one in five}


def test_hold_and_consult() -> None:
    assert sounds(room_of((CUSTOMER,), (ANN,), parked=HELD, holds=True)) == {CUSTOMER: sound(play=MUSIC), ANN: sound()}
    consult = room_of((CUSTOMER,), (ANN, BOB), parked=HELD)
    assert sounds(consult) == {CUSTOMER: sound(play=MUSIC), ANN: sound(BOB), BOB: sound(ANN)}


@pytest.mark.parametrize(
    ("target", "heard"),
    [
        (ToSeat(AgentId("bob")), RINGBACK),
        (ToNumber("139"), RINGBACK),
        (ToQueue(QueueName("q")), RINGBACK),
        (ToMenu("main"), ""),
        (ToPin(), ""),
    ],
)
def test_what_a_consulting_seat_hears(target: AnyTarget, heard: str) -> None:
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    ask(room, target)
    assert sounds(room) == {CUSTOMER: sound(play=MUSIC), ANN: sound(play=heard)}


def test_busy_tone() -> None:
    room = room_of((ANN,))
    ask(room, ToNumber("bob"), group=None).busy = True
    assert sounds(room) == {ANN: sound(play=BUSY)}


def test_hand_over_to_a_ringing_party() -> None:
    room = room_of((CUSTOMER,))
    ask(room, ToSeat(AgentId("bob")), None)
    assert sounds(room) == {CUSTOMER: sound(play=RINGBACK)}


def test_a_seat_that_turned_away_and_was_left_for_a_ringing_party() -> None:
    """Ann asked Bob, Bob asked Cat and left: Ann hears that Cat rings."""
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    ask(room, ToSeat(AgentId("cat")), None, 2)
    assert sounds(room) == {CUSTOMER: sound(play=MUSIC), ANN: sound(play=RINGBACK)}


def test_a_party_parked_by_a_seat_hears_music_though_it_holds_others() -> None:
    room = room_of((CUSTOMER,), (ANN,), (BOB, CAT), parked={ANN: 1, BOB: 2})
    assert sounds(room)[ANN] == sound(play=MUSIC)


def test_early_media() -> None:
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    ask(room, ToNumber("139"), rings=OUT).early_media = True
    assert sounds(room) == {CUSTOMER: sound(play=MUSIC), ANN: sound(OUT), OUT: sound(ANN)}
    handed = room_of((CUSTOMER,))
    ask(handed, ToNumber("139"), None, rings=OUT).early_media = True
    assert sounds(handed) == {CUSTOMER: sound(OUT), OUT: sound(CUSTOMER)}


def test_early_media_is_not_heard_by_waiting_parties() -> None:
    room = room_of((CUSTOMER, ANN))
    ask(room, ToNumber("139"), None, None, rings=OUT).early_media = True
    assert OUT not in sounds(room)


@pytest.mark.parametrize(
    ("mode", "customer", "ann"),
    [
        (ListenMode.MONITOR, (ANN,), (CUSTOMER,)),
        (ListenMode.WHISPER, (ANN,), (CUSTOMER, SUPER)),
        (ListenMode.BARGE, (ANN, SUPER), (CUSTOMER, SUPER)),
    ],
)
def test_listeners(mode: ListenMode, customer: tuple[LegId, ...], ann: tuple[LegId, ...]) -> None:
    room = room_of((CUSTOMER, ANN))
    listen(room, SUPER, ANN, mode)
    assert sounds(room) == {CUSTOMER: sound(*customer), ANN: sound(*ann), SUPER: sound(ANN, CUSTOMER)}


def test_a_listener_of_a_seat_that_has_gone_hears_nothing() -> None:
    room = room_of((CUSTOMER, BOB))
    listen(room, SUPER, ANN, ListenMode.BARGE)
    assert sounds(room)[SUPER] == sound()
    assert sounds(room)[CUSTOMER] == sound(BOB)


def test_a_listener_follows_the_seat() -> None:
    room = room_of((CUSTOMER,), (ANN, BOB), parked=HELD)
    listen(room, SUPER, ANN, ListenMode.BARGE)
    assert sounds(room) == {
        CUSTOMER: sound(play=MUSIC), ANN: sound(BOB, SUPER), BOB: sound(ANN, SUPER), SUPER: sound(ANN, BOB),
    }  # fmt: skip


# --- two conversations are joined ---


def test_merge_takes_all_that_means_the_group_along() -> None:
    room = room_of((CUSTOMER,), (ANN,), (BOB, CAT), parked={ANN: 1, BOB: 2})
    room.members[ANN].consult_group = 2
    waits = ask(room, ToNumber("139"), None, 2)
    room.merge(2, 3, LATER)
    assert [(name, member.group) for name, member in room.members.items()] == [
        (CUSTOMER, 1),
        (ANN, 3),
        (BOB, 3),
        (CAT, 3),
    ]
    assert (room.members[ANN].consult_group, room.members[ANN].parked, room.members[BOB].parked, waits.group) == (
        3,
        1,
        3,
        3,
    )
    assert [member.since for member in room.members.values()] == [NOW, LATER, NOW, NOW]


def test_merging_another_group_leaves_a_consult_unchanged() -> None:
    room = room_of((CUSTOMER,), (ANN, BOB), parked=HELD)
    room.merge(1, 2, LATER)
    assert room.ask is None
    assert room.members[ANN].parked == 2
    ask(room, ToNumber("139"), None, 7)
    room.merge(2, 3, LATER)
    assert room.ask is not None
    assert room.ask.group == 7


# --- no party is left alone ---


def settled(room: Room) -> tuple[LegId | None, dict[LegId, tuple[int, int | None]]]:
    alone = settle(room, LATER)
    return alone.leg.id if alone else None, {name: (each.group, each.parked) for name, each in room.members.items()}


def test_a_consistent_room_stays_unchanged() -> None:
    for room in (
        room_of((CUSTOMER, ANN)),
        room_of((CUSTOMER,), (ANN,), parked=HELD, holds=True),
        room_of((CUSTOMER,), (ANN, BOB), parked=HELD),
        room_of((CUSTOMER, OUT)),
    ):
        before = {name: (each.group, each.parked) for name, each in room.members.items()}
        assert settled(room) == (None, before)


def test_a_parked_party_is_taken_back_when_the_consulted_one_has_left() -> None:
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    room.members[ANN].consult_group = 2
    assert settled(room) == (None, {CUSTOMER: (1, None), ANN: (1, None)})
    assert (room.members[ANN].consult_group, room.members[ANN].since) == (None, LATER)


def test_a_parked_party_is_not_taken_back_while_a_consult_rings() -> None:
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    ask(room, ToPin())
    assert settled(room) == (None, {CUSTOMER: (1, None), ANN: (2, 1)})


def test_a_seat_whose_held_party_has_left_is_alone() -> None:
    room = room_of((), (ANN,), parked=HELD, holds=True)
    assert settled(room) == (ANN, {ANN: (2, None)})
    assert not room.members[ANN].holds


def test_a_seat_that_lost_its_parked_party_goes_on_with_the_other() -> None:
    room = room_of((), (ANN, BOB), parked=HELD)
    room.members[ANN].consult_group = 2
    assert settled(room) == (None, {ANN: (2, None), BOB: (2, None)})
    assert room.members[ANN].consult_group is None


def test_a_customer_without_a_seat() -> None:
    assert settled(room_of((CUSTOMER,)))[0] == CUSTOMER
    handed = room_of((CUSTOMER,))
    ask(handed, ToSeat(AgentId("bob")), None)
    assert settled(handed)[0] is None, "somebody is on the way to them"
    elsewhere = room_of((CUSTOMER,))
    ask(elsewhere, ToSeat(AgentId("bob")), None, 9)
    assert settled(elsewhere)[0] == CUSTOMER


# --- the parties on a desk's screen ---


def test_the_parties_shown_to_a_consulting_seat() -> None:
    room = room_of((CUSTOMER,), (ANN,), parked=HELD)
    waiting = Party(CUSTOMER, "customer", "", "138", PartyState.WAITING, NOW)
    for target, kind, name, number in (
        (ToSeat(AgentId("bob")), "seat", "bob", ""), (ToNumber("139"), "outside", "", "139"), (ToQueue(QueueName("q")), "queue", "q", ""),
        (ToMenu("main"), "menu", "main", ""), (ToPin(), "pin", "", ""),
    ):  # fmt: skip
        ask(room, target)
        seen = shown(room, ANN)
        assert seen["parties"] == (waiting, Party(LegId(""), kind, name, number, PartyState.ASKED, NOW))
        assert (seen["busy"], seen["came_back"]) == (None, None)
    ask(room, ToQueue(QueueName("q")), rings=BOB)
    assert shown(room, ANN)["parties"][1] == Party(BOB, "queue", "bob", "", PartyState.RINGING, NOW)


def test_a_listener_is_shown_only_to_parties_that_hear_the_listener() -> None:
    room = room_of((CUSTOMER,), (ANN, BOB), parked=HELD)
    seen: dict[ListenMode, list[bool]] = {}
    for mode in ListenMode:
        listen(room, SUPER, ANN, mode)
        seen[mode] = ["listener" in [party.kind for party in shown(room, one)["parties"]] for one in (ANN, BOB)]
    assert seen == {
        ListenMode.MONITOR: [False, False],
        ListenMode.WHISPER: [True, False],
        ListenMode.BARGE: [True, True],
    }
    room.listeners[SUPER].target = CAT
    assert not [p for p in shown(room, ANN)["parties"] if p.kind == "listener"], "of a seat that has gone"


def test_what_a_listener_sees() -> None:
    room = room_of((CUSTOMER,), (ANN, OUT), parked=HELD)
    listen(room, SUPER, ANN, ListenMode.WHISPER)
    seen = party_fields(room.listeners[SUPER].talk)
    assert (seen["listening"], seen["target"]) == (ListenMode.WHISPER, "ann")
    assert [(p.kind, p.name, p.number, p.state.value) for p in seen["parties"]] == [
        ("customer", "", "138", "waiting"), ("seat", "ann", "", "talking"), ("outside", "", "139", "talking"),
    ]  # fmt: skip
    room.listeners[SUPER].target = CAT
    assert party_fields(room.listeners[SUPER].talk)["target"] is None
