"""``ports.DesksPort`` over the desks' link: the switch's side of the agents' desks (座席).

``links``: the adapter; ``link``: one link with its table of verdicts; ``register``: who is logged in where, and the shown state; ``log_ins``:
logging in and out; ``log_in_checks``: passwords and sessions; ``pops``: screen pops; ``floor``: the watchers of the floor; ``supervisor``: a
supervisor's commands to agents; ``inputs``: the adapter's inputs and bounds.
"""

from switch_server.adapters.desks.inputs import DeskSources, Passwords
from switch_server.adapters.desks.links import DeskLinks

__all__ = ["DeskLinks", "DeskSources", "Passwords"]
