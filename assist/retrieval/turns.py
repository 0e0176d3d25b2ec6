"""Reads how the conversations of found tickets went: what was written to whom, answer by answer."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from assist.case import Source, Turn
from assist.helpdesk import Author
from assist.store.models import Message

# Later turns of a long conversation are about that customer alone.
MOST = 12


def with_turns(session: Session, sources: Sequence[Source]) -> list[Source]:
    """Give the sources, each ticket with its public turns; one query for all of them."""
    ids = [source.ticket_id for source in sources if source.kind == "ticket"]
    if not ids:
        return list(sources)
    statement = (
        sa.select(col(Message.ticket_id), col(Message.author), col(Message.text))
        .where(col(Message.ticket_id).in_(ids), col(Message.internal).is_(False))
        .order_by(col(Message.ticket_id), col(Message.position))
    )
    told: dict[int, list[tuple[str, str]]] = {}
    for ticket_id, author, text in session.connection().execute(statement):
        told.setdefault(ticket_id, []).append((author, text))
    return [source.model_copy(update={"turns": turns(told.get(source.ticket_id or 0, []))}) for source in sources]


def turns(messages: Sequence[tuple[str, str]]) -> list[Turn]:
    """Give what customers wrote and what agents answered; what one side writes in a row belongs together."""
    out: list[Turn] = []
    asked: list[str] = []
    said: list[str] = []
    for author, text in [*messages, (Author.CUSTOMER.value, "")]:
        if author == Author.AGENT:
            said.append(text)
        elif author == Author.CUSTOMER:
            if said and asked:
                out.append(Turn(asked="\n".join(asked), said="\n".join(said)))
            if said:
                asked, said = [], []
            asked.append(text)
    return out[:MOST]
