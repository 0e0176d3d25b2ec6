"""Opens the database and hands out sessions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

BUSY_MS = 15_000


class Database:
    """An engine and its sessions. SQLite runs in WAL mode with foreign keys on."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.dialect = parsed.get_backend_name()
        # Errors would otherwise repeat what was to be written.
        options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
        if self.dialect == "sqlite":
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options = {
                "connect_args": {"timeout": BUSY_MS / 1000, "check_same_thread": False},
                "hide_parameters": True,
            }
        self.engine: Engine = create_engine(parsed, **options)
        if self.dialect == "sqlite":
            event.listen(self.engine, "connect", _tune_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that may write: committed when the block ends, undone when it raises.

        On SQLite the write lock is taken at the start, so a transaction that read first cannot fail when it writes.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, one consistent snapshot, never waiting for a writer."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def shred(self, *, whole: bool = False, patience_s: float = 10.0) -> bool:
        """Leave nothing of what was deleted in SQLite's files; tells whether that was possible by now.

        Deleted rows are overwritten where they stood; older pages may still stand in the write-ahead log, which is
        emptied here. `whole` also writes the file anew, for what was deleted before overwriting was switched on.
        PostgreSQL sees to its files by itself (autovacuum): True there says only that there is nothing to do here.
        """
        if self.dialect != "sqlite":
            return True
        until = time.monotonic() + patience_s
        while not self._shredded(whole):
            if time.monotonic() >= until:
                return False
            time.sleep(0.1)
        return True

    def _shredded(self, whole: bool) -> bool:
        with self.engine.connect() as connection:
            raw = connection.connection.cursor()
            try:
                if whole:
                    raw.execute("VACUUM")
                busy, left, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                # Somebody else writes or reads.
                return False
            finally:
                raw.close()
        return (busy, left) == (0, 0)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by hand below; sqlite3's own deferred BEGIN would turn readers into writers late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted is overwritten, not only forgotten.
        "secure_delete=ON",
        f"busy_timeout={BUSY_MS}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
