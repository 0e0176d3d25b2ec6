"""Hybrid search at three sizes, beyond the encoder's own time; the largest is the one with a target."""

from __future__ import annotations

import time
from collections.abc import Iterator

from assist.bench.report import Measure, times
from assist.bench.workplace import Workplace
from assist.case import SourceQuery
from assist.demo.seed import rows

ORDER = 5
GROUP = "retrieval"
SIZES = (1_000, 10_000, 100_000)
QUICK = (800,)


def measure(place: Workplace) -> Iterator[Measure]:
    """Ask what customers of the demo ask, each question with the filters of its ticket."""
    questions = [
        SourceQuery(text=row["messages"][0]["text"], brand=row["brand"], language=row["language"])
        for kind in ("open", "resolved")
        for row in rows(kind)
    ]
    for size in QUICK if place.quick else SIZES:
        place.tell(f"retrieval at {size:,} records …")
        place.grow(size)
        asked = questions[: place.sized(len(questions), 10)]
        for question in asked[:5]:
            place.services.retriever.search(question)
        took = [_search(place, question) for question in asked]
        name = f"search in {size:,} records beyond the encoder"
        yield times(GROUP, name, took, 0.5)
        yield times(GROUP, name, took, 0.95, target=25 if size == SIZES[-1] else None)


def _search(place: Workplace, question: SourceQuery) -> float:
    before, began = place.encoder.seconds, time.perf_counter()
    place.services.retriever.search(question)
    return time.perf_counter() - began - (place.encoder.seconds - before)
