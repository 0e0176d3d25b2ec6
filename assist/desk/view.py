"""What a signed-in agent sees of a ticket: real values restored, for those who may see it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from assist.desk.accounts import may_see
from assist.desk.cases import (
    Vaults,
    cached_summary,
    find_ticket,
    latest_suggestion,
    messages_of,
    restore_json,
    suggestion_json,
    ticket_json,
)
from assist.desk.intake import message_json
from assist.desk.live import TicketStream
from assist.desk.triaging import triage_json
from assist.errors import NotFound
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import Suggestion, Ticket, Triage, User

INBOX = 200
SNIPPET = 140


class TicketView:
    """Reads tickets for people. Every method checks that the user may see what it gives."""

    def __init__(self, database: Database, vault: Vault, stream: TicketStream) -> None:
        self._database = database
        self._vaults = Vaults(vault)
        self._stream = stream

    def ticket(self, *, source: str, external_id: str, user: User) -> Ticket:
        """Give the row of a ticket; raises `NotFound` when it is not this user's to see."""
        with self._database.reading() as session:
            return find_ticket(session, source=source, external_id=external_id, user=user)

    def ticket_by_id(self, ticket_id: int, *, user: User) -> Ticket:
        """Give the row of a ticket; raises `NotFound` when it is not, or no longer, this user's to see."""
        with self._database.reading() as session:
            ticket = session.get(Ticket, ticket_id)
            if ticket is None or not may_see(user, ticket):
                raise NotFound("this ticket is not here, or not yours to see", where="ticket")
            return ticket

    def suggestion(self, suggestion_id: str, ticket: Ticket) -> Suggestion:
        """Give a suggestion of a ticket; raises `NotFound` for one of another ticket."""
        with self._database.reading() as session:
            suggestion = session.get(Suggestion, suggestion_id)
            if suggestion is None or suggestion.ticket_id != ticket.id:
                raise NotFound("there is no such suggestion on this ticket", where="suggestion")
            return suggestion

    def open(self, ticket: Ticket, last_seq: int | None = None) -> dict[str, Any]:
        """Give the present state of a ticket for its sidebar, and what was missed since `last_seq`.

        `replay` is a list of `[event, payload]`, or `None` when there is nothing to go on from.
        """
        assert ticket.id is not None
        with self._database.reading() as session:
            row = session.get(Ticket, ticket.id)
            assert row is not None
            vault = self._vaults.open(session, row)
            summary = cached_summary(session, ticket.id)
            suggestion = latest_suggestion(session, ticket.id)
            by = session.get(User, suggestion.user_id) if suggestion and suggestion.user_id else None
            triage = session.get(Triage, ticket.id)
            flagged = [message for message in messages_of(session, ticket.id) if message.extra.get("flags")]
            missed = self._stream.since(session, ticket.id, last_seq) if last_seq is not None else None
            state = {
                "findings": [{"position": one.position, "flags": one.extra["flags"]} for one in flagged],
                "case": summary.model_dump(mode="json") if summary else None,
                "triage": triage_json(triage) if triage else None,
                "suggestion": suggestion_json(suggestion, by.name if by else None) if suggestion else None,
                "replay": None
                if missed is None
                else [[event.event, {"seq": event.seq, **event.payload}] for event in missed],
            }
            return {
                **restore_json(state, vault),
                "ticket": ticket_json(session, row, vault),
                "seq": row.seq,
                "version": row.version,
            }

    def restore(self, ticket_id: int, payload: dict[str, Any]) -> dict[str, Any]:
        """Put real values into a masked payload for sockets of the ticket's room."""
        if not _has_placeholder(payload):
            return payload
        with self._database.reading() as session:
            ticket = session.get(Ticket, ticket_id)
            if ticket is None:
                return payload
            restored: dict[str, Any] = restore_json(payload, self._vaults.open(session, ticket))
            return restored

    def conversation(self, ticket: Ticket) -> dict[str, Any]:
        """Give a ticket with its whole conversation."""
        assert ticket.id is not None
        with self._database.reading() as session:
            vault = self._vaults.open(session, ticket)
            return {
                "ticket": ticket_json(session, ticket, vault),
                "messages": [restore_json(message_json(message), vault) for message in messages_of(session, ticket.id)],
            }

    def inbox(self, *, user: User, status: str = "open", source: str | None = None) -> list[dict[str, Any]]:
        """Give the newest tickets of a status that this user may see, at most 200."""
        with self._database.reading() as session:
            query = select(Ticket).where(Ticket.status == status)
            if source:
                query = query.where(Ticket.source == source)
            if user.role == "agent" and user.groups:
                query = query.where(col(Ticket.group_name).is_(None) | col(Ticket.group_name).in_(user.groups))
            rows = session.exec(query.order_by(col(Ticket.updated_at).desc()).limit(INBOX)).all()
            return [self._row(session, row) for row in rows if may_see(user, row)]

    def source(self, suggestion_id: str, n: int, ticket: Ticket) -> dict[str, Any]:
        """Give one numbered source of a suggestion, whole; other customers' values stay masked."""
        for source in self.suggestion(suggestion_id, ticket).sources:
            if source["n"] == n:
                return dict(source)
        raise NotFound(f"this suggestion has no source [{n}]", where="source")

    def _row(self, session: Session, ticket: Ticket) -> dict[str, Any]:
        assert ticket.id is not None
        vault = self._vaults.open(session, ticket)
        last = messages_of(session, ticket.id)[-1:]
        contact = vault.contact
        return {
            "source": ticket.source,
            "ticket": ticket.external_id,
            "subject": vault.restore(ticket.subject) if ticket.subject else None,
            "requester": contact.name if contact else None,
            "status": ticket.status,
            "channel": ticket.channel,
            "priority": ticket.priority,
            "group": ticket.group_name,
            "updated_at": ticket.updated_at.isoformat(),
            "snippet": vault.restore(last[0].text)[:SNIPPET] if last else "",
            "unread": bool(last) and last[0].author == "customer",
        }


def _has_placeholder(value: Any) -> bool:
    if isinstance(value, str):
        return "<" in value
    if isinstance(value, list):
        return any(_has_placeholder(item) for item in value)
    if isinstance(value, dict):
        return any(_has_placeholder(item) for item in value.values())
    return False
