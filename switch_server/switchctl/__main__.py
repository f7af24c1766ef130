"""``switchctl``: exit status 0 good, 1 refused or nothing found, 2 usage, 3 the switch can't be reached."""

import asyncio
import os
import sys
from collections.abc import Sequence

from shared.link.rights import owner_only
from switch_server.switchctl.cli import CommandFunction, parser
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, SwitchctlError
from switch_server.switchctl.texts import Texts, language_of

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    owner_only()
    given = sys.argv[1:] if arguments is None else list(arguments)
    texts = Texts(language_of(given, os.environ))
    context = Context(parser(texts).parse_args(given), texts, os.environ)
    try:
        return asyncio.run(_run(context))
    except SwitchctlError as error:
        context.complain(error)
        return error.status
    except (KeyboardInterrupt, asyncio.CancelledError):  # Ctrl-C or SIGTERM, the normal end of ``--watch``
        return OK if getattr(context.options, "watch", None) is not None else INTERRUPTED
    except BrokenPipeError:  # ``switchctl calls | head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


async def _run(context: Context) -> int:
    run: CommandFunction = context.options.run
    return await run(context)


if __name__ == "__main__":
    sys.exit(main())
