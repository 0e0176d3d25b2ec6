"""What an admin may change at any time, read by every process: cached, and read again once it has changed.

One counter in the database rises with every change. A process asks for it at most twice a second, which costs next to
nothing and needs no bus; so a change acts everywhere within `FRESH_S` and the time of one query.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import text
from sqlmodel import Session

from assist.store.database import Database
from assist.store.models import Counter

COUNTER = "governance"
FRESH_S = 0.5
T = TypeVar("T")


class Watched(Generic[T]):
    """A value out of the database that is never older than `FRESH_S`; safe to share between threads."""

    def __init__(
        self, database: Database, load: Callable[[Session], T], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._held: tuple[int, T] | None = None
        self._asked = float("-inf")

    def get(self) -> T:
        """Give the value; raises what the database raises, for an old answer might be a wrong one."""
        with self._lock:
            began = self._clock()
            if self._held is not None and began - self._asked < FRESH_S:
                return self._held[1]
            with self._database.reading() as session:
                counter = session.get(Counter, COUNTER)
                generation = counter.value if counter is not None else 0
                if self._held is None or self._held[0] != generation:
                    self._held = (generation, self._load(session))
            # Asked at the beginning: what changed while it was read counts from then on.
            self._asked = began
            return self._held[1]

    def forget(self) -> None:
        """Read anew the next time; for the process that has just changed something."""
        with self._lock:
            self._asked = float("-inf")


def note_change(session: Session) -> None:
    """Tell every process, with the session's commit, that something has changed; holds the counter's row till then."""
    session.connection().execute(
        text(
            "INSERT INTO counter (name, value) VALUES (:name, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1"
        ),
        {"name": COUNTER},
    )
