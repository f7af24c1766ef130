"""The hold key of a SIP desk phone: a re-INVITE that puts the media on hold (RFC 3264 §8.4), and one that resumes it. It has the effect of the app's
hold button.
"""

from shared import desk
from shared.enums import Direction
from switch_server.core.leg import Leg
from switch_server.core.talk import commands as talk_commands
from switch_server.core.talk.side import DeskSide
from switch_server.core.words import Far


def media_changed(side: DeskSide, leg: Leg, was: Far | None, now: Far) -> None:
    """Where the talk's state does not allow hold or retrieve, only the phone's own media changes."""
    talk = side.talks.get(leg.id)
    if talk is None or not talk.on_desk_phone or was is None:
        return
    before, after = (far.direction is Direction.SENDRECV for far in (was, now))
    if before and not after:
        talk_commands.hold(side, talk, desk.Hold(talk.call))
    elif after and not before:
        talk_commands.retrieve(side, talk, desk.Retrieve(talk.call))
