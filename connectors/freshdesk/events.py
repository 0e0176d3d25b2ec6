"""Reads what an automation rule posts. Nobody signs it, so it is only a hint: the ticket is fetched."""

from __future__ import annotations

from collections.abc import Mapping

from assist.errors import ConfigurationError
from assist.helpdesk import EventKind, Status, TicketEvent
from connectors.reading import Foreign, Id, read
from connectors.reading import event as make_event
from connectors.signatures import SharedSecret

NAME = "freshdesk"
LEAST = 20
# Whatever happened, the ticket as it stands tells it; what was deleted is only believed when it cannot be fetched.
KINDS = {"created": EventKind.CREATED, "updated": EventKind.EDITED, "deleted": EventKind.DELETED}
STATUSES = {2: Status.OPEN, 3: Status.PENDING, 4: Status.RESOLVED, 5: Status.RESOLVED, 6: Status.PENDING}


class Hint(Foreign):
    """What the rule of our README posts."""

    event: str
    ticket_id: Id


def scheme(secret: str) -> SharedSecret:
    """Give how the rule proves itself; raises `ConfigurationError` for a secret that can be guessed."""
    if len(secret) < LEAST:
        raise ConfigurationError(
            f"the secret has fewer than {LEAST} characters", where="ASSIST_FRESHDESK_WEBHOOK_SECRET"
        )
    return SharedSecret(secret)


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the event of a delivery; unknown ones give none."""
    hint = read(Hint, body, where=NAME)
    kind = KINDS.get(hint.event)
    return [hinted(hint.ticket_id, kind)] if kind is not None else []


def hinted(ticket_id: str, kind: EventKind, delivery_id: str | None = None) -> TicketEvent:
    """Give an event that says no more than that something happened."""
    return make_event(kind, source=NAME, ticket_id=ticket_id, delivery_id=delivery_id, partial=True)


def status_of(number: int) -> Status:
    """Give our word for a status; those that an account added count as open."""
    return STATUSES.get(number, Status.OPEN)
