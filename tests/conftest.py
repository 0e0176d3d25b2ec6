"""Fixtures that every test may use: real servers, a fresh database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assist.redaction.redactor import Redactor
from assist.store.database import Database
from assist.store.migrations import upgrade

pytest_plugins = ["tests.servers"]


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """The real redactor, with its models; loaded once."""
    return Redactor()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the present schema."""
    made = Database(f"sqlite:///{tmp_path / 'assist.db'}")
    upgrade(made)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of each kind that is supported."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'any.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    made = Database(url)
    upgrade(made)
    yield made
    made.close()
