"""What a call asks the store."""

from shared.ids import CallId
from switch_server.core.words import Effect


class FindCaller(Effect, frozen=True):
    """For ``ports.StorePort``: who calls from this number? Answered by ``CallerFound``, before the call can reach a queue."""

    call: CallId
    number: str
