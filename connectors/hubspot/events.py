"""Reads HubSpot's webhooks: batches of what happened to tickets, conversation threads and survey answers.

They say that something happened, not what: the ticket is fetched. Threads and survey answers do not even name their
ticket, so they go by `thread-…` and `feedback-…`; fetching one of these leads to its ticket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from assist.helpdesk import Attachment, Author, EventKind, Message, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, aware, read, take
from connectors.reading import event as make_event
from connectors.signatures import Hmac, Stamp

NAME = "hubspot"
THREAD = "thread-"
FEEDBACK = "feedback-"
TICKETS = "0-5"
SURVEY_ANSWERS = "0-19"
CHANGES = {
    "hs_pipeline_stage": EventKind.STATUS,
    "hs_pipeline": EventKind.EDITED,
    "subject": EventKind.EDITED,
    "content": EventKind.EDITED,
    "hs_ticket_priority": EventKind.EDITED,
    "num_notes": EventKind.EDITED,
    "notes_last_updated": EventKind.EDITED,
}
HAPPENINGS = {
    "creation": EventKind.CREATED,
    "associationChange": EventKind.EDITED,
    # Brought back from the bin; the desk takes it up again as it is now.
    "restore": EventKind.REOPENED,
}
MEDIA = {"IMAGE": "image/*", "AUDIO": "audio/*", "VIDEO": "video/*"}
# An empty property comes as an empty text.
Moment = Annotated[datetime | None, BeforeValidator(lambda value: value or None)]
# What HubSpot decodes of an address before it signs it; everything else stays as it was sent.
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


class Camel(Foreign):
    """An object whose keys are written like `objectId`."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)


class Happened(Camel):
    """One thing that happened."""

    event_id: Id
    subscription_id: Id | None = None
    occurred_at: int = Field(ge=0, lt=10**15)
    subscription_type: str
    object_id: Id | None = None
    object_type_id: str | None = None
    property_name: str | None = None
    message_id: Id | None = None
    message_type: str | None = None
    from_object_id: Id | None = None
    from_object_type_id: str | None = None
    primary_object_id: Id | None = None
    new_object_id: Id | None = None
    merged_object_ids: list[Id] = Field(default_factory=list)


class Batch(RootModel[Annotated[list[Happened], Field(min_length=1)]]):
    """A delivery."""


class Linked(Foreign):
    """What an object is associated with, as far as one answer holds it."""

    results: list[dict[str, Any]] = Field(default_factory=list)
    paging: dict[str, Any] | None = None


class Record(Camel):
    """An object of the CRM."""

    id: Id
    properties: dict[str, str | None] = Field(default_factory=dict)
    associations: dict[str, Linked] = Field(default_factory=dict)
    created_at: datetime


class When(Foreign):
    """When a note or an e-mail was written."""

    hs_timestamp: Moment = None


class Sender(Camel):
    """Who sent a message: `A-…` an agent, `V-…` a visitor, `E-…` an address, `I-…` an app, `S-…` HubSpot."""

    actor_id: str | None = None
    name: str | None = None
    delivery_identifier: dict[str, Any] | None = None


class File(Camel):
    """An attachment; HubSpot tells its kind, not its media type."""

    type: str = "FILE"
    file_usage_type: str | None = None


class Sent(Camel):
    """A message or a comment of a thread."""

    id: Id
    type: str
    text: str | None = None
    rich_text: str | None = None
    direction: str | None = None
    subject: str | None = None
    senders: list[Sender] | None = None
    created_by: str | None = None
    created_at: datetime
    channel_id: Id | None = None
    channel_account_id: Id | None = None
    attachments: list[File] | None = None
    truncation_status: str | None = None
    archived: bool = False

    @property
    def shown(self) -> bool:
        """Tell whether somebody said something by it; the rest is what HubSpot notes of a thread."""
        return not self.archived and self.type in {"MESSAGE", "WELCOME_MESSAGE", "COMMENT"}

    @property
    def sender(self) -> str:
        """Give the actor who sent it."""
        return next((one.actor_id for one in self.senders or [] if one.actor_id), None) or self.created_by or ""


def scheme(secret: str, url: str) -> Hmac:
    """Give how HubSpot signs (version 3): base64 of HMAC-SHA256 over method, address, body and time."""
    begin = b"POST" + signed_address(url).encode()
    return Hmac(
        secret.encode(),
        header="x-hubspot-signature-v3",
        encoding="base64",
        stamp=Stamp("x-hubspot-request-timestamp", "ms"),
        signed=lambda stamp, body: begin + body + stamp,
    )


def signed_address(url: str) -> str:
    """Give an address as it is signed: with the characters decoded that HubSpot lists."""
    return _DECODED.sub(lambda found: chr(int(found[1], 16)), url)


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the events of a delivery; what says nothing about a ticket gives none."""
    return [event for one in read(Batch, body, where=NAME).root for event in _events(one)]


def message_of(sent: Sent, text: str, name: str | None) -> Message | None:
    """Give a message in our words; an empty one without files gives none."""
    internal = sent.type == "COMMENT"
    author = Author.AGENT
    if sent.direction == "INCOMING" and not internal:
        author = Author.CUSTOMER
    elif sent.type == "WELCOME_MESSAGE" or sent.sender.startswith(("S-", "B-")):
        author = Author.BOT
    files = [
        Attachment(type=MEDIA.get(one.file_usage_type or "", "application/octet-stream"))
        for one in sent.attachments or []
        if one.type == "FILE"
    ]
    text = texts.said(texts.own_words(text) if author is Author.CUSTOMER else text, files)
    if not text:
        return None
    return Message(
        author=author, text=text, id=sent.id, name=name, internal=internal, at=aware(sent.created_at), attachments=files
    )


def mail_of(record: Record) -> Message | None:
    """Give an e-mail of the CRM in our words."""
    held = record.properties
    theirs = held.get("hs_email_direction") == "INCOMING_EMAIL"
    text = texts.tidy(held.get("hs_email_text") or "") or texts.from_html(held.get("hs_email_html") or "")
    if not (text := texts.own_words(text)):
        return None
    names = (held.get("hs_email_from_firstname"), held.get("hs_email_from_lastname"))
    return Message(
        author=Author.CUSTOMER if theirs else Author.AGENT,
        text=text,
        id=f"email-{record.id}",
        name=" ".join(part for part in names if part) or None,
        at=_at(record),
    )


def note_of(record: Record) -> Message | None:
    """Give a note of the CRM in our words."""
    text = texts.from_html(record.properties.get("hs_note_body") or "")
    return (
        Message(author=Author.AGENT, text=text, id=f"note-{record.id}", internal=True, at=_at(record)) if text else None
    )


def _at(record: Record) -> datetime | None:
    """Give when something was, which may be before it was entered."""
    return aware(take(When, record.properties, where=NAME).hs_timestamp or record.created_at)


def _events(one: Happened) -> Iterator[TicketEvent]:
    subject, _, action = one.subscription_type.partition(".")
    kind_of = (one.from_object_type_id if action == "associationChange" else one.object_type_id) or ""
    if subject == "conversation" and one.object_id:
        yield from _conversation(one, one.object_id, action)
    elif subject == "ticket" or (subject == "object" and kind_of == TICKETS):
        yield from _ticket(one, action)
    elif subject == "object" and kind_of == SURVEY_ANSWERS and one.object_id and action == "creation":
        yield _event(one, EventKind.CSAT, f"{FEEDBACK}{one.object_id}", partial=True)


def _conversation(one: Happened, thread: str, action: str) -> Iterator[TicketEvent]:
    place = f"{THREAD}{thread}"
    if action == "newMessage":
        # Who wrote is not told, only whether it is a comment among colleagues.
        kind = EventKind.INTERNAL_NOTE if one.message_type == "COMMENT" else EventKind.EDITED
        yield _event(one, kind, place, f"message-{one.message_id}" if one.message_id else None, partial=True)
    elif action in {"creation", "propertyChange"}:
        yield _event(one, EventKind.EDITED, place, partial=True)


def _ticket(one: Happened, action: str) -> Iterator[TicketEvent]:
    if action == "merge":
        into = one.new_object_id or one.primary_object_id
        for merged in dict.fromkeys([*one.merged_object_ids, one.primary_object_id]):
            if merged and into and merged != into:
                yield _event(one, EventKind.MERGED, merged, into=into)
        return
    ticket = one.object_id or one.from_object_id
    if ticket is None:
        return
    if action == "deletion":
        yield _event(one, EventKind.DELETED, ticket)
    elif kind := CHANGES.get(one.property_name or "") if action == "propertyChange" else HAPPENINGS.get(action):
        yield _event(one, kind, ticket, partial=True)


def _event(one: Happened, kind: EventKind, ticket: str, delivery: str | None = None, **more: object) -> TicketEvent:
    # An event's number is not always its own; told again it is the same, but for the number of the attempt.
    own = f"{one.event_id}-{one.subscription_id}-{one.occurred_at}-{kind.value}-{ticket}"
    return make_event(kind, source=NAME, ticket_id=ticket, delivery_id=delivery or own, **more)
