"""Checks of queues (排队) and dispositions (话务小结) in ``huawu.yaml`` that types can't make: path of the key, and allowed values."""

import re
from collections.abc import Iterator
from datetime import datetime

from shared.desk import Choice
from shared.enums import Language
from shared.ids import QueueName
from switch_server.core.words import Hours, Queue

Path = tuple[str | int, ...]
Wrong = tuple[Path, str]

NAME = re.compile(r"[\w-]{1,32}")
"""Names of queues and skills: they occur in flows, in ``skill=level`` and in tables."""
CHOICE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NAMED = "letters, digits, - and _, at most 32"


def wrong_queues(queues: tuple[Queue, ...]) -> Iterator[Wrong]:
    names = [queue.name for queue in queues]
    if not names:
        yield ("queues",), "at least one queue, or no call reaches an agent"
    for index, queue in enumerate(queues):
        here = ("queues", index)
        if names.index(queue.name) != index:
            yield (*here, "name"), f"{queue.name!r} stands twice"
        for path, text in (
            *_values(queue),
            *_title(queue),
            *_hours(queue),
            *_holidays(queue),
            *_overflow(queue, names),
        ):
            yield (*here, *path), text


def _values(queue: Queue) -> Iterator[Wrong]:
    rules = (
        ("name", NAME.fullmatch(queue.name) is not None, NAMED),
        ("skill", not queue.skill or NAME.fullmatch(queue.skill) is not None, f"{NAMED}; empty: any agent"),
        ("level", queue.level >= 1, "at least 1"),
        ("ring", queue.ring > 0, "seconds above 0"),
        ("wrap_up", queue.wrap_up >= 0, "seconds; 0 for none"),
        ("most", queue.most >= 1, "at least 1"),
        ("service_level", queue.service_level > 0, "seconds above 0"),
    )
    yield from (((key,), text) for key, holds, text in rules if not holds)


def _title(queue: Queue) -> Iterator[Wrong]:
    if queue.title:
        yield from _both_languages(queue.title)


def _both_languages(title: dict[Language, str]) -> Iterator[Wrong]:
    missing = [language.value for language in Language if not title.get(language, "").strip()]
    if missing:
        yield ("title",), f"no text in {' and '.join(missing)}"


def _hours(queue: Queue) -> Iterator[Wrong]:
    for index, hours in enumerate(queue.hours):
        for key, text in _wrong_hours(hours):
            yield ("hours", index, key), text


def _wrong_hours(hours: Hours) -> Iterator[tuple[str, str]]:
    bad = [key for key, text in (("open", hours.open), ("close", hours.close)) if minute_of_day(text) is None]
    for key in bad:
        yield key, f"{getattr(hours, key)!r} is not HH:MM"
    if not bad and hours.open >= hours.close:
        yield "close", f"later than open ({hours.open}); hours over midnight are two entries"
    if not hours.days or any(not 1 <= day <= 7 for day in hours.days):
        yield "days", "1 (Monday) to 7 (Sunday)"


def minute_of_day(text: str) -> int | None:
    """``HH:MM`` from ``00:00`` to ``24:00``, the end of a day; ``None``: another text."""
    found = re.fullmatch(r"([0-2][0-9]):([0-5][0-9])", text, re.ASCII)
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    return minute if 0 <= minute <= 24 * 60 else None


def _holidays(queue: Queue) -> Iterator[Wrong]:
    for index, day in enumerate(queue.holidays):
        if not _is_day(day):
            yield ("holidays", index), f"{day!r} is not a day as YYYYMMDD"


def _is_day(text: str) -> bool:
    if re.fullmatch(r"[0-9]{8}", text, re.ASCII) is None:
        return False
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def _overflow(queue: Queue, names: list[QueueName]) -> Iterator[Wrong]:
    to = [each.queue for each in queue.overflow]
    for index, each in enumerate(queue.overflow):
        here: Path = ("overflow", index)
        if each.after <= 0:
            yield (*here, "after"), "seconds above 0"
        if each.queue == queue.name:
            yield (*here, "queue"), "another queue than this one"
        elif each.queue not in names:
            yield (*here, "queue"), f"no queue {each.queue!r}; there are: {', '.join(names)}"
        elif to.index(each.queue) != index:
            yield (*here, "queue"), f"{each.queue!r} stands twice"


def wrong_dispositions(dispositions: tuple[Choice, ...]) -> Iterator[Wrong]:
    ids = [choice.id for choice in dispositions]
    if not ids:
        yield ("dispositions",), "at least one, or no talk can be wrapped up"
    for index, choice in enumerate(dispositions):
        here = ("dispositions", index)
        if ids.index(choice.id) != index:
            yield (*here, "id"), f"{choice.id!r} stands twice"
        if CHOICE.fullmatch(choice.id) is None:
            yield (*here, "id"), "ASCII letters, digits, - and _, at most 64"
        for path, text in _both_languages(choice.title):
            yield (*here, *path), text
