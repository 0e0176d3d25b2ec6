"""The choke point: do any known personal values occur in the bytes that leave for a model or an embedding server?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assist.evaluation.data import Data
from assist.evaluation.leak_search import Watch
from assist.evaluation.planted import Values, planted
from assist.evaluation.recorder import recording
from assist.evaluation.result import Case, Result, result
from assist.evaluation.workspace import workspace
from assist.governance import audit
from assist.helpdesk import Status, Ticket
from assist.log import configure
from assist.redaction.words import Words
from assist.services import Services
from assist.settings import Settings

NAME = "leaks"
FOLDER = "pii"
ORDER = 60
MESSAGES = 10_000
BATCH = 100
Leaks = list[tuple[str, str]]


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Drive tickets through intake, index and drafts with everything remote, and read what was sent."""
    values = Values()
    for file in data.datasets(FOLDER):
        values.read(list(data.rows(file)))
    rows = data.corpus("tickets/dev/*.jsonl") + data.corpus(f"{FOLDER}/dev/*.jsonl")
    tickets = list(planted(rows, values, data.limit or MESSAGES))
    watch = Watch()
    for ticket in tickets:
        for kind, value in ticket.contact.known_values():
            watch.add(kind, value)
    words = Words()
    with recording() as recorder, _logged() as lines:
        remote = settings.model_copy(
            update={"chat_model": recorder.chat_model, "embedding_model": recorder.embedding_model}
        )
        with workspace(remote) as services:
            found: dict[str, Leaks] = {"chat": [], "embedding": [], "name_parts": []}
            sizes = {"chat": 0, "embedding": 0}
            items: list[float] = []
            for start in range(0, len(tickets), BATCH):
                tell(f"{start:,} of {len(tickets):,} tickets")
                for drafted in _drive(services, tickets[start : start + BATCH]):
                    parts = _parts(drafted, words)
                    for path, sent in recorder.take():
                        kind = "embedding" if path.endswith("/embeddings") else "chat"
                        leaks = list(watch.leaks(sent))
                        found[kind] += leaks
                        found["name_parts"] += parts.leaks(sent) if parts is not None else ()
                        sizes[kind] += 1
                        items.append(float(bool(leaks)))
            exported = "\n".join(json.dumps(row.model_dump(mode="json")) for row in audit.entries(services.database))
            found["audit"] = list(watch.leaks(exported.encode()))
            found["log"] = list(watch.leaks(lines.getvalue().encode()))
    counts: dict[str, float] = {
        "messages": sum(len(ticket.messages) for ticket in tickets),
        "tickets": len(tickets),
        "values": len(watch.values) + len(watch.phones),
        "leaks": sum(map(len, found.values())),
        **{f"leaks.{where}": len(some) for where, some in found.items()},
        **{f"requests.{where}": size for where, size in sizes.items()},
    }
    yield result(
        NAME,
        "tickets",
        {"leaking_requests": items},
        # Counts are the same for any sample of requests.
        statistics={name: partial(_constant, float(value)) for name, value in counts.items()},
        cases=[
            Case(f"{where}-{n}", -1.0, kind, "", value)
            for where, some in found.items()
            for n, (kind, value) in enumerate(some)
        ],
    )


def _constant(value: float, _: NDArray[np.int64]) -> float:
    return value


def _drive(services: Services, tickets: list[Ticket]) -> Iterator[Ticket | None]:
    """Store tickets and draft replies to the open ones; yields after each, `None` where a batch was worked on."""
    stored = services.intake.store(tickets)
    services.index.catch_up()
    yield None
    for ticket, row in zip(tickets, stored, strict=True):
        if ticket.status == Status.OPEN:
            suggestion, _ = services.suggester.start(row.ticket_id, user=None, trigger="open")
            services.suggester.run(suggestion)
            services.triage.run(row.ticket_id)
            yield ticket


def _parts(ticket: Ticket | None, words: Words) -> Watch | None:
    """Give first and family name of a ticket's contact to look for, as far as they are nothing but names."""
    if ticket is None:
        return None
    parts = Watch(least=3)
    for part in (ticket.contact.name or "").split():
        if not words.is_ordinary(part):
            parts.add("PERSON", part)
    return parts


class _logged:
    """Logs into memory, as the product would to standard error."""

    def __enter__(self) -> io.StringIO:
        lines = io.StringIO()
        configure("INFO", "json")
        self._root = logging.getLogger()
        self._before = list(self._root.handlers)
        handler = logging.StreamHandler(lines)
        handler.setFormatter(self._before[0].formatter)
        self._root.handlers[:] = [handler]
        return lines

    def __exit__(self, *_: object) -> None:
        self._root.handlers[:] = self._before
