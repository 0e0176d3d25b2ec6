"""The only door to customers: a reply leaves when a named agent approved exactly that text."""

from __future__ import annotations

from sqlmodel import Session

from assist.desk.connecting import WriteBack
from assist.desk.intake import Intake
from assist.governance.approvals import Approvals
from assist.helpdesk import Author, EventKind, Message, Status, TicketEvent, WriteKind
from assist.store.database import Database
from assist.store.models import Approval, Ticket, User


class Sender:
    """Lets approved replies pass to the helpdesk."""

    def __init__(self, database: Database, approvals: Approvals, intake: Intake, write_back: WriteBack) -> None:
        self._database = database
        self._approvals = approvals
        self._intake = intake
        self._write_back = write_back

    def approve(
        self, ticket: Ticket, *, user: User, text: str, suggestion_id: str | None = None
    ) -> tuple[str, Approval]:
        """Record that this agent approves this text for this ticket, and give the token that proves it."""
        assert ticket.id is not None
        assert user.id is not None
        with self._database.session() as session:
            return self._approvals.issue(
                session, user_id=user.id, ticket_id=ticket.id, text=text, suggestion_id=suggestion_id
            )

    def send(self, ticket: Ticket, *, user: User, text: str, approval: str, resolve: bool = False) -> int:
        """Send a reply; raises `Forbidden` or `Conflict` unless `approval` allows this very text, once.

        Gives the ticket's id. The approval names the suggestion, so what was sent is compared with the right draft.
        A ticket of a connected helpdesk is answered there.
        """
        ticket_id, user_id = ticket.id, user.id
        assert ticket_id is not None
        assert user_id is not None
        if self._write_back.offers(ticket, WriteKind.REPLY):
            self._write_back.write(ticket, WriteKind.REPLY, text, user=user, approval=approval, resolve=resolve)
            return ticket_id

        def gate(session: Session) -> None:
            self._approvals.consume(session, approval, ticket_id=ticket_id, text=text, user_id=user_id)

        identifier = approval.partition(".")[0]
        with self._database.reading() as session:
            issued = session.get(Approval, identifier)
        return self._intake.receive(
            TicketEvent(
                kind=EventKind.AGENT_REPLY,
                source=ticket.source,
                ticket_id=ticket.external_id,
                message=Message(author=Author.AGENT, text=text, name=user.name, id=f"approval:{identifier}"),
                status=Status.RESOLVED if resolve else None,
            ),
            user_id=user_id,
            by=user.name,
            suggestion_id=issued.suggestion_id if issued else None,
            gate=gate,
        )
