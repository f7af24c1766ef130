"""The trunk of a call out: free lines, up or down, calls a second; and the line and address in the records."""

from msgspec import structs

from shared import desk
from shared.enums import EndCause
from shared.ids import CallId, TrunkName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.call import TrunkChoice
from switch_server.core.leg import Leg, PlaceCall
from switch_server.core.leg.leg import MOST_TRIED
from switch_server.core.words import CallsPerSecond, CardLines, SwitchConfig, Trunk
from tests.core.a_flow import TRUNK
from tests.core.desk_world import CONFIG, DeskWorld
from tests.core.world import FAR, World

A, B = TrunkName("a"), TrunkName("b")
NUMBER = "13900139000"


def trunks(*given: Trunk) -> SwitchConfig:
    return structs.replace(CONFIG, trunks=(Trunk(TRUNK, direction="in"), *given))


def dialled(config: SwitchConfig, *told: ev.TrunkChanged, calls: int = 1) -> list[str]:
    """The trunks of calls that are dialled at once; ``-``: no line."""
    world = DeskWorld(config=config)
    for event in told:
        world.tell(event)
    choice, found = world.switch.trunk_choice, []
    for _ in range(calls):
        trunk = choice.choose([t for t in config.trunks if t.direction != "in" and choice.lines(t)], world.now)
        found.append(trunk.name if trunk else "-")
    return found


def test_the_first_trunk_that_is_up() -> None:
    both = trunks(Trunk(A), Trunk(B))
    assert dialled(both) == ["a"]
    assert dialled(both, ev.TrunkChanged(A, 30, up=False)) == ["b"]
    assert dialled(both, ev.TrunkChanged(A, 30, up=False), ev.TrunkChanged(B, 30, up=False)) == ["a"]
    assert dialled(both, ev.TrunkChanged(A, 30, up=False), ev.TrunkChanged(A, 30, up=True)) == ["a"]


def test_blocked_lines_take_no_call() -> None:
    box = Trunk(A, kind="card", card=CardLines(("1-2",)))
    assert dialled(trunks(box, Trunk(B)), ev.TrunkChanged(A, 0, up=True)) == ["b"]
    assert dialled(trunks(box), ev.TrunkChanged(A, 0, up=True)) == ["-"]
    choice = TrunkChoice()
    choice.changed(ev.TrunkChanged(A, 9, up=True))  # the configuration has fewer by now
    assert choice.lines(box) == 2


def test_beyond_the_calls_a_second_the_next_trunk_takes_the_call() -> None:
    slow = CallsPerSecond(outgoing=1.0, burst=2)
    assert dialled(trunks(Trunk(A, calls_per_second=slow), Trunk(B)), calls=4) == ["a", "a", "b", "b"]
    assert dialled(trunks(Trunk(A, calls_per_second=slow)), calls=4) == ["a"] * 4  # it waits at the lines
    down = ev.TrunkChanged(B, 30, up=False)
    assert dialled(trunks(Trunk(A, calls_per_second=slow), Trunk(B)), down, calls=3) == ["a"] * 3


def test_a_changed_limit_counts_at_once() -> None:
    choice = TrunkChoice()
    slow, fast = (Trunk(A, calls_per_second=CallsPerSecond(outgoing=rate, burst=1)) for rate in (1.0, 100.0))
    assert [choice.choose([each, Trunk(B)], 1.0) is each for each in (slow, slow, fast)] == [True, False, True]


def test_an_agent_s_call_goes_over_the_trunk_that_is_up() -> None:
    world = DeskWorld(config=trunks(Trunk(A), Trunk(B)))
    world.online()
    world.tell(ev.TrunkChanged(A, 30, up=False))
    call = CallId("20261122T093000-0700")
    assert world.command(desk.Dial(NUMBER), call=call) == desk.Done()
    world.run(4.0)
    [placed] = world.all(PlaceCall)
    assert (placed.trunk, placed.forwarded) == (B, "")
    leg = leg_of(call, 1)
    world.tell(ev.LegRouted(leg, "192.0.2.1:5060"))
    world.tell(ev.LegRouted(leg, "192.0.2.2:5060", left="192.0.2.1:5060 503"))
    [shown] = [each for each in world.switch.snapshot().calls[0].legs if each.leg == leg]
    assert shown.far_end == "192.0.2.2:5060"
    world.tell(ev.LegEnded(leg, EndCause.FAR_REFUSED, 503))
    world.finish()
    row = world.row("legs", leg)
    assert (row["far_end"], row["tried"], row["line"]) == ("192.0.2.2:5060", "192.0.2.1:5060 503", None)
    assert not any(isinstance(event, ev.TrunkChanged) for _, _, event in world.journal)


def test_the_card_line_of_a_caller_is_in_the_records() -> None:
    world = World()
    call = CallId("20261122T093000-0800")
    world.tell(ev.CallOffered(leg_of(call, 1), TRUNK, "13800138000", "02087550000", FAR, line=7))
    world.run(1.0)
    assert world.switch.snapshot().calls[0].legs[0].line == 7
    world.finish()
    assert (world.row("calls", call)["line"], world.row("legs", leg_of(call, 1))["line"]) == (7, 7)


def test_a_record_names_few_places() -> None:
    leg = Leg(leg_of(CallId("c"), 1), A, incoming=False, ani="", dnis=NUMBER, started=0.0)
    for n in range(MOST_TRIED + 5):
        leg.routed(ev.LegRouted(leg.id, "192.0.2.2:5060", line=3, left=f"{n}"))
    assert (len(leg.tried), leg.line) == (MOST_TRIED, 3)
