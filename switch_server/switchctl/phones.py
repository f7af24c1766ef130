"""Commands about desk phones (桌面话机) that may register at the switch."""

from shared.control import Done
from shared.control_agents import AddPhone, RemovePhone, SetPhonePassword
from shared.control_base import Request
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK
from switch_server.switchctl.passwords import password


async def add(context: Context) -> int:
    said, given = password(context), context.options
    return await _do(context, AddPhone(given.phone, said, given.desk, current_user()), "did_phone_add", said)


async def set_password(context: Context) -> int:
    said = password(context)
    return await _do(context, SetPhonePassword(context.options.phone, said, current_user()), "did_phone_password", said)


async def remove(context: Context) -> int:
    return await _do(context, RemovePhone(context.options.phone, current_user()), "did_phone_remove")


async def _do(context: Context, request: Request, said: str, secret: str = "") -> int:
    """Sends a request and prints the result. ``secret`` is printed if ``--generate`` made it; it is never shown again."""
    async with Link(context.socket) as link:
        reply = await link.ask(request, Done)
    generated = secret if getattr(context.options, "generate", False) else ""
    if context.json:
        context.show(reply, more={"password": generated} if generated else {})
        return OK
    context.say(said, phone=context.options.phone)
    if generated:
        context.say("password_is", password=generated)
    return OK
