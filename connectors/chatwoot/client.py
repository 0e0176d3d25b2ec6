"""Asks Chatwoot's application API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from assist.helpdesk import Contact, Page, Status, Ticket, WriteKind, Writing, Written
from connectors.chatwoot.events import NAME, STATUSES, Sent, message_of, moment, rating_of
from connectors.chatwoot.settings import ChatwootSettings
from connectors.http import Batch, HeaderAuth, Http, TokenBucket, numbered_pages, pages
from connectors.reading import Foreign, Id, aware, dig, take


class Person(Foreign):
    """A contact."""

    id: Id | None = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class Named(Foreign):
    """A team."""

    name: str | None = None


class Meta(Foreign):
    """Who a conversation is with, and whose it is."""

    sender: Person = Field(default_factory=Person)
    team: Named | None = None
    channel: str | None = None


class Case(Foreign):
    """A conversation."""

    id: Id
    status: str
    priority: str | None = None
    meta: Meta = Field(default_factory=Meta)
    created_at: Annotated[datetime | None, BeforeValidator(moment)] = None
    last_activity_at: Annotated[datetime | None, BeforeValidator(moment)] = None


class ChatwootClient:
    """Requests of the connector."""

    def __init__(self, settings: ChatwootSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/api/v1/accounts/{settings.account}",
            auth=HeaderAuth("api_access_token", settings.token.get_secret_value()),
            bucket=TokenBucket(settings.rate),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def count(self) -> int:
        """Give how many conversations can be seen."""
        return int(dig(self._http.get("conversations/meta", status="all"), "meta", "all_count", where=NAME))

    def inboxes(self) -> int:
        """Give how many inboxes can be seen."""
        return len(dig(self._http.get("inboxes"), "payload", where=NAME))

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations, oldest first, so that new ones do not move the pages."""
        batches = numbered_pages(
            self._http,
            "conversations",
            items=lambda data: dig(data, "data", "payload", where=NAME),
            size=25,
            start=cursor,
            params={"status": "all", "assignee_type": "all", "sort_by": "created_at_asc"},
        )
        for batch in batches:
            yield Page([self._whole(take(Case, one, where=NAME)) for one in batch.items], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one conversation with all its messages."""
        return self._whole(take(Case, self._http.get(f"conversations/{quote(ticket_id, safe='')}"), where=NAME))

    def write(self, writing: Writing) -> Written:
        """Add a message: private, or public once it is approved."""
        place = f"conversations/{quote(writing.ticket_id, safe='')}"
        private = writing.kind is not WriteKind.REPLY
        data = self._http.post(
            f"{place}/messages", {"content": writing.text, "message_type": "outgoing", "private": private}
        )
        if writing.resolve:
            self._http.post(f"{place}/toggle_status", {"status": "resolved"})
        return Written(str(data["id"]) if isinstance(data, dict) and "id" in data else None)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add labels; Chatwoot takes the whole list."""
        place = f"conversations/{quote(ticket_id, safe='')}/labels"
        held = dig(self._http.get(place), "payload", where=NAME) or []
        self._http.post(place, {"labels": list(dict.fromkeys([*held, *tags]))})

    def _whole(self, case: Case) -> Ticket:
        sent = self._messages(case.id)
        status = STATUSES.get(case.status, Status.OPEN)
        ratings = [rating for one in sent if (rating := rating_of(one)) is not None]
        person = case.meta.sender
        return Ticket(
            source=NAME,
            id=case.id,
            messages=[message for one in sent if (message := message_of(one)) is not None],
            contact=Contact(id=person.id, name=person.name, email=person.email, phone=person.phone_number),
            status=status,
            channel=(case.meta.channel or "").removeprefix("Channel::").lower() or None,
            group=case.meta.team.name if case.meta.team else None,
            priority=case.priority,
            csat=ratings[-1] if ratings else None,
            created_at=aware(case.created_at),
            resolved_at=aware(case.last_activity_at) if status is Status.RESOLVED else None,
        )

    def _messages(self, conversation: str) -> list[Sent]:
        """Give all messages; each answer holds the newest before a message, so the oldest are asked for last."""

        def ask(place: str | None) -> Batch:
            params: dict[str, Any] = {"before": place} if place else {}
            found = dig(self._http.get(f"conversations/{conversation}/messages", **params), "payload", where=NAME)
            return Batch(found, str(min(int(dig(one, "id", where=NAME)) for one in found)) if found else None)

        found = [take(Sent, one, where=NAME) for batch in pages(ask) for one in batch.items]
        return sorted(found, key=lambda one: int(one.id))
