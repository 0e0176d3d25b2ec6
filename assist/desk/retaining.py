"""Purges what has been kept long enough, and leaves a row in the audit that proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from assist.desk.purging import blank_drafts, drafts_with_text, purge_details, purge_tickets
from assist.governance import audit
from assist.governance.retention import Retention
from assist.helpdesk import Status
from assist.retrieval.index import RecordIndex
from assist.store.database import Database
from assist.store.models import AuditEvent, Delivery, SentText, StreamEvent, Suggestion, Ticket, now
from assist.store.models import Counter as StoredCounter

DAY = "retention_day"
BATCH = 500
OPEN = (Status.OPEN.value, Status.PENDING.value)
log = structlog.get_logger(__name__)


class Retainer:
    """Knows what is due and purges it, class by class. `relearn` is called when tickets went that taught triage."""

    def __init__(
        self,
        database: Database,
        index: RecordIndex,
        retention: Callable[[], Retention],
        relearn: Callable[[], Any],
    ) -> None:
        """`retention` gives the days in force at the moment of a run."""
        self._database = database
        self._index = index
        self._retention = retention
        self._relearn = relearn

    def due(self) -> dict[str, int]:
        """Count what a run would purge, by class; nothing is changed."""
        days = self._retention()
        told: dict[str, int] = {}
        with self._database.reading() as session:
            for name, condition in self._tickets(days):
                told[name] = session.exec(select(sa.func.count()).select_from(Ticket).where(condition)).one()
            told["drafts"] = drafts_with_text(session, *_older(Suggestion.created_at, days.drafts))
            for name, table, column, kept in _plain(days):
                query = select(sa.func.count()).select_from(table).where(*_older(column, kept))
                told[name] = session.exec(query).one()
            wanted = (*_older(AuditEvent.at, days.audit_payloads), col(AuditEvent.detail).is_not(None))
            payloads = select(sa.func.count()).select_from(AuditEvent).where(*wanted)
            told["audit_payloads"] = session.exec(payloads.where(col(AuditEvent.action).not_in(audit.PURGED))).one()
        return told

    def run(self, *, actor: str = "system") -> dict[str, int]:
        """Purge what is due; gives how much of each class. May be interrupted: the rest is due the next time."""
        days = self._retention()
        told: dict[str, int] = {
            name: self._purge_tickets(name, condition, actor) for name, condition in self._tickets(days)
        }
        with self._database.session() as session:
            told["drafts"] = blank_drafts(session, *_older(Suggestion.created_at, days.drafts))
            for name, table, column, kept in _plain(days):
                told[name] = session.connection().execute(sa.delete(table).where(*_older(column, kept))).rowcount
            rows = audit.purge(session, *_older(AuditEvent.at, days.audit_payloads))
            told["audit_payloads"] = sum(last - first + 1 for first, last in rows)
            whole = {name for name, _ in self._tickets(days)}
            others = {name: count for name, count in told.items() if count and name not in whole}
            if others:
                audit.note(session, "retention.purged", actor=actor, classes=others, rows=rows)
        self._index.catch_up()
        if told["resolved_tickets"]:
            self._relearn()
            # The files of the index are written anew without what is gone; it is not only marked as gone.
            self._index.save()
        if any(told.values()) and not self._database.shred():
            log.warning("the write-ahead log could not be emptied: somebody else reads; the next run tries again")
        return told

    def run_daily(self) -> None:
        """Purge when the last time was on another day; what the periodic job calls."""
        today = now().date().toordinal()
        with self._database.session() as session:
            day = session.get(StoredCounter, DAY) or StoredCounter(name=DAY)
            if day.value >= today:
                return
            day.value = today
            session.add(day)
        log.info("retention", **self.run())

    def _purge_tickets(self, name: str, condition: sa.ColumnElement[bool], actor: str) -> int:
        done = 0
        while True:
            with self._database.session() as session:
                tickets = session.exec(select(Ticket).where(condition).order_by(col(Ticket.id)).limit(BATCH)).all()
                if not tickets:
                    return done
                done += len(tickets)
                # Before they are purged: the hash says which they were to whoever still has them.
                proof = audit.hash_of("\n".join(f"{t.source}/{t.external_id}/{t.content_hash}" for t in tickets))
                gone = purge_tickets(session, self._index, tickets)
                rows = purge_details(session, [ticket.id or 0 for ticket in tickets])
                _prove(session, actor, name, gone, rows, proof)

    def _tickets(self, days: Retention) -> Iterator[tuple[str, sa.ColumnElement[bool]]]:
        kinds = (
            ("resolved_tickets", days.resolved_tickets, (Status.RESOLVED.value,)),
            ("open_tickets", days.open_tickets, OPEN),
            ("chatbot_talks", days.chatbot_talks, (Status.BOT.value,)),
        )
        for name, kept, statuses in kinds:
            last = sa.func.coalesce(col(Ticket.resolved_at), col(Ticket.updated_at))
            yield name, sa.and_(col(Ticket.status).in_(statuses), *_older(last, kept))


def _plain(days: Retention) -> list[tuple[str, Any, Any, int]]:
    """Name the classes that are rows of one table, by the time they were written."""
    return [
        ("traces", SentText, SentText.created_at, days.traces),
        ("stream_events", StreamEvent, StreamEvent.created_at, days.stream_events),
        ("deliveries", Delivery, Delivery.created_at, days.deliveries),
    ]


def _older(column: Any, days: int) -> tuple[Any, ...]:
    """Give the condition for what is older than so many days; none is, when 0 keeps it for ever."""
    return (column < now() - timedelta(days=days),) if days else (sa.false(),)


def _prove(session: Session, actor: str, name: str, gone: Counter[str], rows: list[list[int]], proof: str) -> None:
    audit.note(
        session,
        "retention.purged",
        actor=actor,
        classes={name: gone[Ticket.__tablename__]},
        gone=dict(gone),
        tickets=proof,
        rows=rows,
    )
