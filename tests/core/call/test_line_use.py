"""The counts of lines and channels in use, against a count over all legs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import CardId, LegId, TrunkName
from switch_server.core.leg import ChannelState, Leg, LegEvent, LineUse
from tests.core.world import World

CHANNEL_EVENTS = ("open", "opened", "failed", "close", "closed", "card died")


def leg(number: int) -> Leg:
    made = Leg(
        LegId(f"c{number}/1"), TrunkName(f"t{number % 2}"), incoming=number % 3 > 0, ani="1", dnis="2", started=0.0
    )
    made.card = CardId(f"card-{number % 3}")
    return made


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from((*LegEvent, *CHANNEL_EVENTS)))))
def test_the_counts_follow_the_legs(steps: list[tuple[int, LegEvent | str]]) -> None:
    use, legs = LineUse(), [leg(number) for number in range(8)]
    for each in legs:
        each.use = use
        each.count()
    for number, event in steps:
        if isinstance(event, LegEvent):
            legs[number].step(event)
        else:
            legs[number].step_channel(event)
    again = LineUse(legs)
    assert use == again
    assert +use.lines == +again.lines
    assert +use.channels == +again.channels
    for each in legs:
        use.forget(each.id)
    assert use == LineUse()
    assert not +use.lines
    assert not +use.channels


def test_a_leg_counts_its_line_at_once_and_its_channel_from_the_card_s_command_on() -> None:
    use, one = LineUse(), leg(1)
    one.use = use
    one.count()
    assert (use.lines["t1"], use.channels["card-1"]) == (1, 0)
    one.step_channel("open")
    assert one.channel is ChannelState.OPENING
    assert use.channels["card-1"] == 1


@pytest.mark.parametrize("wrong", [1, -1])
def test_a_wrong_count_is_found_and_repaired(wrong: int) -> None:
    world = World()
    call = world.offer()
    world.run(1.0)
    switch = world.switch
    switch.use.look(leg(5)) if wrong > 0 else switch.use.forget(next(iter(switch.calls[call].legs)))
    switch.reconcile([each for found in switch.calls.values() for each in found.legs], world.now)
    assert switch.counters["repaired_line_use"] == 1
    assert switch.use == LineUse(each for found in switch.calls.values() for each in found.legs.values())
    assert all(each.use is switch.use for found in switch.calls.values() for each in found.legs.values())


def test_a_leg_that_no_call_has_yet_counts_nowhere() -> None:
    one = leg(1)
    assert one.step_channel("open")
    assert one.use is None
