"""A trunk's rules in the configuration: what is refused, with file, line, key and what is allowed; what is taken."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from switch_server.services.config_file import load_config
from switch_server.services.strict_yaml import ConfigError

STARTS = "digits, + * #, and [2-8] or [358] for one digit of these"
USER = "letters, digits, + * # . _ -, at most 64"


def told(folder: Path, *trunks: dict[str, Any]) -> list[str]:
    file = folder / "huawu.yaml"
    file.write_text(
        yaml.safe_dump(
            {"trunks": [{"name": f"t{n}", "far": ["192.0.2.1"], **t} for n, t in enumerate(trunks)]}, sort_keys=False
        )
    )
    try:
        load_config(file)
    except ConfigError as error:
        return [str(each).removeprefix(f"{file}:") for each in error.complaints]
    return []


def rules(**rule: Any) -> dict[str, Any]:
    return {"number_rules": {"called_out": [{"starts": "0"}, rule]}}


def headers(**given: Any) -> dict[str, Any]:
    return {"number_headers": given}


def registers(**given: Any) -> dict[str, Any]:
    return {"registration": {"registrars": ["192.0.2.2"], "user": "u", **given}}


def card(**given: Any) -> dict[str, Any]:
    return {"kind": "card", "card": {"lines": ["1-4"], **given}}


@pytest.mark.parametrize(
    ("trunk", "expected"),
    [
        *((rules(starts=text), f"number_rules.called_out[1].starts: {text!r}: {STARTS}") for text in ("x", "[8-2]", "[2-]", "1*[", "1" * 65)),
        (rules(length=0), "number_rules.called_out[1].length: 1 to 64, one value or a list"),
        (rules(length=[8, 65]), "number_rules.called_out[1].length: 1 to 64, one value or a list"),
        (rules(cut=-1), "number_rules.called_out[1].cut: 0 to 64 characters"),
        (rules(add="9,"), "number_rules.called_out[1].add: '9,': digits, + * #, at most 32"),
        (rules(add="1" * 33), f"number_rules.called_out[1].add: '{'1' * 33}': digits, + * #, at most 32"),
        (headers(caller_from=[]), "number_headers.caller_from: one header or more, each once"),
        (headers(called_from=["to", "to"]), "number_headers.called_from: one header or more, each once"),
        (
            headers(show_in=["p-asserted-identity", "p-preferred-identity"]),
            "number_headers.show_in: p-asserted-identity or p-preferred-identity, not both (RFC 3325)",
        ),
        (headers(domain="ims example"), "number_headers.domain: a host name or IPv4 address, or empty"),
        (headers(domain="-x"), "number_headers.domain: a host name or IPv4 address, or empty"),
        (
            {"far": ["192.0.2.1", "192.0.2.4:5080", "10.0.0.0/8"], "fail_over": {"weights": {"10.0.0.0/8": 1}}},
            "fail_over.weights.10.0.0.0/8: an address of the trunk, as written there: 192.0.2.1, 192.0.2.4:5080",
        ),
        (
            {"far": ["10.0.0.0/8"], "fail_over": {"weights": {"10.0.0.1": 1}}},
            "fail_over.weights.10.0.0.1: an address of the trunk, as written there: it has none",
        ),
        ({"fail_over": {"weights": {"192.0.2.1": 0}}}, "fail_over.weights.192.0.2.1: 1 to 100"),
        ({"fail_over": {"after": 0.4}}, "fail_over.after: 0.5 to 32 seconds"),
        ({"calls_per_second": {"in": -1}}, "calls_per_second.in: 0 (no limit) to 10000 calls a second"),
        ({"calls_per_second": {"out": 10_001}}, "calls_per_second.out: 0 (no limit) to 10000 calls a second"),
        ({"calls_per_second": {"burst": 0}}, "calls_per_second.burst: 1 to 10000 calls"),
        (registers(registrars=[]), "registration.registrars: at least one address"),
        (registers(registrars=["192.0.2.0/24"]), "registration.registrars[0]: '192.0.2.0/24' is not ip or ip:port"),
        (registers(registrars=["192.0.2.2", "ims.example.com"]), "registration.registrars[1]: 'ims.example.com' is not ip or ip:port"),
        (registers(user=""), f"registration.user: {USER}"),
        (registers(user="u@d"), f"registration.user: {USER}"),
        (registers(contact_user="a b"), f"registration.contact_user: {USER}; empty: the user"),
        (registers(domain="x/y"), "registration.domain: a host name or IPv4 address; empty: the registrar's address"),
        (registers(expires=59), "registration.expires: 60 to 86400 seconds"),
        (registers(expires=86_401), "registration.expires: 60 to 86400 seconds"),
        ({"kind": "card"}, "kind: card and the key card with its lines, or neither"),
        ({"card": {"lines": ["1"]}}, "kind: card and the key card with its lines, or neither"),
        (card(lines=[]), "card.lines: at least one line"),
        (card(lines=["1", "4-2"]), "card.lines[1]: '4-2' is not a line 1 to 9999 or a range of lines, such as 1-30"),
        (card(name="Line"), "card.name: a header X-…, of letters, digits and -, since the line stands in the header"),
        (card(named_in="parameter", name="X"), "card.name: a parameter of small letters, digits and -, since the line stands in the parameter"),
        (
            card(named_in="parameter", name="transport"),
            "card.name: a parameter of small letters, digits and -, since the line stands in the parameter",
        ),
        (card(named_in="user", name="9"), "card.name: one to three of * # -, since the line stands in the user"),
    ],
)  # fmt: skip
def test_a_rule(tmp_path: Path, trunk: dict[str, Any], expected: str) -> None:
    (complaint,) = told(tmp_path, {"name": "other"}, trunk)
    line, _, text = complaint.partition(": ")
    assert int(line) > 3
    assert text == f"trunks[1].{expected}"


def test_unknown_values_name_the_allowed_ones(tmp_path: Path) -> None:
    (complaint,) = told(tmp_path, headers(caller_from=["pai"]))
    assert complaint.endswith(
        "trunks[0].number_headers.caller_from[0]: Invalid enum value 'pai'; allowed: "
        "from, p-asserted-identity, p-preferred-identity, remote-party-id, diversion, history-info"
    )
    (complaint,) = told(tmp_path, {"calls_per_second": {"incoming": 3}})
    assert complaint.endswith("calls_per_second.incoming: unknown key; allowed: burst, in, out")


def test_two_trunks_of_one_registrar_are_told_apart_by_their_contacts(tmp_path: Path) -> None:
    (complaint,) = told(tmp_path, registers(), registers(contact_user="u", user="v"), registers(contact_user="w"))
    assert complaint.partition(": ")[2] == "trunks[1].registration.contact_user: 'u' is t0's at the same registrar"


@pytest.mark.parametrize(
    "trunk",
    [
        rules(starts="+86[1-9][358]", length=14, cut=3, add="9#*"),
        {"far": [], **registers(domain="ims.example.com", contact_user="line-1")},
        {"far": ["192.0.2.1:5080"], **registers(), "fail_over": {"weights": {"192.0.2.1:5080": 3, "192.0.2.2": 1}, "after": 2}},
        card(lines=["1-30", "40"], hunt="cyclic", named_in="user", name="*"),
        card(named_in="parameter", name="line"),
        {"calls_per_second": {"in": 0.5, "out": 20, "burst": 1}},
        headers(withhold=True, show_in=["from", "p-asserted-identity"], forwarded="history-info", domain="192.0.2.1"),
    ],
)  # fmt: skip
def test_valid_rules(tmp_path: Path, trunk: dict[str, Any]) -> None:
    assert told(tmp_path, trunk) == []
