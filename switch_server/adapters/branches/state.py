"""The state of a branch for an operator (``switchctl branches``)."""

from msgspec import Struct

from shared.aci import GatewayStatus
from shared.ids import BranchId


class BranchLinkState(Struct, frozen=True):
    """``since``: UTC seconds of the last change of ``up``. ``pending``: keys whose result the gateway does not know.

    ``requests``, ``refusals``, ``silent``: counted since the switch started; ``refusals`` are answers that refuse. ``foreign``: messages
    refused since they named ids that are not the branch's (``answers.is_foreign``).
    """

    branch: BranchId
    up: bool
    since: float
    trading_system_up: bool
    trade_date: str
    session: str
    pending: int
    round_trip_ms: float | None
    requests: int
    refusals: int
    silent: int
    reports: int
    resyncs: int
    foreign: int = 0
    address: str = ""
    program: str = ""


class Counts(Struct):
    """Counters of one branch."""

    requests: int = 0
    refusals: int = 0
    silent: int = 0
    reports: int = 0
    resyncs: int = 0
    foreign: int = 0


class KnownBranch(Struct):
    """The centre's data of one branch, connected or not."""

    up: bool
    since: float
    counts: Counts
    status: GatewayStatus | None = None
