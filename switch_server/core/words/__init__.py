"""The words that all rooms use: roots of facts and effects, card commands, configuration, deadlines, a place in a queue.

Nothing is decided here. What every room needs of the switch around it is ``Switchboard``. New here: only what at least two rooms name.
"""

from switch_server.core.words.config import DISPOSITIONS, Hours, Limits, Queue, SwitchConfig, Trunk
from switch_server.core.words.effects import Audit, Effect, SaveRecord, Transition
from switch_server.core.words.events import Event
from switch_server.core.words.media import (
    CARD_COMMANDS,
    CARD_EVENTS,
    VOICE,
    CardCommand,
    CardEvent,
    CardLoad,
    CardReady,
    ChangeFar,
    CloseChannel,
    Far,
    Hear,
    MaskRecording,
    MediaStats,
    MoveRecording,
    Near,
    OpenChannel,
    Play,
    ReloadPrompts,
    SendDigits,
    StartRecording,
    StopPlay,
    StopRecording,
)
from switch_server.core.words.phone_numbers import is_personal, phone_key
from switch_server.core.words.rows import Row, saved
from switch_server.core.words.switchboard import Switchboard
from switch_server.core.words.timers import Timers
from switch_server.core.words.waiting import RETURNING, VIP, Waiting

__all__ = [
    "CARD_COMMANDS",
    "CARD_EVENTS",
    "DISPOSITIONS",
    "RETURNING",
    "VIP",
    "VOICE",
    "Audit",
    "CardCommand",
    "CardEvent",
    "CardLoad",
    "CardReady",
    "ChangeFar",
    "CloseChannel",
    "Effect",
    "Event",
    "Far",
    "Hear",
    "Hours",
    "Limits",
    "MaskRecording",
    "MediaStats",
    "MoveRecording",
    "Near",
    "OpenChannel",
    "Play",
    "Queue",
    "ReloadPrompts",
    "Row",
    "SaveRecord",
    "SendDigits",
    "StartRecording",
    "StopPlay",
    "StopRecording",
    "SwitchConfig",
    "Switchboard",
    "Timers",
    "Transition",
    "Trunk",
    "Waiting",
    "is_personal",
    "phone_key",
    "saved",
]
