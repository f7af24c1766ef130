"""YAML into structs: every complaint names the file, the line, the key and the allowed values."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from switch_server.core.flow import Flow, Say, ServiceStep, as_flow, flow_type
from switch_server.services.config_file import ServerConfig
from switch_server.services.strict_yaml import Complaint, ConfigError, load, parse

FLOW = 'flow: small\nnumbers: ["1"]\nstart: a\nsteps:\n'
KINDS = "say, menu, input, service, queue, callback, dial, fax_receive, fax_send, language, set, hangup"
SLOT = "digits, each, empty, money, most, number, price, quantity, say, stock, text, time, word"


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Wheel(Struct, forbid_unknown_fields=True):
    size: int
    colour: Colour = Colour.RED


class Cart(Struct, forbid_unknown_fields=True):
    wheels: tuple[Wheel, ...] = ()
    by_name: dict[str, Wheel] = {}
    by_colour: dict[Colour, tuple[int, ...]] | None = None
    drawn_by: Literal["horse", "ox"] = "ox"


def complaints(text: str, as_type: type) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, as_type, "cart.yaml")
    assert str(caught.value) == "\n".join(map(str, caught.value.complaints))
    return [str(each) for each in caught.value.complaints]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wheels:\n- size: 1\n- sise: 2", "3: wheels[1].sise: unknown key; allowed: colour, size"),
        ("drawn: 1", "1: drawn: unknown key; allowed: by_colour, by_name, drawn_by, wheels"),
        ("wheels:\n- colour: red", "2: wheels[0]: the key 'size' is missing"),
        ("wheels:\n- size: big", "2: wheels[0].size: Expected `int`, got `text`"),
        ("wheels: 3", "1: wheels: Expected `list`, got `int`"),
        ("wheels:\n- size: -.INF", "2: wheels[0].size: a number is wanted, not -.INF"),
        ("wheels:", "1: wheels: Expected `list`, got `nothing`"),
        ("- 1", "1: Expected `mapping`, got `list`"),
        ("wheels: [{size: 1,\n colour: blue}]", "2: wheels[0].colour: Invalid enum value 'blue'; allowed: red, green"),
        ("drawn_by: cat", "1: drawn_by: Invalid enum value 'cat'; allowed: horse, ox"),
        ("by_name:\n  a: {size: 1}\n  b: {size: x}", "3: by_name.b.size: Expected `int`, got `text`"),
        ("by_name:\n  a: {size: 1}\n  b: {sise: 1}", "3: by_name.b.sise: unknown key; allowed: colour, size"),
        ("by_name:\n  b: {}", "2: by_name.b: the key 'size' is missing"),
        ("by_colour:\n  red: [1]\n  blue: []", "3: by_colour.blue: Invalid enum value 'blue'; allowed: red, green"),
        ("by_colour:\n  red: [1,\n    x]", "3: by_colour.red[1]: Expected `int`, got `text`"),
        ("drawn_by: ox\ndrawn_by: horse", "2: drawn_by: stands twice"),
        ("by_name:\n  1: {size: 1}\n  '1': {size: 2}", "3: by_name.1: stands twice"),
        ("wheels:\n- {size: 1,\n size: 2}", "3: wheels[0].size: stands twice"),
        ("wheels: [\n", "2: not YAML: did not find expected node content"),
        ("a: 'b", "1: not YAML: found unexpected end of stream"),
        ("a: b\n---\nc: d", "2: not YAML: but found another document"),
        ("a: b\nc: \x07", "2: not YAML: control characters are not allowed"),
        ("a: *nowhere", "1: not YAML: found undefined alias"),
        ("", "1: is empty"),
        ("# a word\n", "1: is empty"),
        ("drawn_by:\n  !cat x", "2: not a value: could not determine a constructor for the tag '!cat'"),
        ("drawn_by: 2024-13-45", "1: not a value: month must be in 1..12"),
        ("by_name:\n  ? [a]\n  : {size: 1}", "2: by_name: a key is a word, not a list or mapping"),
        ("by_name: &a\n  b: *a", "1: nested too deeply, or in itself"),
    ],
)
def test_a_complaint_names_line_key_and_what_is_allowed(text: str, expected: str) -> None:
    assert complaints(text, Cart) == [f"cart.yaml:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a: {kind: sing}", f"5: steps.a.kind: Invalid value 'sing'; allowed: {KINDS}"),
        ("  a: {kind: 3}", f"5: steps.a.kind: Expected `text`, got `int`; allowed: {KINDS}"),
        ("  a: {say: [x]}", f"5: steps.a: the key 'kind' is missing; allowed: {KINDS}"),
        ("  a: {kind: hangup}\n  b:\n    kind: say\n    next: a", "6: steps.b: the key 'say' is missing"),
        ("  a:\n    kind: say\n    nxt: a", "7: steps.a.nxt: unknown key; allowed: barge_in, kind, next, say, title"),
        ("  a: {kind: say, say: [x, {mony: y}]}", f"5: steps.a.say[1].mony: unknown key; allowed: {SLOT}"),
        ("  a: {kind: say, say: [{each: y, say: [3]}]}", "5: steps.a.say[0].say[0]: Expected `text | mapping`, got `int`"),
        ("  a: {kind: menu, say: [x], keys: {1: [b]}, on_fail: a}", "5: steps.a.keys.1: Expected `text`, got `list`"),
        ("  a: {kind: say, say: [{text: {fr: x}}]}", "5: steps.a.say[0].text.fr: Invalid enum value 'fr'; allowed: zh_CN, en"),
        ("  a: hangup", "5: steps.a: Expected `mapping`, got `text`"),
        ("  a: {kind: hangup}\nnumbers: [1]", "6: numbers: stands twice"),
    ],
)  # fmt: skip
def test_flows(text: str, expected: str) -> None:
    assert complaints(FLOW + text, flow_type()) == [f"cart.yaml:{expected}"]


def test_configuration() -> None:
    assert complaints("trunks:\n- name: a\n  laws: [opus]", ServerConfig) == [
        "cart.yaml:3: trunks[0].laws[0]: Invalid enum value 'opus'; allowed: pcma, pcmu"
    ]


def test_keys_are_text_as_they_are_written() -> None:
    """In YAML 1.1, ``on`` is true and ``1`` a number."""
    step, _ = parse("kind: service\nservice: s\non: {ok: a, 1: b, 0x1: c, ~: d}", ServiceStep, "f")
    assert step.on == {"ok": "a", "1": "b", "0x1": "c", "~": "d"}


def test_anchors_and_merges_are_yaml_too() -> None:
    text = "by_name:\n  a: &a {size: 1, colour: green}\n  b:\n    <<: *a\n    size: 2\n"
    cart, document = parse(text, Cart, "f")
    assert cart.by_name["b"] == Wheel(2, Colour.GREEN)
    assert document.line(("by_name", "b", "size")) == 5
    assert document.line(("by_name", "b", "colour")) == 2
    assert document.line(("by_name", "c", "size")) == 1  # the line of the deepest existing key
    assert str(document.complaint(("by_name", "b"), "bad")) == "f:3: by_name.b: bad"


def test_values_keep_their_types() -> None:
    step, _ = parse("kind: say\nsay: [welcome, {money: funds.available}]\nnext: 'no'", Say, "f")
    assert (step.next, len(step.say)) == ("no", 2)
    assert complaints("kind: say\nsay: [x]\nnext: no", Say) == ["cart.yaml:3: next: Expected `text`, got `bool`"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for file, why in ((tmp_path / "absent.yaml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=rf"^{file}:0: can't be read: .*{why}"):
            load(file, Cart)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"drawn_by: \xe9")
    with pytest.raises(ConfigError, match=r"latin.yaml:0: can't be read: 'utf-8' codec"):
        load(latin, Cart)
    latin.write_text("drawn_by: horse", encoding="utf-8")
    assert load(latin, Cart)[0].drawn_by == "horse"


def test_deep_nesting_is_refused() -> None:
    assert complaints(f"by_name: {'[' * 3000}{']' * 3000}", Cart) == ["cart.yaml:1: nested too deeply, or in itself"]


# --- whatever stands in the file ---

GOOD = (
    FLOW
    + """  a: {kind: say, say: [x, {text: {zh_CN: 甲, en: b}}, {each: o, say: [{money: row.x}]}], next: b}
  b: {kind: menu, say: [x], keys: {1: a, "*": b}, on_fail: c, tries: 2}
  c: {kind: set, values: {side: buy, most: 1}, next: e}
  e: {kind: service, service: quote, on: {ok: b, refused: f}}
  f: {kind: hangup, say: [x], cause: goodbye}
"""
)
PIECES = st.sampled_from(
    ["!x ", "&a ", "*a", "? [a]: b", "<<: ", "2024-13-45", ": ", "\n", "[", "{", "}", "]", "1", '"', "\t", "~", "kind", "say", " ",
     "- ", "!!int x", "&a [*a]", "1.5", "true", '!!binary "a"', "%", "\x00", "、", "`", "key` in `$", ".", "[...]", "!!set ", "!!omap "]
)  # fmt: skip
PLACES = st.integers(0, len(GOOD) - 1)


@settings(max_examples=120)
@given(st.lists(st.tuples(PLACES, st.integers(0, 12), PIECES | st.text(max_size=3)), min_size=1, max_size=4))
def test_a_changed_file_is_good_or_a_complaint(changes: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, cut, piece in changes:
        text = text[:at] + piece + text[at + cut :]
    try:
        flow, _ = parse(text, flow_type(), "f")
    except ConfigError as error:
        (complaint,) = error.complaints
        assert isinstance(complaint, Complaint)
        assert 1 <= complaint.line <= text.count("\n") + text.count("\r") + 2
        assert str(complaint).startswith(f"f:{complaint.line}: ")
        assert complaint.text
    else:
        assert isinstance(as_flow(flow), Flow)


@settings(max_examples=60)
@given(
    st.text(max_size=200)
    | st.recursive(st.sampled_from("[]{}:,-ab1&*!\n "), lambda parts: st.lists(parts).map("".join))
)
def test_any_text_is_a_configuration_or_a_complaint(text: str) -> None:
    with pytest.raises(ConfigError):  # so short a text can't have a trunk
        parse(text, ServerConfig, "f")
