"""Reads Front's events: what its application webhooks post, and its list of events gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from assist.helpdesk import Attachment, Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, Size, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac, Stamp

NAME = "front"
# What webhooks call them, and what the list of events does.
KINDS = {
    "inbound_received": "inbound",
    "outbound_sent": "outbound",
    "new_comment_added": "comment",
    "conversation_archived": "archive",
    "conversation_reopened": "reopen",
    "conversation_snoozed": "snooze",
    "conversation_snooze_expired": "reminder",
    "conversation_deleted": "trash",
    "conversation_restored": "restore",
    "conversation_moved": "move",
}
LISTED = (
    "inbound", "outbound", "out_reply", "comment", "archive", "reopen", "reminder", "trash", "restore", "move",
    "conversations_merged", "ticket_status_update",
)  # fmt: skip
KNOWN = {*KINDS.values(), *LISTED}
CATEGORIES = {"open": Status.OPEN, "waiting": Status.PENDING, "resolved": Status.RESOLVED}
STATES = {"archive": Status.RESOLVED, "reopen": Status.OPEN, "snooze": Status.PENDING, "reminder": Status.OPEN}
MACHINES = frozenset({"ai", "csat", "smart_csat", "rule"})


def moment(value: object) -> object:
    """Read Unix seconds, which have decimals."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) and 0 <= value < 1e11 else value


Moment = Annotated[datetime | None, BeforeValidator(moment)]


class Mate(Foreign):
    """Who of the company wrote something: a teammate, or one of Front's machines."""

    id: Id
    first_name: str | None = None
    last_name: str | None = None
    type: str | None = None


class Recipient(Foreign):
    """Somebody whom a message is from or to."""

    name: str | None = None
    handle: str
    role: str


class File(Foreign):
    """An attachment."""

    content_type: str | None = None
    size: Size = None


class Related(Foreign):
    """What else a message belongs to."""

    message_replied_to: str | None = None


class Links(Foreign):
    """The addresses around a message."""

    related: Related = Field(default_factory=Related)


class Sent(Foreign):
    """A message."""

    id: Id
    type: str | None = None
    is_inbound: bool
    draft_mode: str | None = None
    created_at: Moment = None
    author: Mate | None = None
    recipients: list[Recipient] = Field(default_factory=list)
    body: str | None = None
    text: str | None = None
    attachments: list[File] = Field(default_factory=list)
    links: Links = Field(default_factory=Links, alias="_links")


class Comment(Foreign):
    """What colleagues tell each other."""

    id: Id
    author: Mate | None = None
    body: str
    posted_at: Moment = None
    attachments: list[File] = Field(default_factory=list)


class Reminder(Foreign):
    """When a snoozed conversation comes back."""

    scheduled_at: float | None = None


class Talk(Foreign):
    """The conversation of an event."""

    id: Id
    type: str | None = None
    status: str | None = None
    status_category: str | None = None
    scheduled_reminders: list[Reminder] | None = None


class Target(Foreign):
    """What an event is about; its shape depends on the kind."""

    data: object = None


class Told(Foreign):
    """One event."""

    id: Id
    type: str | None = None
    conversation: Talk
    target: Target | None = None


class Delivery(Foreign):
    """What every webhook says."""

    type: str


class Wrapped(Delivery):
    """A webhook about an event."""

    payload: Told


def scheme(secret: str) -> Hmac:
    """Give how Front signs: base64 of HMAC-SHA256 over time, a colon, and the body."""
    return Hmac(
        secret.encode(),
        header="x-front-signature",
        encoding="base64",
        stamp=Stamp("x-front-request-timestamp", "ms"),
        signed=lambda stamp, body: stamp + b":" + body,
    )


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the events of a delivery; tags, assignments and what is among colleagues alone give none."""
    kind = read(Delivery, body, where=NAME).type
    kind = KINDS.get(kind, kind)
    return happened(read(Wrapped, body, where=NAME).payload, kind) if kind in KNOWN else []


def happened(told: Told, kind: str) -> list[TicketEvent]:
    """Give what an event means in our words."""
    talk = told.conversation
    if talk.type not in {None, "conversation"}:
        return []
    if kind in {"inbound", "outbound", "out_reply"}:
        return [_message(told, EventKind.CUSTOMER_REPLY if kind == "inbound" else EventKind.AGENT_REPLY)]
    if kind == "comment":
        comment = _comment(told)
        return [_event(told, EventKind.INTERNAL_NOTE, message=comment, partial=comment is None)]
    if kind == "trash":
        return [_event(told, EventKind.DELETED)]
    if kind == "restore":
        # Only what says that it is back is believed of a ticket that was deleted.
        return [_event(told, EventKind.REOPENED, partial=True)]
    if kind == "conversations_merged":
        return _merged(told)
    if kind in STATES:
        status = status_of(talk) if kind == "archive" else STATES[kind]
        return [_event(told, EventKind.REOPENED if kind == "reopen" else EventKind.STATUS, status=status)]
    if kind == "ticket_status_update" and talk.status_category in CATEGORIES:
        return [_event(told, EventKind.STATUS, status=status_of(talk))]
    return [_event(told, EventKind.EDITED, partial=True)]


def status_of(talk: Talk) -> Status:
    """Give how a conversation stands; what is put away until later waits."""
    if talk.status_category in CATEGORIES:
        return CATEGORIES[talk.status_category]
    if talk.status in {"archived", None}:
        return Status.PENDING if talk.scheduled_reminders else Status.RESOLVED
    return Status.OPEN


def message_of(sent: Sent) -> Message | None:
    """Give a message in our words; drafts, and what is empty, give none."""
    files = _files(sent.attachments)
    author = _author(sent)
    text = texts.tidy(sent.text) if sent.text else texts.from_html(sent.body or "")
    text = texts.said(texts.own_words(text) if text else "", files)
    if not text or sent.draft_mode:
        return None
    writer = next((one for one in sent.recipients if one.role == "from"), None) if sent.is_inbound else None
    name = writer.name if writer else name_of(sent.author)
    return Message(author=author, text=text, id=sent.id, name=name, at=sent.created_at, attachments=files)


def comment_of(comment: Comment) -> Message | None:
    """Give a comment in our words."""
    files = _files(comment.attachments)
    if not (text := texts.said(texts.tidy(comment.body), files)):
        return None
    return Message(
        author=Author.AGENT,
        text=text,
        id=comment.id,
        name=name_of(comment.author),
        internal=True,
        at=comment.posted_at,
        attachments=files,
    )


def name_of(mate: Mate | None) -> str | None:
    """Give a teammate's name."""
    return " ".join(part for part in (mate.first_name, mate.last_name) if part) or None if mate else None


def _files(files: list[File]) -> list[Attachment]:
    return [Attachment(type=one.content_type or "application/octet-stream", size=one.size) for one in files]


def _author(sent: Sent) -> Author:
    if sent.is_inbound:
        return Author.CUSTOMER
    return Author.BOT if sent.author is not None and sent.author.type in MACHINES else Author.AGENT


def _message(told: Told, kind: EventKind) -> TicketEvent:
    try:
        sent = Sent.model_validate(told.target.data if told.target else None)
    except ValidationError:
        # A preview: Front says which message, not what is in it.
        return _event(told, kind, partial=True)
    if sent.is_inbound and not sent.links.related.message_replied_to:
        return _event(told, EventKind.CREATED, partial=True)
    message = message_of(sent)
    return _event(told, kind, message=message, partial=message is None)


def _comment(told: Told) -> Message | None:
    try:
        return comment_of(Comment.model_validate(told.target.data if told.target else None))
    except ValidationError:
        return None


def _merged(told: Told) -> list[TicketEvent]:
    into = told.conversation.id
    gone = dict.fromkeys(one for one in _conversations(told.target.data if told.target else None) if one != into)
    if not gone:
        return [_event(told, EventKind.EDITED, partial=True)]
    return [_event(told, EventKind.MERGED, ticket=one, delivery=f"{told.id}-{one}", into=into) for one in gone]


def _conversations(data: object) -> Iterator[str]:
    """Give the ids of conversations, however they are laid out: Front does not describe it."""
    if isinstance(data, str) and data.startswith("cnv_"):
        yield data
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _conversations(one)


def _event(
    told: Told, kind: EventKind, *, ticket: str | None = None, delivery: str | None = None, **more: object
) -> TicketEvent:
    place = ticket or told.conversation.id
    return make_event(kind, source=NAME, ticket_id=place, delivery_id=delivery or told.id, **more)
