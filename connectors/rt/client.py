"""Asks Request Tracker's REST2 interface."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pydantic import Field

from assist.errors import HelpdeskUnavailable, NotFound
from assist.helpdesk import Attachment, Author, Contact, Message, Page, Status, Ticket, WriteKind, Writing, Written
from connectors import texts
from connectors.http import HeaderAuth, Http, TokenBucket, numbered_pages
from connectors.reading import Foreign, Id, aware, dig, take
from connectors.rt.events import MESSAGES, NAME, Person, Transaction, status_of
from connectors.rt.settings import RtSettings

PAGE = 50
CHUNK = 100
SYSTEM = frozenset({"RT_System", "Nobody"})
TRANSACTION = {
    "fields": "Type,ObjectId,Created,Creator,Field,OldValue,NewValue",
    "fields[Creator]": "EmailAddress,RealName",
    "orderby": "id",
    "order": "ASC",
}
TICKET = {
    "fields": "Subject,Status,Queue,Priority,Requestor,Created,Resolved,EffectiveId",
    "fields[Queue]": "Name",
    "fields[Requestor]": "EmailAddress,RealName",
}
_LENGTH = re.compile(r"^Content-Length: (\d+)", re.MULTILINE)


class QueueName(Foreign):
    """A queue; one that cannot be seen has no name."""

    Name: str = ""


class Case(Foreign):
    """A ticket as a search shows it."""

    id: Id
    Subject: str | None = None
    Status: str
    Queue: QueueName
    Requestor: list[Person] = Field(default_factory=list)
    Created: datetime
    Resolved: datetime | None = None
    EffectiveId: Any = None


class Part(Foreign):
    """A part of a message: a text, a file, or what holds several."""

    id: Id
    TransactionId: Id
    ContentType: str | None = None
    Filename: str | None = None
    Headers: str | None = None
    Content: str | None = None


class RtClient:
    """Requests of the connector; reads in bulk, since each request takes the server a third of a second."""

    def __init__(self, settings: RtSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/REST/2.0",
            auth=HeaderAuth("Authorization", f"token {settings.token.get_secret_value()}"),
            bucket=TokenBucket(settings.rate, burst=settings.rate),
        )
        self._privileged = lru_cache(4096)(self._ask_privileged)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def version(self) -> str:
        """Give the server's version."""
        return str(self._http.get("rt").get("Version", "of unknown version"))

    def count(self) -> int:
        """Give how many tickets can be seen."""
        return int(self._http.get("tickets", query="id > 0", per_page=1).get("total") or 0)

    def newest_transaction(self) -> int:
        """Give the number of the newest transaction of any ticket, 0 before there is one."""
        found = self._http.get(
            "transactions", query="ObjectType = 'RT::Ticket'", orderby="id", order="DESC", per_page=1
        )
        return max((int(dig(one, "id", where=NAME)) for one in dig(found, "items", where=NAME)), default=0)

    def transactions(self, after: int) -> list[Transaction]:
        """Give the transactions of tickets with higher numbers, in order."""
        return self._search_transactions(f"id > {max(0, after)}")

    def tickets(self, after: int) -> Iterator[Page]:
        """Give the tickets with higher numbers, page by page; deleted and merged ones are not among them."""
        while True:
            found = self._http.get("tickets", query=f"id > {after}", orderby="id", order="ASC", per_page=PAGE, **TICKET)
            cases = [take(Case, one, where=NAME) for one in dig(found, "items", where=NAME)]
            if not cases:
                yield Page([], None)
                return
            after = int(cases[-1].id)
            # A page can be short while more remain: only an empty one is the end.
            yield Page(self._whole(cases), str(after))

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket; raises `NotFound` for one that was deleted or goes on in another."""
        data = self._http.get(f"ticket/{_number(ticket_id)}", **TICKET)
        case = take(Case, data, where=NAME)
        if case.Status == "deleted" or case.id != ticket_id:
            raise NotFound(f"ticket {ticket_id} is deleted or merged", where=NAME)
        return self._whole([case], merged={case.id})[0]

    def write(self, writing: Writing) -> Written:
        """Correspond or comment; gives the number of the new transaction."""
        action = "correspond" if writing.kind is WriteKind.REPLY else "comment"
        before = self._latest_of(writing.ticket_id)
        self._http.post(
            f"ticket/{_number(writing.ticket_id)}/{action}", {"Content": writing.text, "ContentType": "text/plain"}
        )
        kind = "Correspond" if writing.kind is WriteKind.REPLY else "Comment"
        written = [one for one in self._history(writing.ticket_id) if one.number > before and one.Type == kind]
        if writing.resolve:
            self._http.put(f"ticket/{writing.ticket_id}", {"Status": "resolved"})
        return Written(written[-1].id if written else None)

    def _latest_of(self, ticket_id: str) -> int:
        return max((one.number for one in self._history(ticket_id)), default=0)

    def _history(self, ticket_id: str) -> list[Transaction]:
        """Give a ticket's transactions, those of tickets merged into it too."""
        return self._transactions(f"ticket/{_number(ticket_id)}/history")

    def _search_transactions(self, query: str) -> list[Transaction]:
        return self._transactions("transactions", query=f"ObjectType = 'RT::Ticket' AND {query}")

    def _transactions(self, path: str, **params: str) -> list[Transaction]:
        batches = numbered_pages(
            self._http,
            path,
            items=lambda data: dig(data, "items", where=NAME),
            size=CHUNK,
            last=_is_last,
            params={**TRANSACTION, **params},
        )
        return [take(Transaction, one, where=NAME) for batch in batches for one in batch.items]

    def _whole(self, cases: Sequence[Case], merged: set[str] | None = None) -> list[Ticket]:
        histories = self._histories(cases, set() if merged is None else merged)
        numbers = [one.number for history in histories.values() for one in history]
        parts: dict[str, list[Part]] = {}
        for part in self._parts(numbers):
            parts.setdefault(part.TransactionId, []).append(part)
        return [self._ticket(case, histories[case.id], parts) for case in cases]

    def _histories(self, cases: Sequence[Case], merged: set[str]) -> dict[str, list[Transaction]]:
        """Give each ticket's messages; one that others were merged into is asked for by itself."""
        found: dict[str, list[Transaction]] = {case.id: [] for case in cases}
        if not merged:
            low, high = cases[0].id, cases[-1].id
            for one in self._search_transactions(f"ObjectId >= {low} AND ObjectId <= {high}"):
                if one.ObjectId in found and one.Type in MESSAGES:
                    found[one.ObjectId].append(one)
                elif one.ObjectId in found and one.Type == "AddLink" and one.Field == "MergedInto":
                    merged.add(one.ObjectId)
        for ticket_id in merged & found.keys():
            found[ticket_id] = [one for one in self._history(ticket_id) if one.Type in MESSAGES]
        return found

    def _parts(self, numbers: Sequence[int]) -> Iterable[Part]:
        """Give the parts of transactions: texts with their content, files without."""
        for start in range(0, len(numbers), CHUNK):
            wanted = {"field": "TransactionId", "operator": "IN", "value": list(numbers[start : start + CHUNK])}
            text = {"field": "ContentType", "operator": "STARTSWITH", "value": "text/"}
            contents = {part.id: part.Content for part in self._search_parts([wanted, text], "Content")}
            for part in self._search_parts([wanted], "Headers"):
                yield part.model_copy(update={"Content": contents.get(part.id)})

    def _search_parts(self, query: list[dict[str, Any]], field: str) -> Iterator[Part]:
        page = 1
        while True:
            params = {
                "fields": f"TransactionId,ContentType,Filename,{field}",
                "per_page": CHUNK,
                "page": page,
                "orderby": "id",
            }
            data = self._http.request("POST", "attachments", params=params, json=query, reads=True).data
            yield from (take(Part, one, where=NAME) for one in dig(data, "items", where=NAME))
            if not data["items"] or _is_last(data):
                return
            page += 1

    def _ticket(self, case: Case, history: Sequence[Transaction], parts: dict[str, list[Part]]) -> Ticket:
        requestors = {value for one in case.Requestor for value in (one.id, one.EmailAddress) if value}
        messages = [
            message
            for one in sorted(history, key=lambda one: one.number)
            if (message := self._message(one, requestors, parts.get(one.id, []))) is not None
        ]
        first = case.Requestor[0] if case.Requestor else None
        status = status_of(case.Status)
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.Subject,
            messages=messages,
            contact=Contact(id=first.id or None, name=first.RealName or None, email=_address(first))
            if first
            else Contact(),
            status=status,
            channel="email",
            group=case.Queue.Name or None,
            created_at=aware(case.Created),
            resolved_at=aware(case.Resolved) if status is Status.RESOLVED else None,
        )

    def _message(self, one: Transaction, requestors: set[str], parts: Sequence[Part]) -> Message | None:
        files = [
            Attachment(type=part.ContentType or "application/octet-stream", size=_size(part))
            for part in parts
            if part.Filename or not (part.ContentType or "").startswith(("text/", "multipart/", "message/"))
        ]
        text = texts.said(_text(parts), files)
        if not text:
            return None
        author = self._author(one, requestors)
        return Message(
            author=author,
            text=texts.own_words(text) if author is Author.CUSTOMER else text,
            id=one.id,
            name=one.Creator.RealName or None,
            internal=one.Type == "Comment",
            at=aware(one.Created),
            attachments=files,
        )

    def _author(self, one: Transaction, requestors: set[str]) -> Author:
        if one.Creator.id in SYSTEM:
            return Author.SYSTEM
        if one.Type == "Comment":
            return Author.AGENT
        # Whoever typed the first text, it is what the requestor wants.
        if one.Type == "Create" and requestors:
            return Author.CUSTOMER
        if {one.Creator.id, one.Creator.EmailAddress} & requestors or not self._privileged(one.Creator.id):
            return Author.CUSTOMER
        return Author.AGENT

    def _ask_privileged(self, user: str) -> bool:
        try:
            return bool(int(self._http.get(f"user/{quote(user, safe='')}").get("Privileged") or 0))
        except NotFound:
            return False
        except (ValueError, AttributeError) as error:
            raise HelpdeskUnavailable(
                f"an unexpected answer about a user ({type(error).__name__})", where=NAME
            ) from None


def _number(ticket_id: str) -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise NotFound(f"there is no ticket {ticket_id!r}", where=NAME)
    return ticket_id


def _is_last(data: Any) -> bool:
    """Tell whether an answer says that it is the last page; some say nothing."""
    pages = data.get("pages")
    return isinstance(pages, int | float) and data.get("page", 1) >= pages


def _address(person: Person) -> str | None:
    return person.EmailAddress or (person.id if "@" in person.id else None)


def _text(parts: Sequence[Part]) -> str:
    plain = [part for part in parts if part.ContentType == "text/plain" and not part.Filename and part.Content]
    if plain:
        return texts.tidy("\n\n".join(part.Content or "" for part in plain))
    html = [part for part in parts if part.ContentType == "text/html" and not part.Filename and part.Content]
    return texts.from_html("\n".join(part.Content or "" for part in html))


def _size(part: Part) -> int | None:
    found = _LENGTH.search(part.Headers or "")
    return int(found.group(1)) if found else None
