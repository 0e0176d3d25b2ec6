"""Reads transactions: what Request Tracker calls each thing that happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator

from assist.helpdesk import EventKind, Status, TicketEvent
from connectors.reading import Foreign, Id, read
from connectors.reading import event as make_event

NAME = "rt"
STATUSES = {"stalled": Status.PENDING, "resolved": Status.RESOLVED, "rejected": Status.RESOLVED}
# Fields whose change is a change of the ticket itself.
EDITS = frozenset({"Subject", "Queue", "Owner", "Priority"})
MESSAGES = frozenset({"Create", "Correspond", "Comment"})


class Person(Foreign):
    """A user as a list shows one. What cannot be seen is an empty text."""

    id: str
    EmailAddress: str = ""
    RealName: str = ""


class Transaction(Foreign):
    """One thing that happened to one ticket."""

    id: Id
    Type: str
    ObjectId: Id
    Creator: Annotated[Person, BeforeValidator(lambda one: {"id": one} if isinstance(one, str) else one)]
    Created: datetime
    Field: str | None = ""
    OldValue: str | None = ""
    NewValue: str | None = ""

    @property
    def number(self) -> int:
        """Give the id as a number; later transactions have higher ones."""
        return int(self.id)


class Transactions(Foreign):
    """A page of transactions."""

    items: list[Transaction]


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the events of a page of transactions as the interface answers it."""
    return [event for one in read(Transactions, body, where=NAME).items for event in of(one)]


def of(one: Transaction) -> list[TicketEvent]:
    """Give what a transaction means to us: one event or none."""
    match one.Type, one.Field:
        case "Create", _:
            return [_event(one, EventKind.CREATED, partial=True)]
        case "Correspond", _:
            # Who wrote it, and what, is in the ticket; an agent may have written for the requestor.
            return [_event(one, EventKind.CUSTOMER_REPLY, partial=True)]
        case "Comment", _:
            return [_event(one, EventKind.INTERNAL_NOTE, partial=True)]
        case "Status", _:
            return [_status(one)]
        case ("AddLink", "MergedInto"):
            into = (one.NewValue or "").rsplit("/", 1)[-1]
            # The ticket that goes on has the same entry, about itself.
            return [_event(one, EventKind.MERGED, into=into)] if into.isdigit() and into != one.ObjectId else []
        case ("Set" | "CustomField" | "SetWatcher" | "AddWatcher" | "DelWatcher", field) if field in EDITS or (
            one.Type.endswith("Watcher")
        ):
            return [_event(one, EventKind.EDITED, partial=True)]
    return []


def status_of(name: str) -> Status:
    """Give our word for a status; those of other life cycles than Request Tracker's own count as open."""
    return STATUSES.get(name, Status.OPEN)


def _status(one: Transaction) -> TicketEvent:
    new, old = one.NewValue or "", one.OldValue or ""
    if new == "deleted":
        return _event(one, EventKind.DELETED)
    status = status_of(new)
    reopened = status_of(old) is Status.RESOLVED and status is not Status.RESOLVED
    return _event(one, EventKind.REOPENED if reopened else EventKind.STATUS, status=status)


def _event(one: Transaction, kind: EventKind, **more: object) -> TicketEvent:
    return make_event(kind, source=NAME, ticket_id=one.ObjectId, delivery_id=f"txn-{one.id}", **more)
