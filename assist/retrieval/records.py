"""Writes retrieval records into the database, which is the truth that every index follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from assist.helpdesk import Author, Visibility
from assist.retrieval import texts
from assist.retrieval.texts import Draft
from assist.retrieval.words import plain
from assist.store.models import Article, Message, Record, Ticket

GENERATION = "record_generation"


@dataclass(frozen=True)
class Wanted:
    """The records that a ticket or an article shall have; no drafts: none."""

    drafts: Sequence[Draft]
    at: datetime
    ticket_id: int | None = None
    article_id: int | None = None
    brand: str | None = None
    language: str | None = None
    visibility: str = Visibility.INTERNAL
    facts: dict[str, Any] = field(default_factory=dict)


def write_tickets(session: Session, items: Sequence[tuple[Ticket, Sequence[Message]]]) -> list[int]:
    """Make or replace problem and resolution of resolved tickets; gives the ids of rows that need a vector."""
    held = _held(session, [ticket.id for ticket, _ in items], "ticket_id")
    return _write(session, [(_of_ticket(ticket, messages), held.get(ticket.id, [])) for ticket, messages in items])


def write_articles(session: Session, articles: Sequence[Article]) -> list[int]:
    """Make or replace the passages of articles, none for one not approved; gives the rows that need a vector."""
    held = _held(session, [article.id for article in articles], "article_id")
    return _write(session, [(_of_article(article), held.get(article.id, [])) for article in articles])


def remove(session: Session, *, ticket_id: int | None = None, article_id: int | None = None) -> int:
    """Turn all records of a ticket or an article into tombstones without text; gives how many were alive."""
    owner, key = ("ticket_id", ticket_id) if ticket_id is not None else ("article_id", article_id)
    alive = [row for row in _held(session, [key], owner).get(key, []) if not row.deleted]
    if alive:
        generation = next_generation(session)
        for row in alive:
            _bury(session, row, generation)
        session.flush()
    return len(alive)


def next_generation(session: Session) -> int:
    """Raise the records' generation and give it.

    The counter's row stays locked until the transaction ends, so generations become visible in their order and an
    index that has seen one has seen all before it.
    """
    statement = sa.text(
        "INSERT INTO counter (name, value) VALUES (:name, 1) "
        "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
    )
    return int(session.connection().execute(statement, {"name": GENERATION}).scalar_one())


def spoken(title: str, text: str) -> str:
    """Give what an encoder reads of a record: title and text, unless the title is only the text's beginning."""
    return plain(text if repeats(title, text) else f"{title}. {text}")


def repeats(title: str, text: str) -> bool:
    """Tell whether a title was cut from the beginning of the text."""
    return text.startswith(title.rstrip("…"))


def _of_ticket(ticket: Ticket, messages: Sequence[Message]) -> Wanted:
    replies = sum(1 for message in messages if message.author == Author.AGENT and not message.internal)
    return Wanted(
        drafts=texts.of_ticket(ticket, messages),
        at=ticket.resolved_at or ticket.updated_at or ticket.created_at,
        ticket_id=ticket.id,
        brand=ticket.brand,
        language=ticket.language,
        facts={
            "outcome": "reopened" if ticket.reopened else "resolved",
            "csat": ticket.csat,
            "replies": replies,
            "intent": ticket.intent,
        },
    )


def _of_article(article: Article) -> Wanted:
    return Wanted(
        drafts=texts.of_article(article) if article.status == "approved" else [],
        at=article.reviewed_at or article.updated_at,
        article_id=article.id,
        brand=article.brand,
        language=article.language,
        visibility=article.visibility,
    )


def _held(session: Session, owners: Sequence[int | None], column: str) -> dict[int | None, list[Record]]:
    found: dict[int | None, list[Record]] = {}
    owner = col(getattr(Record, column))
    for start in range(0, len(owners), 500):
        for row in session.exec(select(Record).where(owner.in_(owners[start : start + 500]))):
            found.setdefault(getattr(row, column), []).append(row)
    return found


def _write(session: Session, pairs: Sequence[tuple[Wanted, list[Record]]]) -> list[int]:
    pairs = [(wanted, held) for wanted, held in pairs if wanted.drafts or any(not row.deleted for row in held)]
    if not pairs:
        return []
    generation = next_generation(session)
    written = [row for wanted, held in pairs for row in _replace(session, wanted, held, generation)]
    session.flush()
    return [row.id for row in written if row.vector is None and row.id is not None]


def _replace(session: Session, wanted: Wanted, held: list[Record], generation: int) -> list[Record]:
    free = {(row.kind, row.part): row for row in held}
    written: list[Record] = []
    for draft in wanted.drafts:
        row = free.pop((draft.kind, draft.part), None)
        if row is None:
            row = Record(kind=draft.kind, part=draft.part, text="")
            row.ticket_id, row.article_id = wanted.ticket_id, wanted.article_id
        if (row.title, row.text) != (draft.title, draft.text):
            row.vector = None
        row.title, row.text, row.created_at = draft.title, draft.text, wanted.at
        row.brand, row.language, row.visibility = wanted.brand, wanted.language, wanted.visibility
        row.facts = wanted.facts | ({"aside": draft.aside} if draft.aside else {})
        row.generation, row.deleted = generation, False
        session.add(row)
        written.append(row)
    for row in free.values():
        if not row.deleted:
            _bury(session, row, generation)
    return written


def _bury(session: Session, row: Record, generation: int) -> None:
    row.title, row.text, row.facts, row.vector = "", "", {}, None
    row.deleted, row.generation = True, generation
    session.add(row)
