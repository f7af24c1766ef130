"""Logging in: account, PIN, locks, and the places that have the PIN's digits."""

import msgspec

from shared import aci
from shared.enums import EndCause, Refusal
from shared.ids import AccountNo, Shares
from switch_server.core import catalogue as ev
from switch_server.core.ivr import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.leg import HangUp
from switch_server.core.words import media
from tests.core.world import ACCOUNT, BRANCH, PIN, World


def test_the_right_pin_logs_in() -> None:
    world = World()
    call = world.logged_in()
    view = world.switch.snapshot().calls[0]
    assert (view.branch, view.account_end, view.step) == (BRANCH, "56", "main")
    assert "pin" not in world.switch.calls[call].variables
    world.finish()
    assert world.row("calls", call)["account"] == ACCOUNT
    assert world.row("contacts", call)["customer"] == 7


def test_the_pin_is_nowhere_but_on_its_way_to_the_branch() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}")
    world.run(6.0)
    world.finish()
    [ask] = [ask for ask in world.all(AskBranch) if isinstance(ask.query, aci.LogIn)]
    assert ask.pin is not None
    assert ask.pin.reveal() == PIN
    assert ask.query.pin == ""
    keys = "".join(event.digit for _, _, event in world.journal if isinstance(event, ev.DigitUsed))
    assert keys == f"1{ACCOUNT}#••••••"
    journal = repr(world.journal) + repr(world.effects)
    assert PIN not in journal
    assert not any(isinstance(event, ev.DigitPressed) for _, _, event in world.journal)
    msgspec.json.encode([event for _, _, event in world.journal])


def test_the_recording_is_masked_while_the_pin_is_keyed_and_a_little_longer() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#")
    assert [m.on for m in world.commands(media.MaskRecording)] == [True]
    world.press(call, PIN, every=0.1)
    assert [m.on for m in world.commands(media.MaskRecording)] == [True]  # the PIN's last key may still sound
    world.run(1.0)
    assert [m.on for m in world.commands(media.MaskRecording)] == [True, False]
    world.finish()


def test_three_wrong_pins_end_the_call() -> None:
    world = World()
    call = world.answered()
    world.press(call, "1")
    for _ in range(3):
        world.press(call, f"{ACCOUNT}#000000")
        world.run(3.0)
    assert len(world.all(CountWrongPin)) == 3
    world.run(3.0)
    assert [h.cause for h in world.all(HangUp)] == [EndCause.WRONG_PIN]
    assert world.heard().count("wrong_pin") == 2
    assert world.heard().count("too_many_wrong_pins") == 1
    world.finish()


def test_a_wrong_pin_and_then_the_right_one() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#000000{ACCOUNT}#{PIN}")
    world.run(6.0)
    assert world.switch.calls[call].services.login is not None
    world.finish()


def test_the_fifth_of_the_day_locks() -> None:
    world = World()
    world.reactions.wrong_today = 4
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#000000")
    world.run(6.0)
    assert "account_locked" in world.heard()
    assert world.row("calls", call)["cause"] == EndCause.WRONG_PIN
    world.finish()


def test_a_locked_account_is_not_asked_for() -> None:
    world = World()
    world.reactions.accounts[ACCOUNT] = True
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}")
    world.run(1.0)
    assert "account_locked" in world.heard()
    assert world.all(AskBranch) == []
    world.finish()


def test_an_unknown_account_is_asked_again() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1999999#{PIN}")
    world.run(3.0)
    assert world.heard()[-2:] == ["unknown_account", "enter_account"]
    assert [find.account for find in world.all(FindAccount)] == [AccountNo("999999")]
    world.finish()


def test_other_refusals_and_nonsense_are_told() -> None:
    for reply, code in (
        (aci.Refused(Refusal.BRANCH_DOWN), "branch_down"),
        (aci.MaxQuantity(Shares(1)), "bad_answer"),
    ):
        world = World()
        call = world.answered()
        world.reactions._branch = lambda _, reply=reply: reply  # type: ignore[method-assign]
        world.press(call, f"1{ACCOUNT}#{PIN}")
        world.run(1.0)
        assert world.heard()[-1] == f"refusal/{code}" or code in world.heard()[-2]
        assert world.switch.calls[call].services.login is None
        world.finish()


def test_a_silent_store_is_a_slow_branch() -> None:
    world = World()
    call = world.answered()
    world.reactions.to = lambda effect: iter(())  # type: ignore[method-assign]
    world.press(call, f"1{ACCOUNT}#{PIN}")
    world.run(9.0)
    assert "refusal/branch_slow" in world.heard()


def test_an_answer_to_another_question_is_passed_over() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}", every=0.0)
    world.tell(ev.BranchAnswered(call, 1, aci.LoggedIn(ACCOUNT, "")))  # request 1 went to the store
    world.tell(ev.AccountFound(call, 9, ACCOUNT, BRANCH))
    world.tell(ev.WrongPinCounted(call, 1, 5, locked=True))
    assert world.switch.calls[call].services.login is None
    assert world.state(call) == "working"
    world.run(6.0)
    assert world.switch.calls[call].services.login is not None
    world.hang_up(call)
    world.run(1.0)
    world.tell(ev.BranchAnswered(call, 3, aci.LoggedIn(ACCOUNT, "")))
    assert world.switch.counters["answers_after_end"] == 1
    world.finish()


def test_the_caller_goes_while_the_branch_is_asked() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}", every=0.0)
    world.hang_up(call)
    world.tell(ev.AccountFound(call, 1, ACCOUNT, BRANCH))
    assert world.all(AskBranch) == []
    world.finish()
    assert world.row("calls", call)["ended_at_step"] == "log_in"


# --- tries ---


def tries(world: World) -> list[str]:
    kinds = (FindAccount, AskBranch, CountWrongPin, GiveBackPinTry)
    return [type(effect).__name__ for effect in world.effects if isinstance(effect, kinds)]


def test_a_try_is_had_before_the_branch_is_asked_and_given_back_after_the_right_pin() -> None:
    world = World()
    call = world.logged_in()
    assert tries(world) == ["FindAccount", "AskBranch", "GiveBackPinTry"]
    assert [find.number for find in world.all(FindAccount)] == ["13800138000"]
    assert world.all(GiveBackPinTry) == [GiveBackPinTry(call)]
    world.finish()
    assert len(world.all(GiveBackPinTry)) == 1


def test_a_wrong_pin_uses_the_try_up() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#000000")
    world.run(3.0)
    assert tries(world) == ["FindAccount", "AskBranch", "CountWrongPin"]
    assert [count.number for count in world.all(CountWrongPin)] == ["13800138000"]
    world.finish()
    assert world.all(GiveBackPinTry) == []


def test_a_try_without_an_answer_is_given_back() -> None:
    """The branch is slow, and the caller hangs up before its answer."""
    for seconds, hangs_up in ((9.0, False), (0.0, True)):
        world = World()
        call = world.answered()
        world.reactions._branch = lambda _: None  # type: ignore[method-assign]
        world.press(call, f"1{ACCOUNT}#{PIN}", every=0.0)
        world.run(seconds)
        if hangs_up:
            world.hang_up(call)
        assert world.all(GiveBackPinTry) == [GiveBackPinTry(call)]
        world.finish()
        assert len(world.all(GiveBackPinTry)) == 1


def test_from_a_number_that_is_locked_no_pin_is_tried() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}", every=0.0)
    world.tell(ev.AccountFound(call, 1, ACCOUNT, BRANCH, number_locked=True))
    assert world.all(AskBranch) == []
    assert world.heard()[-1] == "too_many_wrong_pins"
    world.finish()


def test_while_other_calls_have_the_last_tries_the_branch_is_slow() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}", every=0.0)
    world.tell(ev.AccountFound(call, 1, ACCOUNT, BRANCH, busy=True))
    assert world.all(AskBranch) == []
    assert "refusal/branch_slow" in world.heard()
    world.finish()


def test_the_wrong_pin_that_locks_the_number_ends_the_call() -> None:
    world = World()
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#000000", every=0.0)
    world.run(0.06)
    world.tell(ev.WrongPinCounted(call, 2, 1, locked=False))  # belongs to the previous request
    world.tell(ev.WrongPinCounted(call, 3, 1, locked=False, number_locked=True))
    assert world.heard()[-1] == "too_many_wrong_pins"
    world.finish()
