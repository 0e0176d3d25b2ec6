"""The vocabulary every floor shares: tickets, messages, contacts, events, and what a connector is.

Texts in these objects are *raw*: they come from a helpdesk or an import and still hold personal data.
`assist.desk.intake` masks them before anything is stored; the masked forms live in `assist.store.models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field


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


class _Raw(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


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


class Message(_Raw):
    """One message of a conversation; `id` is the helpdesk's own and may be missing in exports."""

    author: Author
    text: str
    id: str | None = None
    name: str | None = None
    internal: bool = False
    at: datetime | None = None


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

    `tags` and `note` go with a reply of our own into the helpdesk: that AI took part, where the policy wants it told.
    """

    kind: EventKind
    source: str
    ticket_id: str
    delivery_id: str | None = None
    message: Message | None = None
    status: Status | None = None
    ticket: Ticket | None = None
    tags: list[str] = Field(default_factory=list)
    note: str | None = None


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


class PublicWriter(Protocol):
    """A connector that can send a reply to the customer."""

    def write_public(self, ticket_id: str, reply: Approved) -> str | None:
        """Send a reply in the ticket of this id; gives the helpdesk's id of the message, if it tells."""


class Connector(Protocol):
    """What `connector()` of a folder under `connectors/` gives: one helpdesk."""

    name: str

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless the raw bytes carry a valid signature; headers' names are in small letters."""

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Turn a verified delivery into events; unknown kinds give an empty list, nonsense raises `InvalidInput`."""
