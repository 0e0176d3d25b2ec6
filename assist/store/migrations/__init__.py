"""Schema revisions (Alembic, batch mode so that SQLite can follow)."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from assist.store.database import Database

FOLDER = Path(__file__).parent
# Alembic keeps the migration that runs in a module of its own, so threads take turns.
_ONE_AT_A_TIME = threading.Lock()


def config() -> Config:
    """Give Alembic's configuration; there is no ini file."""
    options = Config()
    options.set_main_option("script_location", str(FOLDER))
    return options


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision; several processes may ask at once."""
    options = config()
    with _ONE_AT_A_TIME, database.engine.connect() as connection:
        if database.dialect == "postgresql":
            # Processes that start together would otherwise create the same tables.
            connection.exec_driver_sql("SELECT pg_advisory_lock(4820115)")
            connection.commit()
        else:
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        try:
            options.attributes["connection"] = connection
            command.upgrade(options, revision)
            connection.commit()
        finally:
            if database.dialect == "postgresql":
                connection.rollback()
                connection.exec_driver_sql("SELECT pg_advisory_unlock(4820115)")
                connection.commit()


def current(database: Database) -> tuple[str | None, str | None]:
    """Give the database's revision and the newest one there is."""
    with database.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(config()).get_current_head()
