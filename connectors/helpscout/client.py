"""Asks Help Scout's Inbox API 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

from pydantic import Field

from assist.errors import HelpdeskRefused, NotFound
from assist.helpdesk import Contact, Page, Polled, Status, Ticket, TicketEvent, WriteKind, Writing, Written
from connectors.helpscout.events import (
    NAME,
    STATUSES,
    Person,
    Thread,
    Told,
    in_order,
    merges,
    message_of,
    ratings,
    stars_of,
)
from connectors.helpscout.settings import HelpScoutSettings
from connectors.http import Batch, Http, OAuth, TokenBucket, pages
from connectors.reading import Foreign, Id, aware, dig, take

OVERLAP = timedelta(minutes=2)


class Counts(Foreign):
    """How many pages there are."""

    total: int = Field(alias="totalPages")


class Listing(Foreign):
    """A page; an empty list is left out of it."""

    held: dict[str, Any] = Field(default_factory=dict, alias="_embedded")
    page: Counts

    def items(self, name: str) -> list[Any]:
        """Give what is listed."""
        found = self.held.get(name) or []
        return found if isinstance(found, list) else [found]


class User(Foreign):
    """A colleague."""

    id: int
    email: str = ""


class Label(Foreign):
    """A tag."""

    tag: str


class Case(Told):
    """A conversation."""

    id: Id
    status: str
    state: str | None = None
    subject: str | None = None
    type: str | None = None
    customer: Person | None = Field(None, alias="primaryCustomer")
    tags: list[Label] = Field(default_factory=list)
    created_at: datetime | None = Field(None, alias="createdAt")
    closed_at: datetime | None = Field(None, alias="closedAt")


class HelpScoutClient:
    """Requests of the connector."""

    def __init__(self, settings: HelpScoutSettings) -> None:
        grant = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.app_secret.get_secret_value(),
        }
        self._bucket = TokenBucket(settings.rate)
        self._http = Http(NAME, settings.url, auth=OAuth(f"{settings.url}/v2/oauth2/token", grant), bucket=self._bucket)
        self._mailbox = lru_cache(512)(self._ask_mailbox)
        self._user = lru_cache(1024)(self._ask_user)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def myself(self) -> str:
        """Give the role of the user that the application belongs to."""
        return str(dig(self._http.get("v2/users/me"), "role", where=NAME))

    def count(self) -> int:
        """Give how many conversations can be seen."""
        return int(dig(self._http.get("v2/conversations", status="all"), "page", "totalElements", where=NAME))

    def changes(self, cursor: str | None) -> Polled:
        """Give merges and ratings since; what a webhook told before has the same id and counts once."""
        started = datetime.now(UTC)
        if cursor is None:
            return Polled([], started.isoformat())
        since = (datetime.fromisoformat(cursor) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        events: list[TicketEvent] = []
        wanted = {"status": "all", "modifiedSince": since, "sortField": "modifiedAt", "sortOrder": "asc"}
        for batch in self._pages("v2/conversations", "conversations", embed="threads", **wanted):
            for one in batch.items:
                told = take(Told, one, where=NAME)
                events += [*merges(told), *ratings(told)]
        return Polled(events, started.isoformat())

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations, oldest first, so that new ones do not move the pages."""
        wanted = {"status": "all", "sortField": "createdAt", "sortOrder": "asc"}
        for batch in self._pages("v2/conversations", "conversations", cursor, **wanted):
            cases = [take(Case, one, where=NAME) for one in batch.items]
            found = [self._try_whole(case) for case in cases if _kept(case)]
            yield Page([ticket for ticket in found if ticket is not None], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one conversation; raises `NotFound` for one that is deleted, spam, or not sent yet."""
        case = self._case(ticket_id)
        if not _kept(case):
            raise NotFound(f"conversation {ticket_id} is deleted, spam or a draft", where=NAME)
        return self._whole(case)

    def write(self, writing: Writing) -> Written:
        """Add a note, a draft, or a reply once it is approved; the new thread's id stands in a header."""
        case = self._case(writing.ticket_id)
        place = _place(case.id)
        said: dict[str, Any] = {"text": escape(writing.text, quote=False).replace("\n", "<br>")}
        if (user := self._user(writing.by)) is not None:
            said["user"] = user
        if writing.kind is WriteKind.NOTE:
            # Without it a note may open what is closed.
            said["status"] = "closed" if writing.resolve else case.status
            return self._write("POST", f"{place}/notes", said)
        if case.customer is None or not (case.customer.id or "").isdecimal():
            raise HelpdeskRefused("the conversation has no customer to reply to", where=NAME)
        said["customer"] = {"id": int(case.customer.id or 0)}
        if writing.kind is WriteKind.DRAFT:
            said["draft"] = True
        elif writing.resolve:
            said["status"] = "closed"
        return self._write("POST", f"{place}/reply", said)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; Help Scout takes the whole list."""
        held = [one.tag for one in self._case(ticket_id).tags]
        self._write("PUT", f"{_place(ticket_id)}/tags", {"tags": list(dict.fromkeys([*held, *tags]))})

    def _write(self, method: str, path: str, json: Any) -> Written:
        # A write counts as two.
        self._bucket.take()
        return Written(self._http.request(method, path, json=json).headers.get("resource-id"))

    def _case(self, ticket_id: str) -> Case:
        return take(Case, self._http.get(_place(ticket_id)), where=NAME)

    def _pages(self, path: str, items: str, start: str | None = None, **params: Any) -> Iterator[Batch]:
        def ask(place: str | None) -> Batch:
            number = int(place or 1)
            data = take(Listing, self._http.get(path, **params, page=number), where=NAME)
            return Batch(data.items(items), str(number + 1) if number < data.page.total else None)

        return pages(ask, start)

    def _whole(self, case: Case) -> Ticket:
        threads = self._threads(case.id)
        rated = [stars for one in threads if one.rating and (stars := stars_of(one.rating.rating))]
        status = STATUSES.get(case.status, Status.OPEN)
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.subject or None,
            messages=[message for one in threads if (message := message_of(one)) is not None],
            contact=self._contact(case, threads),
            status=status,
            channel=case.type,
            group=self._mailbox(case.mailbox) if case.mailbox else None,
            csat=rated[-1] if rated else None,
            created_at=aware(case.created_at),
            resolved_at=aware(case.closed_at) if status is Status.RESOLVED else None,
        )

    def _try_whole(self, case: Case) -> Ticket | None:
        try:
            return self._whole(case)
        except NotFound:
            # Deleted since it was listed.
            return None

    def _threads(self, conversation: str) -> list[Thread]:
        """Give all threads in order, by version 3, which tells machines from people.

        Where it is not there the conversation still is, which must not look deleted.
        """
        try:
            return self._listed(f"v3/conversations/{conversation}/threads")
        except NotFound:
            return self._listed(f"v2/conversations/{conversation}/threads")

    def _listed(self, path: str) -> list[Thread]:
        return in_order(
            [take(Thread, one, where=NAME) for batch in self._pages(path, "threads") for one in batch.items]
        )

    def _contact(self, case: Case, threads: list[Thread]) -> Contact:
        """Give the customer, as the conversation or their own threads tell them."""
        told = [one.created_by for one in threads if one.created_by and one.created_by.type == "customer"]
        known = case.customer or Person()
        same = [known, *(one for one in told if known.id in {None, one.id})]
        return Contact(
            id=known.id,
            name=next((one.name for one in same if one.name), None),
            email=next((one.email for one in same if one.email), None),
        )

    def _ask_mailbox(self, mailbox_id: str) -> str:
        try:
            return str(dig(self._http.get(f"v2/mailboxes/{mailbox_id}"), "name", where=NAME))
        except (HelpdeskRefused, NotFound):
            # Whoever may see nothing of an inbox still keeps conversations of different ones apart.
            return f"inbox {mailbox_id}"

    def _ask_user(self, email: str) -> int | None:
        """Give the user with this address, in whose name it is written; else it is the application's."""
        found = take(Listing, self._http.get("v2/users", email=email), where=NAME).items("users")
        users = [take(User, one, where=NAME) for one in found]
        return next((one.id for one in users if one.email.lower() == email.lower()), None)


def _place(ticket_id: str) -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise NotFound(f"there is no conversation {ticket_id!r}", where=NAME)
    return f"v2/conversations/{ticket_id}"


def _kept(case: Case) -> bool:
    return case.status != "spam" and case.state in {None, "published"}
