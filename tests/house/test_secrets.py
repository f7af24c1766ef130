"""A secret's digits are revealed in the listed files only."""

from tests.house.test_rooms import FILES, ROOT

REVEALED_IN = {
    "switch_server/adapters/branches/links.py": "the log-in frame, over CURVE",
    "switch_server/core/flow/kinds/entry.py": "an input puts its keys together",
    "switch_server/core/flow/kinds/input.py": "an input tells its host of a key, hidden where it is secret",
    "switch_server/core/flow/kinds/menu.py": "a menu's key",
    "switch_server/core/flow/kinds/queue.py": "a key of who waits",
    "switch_server/core/talk/keys.py": "a key is passed on to a party outside",
}


def test_secrets_are_revealed_here_only() -> None:
    found = {str(path.relative_to(ROOT)) for path in FILES.values() if ".reveal()" in path.read_text(encoding="utf-8")}
    assert found == set(REVEALED_IN)
