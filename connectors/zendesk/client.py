"""Asks Zendesk's API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pydantic import Field

from assist.errors import NotFound
from assist.helpdesk import Attachment, Author, Contact, Message, Page, Status, Ticket, WriteKind, Writing, Written
from connectors import texts
from connectors.http import Http, TokenBucket, basic, cursor_pages
from connectors.reading import Foreign, Id, aware, dig, take
from connectors.zendesk.events import NAME, SCORES, status_of
from connectors.zendesk.settings import ZendeskSettings

SIDELOADS = "users,groups,brands"
# The vendor's own limit of incremental exports, a minute.
EXPORTS = 10
EXPORT_PAGE = 100


class Named(Foreign):
    """A group or a brand."""

    id: Id
    name: str


class Person(Foreign):
    """A user."""

    id: Id
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str = "end-user"


class Rating(Foreign):
    """What the customer thought."""

    score: str | None = None


class Via(Foreign):
    """Where a ticket came from."""

    channel: str | None = None


class Case(Foreign):
    """A ticket."""

    id: Id
    subject: str | None = None
    status: str
    priority: str | None = None
    requester_id: Id | None = None
    group_id: Id | None = None
    brand_id: Id | None = None
    satisfaction_rating: Rating | None = None
    via: Via = Field(default_factory=Via)
    created_at: datetime
    updated_at: datetime


class File(Foreign):
    """An attachment."""

    content_type: str | None = None
    size: int | None = None


class Comment(Foreign):
    """A comment."""

    id: Id
    author_id: Id
    plain_body: str | None = None
    body: str = ""
    public: bool
    created_at: datetime
    attachments: list[File] = Field(default_factory=list)


class Around(Foreign):
    """What comes along with tickets and comments: the people and names that their ids stand for."""

    users: list[Person] = Field(default_factory=list)
    groups: list[Named] = Field(default_factory=list)
    brands: list[Named] = Field(default_factory=list)


class ZendeskClient:
    """Requests of the connector."""

    def __init__(self, settings: ZendeskSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/api/v2",
            auth=basic(f"{settings.user}/token", settings.token.get_secret_value()),
            bucket=TokenBucket(settings.rate),
        )
        self._exports = TokenBucket(EXPORTS, burst=1)
        self._agent_id = lru_cache(1024)(self._ask_agent_id)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def myself(self) -> Person:
        """Give the user that the token belongs to."""
        return take(Person, dig(self._http.get("users/me"), "user", where=NAME), where=NAME)

    def count(self) -> int:
        """Give how many tickets can be seen."""
        return int(dig(self._http.get("tickets/count"), "count", "value", where=NAME))

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets by the incremental export, with their comments."""
        while True:
            self._exports.take()
            place = {"cursor": cursor} if cursor else {"start_time": 0}
            data = self._http.get("incremental/tickets/cursor", per_page=EXPORT_PAGE, include=SIDELOADS, **place)
            around = take(Around, data, where=NAME)
            found = [take(Case, one, where=NAME) for one in dig(data, "tickets", where=NAME)]
            cases = [one for one in found if one.status != "deleted"]
            cursor = data.get("after_cursor")
            done = bool(data.get("end_of_stream")) or not cursor
            yield Page([self._whole(case, around) for case in cases], None if done else cursor)
            if done:
                return

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket; raises `NotFound` for one that was deleted."""
        data = self._http.get(f"tickets/{quote(ticket_id, safe='')}", include=SIDELOADS)
        case = take(Case, dig(data, "ticket", where=NAME), where=NAME)
        if case.status == "deleted":
            raise NotFound(f"ticket {ticket_id} is deleted", where=NAME)
        return self._whole(case, take(Around, data, where=NAME))

    def write(self, writing: Writing) -> Written:
        """Add a comment; Zendesk tells its id among the events of the ticket's audit."""
        comment: dict[str, Any] = {"body": writing.text, "public": writing.kind is WriteKind.REPLY}
        if (author := self._agent_id(writing.by)) is not None:
            comment["author_id"] = author
        ticket: dict[str, Any] = {"comment": comment}
        if writing.resolve:
            ticket["status"] = "solved"
        data = self._http.put(f"tickets/{quote(writing.ticket_id, safe='')}", {"ticket": ticket})
        events = (data.get("audit") or {}).get("events") or []
        return Written(next((str(one["id"]) for one in events if one.get("type") == "Comment"), None))

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; this address keeps those that are there."""
        self._http.put(f"tickets/{quote(ticket_id, safe='')}/tags", {"tags": list(tags)})

    def _whole(self, case: Case, around: Around) -> Ticket:
        people = {one.id: one for one in around.users}
        messages = [message for message in self._messages(case, people) if message.text]
        requester = people.get(case.requester_id or "")
        groups, brands = _names(around.groups), _names(around.brands)
        status = status_of(case.status) or Status.OPEN
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.subject,
            messages=messages,
            contact=Contact(id=requester.id, name=requester.name, email=requester.email, phone=requester.phone)
            if requester
            else Contact(),
            status=status,
            brand=brands.get(case.brand_id or ""),
            channel=case.via.channel,
            group=groups.get(case.group_id or ""),
            priority=case.priority,
            csat=SCORES.get(case.satisfaction_rating.score or "") if case.satisfaction_rating else None,
            created_at=aware(case.created_at),
            resolved_at=aware(case.updated_at) if status is Status.RESOLVED else None,
        )

    def _messages(self, case: Case, people: dict[str, Person]) -> Iterator[Message]:
        batches = cursor_pages(
            self._http,
            f"tickets/{case.id}/comments",
            items=lambda data: [(data.get("users") or [], one) for one in dig(data, "comments", where=NAME)],
            cursor=lambda data: (
                dig(data, "meta", "after_cursor", where=NAME) if data.get("meta", {}).get("has_more") else None
            ),
            param="page[after]",
            params={"page[size]": 100, "include": "users"},
        )
        for batch in batches:
            for users, one in batch.items:
                for user in users:
                    people.setdefault(str(user.get("id")), take(Person, user, where=NAME))
                yield _message(take(Comment, one, where=NAME), case, people)

    def _ask_agent_id(self, email: str) -> str | None:
        """Give the id of the agent with this address, so that a comment stands in their name."""
        found = self._http.get("users/search", query=f'email:"{email}"').get("users") or []
        agents = [one for one in found if one.get("role") in {"agent", "admin"} and one.get("email") == email]
        return str(agents[0]["id"]) if agents else None


def _message(comment: Comment, case: Case, people: Mapping[str, Person]) -> Message:
    writer = people.get(comment.author_id)
    staff = writer.role in {"agent", "admin"} if writer else comment.author_id != case.requester_id
    files = [
        Attachment(type=one.content_type or "application/octet-stream", size=one.size) for one in comment.attachments
    ]
    text = texts.tidy(comment.plain_body or comment.body)
    return Message(
        author=Author.AGENT if staff else Author.CUSTOMER,
        text=texts.said(text if staff else texts.own_words(text), files),
        id=comment.id,
        name=writer.name if writer else None,
        internal=not comment.public,
        at=aware(comment.created_at),
        attachments=files,
    )


def _next(data: Any) -> str | None:
    meta = dig(data, "meta", where=NAME)
    return meta.get("after_cursor") if meta.get("has_more") else None


def _names(named: list[Named]) -> dict[str, str]:
    return {one.id: one.name for one in named}
