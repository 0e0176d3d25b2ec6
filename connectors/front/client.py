"""Asks Front's Core API."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import Field

from assist.errors import HelpdeskRefused, InvalidInput, NotFound
from assist.helpdesk import Contact, Page, Polled, Status, Ticket, TicketEvent, WriteKind, Writing, Written
from connectors.front.events import (
    KNOWN,
    LISTED,
    NAME,
    Comment,
    Moment,
    Recipient,
    Sent,
    Talk,
    Told,
    comment_of,
    happened,
    message_of,
    status_of,
)
from connectors.front.settings import FrontSettings
from connectors.http import Batch, Http, TokenBucket, bearer, cursor_pages
from connectors.reading import Foreign, Id, dig, take

PAGE = 100
# Of events Front gives no more.
EVENTS = 15
OVERLAP_S = 120.0


class Case(Talk):
    """A conversation."""

    status: str
    subject: str | None = None
    recipient: Recipient | None = None
    created_at: Moment = None
    updated_at: Moment = None


class Following(Foreign):
    """Where the next page is."""

    next: str | None = None


class Listing(Foreign):
    """A page."""

    results: list[Any] = Field(alias="_results")
    pagination: Following | None = Field(None, alias="_pagination")


class Named(Foreign):
    """An inbox."""

    id: Id
    name: str | None = None


class Channel(Foreign):
    """What messages are sent by."""

    id: Id
    address: str | None = None
    send_as: str | None = None
    is_valid: bool = False


class Label(Foreign):
    """A tag."""

    id: Id
    name: str = Field("")


class FrontClient:
    """Requests of the connector."""

    def __init__(self, settings: FrontSettings) -> None:
        self._http = Http(
            NAME,
            settings.url,
            auth=bearer(settings.token.get_secret_value()),
            bucket=TokenBucket(settings.rate),
        )
        self._mate = lru_cache(1024)(self._ask_mate)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def company(self) -> str:
        """Give the name of the company that the token belongs to."""
        return str(dig(self._http.get("me"), "name", where=NAME))

    def first_page(self) -> int:
        """Give how many conversations there are on a page of one."""
        return len(self._list("conversations", limit=1))

    def changes(self, cursor: str | None) -> Polled:
        """Give the events since; what a webhook told before has the same id and counts once."""
        started = time.time()
        if cursor is None:
            return Polled([], f"{started:.3f}")
        since: dict[str, Any] = {"q[after]": f"{float(cursor) - OVERLAP_S:.3f}", "q[types]": list(LISTED)}
        events: list[TicketEvent] = []
        for batch in self._pages("events", sort_by="created_at", sort_order="asc", limit=EVENTS, **since):
            for one in batch.items:
                if isinstance(dig(one, "conversation", where=NAME), dict) and one.get("type") in KNOWN:
                    events += happened(take(Told, one, where=NAME), one["type"])
        return Polled(events, f"{started:.3f}")

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations, the one that was quiet longest first, so that what changes moves to the end."""
        for batch in self._pages("conversations", cursor, sort_by="date", sort_order="asc", limit=PAGE):
            cases = [take(Case, one, where=NAME) for one in batch.items]
            wanted = [case for case in cases if case.type == "conversation" and case.status != "deleted"]
            found = [self._try_whole(case) for case in wanted]
            yield Page([ticket for ticket in found if ticket is not None], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one conversation; raises `NotFound` for one in the bin, and for what is among colleagues alone."""
        case = take(Case, self._http.get(_place(ticket_id)), where=NAME)
        if case.status == "deleted" or case.type not in {None, "conversation"}:
            raise NotFound(f"conversation {ticket_id} is deleted, or no customer's", where=NAME)
        return self._whole(case)

    def write(self, writing: Writing) -> Written:
        """Lay a draft down, add a comment, or send an approved reply.

        Front sends replies a moment later and tells no id yet; the reply comes back by its event.
        """
        place = _place(writing.ticket_id)
        author = self._mate(writing.by)
        said: dict[str, Any] = {"author_id": author} if author else {}
        html = escape(writing.text, quote=False).replace("\n", "<br>")
        if writing.kind is WriteKind.REPLY:
            # Front would archive by itself.
            self._http.post(f"{place}/messages", {**said, "body": html, "options": {"archive": writing.resolve}})
            return Written(None)
        if writing.kind is WriteKind.DRAFT:
            said |= {"body": html, "mode": "shared", "channel_id": self._channel(place)}
            written = self._http.post(f"{place}/drafts", said)
        else:
            written = self._http.post(f"{place}/comments", {**said, "body": writing.text})
        return Written(str(written["id"]) if isinstance(written, dict) and "id" in written else None)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; those that Front does not have yet are made."""
        held: dict[str, str] = {}
        for batch in self._pages("tags", limit=PAGE):
            held |= {tag.name: tag.id for one in batch.items if (tag := take(Label, one, where=NAME))}
            if set(tags) <= held.keys():
                break
        for name in tags:
            if name not in held:
                held[name] = str(dig(self._http.post("tags", {"name": name}), "id", where=NAME))
        self._http.post(f"{_place(ticket_id)}/tags", {"tag_ids": [held[name] for name in tags]})

    def _pages(self, path: str, start: str | None = None, **params: Any) -> Iterator[Batch]:
        """Page by the token of the address that Front gives, whose server may be another than ours."""
        return cursor_pages(
            self._http,
            path,
            items=lambda data: take(Listing, data, where=NAME).results,
            cursor=_token,
            param="page_token",
            start=start,
            params=params,
        )

    def _list(self, path: str, **params: Any) -> list[Any]:
        return take(Listing, self._http.get(path, **params), where=NAME).results

    def _whole(self, case: Case) -> Ticket:
        place = _place(case.id)
        sent = [
            take(Sent, one, where=NAME) for batch in self._pages(f"{place}/messages", limit=PAGE) for one in batch.items
        ]
        said = [take(Comment, one, where=NAME) for batch in self._pages(f"{place}/comments") for one in batch.items]
        found = [*map(message_of, sent), *map(comment_of, said)]
        inboxes = self._inboxes(place)
        status = status_of(case)
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.subject or None,
            messages=sorted(
                (one for one in found if one is not None), key=lambda one: one.at.timestamp() if one.at else 0
            ),
            contact=_contact(case, sent),
            status=status,
            channel=next((one.type for one in sent if one.type), None),
            group=inboxes[0].name if inboxes else None,
            created_at=case.created_at,
            resolved_at=case.updated_at if status is Status.RESOLVED else None,
        )

    def _try_whole(self, case: Case) -> Ticket | None:
        try:
            return self._whole(case)
        except NotFound:
            # Deleted since it was listed.
            return None

    def _inboxes(self, place: str) -> list[Named]:
        try:
            found = self._list(f"{place}/inboxes")
        except (HelpdeskRefused, NotFound):
            return []
        return [take(Named, one, where=NAME) for one in found]

    def _channel(self, place: str) -> str:
        """Give what a draft is sent by: the channel that the customer wrote to, else the inbox's first."""
        channels = [
            channel
            for inbox in self._inboxes(place)
            for one in self._list(f"inboxes/{quote(inbox.id, safe='')}/channels")
            if (channel := take(Channel, one, where=NAME)).is_valid
        ]
        if not channels:
            raise InvalidInput("no channel of this conversation can send", where=NAME, hint="Look at its inbox.")
        if len(channels) > 1:
            newest = self._list(f"{place}/messages", limit=PAGE, sort_by="created_at", sort_order="desc")
            sent = [take(Sent, one, where=NAME) for one in newest]
            theirs = {one.handle for message in sent if message.is_inbound for one in message.recipients}
            channels.sort(key=lambda one: not theirs & {one.address, one.send_as})
        return channels[0].id

    def _ask_mate(self, email: str) -> str | None:
        """Give the teammate with this address, in whose name it is written; else it is the token's."""
        try:
            return str(dig(self._http.get(f"teammates/{quote(f'alt:email:{email}', safe=':@')}"), "id", where=NAME))
        except (HelpdeskRefused, NotFound):
            return None


def _place(ticket_id: str) -> str:
    return f"conversations/{quote(ticket_id, safe='')}"


def _token(data: Any) -> str | None:
    following = take(Listing, data, where=NAME).pagination
    query = parse_qs(urlsplit(following.next).query) if following and following.next else {}
    return next(iter(query.get("page_token", [])), None)


def _contact(case: Case, sent: list[Sent]) -> Contact:
    """Give the customer: the conversation's recipient, else who first wrote."""
    writers = [one for message in sent if message.is_inbound for one in message.recipients if one.role == "from"]
    person = case.recipient or (writers[0] if writers else None)
    if person is None:
        return Contact()
    handle = person.handle
    digits = handle.lstrip("+").replace(" ", "").replace("-", "")
    return Contact(
        id=handle,
        name=person.name,
        email=handle if "@" in handle else None,
        phone=handle if digits.isdigit() and len(digits) > 6 else None,
    )
