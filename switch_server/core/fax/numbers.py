"""The numbers to which faxes may be sent."""

from switch_server.core.call import may_carry
from switch_server.core.words import SwitchConfig, number_fits


def may_send(config: SwitchConfig, number: str) -> bool:
    """Whether the rules allow a fax to this number, and a trunk may carry a call to it."""
    if not number or not number.isascii() or not number.removeprefix("+").isdecimal():
        return False
    allowed = any(number_fits(number, pattern) for pattern in config.fax.allowed)
    return allowed and any(may_carry(trunk, number) for trunk in config.trunks)
