"""What the store promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel, func, select

from assist.store.database import Database
from assist.store.migrations import config, current, upgrade
from assist.store.models import Message, Ticket


def test_migrations_build_exactly_the_models(any_database: Database) -> None:
    with any_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_upgrade_may_be_asked_by_many_at_once(any_database: Database) -> None:
    failures: list[Exception] = []

    def ask() -> None:
        try:
            upgrade(any_database)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    present, newest = current(any_database)
    assert present == newest is not None


def test_downgrade_and_back_leaves_the_same_schema(any_database: Database) -> None:
    from alembic import command

    options = config()
    with any_database.engine.connect() as connection:
        options.attributes["connection"] = connection
        command.downgrade(options, "base")
        connection.commit()
    assert current(any_database)[0] is None
    upgrade(any_database)
    with any_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_session_that_raises_leaves_nothing(any_database: Database) -> None:
    with pytest.raises(RuntimeError), any_database.session() as session:
        session.add(Ticket(source="a", external_id="1"))
        session.flush()
        raise RuntimeError
    with any_database.reading() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 0


def test_same_ticket_twice_is_refused(any_database: Database) -> None:
    with any_database.session() as session:
        session.add(Ticket(source="a", external_id="1"))
    with pytest.raises(IntegrityError), any_database.session() as session:
        session.add(Ticket(source="a", external_id="1"))


def test_deleting_a_ticket_deletes_its_messages(any_database: Database) -> None:
    with any_database.session() as session:
        ticket = Ticket(source="a", external_id="1")
        session.add(ticket)
        session.flush()
        assert ticket.id is not None
        session.add(Message(ticket_id=ticket.id, position=1, external_id="m", author="customer", text="hi"))
    with any_database.session() as session:
        session.delete(session.get_one(Ticket, ticket.id))
    with any_database.reading() as session:
        assert session.exec(select(Message)).all() == []


def test_times_come_back_in_utc(any_database: Database) -> None:
    written = datetime(2026, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=5)))
    with any_database.session() as session:
        session.add(Ticket(source="a", external_id="1", created_at=written))
    with any_database.reading() as session:
        read = session.exec(select(Ticket)).one().created_at
    assert read == written
    assert read.tzinfo == UTC


def test_naive_time_is_refused(any_database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), any_database.session() as session:
        session.add(Ticket(source="a", external_id="1", created_at=datetime(2026, 3, 1)))


def test_concurrent_writers_wait_for_each_other(any_database: Database) -> None:
    with any_database.session() as session:
        session.add(Ticket(source="a", external_id="1"))

    def add_one() -> None:
        for _ in range(20):
            with any_database.session() as session:
                ticket = session.exec(select(Ticket).with_for_update()).one()
                ticket.version += 1

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_database.reading() as session:
        assert session.exec(select(Ticket)).one().version == 80
