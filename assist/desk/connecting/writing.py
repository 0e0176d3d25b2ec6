"""Writes texts into the helpdesk. A public reply uses up an agent's approval of exactly that text, before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
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
    TicketEvent,
    WriteKind,
    Writing,
    Written,
)
from assist.log import place_of
from assist.store.database import Database
from assist.store.models import Outgoing, Ticket, User

log = structlog.get_logger(__name__)


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

    def write(self, ticket: Ticket, kind: WriteKind, text: str, *, user: User) -> Written:
        """Write a draft or a note.

        Raises `Forbidden` for a reply, which is `reply`'s to write, `InvalidInput` where the helpdesk has no such
        thing, and what the helpdesk's failure was. After a failure nothing is sent by itself: somebody looks first.
        """
        connector = self._connector(ticket, kind)
        with self._database.session() as session:
            writing = Writing(kind=kind, ticket_id=ticket.external_id, text=text, by=user.email)
            row = self._begin(session, ticket, writing, user)
        written = self._pass_on(connector, writing, row)
        if written.message_id and kind is WriteKind.NOTE:
            self._intake.receive(_noted(ticket, text, written.message_id, user), user_id=user.id, by=user.name)
        return written

    def reply(
        self, ticket: Ticket, consume: Callable[[Session], Approved], *, user: User, resolve: bool = False
    ) -> int:
        """Write a reply to the customer; gives the ticket's id.

        `consume` uses an approval up, or refuses by raising; it stays used up whatever comes after. Raises as `write`
        does. That AI took part is told to the helpdesk by a tag or a note, once the reply has left.
        """
        connector = self._connector(ticket, WriteKind.REPLY)
        with self._database.session() as session:
            proof = consume(session)
            writing = Writing(
                kind=WriteKind.REPLY,
                ticket_id=ticket.external_id,
                text=proof.text,
                by=user.email,
                approval=proof,
                resolve=resolve,
            )
            row = self._begin(session, ticket, writing, user)
        written = self._pass_on(connector, writing, row)
        if written.message_id:
            # The echo of the helpdesk is known by its id; where it tells none, the echo itself is what comes in.
            noted = self.offers(ticket, WriteKind.NOTE)
            self._intake.reply(
                lambda _: proof, by=user.name, resolve=resolve, message_id=written.message_id, noted=noted
            )
        self._mark(connector, ticket, proof, user)
        return proof.ticket_id

    def _connector(self, ticket: Ticket, kind: WriteKind) -> Connector:
        connector = self._connectors.get(ticket.source)
        if connector is None or not self.offers(ticket, kind):
            raise InvalidInput(f"this helpdesk takes no {kind.value}", where=ticket.source)
        return connector

    def _begin(self, session: Session, ticket: Ticket, writing: Writing, user: User) -> Outgoing:
        assert ticket.id is not None
        row = Outgoing(
            ticket_id=ticket.id,
            user_id=user.id,
            connector=ticket.source,
            kind=writing.kind.value,
            approval_id=writing.approval.id if writing.approval else None,
            text_hash=self._approvals.text_hash(writing.text),
        )
        session.add(row)
        session.flush()
        _note(session, "helpdesk.writing", row)
        return row

    def _pass_on(self, connector: Connector, writing: Writing, row: Outgoing) -> Written:
        try:
            written = connector.write(writing)
        except Exception as error:
            told = error.message if isinstance(error, AssistError) else type(error).__name__
            self._end(row, "failed", error=told)
            raise
        self._end(row, "sent", external_id=written.message_id)
        return written

    def _mark(self, connector: Connector, ticket: Ticket, proof: Approved, user: User) -> None:
        """Tell the helpdesk that AI took part; a helpdesk without tags gets them as a note."""
        tags = Ability.TAG in connector.abilities
        text = proof.note or ("" if tags else ", ".join(proof.tags))
        try:
            if proof.tags and tags:
                connector.tag(ticket.external_id, proof.tags)
            if text and self.offers(ticket, WriteKind.NOTE):
                self.write(ticket, WriteKind.NOTE, text, user=user)
        except Exception as error:  # noqa: BLE001 (the reply has left: that its mark failed must not look as if it had not)
            log.warning("a reply has no AI mark", connector=ticket.source, approval=proof.id, error=place_of(error))

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


def _noted(ticket: Ticket, text: str, message_id: str, user: User) -> TicketEvent:
    return TicketEvent(
        kind=EventKind.INTERNAL_NOTE,
        source=ticket.source,
        ticket_id=ticket.external_id,
        message=Message(author=Author.AGENT, text=text, id=message_id, name=user.name, internal=True),
    )
