"""``ports.Desks`` over the desks' link: the switch's side of the agents' desks (座席).

``links`` the adapter, ``desk`` one link with its table of verdicts, ``door`` who may log in, ``tries`` wrong passwords, ``pops`` screen
pops, ``shapes`` what it is given and bounds.
"""

from switch_server.adapters.desks.links import DeskLinks
from switch_server.adapters.desks.shapes import Passwords, Sight

__all__ = ["DeskLinks", "Passwords", "Sight"]
