"""Asks Freshdesk's API v2."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

from pydantic import Field

from assist.errors import HelpdeskRefused, NotFound
from assist.helpdesk import (
    Attachment,
    Author,
    Contact,
    EventKind,
    Message,
    Page,
    Polled,
    Status,
    Ticket,
    TicketEvent,
    WriteKind,
    Writing,
    Written,
)
from connectors import texts
from connectors.freshdesk.events import NAME, hinted, status_of
from connectors.freshdesk.settings import FreshdeskSettings
from connectors.http import Http, TokenBucket, basic, link_pages
from connectors.reading import Foreign, Id, aware, dig, take

PAGE = 100
OVERLAP = timedelta(minutes=2)
BEGIN = "1970-01-01T00:00:00Z"
PRIORITIES = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
CHANNELS = {1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback widget", 10: "outbound email"}
# The scale of surveys, from extremely unhappy to extremely happy, on ours.
RATINGS = {-103: 1, -102: 1, -101: 2, 100: 3, 101: 4, 102: 5, 103: 5}


class Person(Foreign):
    """A requester."""

    id: Id
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None


class File(Foreign):
    """An attachment."""

    content_type: str | None = None
    size: int | None = None


class Stats(Foreign):
    """When a ticket was resolved."""

    resolved_at: datetime | None = None
    closed_at: datetime | None = None


class Row(Foreign):
    """A ticket as a list shows it."""

    id: Id
    updated_at: datetime


class Case(Row):
    """A ticket."""

    subject: str | None = None
    status: int
    priority: int | None = None
    source: int | None = None
    group_id: Id | None = None
    deleted: bool = False
    spam: bool = False
    description: str | None = None
    description_text: str | None = None
    requester: Person | None = None
    stats: Stats = Field(default_factory=Stats)
    attachments: list[File] = Field(default_factory=list)
    created_at: datetime


class Turn(Foreign):
    """A reply or a note."""

    id: Id
    body: str = ""
    body_text: str | None = None
    incoming: bool = False
    private: bool = False
    user_id: Id | None = None
    created_at: datetime
    attachments: list[File] = Field(default_factory=list)


class FreshdeskClient:
    """Requests of the connector."""

    def __init__(self, settings: FreshdeskSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/api/v2",
            auth=basic(settings.api_key.get_secret_value(), "X"),
            bucket=TokenBucket(settings.rate),
        )
        self._group = lru_cache(512)(self._ask_group)
        self._agent = lru_cache(2048)(self._ask_agent)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def myself(self) -> str:
        """Give what kind of agent the key belongs to."""
        return str(self._http.get("agents/me").get("type") or "agent")

    def newest(self) -> str:
        """Give the time of the newest change of any ticket that can be seen."""
        found = self._http.get("tickets", order_by="updated_at", order_type="desc", per_page=1)
        return str(found[0]["updated_at"]) if found else "there are no tickets yet"

    def changes(self, cursor: str | None) -> Polled:
        """Give a hint for each ticket that changed since, was deleted since, or was rated since."""
        started = datetime.now(UTC)
        if cursor is None:
            return Polled([], started.isoformat())
        since = (datetime.fromisoformat(cursor) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        events = [hinted(row.id, EventKind.EDITED, f"{row.id}-{row.updated_at}") for row in self._rows(since)]
        for row in self._rows(since, filter="deleted"):
            events.append(hinted(row.id, EventKind.DELETED, f"{row.id}-deleted-{row.updated_at}"))
        return Polled([*events, *self._ratings(since)], started.isoformat())

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets in the order of their last change.

        The list ends after 300 pages, so each page begins at the last change of the one before; tickets at its edge
        come twice, which changes nothing. Only where a whole page changed in the same second is the next one asked for.
        """
        place: dict[str, Any] = json.loads(cursor) if cursor else {"since": BEGIN, "page": 1}
        while True:
            found = self._http.get(
                "tickets",
                updated_since=place["since"],
                order_by="updated_at",
                order_type="asc",
                per_page=PAGE,
                page=place["page"],
            )
            rows = [take(Row, one, where=NAME) for one in found]
            tickets = [ticket for row in rows if (ticket := self._try_ticket(row.id)) is not None]
            last = rows[-1].updated_at.strftime("%Y-%m-%dT%H:%M:%SZ") if rows else ""
            alike = last == place["since"]
            place = {"since": last, "page": place["page"] + 1 if alike else 1}
            done = len(rows) < PAGE
            yield Page(tickets, None if done else json.dumps(place))
            if done:
                return

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket with its conversation; raises `NotFound` for one that was deleted, or is spam."""
        if not ticket_id.isascii() or not ticket_id.isdigit():
            raise NotFound(f"there is no ticket {ticket_id!r}", where=NAME)
        case = take(Case, self._http.get(f"tickets/{ticket_id}", include="requester,stats"), where=NAME)
        if case.deleted or case.spam:
            raise NotFound(f"ticket {ticket_id} is deleted or spam", where=NAME)
        batches = link_pages(
            self._http, f"tickets/{ticket_id}/conversations", items=lambda data: data, params={"per_page": PAGE}
        )
        turns = [take(Turn, one, where=NAME) for batch in batches for one in batch.items]
        messages = [_opening(case), *(self._message(turn) for turn in sorted(turns, key=lambda one: one.created_at))]
        status = status_of(case.status)
        person = case.requester
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.subject,
            messages=[message for message in messages if message.text],
            contact=Contact(id=person.id, name=person.name, email=person.email, phone=person.phone or person.mobile)
            if person
            else Contact(),
            status=status,
            channel=CHANNELS.get(case.source or 0),
            group=self._group(case.group_id) if case.group_id else None,
            priority=PRIORITIES.get(case.priority or 0),
            created_at=aware(case.created_at),
            resolved_at=aware(case.stats.resolved_at or case.stats.closed_at) if status is Status.RESOLVED else None,
        )

    def write(self, writing: Writing) -> Written:
        """Add a private note, or a reply once it is approved."""
        body = escape(writing.text).replace("\n", "<br>")
        place = f"tickets/{int(writing.ticket_id)}"
        if writing.kind is WriteKind.REPLY:
            data = self._http.post(f"{place}/reply", {"body": body})
        else:
            data = self._http.post(f"{place}/notes", {"body": body, "private": True})
        if writing.resolve:
            self._http.put(place, {"status": 4})
        return Written(str(data["id"]) if isinstance(data, dict) and "id" in data else None)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; Freshdesk takes the whole list."""
        place = f"tickets/{int(ticket_id)}"
        held = dig(self._http.get(place), "tags", where=NAME) or []
        self._http.put(place, {"tags": list(dict.fromkeys([*held, *tags]))})

    def _rows(self, since: str, **more: str) -> list[Row]:
        batches = link_pages(
            self._http,
            "tickets",
            items=lambda data: data,
            params={
                "updated_since": since,
                "order_by": "updated_at",
                "order_type": "asc",
                "per_page": PAGE,
                **more,
            },
        )
        return [take(Row, one, where=NAME) for batch in batches for one in batch.items]

    def _ratings(self, since: str) -> list[TicketEvent]:
        try:
            found: list[dict[str, Any]] = self._http.get("surveys/satisfaction_ratings", created_since=since)
        except (HelpdeskRefused, NotFound):
            # Surveys are not part of every plan.
            return []
        events = []
        for one in found:
            score = RATINGS.get((one.get("ratings") or {}).get("default_question") or 0)
            if score is not None:
                event = hinted(str(one["ticket_id"]), EventKind.CSAT, f"rating-{one['id']}")
                events.append(event.model_copy(update={"csat": score, "partial": False}))
        return events

    def _try_ticket(self, ticket_id: str) -> Ticket | None:
        try:
            return self.ticket(ticket_id)
        except NotFound:
            return None

    def _message(self, turn: Turn) -> Message:
        author = Author.CUSTOMER if turn.incoming else Author.AGENT
        files = _files(turn.attachments)
        text = texts.tidy(turn.body_text) if turn.body_text is not None else texts.from_html(turn.body)
        return Message(
            author=author,
            text=texts.said(texts.own_words(text), files),
            id=turn.id,
            name=self._agent(turn.user_id) if author is Author.AGENT and turn.user_id else None,
            internal=turn.private,
            at=aware(turn.created_at),
            attachments=files,
        )

    def _ask_group(self, group_id: str) -> str | None:
        try:
            return str(dig(self._http.get(f"groups/{group_id}"), "name", where=NAME))
        except (HelpdeskRefused, NotFound):
            # Whoever may see nothing of groups still keeps tickets of different groups apart.
            return f"group {group_id}"

    def _ask_agent(self, user_id: str) -> str | None:
        try:
            return str((self._http.get(f"agents/{user_id}").get("contact") or {}).get("name") or "") or None
        except (HelpdeskRefused, NotFound):
            return None


def _opening(case: Case) -> Message:
    files = _files(case.attachments)
    text = (
        texts.tidy(case.description_text)
        if case.description_text is not None
        else texts.from_html(case.description or "")
    )
    return Message(
        author=Author.CUSTOMER,
        text=texts.said(texts.own_words(text), files),
        id=f"ticket-{case.id}",
        name=case.requester.name if case.requester else None,
        at=aware(case.created_at),
        attachments=files,
    )


def _files(files: list[File]) -> list[Attachment]:
    return [Attachment(type=one.content_type or "application/octet-stream", size=one.size) for one in files]
