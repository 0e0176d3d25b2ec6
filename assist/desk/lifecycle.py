"""What ends a ticket or begins it anew: deleted, merged into another, reopened."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from assist.desk.live import TicketStream
from assist.desk.purging import purge_details, purge_tickets
from assist.desk.triage_training import note_gone
from assist.governance.audit import note
from assist.helpdesk import EventKind, Status, TicketEvent
from assist.retrieval.index import RecordIndex
from assist.store.models import Ticket

# The status of a ticket that its helpdesk has deleted: of it only numbers are left, and who comes too late is known.
DELETED = "deleted"


def delete(session: Session, ticket: Ticket, index: RecordIndex, stream: TicketStream) -> Callable[[], int]:
    """Forget a ticket with all that was kept of it or made from it; what is left are numbers, and that it was there.

    Gives what tells the open sidebars once that is committed.
    """
    assert ticket.id is not None
    note_gone(session, ticket)
    gone = purge_tickets(session, index, [ticket])
    ticket.status = DELETED
    session.add(ticket)
    rows = purge_details(session, [ticket.id])
    note(
        session,
        "ticket.deleted",
        actor="system",
        ticket_id=ticket.id,
        source=ticket.source,
        gone=dict(gone),
        rows=rows,
    )
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
