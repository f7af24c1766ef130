"""Commands about agents (座席员): add, change, remove, set a password, enable and disable, log out."""

from typing import Any

from shared.control import Done, Reply
from shared.control_agents import (
    AgentPut,
    DisableAgent,
    LogOutAgent,
    PutAgent,
    RemoveAgent,
    SetPassword,
)
from shared.control_base import Request
from shared.enums import Role
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK
from switch_server.switchctl.passwords import password


async def add(context: Context) -> int:
    said = password(context)
    reply = await _ask(context, _put(context, new=True, secret=said), AgentPut)
    _tell(context, reply, "did_agent_add", said)
    return OK


async def change(context: Context) -> int:
    reply = await _ask(context, _put(context, new=False), AgentPut)
    _tell(context, reply, "did_agent_change")
    return OK


async def set_password(context: Context) -> int:
    said = password(context)
    reply = await _ask(context, SetPassword(context.options.agent, said, current_user()), Done)
    _tell(context, reply, "did_agent_password", said)
    return OK


async def remove(context: Context) -> int:
    return await _do(context, RemoveAgent(context.options.agent, current_user()), "did_agent_remove")


async def disable(context: Context) -> int:
    return await _do(context, DisableAgent(context.options.agent, actor=current_user()), "did_agent_disable")


async def enable(context: Context) -> int:
    request = DisableAgent(context.options.agent, disabled=False, actor=current_user())
    return await _do(context, request, "did_agent_enable")


async def log_out(context: Context) -> int:
    return await _do(context, LogOutAgent(context.options.agent, current_user()), "did_agent_logout")


def _put(context: Context, *, new: bool, secret: str | None = None) -> PutAgent:
    given = context.options
    return PutAgent(
        agent=given.agent,
        new=new,
        name=given.name,
        role=Role(given.role) if given.role else None,
        group=given.group,
        skills=dict(given.skills),
        password=secret,
        actor=current_user(),
    )


async def _do(context: Context, request: Request, said: str) -> int:
    _tell(context, await _ask(context, request, Done), said)
    return OK


async def _ask(context: Context, request: Request, expected: type[Any]) -> Any:
    async with Link(context.socket) as link:
        return await link.ask(request, expected)


def _tell(context: Context, reply: Reply, said: str, secret: str | None = None) -> None:
    """Prints the result. ``secret`` is printed if ``--generate`` made it; it is never shown again."""
    generated = secret if getattr(context.options, "generate", False) else None
    if context.json:
        context.show(reply, more={"password": generated} if generated else {})
        return
    context.say(said, agent=context.options.agent)
    if generated:
        context.say("password_is", password=generated)
    for skill in getattr(reply, "unused_skills", ()):
        context.warn("unused_skill", skill=skill)
