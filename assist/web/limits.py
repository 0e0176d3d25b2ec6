"""How often somebody may do something, counted in memory or in Redis."""

from __future__ import annotations

from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from assist.errors import TooManyRequests


class Limits:
    """Counts by key; one store serves routes and socket events alike."""

    def __init__(self, url: str) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(url))

    def check(self, rule: str, *keys: str) -> None:
        """Raise `TooManyRequests` when `keys` have done this more often than `rule` ("10/minute") allows."""
        if not self._limiter.hit(parse(rule), *keys):
            raise TooManyRequests(
                f"more than {rule.replace('/', ' a ')}", where=keys[0], hint="Wait a little and try again."
            )
