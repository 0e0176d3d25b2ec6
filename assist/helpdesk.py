"""The vocabulary every floor shares: tickets, messages, contacts, events, and what a connector is.

Texts in these objects are *raw*: they come from a helpdesk or an import and still hold personal data.
`assist.desk.intake` masks them before anything is stored; the masked forms live in `assist.store.models`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Event
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assist.errors import Forbidden, InvalidInput


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"
    BOT = "bot"


class Status(StrEnum):
    """Where a ticket stands; only resolved tickets become retrieval records.

    `BOT` is a chatbot conversation that no agent sees yet.
    """

    BOT = "bot"
    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"


class Visibility(StrEnum):
    """Who may see a source: everybody, or staff only."""

    PUBLIC = "public"
    INTERNAL = "internal"


class EventKind(StrEnum):
    """What happened to a ticket in its helpdesk."""

    CREATED = "created"
    CUSTOMER_REPLY = "customer_reply"
    AGENT_REPLY = "agent_reply"
    INTERNAL_NOTE = "internal_note"
    STATUS = "status"
    REOPENED = "reopened"
    # What is known of the ticket has changed in place: its group, its subject, a message that was taken back.
    EDITED = "edited"
    # The ticket goes on in another one, `TicketEvent.into`.
    MERGED = "merged"
    DELETED = "deleted"
    CSAT = "csat"


class _Raw(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        """Drop what no database takes as text: NUL, and halves of surrogate pairs."""
        if not isinstance(data, dict):
            return data
        return {key: storable(value) if isinstance(value, str) else value for key, value in data.items()}


def storable(text: str) -> str:
    """Give a text without NUL and lone surrogates."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class Contact(_Raw):
    """The requester as the helpdesk knows them: every value here is masked wherever it appears.

    `id`, the helpdesk's own, only serves to find the contact again; as a bare number it may mean anything in a text.
    """

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    orders: list[str] = Field(default_factory=list)

    def known_values(self) -> list[tuple[str, str]]:
        """Give `(entity type, value)` pairs, longest value first so that parts do not win over wholes."""
        pairs = [
            ("PERSON", self.name),
            ("EMAIL", self.email),
            ("PHONE", self.phone),
            ("ADDRESS", self.address),
            *(("ORDER", order) for order in self.orders),
        ]
        return sorted(((k, v) for k, v in pairs if v), key=lambda pair: -len(pair[1]))


class Attachment(_Raw):
    """A file that came with a message: its media type and its size in bytes.

    Not its name: that is often somebody's own. The file itself stays in the helpdesk.
    """

    type: str = "application/octet-stream"
    size: int | None = Field(None, ge=0)


class Message(_Raw):
    """One message of a conversation; `id` is the helpdesk's own and may be missing in exports."""

    author: Author
    text: str
    id: str | None = None
    name: str | None = None
    internal: bool = False
    at: datetime | None = None
    attachments: list[Attachment] = Field(default_factory=list)


class Ticket(_Raw):
    """A whole case as a helpdesk or an export gives it. `(source, id)` is its identity."""

    source: str
    id: str
    subject: str | None = None
    messages: list[Message] = Field(default_factory=list)
    contact: Contact = Field(default_factory=Contact)
    status: Status = Status.OPEN
    brand: str | None = None
    language: str | None = None
    channel: str | None = None
    group: str | None = None
    intent: str | None = None
    priority: str | None = None
    csat: int | None = None
    reopened: bool = False
    created_at: datetime | None = None
    resolved_at: datetime | None = None


class Article(_Raw):
    """A knowledge article as a help centre gives it."""

    source: str
    id: str
    title: str
    text: str
    brand: str | None = None
    language: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    status: str = "approved"
    url: str | None = None
    reviewed_at: datetime | None = None


class TicketEvent(_Raw):
    """Something that happened to a ticket. `delivery_id` makes a repeated delivery harmless.

    `partial`: the helpdesk told only that something happened, or nobody can prove that it was the helpdesk who told;
    the ticket is fetched before anything is believed. `into` goes with `merged`, `csat` (1 to 5) with `csat`.
    `tags` and `note` go with a reply of our own into the helpdesk: that AI took part, where the policy wants it told.
    """

    kind: EventKind
    source: str
    ticket_id: str = Field(min_length=1)
    delivery_id: str | None = None
    message: Message | None = None
    status: Status | None = None
    ticket: Ticket | None = None
    into: str | None = None
    csat: int | None = Field(None, ge=1, le=5)
    partial: bool = False
    tags: list[str] = Field(default_factory=list)
    note: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> TicketEvent:
        if self.kind is EventKind.MERGED and not self.into and not self.partial:
            raise ValueError("`merged` needs `into`")
        if self.kind is EventKind.CSAT and self.csat is None and not self.partial:
            raise ValueError("`csat` needs `csat`")
        if self.ticket is not None and (self.ticket.source, self.ticket.id) != (self.source, self.ticket_id):
            raise ValueError("the event and its ticket have different ids")
        return self


class Ability(StrEnum):
    """What a connector can do; what is not listed is not tried."""

    EVENTS = "events"
    POLL = "poll"
    BACKFILL = "backfill"
    FETCH = "fetch"
    DRAFT = "draft"
    NOTE = "note"
    REPLY = "reply"
    TAG = "tag"
    TEST = "test"


class WriteKind(StrEnum):
    """How a text is written into the helpdesk: for agents to send, for staff only, or to the customer."""

    DRAFT = "draft"
    NOTE = "note"
    REPLY = "reply"


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A text that may go to a customer: what is left of an approval once it is used up.

    `assist.governance.approvals` alone makes it, and whatever writes to a helpdesk's public side takes it and nothing
    else; `tests/unit/test_public_writes.py` holds the whole house to that. `tags` and `note` (a private one) tell the
    helpdesk that AI took part, where the policy wants it told.
    """

    id: str
    ticket_id: int
    user_id: int
    text: str
    second_user_id: int | None = None
    suggestion_id: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Writing:
    """A text for the helpdesk. `by` is the agent's e-mail address, for helpdesks that write in somebody's name.

    A public reply cannot even be made without the approval of exactly its text: raises `Forbidden`.
    """

    kind: WriteKind
    ticket_id: str
    text: str
    by: str
    approval: Approved | None = None
    resolve: bool = False

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise InvalidInput("the text is empty", where=self.ticket_id, hint="Write something.")
        if self.kind is WriteKind.REPLY and (self.approval is None or self.approval.text != self.text):
            raise Forbidden("no agent has approved this reply", where=self.ticket_id, hint="Approve the text first.")


@dataclass(frozen=True)
class Written:
    """What became of a writing: the helpdesk's own id of the new message, where it tells."""

    message_id: str | None = None


@dataclass(frozen=True)
class Page:
    """A part of a helpdesk's tickets. `cursor` goes on after it; `None`: this was the last."""

    tickets: list[Ticket]
    cursor: str | None


@dataclass(frozen=True)
class Polled:
    """What happened since the last look, oldest first, and where the next look begins."""

    events: list[TicketEvent]
    cursor: str


@dataclass(frozen=True)
class Check:
    """One line of a connector's test of its own settings."""

    name: str
    ok: bool
    detail: str = ""


class Connector(Protocol):
    """What `connector()` of a folder under `connectors/` gives: one helpdesk.

    A connector derives from it, lists its `abilities`, and overrides what belongs to them. Texts in and out are raw.
    Errors are those of `assist.errors`: `HelpdeskUnavailable` may go away by itself, everything else does not.
    """

    name: str
    abilities: frozenset[Ability] = frozenset({Ability.EVENTS})
    # Seconds between two looks of a connector that polls.
    every_s: float = 10.0

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless the raw bytes carry a valid signature; headers' names are in small letters."""
        raise self._cannot(Ability.EVENTS)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Turn a verified delivery into events; unknown kinds give an empty list, nonsense raises `InvalidInput`."""
        raise self._cannot(Ability.EVENTS)

    def handshake(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Give the text that a verified delivery asks to hear back when a helpdesk sets a webhook up, else `None`."""
        return None

    def poll(self, cursor: str | None) -> Polled:
        """Give what happened since `cursor`; may give events again, with the `delivery_id` they had. `None`: begin."""
        raise self._cannot(Ability.POLL)

    def wait(self, stop: Event) -> None:
        """Return when it is worth looking again, or when `stop` is set."""
        stop.wait(self.every_s)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets page by page, from the beginning or from after `cursor`."""
        raise self._cannot(Ability.BACKFILL)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with its whole history.

        Raises `NotFound` when the helpdesk has it no longer, `Merged` when it goes on in another one.
        """
        raise self._cannot(Ability.FETCH)

    def write(self, writing: Writing) -> Written:
        """Write a text into the helpdesk."""
        raise self._cannot(Ability(writing.kind.value))

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Put tags on a ticket, beside those that it has."""
        raise self._cannot(Ability.TAG)

    def test(self) -> list[Check]:
        """Try the settings against the helpdesk, without writing anything there."""
        raise self._cannot(Ability.TEST)

    def close(self) -> None:
        """Let connections go; safe to call twice."""
        return

    def require(self, writing: Writing) -> None:
        """Raise `InvalidInput` unless this helpdesk takes such a text."""
        if Ability(writing.kind.value) not in self.abilities:
            raise self._cannot(Ability(writing.kind.value))

    def _cannot(self, ability: Ability) -> InvalidInput:
        return InvalidInput(f"this helpdesk offers no way to {ability.value}", where=self.name)
