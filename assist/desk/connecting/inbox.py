"""Events of helpdesks from acceptance to effect: accepted means stored, done means done once, given up means parked.

Events of one ticket are done in the order in which they came; those of other tickets do not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from assist.desk.connecting.reconcile import Reconciler
from assist.errors import AssistError, ConfigurationError, HelpdeskUnavailable, NotFound
from assist.helpdesk import Connector, TicketEvent
from assist.log import place_of
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import InboxEvent, new_id, now

JOB = "do_events"
# Pauses after each failure, in seconds; after the last one an event is parked.
DELAYS_S = (5, 30, 120, 600, 3600)
# A worker that has not finished by then has died.
LEASE = timedelta(minutes=5)
KEEP = timedelta(days=30)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parked:
    """An event that was given up."""

    id: int
    connector: str
    ticket: str
    kind: str
    attempts: int
    error: str
    at: datetime


class Inbox:
    """Accepts events and does them. `enqueue(name, **arguments)` puts a job on the queue."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        connectors: Mapping[str, Connector],
        reconciler: Reconciler,
        enqueue: Callable[..., None],
        *,
        delays_s: Sequence[float] = DELAYS_S,
    ) -> None:
        self._database = database
        self._vault = vault
        self._connectors = connectors
        self._reconciler = reconciler
        self._enqueue = enqueue
        self._delays_s = tuple(delays_s)

    def accept(
        self, connector: str, events: Sequence[TicketEvent], *, within: Callable[[Session], None] | None = None
    ) -> int:
        """Store events and put them to work; gives how many are new. Once it returns, no crash loses them.

        A `delivery_id` seen before is left out. `within` may add to the transaction: a poller moves its cursor.
        """
        fresh: list[TicketEvent] = []
        with self._database.session() as session:
            self._vault.hold(session)
            for event in events:
                if self._add(session, connector, event):
                    fresh.append(event)
            if within is not None:
                within(session)
        for ticket in dict.fromkeys(event.ticket_id for event in fresh):
            self._put_to_work(connector, ticket)
        return len(fresh)

    def run(self, connector: str, ticket: str) -> None:
        """Do what waits for one ticket, oldest first; what the job `do_events` does."""
        while (row := self._claim(connector, ticket)) is not None:
            self._attempt(row)

    def sweep(self) -> None:
        """Put to work what a dead process left and whose pause is over; forget what was done long ago."""
        at = now()
        with self._database.session() as session:
            session.execute(delete(InboxEvent).where(col(InboxEvent.done_at) < at - KEEP))
            due = session.execute(
                select(col(InboxEvent.connector), col(InboxEvent.ticket))
                .where(
                    ((col(InboxEvent.state) == "waiting") & (col(InboxEvent.due_at) <= at))
                    | ((col(InboxEvent.state) == "working") & (col(InboxEvent.leased_until) <= at))
                )
                .distinct()
                .limit(1000)
            ).all()
        for connector, ticket in due:
            self._put_to_work(connector, ticket)

    def parked(self, connector: str | None = None) -> list[Parked]:
        """Give the events that were given up, oldest first."""
        query = select(InboxEvent).where(col(InboxEvent.state) == "parked").order_by(col(InboxEvent.id))
        if connector:
            query = query.where(col(InboxEvent.connector) == connector)
        with self._database.reading() as session:
            return [
                Parked(row.id, row.connector, row.ticket, row.kind, row.attempts, row.error or "", row.created_at)
                for row in session.scalars(query)
                if row.id is not None
            ]

    def replay(self, connector: str | None = None, ids: Sequence[int] = ()) -> int:
        """Do parked events again, all of them or those named; gives how many were put back."""
        wanted = [one for one in self.parked(connector) if not ids or one.id in ids]
        with self._database.session() as session:
            session.execute(
                update(InboxEvent)
                .where(col(InboxEvent.id).in_([one.id for one in wanted]))
                .values(state="waiting", attempts=0, error=None, due_at=now())
            )
        for place in dict.fromkeys((one.connector, one.ticket) for one in wanted):
            self._put_to_work(*place)
        return len(wanted)

    def _add(self, session: Session, connector: str, event: TicketEvent) -> bool:
        delivery = (event.delivery_id or new_id())[:200]
        sealed = self._vault.encrypt(0, place_in_vault(connector, delivery), event.model_dump_json())
        row = InboxEvent(
            connector=connector, delivery_id=delivery, ticket=event.ticket_id, kind=event.kind.value, content=sealed
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            return False
        return True

    def _put_to_work(self, connector: str, ticket: str) -> None:
        try:
            self._enqueue(JOB, connector=connector, ticket=ticket)
        except Exception as error:  # noqa: BLE001 (the event is stored: the next sweep finds it)
            log.error("an event waits for its job", connector=connector, error=place_of(error))

    def _claim(self, connector: str, ticket: str) -> InboxEvent | None:
        """Take the ticket's oldest event that is not done, unless somebody is at it or its pause is not over."""
        at = now()
        with self._database.session() as session:
            row = session.scalars(
                select(InboxEvent)
                .where(col(InboxEvent.connector) == connector, col(InboxEvent.ticket) == ticket)
                .where(col(InboxEvent.state).in_(["waiting", "working"]))
                .order_by(col(InboxEvent.id))
                .limit(1)
            ).first()
            if row is None or (row.due_at if row.state == "waiting" else row.leased_until or at) > at:
                return None
            taken = cast(
                CursorResult[Any],
                session.execute(
                    update(InboxEvent)
                    .where(col(InboxEvent.id) == row.id, col(InboxEvent.state) == row.state)
                    .where(col(InboxEvent.attempts) == row.attempts)
                    .values(state="working", leased_until=at + LEASE, attempts=row.attempts + 1)
                    .execution_options(synchronize_session=False)
                ),
            )
            session.refresh(row)
            return row if taken.rowcount == 1 else None

    def _attempt(self, row: InboxEvent) -> None:
        try:
            self._do(row)
        except AssistError as error:
            self._failed(row, error)
        except Exception as error:  # noqa: BLE001 (a message of a stranger may hold what customers wrote: not logged)
            told = place_of(error)
            log.error("an event failed", connector=row.connector, event_id=row.id, error=told)
            self._failed(row, HelpdeskUnavailable(told))
        else:
            self._settle(row, state="done", content=None, error=None, done_at=now())

    def _do(self, row: InboxEvent) -> None:
        connector = self._connectors.get(row.connector)
        if connector is None:
            raise ConfigurationError(f"the connector {row.connector!r} is not set up any more", where="connectors")
        text = self._vault.decrypt(0, place_in_vault(row.connector, row.delivery_id), row.content or b"")
        self._reconciler.apply(connector, TicketEvent.model_validate_json(text))

    def _failed(self, row: InboxEvent, error: AssistError) -> None:
        # What is not here yet may be on its way: deliveries overtake one another.
        again = isinstance(error, HelpdeskUnavailable | NotFound) and row.attempts <= len(self._delays_s)
        if again:
            asked = error.retry_after if isinstance(error, HelpdeskUnavailable) else 0.0
            pause = timedelta(seconds=max(asked, self._delays_s[row.attempts - 1]))
            self._settle(row, state="waiting", due_at=now() + pause, error=str(error))
        else:
            log.warning("an event is parked", connector=row.connector, event_id=row.id, reason=str(error))
            self._settle(row, state="parked", error=str(error))

    def _settle(self, row: InboxEvent, **values: Any) -> None:
        with self._database.session() as session:
            session.execute(update(InboxEvent).where(col(InboxEvent.id) == row.id).values(leased_until=None, **values))


def place_in_vault(connector: str, delivery: str) -> str:
    """Give the place of an event's content in the vault."""
    return f"inbox:{connector}:{delivery}"
