"""Run by Alembic for every command; the connection comes from `assist.store.migrations`."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from assist.store import models  # noqa: F401  (fills the metadata)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
