"""Masking: in the batches of an import, and one live message at a time."""

from __future__ import annotations

from collections.abc import Iterator

from assist.bench.report import Measure, rate, times
from assist.bench.workplace import Workplace, stopwatch
from assist.demo.seed import rows
from assist.desk.importing.importer import parse_ticket
from assist.desk.intake import mask_item

ORDER = 2
GROUP = "redaction"
ROUNDS = 3
BATCH = 64


def measure(place: Workplace) -> Iterator[Measure]:
    """Find personal data in the demo's tickets; every round reads all of them."""
    masker = place.services.masker
    place.services.redactor.warm()
    tickets = [parse_ticket(row, source="bench", given={}) for row in rows("resolved")]
    items = [mask_item(ticket) for ticket in tickets[: place.sized(len(tickets), 16)]]
    count = sum(len(item.texts) for item in items)
    rates = []
    for _ in range(ROUNDS):
        taken: list[float] = []
        with stopwatch(taken):
            for start in range(0, len(items), BATCH):
                masker.find(items[start : start + BATCH])
        rates.append(count / taken[0])
    yield rate(GROUP, "messages in the batches of an import", rates, "messages/s", target=120)
    live: list[float] = []
    for item in items:
        for text in item.texts[:3]:
            with stopwatch(live):
                masker.find([type(item)([text], item.contact)])
    yield times(GROUP, "one live message", live, 0.5)
    yield times(GROUP, "one live message", live, 0.95, target=30)
