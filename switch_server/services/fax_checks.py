"""Checks of the ``fax`` section of ``huawu.yaml`` that types can't make: path of the key, and allowed values."""

import re
from collections.abc import Iterator

from msgspec.structs import asdict

from switch_server.core.words import FaxRules
from switch_server.services.queue_checks import minute_of_day

Path = tuple[str | int, ...]
Wrong = tuple[Path, str]
IDENT = re.compile(r"[+0-9 ]{0,20}")
"""The characters of a TSI and CSI (ITU-T T.30 §5.3.6.2.4)."""
PATTERN = re.compile(r"\+?[0-9]*\*?")
HEADER_MOST = 60
"""Characters of our name that fit into the header line."""


def wrong_fax(rules: FaxRules) -> Iterator[Wrong]:
    """Paths begin with ``fax``."""
    for path, text in (*_values(rules), *_quiet(rules), *_numbers(rules), *_retries(rules)):
        yield ("fax", *path), text


def _values(rules: FaxRules) -> Iterator[Wrong]:
    checks = (
        ("ident", IDENT.fullmatch(rules.ident) is not None, "at most 20 of + 0-9 and space"),
        ("header", len(rules.header) <= HEADER_MOST, f"at most {HEADER_MOST} characters"),
        ("at_once", 1 <= rules.at_once <= 1000, "1 to 1000"),
        ("per_trunk", rules.per_trunk >= 1, "at least 1"),
        ("dedupe", rules.dedupe >= 0, "minutes; 0 for none"),
        ("waiting", 1 <= rules.waiting <= 100_000, "1 to 100000"),
        ("spool_mb", rules.spool_mb >= 100, "at least 100"),
        ("keep_days", rules.keep_days >= 1, "at least 1"),
    )
    yield from (((key,), text) for key, holds, text in checks if not holds)


def _quiet(rules: FaxRules) -> Iterator[Wrong]:
    if rules.quiet is None:
        return
    times = asdict(rules.quiet)
    bad = [key for key, text in times.items() if minute_of_day(text) in (None, 24 * 60)]
    for key in bad:
        yield ("quiet", key), f"{times[key]!r} is not HH:MM"
    if not bad and rules.quiet.begin == rules.quiet.until:
        yield ("quiet", "until"), "another time than begin; without quiet hours leave quiet out"


def _numbers(rules: FaxRules) -> Iterator[Wrong]:
    for key in ("allowed", "keyed"):
        for at, pattern in enumerate(getattr(rules, key)):
            if not pattern or PATTERN.fullmatch(pattern) is None:
                yield (key, at), f"{pattern!r} is not a number, or a prefix that ends in *"
    for number in rules.numbers:
        if number != "*" and PATTERN.fullmatch(number) is None:
            yield ("numbers", number), "a dialled number, or * for any other"


def _retries(rules: FaxRules) -> Iterator[Wrong]:
    for key, value in asdict(rules.retries).items():
        if key in ("most", "same"):
            if not 1 <= value <= 20:
                yield ("retries", key), "1 to 20"
        elif value < 1:
            yield ("retries", key), "seconds, at least 1"
