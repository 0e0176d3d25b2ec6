"""A circuit breaker: after some failures in a row, calls are refused for a while instead of waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Circuit:
    """Open after `failures` in a row; after `reset_s` one call may try, and closes it or opens it anew."""

    def __init__(self, failures: int, reset_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._reset_s = reset_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def closed(self) -> bool:
        """Tell whether calls go through, without claiming the one trial of an open circuit."""
        with self._lock:
            return self._opened_at is None or self._may_try()

    def allow(self) -> bool:
        """Tell whether a call may be made now; in an open circuit, true claims the trial."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._may_try():
                self._trying = True
                return True
            return False

    def succeed(self) -> None:
        """Note that a call worked."""
        with self._lock:
            self._failed, self._opened_at, self._trying = 0, None, False

    def fail(self) -> None:
        """Note that a call failed."""
        with self._lock:
            self._failed += 1
            if self._trying or self._failed >= self._limit:
                self._opened_at = self._clock()
            self._trying = False

    def release(self) -> None:
        """Give a claimed trial back: the call was cancelled and says nothing about the model."""
        with self._lock:
            self._trying = False

    def _may_try(self) -> bool:
        return not self._trying and self._opened_at is not None and self._clock() - self._opened_at >= self._reset_s
