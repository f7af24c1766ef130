"""The counts of lines and channels in use, against a count over all legs."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import CardId, LegId, TrunkName
from switch_server.core.leg import ChannelState, Leg, LegEvent, LegState, LineUse
from switch_server.core.leg.leg import HOLDING
from tests.core.world import World

CHANNEL_EVENTS = ("open", "opened", "failed", "close", "closed", "card died")
CARDS = ("card-0", "card-1", "card-2")


def leg(number: int) -> Leg:
    made = Leg(
        LegId(f"c{number}/1"), TrunkName(f"t{number % 2}"), incoming=number % 3 > 0, ani="1", dnis="2", started=0.0
    )
    made.card = CardId(f"card-{number % 3}")
    return made


def counted(legs: Iterable[Leg]) -> tuple[Counter[str], Counter[str | None]]:
    """Lines and channels in use, counted over all legs."""
    every = list(legs)
    return (
        Counter(each.trunk for each in every if each.state is not LegState.ENDED),
        Counter(each.card for each in every if each.channel in HOLDING),
    )


def kept(use: LineUse) -> tuple[Counter[str], Counter[str | None]]:
    return Counter(+use.lines), Counter(+use.channels)


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from((*LegEvent, *CHANNEL_EVENTS, *CARDS)))))
def test_the_counts_follow_the_legs(steps: list[tuple[int, LegEvent | str]]) -> None:
    use, legs = LineUse(), [leg(number) for number in range(8)]
    for each in legs:
        each.counted_in(use)
    for number, event in steps:
        if isinstance(event, LegEvent):
            legs[number].step(event)
        elif event in CARDS:
            legs[number].card = CardId(event)
        else:
            legs[number].step_channel(event)
        assert kept(use) == counted(legs)
    for each in legs:
        use.forget(each.id)
    assert kept(use) == (Counter(), Counter())


def test_a_leg_counts_its_line_at_once_and_its_channel_from_the_card_s_command_on() -> None:
    use, one = LineUse(), leg(1)
    one.counted_in(use)
    assert (use.lines["t1"], use.channels["card-1"]) == (1, 0)
    one.step_channel("open")
    assert one.channel is ChannelState.OPENING
    assert use.channels["card-1"] == 1
    one.give_up_channel()
    assert use.channels["card-1"] == 0


@pytest.mark.parametrize("wrong", [1, -1])
def test_a_wrong_count_is_found_and_repaired(wrong: int) -> None:
    world = World()
    call = world.offer()
    world.run(1.0)
    switch = world.switch
    legs = [each for found in switch.calls.values() for each in found.legs.values()]
    switch.use.look(leg(5)) if wrong > 0 else switch.use.forget(next(iter(switch.calls[call].legs)))
    assert kept(switch.use) != counted(legs)
    switch.reconcile([each.id for each in legs], world.now)
    assert switch.counters["repaired_line_use"] == 1
    assert kept(switch.use) == counted(legs)
    world.hang_up(call)
    world.run(5.0)
    assert kept(switch.use) == (Counter(), Counter()), "the legs count where they counted before"
