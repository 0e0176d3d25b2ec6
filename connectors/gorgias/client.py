"""Asks Gorgias' API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from assist.errors import HelpdeskRefused, HelpdeskUnavailable, InvalidInput, Merged, NotFound
from assist.helpdesk import (
    Contact,
    EventKind,
    Page,
    Polled,
    Status,
    Ticket,
    TicketEvent,
    WriteKind,
    Writing,
    Written,
)
from connectors.gorgias.events import LOGGED, NAME, NOTE, Logged, Person, Sent, hinted, message_of
from connectors.gorgias.settings import GorgiasSettings
from connectors.http import Http, Moved, TokenBucket, basic, cursor_pages
from connectors.reading import Foreign, Id, aware, dig, rows, take

PAGE = 100
OVERLAP = timedelta(minutes=2)
BEGIN = datetime.min.replace(tzinfo=UTC)
EMAIL = "email"
_PLACE = re.compile(r"/api/tickets/(\d+)(?:[/?#]|$)")


class Named(Foreign):
    """A team."""

    name: str | None = None


class Survey(Foreign):
    """What the customer thought, from one star to five."""

    ticket_id: Id | None = None
    score: int | None = None

    @property
    def stars(self) -> int | None:
        """Give the score, once there is one."""
        return self.score if self.score is not None and 1 <= self.score <= 5 else None


class Row(Foreign):
    """What is known of any ticket, also of one in the bin."""

    id: Id
    updated_datetime: datetime
    trashed_datetime: datetime | None = None


class Case(Row):
    """A ticket."""

    subject: str | None = None
    status: str
    spam: bool | None = None
    channel: str | None = None
    language: str | None = None
    priority: str | None = None
    customer: Person | None = None
    assignee_team: Named | None = None
    satisfaction_survey: Survey | None = None
    created_datetime: datetime
    closed_datetime: datetime | None = None
    snooze_datetime: datetime | None = None


class GorgiasClient:
    """Requests of the connector."""

    def __init__(self, settings: GorgiasSettings) -> None:
        self._http = Http(
            NAME,
            f"{settings.url}/api",
            auth=basic(settings.user, settings.api_key.get_secret_value()),
            # Gorgias counts twenty seconds at a time: what is saved up must fit in with what is let through meanwhile.
            bucket=TokenBucket(settings.rate, burst=max(1, settings.rate // 20)),
        )
        self._user = settings.user
        self._senders: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def account(self) -> str:
        """Give the name of the account that the key belongs to."""
        return str(dig(self._http.get("account"), "domain", where=NAME))

    def newest(self) -> str:
        """Give the time of the newest change of any ticket."""
        found = self._data(self._http.get("tickets", order_by="updated_datetime:desc", limit=1))
        return str(take(Row, found[0], where=NAME).updated_datetime) if found else "there are no tickets yet"

    def newest_event(self) -> str:
        """Give the kind of the newest event."""
        found = self._data(self._http.get("events", order_by="created_datetime:desc", limit=1))
        return take(Logged, found[0], where=NAME).type if found else "there are none yet"

    def changes(self, cursor: str | None) -> Polled:
        """Give a hint for each ticket that changed since, and what the log alone tells."""
        started = datetime.now(UTC)
        if cursor is None:
            return Polled([], started.isoformat())
        since = datetime.fromisoformat(cursor) - OVERLAP
        return Polled([*self._changed(since), *self._logged(since)], started.isoformat())

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets, oldest first, without spam and what lies in the bin."""
        scores = self._scores()
        for batch in self._pages("tickets", start=cursor, order_by="created_datetime:asc", limit=PAGE):
            cases = [take(Case, one, where=NAME) for one in batch.items]
            wanted = [one for one in cases if one.trashed_datetime is None and not one.spam]
            yield Page([self._whole(one, scores.get(one.id)) for one in wanted], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket; raises `Merged` for one that goes on in another, `NotFound` for one that is gone."""
        try:
            case = take(Case, self._http.get(f"tickets/{_number(ticket_id)}"), where=NAME)
        except Moved as error:
            if (place := _PLACE.search(error.location)) is None or place[1] == ticket_id:
                raise
            raise Merged(f"ticket {ticket_id} was merged", into=place[1], where=NAME) from None
        if case.id != ticket_id:
            raise Merged(f"ticket {ticket_id} was merged", into=case.id, where=NAME)
        if case.trashed_datetime is not None or case.spam:
            raise NotFound(f"ticket {ticket_id} is in the bin, or spam", where=NAME)
        return self._whole(case)

    def write(self, writing: Writing) -> Written:
        """Add an internal note, or send a reply once it is approved."""
        place = f"tickets/{_number(writing.ticket_id)}"
        message: dict[str, Any] = {
            "via": "api",
            "from_agent": True,
            "sender": self._sender(writing.by),
            "body_text": writing.text,
            "body_html": escape(writing.text).replace("\n", "<br>"),
        }
        if writing.kind is WriteKind.REPLY:
            message |= self._answering(writing.ticket_id)
        else:
            message |= {"channel": NOTE, "public": False}
        data = self._http.post(f"{place}/messages", message)
        if writing.resolve:
            self._http.put(place, {"status": "closed"})
        return Written(str(data["id"]) if isinstance(data, dict) and data.get("id") else None)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags; this address keeps those that are there."""
        self._http.post(f"tickets/{_number(ticket_id)}/tags", {"names": list(tags)})

    def _answering(self, ticket_id: str) -> dict[str, Any]:
        """Give how a reply goes back the way that the customer's last e-mail came."""
        case = take(Case, self._http.get(f"tickets/{_number(ticket_id)}"), where=NAME)
        theirs = [one for one in self._sent(ticket_id) if not one.from_agent]
        last = theirs[-1] if theirs else None
        channel = (last.channel if last else case.channel) or "an unknown channel"
        ours = [one for one in (last.source.to if last and last.source else None) or [] if one.get("address")]
        if channel != EMAIL or last is None or not ours:
            hint = "Leave it as a note."
            raise InvalidInput(f"a reply by {channel} is sent in Gorgias itself", where=NAME, hint=hint)
        to = last.sender or case.customer
        if to is None or not to.email:
            raise InvalidInput("the customer has no address", where=NAME)
        source = {
            "type": EMAIL,
            "from": {key: ours[0][key] for key in ("address", "name") if ours[0].get(key)},
            "to": [{"address": to.email, **({"name": to.name} if to.name else {})}],
        }
        told = {"channel": EMAIL, "public": True, "source": source, "subject": case.subject or last.subject or ""}
        if to.id:
            told["receiver"] = {"id": int(_number(to.id))}
        return told | ({"integration_id": last.integration_id} if last.integration_id else {})

    def _sender(self, email: str) -> dict[str, Any]:
        """Give the user with this address, else the one to whom the key belongs."""
        if email not in self._senders:
            found = [take(Person, one, where=NAME) for one in self._data(self._http.get("users", email=email, limit=1))]
            known = [one for one in found if one.id and (one.email or "").casefold() == email.casefold()]
            if not known:
                return {"email": self._user}
            self._senders[email] = {"id": int(_number(known[0].id or ""))}
        return self._senders[email]

    def _changed(self, since: datetime) -> Iterator[TicketEvent]:
        """Give what has changed, oldest first; the list begins with the newest."""
        found: list[Row] = []
        for batch in self._pages("tickets", order_by="updated_datetime:desc", limit=PAGE):
            page = [take(Row, one, where=NAME) for one in batch.items]
            found += [one for one in page if _at(one) >= since]
            if not page or _at(page[-1]) < since:
                break
        for one in reversed(found):
            kind = EventKind.EDITED if one.trashed_datetime is None else EventKind.DELETED
            yield hinted(one.id, kind, f"{kind.value}-{one.id}-{one.updated_datetime.isoformat()}")

    def _logged(self, since: datetime) -> Iterator[TicketEvent]:
        params: dict[str, Any] = {
            "order_by": "created_datetime:asc",
            "created_datetime[gte]": since.isoformat(),
            "limit": PAGE,
        }
        for batch in self._pages("events", **params):
            for one in (take(Logged, each, where=NAME) for each in batch.items):
                if one.type in LOGGED and (event := self._event(one, LOGGED[one.type])) is not None:
                    yield event

    def _event(self, logged: Logged, kind: EventKind) -> TicketEvent | None:
        delivery = f"event-{logged.id}"
        if kind is not EventKind.CSAT:
            return hinted(logged.object_id, kind, delivery) if logged.object_id else None
        told = {"ticket_id": logged.object_id if logged.object_type == "Ticket" else None, **(logged.data or {})}
        survey = take(Survey, told, where=NAME)
        if survey.ticket_id is None or survey.score is None:
            survey = self._survey(logged)
        if survey.ticket_id is None or survey.stars is None:
            return None
        return hinted(survey.ticket_id, kind, delivery, survey.stars)

    def _survey(self, logged: Logged) -> Survey:
        if logged.object_type == "Ticket" or logged.object_id is None:
            return Survey()
        try:
            return take(Survey, self._http.get(f"satisfaction-surveys/{_number(logged.object_id)}"), where=NAME)
        except NotFound:
            return Survey()

    def _scores(self) -> dict[str, int]:
        """Give all ratings by ticket; surveys are not part of every plan."""
        try:
            found = [
                take(Survey, one, where=NAME)
                for batch in self._pages("satisfaction-surveys", limit=PAGE)
                for one in batch.items
            ]
        except (HelpdeskRefused, NotFound):
            return {}
        return {one.ticket_id: one.stars for one in found if one.ticket_id and one.stars}

    def _whole(self, case: Case, score: int | None = None) -> Ticket:
        messages = [message for one in self._sent(case.id) if (message := message_of(one)) is not None]
        person = case.customer
        survey = case.satisfaction_survey
        # A snoozed ticket is closed until it comes back by itself.
        status = Status.OPEN if case.status != "closed" else Status.PENDING if case.snooze_datetime else Status.RESOLVED
        return Ticket(
            source=NAME,
            id=case.id,
            subject=case.subject,
            messages=messages,
            contact=Contact(id=person.id, name=person.name, email=person.email) if person else Contact(),
            status=status,
            language=case.language,
            channel=case.channel,
            group=case.assignee_team.name if case.assignee_team else None,
            priority=case.priority,
            csat=survey.stars if survey and survey.stars else score,
            created_at=aware(case.created_datetime),
            resolved_at=aware(case.closed_datetime) if status is Status.RESOLVED else None,
        )

    def _sent(self, ticket_id: str) -> list[Sent]:
        batches = self._pages("messages", ticket_id=ticket_id, order_by="created_datetime:asc", limit=PAGE)
        found = [take(Sent, one, where=NAME) for batch in batches for one in batch.items]
        if any(one.ticket_id != ticket_id for one in found):
            # Were the question passed over, everybody's messages would come.
            raise HelpdeskUnavailable("an unexpected answer: a message of another ticket", where=NAME)
        return found

    def _pages(self, path: str, *, start: str | None = None, **params: Any) -> Iterator[Any]:
        return cursor_pages(
            self._http, path, items=self._data, cursor=_next, param="cursor", start=start, params=params
        )

    def _data(self, answer: Any) -> list[Any]:
        return rows(dig(answer, "data", where=NAME), where=NAME)


def _next(answer: Any) -> str | None:
    meta = answer.get("meta")
    after = meta.get("next_cursor") if isinstance(meta, dict) else None
    return str(after) if after else None


def _at(row: Row) -> datetime:
    return aware(row.updated_datetime) or BEGIN


def _number(identifier: str) -> str:
    if not identifier.isascii() or not identifier.isdigit():
        raise NotFound(f"there is no ticket {identifier!r}", where=NAME)
    return identifier
