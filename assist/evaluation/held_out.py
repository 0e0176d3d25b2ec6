"""Resolved tickets as they stood before a colleague answered, with the answer that was really sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import col, select

from assist.case import Case
from assist.desk.cases import load_case, messages_of
from assist.helpdesk import Author
from assist.store.models import Message, Ticket

if TYPE_CHECKING:
    from assist.services import Services


@dataclass(frozen=True)
class Answered:
    """One place in a resolved ticket where an agent answered: `case` ends just before, all texts are masked."""

    case: Case
    intent: str | None
    external_id: str
    position: int
    agent: str | None
    at: datetime
    reply: str


def answered(services: Services, *, since: datetime | None = None, per_ticket: int = 1) -> Iterator[Answered]:
    """Yield the first `per_ticket` answers of every resolved ticket created after `since`, oldest ticket first."""
    resolved = select(Ticket).where(Ticket.status == "resolved").order_by(col(Ticket.id))
    if since is not None:
        resolved = resolved.where(col(Ticket.created_at) >= since)
    with services.database.reading() as session:
        tickets = session.exec(resolved).all()
    for ticket in tickets:
        assert ticket.id is not None
        with services.database.reading() as session:
            case = load_case(session, ticket, services.vault.open(session, ticket.id))
            messages = messages_of(session, ticket.id)
        for message in _answers(messages)[:per_ticket]:
            before = [one for one in case.messages if one.position < message.position]
            yield Answered(
                case=case.model_copy(update={"messages": before}),
                intent=ticket.intent,
                external_id=ticket.external_id,
                position=message.position,
                agent=message.extra.get("name"),
                at=message.created_at,
                reply=message.text,
            )


def _answers(messages: list[Message]) -> list[Message]:
    """Give the public replies that answer a customer; a second message in a row continues the first."""
    answers = []
    asked = False
    for message in messages:
        if message.author == Author.CUSTOMER:
            asked = True
        elif message.author == Author.AGENT and not message.internal and asked:
            answers.append(message)
            asked = False
    return answers
