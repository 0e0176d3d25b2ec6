"""Takes out of the database all that was made of a ticket; what is left are numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from assist.governance import audit
from assist.retrieval.index import RecordIndex
from assist.store.models import AuditEvent, InboxEvent, SentText, StreamEvent, Suggestion, Ticket, new_id

# The status of a ticket of which only numbers are left.
PURGED = "purged"
GONE = "(purged)"
_PAGE = 500
# Rows that stay for the statistics, without a word in them; every other table that belongs to a ticket is emptied.
KEPT = {"ticket", "suggestion", "feedback", "record"}
BLANK: dict[str, Any] = {"instruction": None, "drafts": [], "sources": [], "missing": [], "error": None}


def purge_tickets(
    session: Session, index: RecordIndex, tickets: Sequence[Ticket], *, identity: bool = False
) -> Counter[str]:
    """Purge tickets in the caller's transaction; gives what went, by table. `identity`: their helpdesk ids go too.

    The details of their audit rows are the caller's to purge, because one row must prove it.
    """
    ids = [ticket.id for ticket in tickets if ticket.id is not None]
    gone = _elsewhere(session, set(ids))
    for id in ids:
        index.remove_ticket(session, id)
    for table in _belonging():
        gone[table.name] += _delete(session, table, table.c.ticket_id.in_(ids))
    gone["suggestion"] += blank_drafts(session, col(Suggestion.ticket_id).in_(ids))
    for ticket in tickets:
        gone["inbox_event"] += _delete(session, InboxEvent, *_at_the_door(ticket, identity=identity))
        ticket.subject, ticket.content_hash, ticket.status = None, "", PURGED
        # Whoever holds the opened ticket in memory must read it again.
        ticket.version += 1
        if identity:
            ticket.external_id = f"erased-{new_id()}"
        session.add(ticket)
    session.flush()
    gone["ticket"] += len(ids)
    return +gone


def blank_drafts(session: Session, *conditions: Any) -> int:
    """Take the texts out of suggestions; their numbers stay. Gives how many had any."""
    statement = sa.update(Suggestion).where(*conditions, _has_text()).values(**BLANK)
    return _rowcount(session, statement)


def drafts_with_text(session: Session, *conditions: Any) -> int:
    """Count the suggestions that still have texts."""
    return session.exec(select(sa.func.count()).select_from(Suggestion).where(*conditions, _has_text())).one()


def purge_details(session: Session, tickets: list[int]) -> list[list[int]]:
    """Take the details out of the audit rows of tickets; gives which rows, for the row that proves it."""
    return audit.purge(session, col(AuditEvent.ticket_id).in_(tickets)) if tickets else []


def _at_the_door(ticket: Ticket, *, identity: bool) -> tuple[Any, ...]:
    """Give the condition for a ticket's events that hold its words, or its id; the one at work ends by itself."""
    states = ("waiting", "parked", "done") if identity else ("waiting", "parked")
    held = (col(InboxEvent.connector) == ticket.source, col(InboxEvent.ticket) == ticket.external_id)
    return (*held, col(InboxEvent.state).in_(states))


def _belonging() -> Iterator[sa.Table]:
    """Yield the tables whose rows belong to one ticket, the newest kind of them included."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        column = table.c.get("ticket_id")
        if table.name not in KEPT and column is not None and column.foreign_keys:
            yield table


def _elsewhere(session: Session, ids: set[int]) -> Counter[str]:
    """Take tickets out of drafts that were made for others from them, and out of what was sent for those.

    One reading of all drafts that have sources, so it is asked for many tickets at once.
    """
    gone: Counter[str] = Counter()
    holding = select(Suggestion.id, Suggestion.sources).where(sa.cast(col(Suggestion.sources), sa.Text) != "[]")
    rows = session.exec(holding, execution_options={"yield_per": _PAGE})
    for id in [id for id, sources in rows if any(source.get("ticket_id") in ids for source in sources)]:
        suggestion = session.get_one(Suggestion, id)
        if suggestion.ticket_id in ids:
            continue
        cited = {source["n"] for source in suggestion.sources if source.get("ticket_id") in ids}
        suggestion.sources = [_blank(source) if source["n"] in cited else source for source in suggestion.sources]
        suggestion.drafts = [
            {**draft, "sentences": [_uncited(sentence, cited) for sentence in draft["sentences"]]}
            for draft in suggestion.drafts
        ]
        session.add(suggestion)
        gone["suggestion"] += 1
        gone["sent_text"] += _delete(session, SentText, col(SentText.suggestion_id) == suggestion.id)
        payload = sa.cast(col(StreamEvent.payload), sa.Text)
        of_it = (StreamEvent.ticket_id == suggestion.ticket_id, payload.like(f"%{suggestion.id}%"))
        gone["stream_event"] += _delete(session, StreamEvent, *of_it)
    session.flush()
    return gone


def _blank(source: dict[str, Any]) -> dict[str, Any]:
    return {**source, "title": GONE, "text": GONE, "problem": None, "matched_terms": [], "ticket_id": None}


def _uncited(sentence: dict[str, Any], cited: set[int]) -> dict[str, Any]:
    return {**sentence, "text": GONE, "flags": []} if cited & set(sentence["sources"]) else sentence


def _has_text() -> sa.ColumnElement[bool]:
    drafts, sources = (sa.cast(column, sa.Text) for column in (col(Suggestion.drafts), col(Suggestion.sources)))
    return sa.or_(
        drafts != "[]", sources != "[]", col(Suggestion.instruction).is_not(None), col(Suggestion.error).is_not(None)
    )


def _delete(session: Session, table: Any, *conditions: Any) -> int:
    return _rowcount(session, sa.delete(table).where(*conditions))


def _rowcount(session: Session, statement: Any) -> int:
    return cast(sa.CursorResult[Any], session.connection().execute(statement)).rowcount
