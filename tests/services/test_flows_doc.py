"""``docs/flows.md`` matches the code: steps, slots, services; its examples are valid flows."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from switch_server.core.flow import KINDS, SERVICES, Flow, Slot
from switch_server.core.flow.pieces import SLOT_FIELDS
from switch_server.services.flows import flow_context, load_flow
from switch_server.services.strict_yaml import ConfigError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")


def table(first: str) -> dict[str, list[str]]:
    """The rows of the table with the first column ``first``, by their first cell."""
    lines = PAGE[PAGE.index(f"\n| {first} |") :].strip().split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {code(row[0])[0]: row[1:] for row in rows}


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def test_steps() -> None:
    said = table("kind")
    kinds = KINDS
    assert list(said) == list(kinds)
    for kind, (_, needs, may_have, _) in said.items():
        fields = msgspec.structs.fields(kinds[kind])
        assert code(needs) == [field.name for field in fields if field.required], kind
        defaults = {field.name: default(field) for field in fields if not field.required and field.name != "title"}
        given = {name: value for each in code(may_have) for name, value in yaml.safe_load(each).items()}
        assert list(given) == list(defaults), kind
        assert given == msgspec.json.decode(msgspec.json.encode(defaults)), kind


def test_the_file() -> None:
    assert sorted(table("key")) == sorted(Flow.__struct_encode_fields__)


def test_slots() -> None:
    said = table("slot")
    assert tuple(said) == SLOT_FIELDS
    others = set(Slot.__struct_encode_fields__) - set(SLOT_FIELDS)
    assert others <= set(code(said["each"][1]))


def test_services() -> None:
    said = table("service")
    assert list(said) == list(SERVICES)
    for name, (_, outcomes, needs, gives, log_in, read_back) in said.items():
        service = SERVICES[name]
        assert set(code(outcomes)) == service.outcomes, name
        assert set(code(needs)) == service.needs, name
        assert set(code(gives)) == service.gives, name
        assert (log_in, read_back) == ("yes" if service.logged_in else "no", "yes" if service.places else "no"), name
        for taken in service.takes:
            assert f"`{name}` takes `{taken}` away" in PAGE


def test_the_example_is_a_good_flow(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (whole,) = [block for block in blocks if block.startswith("flow:")]
    file = tmp_path / "notice.yaml"
    file.write_text(whole, encoding="utf-8")
    flow, _ = load_flow(file, flow_context([ROOT / "resources" / "prompts"]))
    assert flow.flow == "notice"


def test_the_recipe_works_on_the_product_s_flow(tmp_path: Path) -> None:
    recipe = re.search(r"   ```yaml\n(   main_menu:.*?)   ```", PAGE, re.DOTALL)
    assert recipe is not None
    added = yaml.safe_load(re.sub("^ {3}", "", recipe[1], flags=re.MULTILINE))
    main = yaml.safe_load((ROOT / "resources" / "flows" / "main.yaml").read_text(encoding="utf-8"))
    before = set(main["steps"]["main_menu"]["keys"])
    main["steps"] |= added
    assert {str(key) for key in added["main_menu"]["keys"]} == {str(key) for key in before} | {"3"}
    file = tmp_path / "main.yaml"
    file.write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")
    load_flow(file, flow_context([ROOT / "resources" / "prompts"]))


def test_the_complaint_shown_is_the_one_given(tmp_path: Path) -> None:
    main = (ROOT / "resources" / "flows" / "main.yaml").read_text(encoding="utf-8")
    file = tmp_path / "main.yaml"
    file.write_text(main.replace("1: account,", "1: acount,"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_flow(file, flow_context([ROOT / "resources" / "prompts"]))
    assert str(caught.value.complaints[0]).removeprefix(f"{tmp_path}/") in PAGE
