"""Types that all rooms use: base classes of facts, effects and rows, card commands and events, configuration, timers, a place in a queue.

Decides nothing. ``Switchboard`` is the protocol of the switch that every room uses. A newcomer adds here only a type that at least two rooms use.
"""

from switch_server.core.words.call_rate import CallRate
from switch_server.core.words.config import DISPOSITIONS, Hours, Limits, Queue, Signalling, SwitchConfig, Trunk
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
from switch_server.core.words.number_rules import (
    NumberRule,
    NumberRules,
    RuleStep,
    changed,
    house_form,
    number_fits,
    result,
    trial,
)
from switch_server.core.words.phone_numbers import is_personal, phone_key
from switch_server.core.words.queue_place import RETURNING, VIP, QueuePlace
from switch_server.core.words.rows import Row, save_record
from switch_server.core.words.switchboard import Switchboard
from switch_server.core.words.timers import Timers
from switch_server.core.words.trunk_rules import (
    CallsPerSecond,
    CardLines,
    CarrierRegistration,
    FailOver,
    NumberHeaders,
    line_numbers,
)

__all__ = [
    "CARD_COMMANDS",
    "CARD_EVENTS",
    "DISPOSITIONS",
    "RETURNING",
    "VIP",
    "VOICE",
    "Audit",
    "CallRate",
    "CallsPerSecond",
    "CardCommand",
    "CardEvent",
    "CardLines",
    "CardLoad",
    "CardReady",
    "CarrierRegistration",
    "ChangeFar",
    "CloseChannel",
    "Effect",
    "Event",
    "FailOver",
    "Far",
    "Hear",
    "Hours",
    "Limits",
    "MaskRecording",
    "MediaStats",
    "MoveRecording",
    "Near",
    "NumberHeaders",
    "NumberRule",
    "NumberRules",
    "OpenChannel",
    "Play",
    "Queue",
    "QueuePlace",
    "ReloadPrompts",
    "Row",
    "RuleStep",
    "SaveRecord",
    "SendDigits",
    "Signalling",
    "StartRecording",
    "StopPlay",
    "StopRecording",
    "SwitchConfig",
    "Switchboard",
    "Timers",
    "Transition",
    "Trunk",
    "changed",
    "house_form",
    "is_personal",
    "line_numbers",
    "number_fits",
    "phone_key",
    "result",
    "save_record",
    "trial",
]
