"""Makes our copy of a ticket what the helpdesk's is, telling the open sidebars what happened on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlmodel import Session, select

from assist.desk.intake import Intake
from assist.desk.lifecycle import DELETED
from assist.errors import InvalidInput, Merged, NotFound
from assist.helpdesk import Ability, Author, Connector, EventKind, Message, Status, Ticket, TicketEvent
from assist.store.database import Database
from assist.store.models import Message as Held
from assist.store.models import Ticket as Row

Wanted = Callable[[Sequence[Ticket]], list[Ticket]]
# A ticket may be merged into one that was merged itself; more than this is a helpdesk that leads us in a circle.
MOST_MERGES = 10


class Reconciler:
    """Applies events of connectors. What an event only hints at is fetched from the helpdesk first."""

    def __init__(self, database: Database, intake: Intake, wanted: Wanted) -> None:
        """`wanted` leaves out what may not come back."""
        self._database = database
        self._intake = intake
        self._wanted = wanted

    def apply(self, connector: Connector, event: TicketEvent) -> None:
        """Apply one event; raises `NotFound` for one of a ticket that neither we nor the helpdesk know.

        What overtook the deletion of its ticket, or is about somebody who was erased since, is let go.
        """
        if self._deleted(event) or (event.ticket is not None and not self._wanted([event.ticket])):
            return
        fetches = Ability.FETCH in connector.abilities
        if event.kind is EventKind.DELETED and not event.partial:
            self._intake.receive(event)
        elif event.kind is EventKind.MERGED and not event.partial:
            self._merged(connector, event, fetches=fetches)
        elif fetches and (event.partial or not self._knows(event)):
            self._fetched(connector, event)
        else:
            self._intake.receive(event)

    def _merged(self, connector: Connector, event: TicketEvent, *, fetches: bool, merges: int = 1) -> None:
        if merges > MOST_MERGES:
            raise InvalidInput("tickets are merged in a circle", where=event.source)
        if self._knows(event):
            self._intake.receive(event)
        if fetches and event.into:
            into = TicketEvent(kind=EventKind.EDITED, source=event.source, ticket_id=event.into, partial=True)
            self._fetched(connector, into, merges=merges)

    def _fetched(self, connector: Connector, event: TicketEvent, *, merges: int = 0) -> None:
        try:
            whole = connector.fetch(event.ticket_id)
        except Merged as error:
            merged = {"kind": EventKind.MERGED, "into": error.into, "partial": False}
            self._merged(connector, event.model_copy(update=merged), fetches=True, merges=merges + 1)
            return
        except NotFound:
            if event.kind is EventKind.DELETED or (event.ticket is not None and not event.partial):
                self._intake.receive(event)
            # What the helpdesk no longer has, and we never had, needs nothing.
            elif self._knows(event):
                raise
            return
        if event.kind is EventKind.DELETED or not self._wanted([whole]):
            return
        if not self._knows(event):
            created = event.model_copy(update={"kind": EventKind.CREATED, "message": None, "ticket": whole})
            self._intake.receive(created)
        else:
            self._catch_up(event, whole)
        if event.kind in {EventKind.REOPENED, EventKind.CSAT}:
            # What came back may have been solved when it went.
            status = event.status or (whole.status if event.kind is EventKind.REOPENED else None)
            told = event.model_copy(update={"delivery_id": None, "message": None, "status": status})
            if event.kind is EventKind.REOPENED or event.csat is not None:
                self._intake.receive(told)

    def _catch_up(self, event: TicketEvent, whole: Ticket) -> None:
        """Take what is new in a ticket message by message, as if each had come by itself, then what was changed."""
        held, status = self._held(event)
        for message in whole.messages:
            if message.id not in held:
                self._intake.receive(_event(event, _kind(message), message=message))
        if whole.status.value != status and whole.status is not Status.BOT:
            self._intake.receive(_event(event, EventKind.STATUS, status=whole.status))
        if event.kind is EventKind.EDITED or held - {message.id for message in whole.messages}:
            self._replace(whole)

    def _replace(self, whole: Ticket) -> None:
        tell = []

        def told(session: Session, _stored: object) -> None:
            tell.extend(self._intake.tell_edited(session, _row(session, whole.source, whole.id)))

        if self._intake.store([whole], within=told)[0].outcome == "unchanged":
            return
        for announce in tell:
            announce()

    def _knows(self, event: TicketEvent) -> bool:
        with self._database.reading() as session:
            wanted = select(Row.id).where(Row.source == event.source, Row.external_id == event.ticket_id)
            return session.exec(wanted).first() is not None

    def _deleted(self, event: TicketEvent) -> bool:
        """Tell whether an event comes too late; a helpdesk may also bring a ticket back, and says so."""
        if event.kind is EventKind.REOPENED:
            return False
        with self._database.reading() as session:
            wanted = select(Row.status).where(Row.source == event.source, Row.external_id == event.ticket_id)
            return session.exec(wanted).first() == DELETED

    def _held(self, event: TicketEvent) -> tuple[set[str], str]:
        with self._database.reading() as session:
            wanted = select(Row).where(Row.source == event.source, Row.external_id == event.ticket_id)
            row = session.exec(wanted).one()
            ids = session.exec(select(Held.external_id).where(Held.ticket_id == row.id)).all()
            return set(ids), row.status


def _row(session: Session, source: str, external_id: str) -> int:
    return session.exec(select(Row.id).where(Row.source == source, Row.external_id == external_id)).one() or 0


def _kind(message: Message) -> EventKind:
    if message.internal:
        return EventKind.INTERNAL_NOTE
    return EventKind.CUSTOMER_REPLY if message.author is Author.CUSTOMER else EventKind.AGENT_REPLY


def _event(cause: TicketEvent, kind: EventKind, **more: object) -> TicketEvent:
    return TicketEvent.model_validate({"kind": kind, "source": cause.source, "ticket_id": cause.ticket_id, **more})
