"""The only door to customers: a reply leaves when a named agent approved exactly that text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from assist.desk.accounts import may_see
from assist.desk.cases import find_ticket
from assist.desk.connecting import WriteBack
from assist.desk.intake import Intake
from assist.desk.live import TicketStream
from assist.desk.marks import mark_of
from assist.errors import Forbidden, NotFound
from assist.governance.approvals import Approvals
from assist.governance.policies import Policies
from assist.helpdesk import Approved, WriteKind
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import Approval, Ticket, User

RequireApprover = Callable[[User, Ticket, str], None]
NeedsSecond = Callable[[Ticket, str], str | None]
MaySecond = Callable[[User, str], bool]


class Sender:
    """Lets approved replies pass to the helpdesk.

    `require_approver` raises when somebody may not approve a text. `needs_second` gives the restricted subject of a
    text, if a second person must agree to it; `may_second` tells who that may be. `write_back` writes to the helpdesks
    that are connected.
    """

    def __init__(
        self,
        database: Database,
        approvals: Approvals,
        intake: Intake,
        stream: TicketStream,
        vault: Vault,
        policies: Policies,
        write_back: WriteBack,
        *,
        require_approver: RequireApprover,
        needs_second: NeedsSecond,
        may_second: MaySecond,
    ) -> None:
        self._policies = policies
        self._require_approver = require_approver
        self._database = database
        self._approvals = approvals
        self._intake = intake
        self._stream = stream
        self._vault = vault
        self._needs_second = needs_second
        self._may_second = may_second
        self._write_back = write_back

    def approve(
        self, ticket: Ticket, *, user: User, text: str, suggestion_id: str | None = None
    ) -> tuple[str | None, Approval]:
        """Record that this agent approves this text for this ticket, and give the token that proves it.

        The token is `None` while a second person must agree: ask again with the same text once they have. Raises
        `AcceptanceNeeded` or `Forbidden` when the policy does not let this agent approve it.
        """
        self._require_approver(user, ticket, text)
        ticket_id, user_id = _id(ticket), _id(user)
        needs = self._needs_second(ticket, text)
        with self._database.session() as session:
            if needs is None:
                return self._approvals.issue(
                    session, user_id=user_id, ticket_id=ticket_id, text=text, suggestion_id=suggestion_id
                )
            token, approval = self._approvals.ask(
                session, user_id=user_id, ticket_id=ticket_id, text=text, needs=needs, suggestion_id=suggestion_id
            )
            if token is not None or approval.sealed is not None:
                return token, approval
            self._vault.hold(session)
            approval.sealed = self._vault.encrypt(ticket_id, waiting(approval), text)
            told = {"approval_id": approval.id, "needs": needs, "by": user.name}
            tell = self._stream.append_in(session, ticket_id, "approval_asked", told)
        tell()
        return None, approval

    def decide(self, approval_id: str, *, user: User, text_hash: str, agree: bool) -> None:
        """Be the second person of an approval; raises `NotFound`, `Forbidden` or `Conflict`."""
        with self._database.session() as session:
            approval = self._approvals.one_waiting(session, approval_id)
            ticket = session.get(Ticket, approval.ticket_id)
            if ticket is None or not may_see(user, ticket):
                raise NotFound("nobody waits for this approval", where="approval")
            if not self._may_second(user, approval.needs or ""):
                raise Forbidden("you may not be the second person here", where="approval", hint="Ask a team lead.")
            self._approvals.decide(session, approval, user_id=_id(user), text_hash=text_hash, agree=agree)
            told = {"approval_id": approval_id, "agreed": agree, "by": user.name, "for": approval.user_id}
            tell = self._stream.append_in(session, approval.ticket_id, "approval_decided", told)
        tell()

    def waiting(self, *, user: User, ticket: Ticket | None = None) -> list[dict[str, Any]]:
        """Give what waits for a second person, with its text, for who may decide it and for who asked."""
        with self._database.reading() as session:
            rows = self._approvals.waiting(session, ticket.id if ticket is not None else None)
            told = [self._told(session, row, user) for row in rows]
        return [one for one in told if one is not None]

    def _told(self, session: Session, row: Approval, user: User) -> dict[str, Any] | None:
        ticket = session.get(Ticket, row.ticket_id)
        mine = row.user_id == user.id
        decides = not mine and self._may_second(user, row.needs or "")
        if ticket is None or not may_see(user, ticket) or not (mine or decides) or row.sealed is None:
            return None
        by = session.get(User, row.user_id)
        return {
            "id": row.id,
            "source": ticket.source,
            "ticket": ticket.external_id,
            "needs": row.needs,
            "by": by.name if by else "",
            "mine": mine,
            "may_decide": decides,
            "text": self._vault.decrypt(row.ticket_id, waiting(row), row.sealed),
            "text_hash": row.text_hash,
            "asked_at": row.created_at.isoformat(),
        }

    def forget_texts(self) -> None:
        """Take away the texts that waited too long; what the periodic job calls."""
        with self._database.session() as session:
            self._approvals.forget_texts(session)

    def send(self, ticket: Ticket, *, user: User, text: str, approval: str, resolve: bool = False) -> int:
        """Send a reply; raises `Forbidden` or `Conflict` unless `approval` allows this very text, once.

        Gives the ticket's id. The approval names the suggestion, so what was sent is compared with the right draft. A
        ticket of a connected helpdesk is answered there; a helpdesk that fails has used the approval up: better to
        approve twice than to send twice.
        """
        with self._database.reading() as session:
            now_seen = find_ticket(session, source=ticket.source, external_id=ticket.external_id, user=user)
        needs = self._needs_second(now_seen, text)

        def consume(session: Session) -> Approved:
            released = self._approvals.consume(
                session, approval, ticket_id=_id(now_seen), text=text, user_id=_id(user), needs=needs
            )
            mark = mark_of(
                session,
                self._policies.active,
                ticket_id=released.ticket_id,
                suggestion_id=released.suggestion_id,
                name=user.name,
            )
            return replace(released, tags=mark.tags, note=mark.note)

        if self._write_back.offers(now_seen, WriteKind.REPLY):
            return self._write_back.reply(now_seen, consume, user=user, resolve=resolve)
        return self._intake.reply(consume, by=user.name, resolve=resolve)


def waiting(approval: Approval) -> str:
    """Give the place of an approval's waiting text in the vault."""
    return f"<APPROVAL {approval.id}>"


def _id(row: Ticket | User) -> int:
    assert row.id is not None
    return row.id
