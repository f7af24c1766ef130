"""Flows from files: each complaint has its line, a fault in one file refuses all; and the product's own flow."""

import re
import wave
from pathlib import Path

import msgspec
import pytest

from shared.enums import Language
from shared.ids import TrunkName
from switch_server.core.flow import FlowContext, Menu, ServiceStep, read_flow
from switch_server.services.flows import flow_context, load_flow, load_flows
from switch_server.services.strict_yaml import ConfigError

RESOURCES = Path(__file__).parents[2] / "resources"
MAIN = RESOURCES / "flows" / "main.yaml"
CONTEXT = FlowContext(dict.fromkeys(Language, frozenset({"welcome", "invalid"})), frozenset({"music/hold"}))
SMALL = """\
flow: {name}
numbers: ["{number}"]
start: hello
steps:
  hello: {{kind: say, say: [welcome], next: bye}}
  bye: {{kind: hangup}}
"""


def small(folder: Path, name: str, number: str = "1", **changes: str) -> Path:
    """A valid flow with some words replaced."""
    text = SMALL.format(name=name, number=number)
    for old, new in changes.items():
        text = text.replace(old, new)
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def told(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_flows(folder, CONTEXT)
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.complaints]


def test_several_files_by_name(tmp_path: Path) -> None:
    for name, number in (("b", "2"), ("a", "1")):
        small(tmp_path, name, number)
    assert [flow.flow for flow in load_flows(tmp_path, CONTEXT)] == ["a", "b"]


def test_all_that_is_wrong_in_all_files(tmp_path: Path) -> None:
    small(tmp_path, "a", welcome="wellcome")
    small(tmp_path, "b", "2").write_text(": :\n:", encoding="utf-8")
    small(tmp_path, "c", "3", hangup="vanish")
    small(tmp_path, "d", "4", next="nxt")
    assert told(tmp_path) == [
        "a.yaml:5: steps.hello.say[0]: no prompt 'wellcome' in zh_CN and en; did you mean 'welcome'?",
        "b.yaml:1: not YAML: did not find expected key",
        "c.yaml:6: steps.bye.kind: Invalid value 'vanish'; allowed: say, menu, input, service, queue, callback, dial, fax_receive, fax_send, language, set, hangup",
        "d.yaml:5: steps.hello.nxt: unknown key; allowed: barge_in, kind, next, say, title",
    ]


def test_a_number_is_answered_by_one_flow(tmp_path: Path) -> None:
    small(tmp_path, "a", '1", "2')
    small(tmp_path, "b", '3", "2')
    assert told(tmp_path) == ["b.yaml:2: numbers[1]: 2 is answered by a.yaml already"]


def test_a_name_stands_for_one_flow(tmp_path: Path) -> None:
    small(tmp_path, "a", "1")
    small(tmp_path, "b", "2", **{"flow: b": "flow: a"})
    assert told(tmp_path) == ["b.yaml:1: flow: 'a' is the flow of a.yaml already"]


def test_no_flow(tmp_path: Path) -> None:
    assert told(tmp_path) == [f"{tmp_path}:0: no flow here (*.yaml)"]
    assert told(tmp_path / "none") == [f"{tmp_path / 'none'}:0: no flow here (*.yaml)"]


# --- prompts on disk ---


def quiet(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(160))


def test_prompts_of_several_folders(tmp_path: Path) -> None:
    quiet(tmp_path / "zh_CN" / "refusal" / "new.wav")
    quiet(tmp_path / "music" / "jazz.wav")
    around = flow_context([tmp_path, RESOURCES / "prompts", tmp_path / "none"], frozenset({TrunkName("t")}))
    assert {"refusal/new", "welcome"} <= around.prompts[Language.ZH]
    assert "refusal/new" not in around.prompts[Language.EN]
    assert {"music/jazz", "music/hold"} <= around.music
    assert around.trunks == {"t"}


def test_numbers_can_be_spoken(tmp_path: Path) -> None:
    quiet(tmp_path / "zh_CN" / "welcome.wav")
    with pytest.raises(ConfigError, match=r":0: prompts are missing: zh_CN/"):
        flow_context([tmp_path])


# --- the product's flow ---


@pytest.fixture(scope="module")
def product() -> FlowContext:
    return flow_context([RESOURCES / "prompts"])


def test_the_product_s_flows_are_good(product: FlowContext) -> None:
    main, fax = load_flows(MAIN.parent, product)
    assert fax.flow == "receive_fax"
    assert "*" in main.numbers
    read_backs = {name for name, step in main.steps.items() if isinstance(step, Menu) and step.read_back}
    assert read_backs == {"read_back", "cancel_read_back", "fax_read_back"}
    services = {step.service for step in main.steps.values() if isinstance(step, ServiceStep)}
    assert len(services) == 9  # all services


def test_every_refusal_has_a_prompt(product: FlowContext) -> None:
    from shared.enums import OrderStatus, Refusal, Side

    wanted = {f"refusal/{each}" for each in Refusal} | {f"side/{each}" for each in Side}
    wanted |= {f"status/{each}" for each in OrderStatus}
    assert [wanted - names for names in product.prompts.values()] == [set(), set()]


@pytest.mark.parametrize(
    ("old", "new", "key", "text"),
    [
        ("    next: risk\n", "    next: rsik\n", "steps.welcome.next", "no step 'rsik'; did you mean 'risk'?"),
        ("say: [menu_main]", "say: [menu_mian]", "steps.main_menu.say[0]", "no prompt 'menu_mian' in zh_CN and en; did you mean"),
        ("1: account, 2", "1: acount, 2", "steps.main_menu.keys.1", "no step 'acount'"),
        ("    secret: true\n", "    secret: true\n    format: price\n", "steps.pin.format", "a secret input has the format digits"),
        ("    read_back: true\n    say: [{word", "    say: [{word", "steps.read_back.keys.1", "'place' places an order"),
        ("accepted: accepted, refused: refused, in_doubt: in_doubt", "accepted: accepted, refused: refused",
         "steps.place.on", "no step for the outcome in_doubt"),
        ("service: log_in", "service: login", "steps.log_in.service", "unknown service; there are: log_in, funds"),
        ("{stock: code}, quote_last", "{stok: code}, quote_last", "steps.order_stock.say[0].stok", "unknown key; allowed: digits"),
        ("{price: quote.last}]\n    next: order_price", "{price: qoute.last}]\n    next: order_price",
         "steps.order_stock.say[2].price", "the variable 'qoute' is not there"),
        ("    into: price\n", "    into: prize\n", "steps.order_max.service", "the variable 'price' is not there"),
        ('{digits: contract}, "pause:300"', '{digits: pin}, "pause:300"', "steps.accepted.say[1].digits", "'pin' is keyed in secret"),
        ("no_input: [no_input]", "no_inptu: [no_input]", "says", "'no_input' is missing"),
        ("start: welcome", "start: risk", "steps.welcome", "no step leads here"),
        ("no_agent: {kind: hangup, say: [agents_absent, goodbye]}",
         "no_agent: {kind: hangup, say: [agents_absent, goodbye]}\n  main_menu: {kind: hangup}", "steps.main_menu", "stands twice"),
        ("kind: queue", "kind: queue\n    music: music/jazz", "steps.agents.music[0]", "no music 'music/jazz'; there is: music/"),
        ("[transfer_to_agent]", '[transfer_to_agent, "tone:beep"]', "steps.to_agent.say[1]", "no tone 'tone:beep'"),
    ],
)  # fmt: skip
def test_a_broken_variant_is_refused(
    product: FlowContext, tmp_path: Path, old: str, new: str, key: str, text: str
) -> None:
    content = MAIN.read_text(encoding="utf-8")
    changed = content.replace(old, new, 1)
    assert changed != content
    file = tmp_path / "main.yaml"
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_flow(file, product)
    first = caught.value.complaints[0]
    assert first.key == key
    assert first.text.startswith(text)
    last = re.sub(r"\[\d+\]$", "", key).rpartition(".")[2]
    assert last in changed.splitlines()[first.line - 1]


def test_the_product_s_flow_survives_its_own_encoding(product: FlowContext) -> None:
    """Encoding the flow into the journal's JSON and back loses nothing."""
    main, _ = load_flow(MAIN, product)
    assert read_flow(msgspec.json.decode(msgspec.json.encode(main))) == main
