"""The live stream of a ticket: every event gets the next sequence number, is stored masked, and is told to all.

Because events are stored before they are told, a sidebar that was away asks for what it missed and gets exactly that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from assist.bus import Bus
from assist.errors import NotFound
from assist.store.database import Database
from assist.store.models import StreamEvent, Ticket, now

KEEP = timedelta(hours=24)
TOPIC = "ticket"


class TicketStream:
    """Appends to and reads from tickets' streams."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    def append(self, ticket_id: int, event: str, payload: dict[str, Any]) -> int:
        """Store one event and tell every process; gives its sequence number."""
        with self._database.session() as session:
            tell = self.append_in(session, ticket_id, event, payload)
        return tell()

    def append_in(self, session: Session, ticket_id: int, event: str, payload: dict[str, Any]) -> Callable[[], int]:
        """Store one event in the caller's transaction; call what comes back once that is committed."""
        seq: int | None = session.execute(
            update(Ticket)
            .where(col(Ticket.id) == ticket_id)
            .values(seq=Ticket.seq + 1)
            .returning(col(Ticket.seq))
            .execution_options(synchronize_session=False)
        ).scalar()
        if seq is None:
            raise NotFound(f"there is no ticket {ticket_id}", where="stream")
        session.add(StreamEvent(ticket_id=ticket_id, seq=seq, event=event, payload=payload))
        session.flush()

        def tell() -> int:
            self._bus.publish(TOPIC, {"ticket_id": ticket_id, "seq": seq, "event": event, "payload": payload})
            return seq

        return tell

    def since(self, session: Session, ticket_id: int, seq: int) -> list[StreamEvent] | None:
        """Give the events after `seq`, oldest first, or `None` when some of them are no longer kept."""
        ticket = session.get(Ticket, ticket_id)
        if ticket is None or seq > ticket.seq:
            return None
        events = list(
            session.exec(
                select(StreamEvent)
                .where(StreamEvent.ticket_id == ticket_id, StreamEvent.seq > seq)
                .order_by(col(StreamEvent.seq))
            )
        )
        return events if len(events) == ticket.seq - seq else None

    def prune(self) -> None:
        """Forget events older than a day; who was away longer gets the whole state instead."""
        with self._database.session() as session:
            session.execute(delete(StreamEvent).where(col(StreamEvent.created_at) < now() - KEEP))
