"""Keys: menus, inputs, key-ahead, barge-in, ``*`` and ``#``, no keys, too many keys, and keys that are no digits."""

import pytest

from shared.enums import DigitMode, EndCause, PlayEnd
from shared.ids import leg_of
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.flow import Format, HangUpStep, Input, Menu, Say, SetStep, Slot
from switch_server.core.flow.kinds.entry import Entry, EntryVerdict
from switch_server.core.ivr.ivr import MAX_QUEUE
from switch_server.core.leg import HangUp
from switch_server.core.leg.key_source import DOUBLE_LATE
from switch_server.core.words import media
from tests.core.a_flow import flow_of
from tests.core.world import ACCOUNT, PIN, World


def used(world: World) -> str:
    return "".join(event.digit for _, _, event in world.journal if isinstance(event, ev.DigitUsed))


def test_keys_ahead_skip_the_prompts_that_they_answer() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"*1{ACCOUNT}#", every=0.0)
    assert world.heard() == ["welcome", "main_menu", "notice"]
    world.run(2.0)
    assert world.step(call) == "pin"
    assert world.heard() == ["welcome", "main_menu", "notice", "enter_pin"]
    world.finish()


def test_keys_before_the_answer_are_ignored() -> None:
    world = World()
    call = world.offer()
    world.tell(ev.DigitPressed(leg_of(call, 1), Secret("0"), DigitMode.INFO))
    world.run(6.0)
    assert world.step(call) == "main"
    world.finish()


def test_a_prompt_without_barge_in_is_heard_out_and_the_keys_wait() -> None:
    world = World()
    call = world.answered()
    world.press(call, "*", every=0.1)
    world.press(call, "0", every=0.1)
    assert world.step(call) == "notice"
    assert used(world) == "*"
    world.run(2.0)
    assert world.step(call) == "bye"
    assert used(world) == "*0"
    world.finish()


def test_a_key_cuts_the_prompt_short() -> None:
    world = World()
    call = world.offer()
    world.run(2.5)  # during the menu's prompt
    world.press(call, "1", every=0.0)
    assert world.commands(media.StopPlay)
    assert world.step(call) == "account"
    world.tell(ev.PlayEnded(leg_of(call, 1), 2, PlayEnd.BARGED, 300))  # of the menu's play: late, and without effect
    assert world.state(call) == "asking"
    world.finish()


def test_an_unknown_key_is_told_three_times() -> None:
    world = World()
    call = world.answered()
    for key in "BCD":
        world.press(call, key)
        world.run(3.0 if key != "D" else 2.5)
    assert world.heard().count("invalid_key") == 3
    assert world.step(call) == "sorry"
    world.run(3.0)
    assert [h.cause for h in world.all(HangUp)] == [EndCause.NO_INPUT]
    world.finish()


def test_no_key_at_all() -> None:
    world = World()
    call = world.offer()
    world.run(5.0 + 3 * (8.0 + 2.0 + 2.0) + 3.0)
    assert world.heard().count("no_input") == 3
    assert world.row("calls", call)["cause"] == EndCause.NO_INPUT
    assert world.row("calls", call)["ended_at_step"] == "sorry"
    world.finish()


def test_waits_are_8_seconds_for_the_first_key_and_10_between() -> None:
    world = World()
    call = world.answered()
    world.press(call, "1", every=0.0)
    world.run(2.0 + 7.9)
    assert "no_input" not in world.heard()
    world.press(call, "10", every=0.0)
    world.run(9.9)
    assert "no_input" not in world.heard()
    world.run(0.2)
    assert "no_input" in world.heard()
    world.finish()


def test_a_key_cuts_a_complaint_short_and_counts() -> None:
    world = World()
    call = world.answered()
    world.press(call, "B", every=0.1)
    world.press(call, "1", every=0.1)
    assert world.step(call) == "account"
    assert used(world) == "B1"
    world.finish()


def test_thirty_digits_are_no_account() -> None:
    world = World()
    call = world.answered()
    world.press(call, "1" + "1" * 30, every=0.01)
    assert "invalid_key" in world.heard()
    assert world.step(call) == "account"
    world.finish()


def test_a_caller_leaning_on_the_keypad_fills_no_memory() -> None:
    world = World()
    call = world.answered()
    world.press(call, "*", every=0.0)
    world.press(call, "5" * 200, every=0.0)
    assert len(world.switch.calls[call].ivr.keys) == MAX_QUEUE
    world.finish()


def test_anything_but_a_single_key_is_ignored() -> None:
    world = World()
    call = world.answered()
    for text in ("", "12"):
        world.tell(ev.DigitPressed(leg_of(call, 1), Secret(text), DigitMode.INFO))
    assert used(world) == ""
    world.finish()


def test_star_goes_back() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#*")
    assert world.step(call) == "account"
    world.press(call, "*")
    assert world.step(call) == "main"
    world.finish()


def test_a_hash_after_a_full_input_means_nothing_more() -> None:
    world = World()
    call = world.answered()
    world.press(call, "2600519#")
    world.run(4.0)
    assert world.step(call) == "main"
    assert "invalid_key" not in world.heard()
    assert used(world) == "2600519"
    world.press(call, "2600519", every=0.0)
    world.run(3.0)
    world.press(call, "#")  # seconds later, # is a key like any other
    assert used(world)[-1] == "#"
    world.finish()


def test_a_hash_ahead_after_a_full_input_means_nothing_more() -> None:
    world = World()
    call = world.answered()
    world.press(call, "*2600519#", every=0.0)
    world.run(3.0)
    assert used(world) == "*2600519"
    world.run(3.0)
    assert "invalid_key" not in world.heard()
    world.press(call, "*26005191", every=0.0)  # another key pressed ahead is kept
    world.run(5.0)
    assert world.step(call) == "account"
    world.finish()


def test_of_a_secret_the_log_shows_only_the_number_of_keys() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN[:3]}A")
    assert used(world).endswith("#•••A")
    assert "invalid_key" in world.heard()
    world.finish()


@pytest.mark.parametrize(
    ("step", "keys", "verdict", "value"),
    [
        (Input((), "x", "", ""), "123#", EntryVerdict.ENTERED, "123"),
        (Input((), "x", "", ""), "#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", empty="y"), "#", EntryVerdict.EMPTY, None),
        (Input((), "x", "", "", min=4), "123#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", min=3, max=3), "123", EntryVerdict.FULL, "123"),
        (Input((), "x", "", ""), "1*", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", back="y"), "1*", EntryVerdict.BACK, None),
        (Input((), "x", "", "", format=Format.INTEGER), "007#", EntryVerdict.ENTERED, 7),
        (Input((), "x", "", "", format=Format.INTEGER), "000#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", min=3, max=3, format=Format.INTEGER), "000", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", format=Format.PRICE), "12*34#", EntryVerdict.ENTERED, 12340),
        (Input((), "x", "", "", format=Format.PRICE), "*5#", EntryVerdict.ENTERED, 500),
        (Input((), "x", "", "", format=Format.PRICE), "12#", EntryVerdict.ENTERED, 12000),
        (Input((), "x", "", "", format=Format.PRICE), "0*000#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", format=Format.PRICE), "1*2345#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", format=Format.PRICE), "*#", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", format=Format.PRICE, back="y"), "1**", EntryVerdict.BACK, None),
        (Input((), "x", "", "", format=Format.PRICE, back="y"), "**", EntryVerdict.BACK, None),
        (Input((), "x", "", "", format=Format.PRICE, back="y"), "1*2*", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", format=Format.PRICE), "**", EntryVerdict.INVALID, None),
        (Input((), "x", "", "", max=6, format=Format.PRICE), "123*456#", EntryVerdict.ENTERED, 123456),
    ],
)
def test_entries(step: Input, keys: str, verdict: EntryVerdict, value: object) -> None:
    entry = Entry(step)
    *most, last = keys
    for key in most:
        assert entry.take(Secret(key)) is EntryVerdict.MORE
    assert entry.take(Secret(last)) is verdict
    if value is not None:
        assert entry.value() == value


def test_a_loop_in_a_flow_ends_the_call_and_not_the_switch() -> None:
    world = World(flow=flow_of("a", {"a": SetStep({"x": 1}, "b"), "b": SetStep({"x": 2}, "a")}))
    call = world.offer()
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.FAULT
    assert world.transitions("ivr")[-1].endswith("-> loop")
    world.finish()


def test_a_missing_variable_ends_the_call_and_not_the_switch() -> None:
    world = World(flow=flow_of("a", {"a": Say((Slot(money="funds.available"),), "bye")}))
    call = world.offer()
    world.run(1.0)
    assert world.row("calls", call)["cause"] == EndCause.FAULT
    assert "no variable funds.available" in world.transitions("ivr")[-1]
    world.finish()


def test_a_missing_variable_is_found_even_where_a_key_ahead_skips_the_prompt() -> None:
    steps = {
        "a": Say(("welcome",), "b", barge_in=False),
        "b": Menu((Slot(money="nothing"),), {"1": "bye"}, "sorry"),
    }
    world = World(flow=flow_of("a", steps))  # type: ignore[arg-type]
    call = world.offer()
    world.run(0.5)
    world.press(call, "1")
    world.run(3.0)
    assert world.row("calls", call)["cause"] == EndCause.FAULT
    world.finish()


def test_a_goodbye_without_words_and_a_caller_who_presses_on() -> None:
    world = World(flow=flow_of("a", {"a": Say(("welcome",), "end"), "end": HangUpStep(("goodbye",))}))
    call = world.offer()
    world.run(0.5)
    world.press(call, "123", every=0.0)
    assert world.heard() == ["welcome", "goodbye"]
    world.run(3.0)
    assert call not in world.switch.calls
    world.finish()


@pytest.mark.parametrize("ways", [(DigitMode.INFO, DigitMode.RFC4733), (DigitMode.RFC4733, DigitMode.INFO)])
@pytest.mark.parametrize("late", [0.0, 0.3, 5.0])
def test_a_key_in_two_ways_is_used_once(ways: tuple[DigitMode, DigitMode], late: float) -> None:
    """Case 18: in a PIN, too. The card is told before the first prompt that follows the key which keys may end it."""
    keys = f"*1{ACCOUNT}#{PIN}#"
    told: dict[tuple[DigitMode, ...], World] = {}
    for sender in (ways, ways[:1]):
        world = told[sender] = World()
        caller = leg_of(world.answered(), 1)
        for way in sender:
            for key in keys:
                world.tell(ev.DigitPressed(caller, Secret(key), way))
            world.run(late)
        world.run(8.0)
        world.finish()
    assert used(told[ways]) == used(told[ways[:1]])
    assert used(told[ways]).count("•") == len(PIN)
    assert told[ways].switch.counters["keys_doubled"] == len(keys)
    off = [media.KeysEndPlays(caller, False)] if ways[0] is DigitMode.INFO else []
    assert told[ways].commands(media.KeysEndPlays) == off


def test_keys_of_the_card_end_plays_again_once_they_count_again() -> None:
    world = World()
    call = world.answered()
    caller = leg_of(call, 1)
    world.tell(ev.DigitPressed(caller, Secret("*"), DigitMode.INFO))
    world.run(DOUBLE_LATE + 1)
    world.tell(ev.DigitPressed(caller, Secret("*"), DigitMode.RFC4733))
    assert world.commands(media.KeysEndPlays) == [media.KeysEndPlays(caller, False), media.KeysEndPlays(caller, True)]
    world.finish()
