"""Telephone lines by SIP: ``ports.LinesPort`` on ``adapters.sip``, which has the messages, the transactions and the thread.

``entrance`` (floods and calls that are too many) → ``gate`` (what may come in) → ``exchange`` (dispatch) → ``inbound`` | ``outbound`` (``desk_leg``: to an agent's phone) over ``in_dialog`` and
``leg`` → events. ``dialog``: identity and routes. Pure helpers: ``sdp``, ``digest``, ``session_timer``, ``causes``, ``trunk_table``.
"""

from switch_server.adapters.sip_lines.leg import Timing
from switch_server.adapters.sip_lines.lines import SipLines
from switch_server.adapters.sip_lines.trunk_table import TrunkState

__all__ = ["SipLines", "Timing", "TrunkState"]
