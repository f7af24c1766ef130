"""Keys between the parties of a call: sent by an agent's command, or passed on from a party that presses them."""

from shared.enums import DigitMode
from switch_server.core.leg import DigitPressed
from switch_server.core.room import Member, Room
from switch_server.core.talk.host import TalkCall
from switch_server.core.words import SendDigits


class Keys:
    def __init__(self, call: TalkCall, room: Room) -> None:
        self._call = call
        self._room = room

    def send(self, member: Member, digits: str) -> None:
        """Sends digits to all outside parties and the customer in the seat's group."""
        for other in self._room.outside(member):
            self._call.to_card(other.leg, SendDigits(other.leg.id, digits))

    def pass_on(self, member: Member, event: DigitPressed) -> None:
        """Passes a key of a member on to the customer and the outside parties in its group. A key of a customer or an outside party is not passed on
        while a seat is in the group: the key may belong to a PIN.
        """
        asked_for = member.talk is None and any(other.talk is not None for other in self._room.others(member))
        if asked_for or len(event.digit) != 1:  # more or less than one character is no key
            return
        info_with_tones = event.way is DigitMode.INFO and member.leg.keys.has_tones
        in_sound = event.way is DigitMode.INBAND or info_with_tones
        for other in self._room.outside(member):
            heard_as_tone = in_sound and not other.leg.negotiated_rtp_events
            if not heard_as_tone:
                self._call.to_card(other.leg, SendDigits(other.leg.id, event.digit.reveal()))
