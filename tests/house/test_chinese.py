"""Chinese texts for people have Chinese punctuation: ，。：；？！（）."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "resources"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HALF = re.compile(rf"[{HAN}] ?[,;:!?()]|[,;:!?()] ?[{HAN}]|[{HAN}]\.(?!\w)|\.\.\.")
"""Half-width punctuation beside a Chinese character, and three full stops."""
NOTATION = re.compile(r" ?\((&\w|[A-Z][A-Za-z0-9+,/ ]*|↵)\)|\w+://[^\s，：]+")
"""Exceptions: keys, which Qt writes as ``(&S)`` or ``(Ctrl+S)`` in every language, and addresses."""


def half_width(text: str) -> list[str]:
    return HALF.findall(NOTATION.sub("", text))


def _chinese(value: Any, *, ours: bool = False) -> Iterator[str]:
    """The texts under ``zh_CN``."""
    match value:
        case str() if ours:
            yield value
        case dict():
            for key, inner in value.items():
                yield from _chinese(inner, ours=ours or key == "zh_CN")
        case list():
            for inner in value:
                yield from _chinese(inner, ours=ours)


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(RESOURCES.rglob("*.yaml")):
        for text in _chinese(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield path.name, text
    for path in sorted(RESOURCES.rglob("*.ts")):
        for translation in ET.parse(path).getroot().iter("translation"):
            yield path.name, translation.text or ""


def test_chinese_texts_have_chinese_punctuation() -> None:
    texts = list(_texts())
    assert len(texts) > 1000
    assert [(name, text) for name, text in texts if half_width(text)] == []


@pytest.mark.parametrize("text", ["你好,", "请稍候.", "等待: 4", "已等 (秒)", "(秒)", "好!", "等等..."])
def test_half_width_is_found(text: str) -> None:
    assert half_width(text)


@pytest.mark.parametrize(
    "text",
    [
        "关闭(&C)",
        "保存(&S) …",
        "刷新 (Ctrl+R)",
        "应为 tcp://主机:端口：{text}",
        "VIP",
        "丢包 0.2%，抖动",
        "见 config.yaml",
        "共 3/4 条",
        "等待：{n}",
    ],
)
def test_correct_punctuation_is_left(text: str) -> None:
    assert half_width(text) == []
