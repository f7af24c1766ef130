"""``agent-app``: ``python -m agent_app``; ``--help`` has examples. Exit status 1: the robot could not log in. 2: it could not start."""

import sys

from agent_app import options
from agent_app.bootstrap import CannotStart, run
from agent_app.link import DeskKeyError
from shared.link.rights import owner_only


def main(argv: list[str] | None = None) -> int:
    owner_only()
    chosen = options.read(argv)
    try:
        return run(chosen)
    except (CannotStart, DeskKeyError) as error:
        sys.stderr.write(f"agent-app: {error}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
