"""Reads Help Scout's webhooks.

A webhook's name stands in a header that its signature does not cover, and it bears no time and no id. So the name only
leaves out what is of no use here, what happened is read in the signed body, and a conversation is fetched before
anything is believed of it: an old body under another name can do no harm. A body's digest is its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import Field

from assist.helpdesk import Attachment, Author, EventKind, Message, Status, TicketEvent
from connectors import texts
from connectors.reading import Foreign, Id, Size, aware, read
from connectors.reading import event as make_event
from connectors.signatures import Hmac

NAME = "helpscout"
STATUSES = {"active": Status.OPEN, "open": Status.OPEN, "pending": Status.PENDING, "closed": Status.RESOLVED}
RATINGS = {"great": 5, "okay": 3, "bad": 1, "not good": 1, "not_good": 1}
PUBLIC = frozenset({"customer", "message", "reply", "chat", "beaconchat", "forwardchild"})
# What was said on the phone, and to whom a mail was passed on, is written by colleagues for colleagues.
NOTES = frozenset({"note", "phone", "forwardparent"})
UNSAID = frozenset({"draft", "review", "underreview"})
NAMED = {
    "convo.created": EventKind.CREATED,
    "convo.ai-answers.created": EventKind.CREATED,
    "convo.status": EventKind.STATUS,
}
IGNORED = ("customer.", "tag.", "organization.", "user.", "beacon.", "message.survey.", "helpscout.")
IGNORED_CONVO = frozenset({"convo.tags", "convo.custom-fields", "convo.assigned"})


class Person(Foreign):
    """A customer, a user, or a machine of Help Scout's."""

    id: Id | None = None
    type: str | None = None
    first: str | None = None
    last: str | None = None
    email: str | None = None

    @property
    def name(self) -> str | None:
        """First and last name."""
        return " ".join(part for part in (self.first, self.last) if part) or None


class File(Foreign):
    """An attachment."""

    mime_type: str | None = Field(None, alias="mimeType")
    size: Size = None


class Files(Foreign):
    """What hangs on a thread."""

    attachments: list[File] = Field(default_factory=list)


class Entities(Foreign):
    """What an action is about."""

    original: Id | None = Field(None, alias="originalConversation")


class Action(Foreign):
    """What was done, where nothing was said."""

    type: str | None = None
    entities: Entities | None = Field(None, alias="associatedEntities")


class Rating(Foreign):
    """A customer's rating of a reply."""

    rating: str | None = None


class Thread(Foreign):
    """One step of a conversation: words, or a change."""

    id: Id
    type: str
    state: str | None = None
    body: str | None = None
    action: Action | None = None
    created_by: Person | None = Field(None, alias="createdBy")
    created_at: datetime | None = Field(None, alias="createdAt")
    rating: Rating | None = None
    held: Files | None = Field(None, alias="_embedded")


class Threads(Foreign):
    """The steps that a conversation comes with."""

    threads: list[Thread] = Field(default_factory=list)


class Told(Foreign):
    """A conversation, or what is left of one: its id."""

    id: Id
    status: str | None = None
    mailbox: Id | None = Field(None, alias="mailboxId")
    held: Threads | None = Field(None, alias="_embedded")

    @property
    def threads(self) -> list[Thread]:
        """The steps, oldest first."""
        return in_order(self.held.threads if self.held else [])


class Rated(Foreign):
    """A rating as its webhook tells it."""

    id: Id
    rating: str
    thread: Id = Field(alias="threadId")
    conversation: Id | None = Field(None, alias="conversationId")
    ticket: Id | None = Field(None, alias="ticketId")


def scheme(secret: str) -> Hmac:
    """Give how Help Scout signs: base64 of HMAC-SHA1 over the body."""
    return Hmac(secret.encode(), header="x-helpscout-signature", digest="sha1", encoding="base64")


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
    """Give the events of a delivery; customers, tags and the like give none."""
    name = headers.get("x-helpscout-event", "").strip().lower()
    told = read(Told, body, where=NAME)
    if name.startswith(IGNORED) or name in IGNORED_CONVO:
        return []
    if told.mailbox is None:
        return _other(body, name)
    digest = hashlib.sha256(body).hexdigest()[:40]
    kind = NAMED.get(name) or _kind(told)
    return [*merges(told), _event(told.id, kind, digest, partial=True)]


def merges(told: Told) -> Iterator[TicketEvent]:
    """Tell which other conversations go on in this one; each of its moved threads says so."""
    gone = dict.fromkeys(
        one.action.entities.original
        for one in told.threads
        if one.action and one.action.type == "merged" and one.action.entities and one.action.entities.original
    )
    for other in gone:
        if other != told.id:
            yield _event(other or "", EventKind.MERGED, f"merged-{other}-{told.id}", into=told.id)


def ratings(told: Told) -> Iterator[TicketEvent]:
    """Tell how replies were rated."""
    for one in told.threads:
        if one.rating and (stars := stars_of(one.rating.rating)):
            yield _rating(told.id, one.id, stars)


def in_order(threads: list[Thread]) -> list[Thread]:
    """Put threads, which come newest first, in the order in which they were written."""
    ordered = threads[::-1]
    ordered.sort(key=lambda one: one.created_at.timestamp() if one.created_at else 0.0)
    return ordered


def stars_of(rating: str | None) -> int | None:
    """Give a rating's word as a number, 1 to 5."""
    return RATINGS.get((rating or "").lower())


def message_of(thread: Thread) -> Message | None:
    """Give what somebody said; changes, drafts and what is empty give none."""
    if thread.type not in PUBLIC | NOTES or thread.state in UNSAID:
        return None
    files = [
        Attachment(type=one.mime_type or "application/octet-stream", size=one.size)
        for one in (thread.held.attachments if thread.held else [])
    ]
    author = _author(thread)
    text = texts.from_html(thread.body or "")
    text = texts.said(texts.own_words(text) if text and author is Author.CUSTOMER else text, files)
    if not text:
        return None
    return Message(
        author=author,
        text=text,
        id=thread.id,
        name=thread.created_by.name if thread.created_by else None,
        internal=thread.type in NOTES,
        at=aware(thread.created_at),
        attachments=files,
    )


def _author(thread: Thread) -> Author:
    kind = (thread.created_by.type if thread.created_by else None) or ("customer" if thread.type == "customer" else "")
    if kind == "customer" and thread.type not in NOTES:
        return Author.CUSTOMER
    return Author.BOT if kind == "system_user" else Author.AGENT


def _kind(told: Told) -> EventKind:
    """Give what happened last, as the threads tell it."""
    newest = told.threads[-1] if told.threads else None
    message = message_of(newest) if newest else None
    if message is None:
        return EventKind.EDITED
    if message.internal:
        return EventKind.INTERNAL_NOTE
    if message.author is not Author.CUSTOMER:
        return EventKind.AGENT_REPLY
    return EventKind.CUSTOMER_REPLY if len(told.threads) > 1 else EventKind.CREATED


def _other(body: bytes, name: str) -> list[TicketEvent]:
    """Read what is no conversation: a rating, or the id of something that is gone."""
    held = read(Anything, body, where=NAME).model_extra or {}
    if "rating" in held or name == "satisfaction.ratings":
        rated = read(Rated, body, where=NAME)
        stars = stars_of(rated.rating)
        return [_rating(rated.conversation or rated.ticket or "", rated.thread, stars)] if stars else []
    if set(held) == {"id"}:
        # Only if the helpdesk has no such conversation any longer; so it has no id, lest one that comes too early, or
        # of something else with this number, made the real one look like its repetition.
        return [_event(str(held["id"]), EventKind.DELETED, None, partial=True)]
    return []


class Anything(Foreign, extra="allow"):
    """A body of which only the keys are looked at."""


def _rating(ticket: str, thread: str, stars: int) -> TicketEvent:
    return _event(ticket, EventKind.CSAT, f"rating-{thread}-{stars}", csat=stars)


def _event(ticket: str, kind: EventKind, delivery: str | None, **more: object) -> TicketEvent:
    return make_event(kind, source=NAME, ticket_id=ticket, delivery_id=delivery, **more)
