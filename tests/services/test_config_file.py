"""The configuration file: rules beyond the types, and the example with every key."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import TrunkName
from switch_server.adapters.sip_lines import trunk_table
from switch_server.core.words import (
    CallsPerSecond,
    CardLines,
    CarrierRegistration,
    FailOver,
    FaxRetries,
    FaxRules,
    Limits,
    NumberHeaders,
    NumberRules,
    Queue,
    Signalling,
    Trunk,
)
from switch_server.services.config_file import (
    BranchLinkSettings,
    BranchSettings,
    DeskLinkSettings,
    MediaSettings,
    ServerConfig,
    SipSettings,
    _wrong_in,
    desk_endpoint,
    load_config,
)
from switch_server.services.strict_yaml import ConfigError

EXAMPLE = Path(__file__).parents[2] / "resources" / "huawu.example.yaml"
KEY = "a" * 40


def trunk(**more: Any) -> dict[str, Any]:
    return {"name": "city", "far": ["192.0.2.1"], **more}


def told(folder: Path, **content: Any) -> list[str]:
    """The complaints about a configuration, without the file's name."""
    file = folder / "huawu.yaml"
    file.write_text(yaml.safe_dump({"trunks": [trunk()], **content}, sort_keys=False))
    try:
        load_config(file)
    except ConfigError as error:
        return [str(each).removeprefix(f"{file}:") for each in error.complaints]
    return []


IPV4 = "an IPv4 address of this machine"
ENDPOINT = "tcp://<IPv4 address or *>:<port>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"trunks": []}, "trunks: at least one trunk, or nobody can call"),
        ({"trunks": [trunk(), trunk()]}, "trunks[1].name: 'city' stands twice"),
        ({"trunks": [trunk(far=[])]}, "trunks[0].far: addresses, or username and password for digest"),
        ({"trunks": [trunk(far=[], username="u")]}, "trunks[0].far: addresses, or username and password for digest"),
        ({"trunks": [trunk(username="u")]}, "trunks[0].password: username and password, both or neither"),
        ({"trunks": [trunk(password="p")]}, "trunks[0].username: username and password, both or neither"),
        ({"trunks": [trunk(lines=0)]}, "trunks[0].lines: at least 1"),
        ({"trunks": [trunk(laws=[])]}, "trunks[0].laws: pcma, pcmu or both"),
        ({"trunks": [trunk(options_interval=-1)]}, "trunks[0].options_interval: seconds; 0 for none"),
        ({"trunks": [trunk(session_expires=89)]}, "trunks[0].session_expires: at least 90 seconds (RFC 4028)"),
        ({"trunks": [trunk(signalling={"reliable": "always"})]}, "trunks[0].signalling.reliable: Invalid enum value 'always'; allowed: never, supported, required"),
        ({"trunks": [trunk(signalling={"redirects": True})]}, "trunks[0].signalling.redirects: Expected `text`, got `bool`; allowed: refuse, follow"),
        ({"trunks": [trunk(signalling={"p_early_media": "yes"})]}, "trunks[0].signalling.p_early_media: Expected `bool`, got `text`"),
        ({"trunks": [trunk(signalling={"prack": "never"})]}, "trunks[0].signalling.prack: unknown key; allowed: p_early_media, redirects, reliable"),
        *(
            ({"trunks": [trunk(far=["192.0.2.1", far])]}, f"trunks[0].far[1]: {far!r} is not ip, ip:port or network/bits")
            for far in ("", "host", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1/24", "192.0.2.0/24:5060", "::1", "192.0.2.1:")
        ),
        ({"trunks": [trunk(fax="T38")]}, "trunks[0].fax: Invalid enum value 'T38'; allowed: audio, t38, auto"),
        ({"trunks": [trunk(fax=True)]}, "trunks[0].fax: Expected `text`, got `bool`; allowed: audio, t38, auto"),
        ({"trunks": [trunk(media="nat")]}, "trunks[0].media: Invalid enum value 'nat'; allowed: as_told, symmetric"),
        ({"trunks": [trunk(media_from=["192.0.2.1"])]}, "trunks[0].media_from: only with media: symmetric"),
        *(
            ({"trunks": [trunk(media="symmetric", media_from=[far])]}, f"trunks[0].media_from[0]: {far!r} is not ip or network/bits")
            for far in ("", "host", "192.0.2.1:4000", "192.0.2.1/24", "::1")
        ),
        ({"branches": [{"id": "A", "name": "a"}, {"id": "A", "name": "b"}]}, "branches[1].id: 'A' stands twice"),
        ({"branches": [{"id": "A", "name": "a", "key": "k"}]}, "branches[0].key: a CURVE public key has 40 characters (Z85)"),
        (
            {"branches": [{"id": "A", "name": "a", "key": KEY}, {"id": "B", "name": "b", "key": KEY}]},
            "branches[1].key: the key of A already; each branch has its own",
        ),
        ({"sip": {"port": 65536}}, "sip.port: 0 to 65535"),
        *(({"sip": {"ip": ip}}, f"sip.ip: {IPV4}") for ip in ("0.0.0.0", "::1", "", "host")),
        ({"media": {"cards": 17}}, "media.cards: 1 to 16"),
        ({"media": {"channels": 0}}, "media.channels: 1 to 2000"),
        ({"media": {"ip": "0.0.0.0"}}, f"media.ip: {IPV4}, or empty"),
        *(
            ({"branch_link": {"endpoint": endpoint}}, f"branch_link.endpoint: {ENDPOINT}")
            for endpoint in ("", "127.0.0.1:5580", "tcp://127.0.0.1", "tcp://1.2.3:5580", "tcp://*:70000", "ipc://x")
        ),
        ({"branch_link": {"ask_timeout": 0}}, "branch_link.ask_timeout: seconds above 0"),
        ({"branch_link": {"order_timeout": -1}}, "branch_link.order_timeout: seconds above 0"),
        *(
            ({"desk_link": {"endpoint": endpoint}}, f"desk_link.endpoint: {ENDPOINT}")
            for endpoint in ("", "tcp://127.0.0.1", "ipc://x")
        ),
        (
            {"desk_link": {"endpoint": "tcp://127.0.0.1:5580"}},
            "desk_link.endpoint: branch_link listens at tcp://127.0.0.1:5580 already",
        ),
        *(({"limits": {name: 0}}, f"limits.{name}: above 0") for name in Limits.__struct_fields__),
        ({"wrong_pins_per_day": 0}, "wrong_pins_per_day: at least 1"),
        ({"wrong_pins_per_number": 0}, "wrong_pins_per_number: at least 1"),
        ({"log_level": "loud"}, "log_level: Invalid enum value 'loud'; allowed: debug, info, warning, error"),
    ],
)  # fmt: skip
def test_a_rule(tmp_path: Path, content: dict[str, Any], expected: str) -> None:
    (complaint,) = told(tmp_path, **content)
    line, _, text = complaint.partition(": ")
    assert int(line) > 0
    assert text == expected


def test_folders_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    assert told(tmp_path, prompts=["studio"], flows="studio") == []
    assert told(tmp_path, prompts=["studio", "gone"], flows="lost") == [
        f"7: prompts[1]: no folder {tmp_path / 'gone'}",
        f"8: flows: no folder {tmp_path / 'lost'}",
    ]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = told(tmp_path, trunks=[trunk(lines=0, far=["x"])], sip={"port": -1}, wrong_pins_per_day=0)
    assert [each.partition(": ")[2].partition(":")[0] for each in found] == [
        "trunks[0].far[0]", "trunks[0].lines", "sip.port", "wrong_pins_per_day",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        {"trunks": [trunk(far=["192.0.2.1:5080", "10.0.0.0/8"])]},
        {"trunks": [trunk(far=[], username="u", password="p")]},
        *({"trunks": [trunk(fax=fax)]} for fax in ("audio", "auto", "t38")),
        {"trunks": [trunk(media="symmetric", media_from=["192.0.2.1", "10.0.0.0/8"])]},
        {"branch_link": {"endpoint": "tcp://*:5580"}, "sip": {"ip": "192.0.2.7", "port": 0}, "media": {"ip": "192.0.2.8"}},
        {"branches": [{"id": "A", "name": "a", "key": KEY}, {"id": "B", "name": "b"}, {"id": "C", "name": "c"}]},
    ],
)  # fmt: skip
def test_valid_configurations(tmp_path: Path, content: dict[str, Any]) -> None:
    assert told(tmp_path, **content) == []


def test_desks_are_told_an_address_that_they_can_reach() -> None:
    anywhere = ServerConfig(trunks=(), sip=SipSettings(ip="192.0.2.7"), desk_link=DeskLinkSettings("tcp://*:5581"))
    assert desk_endpoint(anywhere) == "tcp://192.0.2.7:5581"
    assert desk_endpoint(ServerConfig(trunks=())) == "tcp://127.0.0.1:5581"


FAR = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){2,4}(:[0-9]{1,6}|/[0-9]{1,3}|/8:[0-9]{4})?", fullmatch=True),
    st.sampled_from(["", "::1", "host", "10.0.0.0/8", "10.0.0.1/8", "1.2.3.4:٣", "1.2.3.4/24:5060"]),
)


@given(
    st.builds(
        Trunk, name=st.just(TrunkName("t")), far=st.lists(FAR, max_size=2).map(tuple), lines=st.integers(-1, 2),
        laws=st.lists(st.just("pcma"), max_size=1).map(tuple), username=st.sampled_from(["", "u"]),
        password=st.sampled_from(["", "p"]), options_interval=st.sampled_from([-1.0, 0.0, 3.0]),
        session_expires=st.integers(88, 92),
    )
)  # fmt: skip
def test_as_strict_as_the_lines(trunk: Trunk) -> None:
    assert bool(list(_wrong_in(trunk))) == bool(trunk_table.check(trunk))


# --- the example ---


def keys_of(kind: type[msgspec.Struct]) -> set[str]:
    return set(kind.__struct_encode_fields__)


def test_the_example_names_every_key() -> None:
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    parts: dict[str, type[msgspec.Struct]] = {
        "sip": SipSettings,
        "media": MediaSettings,
        "branch_link": BranchLinkSettings,
        "desk_link": DeskLinkSettings,
        "limits": Limits,
        "fax": FaxRules,
    }
    assert set(content["fax"]["retries"]) == keys_of(FaxRetries)
    assert set(content) == keys_of(ServerConfig)
    assert {name: set(content[name]) for name in parts} == {name: keys_of(kind) for name, kind in parts.items()}
    assert set(content["trunks"][0]) == keys_of(Trunk)
    groups: dict[str, type[msgspec.Struct]] = {
        "number_rules": NumberRules,
        "number_headers": NumberHeaders,
        "fail_over": FailOver,
        "calls_per_second": CallsPerSecond,
        "signalling": Signalling,
    }
    assert {name: set(content["trunks"][0][name]) for name in groups} == {n: keys_of(k) for n, k in groups.items()}
    text = EXAMPLE.read_text(encoding="utf-8")
    for group, kind in (("registration", CarrierRegistration), ("card", CardLines)):
        named = re.search(rf"{group}: null\s+# {{(.*?)}}", text)
        assert named is not None
        assert set(named[1].split(", ")) == keys_of(kind)
    assert set(content["branches"][0]) == keys_of(BranchSettings)
    assert set(content["queues"][0]) == keys_of(Queue)


def test_the_example_shows_the_defaults() -> None:
    config, _ = load_config(EXAMPLE)
    shown, bare = config.trunks[0], Trunk(config.trunks[0].name)
    assert msgspec.structs.replace(shown, far=()) == bare
    assert msgspec.structs.replace(config, trunks=(), branches=()) == ServerConfig(trunks=())


def test_the_example_speaks_both_languages() -> None:
    comments = re.findall(r"#\s*(.+)", EXAMPLE.read_text(encoding="utf-8"))
    assert sum(bool(re.search(r"[\u4e00-\u9fff]", comment)) for comment in comments) > 30


def test_a_number_s_limit_is_no_lower_than_an_account_s(tmp_path: Path) -> None:
    limits = []
    for more in ({}, {"wrong_pins_per_day": 30}, {"wrong_pins_per_number": 7}):
        path = tmp_path / "huawu.yaml"
        path.write_text(yaml.safe_dump({"trunks": [trunk()], **more}))
        limits.append(load_config(path)[0].number_limit)
    assert limits == [20, 30, 7]
