"""What ends a ticket or begins it anew: deleted, merged into another, reopened."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from assist.desk.live import TicketStream
from assist.governance.audit import note
from assist.helpdesk import EventKind, Status, TicketEvent
from assist.retrieval.index import RecordIndex
from assist.store.models import Ticket, new_id

# The status of a ticket of which only the number of its row is left.
GONE = "purged"


def delete(session: Session, ticket: Ticket, index: RecordIndex, stream: TicketStream) -> Callable[[], int]:
    """Forget a ticket with all that was kept of it: messages, originals, drafts, records, and its number.

    Its bare row stays, so that every process's index learns which records are gone. Gives what tells the open sidebars
    once that is committed.
    """
    assert ticket.id is not None
    index.remove_ticket(session, ticket.id)
    for table in reversed(SQLModel.metadata.sorted_tables):
        column = table.c.get("ticket_id")
        if column is not None and column.foreign_keys and table.name != "record":
            session.execute(sa.delete(table).where(column == ticket.id))
    note(session, "ticket.deleted", actor="system", ticket_id=ticket.id, source=ticket.source)
    ticket.external_id, ticket.status = f"deleted-{new_id()}", GONE
    ticket.subject, ticket.content_hash = None, ""
    # Whoever holds the opened vault in memory must read it again.
    ticket.version += 1
    session.add(ticket)
    session.flush()
    return stream.append_in(session, ticket.id, "ticket_updated", {"what": EventKind.DELETED.value})


def merge(ticket: Ticket, event: TicketEvent) -> Status:
    """Note in which ticket this one goes on; its own case is closed, and teaches nothing."""
    ticket.merged_into = event.into
    return Status.RESOLVED


def reopens(ticket: Ticket, event: TicketEvent) -> bool:
    """Tell whether an event opens a ticket that was resolved."""
    if event.kind is EventKind.REOPENED:
        return True
    return ticket.status == Status.RESOLVED and event.status in {Status.OPEN, Status.PENDING}
