"""Gives records their vectors, apart from the transactions that write them.

Encoding takes far longer than writing. Done inside the writer's transaction it would keep everybody else from writing,
and an embedding server that is down would keep tickets out.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from secrets import randbits

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from assist.retrieval.encoder import Encoder
from assist.retrieval.records import next_generation, spoken
from assist.store.database import Database
from assist.store.models import Counter, Record

MADE_BY = "record_encoder"
DATABASE = "record_database"
BATCH = 128
# Counters are 32-bit integers in PostgreSQL.
MOST = 0x7FFFFFFF
log = structlog.get_logger(__name__)


class RecordEncoder:
    """Encodes records that have no vector yet. Two processes may meet here: what is done twice is written once."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self._encoder = encoder

    def encode(self, ids: Sequence[int]) -> int:
        """Give these records a vector unless they have one or have changed meanwhile; gives how many got one."""
        return sum(self._encode(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))

    def encode_all(self) -> int:
        """Give every record that has none a vector; gives how many."""
        with self._database.reading() as session:
            ids = session.exec(
                select(col(Record.id)).where(col(Record.vector).is_(None), col(Record.deleted).is_(False))
            ).all()
        return self.encode([key for key in ids if key is not None])

    def agree(self) -> tuple[int, bool]:
        """See to it that all vectors in the database are of this encoder; those of another are dropped.

        Gives the number that identifies this database, and whether vectors were dropped.
        """
        fingerprint = zlib.crc32(f"{self._encoder.name}/{self._encoder.dimension}".encode()) & MOST
        with self._database.session() as session:
            identity = _counter(session, DATABASE, randbits(31))
            made_by = _counter(session, MADE_BY, fingerprint)
            if made_by == fingerprint:
                return identity, False
            log.warning("all records will be encoded anew: the encoder is another one", encoder=self._encoder.name)
            generation = next_generation(session)
            session.connection().execute(
                sa.update(Record).where(col(Record.deleted).is_(False)).values(vector=None, generation=generation)
            )
            session.connection().execute(
                sa.update(Counter).where(col(Counter.name) == MADE_BY).values(value=fingerprint)
            )
            return identity, True

    def _encode(self, ids: Sequence[int]) -> int:
        columns = (col(Record.id), col(Record.title), col(Record.text), col(Record.generation))
        with self._database.reading() as session:
            rows = session.exec(
                select(*columns).where(
                    col(Record.id).in_(ids), col(Record.vector).is_(None), col(Record.deleted).is_(False)
                )
            ).all()
        if not rows:
            return 0
        vectors = self._encoder.encode([spoken(title, text) for _, title, text, _ in rows])
        with self._database.session() as session:
            newer = next_generation(session)
            unchanged = sa.update(Record).where(
                col(Record.id) == sa.bindparam("key"),
                col(Record.generation) == sa.bindparam("seen"),
                col(Record.vector).is_(None),
            )
            given = [
                {"key": key, "seen": generation, "given": vector.astype("<f4").tobytes()}
                for (key, _, _, generation), vector in zip(rows, vectors, strict=True)
            ]
            result = session.connection().execute(
                unchanged.values(vector=sa.bindparam("given"), generation=newer), given
            )
        return int(result.rowcount)


def _counter(session: Session, name: str, first: int) -> int:
    statement = sa.text("INSERT INTO counter (name, value) VALUES (:name, :first) ON CONFLICT (name) DO NOTHING")
    session.connection().execute(statement, {"name": name, "first": first})
    return int(session.exec(select(Counter.value).where(Counter.name == name)).one())
