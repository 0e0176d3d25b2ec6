"""Knows which records belong together and who may see them, in memory, so that filters cost no query."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.retrieval.lexical import Scope
from assist.retrieval.topics import Topics
from assist.retrieval.vector_index import Ids

# So many answers to "who may be found" are remembered until something changes.
SCOPES = 8


@dataclass(frozen=True)
class Unit:
    """What is found as one: a ticket's two records, or one passage. `key` is even for tickets, odd for passages."""

    key: int
    records: tuple[int, ...]
    brand: str | None
    language: str | None
    public: bool
    article: int | None = None
    topic: str | None = None

    @property
    def is_passage(self) -> bool:
        """Tell a passage of an article from a ticket."""
        return self.key % 2 == 1


def ticket_key(ticket_id: int) -> int:
    """Give the key of a ticket's unit."""
    return ticket_id * 2


def passage_key(record_id: int) -> int:
    """Give the key of a passage's unit."""
    return record_id * 2 + 1


class Catalogue:
    """Units by key, and for each record id its unit, brand, language and visibility. Safe between threads.

    Record ids come from a sequence, so they index the arrays directly; 14 bytes a record.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._units: dict[int, Unit] = {}
            self._topics = Topics()
            self._codes: dict[str | None, int] = {None: 0}
            self._unit: NDArray[np.int64] = np.full(1024, -1, dtype=np.int64)
            self._brand: NDArray[np.int16] = np.zeros(1024, dtype=np.int16)
            self._language: NDArray[np.int16] = np.zeros(1024, dtype=np.int16)
            self._public: NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
            self._within: dict[Scope, Ids | None] = {}

    def __len__(self) -> int:
        """Give the number of records."""
        return sum(len(unit.records) for unit in list(self._units.values()))

    def apply(self, units: Iterable[Unit], removed: Iterable[int]) -> None:
        """Add or replace units and remove others by key."""
        with self._lock:
            self._within.clear()
            for key in removed:
                self._drop(key)
            for unit in units:
                self._drop(unit.key)
                self._units[unit.key] = unit
                if unit.topic is not None and unit.article is not None:
                    self._topics.add(unit.topic, unit.key, unit.article)
                self._make_room(max(unit.records))
                rows = list(unit.records)
                self._unit[rows], self._public[rows] = unit.key, unit.public
                self._brand[rows] = self._codes.setdefault(unit.brand, len(self._codes))
                self._language[rows] = self._codes.setdefault(unit.language, len(self._codes))

    def get(self, key: int) -> Unit | None:
        """Give a unit, or None when it is gone."""
        return self._units.get(key)

    def unit_of(self, record_id: int) -> Unit | None:
        """Give the unit of a record, or None when it is gone."""
        with self._lock:
            key = int(self._unit[record_id]) if 0 <= record_id < len(self._unit) else -1
        return self._units.get(key)

    def carried(self, question: str, earlier: Sequence[str]) -> frozenset[str]:
        """Give the topics that were named last before a question that names none; see `Topics.carried`."""
        with self._lock:
            return self._topics.carried(question, earlier)

    def about(self, topics: frozenset[str]) -> list[Unit]:
        """Give all units about these topics."""
        with self._lock:
            return [self._units[key] for key in self._topics.units(topics)]

    def bearing(self, units: Sequence[Unit], topics: frozenset[str]) -> list[int]:
        """Tell of each unit whether it is about these topics (1), about another one (-1), or about none (0)."""
        if not topics:
            return [0] * len(units)
        with self._lock:
            return [1 if unit.topic in topics else -1 if self._topics.is_known(unit.topic) else 0 for unit in units]

    def within(self, scope: Scope) -> Ids | None:
        """Give the ids of the records that may be found, or None when that is all of them."""
        with self._lock:
            if scope in self._within:
                return self._within[scope]
            live = self._unit >= 0
            fits = live.copy()
            if scope.public_only:
                fits &= self._public
            for wanted, column in ((scope.brand, self._brand), (scope.language, self._language)):
                if wanted is not None:
                    fits &= (column == 0) | (column == self._codes.get(wanted, -1))
            while len(self._within) >= SCOPES:
                del self._within[next(iter(self._within))]
            self._within[scope] = None if np.array_equal(fits, live) else np.flatnonzero(fits)
            return self._within[scope]

    def _drop(self, key: int) -> None:
        unit = self._units.pop(key, None)
        if unit is not None:
            self._unit[list(unit.records)] = -1
            if unit.topic is not None:
                self._topics.drop(unit.topic, unit.key)

    def _make_room(self, record_id: int) -> None:
        more = record_id + 1 - len(self._unit)
        if more > 0:
            more = max(more, len(self._unit))
            self._unit = np.concatenate([self._unit, np.full(more, -1, dtype=np.int64)])
            self._brand = np.concatenate([self._brand, np.zeros(more, dtype=np.int16)])
            self._language = np.concatenate([self._language, np.zeros(more, dtype=np.int16)])
            self._public = np.concatenate([self._public, np.zeros(more, dtype=np.bool_)])
