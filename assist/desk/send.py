"""The only door to customers: a reply leaves when a named agent approved exactly that text."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from assist.desk.intake import Intake
from assist.desk.marks import mark_of
from assist.governance.approvals import Approvals
from assist.governance.policies import Policies
from assist.helpdesk import Author, EventKind, Message, Status, TicketEvent
from assist.store.database import Database
from assist.store.models import Approval, Ticket, User

RequireApprover = Callable[[User, Ticket, str], None]


class Sender:
    """Lets approved replies pass to the helpdesk. `require_approver` raises when somebody may not approve a text."""

    def __init__(
        self,
        database: Database,
        approvals: Approvals,
        intake: Intake,
        policies: Policies,
        require_approver: RequireApprover,
    ) -> None:
        self._policies = policies
        self._require_approver = require_approver
        self._database = database
        self._approvals = approvals
        self._intake = intake

    def approve(
        self, ticket: Ticket, *, user: User, text: str, suggestion_id: str | None = None
    ) -> tuple[str, Approval]:
        """Record that this agent approves this text for this ticket, and give the token that proves it.

        Raises `AcceptanceNeeded` or `Forbidden` when the policy does not let this agent approve it.
        """
        self._require_approver(user, ticket, text)
        assert ticket.id is not None
        assert user.id is not None
        with self._database.session() as session:
            return self._approvals.issue(
                session, user_id=user.id, ticket_id=ticket.id, text=text, suggestion_id=suggestion_id
            )

    def send(self, ticket: Ticket, *, user: User, text: str, approval: str, resolve: bool = False) -> int:
        """Send a reply; raises `Forbidden` or `Conflict` unless `approval` allows this very text, once.

        Gives the ticket's id. The approval names the suggestion, so what was sent is compared with the right draft.
        """
        ticket_id, user_id = ticket.id, user.id
        assert ticket_id is not None
        assert user_id is not None

        def gate(session: Session) -> None:
            self._approvals.consume(session, approval, ticket_id=ticket_id, text=text, user_id=user_id)

        identifier = approval.partition(".")[0]
        with self._database.reading() as session:
            issued = session.get(Approval, identifier)
            mark = mark_of(
                session,
                self._policies.active,
                ticket_id=ticket_id,
                suggestion_id=issued.suggestion_id if issued else None,
                name=user.name,
            )
        return self._intake.receive(
            TicketEvent(
                kind=EventKind.AGENT_REPLY,
                source=ticket.source,
                ticket_id=ticket.external_id,
                message=Message(author=Author.AGENT, text=text, name=user.name, id=f"approval:{identifier}"),
                status=Status.RESOLVED if resolve else None,
                tags=list(mark.tags),
                note=mark.note,
            ),
            user_id=user_id,
            by=user.name,
            suggestion_id=issued.suggestion_id if issued else None,
            gate=gate,
        )
