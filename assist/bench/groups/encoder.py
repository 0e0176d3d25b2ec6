"""The bundled encoder: texts a second in batches, and one question."""

from __future__ import annotations

from collections.abc import Iterator

from assist.bench.report import Measure, rate, times
from assist.bench.workplace import Workplace, stopwatch

ORDER = 3
GROUP = "encoder"
ROUNDS = 3


def measure(place: Workplace) -> Iterator[Measure]:
    """Encode what people wrote in the demo."""
    texts = place.messages[: place.sized(512, 32)]
    place.encoder.encode(texts[:8])
    rates = []
    for _ in range(ROUNDS):
        taken: list[float] = []
        with stopwatch(taken):
            place.encoder.encode(texts)
        rates.append(len(texts) / taken[0])
    yield rate(GROUP, "texts in batches", rates, "texts/s")
    single: list[float] = []
    for text in texts[:100]:
        with stopwatch(single):
            place.encoder.encode([text])
    yield times(GROUP, "one text", single, 0.5)
