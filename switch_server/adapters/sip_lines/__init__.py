"""Telephone lines by SIP: ``ports.LinesPort`` on sippy's transactions. The only package that uses sippy.

From the socket inwards: ``stack`` (socket, thread, transactions) → ``screen`` and ``gate`` (what may come in) → ``exchange`` (dispatch)
→ ``inbound`` | ``outbound`` (``desk_leg``: to an agent's phone) over ``in_dialog`` and ``leg`` → events. ``header_fields``
keeps received headers as they came. Pure helpers: ``grammar``, ``sdp``, ``digest``, ``session_timer``, ``causes``, ``trunk_table``.
"""

from switch_server.adapters.sip_lines.leg import Timing
from switch_server.adapters.sip_lines.lines import SipLines
from switch_server.adapters.sip_lines.trunk_table import TrunkState, check

__all__ = ["SipLines", "Timing", "TrunkState", "check"]
