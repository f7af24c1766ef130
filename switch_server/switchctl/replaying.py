"""``switchctl replay``: a call's journalled events through the same core again; its transitions are printed. Needs no running switch."""

from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK


async def replay(context: Context) -> int:
    return OK
