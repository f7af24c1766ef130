"""Types of command-line arguments: each function raises ``ArgumentTypeError`` with the key of a text that says which values are allowed."""

import argparse
import re

from shared import control_agents

LONGEST_LINE, LONGEST_LEVEL = 64, 4
LINE_DIGITS = 4
"""Of a line of a box with cards: 1 to 9999."""


def limited(text: str) -> int:
    value = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("bad_limit")
    return value


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.2 <= value <= 3600:
        raise argparse.ArgumentTypeError("bad_watch")
    return value


def line_number(text: str) -> int:
    value = int(text) if text.isascii() and text.isdecimal() and len(text) <= LINE_DIGITS else 0
    if not value:
        raise argparse.ArgumentTypeError("bad_line_number")
    return value


def id_(text: str) -> str:
    if re.fullmatch(control_agents.ID, text, re.ASCII) is None:
        raise argparse.ArgumentTypeError("bad_id")
    return text


def line(text: str) -> str:
    if len(text) > LONGEST_LINE or not text.isprintable():
        raise argparse.ArgumentTypeError("bad_line")
    return text


def name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("bad_name")
    return line(text)


def skill(text: str) -> tuple[str, int]:
    name, _, level = text.partition("=")
    number = int(level) if level.isascii() and level.isdecimal() and len(level) < LONGEST_LEVEL else -1
    if re.fullmatch(control_agents.SKILL, name) is None or not 0 <= number <= control_agents.TOP_LEVEL:
        raise argparse.ArgumentTypeError("bad_skill")
    return name, number


def key(text: str) -> str:
    if re.fullmatch(control_agents.KEY, text) is None:
        raise argparse.ArgumentTypeError("bad_key")
    return text


def endpoint(text: str) -> str:
    if re.fullmatch(r"tcp://[A-Za-z0-9.-]{1,253}:[0-9]{1,5}", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError("bad_endpoint")
    return text
