"""Faxes on a live call: the far end's media goes to a fax card and comes back; a caller's fax machine is heard."""

import pytest
from msgspec import structs

from shared.enums import Direction, EndCause, SeatState
from shared.fax import FaxResult, FaxState, FaxVerdict
from shared.ids import CallId, CustomerId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.fax.moves import TRANSITIONS, MoveState
from switch_server.core.flow import FaxReceive
from switch_server.core.leg import PlaceCall, Reoffer, ToCard
from switch_server.core.words import ChangeFar, CloseChannel, MediaStats, ReceiveFax, SendFax, Transition
from switch_server.services.replay import replay
from tests.core.a_flow import flow_of
from tests.core.desk_world import ANN, FLOW, STEPS
from tests.core.fax.fax_world import FAX_CARD, NUMBER, RULES, FaxWorld
from tests.core.watch import call_id
from tests.core.world import CARD, CONFIG, FAR

T38_TRUNKS = tuple(structs.replace(trunk, fax="t38") for trunk in CONFIG.trunks)
RECEIVES = flow_of("receive", {"receive": FaxReceive(on_failed="queue"), **STEPS}, "02087550000")
INTO_FAX = structs.replace(
    RECEIVES, start="ask", steps={**RECEIVES.steps, "ask": structs.replace(STEPS["ask"], keys={"1": "receive"})}
)  # type: ignore[call-arg]


def on_fax_card(world: FaxWorld) -> list[str]:
    return [type(effect.command).__name__ for effect in world.all(ToCard) if effect.card == FAX_CARD]


def same_in_a_replay(world: FaxWorld, call: CallId) -> None:
    was = [t for t in world.all(Transition) if call_id(t) == call]
    assert [t for _, t in replay(call, world.journal, world.now)] == was


def moves(world: FaxWorld) -> list[str]:
    return [transition.partition(" -> ")[2].partition(" -> ")[0] for transition in world.transitions("fax_move")]


def test_a_fax_is_sent_in_a_talk_and_the_talk_goes_on() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call, number="", agent=ANN, call=call)
    assert world.verdict(fax) is FaxVerdict.ACCEPTED
    world.run(1.0)
    assert world.fax_state(fax) is FaxState.DIALLING
    assert on_fax_card(world) == ["OpenChannel", "ChangeFar", "SendFax"]
    silent = [each for each in world.all(ToCard) if each.card == CARD and isinstance(each.command, ChangeFar)][
        -1
    ].command
    assert isinstance(silent, ChangeFar)
    assert silent.far.direction is Direction.INACTIVE
    world.run(20.0)
    assert world.fax_state(fax) is FaxState.SENDING
    world.run(200.0)
    row = world.fax(fax)
    assert (row["state"], row["pages_done"], row["live"], row["call"]) == ("sent", 3, True, call)
    assert on_fax_card(world)[-1] == "CloseChannel"
    assert world.switch.calls[call].caller.second is None
    assert world.switch.calls[call].caller.far == FAR
    assert world.seat(ANN) is SeatState.TALKING
    assert moves(world) == ["opened", "taken", "ended", "taken"]
    assert not world.all(PlaceCall)
    world.put_down()
    world.run(2.0)
    assert world.row("contacts", call)["channel"] == "phone"
    assert world.row("contacts", fax)["channel"] == "fax"
    same_in_a_replay(world, call)
    world.finish()


def test_a_far_end_that_refuses_keeps_its_voice_and_the_fax_goes_by_a_call() -> None:
    world = FaxWorld(flow=FLOW)
    world.reactions.reoffer = "refuse"
    call = world.talking(ANN)
    fax = world.ask(live=call, agent=ANN)
    world.run(2.0)
    assert moves(world) == ["opened", "refused"]
    assert world.seat(ANN) is SeatState.TALKING
    assert on_fax_card(world) == ["OpenChannel", "CloseChannel"]
    assert world.row("fax_tries", f"{fax}/1")["result"] == "incompatible"
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize(
    ("number", "state"), [(NUMBER, FaxState.SENT), ("", FaxState.FAILED), ("0085212345678", FaxState.FAILED)]
)
def test_a_fax_that_fails_on_the_live_call(number: str, state: FaxState) -> None:
    """A number that the rules do not allow is no hindrance on the call itself, and is not dialled after it."""
    world = FaxWorld(structs.replace(RULES, allowed=("020*",)), flow=FLOW)
    world.reactions.fax_tries = [(1, FaxResult.DROPPED)]
    call = world.talking(ANN)
    fax = world.ask(live=call, number=number)
    assert world.verdict(fax) is FaxVerdict.ACCEPTED
    world.run(60.0)
    assert world.seat(ANN) is SeatState.TALKING
    world.run(200.0)
    assert world.fax_state(fax) is state
    assert world.sent_from() == ([0, 1] if state is FaxState.SENT else [0])
    world.finish()


@pytest.mark.parametrize("reported", [False, True])
def test_the_caller_hangs_up_in_mid_fax(reported: bool) -> None:
    """``reported``: the fax card reports the session's end before its channel is closed."""
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call)
    world.run(45.0)
    world.hang_up(call)
    if reported:
        world.tell(ev.FaxEnded(leg_of(call, 1), fax, FaxResult.DROPPED, 0, 1))
    assert len(world.all(Reoffer)) == 1
    world.run(5.0)
    assert call not in world.switch.calls
    row = world.fax(fax)
    assert (row["state"], row["result"], row["pages_done"]) == ("waiting", "dropped", 1)
    world.finish()


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.065, 45.0])
def test_the_death_of_the_fax_card_gives_the_voice_back(seconds: float) -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call, number="")
    world.run(seconds)
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    world.run(2.0)
    assert world.seat(ANN) is SeatState.TALKING
    assert world.switch.calls[call].caller.second is None
    assert world.switch.calls[call].caller.far == FAR
    assert world.fax_state(fax) is FaxState.FAILED
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.065, 45.0])
def test_a_fax_cancelled_on_the_live_call_gives_the_voice_back(seconds: float) -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call)
    world.run(seconds)
    world.tell(ev.FaxCancelAsked(fax, "agent:ann"))
    world.run(2.0)
    assert world.seat(ANN) is SeatState.TALKING
    assert world.fax_state(fax) is FaxState.CANCELLED
    assert world.switch.calls[call].caller.second is None
    world.finish()


def test_a_voice_that_can_t_come_back_ends_the_call() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call)
    world.run(45.0)
    world.reactions.reoffer = "refuse"
    world.run(100.0)
    assert world.row("calls", call)["cause"] is EndCause.FAR_REFUSED
    assert world.fax_state(fax) is FaxState.SENT
    world.finish()


def test_without_a_channel_the_voice_goes_on() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    world.reactions.channel = "full"
    fax = world.ask(live=call, number="")
    world.run(2.0)
    assert (world.fax(fax)["state"], world.fax(fax)["result"]) == ("failed", "no_line")
    assert world.seat(ANN) is SeatState.TALKING
    world.reactions.channel = ""
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    fax = world.ask(live=call, number="")
    assert (world.fax(fax)["state"], world.fax(fax)["result"]) == ("failed", "no_line")
    same_in_a_replay(world, call)
    world.finish()


def test_a_call_has_one_fax_at_a_time() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    first, second = world.ask(live=call), world.ask(live=call)
    assert (world.verdict(first), world.verdict(second)) == (FaxVerdict.ACCEPTED, FaxVerdict.NO_CALL)
    gone = world.ask(live=CallId("gone"))
    assert world.verdict(gone) is FaxVerdict.NO_CALL
    world.finish()


def test_a_card_that_falls_silent_gives_the_voice_back() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call, number="")
    world.run(1.0)
    world._pending.clear()
    world.run(125.0)
    assert (world.fax(fax)["state"], world.fax(fax)["result"]) == ("failed", "no_fax")
    assert world.seat(ANN) is SeatState.TALKING
    world.finish()


@pytest.mark.parametrize("answer", ["take", "audio"])
def test_t38_where_the_trunk_says_so(answer: str) -> None:
    world = FaxWorld(flow=FLOW, config=structs.replace(CONFIG, trunks=T38_TRUNKS))
    world.reactions.t38, world.reactions.reoffer = True, answer
    call = world.talking(ANN)
    world.ask(live=call)
    world.run(1.0)
    offers = [offer.t38 for offer in world.all(Reoffer)]
    assert offers == ([True] if answer == "take" else [True, False])
    [far] = [
        each.command.far for each in world.all(ToCard) if each.card == FAX_CARD and isinstance(each.command, ChangeFar)
    ]
    assert (far.t38 is not None) is (answer == "take")
    world.run(200.0)
    world.put_down()
    world.ask(number="02083007777")
    world.run(5.0)
    assert world.all(Reoffer)[-1].t38
    assert [type(command) for command in world.commands(SendFax)] == [SendFax, SendFax]
    world.finish()


def test_the_far_end_s_own_offer_in_mid_fax_goes_to_the_fax_card() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    world.ask(live=call)
    world.run(5.0)
    far = structs.replace(FAR, port=4400)
    world.tell(ev.LegChanged(leg_of(call, 1), far))
    assert ToCard(FAX_CARD, ChangeFar(leg_of(call, 1), far)) in world.effects
    world.tell(ev.ChannelClosed(leg_of(call, 1), MediaStats(), FAX_CARD))
    world.run(1.0)
    assert world.seat(ANN) is SeatState.TALKING
    world.tell(ev.ChannelClosed(leg_of(call, 1), MediaStats(), FAX_CARD))  # a late report changes nothing
    assert world.seat(ANN) is SeatState.TALKING
    world.finish()


# --- receiving ---


def test_a_caller_chooses_to_send_a_fax() -> None:
    world = FaxWorld(flow=INTO_FAX)
    call = world.offer()
    world.run(3.0)
    world.press(call, "1")
    world.run(2.0)
    assert world.row("faxes", f"r{call}")["state"] == "receiving"
    assert [type(command) for command in world.commands(ReceiveFax)] == [ReceiveFax]
    world.run(200.0)
    assert call not in world.switch.calls
    row = world.row("faxes", f"r{call}")
    assert (row["state"], row["pages"], row["group_name"], row["live"]) == ("new", 3, "all", True)
    assert world.row("contacts", call)["channel"] == "phone"
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize("way", ["refuse", "no card", "no fax"])
def test_a_caller_who_can_t_send_goes_on_in_the_flow(way: str) -> None:
    world = FaxWorld(flow=INTO_FAX)
    if way == "refuse":
        world.reactions.reoffer = "refuse"
    elif way == "no card":
        world.tell(ev.CardDied(FAX_CARD, "killed"))
    else:
        world.reactions.fax_tries = [(0, FaxResult.NO_FAX)]
    call = world.offer()
    world.run(3.0)
    world.press(call, "1")
    world.run(20.0)
    assert world.step(call) == "queue"
    assert world.switch.calls[call].caller.far == FAR
    same_in_a_replay(world, call)
    world.finish()


def test_a_fax_machine_is_heard_in_the_queue() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.offer()
    world.run(3.0)
    world.tell(ev.FaxToneHeard(leg_of(call, 1)))
    world.run(1.0)
    assert world.row("faxes", f"r{call}")["state"] == "receiving"
    assert not world.switch.snapshot().queues[0].waiting
    world.tell(ev.FaxToneHeard(leg_of(call, 1)))
    world.run(200.0)
    assert world.row("faxes", f"r{call}")["pages"] == 3
    assert len(world.commands(ReceiveFax)) == 1
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize("way", ["off", "refuse", "talking", "no card", "early"])
def test_a_tone_that_changes_nothing(way: str) -> None:
    world = FaxWorld(structs.replace(RULES, on_tone="off" if way == "off" else "receive"), flow=FLOW)
    if way == "talking":
        call = world.talking(ANN)
    else:
        call = world.offer()
        world.run(0.0 if way == "early" else 3.0)  # early: before the call is answered
    if way == "refuse":
        world.reactions.reoffer = "refuse"
    if way == "no card":
        world.tell(ev.CardDied(FAX_CARD, "killed"))
    world.tell(ev.FaxToneHeard(leg_of(call, 1)))
    world.run(3.0)
    assert world.step(call) == "queue"
    assert not world.commands(ReceiveFax)
    assert f"r{call}" not in world.watch.rows["faxes"]
    same_in_a_replay(world, call)
    world.finish()


def test_an_agent_who_answers_meanwhile_keeps_the_caller() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.offer()
    world.run(3.0)
    world.online(ANN)
    world.run(1.0)
    late = list(world._pending)
    world.tell(ev.FaxToneHeard(leg_of(call, 1)))
    world._pending[:] = late
    world.tell(ev.ChannelOpened(leg_of(call, 1), world.switch.calls[call].caller.near, FAX_CARD))  # type: ignore[arg-type]
    world._pending[:] = late
    world.run(2.0)
    assert world.seat(ANN) is SeatState.TALKING
    world.tell(ev.LegReoffered(leg_of(call, 1), FAR))
    world.run(2.0)
    assert moves(world) == ["opened", "late", "taken"]
    assert not world.commands(ReceiveFax)
    assert world.seat(ANN) is SeatState.TALKING
    world.finish()


def test_reports_that_come_twice_change_nothing() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call)
    world.run(45.0)
    commands = on_fax_card(world)
    near = world.switch.calls[call].caller.near
    assert near is not None
    world.tell(ev.ChannelOpened(leg_of(call, 1), near, FAX_CARD))
    world.tell(ev.LegReoffered(leg_of(call, 1), FAR))
    world.tell(ev.LegReofferRefused(leg_of(call, 1), 488))
    assert on_fax_card(world) == commands
    assert len(world.all(Reoffer)) == 1
    world.run(60.0)
    assert world.fax_state(fax) is FaxState.SENT
    assert world.seat(ANN) is SeatState.TALKING
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize("way", ["the card reports its end", "the card dies"])
def test_what_the_fax_card_does_while_the_voice_comes_back(way: str) -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    fax = world.ask(live=call)
    world.run(45.0)
    world.tell(ev.FaxCancelAsked(fax, "agent:ann"))
    if way == "the card dies":
        world.tell(ev.CardDied(FAX_CARD, "killed"))
    else:
        world.tell(ev.FaxEnded(leg_of(call, 1), fax, FaxResult.DROPPED, 0, 1))
    assert len(world.all(Reoffer)) == 2
    world.run(2.0)
    assert len(world.all(Reoffer)) == 2
    assert world.seat(ANN) is SeatState.TALKING
    assert world.switch.calls[call].caller.far == FAR
    assert world.fax_state(fax) is FaxState.CANCELLED
    same_in_a_replay(world, call)
    world.finish()


def test_the_fax_card_dies_when_the_voice_is_back() -> None:
    world = FaxWorld(flow=FLOW)
    world.reactions.reoffer = "refuse"
    call = world.talking(ANN)
    world.ask(live=call, number="")
    while "CloseChannel" not in on_fax_card(world):
        world.run(0.01)
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    assert world.switch.calls[call].caller.second is None
    assert world.seat(ANN) is SeatState.TALKING
    assert moves(world) == ["opened", "refused"]
    world.finish()


def test_a_fax_card_that_never_reports_the_end_of_its_channel() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    world.ask(live=call)
    world.run(5.0)
    world._pending.clear()
    world.hang_up(call)
    world._pending[:] = [each for each in world._pending if not isinstance(each[2], ev.ChannelClosed)]
    world.run(world.switch.config.limits.teardown + 1.0)
    assert call not in world.switch.calls
    assert on_fax_card(world)[-1] == "CloseChannel"
    assert world.switch.counters["repaired_calls"] == 1
    world.finish()


def test_a_fax_is_filed_to_the_customer_of_the_call() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    world.tell(ev.CallerFound(call, CustomerId(7)))
    fax = world.ask(live=call)
    world.run(200.0)
    assert world.fax(fax)["customer"] == 7
    assert world.row("contacts", fax)["customer"] == 7
    world.finish()


def test_a_channel_that_opens_after_the_move_is_closed() -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    world.tell(ev.FaxAsked(world.job(), call))
    world.run(0.011)
    world.hang_up(call)
    world.run(2.0)
    assert [type(each.command) for each in world.all(ToCard) if each.card == FAX_CARD][-1] is CloseChannel
    world.finish()


def test_every_state_of_a_move_is_left() -> None:
    assert {state for state, ways in TRANSITIONS.items() if not ways} == {MoveState.OVER}


@pytest.mark.parametrize(("number", "state"), [(NUMBER, FaxState.SENT), ("", FaxState.FAILED)])
def test_the_call_ends_before_the_fax_is_kept(number: str, state: FaxState) -> None:
    world = FaxWorld(flow=FLOW)
    call = world.talking(ANN)
    job = world.job(number=number)
    world.tell(ev.FaxAsked(job, call))
    world.hang_up(call)
    world.run(300.0)
    assert world.verdict(job.fax) is FaxVerdict.ACCEPTED
    assert world.fax_state(job.fax) is state
    world.finish()
