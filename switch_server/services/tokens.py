"""The token of a leg: in the switch's INVITE to a desk, and in the call's report to that desk (``shared.desk.TOKEN_HEADER``)."""

import hashlib
import hmac

from shared.ids import LegId

LENGTH = 32


class LegTokens:
    """``tokens(leg)``: HMAC-SHA256 of the leg's id, the first 128 bits as hex. ``secret``: at least 16 random bytes, of this process only."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a secret has 16 bytes or more")
        self._secret = secret

    def __call__(self, leg: LegId) -> str:
        return hmac.new(self._secret, leg.encode(), hashlib.sha256).hexdigest()[:LENGTH]
