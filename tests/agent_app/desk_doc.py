"""Makes the tables of ``docs/desk.md`` from ``agent_app.model``: ``python -m tests.agent_app.desk_doc`` writes them into the page."""

import argparse
from pathlib import Path

from agent_app.model.desk.actions import MANY_AT_ONCE, NEEDS, Why
from agent_app.model.desk.view import Action
from agent_app.model.floor.supervising import SEAT_NEEDS, WAITING_NEEDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "desk.md"


def table() -> str:
    """One row for each action: the reasons why the action is off, in the order in which they are checked."""
    rows = ["| action | off, because (the first that is so) |", "|---|---|"]
    for action, needs in NEEDS.items():
        whys = [f"`{need.why}`" for need in needs]
        rows.append(f"| `{action}` | {', '.join(whys if action in MANY_AT_ONCE else [*whys, '`pending`'])} |")
    return "\n".join(rows)


def supervising() -> str:
    """One row for each act of a supervisor: the desk's action, whose needs are checked first, then the act's own reasons."""
    rows = ["| to a row | as | and off, because |", "|---|---|---|"]
    for act, (action, needs) in SEAT_NEEDS.items():
        rows.append(f"| seat: `{act}` | `{action}` | {', '.join(f'`{need.why}`' for need in needs)} |")
    for act, (why, _) in WAITING_NEEDS.items():
        rows.append(f"| waiting caller: `{act}` | `{Action.TAKE_WAITING}` | `{Why.ASKED_FOR}`, `{why}` |")
    return "\n".join(rows)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    text = PAGE.read_text(encoding="utf-8")
    for name, made in (("actions", table()), ("supervising", supervising())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{made}\n{rest[rest.index(end) :]}"
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
