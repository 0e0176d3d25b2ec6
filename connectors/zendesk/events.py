"""Reads Zendesk's ticket events, and what a trigger of ours posts about ratings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from assist.helpdesk import Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, aware, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac, Stamp

NAME = "zendesk"
PREFIX = "zen:event-type:ticket."
RATED = "assist:rated"
STATUSES = {
    "new": Status.OPEN,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "hold": Status.PENDING,
    "solved": Status.RESOLVED,
    "closed": Status.RESOLVED,
}
SCORES = {"good": 5, "bad": 1}
GONE = frozenset({"soft_deleted", "permanently_deleted", "marked_as_spam"})
EDITS = frozenset(
    {
        "attachment_linked_to_comment",
        "attachment_redacted_from_comment",
        "brand_changed",
        "comment_made_private",
        "comment_redacted",
        "description_changed",
        "group_assignment_changed",
        "priority_changed",
        "requester_changed",
        "subject_changed",
        "undeleted",
    }
)


class Detail(Foreign):
    """The ticket of an event."""

    id: Id


class Writer(Foreign):
    """Who wrote a comment."""

    name: str | None = None
    is_staff: bool


class Comment(Foreign):
    """A comment as an event tells it."""

    id: Id
    body: str
    is_public: bool
    author: Writer


class Change(Foreign):
    """What an event is about; which fields there are depends on its type."""

    comment: Comment | None = None
    current: object = None
    previous: object = None
    target_ticket_id: Id | None = None
    score: str | None = None


class Delivery(Foreign):
    """One event."""

    id: Id
    type: str
    time: datetime | None = None
    detail: Detail
    event: Change = Field(default_factory=Change)


def scheme(secret: str) -> Hmac:
    """Give how Zendesk signs: base64 of HMAC-SHA256 over time and body, with nothing between them."""
    return Hmac(
        secret.encode(),
        header="x-zendesk-webhook-signature",
        encoding="base64",
        stamp=Stamp("x-zendesk-webhook-signature-timestamp", "iso"),
        signed=lambda stamp, body: stamp + body,
    )


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the event of a delivery; types that say nothing about the case give none."""
    told = read(Delivery, body, where=NAME)
    event = _rated(told) if told.type == RATED else _of(told, told.type.removeprefix(PREFIX))
    return [event] if event is not None else []


def status_of(name: object) -> Status | None:
    """Give our word for a status, in either case of letters; `None` for one we do not know."""
    return STATUSES.get(name.lower()) if isinstance(name, str) else None


def _of(told: Delivery, kind: str) -> TicketEvent | None:
    if kind == "created":
        return _event(told, EventKind.CREATED, partial=True)
    if kind == "comment_added" and told.event.comment is not None:
        return _comment(told, told.event.comment)
    if kind == "status_changed" and (status := status_of(told.event.current)) is not None:
        reopened = status_of(told.event.previous) is Status.RESOLVED and status is not Status.RESOLVED
        return _event(told, EventKind.REOPENED if reopened else EventKind.STATUS, status=status)
    if kind == "merged" and told.event.target_ticket_id:
        return _event(told, EventKind.MERGED, into=told.event.target_ticket_id)
    if kind in GONE:
        return _event(told, EventKind.DELETED)
    if kind in EDITS or kind in {"merged", "comment_added"}:
        return _event(told, EventKind.EDITED, partial=True)
    return None


def _comment(told: Delivery, comment: Comment) -> TicketEvent:
    text = texts.tidy(comment.body)
    author = Author.AGENT if comment.author.is_staff else Author.CUSTOMER
    kind = EventKind.INTERNAL_NOTE if not comment.is_public else _REPLIES[author]
    if not text:
        # A comment of files only: the event does not list them.
        return _event(told, kind, partial=True)
    message = Message(
        author=author,
        text=texts.own_words(text) if author is Author.CUSTOMER else text,
        id=comment.id,
        name=comment.author.name,
        internal=not comment.is_public,
        at=aware(told.time),
    )
    return _event(told, kind, message=message)


def _rated(told: Delivery) -> TicketEvent | None:
    score = SCORES.get((told.event.score or "").lower())
    return _event(told, EventKind.CSAT, csat=score) if score else None


_REPLIES = {Author.AGENT: EventKind.AGENT_REPLY, Author.CUSTOMER: EventKind.CUSTOMER_REPLY}


def _event(told: Delivery, kind: EventKind, **more: object) -> TicketEvent:
    return make_event(kind, source=NAME, ticket_id=told.detail.id, delivery_id=told.id, **more)
