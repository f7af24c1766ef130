"""Queues and dispositions in the configuration file: each mistake is reported with its line and the allowed values."""

from pathlib import Path
from typing import Any

import pytest

from switch_server.services.config_file import load_config
from switch_server.services.queue_checks import minute_of_day
from tests.services.test_config_file import told

NAMED = "letters, digits, - and _, at most 32"
BOTH = {"zh_CN": "交易", "en": "Trading"}


def queue(**more: Any) -> dict[str, Any]:
    return {"name": "trading", **more}


def hours(open_at: str = "08:30", close: str = "17:00", **more: Any) -> dict[str, Any]:
    return {"hours": [{"open": open_at, "close": close, **more}]}


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        ([], "queues: at least one queue, or no call reaches an agent"),
        ([queue(), queue()], "queues[1].name: 'trading' stands twice"),
        ([queue(name="a b")], f"queues[0].name: {NAMED}"),
        ([queue(name="")], f"queues[0].name: {NAMED}"),
        ([queue(skill="a=3")], f"queues[0].skill: {NAMED}; empty: any agent"),
        ([queue(level=0)], "queues[0].level: at least 1"),
        ([queue(ring=0)], "queues[0].ring: seconds above 0"),
        ([queue(wrap_up=-1)], "queues[0].wrap_up: seconds; 0 for none"),
        ([queue(most=0)], "queues[0].most: at least 1"),
        ([queue(service_level=0)], "queues[0].service_level: seconds above 0"),
        ([queue(title={"en": "Trading"})], "queues[0].title: no text in zh_CN"),
        ([queue(title={"de": "Handel"})], "queues[0].title.de: Invalid enum value 'de'; allowed: zh_CN, en"),
        ([queue(**hours("8:30"))], "queues[0].hours[0].open: '8:30' is not HH:MM"),
        ([queue(**hours(close="24:01"))], "queues[0].hours[0].close: '24:01' is not HH:MM"),
        (
            [queue(**hours("20:00", "04:00"))],
            "queues[0].hours[0].close: later than open (20:00); hours over midnight are two entries",
        ),
        ([queue(**hours(days=[0, 1]))], "queues[0].hours[0].days: 1 (Monday) to 7 (Sunday)"),
        ([queue(**hours(days=[]))], "queues[0].hours[0].days: 1 (Monday) to 7 (Sunday)"),
        ([queue(holidays=["20260229"])], "queues[0].holidays[0]: '20260229' is not a day as YYYYMMDD"),
        ([queue(holidays=["2026101"])], "queues[0].holidays[0]: '2026101' is not a day as YYYYMMDD"),
        ([queue(overflow=[{"after": 9, "queue": "trading"}])], "queues[0].overflow[0].queue: another queue than this one"),
        ([queue(overflow=[{"after": 9, "queue": "x"}])], "queues[0].overflow[0].queue: no queue 'x'; there are: trading"),
        ([queue(overflow=[{"after": 0, "queue": "b"}]), queue(name="b")], "queues[0].overflow[0].after: seconds above 0"),
        (
            [queue(overflow=[{"after": 9, "queue": "b"}, {"after": 20, "queue": "b"}]), queue(name="b")],
            "queues[0].overflow[1].queue: 'b' stands twice",
        ),
        (
            [queue(rings=3)],
            "queues[0].rings: unknown key; allowed: holidays, hours, level, most, name, overflow, ring, service_level, skill, title, wrap_up",
        ),
    ],
)  # fmt: skip
def test_a_queue(tmp_path: Path, queues: list[Any], expected: str) -> None:
    (complaint,) = told(tmp_path, queues=queues)
    line, _, text = complaint.partition(": ")
    assert int(line) > 2
    assert text == expected


def test_a_time_without_quotes_is_told_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "huawu.yaml"
    file.write_text(
        "trunks: [{name: city, far: [192.0.2.1]}]\nqueues:\n  - name: a\n    hours:\n      - {open: 08:30, close: 17:00}\n"
    )
    with pytest.raises(ValueError, match=r":5: queues\[0\].hours\[0\].close: Expected `text`, got `int`"):
        load_config(file)


@pytest.mark.parametrize(
    ("dispositions", "expected"),
    [
        ([], "dispositions: at least one, or no talk can be wrapped up"),
        ([{"id": "a", "title": BOTH}, {"id": "a", "title": BOTH}], "dispositions[1].id: 'a' stands twice"),
        ([{"id": "咨询", "title": BOTH}], "dispositions[0].id: ASCII letters, digits, - and _, at most 64"),
        ([{"id": "a", "title": {"zh_CN": "咨询", "en": " "}}], "dispositions[0].title: no text in en"),
        ([{"id": "a"}], "dispositions[0]: the key 'title' is missing"),
    ],
)
def test_a_disposition(tmp_path: Path, dispositions: list[Any], expected: str) -> None:
    (complaint,) = told(tmp_path, dispositions=dispositions)
    line, _, text = complaint.partition(": ")
    assert int(line) > 2
    assert text == expected


def test_valid_queues(tmp_path: Path) -> None:
    night = [{"open": "20:00", "close": "24:00"}, {"open": "00:00", "close": "04:00", "days": [1, 7]}]
    vip = queue(
        name="贵宾", skill="vip", hours=night, holidays=["20261001"], overflow=[{"after": 45, "queue": "trading"}]
    )
    assert told(tmp_path, queues=[queue(title=BOTH), vip], dispositions=[{"id": "a-1", "title": BOTH}]) == []


def test_minutes() -> None:
    assert [minute_of_day(text) for text in ("00:00", "08:30", "24:00", "24:30", "08:60", "٠٨:30")] == [
        0, 510, 1440, None, None, None,
    ]  # fmt: skip
