"""Reads from the database what an index must apply: all that lives, or what changed since a generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from assist.helpdesk import Visibility
from assist.retrieval.catalogue import Unit, passage_key, ticket_key
from assist.retrieval.encoder import Vectors
from assist.retrieval.lexical import Entry
from assist.retrieval.records import repeats
from assist.retrieval.topics import topic_of
from assist.retrieval.words import fold, language_of
from assist.store.models import Record

BATCH = 1_000
# Passages of the same article before and after one, whose words tell a little about it too.
AROUND = 2
WORDS = sa.select(
    col(Record.id),
    col(Record.kind),
    col(Record.ticket_id),
    col(Record.article_id),
    col(Record.title),
    col(Record.text),
    col(Record.brand),
    col(Record.language),
    col(Record.visibility),
    col(Record.facts),
    col(Record.vector).is_(None).label("waiting"),
).where(col(Record.deleted).is_(False))
Row = sa.Row[Any]


@dataclass(frozen=True)
class VectorChanges:
    """Vectors to add, and rows that have none any more or not yet."""

    ids: list[int]
    vectors: Vectors
    without: list[int]


@dataclass
class UnitChanges:
    """Units as they are now, keys of those that are gone, and records that have no vector yet."""

    entries: list[Entry] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)

    def add(self, rows: Sequence[Row]) -> None:
        """Add what these rows make up: all records of a ticket as one unit, or each passage of an article as one."""
        self.waiting.update(row.id for row in rows if row.waiting)
        if rows[0].ticket_id is not None:
            self._add(ticket_key(rows[0].ticket_id), rows, "")
            return
        for at, row in enumerate(rows):
            near = [*rows[max(at - AROUND, 0) : at], *rows[at + 1 : at + 1 + AROUND]]
            self._add(passage_key(row.id), [row], "\n".join(other.text for other in near))

    def _add(self, key: int, rows: Sequence[Row], around: str) -> None:
        first = rows[0]
        brand, language = fold(first.brand), language_of(first.language)
        public = first.kind == "article" and first.visibility == Visibility.PUBLIC
        bodies = [part for row in rows for part in (row.text, row.facts.get("aside")) if part]
        title = "" if any(repeats(first.title, row.text) for row in rows) else first.title
        topic = topic_of(first.title) if first.article_id is not None else None
        self.entries.append(Entry(key, title, "\n".join(bodies), brand, language, public, around))
        self.units.append(Unit(key, tuple(row.id for row in rows), brand, language, public, first.article_id, topic))


def vectors_changed(session: Session, since: int, upto: int, dimension: int) -> Iterator[VectorChanges]:
    """Yield changes of vectors with `since < generation <= upto`, in batches."""
    statement = sa.select(
        col(Record.id), sa.case((col(Record.deleted).is_(False), col(Record.vector)), else_=None).label("vector")
    ).where(col(Record.generation) > since, col(Record.generation) <= upto)
    for rows in _stream(session, statement).partitions(BATCH):
        held = [(row.id, row.vector) for row in rows if row.vector is not None]
        yield VectorChanges(
            ids=[key for key, _ in held],
            vectors=np.frombuffer(b"".join(vector for _, vector in held), dtype="<f4").reshape(-1, dimension),
            without=[row.id for row in rows if row.vector is None],
        )


def live_units(session: Session) -> Iterator[UnitChanges]:
    """Yield everything that lives, in batches."""
    tickets = WORDS.where(col(Record.ticket_id).is_not(None)).order_by(col(Record.ticket_id), col(Record.id))
    passages = WORDS.where(col(Record.ticket_id).is_(None)).order_by(col(Record.article_id), col(Record.id))
    for statement in (tickets, passages):
        changes = UnitChanges()
        for rows in _groups(_stream(session, statement)):
            changes.add(rows)
            if len(changes.units) >= BATCH:
                yield changes
                changes = UnitChanges()
        yield changes


def units_changed(session: Session, since: int, upto: int) -> Iterator[UnitChanges]:
    """Yield the units with a record whose generation is in `since < generation <= upto`, as they are now."""
    changed = session.connection().execute(
        sa.select(col(Record.id), col(Record.ticket_id), col(Record.article_id)).where(
            col(Record.generation) > since, col(Record.generation) <= upto
        )
    )
    rows = changed.all()
    tickets = list(dict.fromkeys(row.ticket_id for row in rows if row.ticket_id is not None))
    passages: dict[int, list[int]] = {}
    for row in rows:
        if row.ticket_id is None:
            passages.setdefault(row.article_id, []).append(passage_key(row.id))
    for part in _parts(tickets):
        yield _present(session, col(Record.ticket_id).in_(part), [ticket_key(ticket) for ticket in part])
    for part in _parts(list(passages)):
        keys = [key for article in part for key in passages[article]]
        yield _present(session, col(Record.article_id).in_(part), keys)


def _present(session: Session, wanted: sa.ColumnElement[bool], keys: Iterable[int]) -> UnitChanges:
    changes = UnitChanges()
    ordered = WORDS.where(wanted).order_by(col(Record.ticket_id), col(Record.article_id), col(Record.id))
    for rows in _groups(session.connection().execute(ordered)):
        changes.add(rows)
    alive = {unit.key for unit in changes.units}
    changes.gone = [key for key in keys if key not in alive]
    return changes


def _stream(session: Session, statement: sa.Select[Any]) -> sa.CursorResult[Any]:
    return session.connection().execute(statement, execution_options={"yield_per": BATCH})


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    for _, group in groupby(rows, key=lambda row: (row.ticket_id, row.article_id)):
        yield list(group)


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]
