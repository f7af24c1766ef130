"""Commands about desks' keys (座席机密钥): a desk connects with a CURVE key pair; the switch has the public key."""

from pathlib import Path

import msgspec
from msgspec import Struct

from shared.control import Done
from shared.control_agents import AskDesks, ControlDesks, PutDeskKey, RemoveDeskKey
from shared.link import keys
from switch_server.disk.whole_file import whole_file
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK, CommandRefused


class DeskKeyFile(Struct, frozen=True):
    """The file that ``agent-app`` reads on the desk's PC: a JSON object, readable by its owner only. Keys are in Z85."""

    desk: str
    endpoint: str
    server_key: str
    public_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"DeskKeyFile(desk={self.desk!r}, endpoint={self.endpoint!r}, secret_key=••••)"


class DeskAdded(Struct, frozen=True):
    """The output of ``desk add --json``. ``file``: the path of the new key file; ``None`` where the desk has its own key pair."""

    desk: str
    endpoint: str
    server_key: str
    public_key: str
    file: str | None = None


async def add(context: Context) -> int:
    async with Link(context.socket) as link:
        known = await link.ask(AskDesks(), ControlDesks)
        added = await (_with_own_key if context.options.key else _with_new_key)(context, link, known)
    if context.json:
        context.print_json({"format": 1, "type": "DeskAdded", **msgspec.to_builtins(added)})
    elif added.file:
        context.say("did_desk_file", desk=added.desk, path=added.file)
    else:
        context.say("did_desk_add", desk=added.desk, endpoint=added.endpoint, server_key=added.server_key)
    return OK


async def remove(context: Context) -> int:
    desk = context.options.desk
    async with Link(context.socket) as link:
        reply = await link.ask(RemoveDeskKey(desk, current_user()), Done)
    if context.json:
        context.show(reply)
    else:
        context.say("did_desk_remove", desk=desk)
    return OK


async def _with_own_key(context: Context, link: Link, known: ControlDesks) -> DeskAdded:
    """Adds a desk by a public key (``--key``): the desk made the key pair itself."""
    await _put(context, link, context.options.key)
    return DeskAdded(context.options.desk, _endpoint(context, known), known.server_key, context.options.key)


async def _with_new_key(context: Context, link: Link, known: ControlDesks) -> DeskAdded:
    """Makes a key pair and the desk's key file.

    The file is written under another name before the switch gets the key, so that an error changes nothing.
    """
    desk, pair = context.options.desk, keys.make()
    path = _target(context)
    public = pair.public.decode("ascii")
    content = DeskKeyFile(desk, _endpoint(context, known), known.server_key, public, pair.secret.decode("ascii"))
    try:
        with whole_file(path) as file:
            file.write(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
            file.flush()
            await _put(context, link, public)
    except OSError as error:
        raise CommandRefused("file_failed", path=path, why=error.strerror) from None
    return DeskAdded(desk, content.endpoint, content.server_key, public, str(path))


def _target(context: Context) -> Path:
    path = Path(context.options.out or f"{context.options.desk}.key")
    if path.exists() and not context.options.force:
        raise CommandRefused("file_exists", path=path)
    return path


async def _put(context: Context, link: Link, key: str) -> None:
    await link.ask(PutDeskKey(context.options.desk, key, context.options.force, current_user()), Done)


def _endpoint(context: Context, known: ControlDesks) -> str:
    given: str | None = context.options.endpoint
    return given or known.endpoint
