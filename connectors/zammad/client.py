"""Asks Zammad's REST interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Any

from assist.errors import Conflict, InvalidInput, Merged, NotFound
from assist.helpdesk import Contact, Page, Status, Ticket, WriteKind, Writing, Written
from connectors.http import HeaderAuth, Http, TokenBucket
from connectors.reading import Foreign, Id, aware, dig, rows, take
from connectors.zammad.events import MERGED, NAME, REMOVED, STATUSES, Article, message_of
from connectors.zammad.settings import ZammadSettings

# Zammad gives no longer pages of tickets.
PAGE = 100
# What is answered by e-mail, and what is answered where it stands; other channels have editors of their own.
BY_MAIL = frozenset({"email", "web", "phone"})
BY_NOTE = frozenset({"note"})


class Person(Foreign):
    """A customer."""

    id: Id
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    address: str | None = None


class State(Foreign):
    """A state of tickets: its name may be anything, its type is one of Zammad's."""

    name: str
    state_type: str


class Case(Foreign):
    """A ticket with names in place of numbers, as `expand` gives it."""

    id: Id
    title: str | None = None
    state: str
    group: str | None = None
    priority: str | None = None
    customer_id: Id | None = None
    create_article_type: str | None = None
    created_at: datetime
    close_at: datetime | None = None
    last_close_at: datetime | None = None


class Step(Foreign):
    """A line of a ticket's history."""

    type: str | None = None
    id_to: Id | None = None


class ZammadClient:
    """Requests of the connector."""

    def __init__(self, settings: ZammadSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/api/v1",
            auth=HeaderAuth("Authorization", f"Token token={settings.token.get_secret_value()}"),
            bucket=TokenBucket(settings.rate),
        )
        self._types: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def me(self) -> str:
        """Give the number of the user that the token belongs to."""
        return str(dig(self._http.get("users/me"), "id", where=NAME))

    def oldest(self) -> str:
        """Give the number of the oldest ticket that can be seen."""
        found = rows(self._http.get("tickets", page=1, per_page=1, expand="true"), where=NAME)
        return take(Case, found[0], where=NAME).id if found else "none"

    def states(self) -> dict[str, str]:
        """Give the type of each state, by its name."""
        found = rows(self._http.get("ticket_states", expand="true"), where=NAME)
        return {state.name: state.state_type for state in (take(State, one, where=NAME) for one in found)}

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets by their numbers.

        A ticket that is deleted meanwhile moves those behind it a place forward, over the edge of a page. So each page
        is asked for until it holds no number that is new.
        """
        page, last = (int(part) for part in (cursor or "1-0").split("-"))
        people: dict[str, Contact] = {}
        while True:
            found = rows(self._http.get("tickets", page=page, per_page=PAGE, expand="true"), where=NAME)
            cases = [take(Case, one, where=NAME) for one in found]
            if not cases:
                yield Page([], None)
                return
            fresh = [case for case in cases if _order(case.id) > last]
            if not fresh:
                page += 1
                continue
            last = max(_order(case.id) for case in fresh)
            wanted = [case for case in fresh if self._type(case) not in {MERGED, REMOVED}]
            yield Page([self._whole(case, people) for case in wanted], f"{page}-{last}")

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket; raises `Merged` for one that goes on in another, `NotFound` for one that was deleted."""
        case = take(Case, self._http.get(f"tickets/{_number(ticket_id)}", expand="true"), where=NAME)
        kind = self._type(case)
        if kind == MERGED and (into := self._merged_into(case)) is not None:
            raise Merged(f"ticket {ticket_id} was merged", into=into, where=NAME)
        if kind in {MERGED, REMOVED}:
            raise NotFound(f"ticket {ticket_id} was merged or removed", where=NAME)
        return self._whole(case, {})

    def write(self, writing: Writing) -> Written:
        """Leave a draft, add an internal note, or send a reply once it is approved."""
        if writing.kind is WriteKind.DRAFT:
            return self._draft(writing)
        article: dict[str, Any] = {
            "ticket_id": int(_number(writing.ticket_id)),
            "body": writing.text,
            "content_type": "text/plain",
        }
        # Its name is asked for before anything leaves.
        closed = self._closed_state() if writing.resolve else None
        if writing.kind is WriteKind.REPLY:
            article |= self._answering(writing.ticket_id)
        else:
            article |= {"type": "note", "internal": True}
        data = self._http.post("ticket_articles", article)
        if closed is not None:
            self._http.put(f"tickets/{_number(writing.ticket_id)}", {"state": closed})
        return Written(str(data["id"]) if isinstance(data, dict) and "id" in data else None)

    def _closed_state(self) -> str:
        return next((name for name, kind in self.states().items() if kind == "closed"), "closed")

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags, one by one, beside those that are there."""
        for tag in tags:
            self._http.post("tags/add", {"item": tag, "object": "Ticket", "o_id": int(_number(ticket_id))})

    def _draft(self, writing: Writing) -> Written:
        """Leave the ticket's shared draft; one that a colleague has begun stays."""
        place = f"tickets/{_number(writing.ticket_id)}/shared_draft"
        held = self._http.get(place)
        if number := dig(held, "shared_draft_id", where=NAME):
            draft = dig(held, "assets", "TicketSharedDraftZoom", str(number), where=NAME)
            if str(dig(draft, "updated_by_id", where=NAME)) != self.me():
                raise Conflict(
                    "the ticket has a shared draft of a colleague", where=NAME, hint="Finish that one first."
                )
        body = escape(writing.text).replace("\n", "<br>")
        article = {"body": body, "content_type": "text/html", **self._answering(writing.ticket_id, draft=True)}
        self._http.put(place, {"new_article": article, "ticket_attributes": {}})
        return Written()

    def _answering(self, ticket_id: str, *, draft: bool = False) -> dict[str, Any]:
        """Give how an article answers what the customer wrote last: by e-mail, or in the ticket itself.

        By the way of a messenger only a draft is left, for an agent to send.
        """
        case = take(Case, self._http.get(f"tickets/{_number(ticket_id)}", expand="true"), where=NAME)
        theirs = [one for one in self._articles(case.id) if one.sender == "Customer"]
        last = theirs[-1] if theirs else None
        kind = (last.type if last else case.create_article_type) or "note"
        if kind in BY_NOTE:
            return {"type": "note", "internal": False}
        if kind not in BY_MAIL and draft:
            return {"type": kind, "internal": False}
        if kind not in BY_MAIL:
            raise InvalidInput(f"a reply by {kind} is sent in Zammad itself", where=NAME, hint="Leave it as a draft.")
        email = self._contact(case, {}).email
        if not email:
            return {"type": "note", "internal": False}
        answered = {"in_reply_to": last.message_id} if last and last.message_id else {}
        return {"type": "email", "internal": False, "to": email, "subject": case.title or "", **answered}

    def _whole(self, case: Case, people: dict[str, Contact]) -> Ticket:
        messages = [message for one in self._articles(case.id) if (message := message_of(one)) is not None]
        status = STATUSES.get(self._type(case), Status.OPEN)
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.title,
            messages=messages,
            contact=self._contact(case, people),
            status=status,
            channel=case.create_article_type,
            group=case.group,
            # Zammad's own begin with a digit to be sorted by: `2 normal`.
            priority=(case.priority or "").lstrip("0123456789 ") or None,
            created_at=aware(case.created_at),
            resolved_at=aware(case.last_close_at or case.close_at) if status is Status.RESOLVED else None,
        )

    def _articles(self, ticket_id: str) -> list[Article]:
        """Give all articles; Zammad has no pages of them."""
        found = rows(self._http.get(f"ticket_articles/by_ticket/{ticket_id}"), where=NAME)
        return sorted((take(Article, one, where=NAME) for one in found), key=lambda one: _order(one.id))

    def _contact(self, case: Case, people: dict[str, Contact]) -> Contact:
        if case.customer_id is None:
            return Contact()
        if case.customer_id not in people:
            people[case.customer_id] = self._ask_contact(case.customer_id)
        return people[case.customer_id]

    def _ask_contact(self, user_id: str) -> Contact:
        try:
            person = take(Person, self._http.get(f"users/{_number(user_id)}"), where=NAME)
        except NotFound:
            # Somebody who was deleted; their ticket is still there.
            return Contact(id=user_id)
        name = " ".join(part for part in (person.firstname, person.lastname) if part)
        return Contact(
            id=person.id,
            name=name or None,
            email=person.email or None,
            phone=person.phone or person.mobile or None,
            address=person.address or None,
        )

    def _type(self, case: Case) -> str:
        """Give the type of a ticket's state; states that are added later are asked for once."""
        if case.state not in self._types:
            self._types = {case.state: case.state, **self.states()}
        return self._types[case.state]

    def _merged_into(self, case: Case) -> str | None:
        steps = rows(dig(self._http.get(f"ticket_history/{case.id}"), "history", where=NAME), where=NAME)
        found = [step for step in (take(Step, one, where=NAME) for one in steps) if step.type == "merged_into"]
        return found[-1].id_to if found else None


def _number(ticket_id: str) -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise NotFound(f"there is no ticket {ticket_id!r}", where=NAME)
    return ticket_id


def _order(number: str) -> int:
    return int(_number(number))
