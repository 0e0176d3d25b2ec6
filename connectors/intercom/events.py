"""Reads Intercom's webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from assist.helpdesk import Attachment, Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, Size, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac

NAME = "intercom"
STATUSES = {"open": Status.OPEN, "snoozed": Status.PENDING, "closed": Status.RESOLVED}
CUSTOMERS = frozenset({"user", "lead", "contact", "visitor"})
# Kinds of parts that hold somebody's words; all others are what Intercom itself notes down.
PUBLIC = frozenset(
    {"comment", "open", "close", "assignment", "assign_and_reopen", "assign_and_unsnooze", "quick_reply"}
)
NOTES = frozenset({"note", "note_and_reopen", "note_and_unsnooze"})
CREATED = frozenset({"conversation.user.created", "conversation.admin.single.created"})
SAID = {
    "conversation.user.replied": EventKind.CUSTOMER_REPLY,
    "conversation.admin.replied": EventKind.AGENT_REPLY,
    "conversation.operator.replied": EventKind.AGENT_REPLY,
    "conversation.admin.noted": EventKind.INTERNAL_NOTE,
}
MOVED = {
    "conversation.admin.closed": EventKind.STATUS,
    "conversation.admin.snoozed": EventKind.STATUS,
    "conversation.admin.unsnoozed": EventKind.STATUS,
    "conversation.admin.opened": EventKind.REOPENED,
}
EDITED = frozenset(
    {
        "conversation.admin.assigned",
        "conversation.contact.attached",
        "conversation.contact.detached",
        "conversation.priority.updated",
        "conversation_part.redacted",
    }
)


def moment(value: object) -> object:
    """Read Unix seconds."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) and 0 <= value < 1e11 else value


Moment = Annotated[datetime | None, BeforeValidator(moment)]


class Writer(Foreign):
    """Who wrote something."""

    type: str = ""
    id: Id | None = None
    name: str | None = None
    email: str | None = None
    from_ai_agent: bool | None = None


class File(Foreign):
    """An attachment."""

    content_type: str | None = None
    filesize: Size = None


class Said(Foreign):
    """What opened a conversation."""

    id: Id | None = None
    body: str | None = None
    author: Writer = Field(default_factory=Writer)
    attachments: list[File] | None = None
    redacted: bool | None = None


class Source(Said):
    """What opened a conversation, and how it came."""

    type: str | None = None
    subject: str | None = None


class Part(Said):
    """One step of a conversation: words, or a change."""

    id: Id
    part_type: str
    created_at: Moment = None


class Parts(Foreign):
    """The steps that are told: of a webhook the new ones."""

    conversation_parts: list[Part] = Field(default_factory=list)


class Rating(Foreign):
    """What the customer answered when asked for a rating."""

    rating: int | None = None


class Told(Foreign):
    """A conversation."""

    type: str | None = None
    id: Id
    conversation_id: Id | None = None
    state: str | None = None
    source: Source | None = None
    conversation_parts: Parts = Field(default_factory=Parts)
    conversation_rating: Rating | None = None


class Data(Foreign):
    """What a webhook is about."""

    item: Told


class Delivery(Foreign):
    """What every webhook says."""

    id: Id | None = None
    topic: str
    app_id: Id | None = None


class ConversationDelivery(Delivery):
    """A webhook about a conversation."""

    id: Id
    data: Data


def scheme(secret: str) -> Hmac:
    """Give how Intercom signs: `sha1=` and hex of HMAC-SHA1 over the body; it gives no time."""
    return Hmac(secret.encode(), header="x-hub-signature", digest="sha1", prefix="sha1=")


def parse(body: bytes, headers: Mapping[str, str], app: str | None = None) -> list[TicketEvent]:  # noqa: ARG001
    """Give the events of a delivery; contacts, tags, pings and what another workspace tells give none."""
    delivery = read(Delivery, body, where=NAME)
    known = CREATED | SAID.keys() | MOVED.keys() | EDITED | {"conversation.deleted", "conversation.rating.added"}
    if delivery.topic not in known or app not in {None, delivery.app_id}:
        return []
    told = read(ConversationDelivery, body, where=NAME)
    item, topic = told.data.item, told.topic
    if topic in CREATED:
        return [_event(told, EventKind.CREATED, partial=True)]
    if topic in SAID:
        return _said(told, SAID[topic])
    if topic in MOVED:
        # Who closes with a word of goodbye says something, too; the conversation tells it.
        wordy = any(one.body for one in item.conversation_parts.conversation_parts)
        status = STATUSES.get(item.state or "") or (Status.OPEN if topic.endswith(("opened", "unsnoozed")) else None)
        return [_event(told, MOVED[topic], status=status, partial=wordy or status is None)]
    if topic == "conversation.rating.added":
        rating = item.conversation_rating.rating if item.conversation_rating else None
        if rating is not None and 1 <= rating <= 5:
            return [_event(told, EventKind.CSAT, csat=rating)]
        return [_event(told, EventKind.EDITED, partial=True)]
    if topic == "conversation.deleted":
        return [_event(told, EventKind.DELETED)]
    return [_event(told, EventKind.EDITED, partial=True)]


def message_of(said: Said, *, key: str, mail: bool, internal: bool = False, at: datetime | None) -> Message | None:
    """Give a message in our words; what is empty or was taken back gives none."""
    files = [
        Attachment(type=one.content_type or "application/octet-stream", size=one.filesize)
        for one in said.attachments or []
    ]
    author = _author(said.author)
    text = texts.from_html(said.body or "")
    if mail and author is Author.CUSTOMER:
        text = texts.own_words(text)
    text = texts.said(text, files)
    if not text or said.redacted:
        return None
    return Message(author=author, text=text, id=key, name=said.author.name, internal=internal, at=at, attachments=files)


def part_message(part: Part, *, mail: bool) -> Message | None:
    """Give what somebody said with a part; a mere change gives none."""
    if part.part_type not in PUBLIC | NOTES:
        return None
    return message_of(part, key=part.id, mail=mail, internal=part.part_type in NOTES, at=part.created_at)


def _author(writer: Writer) -> Author:
    if writer.type in CUSTOMERS:
        return Author.CUSTOMER
    return Author.BOT if writer.type == "bot" or writer.from_ai_agent else Author.AGENT


def _said(told: ConversationDelivery, kind: EventKind) -> list[TicketEvent]:
    item = told.data.item
    parts = item.conversation_parts.conversation_parts
    mail = item.source is not None and item.source.type == "email"
    messages = [message for one in parts if (message := part_message(one, mail=mail)) is not None]
    if len(messages) != 1 or (messages[0].internal != (kind is EventKind.INTERNAL_NOTE)):
        return [_event(told, kind, partial=True)]
    events = [_event(told, kind, message=messages[0])]
    if kind is EventKind.CUSTOMER_REPLY and parts[-1].part_type == "open":
        # The reply opened a closed conversation; no webhook of its own says so.
        events.append(_event(told, EventKind.REOPENED, f"{told.id}-reopened", status=Status.OPEN))
    return events


def _event(told: ConversationDelivery, kind: EventKind, delivery: str | None = None, **more: object) -> TicketEvent:
    item = told.data.item
    ticket = item.id if item.type in {None, "conversation"} else item.conversation_id
    return make_event(kind, source=NAME, ticket_id=ticket or "", delivery_id=delivery or told.id, **more)
