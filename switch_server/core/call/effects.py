"""Questions of a call to the store."""

from shared.ids import CallId
from switch_server.core.words import Effect


class FindCaller(Effect, frozen=True):
    """For ``ports.StorePort``: finds the customer with this number. Answered by ``CallerFound``."""

    call: CallId
    number: str
