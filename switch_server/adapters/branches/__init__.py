"""``ports.BranchesPort`` over the ACI link: the centre's side of the branches' gateways.

``links``: the adapter; ``answers``: the valid replies to a request; ``report_numbers``: numbering and resync; ``state``: for operators.
"""

from switch_server.adapters.branches.links import BranchLinks
from switch_server.adapters.branches.state import BranchLinkState

__all__ = ["BranchLinkState", "BranchLinks"]
