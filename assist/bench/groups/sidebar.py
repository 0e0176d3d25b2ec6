"""A real server process and real sockets: from opening a ticket to its draft, and from an event to every sidebar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from assist.bench.report import Measure, times
from assist.bench.server import Running, started
from assist.bench.sockets import Sidebars
from assist.bench.workplace import Workplace

ORDER = 4
GROUP = "sidebar"
PER_TICKET = 4
EVENTS_PER_SECOND = 5
PATIENCE_S = 30.0


def measure(place: Workplace) -> Iterator[Measure]:
    """Serve a home of 10,000 resolved tickets and look at it from outside."""
    records = place.sized(20_000, 800)
    crowds = (200, 1_000) if not place.quick else (8,)
    place.grow(records)
    opened = place.open_tickets(place.sized(250, 8))
    place.services.index.save()
    place.close()
    with started(place.home) as server:
        yield Measure(GROUP, "start of a server until it answers", server.seconds, "s", target=6, note="seeded home")
        yield Measure(GROUP, "memory of the server, idle", server.memory_mb(), "MB")
        yield from _drafts(server, opened[: place.sized(200, 6)], records)
        for crowd in crowds:
            place.tell(f"{crowd:,} sidebars …")
            yield from _crowd(server, opened, crowd, seconds=place.sized(20, 2))
        yield Measure(GROUP, "memory of the server after it all", server.memory_mb(), "MB")


def _drafts(server: Running, tickets: list[str], records: int) -> Iterator[Measure]:
    summaries, drafts, cached = [], [], []
    with Sidebars(server) as sidebars:
        sidebar = sidebars.connect()
        for ticket in tickets:
            began = time.perf_counter()
            sidebars.open(sidebar, "bench", ticket, suggest=True)
            seen: dict[str, float] = {}
            while "done" not in seen:
                _, name, payload, at = sidebars.next(began + PATIENCE_S)
                if name == "suggestion_delta" and payload.get("case"):
                    seen.setdefault("summary", at - began)
                elif name == "suggestion_done":
                    seen["done"] = at - began
            summaries.append(seen.get("summary", seen["done"]))
            drafts.append(seen["done"])
        for ticket in tickets:
            began = time.perf_counter()
            sidebars.open(sidebar, "bench", ticket, suggest=True)
            cached.append(time.perf_counter() - began)
    size = f"{records // 2:,} resolved tickets"
    yield times(GROUP, "open from cache", cached, 0.95, target=300)
    yield times(GROUP, "open to summary", summaries, 0.5, note=size)
    yield times(GROUP, "open to summary", summaries, 0.95, note=size)
    yield times(GROUP, "open to complete extractive draft", drafts, 0.5, note=size)
    yield times(GROUP, "open to complete extractive draft", drafts, 0.95, target=300, note=size)


def _crowd(server: Running, tickets: list[str], crowd: int, seconds: int) -> Iterator[Measure]:
    shown = tickets[: max(1, crowd // PER_TICKET)]
    delays: list[float] = []
    with Sidebars(server) as sidebars:
        for number in range(crowd):
            sidebars.open(sidebars.connect(), "bench", shown[number % len(shown)], suggest=False)
        sidebars.drain()
        count = EVENTS_PER_SECOND * seconds
        expected = 0
        for number in range(count):
            ticket = shown[number % len(shown)]
            sent = server.customer_writes("bench", ticket, f"Any news about my parcel number {number}?")
            expected += sidebars.on(ticket)
            delays += _arrivals(sidebars, sent, sidebars.on(ticket))
            time.sleep(max(0.0, sent + 1 / EVENTS_PER_SECOND - time.perf_counter()))
    name = f"customer's message to {crowd:,} sidebars"
    note = f"{PER_TICKET} to a ticket, {EVENTS_PER_SECOND} messages a second"
    share = len(delays) / expected if expected else 0.0
    yield times(GROUP, name, delays, 0.5, note=note)
    yield times(GROUP, name, delays, 0.99, target=150 if crowd == 1_000 else None, note=note)
    yield Measure(GROUP, f"{name}, delivered", 100 * share, "%", n=expected, target=100, at_most=False)


def _arrivals(sidebars: Sidebars, sent: float, expected: int) -> list[float]:
    found: list[float] = []
    while len(found) < expected:
        try:
            event: tuple[int, str, dict[str, Any], float] = sidebars.next(sent + PATIENCE_S)
        except TimeoutError:
            break
        if event[1] == "ticket_updated":
            found.append(event[3] - sent)
    return found
