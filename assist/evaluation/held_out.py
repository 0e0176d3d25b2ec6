"""Tickets as they stood before a colleague answered, with the answer that was really sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import col, select

from assist.case import Case, Source
from assist.desk.cases import load_case, messages_of
from assist.generation.engine import Finished, SourcesReady
from assist.helpdesk import Author, Status
from assist.store.models import Message, Ticket

if TYPE_CHECKING:
    from assist.services import Services


@dataclass(frozen=True)
class Answered:
    """One place in a ticket where an agent answered: `case` ends just before, all texts are masked.

    `reply` holds what was sent in a row, one message a line.
    """

    case: Case
    intent: str | None
    external_id: str
    position: int
    agent: str | None
    at: datetime
    reply: str

    @property
    def asked(self) -> str:
        """The case so far as one text."""
        return "\n".join(message.text for message in self.case.messages if not message.internal)


@dataclass(frozen=True)
class Suggested:
    """What the product's ladder made of a case with the product's retriever, and in how many seconds."""

    sources: list[Source]
    finished: Finished
    seconds: float


def suggest(services: Services, case: Case) -> Suggested:
    """Make a suggestion for a case, without storing or telling anything."""
    began = time.perf_counter()
    sources: list[Source] = []
    finished: Finished | None = None
    for delta in services.ladder.suggest(
        case,
        previous_summary=None,
        retrieve=services.retriever.search,
        cancel=threading.Event(),
        on_call=lambda _: None,
    ):
        if isinstance(delta, SourcesReady):
            sources = list(delta.sources)
        elif isinstance(delta, Finished):
            finished = delta
    assert finished is not None
    return Suggested(sources, finished, time.perf_counter() - began)


def answered(
    services: Services, *, since: datetime | None = None, per_ticket: int = 1, status: Status = Status.RESOLVED
) -> Iterator[Answered]:
    """Yield the first `per_ticket` answers of every ticket of a status created after `since`, oldest ticket first."""
    resolved = select(Ticket).where(Ticket.status == status).order_by(col(Ticket.id))
    if since is not None:
        resolved = resolved.where(col(Ticket.created_at) >= since)
    with services.database.reading() as session:
        tickets = session.exec(resolved).all()
    for ticket in tickets:
        assert ticket.id is not None
        with services.database.reading() as session:
            case = load_case(session, ticket, services.vault.open(session, ticket.id))
            messages = messages_of(session, ticket.id)
        for answer in _answers(messages)[:per_ticket]:
            first = answer[0]
            yield Answered(
                case=case.model_copy(update={"messages": [m for m in case.messages if m.position < first.position]}),
                intent=ticket.intent,
                external_id=ticket.external_id,
                position=first.position,
                agent=first.extra.get("name"),
                at=first.created_at,
                reply="\n".join(message.text for message in answer),
            )


def _answers(messages: list[Message]) -> list[list[Message]]:
    """Give the public replies that answer a customer; a second message in a row continues the first."""
    answers: list[list[Message]] = []
    asked = goes_on = False
    for message in messages:
        if message.author == Author.CUSTOMER:
            asked, goes_on = True, False
        elif message.author == Author.AGENT and not message.internal and (asked or goes_on):
            if goes_on:
                answers[-1].append(message)
            else:
                answers.append([message])
            asked, goes_on = False, True
    return answers
