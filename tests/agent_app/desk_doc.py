"""Makes the table of ``docs/desk.md`` from ``agent_app.model.actions``: ``python -m tests.agent_app.desk_doc`` writes it into the page."""

from pathlib import Path

from agent_app.model.actions import MANY_AT_ONCE, NEEDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "desk.md"
BEGIN, END = "<!-- actions -->", "<!-- /actions -->"


def table() -> str:
    """One row an action: what must hold, by the reason that is named when it does not, in the order in which they are looked at."""
    rows = ["| action | off, because (the first that is so) |", "|---|---|"]
    for action, needs in NEEDS.items():
        whys = [f"`{need.why}`" for need in needs]
        rows.append(f"| `{action}` | {', '.join(whys if action in MANY_AT_ONCE else [*whys, '`pending`'])} |")
    return "\n".join(rows)


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{rest[rest.index(END) :]}", encoding="utf-8")


if __name__ == "__main__":
    main()
