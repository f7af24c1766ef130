"""Passes each event of a leg to the part of its call that handles the event."""

from typing import assert_never

from switch_server.core.call.call import Call, CallState
from switch_server.core.leg import (
    ChannelClosed,
    ChannelFailed,
    ChannelOpened,
    DigitPressed,
    DigitUsed,
    Leg,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRedirected,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LegRinging,
    LegRouted,
    MediaLatched,
    MediaSilent,
    PlayEnded,
    RecordingEnded,
)

KeyFact = DigitPressed | DigitUsed | PlayEnded
LegFact = (
    LegRouted | LegRinging | LegRedirected | LegAnswered | LegConfirmed | LegChanged | LegEnded
    | LegReoffered | LegReofferRefused | ChannelOpened | ChannelFailed | ChannelClosed | MediaLatched | RecordingEnded | KeyFact
)  # fmt: skip
AnyLegFact = LegFact | LegRefreshed | MediaSilent
"""All facts of legs; the switch itself handles the last two."""


def tell_call(call: Call, leg: Leg, event: LegFact) -> None:
    match event:
        case ChannelOpened(near=near):
            call.channel_opened(leg, near)
        case ChannelFailed():
            call.channel_failed(leg)
        case ChannelClosed(stats=stats):
            call.channel_closed(leg, stats)
        case MediaLatched():
            call.media_latched(leg)
        case LegConfirmed():
            call.leg_confirmed(leg)
        case LegRouted():
            leg.routed(event)
        case LegRinging(far=far, sip_code=code):
            call.leg_ringing(leg, far, code)
        case LegRedirected(number=number):
            leg.redirected_to = number
        case LegAnswered(far=far):
            call.leg_answered(leg, far)
        case LegChanged(far=far):
            call.leg_changed(leg, far)
        case LegReoffered() | LegReofferRefused():
            call.switch.count("reoffers_of_nobody")
        case LegEnded():
            call.leg_ended(leg, event)
        case RecordingEnded(recording=recording, cause=how, duration_ms=duration_ms, text=text):
            call.recordings.ended(recording, how, duration_ms, text)
        case DigitPressed() if not call.takes_key(leg, event):
            pass
        case DigitPressed() if (member := call.desk.room.members.get(leg.id)) is not None:
            call.desk.keys.pass_on(member, event)
        case DigitPressed() | DigitUsed() | PlayEnded():
            if leg is call.caller and call.state is CallState.UP:
                _tell_ivr(call, event)
        case _:
            assert_never(event)


def _tell_ivr(call: Call, event: KeyFact) -> None:
    match event:
        case DigitPressed(digit=digit, recording_ms=recording_ms):
            call.ivr.key(digit, recording_ms)
        case DigitUsed(digit=text, recording_ms=recording_ms):
            call.ivr.key_replayed(text, recording_ms)
        case PlayEnded(play=play):
            call.ivr.played(play)
        case _:
            assert_never(event)
