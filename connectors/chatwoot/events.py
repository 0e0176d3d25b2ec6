"""Reads Chatwoot's webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from assist.helpdesk import Attachment, Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, aware, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac, Stamp

NAME = "chatwoot"
STATUSES = {
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "snoozed": Status.PENDING,
    "resolved": Status.RESOLVED,
}
# The interface gives numbers where webhooks give words.
TYPES = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}
EDITS = frozenset({"team_id", "assignee_id", "priority", "label_list", "labels"})
MEDIA = {"image": "image/*", "audio": "audio/*", "video": "video/*"}


def moment(value: object) -> object:
    """Read Unix seconds, which the interface gives where webhooks give a date."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) and 0 <= value < 1e11 else value


class File(Foreign):
    """An attachment; Chatwoot tells its kind, not its media type."""

    file_type: str | None = None
    file_size: int | None = Field(None, ge=0)


class Sender(Foreign):
    """Who wrote a message: a contact, a user (an agent), or an agent_bot."""

    name: str | None = None
    type: str | None = None


class Conversation(Foreign):
    """The conversation of a message: `id` is the number that people see."""

    id: Id


class Sent(Foreign):
    """A message."""

    id: Id
    content: str | None = None
    message_type: Annotated[str, BeforeValidator(lambda one: TYPES.get(one, one) if isinstance(one, int) else one)]
    private: bool = False
    created_at: Annotated[datetime, BeforeValidator(moment)]
    content_type: str | None = None
    content_attributes: dict[str, Any] | None = None
    sender: Sender | None = None
    attachments: list[File] | None = None


class Delivery(Foreign):
    """What every webhook says."""

    event: str


class MessageDelivery(Sent):
    """A webhook about a message."""

    conversation: Conversation


class ConversationDelivery(Foreign):
    """A webhook about a conversation."""

    id: Id
    status: str
    changed_attributes: list[dict[str, Any]] | None = None
    updated_at: float | str | None = None


def scheme(secret: str) -> Hmac:
    """Give how Chatwoot signs: `sha256=` and hex of HMAC-SHA256 over time, a dot, and the body."""
    return Hmac(
        secret.encode(),
        header="x-chatwoot-signature",
        prefix="sha256=",
        stamp=Stamp("x-chatwoot-timestamp", "s"),
        signed=lambda stamp, body: stamp + b"." + body,
    )


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
    """Give the event of a delivery; typing, contacts and the like give none."""
    name = read(Delivery, body, where=NAME).event
    delivery = headers.get("x-chatwoot-delivery", "")
    event: TicketEvent | None = None
    if name in {"message_created", "message_updated"}:
        told = read(MessageDelivery, body, where=NAME)
        event = _created(told) if name == "message_created" else _updated(told, delivery)
    elif name in {"conversation_created", "conversation_updated", "conversation_status_changed"}:
        event = _conversation(name, read(ConversationDelivery, body, where=NAME), delivery)
    return [event] if event is not None else []


def message_of(sent: Sent) -> Message | None:
    """Give a message in our words; what Chatwoot itself notes, and questions for a rating, give none."""
    if sent.message_type not in {"incoming", "outgoing", "template"} or sent.content_type == "input_csat":
        return None
    files = [Attachment(type=MEDIA.get(one.file_type or "", "application/octet-stream"), size=one.file_size)
             for one in sent.attachments or []]  # fmt: skip
    author = _author(sent)
    text = texts.tidy(sent.content or "")
    if sent.content_type == "incoming_email" and author is Author.CUSTOMER:
        text = texts.own_words(text)
    text = texts.said(text, files)
    if not text or _deleted(sent):
        return None
    return Message(
        author=author,
        text=text,
        id=sent.id,
        name=sent.sender.name if sent.sender else None,
        internal=sent.private,
        at=aware(sent.created_at),
        attachments=files,
    )


def _author(sent: Sent) -> Author:
    if sent.message_type == "incoming":
        return Author.CUSTOMER
    bot = sent.message_type == "template" or (sent.sender is not None and sent.sender.type == "agent_bot")
    return Author.BOT if bot else Author.AGENT


def _deleted(sent: Sent) -> bool:
    return bool((sent.content_attributes or {}).get("deleted"))


def rating_of(sent: Sent) -> int | None:
    """Give the customer's rating, 1 to 5, that a message holds."""
    values: Any = (sent.content_attributes or {}).get("submitted_values")
    answer = values.get("csat_survey_response") if isinstance(values, dict) else None
    rating = answer.get("rating") if isinstance(answer, dict) else None
    return rating if isinstance(rating, int) and 1 <= rating <= 5 else None


def _created(told: MessageDelivery) -> TicketEvent | None:
    message = message_of(told)
    if message is None:
        return None
    kind = EventKind.CUSTOMER_REPLY if message.author is Author.CUSTOMER else EventKind.AGENT_REPLY
    # The same message may be delivered twice under two ids; its own is one.
    return _event(
        told.conversation.id,
        EventKind.INTERNAL_NOTE if message.internal else kind,
        f"message-{told.id}",
        message=message,
    )


def _updated(told: MessageDelivery, delivery: str) -> TicketEvent | None:
    if (rating := rating_of(told)) is not None:
        return _event(told.conversation.id, EventKind.CSAT, f"rating-{told.id}-{rating}", csat=rating)
    if _deleted(told):
        return _event(told.conversation.id, EventKind.EDITED, delivery or f"deleted-{told.id}", partial=True)
    return None


def _conversation(name: str, told: ConversationDelivery, delivery: str) -> TicketEvent | None:
    delivery = delivery or f"{name}-{told.id}-{told.updated_at}"
    if name == "conversation_created":
        return _event(told.id, EventKind.CREATED, delivery, partial=True)
    changed: dict[str, Any] = {}
    for one in told.changed_attributes or []:
        changed |= one
    if name == "conversation_updated":
        return _event(told.id, EventKind.EDITED, delivery, partial=True) if EDITS & changed.keys() else None
    status = STATUSES.get(told.status, Status.OPEN)
    before = changed.get("status")
    was = before.get("previous_value") if isinstance(before, dict) else None
    reopened = was == "resolved" and status is not Status.RESOLVED
    return _event(told.id, EventKind.REOPENED if reopened else EventKind.STATUS, delivery, status=status)


def _event(conversation: str, kind: EventKind, delivery: str, **more: object) -> TicketEvent:
    return make_event(kind, source=NAME, ticket_id=conversation, delivery_id=delivery, **more)
