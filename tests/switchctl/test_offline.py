"""Flows, configuration and demonstration customers, without a running switch."""

import os
from pathlib import Path

import pytest
import yaml

from switch_server.services import demo_data
from tests.switchctl.conftest import Ctl

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
HELLO = """\
flow: hello
numbers: ["10086"]
start: hello
steps:
  hello: {kind: say, say: [welcome], next: bye}
  bye: {kind: hangup}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "flows"
    made.mkdir()
    (made / "hello.yaml").write_text(HELLO)
    return made


def test_the_products_flows_are_good(ctl: Ctl) -> None:
    said = ctl("flows", "check")
    assert (said.status, said.err) == (0, "")
    assert "flows: main" in said.out


def test_flows_of_a_folder_and_of_a_file(ctl: Ctl, folder: Path) -> None:
    assert ctl("flows", "check", "--flows", str(folder)).out == f"{folder}: good; flows: hello\n"
    assert ctl("flows", "check", str(folder / "hello.yaml"), "--json").document["flows"] == ["hello"]


def test_a_wrong_flow_is_told_with_file_line_and_key(ctl: Ctl, folder: Path) -> None:
    file = folder / "hello.yaml"
    file.write_text(HELLO.replace("next: bye", "next: buy"))
    said = ctl("flows", "check", str(file))
    assert said.status == 1
    assert f"{file}:5: steps.hello.next" in said.out
    document = ctl("flows", "check", str(file), "--json").document
    assert (document["type"], len(document["problems"])) == ("Problems", 1)


def test_a_flow_is_checked_with_the_configuration_s_trunks_and_flows(ctl: Ctl, folder: Path, config: Path) -> None:
    dials = HELLO.replace(
        "next: bye}", "next: out}\n  out: {kind: dial, trunk: city, number: caller, on_failed: bye, on_ended: bye}"
    )
    file = folder / "hello.yaml"
    file.write_text(dials)
    said = ctl("flows", "check", str(file))
    assert (said.status, "no trunk 'city' that may call out" in said.out) == (1, True)
    assert ctl("flows", "check", str(file), "--config", str(config)).out == f"{file}: good; flows: hello\n"
    config.write_text(config.read_text() + "flows: flows\n")
    assert ctl("flows", "check", "--config", str(config)).out == f"{folder}: good; flows: hello\n"
    config.write_text(config.read_text() + "queues: []\n")
    said = ctl("flows", "check", "--config", str(config))
    assert (said.status, "queues: at least one queue" in said.out) == (1, True)


def test_show_a_flow(ctl: Ctl, folder: Path) -> None:
    said = ctl("flows", "show", "--flows", str(folder))
    assert said.out == "hello  (10086)\nhello  [say] welcome\n↓ bye  [hangup] (goodbye)\n"
    assert ctl("flows", "show", "hello", "--mermaid", "--flows", str(folder)).out.startswith("flowchart TD\n")
    said = ctl("flows", "show", "other", "--flows", str(folder))
    assert (said.status, said.err) == (1, "no flow other; there are: hello\n")
    assert ctl("flows", "show", "--flows", str(folder.parent)).status == 1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "huawu.yaml"
    file.write_text(yaml.safe_dump({"trunks": [{"name": "city", "far": ["192.0.2.0/24"]}]}))
    return file


def test_config_check(ctl: Ctl, config: Path) -> None:
    said = ctl("config", "check", str(config))
    assert (said.status, said.out) == (0, f"{config}: good; flows: main, receive_fax\n")
    config.write_text(config.read_text() + "medai: {}\n")
    said = ctl("config", "check", str(config))
    assert said.status == 1
    assert "medai" in said.out
    assert f"{config}:" in said.out
    assert ctl("config", "check", "nowhere.yaml", "--json").document["type"] == "Problems"


def test_demo_accounts(ctl: Ctl, tmp_path: Path) -> None:
    world = demo_data.generate(demo_data.read_stocks(RESOURCES / "demo" / "stocks.yaml"), customers=7)
    demo_data.write(world, tmp_path / "state" / "demo" / "world")
    document = ctl("demo", "accounts", "--json").document  # found in the folder of ./run demo
    accounts = [customer.account for customer in world.customers]
    assert [(row["account"], row["branch"], row["pin"]) for row in document["rows"]] == [
        (account.account, account.branch, account.pin) for account in accounts
    ]
    said = ctl("demo", "accounts", "--demo-folder", str(tmp_path / "state" / "demo" / "world"), "--lang", "zh")
    assert said.status == 0
    assert all(account.pin in said.out and account.name in said.out for account in accounts)


def test_no_demo(ctl: Ctl, tmp_path: Path) -> None:
    assert ctl("demo", "accounts").err == "no demonstration in state/demo; run ./run demo first\n"
    (tmp_path / "world.json").write_text("[")
    assert ctl("demo", "accounts", "--demo-folder", os.fspath(tmp_path)).status == 1
