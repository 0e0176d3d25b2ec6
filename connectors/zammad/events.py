"""Reads Zammad's webhooks: the ticket as it is now, and the article that set the trigger off, if one did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from assist.helpdesk import Attachment, Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, aware, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac

NAME = "zammad"
# Zammad's kinds of states, which are also the names of the states that it comes with.
MERGED = "merged"
REMOVED = "removed"
STATUSES = {
    "new": Status.OPEN,
    "open": Status.OPEN,
    "pending reminder": Status.PENDING,
    "pending action": Status.PENDING,
    "pending close": Status.PENDING,
    "closed": Status.RESOLVED,
}
AUTHORS = {"Customer": Author.CUSTOMER, "Agent": Author.AGENT, "System": Author.SYSTEM}
_NOTHING = BeforeValidator(lambda value: value or None if isinstance(value, dict | None) else value)


class File(Foreign):
    """An attachment; its size comes as text."""

    size: Annotated[int | None, Field(ge=0)] = None
    preferences: dict[str, Any] | None = None


class Article(Foreign):
    """Something that somebody wrote."""

    id: Id
    sender: str
    type: str | None = None
    internal: bool = False
    sent_by: Annotated[str | None, Field(alias="from")] = None
    body: str | None = None
    content_type: str | None = None
    message_id: str | None = None
    created_at: datetime
    attachments: list[File] | None = None


class Case(Foreign):
    """The ticket of a delivery."""

    id: Id
    state: str
    article_count: int | None = None
    updated_at: str


class Delivery(Foreign):
    """One delivery; what a trigger has nothing to say about is empty."""

    ticket: Annotated[Case | None, _NOTHING]
    article: Annotated[Article | None, _NOTHING] = None


def scheme(secret: str) -> Hmac:
    """Give how Zammad signs: `sha1=` and hex of HMAC-SHA1 over the body."""
    return Hmac(secret.encode(), header="x-hub-signature", digest="sha1", prefix="sha1=")


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the event of a delivery; one that is about no ticket gives none.

    Zammad names the trigger and the delivery in headers, which it does not sign: only the body tells.
    """
    told = read(Delivery, body, where=NAME)
    if told.ticket is None:
        return []
    case, changed = told.ticket, f"ticket-{told.ticket.id}-{told.ticket.updated_at}"
    if case.state in {MERGED, REMOVED}:
        # In which ticket it goes on stands in its history alone; what is deleted is told by fetching it.
        kind = EventKind.MERGED if case.state == MERGED else EventKind.DELETED
        return [_event(case, kind, changed, partial=True)]
    message = message_of(told.article) if told.article is not None else None
    if message is None:
        # What has changed is not told: its state, its group, its title.
        return [_event(case, EventKind.EDITED, changed, partial=True)]
    delivery = f"article-{message.id}"
    if case.article_count == 1:
        return [_event(case, EventKind.CREATED, delivery, partial=True)]
    status = STATUSES.get(case.state)
    if status is None:
        # A name that somebody gave a state of their own; the client knows of which type it is.
        return [_event(case, _kind(message), delivery, partial=True)]
    return [_event(case, _kind(message), delivery, message=message, status=status)]


def message_of(article: Article) -> Message | None:
    """Give a message in our words; an empty one without files gives none."""
    author = AUTHORS.get(article.sender, Author.SYSTEM)
    html = "html" in (article.content_type or "")
    text = texts.from_html(article.body or "") if html else texts.tidy(article.body or "")
    if article.type == "email":
        text = texts.own_words(text)
    files = [Attachment(type=_media(one), size=one.size) for one in article.attachments or []]
    text = texts.said(text, files)
    if not text:
        return None
    return Message(
        author=author,
        text=text,
        id=article.id,
        name=_name(article.sent_by or ""),
        internal=article.internal,
        at=aware(article.created_at),
        attachments=files,
    )


def _media(file: File) -> str:
    held = file.preferences or {}
    media = held.get("Content-Type") or held.get("Mime-Type")
    return media.split(";")[0].strip() if isinstance(media, str) and media.strip() else "application/octet-stream"


def _name(sent_by: str) -> str | None:
    """Give the name before an address; an agent's may say `Maya Kent via Acme`."""
    name = parseaddr(sent_by)[0] if "@" in sent_by else sent_by
    return name.split(" via ")[0].strip() or None


def _kind(message: Message) -> EventKind:
    if message.internal:
        return EventKind.INTERNAL_NOTE
    return EventKind.CUSTOMER_REPLY if message.author is Author.CUSTOMER else EventKind.AGENT_REPLY


def _event(case: Case, kind: EventKind, delivery: str, **more: object) -> TicketEvent:
    return make_event(kind, source=NAME, ticket_id=case.id, delivery_id=delivery, **more)
