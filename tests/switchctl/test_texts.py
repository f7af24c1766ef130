"""Every text that a command prints exists in both languages."""

import re
import string
from enum import StrEnum
from pathlib import Path

import pytest
import yaml

from shared.control import RefusedCode
from shared.control_rows import TroubleCode
from shared.desk_fax import FaxProblem
from shared.enums import CallKind, EndCause, Language, LockReason, Refusal, Role, SeatState
from shared.reports import By
from switch_server.core.call import CallState
from switch_server.core.leg import LegState
from switch_server.core.orders import OrderState
from switch_server.core.room import Outcome
from switch_server.switchctl import cli, tables
from switch_server.switchctl.texts import FILE, Texts, language_of
from tests.switchctl.conftest import Ctl

PACKAGE = Path(cli.__file__).parent
CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_both_languages_have_each_text_with_the_same_fields() -> None:
    for key, each in CONTENT.items():
        assert key.isascii()
        assert set(each) == {"zh_CN", "en"}, key
        chinese, english = (
            {field for _, field, _, _ in string.Formatter().parse(each[language]) if field} for language in each
        )
        assert chinese == english, key


def _used() -> set[str]:
    """The keys of texts in the program's source."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("*.py"))
    called = re.findall(
        r'(?:texts|context.say|context.warn|_do|_tell|CommandRefused|Usage|Unreachable|ArgumentTypeError)\(\s*["\'](\w+)["\']',
        source,
    )
    options = [argument.help for command in cli.COMMANDS for argument in command.arguments]
    helps = [f"help_{'_'.join(command.words)}" for command in cli.COMMANDS]
    declared = [name for name in vars(tables) if isinstance(getattr(tables, name), tuple) and name.isupper()]
    columns = [f"col_{column.title}" for name in declared for column in getattr(tables, name)]
    rows = re.findall(r'"(title_\w+|why_\w+|did_\w+|status_\w+|word_\w+|row_\w+|bad_\w+)"', source)
    return {
        *called,
        *options,
        *helps,
        *columns,
        *rows,
        *(f"refused_{code.value}" for code in RefusedCode),
        *(f"trouble_{code.value}" for code in TroubleCode),
        *(f"title_report_{by.value}" for by in By),
    }


def test_no_used_text_is_missing() -> None:
    assert _used() - set(CONTENT) == set()


def test_no_text_is_unused() -> None:
    open_ended = (
        "word_",
        "fax_",
        "cause_",
        "call_",
        "row_",
        "seat_",
        "lock_",
        "role_",
        "phone_",
        "queue_",
        "recording_",
        "talk_",
        "outcome_",
        "q850_",
        "problem_",
    )  # texts of states and causes, and the rows of the status page
    assert {key for key in set(CONTENT) - _used() if not key.startswith(open_ended)} == set()


@pytest.mark.parametrize("words", [EndCause, Refusal, CallState, LegState, OrderState])
def test_states_and_causes_have_words(words: type[EndCause]) -> None:
    texts = Texts(Language.ZH)
    assert [word.value for word in words if texts.word(word.value, "cause") == word.value] == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (SeatState, "seat"),
        (LockReason, "lock"),
        (Role, "role"),
        (CallKind, "talk"),
        (Outcome, "outcome"),
        (FaxProblem, "problem"),
    ],
)
def test_seats_talks_and_faxes_have_words(words: type[StrEnum], kind: str) -> None:
    assert [word.value for word in words if f"{kind}_{word.value}" not in CONTENT] == []


def test_language() -> None:
    assert language_of(["status", "--lang", "zh"], {"LANG": "en_US.UTF-8"}) is Language.ZH
    assert language_of(["--lang=en"], {"LANG": "zh_CN.UTF-8"}) is Language.EN
    assert language_of([], {"LANG": "zh_CN.UTF-8"}) is Language.ZH
    assert language_of([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}) is Language.EN
    assert language_of(["--lang"], {}) is Language.EN


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_command_helps_with_examples_that_it_understands(ctl: Ctl, language: str) -> None:
    parser = cli.parser(Texts(Language.EN))
    for command in cli.COMMANDS:
        said = ctl(*command.words, "--help", "--lang", language)
        assert said.status == 0
        assert CONTENT[f"help_{'_'.join(command.words)}"]["zh_CN" if language == "zh" else "en"][:10] in said.out
        for example in command.examples:
            assert f"switchctl {example}" in said.out
            parser.parse_args(re.split(r" [|<>] ", example)[0].split())
