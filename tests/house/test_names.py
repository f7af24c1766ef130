"""One word, one thing: no class name stands twice in the programs, except the names listed here with a reason."""

import ast
from collections import defaultdict

from tests.house.test_rooms import ROOT

PROGRAMS = ("agent_app", "shared", "switch_server")
TWO_LINKS = "the same message on two links, whose wire names are kept"
COMMAND = "a desk's command, and the effect or the card's command that carries it out"
CARD = "a card's event, and the core's fact that is made of it"

TWICE = {
    "Message": "the root of each link's messages",
    "Request": "the root of each link's requests",
    "Reply": "the root of each link's replies",
    "Report": "the root of each link's reports",
    **dict.fromkeys(
        ("AskOrders", "AskRecording", "AskReport", "AskStatus", "Customers", "Done", "FindCustomers", "LogIn", "LoggedIn",
         "Orders", "RecordingPart", "Refused"),
        TWO_LINKS,
    ),
    **dict.fromkeys(("HangUp", "SendDigits"), COMMAND),
    **dict.fromkeys(("ChannelClosed", "ChannelFailed", "ChannelOpened", "MediaLatched", "MediaSilent", "PlayEnded", "RecordingEnded",
                     "FaxConnected", "FaxEnded", "FaxPage", "FaxToneHeard"), CARD),
    "Seat": "an agent at a desk: in the core, and in the reports to the desk",
}  # fmt: skip


def places() -> dict[str, list[str]]:
    """Class name -> the files that define it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for program in PROGRAMS:
        for path in sorted((ROOT / program).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def test_no_class_name_stands_for_two_things() -> None:
    twice = {name: files for name, files in places().items() if len(files) > 1}
    assert {name: files for name, files in twice.items() if name not in TWICE} == {}


def test_a_name_is_listed_only_while_it_stands_twice() -> None:
    found = places()
    assert [name for name in TWICE if len(found[name]) < 2] == []


def test_two_links_means_messages_only() -> None:
    found = places()
    for name, reason in TWICE.items():
        if reason == TWO_LINKS:
            assert {file.split("/")[0] for file in found[name]} == {"shared"}, name
