"""Types that all rooms use: base classes of facts, effects and rows, card commands and events, configuration, timers, a place in a queue.

Decides nothing. ``Switchboard`` is the protocol of the switch that every room uses. A newcomer adds here only a type that at least two rooms use.
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
    KeysEndPlays,
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
from switch_server.core.words.packets import next_packet
from switch_server.core.words.phone_numbers import is_personal, phone_key
from switch_server.core.words.queue_place import RETURNING, VIP, QueuePlace
from switch_server.core.words.rows import Row, save_record
from switch_server.core.words.switchboard import Switchboard
from switch_server.core.words.timers import Timers

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
    "KeysEndPlays",
    "Limits",
    "MaskRecording",
    "MediaStats",
    "MoveRecording",
    "Near",
    "OpenChannel",
    "Play",
    "Queue",
    "QueuePlace",
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
    "is_personal",
    "next_packet",
    "phone_key",
    "save_record",
]
