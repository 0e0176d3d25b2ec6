"""Reads what an HTTP integration posts, which nobody signs, and Gorgias' own log of events, which is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assist.errors import ConfigurationError
from assist.helpdesk import Attachment, Author, EventKind, Message, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, aware, read
from connectors.reading import event as make_event
from connectors.signatures import SharedSecret

NAME = "gorgias"
LEAST = 20
# Whatever happened, the ticket as it stands tells it.
KINDS = {"created": EventKind.CREATED, "updated": EventKind.EDITED, "message": EventKind.EDITED}
# What the log tells and the list of changed tickets does not; a deletion is believed once the ticket is gone.
LOGGED = {
    "ticket-deleted": EventKind.DELETED,
    "ticket-trashed": EventKind.DELETED,
    "ticket-untrashed": EventKind.REOPENED,
    "ticket-reopened": EventKind.REOPENED,
    "ticket-merged": EventKind.MERGED,
    "satisfaction-survey-responded": EventKind.CSAT,
}
NOTE = "internal-note"


class Hint(Foreign):
    """What the integration of our README posts."""

    event: str
    ticket_id: Id


class Logged(Foreign):
    """A line of the log."""

    id: Id
    type: str
    object_type: str = "Ticket"
    object_id: Id | None = None
    data: dict[str, Any] | None = None


class Person(Foreign):
    """A customer or a user."""

    id: Id | None = None
    name: str | None = None
    email: str | None = None


class File(Foreign):
    """An attachment."""

    content_type: str | None = None
    size: int | None = None


class Route(Foreign):
    """Between which addresses a message went."""

    type: str | None = None
    to: list[dict[str, Any]] | None = None


class Sent(Foreign):
    """A message."""

    id: Id
    ticket_id: Id
    public: bool = True
    from_agent: bool
    channel: str | None = None
    rule_id: Id | None = None
    sender: Person | None = None
    source: Route | None = None
    subject: str | None = None
    integration_id: int | None = None
    body_text: str | None = None
    body_html: str | None = None
    stripped_text: str | None = None
    attachments: list[File] | None = None
    created_datetime: datetime
    failed_datetime: datetime | None = None
    deleted_datetime: datetime | None = None


def scheme(secret: str) -> SharedSecret:
    """Give how the integration proves itself; raises `ConfigurationError` for a secret that can be guessed."""
    if len(secret) < LEAST:
        raise ConfigurationError(f"the secret has fewer than {LEAST} characters", where="ASSIST_GORGIAS_WEBHOOK_SECRET")
    return SharedSecret(secret)


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the event of a delivery; unknown ones give none."""
    hint = read(Hint, body, where=NAME)
    kind = KINDS.get(hint.event)
    return [hinted(hint.ticket_id, kind)] if kind is not None else []


def hinted(ticket_id: str, kind: EventKind, delivery_id: str | None = None, csat: int | None = None) -> TicketEvent:
    """Give an event that says no more than that something happened; a rating says what it is."""
    return make_event(kind, source=NAME, ticket_id=ticket_id, delivery_id=delivery_id, csat=csat, partial=csat is None)


def message_of(sent: Sent) -> Message | None:
    """Give a message in our words; what was taken back, never left or says nothing gives none."""
    if sent.deleted_datetime is not None or sent.failed_datetime is not None:
        return None
    author = Author.CUSTOMER
    if sent.from_agent:
        author = Author.AGENT if sent.rule_id is None else Author.BOT
    files = [
        Attachment(type=one.content_type or "application/octet-stream", size=one.size if (one.size or 0) > 0 else None)
        for one in sent.attachments or []
    ]
    whole = texts.tidy(sent.body_text or "") or texts.from_html(sent.body_html or "")
    # Gorgias strips quotes and signatures itself, but not everywhere.
    text = texts.said(texts.tidy(sent.stripped_text or "") or texts.own_words(whole), files)
    if not text:
        return None
    return Message(
        author=author,
        text=text,
        id=sent.id,
        name=sent.sender.name if sent.sender else None,
        internal=not sent.public or sent.channel == NOTE,
        at=aware(sent.created_datetime),
        attachments=files,
    )
