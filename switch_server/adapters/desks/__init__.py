"""``ports.DesksPort`` over the desks' link: the switch's side of the agents' desks (座席).

``links`` the adapter, ``desk`` one link with its table of verdicts, ``roll`` who is where and what they are shown, ``log_ins`` on to a
desk and off it, ``door`` passwords and sessions, ``tries`` wrong ones, ``pops`` screen pops, ``floor`` who watches it, ``supervisor`` what they do to agents, ``shapes`` what it is given, and bounds.
"""

from switch_server.adapters.desks.inputs import DeskSources, Passwords
from switch_server.adapters.desks.links import DeskLinks

__all__ = ["DeskLinks", "DeskSources", "Passwords"]
