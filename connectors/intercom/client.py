"""Asks Intercom's REST API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from pydantic import Field

from assist.errors import HelpdeskRefused, NotFound
from assist.helpdesk import Contact, Message, Page, Status, Ticket, WriteKind, Writing, Written
from connectors import texts
from connectors.http import Batch, Http, TokenBucket, bearer, pages
from connectors.intercom.events import (
    NAME,
    STATUSES,
    Moment,
    Parts,
    Rating,
    Source,
    message_of,
    part_message,
)
from connectors.intercom.settings import IntercomSettings
from connectors.reading import Foreign, Id, dig, take

VERSION = "2.16"
PAGE = 50


class Person(Foreign):
    """A contact."""

    id: Id
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Reference(Foreign):
    """The id of a contact, or of a conversation."""

    id: Id


class Contacts(Foreign):
    """Who a conversation is with."""

    contacts: list[Reference] = Field(default_factory=list)


class After(Foreign):
    """Where the next page begins."""

    starting_after: str | None = None


class Paging(Foreign):
    """What follows a page."""

    next: After | None = None


class Listing(Foreign):
    """A page of a search."""

    conversations: list[Reference]
    total_count: int = 0
    pages: Paging | None = None


class Admin(Foreign):
    """A colleague."""

    id: Id
    email: str | None = None


class Figures(Foreign):
    """What Intercom counts."""

    count_reopens: int | None = None
    last_close_at: Moment = None


class Case(Foreign):
    """A conversation with its parts."""

    id: Id
    title: str | None = None
    state: str
    priority: str | None = None
    team_assignee_id: Id | None = None
    created_at: Moment = None
    updated_at: Moment = None
    source: Source = Field(default_factory=Source)
    contacts: Contacts | None = None
    conversation_parts: Parts = Field(default_factory=Parts)
    conversation_rating: Rating | None = None
    statistics: Figures | None = None


class IntercomClient:
    """Requests of the connector."""

    def __init__(self, settings: IntercomSettings) -> None:
        self._http = Http(
            NAME,
            settings.url,
            auth=bearer(settings.token.get_secret_value()),
            headers={"Intercom-Version": VERSION},
            bucket=TokenBucket(settings.rate),
        )
        self._team = lru_cache(512)(self._ask_team)
        self._admin = lru_cache(1024)(self._ask_admin)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def workspace(self) -> str:
        """Give the id of the workspace that the token belongs to."""
        return str(dig(self._http.get("me"), "app", "id_code", where=NAME))

    def count(self) -> int:
        """Give how many conversations can be seen."""
        return self._search(0, int(time.time()), None, 1).total_count

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations.

        Intercom sorts by the last change, so what changes meanwhile would slip from page to page: the pages hold what
        was last changed before the beginning, and then, by the same way, what has changed since.
        """
        start = cursor or json.dumps({"since": 0, "until": int(time.time()), "after": None})

        def ask(place: str | None) -> Batch:
            now: dict[str, Any] = json.loads(place or start)
            found = self._search(now["since"], now["until"], now["after"], PAGE)
            after = found.pages.next.starting_after if found.pages and found.pages.next else None
            ids = [one.id for one in found.conversations]
            if after:
                return Batch(ids, json.dumps(now | {"after": after}))
            later = {"since": now["until"], "until": None, "after": None}
            return Batch(ids, json.dumps(later) if now["until"] is not None else None)

        for batch in pages(ask, start):
            yield Page([ticket for one in batch.items if (ticket := self._try_ticket(one)) is not None], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one conversation with its parts, of which Intercom tells the newest 500."""
        case = take(Case, self._http.get(_place(ticket_id)), where=NAME)
        status = STATUSES.get(case.state, Status.OPEN)
        figures = case.statistics or Figures()
        return Ticket(
            source=NAME,
            id=case.id,
            subject=_subject(case),
            messages=list(_messages(case)),
            contact=self._contact(case),
            status=status,
            channel="messenger" if case.source.type == "conversation" else case.source.type,
            group=self._team(case.team_assignee_id) if case.team_assignee_id not in {None, "0"} else None,
            priority=None if case.priority in {"none", "not_priority"} else case.priority,
            csat=_stars(case.conversation_rating),
            reopened=bool(figures.count_reopens),
            created_at=case.created_at,
            resolved_at=(figures.last_close_at or case.updated_at) if status is Status.RESOLVED else None,
        )

    def write(self, writing: Writing) -> Written:
        """Add a note, or a comment once it is approved."""
        admin = self._admin(writing.by)
        kind = "comment" if writing.kind is WriteKind.REPLY else "note"
        body = f"<p>{escape(writing.text, quote=False).replace(chr(10), '<br>')}</p>"
        place = _place(writing.ticket_id)
        said = {"message_type": kind, "type": "admin", "admin_id": admin, "body": body}
        data = self._http.post(f"{place}/reply", said)
        if writing.resolve:
            self._http.post(f"{place}/parts", {"message_type": "close", "type": "admin", "admin_id": admin})
        return Written(_newest(data, admin))

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; those that Intercom does not have yet are made."""
        for name in tags:
            tag = str(dig(self._http.post("tags", {"name": name}), "id", where=NAME))
            self._http.post(f"{_place(ticket_id)}/tags", {"id": tag, "admin_id": self._admin("")})

    def _search(self, since: int, until: int | None, after: str | None, size: int) -> Listing:
        # Both ends count, so a conversation at the seam comes twice, which changes nothing.
        wanted = [{"field": "updated_at", "operator": ">", "value": since - 1 if since else 0}]
        if until is not None:
            wanted.append({"field": "updated_at", "operator": "<", "value": until + 1})
        paging = {"per_page": size, **({"starting_after": after} if after else {})}
        body = {"query": {"operator": "AND", "value": wanted}, "pagination": paging}
        data = self._http.request("POST", "conversations/search", json=body, reads=True).data
        return take(Listing, data, where=NAME)

    def _contact(self, case: Case) -> Contact:
        first = case.contacts.contacts[:1] if case.contacts else []
        for one in first:
            try:
                person = take(Person, self._http.get(f"contacts/{one.id}"), where=NAME)
            except NotFound:
                break
            return Contact(id=person.id, name=person.name, email=person.email, phone=person.phone)
        # A contact that was deleted leaves their name with what they wrote.
        writers = [case.source.author, *(one.author for one in case.conversation_parts.conversation_parts)]
        told = next((one for one in writers if one.type in {"user", "lead", "contact"}), None)
        return Contact(id=first[0].id if first else None, name=told and told.name, email=told and told.email)

    def _try_ticket(self, ticket_id: str) -> Ticket | None:
        try:
            return self.ticket(ticket_id)
        except NotFound:
            return None

    def _ask_team(self, team_id: str) -> str:
        try:
            return str(dig(self._http.get(f"teams/{team_id}"), "name", where=NAME))
        except (HelpdeskRefused, NotFound):
            # Whoever may see nothing of teams still keeps conversations of different teams apart.
            return f"team {team_id}"

    def _ask_admin(self, email: str) -> str:
        """Give the admin with this address, in whose name it is written; else the token's own."""
        if email:
            found = dig(self._http.get("admins"), "admins", where=NAME) or []
            admins = [take(Admin, one, where=NAME) for one in found if one]
            if same := next((one for one in admins if (one.email or "").lower() == email.lower()), None):
                return same.id
        return str(dig(self._http.get("me"), "id", where=NAME))


def _place(ticket_id: str) -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise NotFound(f"there is no conversation {ticket_id!r}", where=NAME)
    return f"conversations/{ticket_id}"


def _subject(case: Case) -> str | None:
    return case.title or texts.from_html(case.source.subject or "") or None


def _messages(case: Case) -> Iterator[Message]:
    mail = case.source.type == "email"
    opening = message_of(case.source, key=case.source.id or f"source-{case.id}", mail=mail, at=case.created_at)
    if opening is not None:
        yield opening
    for part in case.conversation_parts.conversation_parts:
        if (message := part_message(part, mail=mail)) is not None:
            yield message


def _stars(rating: Rating | None) -> int | None:
    given = rating.rating if rating else None
    return given if given is not None and 1 <= given <= 5 else None


def _newest(data: Any, admin: str) -> str | None:
    """Give the id of the part that was just written: the last one of this admin in the answer."""
    parts = take(Case, data, where=NAME).conversation_parts.conversation_parts if data else []
    return next((one.id for one in reversed(parts) if one.author.id == admin and one.body), None)
