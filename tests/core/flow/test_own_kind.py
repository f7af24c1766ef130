"""A new kind of step, defined in this file: data, ways out, checks, variables, picture and behaviour are in one class, and no other file changes.

The recipe of CONTRIBUTING.md (Add a kind of step).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from switch_server.adapters.event_codec import decode_event, encode_event
from switch_server.core.flow import (
    KINDS,
    Configured,
    FlowContext,
    IvrState,
    Piece,
    Problem,
    Say,
    Slot,
    Step,
    Walk,
    check,
    register,
    summary_of,
)
from switch_server.core.ivr import Ivr
from switch_server.services.flow_picture import mermaid
from switch_server.services.flows import read_flow_file
from switch_server.services.strict_yaml import ConfigError
from tests.core.a_flow import NUMBER, flow_of
from tests.core.world import CONFIG, World

FILE = f"""
flow: fork
numbers: ["{NUMBER}"]
start: choose
steps:
  choose:
    kind: fork
    say: [one_moment]
    by: dnis
    to: {{"{NUMBER}": named}}
    otherwise: bye
  named: {{kind: say, say: [{{digits: chosen}}], next: bye}}
  bye: {{kind: hangup}}
"""
CONTEXT = FlowContext({})


class Fork(Step, frozen=True, tag="fork", forbid_unknown_fields=True):
    """Plays a prompt, then goes on by the value of a variable, and sets ``chosen``. A key ends the prompt."""

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("{", "}")
    FIRST_STATE: ClassVar[IvrState] = IvrState.SAYING

    say: tuple[Piece, ...]
    by: str
    to: dict[str, str]
    otherwise: str

    def targets(self) -> list[tuple[str, str]]:
        return [*((f"to.{value}", step) for value, step in self.to.items()), ("otherwise", self.otherwise)]

    def spoken(self) -> list[tuple[str, tuple[Piece, ...], frozenset[str]]]:
        return [("say", self.say, frozenset())]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        if not self.to:
            yield Problem(("to",), "no value: nothing would be chosen")

    def needs(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        yield ("by",), self.by

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        return before | {"chosen"}

    def summary(self) -> str:
        return f"{summary_of(self.say)} by {self.by}"

    def enter(self, walk: Walk) -> None:
        walk.say(self.say, barge_in=True)
        walk.deliver_keys()

    def played(self, walk: Walk) -> None:
        self._choose(walk, "played")

    def take_keys(self, walk: Walk) -> bool:
        walk.host.key_used("", None)
        self.cut_short(walk)
        return True

    def cut_short(self, walk: Walk) -> None:
        self._choose(walk, "barged")

    def _choose(self, walk: Walk, event: str) -> None:
        walk.variables["chosen"] = value = str(walk.variables[self.by])
        walk.go(self.to.get(value, self.otherwise), event)


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    register(Fork)
    yield
    del KINDS["fork"]


def test_the_kind_is_read_from_a_file_checked_and_drawn(tmp_path: Path) -> None:
    file = tmp_path / "fork.yaml"
    file.write_text(FILE, encoding="utf-8")
    flow, _ = read_flow_file(file)
    step = flow.steps["choose"]
    assert isinstance(step, Fork)
    assert check(flow, CONTEXT) == []
    picture = mermaid(flow)
    assert '{"choose<br/>one_moment by dnis"}' in picture
    assert all(f"|{word}|" in picture or f'|"{word}"|' in picture for word in (NUMBER, "otherwise"))
    event = Configured(CONFIG, (flow,))
    assert decode_event(encode_event(event)) == event
    file.write_text(FILE.replace("by: dnis", "bye: dnis"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"fork.yaml:9: steps.choose.bye: unknown key; allowed: by, kind, otherwise"):
        read_flow_file(file)


def test_the_kind_s_problems_have_its_own_keys() -> None:
    def told(**changes: object) -> dict[str, str]:
        fork = Fork(**{"say": (), "by": "dnis", "to": {"1": "bye"}, "otherwise": "sorry"} | changes)
        named = Say((Slot(digits="chosen"),), "bye")
        found = check(flow_of("choose", {"choose": fork, "named": named}), CONTEXT)
        return {".".join(map(str, problem.path)): problem.text for problem in found}

    assert told(to={"1": "named"}) == {}
    assert told(to={})["steps.choose.to"] == "no value: nothing would be chosen"
    assert told(to={"1": "nowhere"})["steps.choose.to.1"].startswith("no step 'nowhere'")
    assert (
        told(to={"1": "named"}, by="side")["steps.choose.by"]
        == "the variable 'side' is not there on every way to this step"
    )


@pytest.mark.parametrize(("key", "event"), [("", "played"), ("5", "barged")])
def test_the_kind_is_walked(key: str, event: str) -> None:
    fork = Fork(("one_moment",), "dnis", {NUMBER: "named"}, "sorry")
    world = World(flow=flow_of("choose", {"choose": fork, "named": Say((Slot(digits="chosen"),), "bye")}))
    call = world.offer()
    world.run(1.0)
    assert world.step(call) == "choose"
    world.press(call, key)
    world.run(1.5)
    assert f"saying choose -> {event} -> saying named" in world.transitions("ivr")
    world.finish()


class Bare(Step, frozen=True, tag="fork", forbid_unknown_fields=True):
    """A second kind with the same name."""


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two kinds of steps are called 'fork'"):
        register(Bare)
    assert register(Fork) is Fork


def test_a_kind_s_omitted_methods_have_defaults() -> None:
    """By default a key goes on waiting, and the picture has no text for the step."""
    world = World()
    walk = world.switch.calls[world.offer()].ivr
    assert (Bare().summary(), Bare().take_keys(walk), Bare().targets(), Bare().keyed_in_secret) == ("", False, [], None)


def test_a_walk_that_has_not_begun_has_nothing_to_cut_short_and_nobody_to_excuse() -> None:
    world = World()
    call = world.offer()
    walk = Ivr(flow_of("bye", {}), world.switch.calls[call], {})
    for _ in range(2):
        walk.key_replayed("")
        walk.say_excuse()
    assert (walk.state, walk.step) == (IvrState.IDLE, None)
    world.finish()
