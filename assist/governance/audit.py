"""The audit: who did what, in rows that nobody can change, remove or re-order without being noticed.

Each row holds the digest of the row before it, so a change breaks the chain from there on. Somebody who may write to
the database could compute a whole new chain; the anchors, kept outside of it, tell that too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session, col, select

from assist.store.database import Database
from assist.store.models import AuditEvent, Counter, PolicyVersion, now

COUNTER = "audit"
# Actions that prove a purge; their rows name the rows whose details they took, and are never purged themselves.
PURGED = ("retention.purged", "contact.erased", "ticket.deleted")
GENESIS = "0" * 64
_QUEUED = "audit"
_PAGE = 1_000


@dataclass(frozen=True)
class Fault:
    """Where the audit is not what was written: `seq` is the first row that is wrong."""

    seq: int
    kind: Literal["changed", "removed", "re-ordered", "detail changed", "detail removed", "not anchored"]
    detail: str


@dataclass(frozen=True)
class Sought:
    """Which rows: exact values, `None` for any; `since` is counted in, `until` is not."""

    action: str | None = None
    actor: str | None = None
    ticket_id: int | None = None
    policy: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def note(session: Session, action: str, *, actor: str, ticket_id: int | None = None, **detail: Any) -> None:
    """Write a row with the session's own commit: what is undone was never done.

    `detail`: ids, counts, names, hashes of texts; never a text, it may hold personal data.
    """
    queued = session.info.setdefault(_QUEUED, [])
    if not queued:
        # Last in its transaction: whoever holds the chain's lock waits for no other, so two cannot block each other.
        event.listen(session, "before_commit", _write, once=True)
        event.listen(session, "after_rollback", _forget, once=True)
    queued.append((now(), actor, action, ticket_id, detail))


def hash_of(text: str) -> str:
    """Give the hash that stands for a text in a row."""
    return hashlib.sha256(text.encode()).hexdigest()


def by_user(user_id: int | None) -> str:
    """Name a user as the actor of a row; nobody in particular is the system."""
    return f"user:{user_id}" if user_id is not None else "system"


def purge(session: Session, *conditions: Any) -> list[list[int]]:
    """Take the details out of these rows; gives which, `[[first, last], …]`, for the row that must prove it.

    The chain goes by a detail's hash, so it stays whole. Without a row of an action in `PURGED` whose detail holds
    these as `rows`, `verify` takes the gap for tampering.
    """
    wanted = (*conditions, col(AuditEvent.action).not_in(PURGED), col(AuditEvent.detail).is_not(None))
    found = session.exec(select(AuditEvent.seq).where(*wanted).order_by(col(AuditEvent.seq))).all()
    for start in range(0, len(found), _PAGE):
        part = col(AuditEvent.seq).in_(found[start : start + _PAGE])
        session.connection().execute(sa.update(AuditEvent).where(part).values(detail=sa.null()))
    return _ranges(found)


def verify(database: Database) -> tuple[int, Fault | None]:
    """Follow the chain from its first row; gives how many rows were read and the first fault."""
    read, previous = 0, GENESIS
    missing: list[list[int]] = []
    proved: list[list[int]] = []
    with database.reading() as session:
        counter = session.get(Counter, COUNTER)
        for row in _rows(session):
            fault = _fault(row, read + 1, previous)
            if fault is not None:
                return read, fault
            read, previous = row.seq, row.digest
            if row.detail is None:
                _extend(missing, row.seq)
            elif row.action in PURGED:
                proved += row.detail.get("rows", [])
    unproved = _first_outside(missing, sorted(proved))
    if unproved is not None:
        return read, Fault(unproved, "detail removed", f"no purge accounts for the missing detail of row {unproved:,}")
    told = counter.value if counter is not None else 0
    if told != read:
        return read, Fault(read + 1, "removed", f"{told:,} rows were written, {read:,} are left")
    return read, None


def entries(
    database: Database,
    *,
    action: str | None = None,
    actor: str | None = None,
    ticket_id: int | None = None,
    policy: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[AuditEvent]:
    """Yield rows in their order, filtered exactly (`until` itself left out); all of one consistent snapshot."""
    conditions = _conditions(Sought(action, actor, ticket_id, policy, since, until))
    with database.reading() as session:
        yield from _rows(session, *conditions)


def browse(database: Database, sought: Sought, *, before: int | None = None, size: int = 50) -> list[AuditEvent]:
    """Give the newest rows that are sought, those numbered below `before` when it is given."""
    conditions = _conditions(sought)
    if before is not None:
        conditions.append(col(AuditEvent.seq) < before)
    with database.reading() as session:
        return list(
            session.exec(select(AuditEvent).where(*conditions).order_by(col(AuditEvent.seq).desc()).limit(size))
        )


def actions(database: Database) -> list[str]:
    """Give the names of all actions that were ever written."""
    with database.reading() as session:
        return list(session.exec(select(AuditEvent.action).distinct().order_by(AuditEvent.action)))


def head(database: Database) -> tuple[int, str]:
    """Give number and digest of the last row; 0 and zeros when there is none."""
    with database.reading() as session:
        row = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    return (row.seq, row.digest) if row is not None else (0, GENESIS)


def digest_at(database: Database, seq: int) -> str | None:
    """Give the digest of one row, `None` when it is not there."""
    with database.reading() as session:
        row = session.get(AuditEvent, seq)
    return row.digest if row is not None else None


def _conditions(sought: Sought) -> list[Any]:
    exact = (
        (col(AuditEvent.action), sought.action),
        (col(AuditEvent.actor), sought.actor),
        (col(AuditEvent.ticket_id), sought.ticket_id),
        (col(AuditEvent.policy), sought.policy),
    )
    conditions: list[Any] = [column == wanted for column, wanted in exact if wanted is not None]
    if sought.since is not None:
        conditions.append(col(AuditEvent.at) >= sought.since)
    if sought.until is not None:
        conditions.append(col(AuditEvent.at) < sought.until)
    return conditions


def _write(session: Session) -> None:
    queued = session.info.pop(_QUEUED, [])
    first = _take_numbers(session, len(queued)) if queued else 0
    if not first:
        return
    before = session.get(AuditEvent, first - 1)
    previous = before.digest if before is not None else GENESIS
    policy = session.exec(select(PolicyVersion.version).where(col(PolicyVersion.active))).first()
    for seq, (at, actor, action, ticket_id, detail) in enumerate(queued, start=first):
        row = AuditEvent(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            ticket_id=ticket_id,
            policy=policy,
            detail=detail,
            detail_hash=_hash(detail),
            previous=previous,
            digest="",
        )
        row.digest = previous = _digest(row)
        session.add(row)
    session.flush()


def _forget(session: Session) -> None:
    session.info.pop(_QUEUED, None)


def _take_numbers(session: Session, count: int) -> int:
    """Reserve `count` numbers and give the first; the counter's row stays locked until the transaction ends."""
    statement = sa.text(
        "INSERT INTO counter (name, value) VALUES (:name, :count) "
        "ON CONFLICT (name) DO UPDATE SET value = counter.value + :count RETURNING value"
    )
    told = session.connection().execute(statement, {"name": COUNTER, "count": count}).scalar_one()
    return int(told) - count + 1


def _rows(session: Session, *conditions: Any) -> Iterator[AuditEvent]:
    """Yield rows page by page, so that a long audit does not fill the memory."""
    last = 0
    while True:
        statement = select(AuditEvent).where(col(AuditEvent.seq) > last, *conditions)
        page = session.exec(statement.order_by(col(AuditEvent.seq)).limit(_PAGE)).all()
        session.expunge_all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].seq


def _fault(row: AuditEvent, expected: int, previous: str) -> Fault | None:
    if row.seq != expected:
        return Fault(expected, "removed", f"row {expected:,} is missing")
    if row.digest != _digest(row):
        return Fault(row.seq, "changed", f"row {row.seq:,} is not what was written")
    if row.previous != previous:
        return Fault(row.seq, "re-ordered", f"row {row.seq:,} does not follow the row before it")
    # A purged detail is `None`: its hash stands for it, and another row must account for it.
    if row.detail is not None and row.detail_hash != _hash(row.detail):
        return Fault(row.seq, "detail changed", f"the detail of row {row.seq:,} is not what was written")
    return None


def _ranges(numbers: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for number in numbers:
        _extend(found, number)
    return found


def _extend(ranges: list[list[int]], number: int) -> None:
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1][1] = number
    else:
        ranges.append([number, number])


def _first_outside(ranges: Sequence[Sequence[int]], covering: Sequence[Sequence[int]]) -> int | None:
    """Give the first number of sorted ranges that no covering range (sorted by its start) holds."""
    at = 0
    upto = 0
    for first, last in ranges:
        wanted = first
        while wanted <= last:
            while at < len(covering) and covering[at][0] <= wanted:
                upto = max(upto, covering[at][1])
                at += 1
            if upto < wanted:
                return wanted
            wanted = upto + 1
    return None


def _digest(row: AuditEvent) -> str:
    told = [row.seq, row.at.isoformat(), row.actor, row.action, row.ticket_id, row.detail_hash, row.previous]
    # Rows from before there were policies have none.
    return _hash([*told, row.policy] if row.policy is not None else told)


def _hash(value: Any) -> str:
    return hash_of(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
