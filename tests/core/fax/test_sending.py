"""Faxes to be sent: accepted when they are on disk, dialled in turn, tried again after the last confirmed page."""

import pytest
from msgspec import structs

from shared.enums import EndCause
from shared.fax import FaxModem, FaxPriority, FaxResult, FaxState, FaxVerdict
from shared.ids import CardId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.fax import FaxAnswered, KeepFax
from switch_server.core.leg import HangUp, PlaceCall
from switch_server.core.words import FAX, FaxRetries, Play, QuietHours, SendFax, StartRecording, Transition
from switch_server.services.replay import replay
from tests.core.fax.fax_world import FAX_CARD, NUMBER, RULES, FaxWorld
from tests.core.watch import call_id
from tests.core.world import CONFIG

R = FaxResult
OUT_TRUNKS = CONFIG.trunks


def test_a_fax_is_kept_then_accepted_then_sent() -> None:
    world = FaxWorld()
    job = world.job(customer=7, agent="ann", title="对账单")
    world.tell(ev.FaxAsked(job))
    [kept] = world.all(KeepFax)
    assert (kept.row["number"], kept.row["state"], kept.row["pages"]) == (NUMBER, "waiting", 3)
    assert not world.all(FaxAnswered)
    assert not world.all(PlaceCall)
    world.run(0.02)
    assert world.verdict(job.fax) is FaxVerdict.ACCEPTED
    world.run(1.0)
    assert world.fax_state(job.fax) is FaxState.DIALLING
    assert [world.switch.calls[call].caller.card for call in world.switch.calls] == [FAX_CARD]
    world.run(14.0)
    assert world.fax_state(job.fax) is FaxState.SENDING
    world.run(120.0)
    row = world.fax(job.fax)
    assert (row["state"], row["result"], row["pages_done"], row["tries"], row["modem"], row["bit_rate"], row["remote"]) == (
        "sent", "ok", 3, 1, "v17", 14400, "020 8888",
    )  # fmt: skip
    call = f"{job.fax[1:]}f1"
    tried = world.row("fax_tries", f"{job.fax}/1")
    assert (tried["call"], tried["first_page"], tried["pages"], tried["result"]) == (call, 0, 3, "ok")
    assert world.row("calls", call)["cause"] is EndCause.GOODBYE
    assert call not in world.watch.rows["contacts"]
    contact = world.row("contacts", job.fax)
    assert (contact["channel"], contact["direction"], contact["customer"], contact["agent"], contact["summary"]) == (
        "fax", "out", 7, "ann", "对账单",
    )  # fmt: skip
    assert not world.commands(StartRecording)
    assert not world.commands(Play)
    assert world.told(job.fax) == ["waiting", "dialling", "sending", "sent"]
    assert world.switch.counters["faxes_sent"] == 1
    world.finish()


def test_the_line_is_free_at_once_after_the_last_page() -> None:
    world = FaxWorld()
    world.ask()
    world.run(3.3)
    [send] = world.commands(SendFax)
    world.tell(ev.FaxEnded(send.leg, send.fax, R.OK, 0, 3))
    assert HangUp(send.leg, EndCause.GOODBYE) in world.effects
    world.tell(ev.FaxEnded(send.leg, send.fax, R.DROPPED, 9, 0))  # a second report changes nothing
    world.run(1.0)
    assert world.fax_state(send.fax) is FaxState.SENT
    world.finish()


def test_a_fax_that_the_disk_does_not_take_is_not_sent() -> None:
    world = FaxWorld()
    world.reactions.keeps_faxes = False
    fax = world.ask(digest="d")
    assert world.verdict(fax) is FaxVerdict.NOT_KEPT
    world.run(60.0)
    assert not world.all(PlaceCall)
    world.reactions.keeps_faxes = True
    assert world.verdict(world.ask(digest="d")) is FaxVerdict.ACCEPTED
    world.finish()


def test_it_goes_on_after_the_last_confirmed_page() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(1, R.DROPPED), (1, R.DROPPED)]
    fax = world.ask()
    world.run(400.0)
    assert world.sent_from() == [0, 1, 2]
    assert world.fax_state(fax) is FaxState.SENT
    tries = [world.row("fax_tries", f"{fax}/{number}") for number in (1, 2, 3)]
    assert [tried["result"] for tried in tries] == ["dropped", "dropped", "ok"]
    assert world.fax(fax)["seconds"] == pytest.approx(sum(tried["ended"] - tried["began"] for tried in tries))
    world.finish()


def test_all_pages_confirmed_is_sent_even_if_the_line_drops_then() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(3, R.DROPPED)]
    fax = world.ask()
    world.run(400.0)
    assert world.sent_from() == [0]
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()


def test_a_failed_training_goes_down_with_the_modem() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(0, R.TRAINING)] * 3
    fax = world.ask()
    world.run(400.0)
    assert [send.settings.fastest for send in world.commands(SendFax)] == [FaxModem.V17, FaxModem.V29, FaxModem.V27TER]
    assert all(send.settings.ecm for send in world.commands(SendFax))
    row = world.fax(fax)
    assert (row["state"], row["result"], row["tries"]) == ("failed", "training", 3)
    assert world.row("contacts", fax)["ended_at_step"] == "failed"
    world.finish()


def test_the_last_try_on_a_bad_line_is_the_slowest() -> None:
    world = FaxWorld(structs.replace(RULES, retries=FaxRetries(most=3)))
    world.reactions.fax_tries = [(0, R.DROPPED), (1, R.PROTOCOL)]
    fax = world.ask()
    world.run(400.0)
    assert [send.settings.fastest for send in world.commands(SendFax)] == [FaxModem.V17, FaxModem.V17, FaxModem.V27TER]
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()


def test_busy_and_no_answer_wait_as_the_rules_say() -> None:
    world = FaxWorld()
    world.reactions.far = "busy"
    fax = world.ask()
    world.run(62.0)
    assert len(world.dialled()) == 2
    world.reactions.far = "silent"
    world.run(110.0)
    assert len(world.dialled()) == 3
    world.run(250.0)
    assert len(world.dialled()) == 3
    world.reactions.far = "answer"
    world.run(500.0)
    assert len(world.dialled()) == 4
    assert world.fax_state(fax) is FaxState.SENT
    assert [world.row("fax_tries", f"{fax}/{number}")["result"] for number in (1, 2, 3, 4)] == [
        "busy", "busy", "no_answer", "ok",
    ]  # fmt: skip
    world.finish()


def test_a_failed_fax_is_tried_anew_by_hand() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(1, R.INCOMPATIBLE)]
    fax = world.ask()
    world.run(100.0)
    assert world.fax_state(fax) is FaxState.FAILED
    row = world.fax(fax)
    job = structs.replace(world.job(), fax=fax, pages_done=row["pages_done"], dials=row["dials"], call=None)
    world.tell(ev.FaxRetryAsked(job, "operator:eve"))
    world.run(200.0)
    assert world.sent_from() == [0, 1]
    assert world.fax_state(fax) is FaxState.SENT
    assert len(world.watch.rows["fax_tries"]) == 2
    world.tell(ev.FaxRetryAsked(structs.replace(job, number="x"), "operator:eve"))
    assert world.all(FaxAnswered)[-1].verdict is FaxVerdict.NOT_ALLOWED
    world.finish()


@pytest.mark.parametrize("seconds", [0.0, 1.0, 2.0, 8.0, 20.0, 45.0])
def test_a_fax_is_cancelled_in_every_state(seconds: float) -> None:
    world = FaxWorld()
    if not seconds:
        world.tell(ev.CardDied(FAX_CARD, "killed"))
    fax = world.ask()
    world.run(seconds)
    world.tell(ev.FaxCancelAsked(fax, "agent:ann"))
    world.run(1.0)
    row = world.fax(fax)
    assert (row["state"], row["ended_by"], row["seconds"] > 0) == ("cancelled", "agent:ann", seconds > 0)
    assert not world.switch.calls
    assert not world.switch.faxes.jobs.items
    assert fax not in world.watch.rows["contacts"]
    world.tell(ev.FaxCancelAsked(fax, "agent:ann"))
    world.run(1000.0)
    assert len(world.dialled()) <= 1
    world.finish()


def test_a_fax_that_is_cancelled_stays_so() -> None:
    world = FaxWorld()
    fax = world.ask()
    world.run(3.3)
    [send] = world.commands(SendFax)
    world.tell(ev.FaxCancelAsked(fax, "agent:ann"))
    world.tell(ev.FaxConnected(send.leg, fax, "020 8888", 14400, True))
    world.tell(ev.FaxCancelAsked(fax, "agent:bob"))
    assert (world.fax(fax)["state"], world.fax(fax)["ended_by"]) == ("cancelled", "agent:ann")
    world.run(200.0)
    assert world.told(fax) == ["waiting", "dialling", "cancelled"]
    world.finish()


def test_a_fax_cancelled_before_it_is_kept_is_never_sent() -> None:
    world = FaxWorld()
    job = world.job()
    world.tell(ev.FaxAsked(job))
    world.tell(ev.FaxCancelAsked(job.fax, "agent:ann"))
    world.run(100.0)
    assert not world.dialled()
    assert world.fax(job.fax)["state"] == "cancelled"
    world.finish()


def test_the_same_fax_of_the_same_party_is_one_fax() -> None:
    world = FaxWorld()
    fax = world.ask(digest="d")
    again = world.ask(digest="d", number=f"+86{NUMBER[1:]}")
    assert world.verdict(again) is FaxVerdict.DUPLICATE
    assert [answer.earlier for answer in world.all(FaxAnswered) if answer.fax == again] == [fax]
    others = [world.ask(digest="e"), world.ask(digest="d", by="agent:bob"), world.ask(digest="d", number="02083009999")]
    assert [world.verdict(each) for each in others] == [FaxVerdict.ACCEPTED] * 3
    world.run(700.0)
    assert world.verdict(world.ask(digest="d")) is FaxVerdict.ACCEPTED
    world.finish()


@pytest.mark.parametrize(
    ("number", "by", "verdict"),
    [
        ("02083001234", "agent:ann", FaxVerdict.ACCEPTED),
        ("0085212345678", "agent:ann", FaxVerdict.NOT_ALLOWED),
        ("", "agent:ann", FaxVerdict.NOT_ALLOWED),
        ("020;evil", "agent:ann", FaxVerdict.NOT_ALLOWED),
        ("02083001234", "caller", FaxVerdict.NOT_ALLOWED),
        ("02166001234", "caller", FaxVerdict.ACCEPTED),
    ],
)
def test_numbers_that_the_rules_allow(number: str, by: str, verdict: FaxVerdict) -> None:
    world = FaxWorld(structs.replace(RULES, allowed=("020*", "021*"), keyed=("021*",)))
    assert world.verdict(world.ask(number=number, by=by)) is verdict
    world.finish()


def test_a_caller_may_key_the_own_number() -> None:
    world = FaxWorld()
    call = world.answered()
    own = world.ask(number="13800138000", by="caller", call=call)
    other = world.ask(number="13900139000", by="caller", call=call)
    assert (world.verdict(own), world.verdict(other)) == (FaxVerdict.ACCEPTED, FaxVerdict.NOT_ALLOWED)
    world.finish()


def test_urgent_first_then_the_oldest_and_one_call_a_number() -> None:
    world = FaxWorld(structs.replace(RULES, at_once=1))
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    numbers = [f"0208300000{n}" for n in range(4)]
    kinds = (FaxPriority.BULK, FaxPriority.NORMAL, FaxPriority.NORMAL, FaxPriority.URGENT)
    for number, priority in zip(numbers, kinds, strict=True):
        world.ask(number=number, priority=priority)
    world.ask(number=numbers[3], priority=FaxPriority.URGENT)
    assert not world.dialled()
    world.tell(ev.CardUp(FAX_CARD, 32, FAX))
    world.run(1000.0)
    assert world.dialled() == [numbers[3], numbers[3], numbers[1], numbers[2], numbers[0]]
    world.finish()


def test_one_machine_is_called_once_at_a_time() -> None:
    world = FaxWorld()
    world.ask()
    world.ask()
    world.run(30.0)
    assert len(world.dialled()) == 1
    world.run(200.0)
    assert len(world.dialled()) == 2
    world.finish()


def test_no_more_than_the_limit_of_the_trunk_and_the_card() -> None:
    config = structs.replace(CONFIG, trunks=tuple(structs.replace(trunk, lines=30) for trunk in OUT_TRUNKS))
    world = FaxWorld(structs.replace(RULES, per_trunk=2), config)
    for number in range(8):
        world.ask(number=f"0208300000{number}")
    world.run(5.0)
    per_trunk = [placed.trunk for placed in world.all(PlaceCall)]
    assert len(per_trunk) == 4
    assert {per_trunk.count(trunk.name) for trunk in OUT_TRUNKS} == {2}
    world.run(600.0)
    assert len(world.dialled()) == 8
    world.finish()


def test_a_fax_without_a_line_holds_up_none_to_another_trunk() -> None:
    ours = [
        structs.replace(trunk, lines=30, numbers=(only,))
        for trunk, only in zip(OUT_TRUNKS, ("020*", "021*"), strict=True)
    ]
    world = FaxWorld(structs.replace(RULES, per_trunk=1), structs.replace(CONFIG, trunks=tuple(ours)))
    for number in ("02083000001", "02083000002", "02155550001"):
        world.ask(number=number)
    world.run(5.0)
    assert world.dialled() == ["02083000001", "02155550001"]
    world.run(600.0)
    assert len(world.dialled()) == 3
    world.finish()


def test_in_quiet_hours_only_what_is_urgent() -> None:
    world = FaxWorld(structs.replace(RULES, quiet=QuietHours("21:00", "08:00")))
    world.now = 1_000_000.0 // 86400 * 86400 + 14 * 3600.0  # 22:00 in Shanghai
    world.ask(number="02083000001")
    world.ask(number="02083000002", priority=FaxPriority.URGENT)
    world.run(9.9 * 3600)
    assert world.dialled() == ["02083000002"]
    world.run(600.0)
    assert world.dialled() == ["02083000002", "02083000001"]
    world.finish()


def test_not_before_its_time() -> None:
    world = FaxWorld()
    world.ask(not_before=world.now + 3600.0)
    world.run(3590.0)
    assert not world.dialled()
    world.run(15.0)
    assert len(world.dialled()) == 1
    world.finish()


def test_no_more_wait_than_the_rules_allow() -> None:
    world = FaxWorld(structs.replace(RULES, waiting=1))
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    assert [world.verdict(world.ask()) for _ in range(2)] == [FaxVerdict.ACCEPTED, FaxVerdict.TOO_MANY]
    world.tell(ev.CardUp(FAX_CARD, 1, FAX))
    world.finish()


def test_the_death_of_the_card_costs_only_a_try() -> None:
    world = FaxWorld()
    fax = world.ask()
    world.run(40.0)
    voice = world.answered()
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    world.run(1.0)
    row = world.fax(fax)
    assert (row["state"], row["result"], row["pages_done"]) == ("waiting", "card_lost", 1)
    assert voice in world.switch.calls
    world.tell(ev.CardUp(FAX_CARD, 32, FAX))
    world.run(300.0)
    assert world.sent_from() == [0, 1]
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()


def test_after_a_kill_of_the_switch_each_fax_goes_on_once() -> None:
    killed = FaxWorld()
    fax = killed.ask()
    killed.run(45.0)
    row = killed.fax(fax)
    assert (row["state"], row["pages_done"], row["dials"]) == ("sending", 1, 1)
    world = FaxWorld()
    world.now = killed.now + 10.0
    job = structs.replace(killed.job(), fax=fax, pages_done=1, dials=1, created=1_000_000.0)
    world.tell(ev.FaxesRecovered((job, structs.replace(job, fax=killed.job().fax, number="02083005555"), job)))
    world.run(200.0)
    assert world.sent_from() == [1, 1]
    assert len(world.dialled()) == 2
    assert world.fax_state(fax) is FaxState.SENT
    assert world.row("fax_tries", f"{fax}/2")["first_page"] == 1
    killed.finish()
    world.finish()


def test_a_fax_whose_last_page_was_confirmed_before_a_kill_is_not_dialled_again() -> None:
    world = FaxWorld()
    job = world.job(pages_done=3, dials=1, created=1_000_000.0)
    world.tell(ev.FaxesRecovered((job,)))
    world.run(200.0)
    assert world.dialled() == []
    assert world.told(job.fax) == [FaxState.WAITING, FaxState.SENT]
    row = world.row("faxes", job.fax)
    assert (row["state"], row["result"], row["pages_done"]) == ("sent", "ok", 3)
    world.tell(ev.FaxRetryAsked(structs.replace(job, fax=world.job().fax), "agent:ann", FaxState.CANCELLED))
    world.run(200.0)
    assert world.dialled() == []
    world.finish()


def test_a_stop_of_the_switch_is_not_a_try() -> None:
    world = FaxWorld(structs.replace(RULES, retries=FaxRetries(most=1)))
    fax = world.ask()
    world.run(45.0)
    world.tell(ev.Draining())
    world.run(5.0)
    row = world.fax(fax)
    assert (row["state"], row["tries"], row["result"], row["pages_done"]) == ("waiting", 0, "stopped", 1)
    assert not world.switch.calls


def test_a_card_that_falls_silent_is_given_up() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(0, R.NO_FAX)]
    world.ask()
    world.run(3.3)
    world._pending.clear()
    world.run(130.0)
    assert world.switch.counters["faxes_stuck"] == 1
    world.run(600.0)
    world.finish()


def test_a_voice_answers() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(0, R.NO_FAX)] * 3
    fax = world.ask()
    world.run(600.0)
    row = world.fax(fax)
    assert (row["state"], row["result"], row["tries"]) == ("failed", "no_fax", 3)
    world.finish()


def test_without_a_line_or_a_channel_it_waits() -> None:
    world = FaxWorld(channels=0)
    fax = world.ask()
    world.run(20.0)
    assert world.fax_state(fax) is FaxState.WAITING
    world.tell(ev.CardUp(CardId("fax-2"), 1, FAX))
    world.run(1.0)
    assert world.fax_state(fax) is FaxState.DIALLING
    world.run(200.0)
    world.finish()


def test_a_refused_channel_is_a_failed_try() -> None:
    world = FaxWorld()
    world.reactions.channel = "full"
    fax = world.ask()
    world.run(1.0)
    assert (world.fax(fax)["state"], world.fax(fax)["result"]) == ("waiting", "no_line")
    world.reactions.channel = ""
    world.run(300.0)
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()


def test_reports_about_no_session_change_nothing() -> None:
    world = FaxWorld()
    fax = world.ask()
    world.run(3.3)
    [send] = world.commands(SendFax)
    world.tell(ev.FaxPage(send.leg, world.job().fax, 3, 14400, 0, 0))
    world.tell(ev.FaxKept(fax))
    world.tell(ev.FaxKeepFailed(fax))
    assert world.fax(fax)["pages_done"] == 0
    voice = world.answered()
    world.tell(ev.FaxEnded(leg_of(voice, 1), fax, R.OK, 0, 3))
    assert voice in world.switch.calls
    world.tell(ev.FaxAsked(structs.replace(world.job(), fax=fax)))
    assert world.all(FaxAnswered)[-1] == FaxAnswered(fax, FaxVerdict.DUPLICATE, fax)
    world.finish()


def test_a_replay_of_a_fax_call_has_the_same_transitions() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(1, R.DROPPED), (0, R.TRAINING)]
    fax = world.ask()
    world.run(500.0)
    calls = {call_id(t) for t in world.all(Transition) if t.machine == "call"}
    assert len(calls) == 3
    for call in calls:
        was = [t for t in world.all(Transition) if call_id(t) == call]
        assert [t for _, t in replay(call, world.journal, world.now)] == was
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()
