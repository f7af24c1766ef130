"""Pictures of flows have every step and every way out, for any flow."""

from pathlib import Path

import pytest

from shared.ids import TrunkName
from switch_server.core.flow import (
    DialStep,
    Flow,
    HangUpStep,
    Input,
    Menu,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    Slot,
)
from switch_server.services.flow_picture import mermaid, tree
from switch_server.services.flows import read_flow_file

MAIN = Path(__file__).resolve().parents[2] / "resources" / "flows" / "main.yaml"
FLOW = Flow(
    "all",
    ("1", "*"),
    "menu",
    {
        "menu": Menu(("hello", Slot(money="funds.available")), {"1": "buy", "2": "talk", "*": "menu", "#": "menu"}, "bye"),
        "buy": SetStep({"side": "buy"}, "code"),
        "code": Input(("enter",), "code", "ask", "bye", secret=True, back="menu"),
        "ask": ServiceStep("quote", {"ok": "told", "refused": "nowhere"}),
        "told": Say((Slot(each="rows", say=("at", Slot(price="row.price"))),), "other"),
        "other": SetLanguage("en", "queue"),
        "queue": QueueStep("trade", "talk"),
        "talk": DialStep(TrunkName("pbx"), "8000", "bye", "bye"),
        "bye": HangUpStep(("goodbye",)),
        "island": HangUpStep(),
    },
)  # fmt: skip
TREE = """\
all  (1, *)
menu  [menu] hello <money funds.available>
├─ 1 → buy  [set] side=buy
│  ↓ code  [input] enter → code (secret)
│  ├─ · → ask  [service] quote
│  │  ├─ ok → told  [say] <each rows: at <price row.price>>
│  │  │  ↓ other  [language] en
│  │  │  ↓ queue  [queue] trade, 60 s
│  │  │  ↓ talk  [dial] 8000 @ pbx
│  │  │  ├─ on_failed → bye  [hangup] goodbye (goodbye)
│  │  │  └─ on_ended → bye ↑
│  │  └─ refused → nowhere  [?]
│  ├─ on_fail → bye ↑
│  └─ back → menu ↑
├─ 2 → talk ↑
├─ * → menu ↑
├─ # → menu ↑
└─ on_fail → bye ↑

? unreachable:
island  [hangup] (goodbye)
"""


def test_tree() -> None:
    assert tree(FLOW) == TREE


def test_mermaid() -> None:
    lines = mermaid(FLOW).splitlines()
    assert lines[:3] == [
        "flowchart TD",
        '    begin(["1, #42;"]) --> s0',
        '    s0{{"menu<br/>hello #lt;money funds.available#gt;"}}',
    ]
    assert '    s0 -->|"#42;, #35;"| s0' in lines  # one arrow for two keys
    assert '    s10["nowhere ?"]' in lines
    assert "    s1 --> s2" in lines


@pytest.mark.parametrize("flow", [FLOW, read_flow_file(MAIN)[0]], ids=["all kinds", "main"])
def test_every_way_is_drawn(flow: Flow) -> None:
    picture = mermaid(flow).splitlines()
    arrows = {
        tuple(part.strip() for part in (line.split("-->")[0], line.split()[-1])) for line in picture if "-->" in line
    }
    ways = {(name, to) for name, step in flow.steps.items() for _, to in step.targets()}
    assert len(arrows) == len(ways) + 1  # and the arrow from the dialled numbers
    text = tree(flow)
    assert all(f"{name}  [" in text for name in flow.steps)


def test_a_long_chain_is_no_trouble() -> None:
    steps = {str(number): Say(("on",), str(number + 1)) for number in range(5000)}
    assert len(tree(Flow("long", ("*",), "0", {**steps, "5000": HangUpStep()})).splitlines()) == 5002
