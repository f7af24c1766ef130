"""``ports.BranchesPort`` over the ACI link: the centre's side of the branches' gateways.

``links`` the adapter, ``answers`` what a reply to a request may look like, ``reports`` numbering and resync, ``state`` for operators.
"""

from switch_server.adapters.branches.links import BranchLinks
from switch_server.adapters.branches.state import BranchLinkState

__all__ = ["BranchLinkState", "BranchLinks"]
