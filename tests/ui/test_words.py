"""Two complete languages: each text of the window has its Chinese, the compiled file is up to date, and each id has a text."""

import ast
import html
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication, QComboBox, QTabBar, QTableView, QTabWidget, QWidget

from agent_app.model.calling.targets import Kind
from agent_app.model.desk.actions import Why
from agent_app.model.desk.problems import CODES
from agent_app.model.desk.view import Action, DeskProblem, LinkState, PhoneState
from agent_app.model.phonebook.people import CallWay
from agent_app.model.reports.report import ReportSpan
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.parts import words
from agent_app.ui.parts.paths import RESOURCES
from agent_app.ui.parts.translation import Translation
from agent_app.ui.sound.audio import AudioDialog
from shared.desk import CameBack, DeskRefusal
from shared.enums import (
    CallKind,
    Language,
    ListenMode,
    LockReason,
    OrderStatus,
    PartyState,
    Refusal,
    Role,
    SeatState,
    Side,
)
from shared.link import Failure
from shared.reports import By
from tests.house.test_chinese import half_width
from tests.ui.party_scenes import party_scenes
from tests.ui.scenes import scenes
from tests.ui.stage import Stage, application
from tests.ui.translations import QM, SOURCES, messages

TABLES: dict[str, tuple[words.TextTable, type[StrEnum]]] = {
    "seat": (words.SEAT_STATES, SeatState), "lock": (words.LOCK_REASONS, LockReason), "role": (words.ROLES, Role),
    "kind": (words.CALL_KINDS, CallKind), "link": (words.LINK_STATES, LinkState), "phone": (words.PHONE_STATES, PhoneState),
    "side": (words.SIDES, Side), "order": (words.ORDER_STATES, OrderStatus), "refusal": (words.REFUSALS, Refusal),
    "party": (words.PARTY_STATES, PartyState), "mode": (words.LISTEN_MODES, ListenMode), "came back": (words.CAME_BACK, CameBack),
    "past call": (words.CALL_WAYS, CallWay), "target": (words.TARGET_KINDS, Kind),
    "report": (words.REPORTS, By), "span": (words.SPANS, ReportSpan),
    "desk refusal": (words.PROBLEMS, DeskRefusal), "failure": (words.PROBLEMS, Failure), "why": (words.WHYS, Why),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_id_has_a_text(name: str) -> None:
    table, kind = TABLES[name]
    assert {str(word) for word in kind} - set(table) == set()


def test_every_problem_has_a_text() -> None:
    assert CODES - set(words.PROBLEMS) - set(words.WHYS) == set()


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """(context, text) of each ``self.tr("…")`` and ``QT_TRANSLATE_NOOP("…", "…")``, read from the source with ``ast``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for holder in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]:
        for call in [node for node in ast.walk(holder) if isinstance(node, ast.Call)]:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "tr":
                yield holder.name, ast.literal_eval(call.args[0])
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        if isinstance(call.func, ast.Name) and call.func.id == "QT_TRANSLATE_NOOP":
            context, text = (ast.literal_eval(arg) for arg in call.args)
            yield context, text


def _all_texts() -> set[tuple[str, str]]:
    return {text for path in SOURCES.rglob("*.py") for text in _texts(path)}


def test_every_text_has_its_chinese() -> None:
    known = messages()
    missing = sorted(text for text in _all_texts() if not known.get(text))
    assert missing == [], "run python -m tests.ui.translations and write them into the .ts file"


def test_there_is_no_chinese_for_removed_texts() -> None:
    assert sorted(set(messages()) - _all_texts()) == []


def test_the_compiled_file_is_up_to_date(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(QM))
    wrong = [text for text, chinese in messages().items() if translator.translate(*text) != chinese]
    assert wrong == [], "run python -m tests.ui.translations"


def test_fields_and_keys_are_the_same_in_both() -> None:
    """Both texts have the same fields (``{n}`` …), and a mnemonic is in both or in neither."""
    from string import Formatter

    for (_, english), chinese in messages().items():
        fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, chinese)]
        assert fields[0] == fields[1], english
        assert ("&" in english) == ("&" in chinese), english


def test_chinese_is_chinese() -> None:
    same = {english for (_, english), chinese in messages().items() if chinese.isascii()}
    assert same == {"VIP"}


def test_an_open_window_changes_its_language(gallery: Stage) -> None:
    made = scenes(Language.ZH)["talking"]
    gallery.window.draw(made)
    window = gallery.window
    assert window.panel(TopBar).chip.word.text() == "通话中"
    assert window.windowTitle() == "话务座席"
    assert window.places.tabs.tabText(0) == "持仓 5"
    assert window.panel(AccountsPanel).tabs.tabText(0) == "10000017 广州天河"
    assert window.panel(WrapUpPanel).disposition.itemText(1) == "业务咨询"
    assert (
        window.panel(QueuesPanel)
        .table.model()
        .headerData(0, window.panel(QueuesPanel).table.horizontalHeader().orientation())
        == "队列"
    )
    gallery.window.draw(scenes(Language.EN)["talking"])
    assert window.panel(TopBar).chip.word.text() == "Talking"
    assert window.places.tabs.tabText(0) == "Holdings 5"
    assert window.panel(AccountsPanel).tabs.tabText(0) == "10000017 Guangzhou Tianhe"
    assert window.panel(WrapUpPanel).disposition.itemText(1) == "Advice given"
    assert window.panel(HelpDialog).windowTitle() == "Keyboard shortcuts"


def test_an_id_of_a_newer_switch_is_shown_as_it_is() -> None:
    assert words.say(words.PROBLEMS, "brand_new") == "brand_new"
    assert words.problem("brand_new") == "brand_new"
    assert words.titled({}, Language.ZH, "advice") == "advice"
    assert words.titled({Language.EN: "Advice"}, Language.ZH) == "Advice"


def test_without_the_translation_file_the_window_is_english(
    gallery: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("agent_app.ui.parts.translation.TRANSLATIONS", tmp_path)
    translation = Translation(application())
    translation.use(Language.ZH)
    assert "huawu_zh_CN is missing" in caplog.text
    translation.use(Language.EN)
    assert gallery.window.isVisible()


def test_the_compiled_file_is_among_the_resources() -> None:
    assert QM.is_relative_to(RESOURCES)
    assert QM.is_file()


def _shown(widget: QWidget) -> Iterator[str]:
    """All texts of a part: on the screen, in its tooltip and for a screen reader."""
    for part in (widget, *widget.findChildren(QWidget)):
        yield from (part.accessibleName(), part.accessibleDescription(), part.windowTitle())
        yield html.unescape(re.sub("<[^>]*>", "", part.toolTip()))
        for name in ("text", "placeholderText", "plainText", "empty"):
            found = part.property(name) if name != "empty" else getattr(part, name, "")
            yield from [found] if isinstance(found, str) else []
        if isinstance(part, (QTabBar, QTabWidget)):
            yield from (part.tabText(at) for at in range(part.count()))
        if isinstance(part, QComboBox):
            yield from (part.itemText(at) for at in range(part.count()))
        if isinstance(part, QTableView):
            model = part.model()
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                places = ((row, at) for row in range(model.rowCount()) for at in range(model.columnCount()))
                yield from (str(model.index(row, at).data(role) or "") for row, at in places)


def test_composed_texts_have_chinese_punctuation(gallery: Stage) -> None:
    made = {**scenes(Language.ZH), **party_scenes(Language.ZH)}
    del made["long-names"]  # a customer's own text
    parts = (
        gallery.window,
        gallery.window.panel(HelpDialog),
        gallery.window.panel(AudioDialog),
        gallery.window.panel(DialDialog),
    )
    for name, view in made.items():
        gallery.window.draw(view)
        wrong = {text for part in parts for text in _shown(part) if half_width(text)}
        assert wrong == set(), name


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (Language.EN, "Hold: The switch did not answer in time. (line 3) (28 s)"),
        (Language.ZH, "保持：交换机没有及时应答。（line 3）（28 秒）"),
    ],
)
def test_a_problem_is_one_sentence_of_its_language(gallery: Stage, language: Language, sentence: str) -> None:
    gallery.window.draw(scenes(language)["open"])
    assert problem_text(DeskProblem(Action.HOLD, "timed_out", "line 3", wait=27.2), gallery.window.commands) == sentence
