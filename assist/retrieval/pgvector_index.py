"""Finds vectors near a vector in PostgreSQL with pgvector: one index that all processes share."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assist.errors import ConfigurationError
from assist.retrieval.encoder import Vectors
from assist.retrieval.vector_index import Ids, Scores
from assist.store.database import Database

# PostgreSQL's advisory locks are known by a number only; this one is "vectors" in ASCII, cut to 63 bits.
LOCK = int.from_bytes(b"vectors\0", "big") >> 1
BATCH = 500
# Below this many candidates an exact scan of just these is faster than the graph, and finds them all.
EXACT = 5_000
LARGEST_HNSW = 2_000
FIRST_READ = 4
LAST_READ = 4_096
FROM_ALL = sa.text(
    "SELECT id, -(vector <#> CAST(:vector AS vector)) FROM record_vector "
    "ORDER BY vector <#> CAST(:vector AS vector) LIMIT :k"
)
# MATERIALIZED keeps the planner from walking the graph until it has met all of a handful.
FROM_KEPT = sa.text(
    "WITH kept AS MATERIALIZED (SELECT id, vector FROM record_vector WHERE id = ANY(:keep)) "
    "SELECT id, -(vector <#> CAST(:vector AS vector)) FROM kept "
    "ORDER BY vector <#> CAST(:vector AS vector) LIMIT :k"
)


class PgVectorIndex:
    """Vectors in the table `record_vector`, found through an HNSW graph by cosine distance.

    The table belongs to the index, not to the schema: it is a cache that is made, dropped and filled at will. A
    filter that leaves few vectors is answered by an exact scan of these; a wide one by the graph, read further
    (`hnsw.iterative_scan`) until enough were found.
    """

    def __init__(self, database: Database, dimension: int, encoder: str, *, close_database: bool = False) -> None:
        self.dimension = dimension
        self._database = database if close_database else None
        self._engine = database.engine
        self._encoder = encoder
        self._held = threading.local()
        try:
            self._prepare()
        except sa.exc.DBAPIError as error:
            raise ConfigurationError(
                f"the vector index cannot be made: {str(error.orig).splitlines()[0]}",
                where="ASSIST_INDEX_URL",
                hint="The server needs the extension pgvector 0.8 or newer, and the right to create it.",
            ) from error

    def _prepare(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
            connection.execute(
                sa.text(
                    "CREATE TABLE IF NOT EXISTS record_vector_state "
                    "(encoder text NOT NULL, dimension int NOT NULL, generation bigint NOT NULL)"
                )
            )
            made_by = connection.execute(sa.text("SELECT encoder, dimension FROM record_vector_state")).first()
            if made_by is None or tuple(made_by) != (self._encoder, self.dimension):
                # Vectors of another encoder mean nothing to this one.
                connection.execute(sa.text("DROP TABLE IF EXISTS record_vector"))
                connection.execute(sa.text("DELETE FROM record_vector_state"))
                connection.execute(
                    sa.text("INSERT INTO record_vector_state VALUES (:encoder, :dimension, 0)"),
                    {"encoder": self._encoder, "dimension": self.dimension},
                )
            connection.execute(
                sa.text(
                    "CREATE TABLE IF NOT EXISTS record_vector "
                    f"(id bigint PRIMARY KEY, vector vector({int(self.dimension)}) NOT NULL)"
                )
            )
            if self.dimension <= LARGEST_HNSW:
                connection.execute(
                    sa.text(
                        "CREATE INDEX IF NOT EXISTS ix_record_vector ON record_vector "
                        "USING hnsw (vector vector_ip_ops) WITH (m = 16, ef_construction = 64)"
                    )
                )

    def __len__(self) -> int:
        with self._connection() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM record_vector")).scalar_one())

    @property
    def generation(self) -> int:
        """Up to which change of the records the shared vectors are complete."""
        with self._connection() as connection:
            return int(connection.execute(sa.text("SELECT generation FROM record_vector_state")).scalar_one())

    @generation.setter
    def generation(self, value: int) -> None:
        with self._connection() as connection:
            connection.execute(sa.text("UPDATE record_vector_state SET generation = :value"), {"value": value})

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Add vectors `(n, dimension) float32`; of an id given twice the last one stays."""
        last = {int(key): row for row, key in enumerate(ids)}
        rows = [{"id": key, "vector": _literal(vectors[row])} for key, row in last.items()]
        statement = sa.text(
            "INSERT INTO record_vector (id, vector) VALUES (:id, CAST(:vector AS vector)) "
            "ON CONFLICT (id) DO UPDATE SET vector = excluded.vector"
        )
        with self._connection() as connection:
            for start in range(0, len(rows), BATCH):
                connection.execute(statement, rows[start : start + BATCH])

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove what has these ids."""
        with self._connection() as connection:
            connection.execute(sa.text("DELETE FROM record_vector WHERE id = ANY(:ids)"), {"ids": _numbers(ids)})

    def clear(self) -> None:
        """Remove everything and set the generation to 0."""
        with self._connection() as connection:
            connection.execute(sa.text("TRUNCATE record_vector"))
            connection.execute(sa.text("UPDATE record_vector_state SET generation = 0"))

    def search(self, vectors: Vectors, k: int, keep: Ids | None = None) -> tuple[Scores, Ids]:
        """Give `(scores, ids)`, both `(n, k)`, best first."""
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        ids = np.full((len(vectors), k), -1, dtype=np.int64)
        if k < 1 or (keep is not None and not len(keep)):
            return scores, ids
        with self._connection() as connection:
            connection.execute(sa.text("SET LOCAL hnsw.iterative_scan = strict_order"))
            for row, vector in enumerate(vectors):
                found = _nearest(connection, vector, k, keep)
                for place, (key, score) in enumerate(found):
                    ids[row, place], scores[row, place] = key, score
        return scores, ids

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep writers of all processes out; what the block writes is one transaction."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            self._held.connection = connection
            try:
                yield
            finally:
                del self._held.connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        held: Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._engine.begin() as connection:
            yield connection

    @property
    def form(self) -> str:
        """How the vectors are kept."""
        return "pgvector"

    @property
    def recall(self) -> float | None:
        """Nobody measured: PostgreSQL's graph is searched as `search` says."""
        return None

    def settle(self) -> None:
        """Do nothing: PostgreSQL sees to its graph by itself."""

    def save(self, path: Path) -> None:
        """Do nothing: PostgreSQL has it already."""

    def load(self, path: Path) -> None:
        """Do nothing: PostgreSQL has it already."""

    def close(self) -> None:
        """Close the connections, if they are this index's own."""
        if self._database is not None:
            self._database.close()


def _nearest(connection: Connection, vector: Vectors, k: int, keep: Ids | None) -> list[tuple[int, float]]:
    wanted: dict[str, Any] = {"vector": _literal(vector), "k": k}
    if keep is None:
        return _rows(connection, FROM_ALL, wanted)
    if len(keep) > EXACT:
        # Sending a long list of ids costs more than reading some vectors in vain.
        allowed = set(keep.tolist())
        limit = FIRST_READ * k
        while limit <= LAST_READ:
            read = _rows(connection, FROM_ALL, wanted | {"k": limit})
            found = [(key, score) for key, score in read if key in allowed]
            if len(found) >= k or len(read) < limit:
                return found[:k]
            limit *= FIRST_READ
    return _rows(connection, FROM_KEPT, wanted | {"keep": _numbers(keep)})


def _rows(connection: Connection, query: sa.TextClause, wanted: dict[str, Any]) -> list[tuple[int, float]]:
    connection.execute(sa.text(f"SET LOCAL hnsw.ef_search = {min(max(2 * int(wanted['k']), 40), 1000)}"))
    return [(int(key), float(score)) for key, score in connection.execute(query, wanted)]


def _numbers(ids: Sequence[int] | Ids) -> list[int]:
    return [int(key) for key in ids]


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{value:.7g}" for value in vector.tolist()) + "]"
