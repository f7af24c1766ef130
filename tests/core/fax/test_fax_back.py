"""Fax-back: a caller who has logged in asks for a statement, on the call or to a number."""

import pytest
from msgspec import structs

from shared.fax import FaxId, FaxResult, FaxState
from shared.ids import CallId
from switch_server.core import catalogue as ev
from switch_server.core.fax import MakeFaxDocument
from switch_server.core.flow import FaxSend, FlowContext
from switch_server.core.words import Transition
from switch_server.services.replay import replay
from tests.core.a_flow import MAIN
from tests.core.fax.fax_world import FAX_CARD, FaxWorld
from tests.core.watch import call_id
from tests.core.world import ACCOUNT, PIN

KEYS = {"A": "send", "B": "send_to"}
MENU = MAIN.steps["main"]
FAX_BACK = structs.replace(
    MAIN,
    steps={
        **MAIN.steps,
        "main": structs.replace(MENU, keys={**MENU.keys, **KEYS}),  # type: ignore[attr-defined, call-arg]
        "send": FaxSend(document="holdings", next="bye", on_failed="sorry"),
        "send_to": FaxSend(document="funds", to="{ani}", next="bye", on_failed="sorry"),
    },
)


def logged_in(key: str = "", **changes: object) -> tuple[FaxWorld, CallId]:
    world = FaxWorld(flow=FAX_BACK)
    for name, value in changes.items():
        setattr(world.reactions, name, value)
    call = world.answered()
    world.press(call, f"1{ACCOUNT}#{PIN}")
    world.run(6.0)
    world.press(call, key)
    return world, call


def same_in_a_replay(world: FaxWorld, call: CallId) -> None:
    was = [t for t in world.all(Transition) if call_id(t) == call]
    assert [t for _, t in replay(call, world.journal, world.now)] == was


def test_a_statement_is_sent_on_the_call() -> None:
    world, call = logged_in("A")
    [asked] = world.all(MakeFaxDocument)
    assert (asked.call, asked.document, asked.account, asked.number) == (call, "holdings", ACCOUNT, "")
    world.run(2.0)
    [fax] = world.switch.faxes.jobs.items
    assert world.fax_state(fax) is FaxState.DIALLING
    world.run(150.0)
    row = world.fax(fax)
    assert (row["state"], row["customer"], row["account"], row["asked_by"], row["title"]) == (
        "sent", 7, ACCOUNT, "caller", "持仓清单",
    )  # fmt: skip
    assert "goodbye" in world.heard()[-1]
    assert world.row("contacts", fax)["customer"] == 7
    same_in_a_replay(world, call)
    world.finish()


def test_a_statement_is_sent_to_the_caller_s_number() -> None:
    world, call = logged_in("B")
    world.run(4.0)
    assert world.row("calls", call)["ended_at_step"] == "bye" or world.step(call) == "bye"
    world.run(200.0)
    assert world.dialled() == ["13800138000"]
    assert world.fax(FaxId("f20261122T093000-9001"))["state"] == "sent"
    same_in_a_replay(world, call)
    world.finish()


@pytest.mark.parametrize("way", ["no document", "no answer", "not kept", "refused", "no card", "no machine"])
def test_what_fails_leads_on_in_the_flow(way: str) -> None:
    changes: dict[str, dict[str, object]] = {
        "no document": {"makes_documents": False},
        "not kept": {"keeps_faxes": False},
        "refused": {"reoffer": "refuse"},
        "no machine": {"fax_tries": [(0, FaxResult.NO_FAX)]},
    }
    world, call = logged_in("", **changes.get(way, {}))
    if way == "no card":
        world.tell(ev.CardDied(FAX_CARD, "killed"))
    world.press(call, "A", every=0.0)
    if way == "no answer":
        world._pending.clear()
    entered = len(world.transitions("ivr"))
    world.run(95.0)
    assert "working send -> failed -> leaving sorry" in world.transitions("ivr")[entered:]
    same_in_a_replay(world, call)
    world.finish()


def test_without_a_log_in() -> None:
    world = FaxWorld(flow=FAX_BACK)
    call = world.answered()
    world.press(call, "A")
    assert not world.all(MakeFaxDocument)
    assert world.step(call) != "send"
    world.finish()


def test_the_caller_hangs_up_before_the_document_is_made() -> None:
    world, call = logged_in("A")
    world.hang_up(call)
    world.run(5.0)
    assert not world.switch.faxes.jobs.items
    world.finish()


def test_no_document_is_made_for_a_caller_who_hangs_up() -> None:
    world, call = logged_in("A", makes_documents=False)
    world.hang_up(call)
    entered = len(world.transitions("ivr"))
    world.tell(ev.FaxDocumentMade(call, FaxId("f20261122T093000-9001"), "", 0, ""))
    assert world.transitions("ivr")[entered:] == []
    world.run(5.0)
    assert call not in world.switch.calls
    world.finish()


def test_the_number_is_a_variable() -> None:
    steps = {step: FaxSend(document="funds", to=step, next="bye", on_failed="bye") for step in ("123", "{number}", "")}
    context = FlowContext({})
    assert {to: [problem.path for problem in step.problems(context)] for to, step in steps.items()} == {
        "123": [("to",)], "{number}": [], "": [],
    }  # fmt: skip
