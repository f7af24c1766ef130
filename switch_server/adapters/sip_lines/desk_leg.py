"""The leg to a desk's phone: an outgoing leg without a trunk, with a short wait for a PC or a phone that is off.

The INVITE to the app's phone carries a token. A desk phone is called by its registered Contact, at the address from which it registered; if
its agent asked for the call, the phone is asked to answer by itself, in the three ways in use: RFC 5373, ``answer-after``, ``alert-autoanswer``.
"""

import ipaddress
import re
from typing import Final

from shared.desk import TOKEN_HEADER
from shared.enums import DigitMode, EndCause, Law
from shared.ids import TrunkName
from switch_server.adapters.sip.message import Address, Header
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.adapters.sip_lines.outbound import OutboundLeg
from switch_server.core.leg import RingDesk
from switch_server.core.words import Signalling, Trunk
from switch_server.ports.phones import Binding

DESK: Final = Trunk(
    TrunkName("desk"), laws=(Law.A, Law.MU), digits=DigitMode.RFC4733, options_interval=0, direction="out",
    signalling=Signalling(reliable="never"), fax="audio",
)  # fmt: skip
"""The trunk settings of a desk's leg: codecs, keys and session timer. It is in no trunk table, so no lines are counted."""
USER: Final = "desk"
_CONTACT: Final = re.compile(r"([0-9.]{7,15}):([0-9]{1,5})")


def address_of(contact: str) -> Address | None:
    """``ip:port`` of a phone; ``None`` if the address can't be a phone's."""
    match = _CONTACT.fullmatch(contact)
    try:
        far = ipaddress.IPv4Address(match[1] if match else "")
    except ValueError:
        return None
    port = int(match[2]) if match else 0
    possible = 0 < port < 65536 and not far.is_multicast and not far.is_unspecified and not far.is_reserved
    return (str(far), port) if possible else None


class DeskLeg(OutboundLeg):
    """A desk's phone is on the same network: it answers with a provisional response at once, or it is not reachable."""

    counted = False

    @classmethod
    def to(cls, far: Address, effect: RingDesk, token: str, host: LegHost, ports: SipSocket) -> "DeskLeg":
        dialog = SipDialog.outgoing(f"sip:{USER}@{far[0]}:{far[1]}", effect.ani, ports.port_for(far[0]), far)
        return cls(effect.leg, DESK, dialog, host, effect.near, (messages.header(TOKEN_HEADER, token),))

    @classmethod
    def to_phone(cls, binding: Binding, effect: RingDesk, host: LegHost, ports: SipSocket) -> "DeskLeg":
        port = ports.port_for(binding.ip)
        dialog = SipDialog.outgoing(binding.target, effect.ani, port, (binding.ip, binding.port))
        dialog.symmetric = True
        return cls(
            effect.leg, DESK, dialog, host, effect.near, _auto_answer_headers(port.address[0]) if effect.auto else ()
        )

    def call(self) -> None:
        self.wait(self.host.timing.desk, self._no_answer)
        self._invite()

    def _no_answer(self) -> None:
        """Without any response the phone is lost; after a ring without an answer the agent is absent."""
        self._cancel(EndCause.NO_ANSWER)
        lost = self.state is LineState.CALLING
        self.end(*((EndCause.FAR_LOST, 408) if lost else (EndCause.NO_ANSWER, 480)))


def _auto_answer_headers(ip: str) -> tuple[Header, ...]:
    """Headers that ask the phone to answer by itself; a phone that ignores them rings, and the agent lifts the handset."""
    return (
        messages.header("Answer-Mode", "Auto"),
        messages.header("Call-Info", f"<sip:{ip}>;answer-after=0"),
        messages.header("Alert-Info", f"<http://{ip}/>;info=alert-autoanswer;delay=0"),
    )
