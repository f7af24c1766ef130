"""The leg to a desk's phone: an outgoing one that belongs to no trunk, names its token, and does not wait long for a PC that is off."""

import ipaddress
import re
from typing import Final

from sippy.SipURL import SipURL

from shared.desk import TOKEN_HEADER
from shared.enums import DigitMode, EndCause, Law
from shared.ids import TrunkName
from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.dialog import Dialog
from switch_server.adapters.sip_lines.leg import LineState, Office
from switch_server.adapters.sip_lines.outbound import OutboundLeg
from switch_server.adapters.sip_lines.stack import Address, Ports
from switch_server.core.config import Trunk
from switch_server.core.effects import RingDesk

DESK: Final = Trunk(
    TrunkName("desk"), laws=(Law.A, Law.MU), digits=DigitMode.RFC4733, options_interval=0, direction="out"
)
"""What a desk's leg has of a trunk: codecs, keys and session timer. It is in nobody's table, so it counts no lines."""
USER: Final = "desk"
_CONTACT: Final = re.compile(r"([0-9.]{7,15}):([0-9]{1,5})")


def address_of(contact: str) -> Address | None:
    """``ip:port`` of a phone; ``None`` where nobody can be."""
    match = _CONTACT.fullmatch(contact)
    try:
        far = ipaddress.IPv4Address(match[1] if match else "")
    except ValueError:
        return None
    port = int(match[2]) if match else 0
    possible = 0 < port < 65536 and not far.is_multicast and not far.is_unspecified and not far.is_reserved
    return (str(far), port) if possible else None


class DeskLeg(OutboundLeg):
    """A desk's phone is a program on the same network: it shows life at once, or it is not there."""

    counted = False

    @classmethod
    def to(cls, far: Address, effect: RingDesk, token: str, office: Office, ports: Ports) -> "DeskLeg":
        target = SipURL(username=USER, host=far[0], port=far[1])
        dialog = Dialog.outgoing(target, effect.ani, ports.port_for(far[0]))
        return cls(effect.leg, DESK, dialog, office, effect.near, (messages.header(TOKEN_HEADER, token),))

    def call(self) -> None:
        self.wait(self.office.timing.desk, self._no_answer)
        self._invite()

    def _no_answer(self) -> None:
        """No sign of life: the phone is lost. Rang for ever: nobody is there."""
        self._cancel()
        lost = self.state is LineState.CALLING
        self.end(*((EndCause.FAR_LOST, 408) if lost else (EndCause.NO_ANSWER, 480)))
