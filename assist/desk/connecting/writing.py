"""Writes texts into the helpdesk. A public reply uses up an agent's approval of exactly that text, before it leaves."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from assist.desk.intake import Intake
from assist.errors import AssistError, InvalidInput
from assist.governance.approvals import Approvals
from assist.governance.audit import by_user, note
from assist.helpdesk import (
    Ability,
    Approved,
    Author,
    Connector,
    EventKind,
    Message,
    Status,
    TicketEvent,
    WriteKind,
    Writing,
    Written,
)
from assist.store.database import Database
from assist.store.models import Outgoing, Ticket, User


class WriteBack:
    """Writes drafts, notes and approved replies, each at most once."""

    def __init__(
        self, database: Database, approvals: Approvals, intake: Intake, connectors: Mapping[str, Connector]
    ) -> None:
        self._database = database
        self._approvals = approvals
        self._intake = intake
        self._connectors = connectors

    def offers(self, ticket: Ticket, kind: WriteKind) -> bool:
        """Tell whether the ticket's helpdesk takes texts of this kind."""
        connector = self._connectors.get(ticket.source)
        return connector is not None and Ability(kind.value) in connector.abilities

    def write(
        self,
        ticket: Ticket,
        kind: WriteKind,
        text: str,
        *,
        user: User,
        approval: str | None = None,
        resolve: bool = False,
    ) -> Written:
        """Write a text; a reply needs the token of an `approval`, which is used up whatever comes after.

        Raises `Forbidden` or `Conflict` as `Approvals.consume` does, `InvalidInput` where the helpdesk has no such
        thing, and what the helpdesk's failure was. After a failure nothing is sent by itself: somebody looks first.
        """
        connector = self._connectors.get(ticket.source)
        if connector is None or not self.offers(ticket, kind):
            raise InvalidInput(f"this helpdesk takes no {kind.value}", where=ticket.source)
        row, writing, suggestion = self._begin(ticket, kind, text, user=user, approval=approval, resolve=resolve)
        try:
            written = connector.write(writing)
        except Exception as error:
            told = error.message if isinstance(error, AssistError) else type(error).__name__
            self._end(row, "failed", error=told)
            raise
        self._end(row, "sent", external_id=written.message_id)
        if written.message_id and kind is not WriteKind.DRAFT:
            self._intake.receive(
                _event(ticket, writing, written.message_id, user),
                user_id=user.id,
                by=user.name,
                suggestion_id=suggestion,
            )
        return written

    def _begin(
        self, ticket: Ticket, kind: WriteKind, text: str, *, user: User, approval: str | None, resolve: bool
    ) -> tuple[Outgoing, Writing, str | None]:
        assert ticket.id is not None
        assert user.id is not None
        with self._database.session() as session:
            proof, suggestion = None, None
            if kind is WriteKind.REPLY:
                used = self._approvals.consume(session, approval or "", ticket_id=ticket.id, text=text, user_id=user.id)
                proof, suggestion = Approved(id=used.id, by=user.email, text=text), used.suggestion_id
            writing = Writing(
                kind=kind, ticket_id=ticket.external_id, text=text, by=user.email, approval=proof, resolve=resolve
            )
            row = Outgoing(
                ticket_id=ticket.id,
                user_id=user.id,
                connector=ticket.source,
                kind=kind.value,
                approval_id=proof.id if proof else None,
                text_hash=self._approvals.text_hash(text),
            )
            session.add(row)
            session.flush()
            _note(session, "helpdesk.writing", row)
            return row, writing, suggestion

    def _end(self, row: Outgoing, state: str, *, external_id: str | None = None, error: str | None = None) -> None:
        with self._database.session() as session:
            held = session.get(Outgoing, row.id)
            if held is None:
                return
            held.state, held.external_id, held.error = state, external_id, error
            session.add(held)
            _note(session, "helpdesk.written" if state == "sent" else "helpdesk.failed", held)


def _note(session: Session, action: str, row: Outgoing) -> None:
    note(
        session,
        action,
        actor=by_user(row.user_id) if row.user_id else "system",
        ticket_id=row.ticket_id,
        connector=row.connector,
        kind=row.kind,
        approval=row.approval_id,
        text=row.text_hash,
    )


def _event(ticket: Ticket, writing: Writing, message_id: str, user: User) -> TicketEvent:
    internal = writing.kind is WriteKind.NOTE
    return TicketEvent(
        kind=EventKind.INTERNAL_NOTE if internal else EventKind.AGENT_REPLY,
        source=ticket.source,
        ticket_id=ticket.external_id,
        message=Message(author=Author.AGENT, text=writing.text, id=message_id, name=user.name, internal=internal),
        status=Status.RESOLVED if writing.resolve else None,
    )
