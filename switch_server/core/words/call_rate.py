"""A limit of calls a second with a burst, as a bucket of tokens. Pure: the time is an argument, in seconds that never go back."""


class CallRate:
    """``per_second`` tokens flow into the bucket, which has room for ``burst``; each call takes one. 0 a second: no limit."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second = per_second
        self.burst = burst
        self._tokens = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Takes a token if there is one."""
        return self.wait(now, longest=0.0) is not None

    def has_room(self, now: float) -> bool:
        """Whether ``take`` would succeed."""
        self._fill(now)
        return not self.per_second or self._tokens >= 1.0

    def wait(self, now: float, *, longest: float) -> float | None:
        """Takes a token, and returns the seconds until it has flowed in (0: it is there). ``None``: that is more than ``longest``; no token is taken."""
        if not self.per_second:
            return 0.0
        self._fill(now)
        seconds = max(0.0, (1.0 - self._tokens) / self.per_second)
        if seconds > longest:
            return None
        self._tokens -= 1.0
        return seconds

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._tokens = min(float(self.burst), self._tokens + max(0.0, now - self._at) * self.per_second)
        self._at = now if self._at is None else max(now, self._at)
