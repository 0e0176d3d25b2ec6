"""What ends a ticket or begins it anew: deleted, merged into another, reopened."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import Session, col

from assist.desk.live import TicketStream
from assist.governance.audit import note
from assist.helpdesk import EventKind, Status, TicketEvent
from assist.retrieval.index import RecordIndex
from assist.store.models import Record, Ticket


def delete(session: Session, ticket: Ticket, index: RecordIndex, stream: TicketStream) -> Callable[[], int]:
    """Forget a ticket with all that was kept of it: messages, originals, drafts, records.

    Gives what tells the open sidebars once that is committed.
    """
    assert ticket.id is not None
    index.remove_ticket(session, ticket.id)
    # The emptied records stay, so that every process's index learns that they are gone.
    session.execute(update(Record).where(col(Record.ticket_id) == ticket.id).values(ticket_id=None))
    tell = stream.append_in(session, ticket.id, "ticket_updated", {"what": EventKind.DELETED.value})
    note(session, "ticket.deleted", actor="system", ticket_id=ticket.id, source=ticket.source)
    session.delete(ticket)
    session.flush()
    return tell


def merge(ticket: Ticket, event: TicketEvent) -> Status:
    """Note in which ticket this one goes on; its own case is closed, and teaches nothing."""
    ticket.merged_into = event.into
    return Status.RESOLVED


def reopens(ticket: Ticket, event: TicketEvent) -> bool:
    """Tell whether an event opens a ticket that was resolved."""
    if event.kind is EventKind.REOPENED:
        return True
    return ticket.status == Status.RESOLVED and event.status in {Status.OPEN, Status.PENDING}
