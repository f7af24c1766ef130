"""``docs/operating.md`` matches the code: the state folder, the gateway's settings, the steps to add a branch."""

import re
from pathlib import Path

import yaml

from shared import control
from shared.link import keys
from switch_server.adapters.sip_lines import redirects, registrar
from switch_server.adapters.tries import LIMIT, WITHIN_S
from switch_server.branch import config as gateway
from switch_server.branch.__main__ import main as branch_gateway
from switch_server.core.call import outgoing
from switch_server.core.call.call import LONGEST_RINGING
from switch_server.core.words import Signalling
from switch_server.services import folders
from switch_server.services.config_file import load_config
from switch_server.services.passwords import SHORTEST
from switch_server.switchctl.cli import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def state_names() -> set[str]:
    """The first cells of the state folder's table."""
    section = PAGE.split("## The state folder")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `state/([^`]+)` \|", section, re.MULTILINE))


def test_the_state_folder() -> None:
    assert {control.SOCKET_NAME, folders.JOURNAL} <= state_names()
    assert f"`{folders.STATE_VARIABLE}`" in PAGE
    assert f"`{folders.SYSTEM}`" in PAGE


def test_every_switchctl_command_is_there() -> None:
    for command in COMMANDS:
        if command.run is not None and command.words not in {("demo", "accounts"), ("flows", "show")}:
            assert f"`switchctl {' '.join(command.words)}" in PAGE, command.words


def test_the_gateway_s_file_is_good(tmp_path: Path) -> None:
    (block,) = [each for each in re.findall(r"   ```yaml\n(.*?)   ```", PAGE, re.DOTALL) if "centre_key" in each]
    file = tmp_path / "gateway.yaml"
    file.write_text(re.sub("^ {3}", "", block, flags=re.MULTILINE))
    config = gateway.read(["--config", str(file)])
    assert (config.branch, config.adapter) == ("GZ01", "sim")
    assert set(yaml.safe_load(file.read_text())) <= set(gateway.Config.__struct_fields__)


def test_the_key_command_makes_what_the_page_names(tmp_path: Path) -> None:
    assert "branch-gateway keys /etc/huawu/gateway.key" in PAGE
    assert branch_gateway(["keys", str(tmp_path / "gateway.key")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway.key", "gateway.pub"]
    keys.load_or_create(tmp_path / "centre.key")
    assert len(keys.load_public(tmp_path / "centre.pub")) == 40


def test_the_trunk_s_signalling_is_good(tmp_path: Path) -> None:
    (block,) = [each for each in re.findall(r"\n```yaml\n(.*?)```", PAGE, re.DOTALL) if "signalling:" in each]
    file = tmp_path / "huawu.yaml"
    file.write_text(block)
    (trunk,) = load_config(file)[0].trunks
    assert trunk.signalling == Signalling(reliable="required", p_early_media=True, redirects="follow")
    assert f"at most {redirects.MOST_HOPS} times" in PAGE
    assert LONGEST_RINGING == 180


def test_the_queues_are_good(tmp_path: Path) -> None:
    (block,) = [each for each in re.findall(r"\n```yaml\n(.*?)```", PAGE, re.DOTALL) if each.startswith("queues:")]
    file = tmp_path / "huawu.yaml"
    file.write_text("trunks: [{name: city, far: [192.0.2.1]}]\n" + block, encoding="utf-8")
    config, _ = load_config(file)
    assert [queue.name for queue in config.queues] == ["agents", "trading"]


def test_a_password_is_as_long_as_the_page_says() -> None:
    assert f"A password has {SHORTEST} characters or more" in PAGE
    assert (LIMIT, WITHIN_S) == (5, 300.0)  # "five wrong passwords within five minutes"


def test_desk_phones_are_refused_as_the_page_says() -> None:
    assert (registrar.TRIES, registrar.TRIES_OF_ADDRESS, registrar.WITHIN_S) == (5, 30, 300.0)
    told = f"Expiry is {registrar.DEFAULT_EXPIRES} s unless it asks for {registrar.MIN_EXPIRES} to {registrar.MAX_EXPIRES} s"
    assert told in PAGE
    assert f"within {outgoing.DESK_UP:.0f} s" in PAGE
