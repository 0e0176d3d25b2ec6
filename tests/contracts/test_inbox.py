"""What the inbox of helpdesks' events promises, on SQLite and PostgreSQL."""

from __future__ import annotations

import secrets
import threading
from typing import Any, cast

import pytest
from sqlmodel import select

from assist.desk.connecting import Inbox, Reconciler
from assist.errors import HelpdeskUnavailable
from assist.helpdesk import Connector, EventKind, TicketEvent
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import InboxEvent


class Desk(Connector):
    name = "acme"


class Applies:
    """Stands where events take effect: keeps what came, in its order, and fails when told to."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails = 0

    def apply(self, connector: Connector, event: TicketEvent) -> None:
        if self.fails:
            self.fails -= 1
            raise HelpdeskUnavailable("down", where="acme")
        self.done.append(str(event.delivery_id))


@pytest.fixture
def applies() -> Applies:
    return Applies()


@pytest.fixture
def inbox(any_database: Database, applies: Applies) -> Inbox:
    vault = Vault(secrets.token_bytes(32))
    made = {"acme": Desk()}
    reconciler = cast(Reconciler, applies)
    return Inbox(any_database, vault, made, reconciler, lambda *_, **__: None, delays_s=(0.0,) * 3)


def event(delivery: str, ticket: str = "1") -> TicketEvent:
    return TicketEvent(kind=EventKind.STATUS, source="acme", ticket_id=ticket, delivery_id=delivery)


def at_once(*actions: Any) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_delivery_counts_once_whoever_is_fastest(inbox: Inbox, applies: Applies) -> None:
    taken: list[int] = []
    at_once(*[lambda: taken.append(inbox.accept("acme", [event("a"), event("b")])) for _ in range(6)])
    assert sum(taken) == 2
    inbox.run("acme", "1")
    assert sorted(applies.done) == ["a", "b"]


def test_workers_keep_a_tickets_order_and_do_each_event_once(inbox: Inbox, applies: Applies) -> None:
    inbox.accept("acme", [event(f"{n:02}") for n in range(20)])
    at_once(*[lambda: inbox.run("acme", "1") for _ in range(4)])
    inbox.run("acme", "1")
    assert applies.done == [f"{n:02}" for n in range(20)]


def test_failure_undoes_nothing_and_is_tried_again(inbox: Inbox, applies: Applies, any_database: Database) -> None:
    inbox.accept("acme", [event("a"), event("b")])
    applies.fails = 2
    inbox.run("acme", "1")
    assert applies.done == ["a", "b"]
    with any_database.reading() as session:
        assert [row.attempts for row in session.exec(select(InboxEvent).order_by(InboxEvent.delivery_id))] == [3, 1]


def test_what_is_undone_was_never_accepted(inbox: Inbox, any_database: Database) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the cursor could not be stored")

    with pytest.raises(RuntimeError):
        inbox.accept("acme", [event("a")], within=fail)
    with any_database.reading() as session:
        assert session.exec(select(InboxEvent)).all() == []
