"""Asks Acme Desk's API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from connectors.acmedesk.events import NAME, STATUSES, Line, message_of
from connectors.acmedesk.settings import AcmeSettings

from assist.helpdesk import Contact, Page, Ticket, WriteKind, Writing, Written
from connectors.http import Http, TokenBucket, bearer, numbered_pages
from connectors.reading import Foreign, Id, dig, take


class Case(Foreign):
    """A case with its lines."""

    id: Id
    title: str | None = None
    status: str
    lines: list[Line]
    customer: Contact


class AcmeClient:
    """Requests of the connector."""

    def __init__(self, settings: AcmeSettings) -> None:
        self.http = Http(NAME, settings.url, auth=bearer(settings.token.get_secret_value()), bucket=TokenBucket(60))

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all cases."""
        batches = numbered_pages(
            self.http, "cases", items=lambda data: dig(data, "cases", where=NAME), size=50, start=cursor
        )
        for batch in batches:
            yield Page([_ticket(take(Case, one, where=NAME)) for one in batch.items], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one case."""
        return _ticket(take(Case, self.http.get(f"cases/{quote(ticket_id, safe='')}"), where=NAME))

    def write(self, writing: Writing) -> Written:
        """Add a line."""
        line = {"text": writing.text, "hidden": writing.kind is not WriteKind.REPLY}
        return Written(
            str(dig(self.http.post(f"cases/{quote(writing.ticket_id, safe='')}/lines", line), "id", where=NAME))
        )


def _ticket(case: Case) -> Ticket:
    messages = [message_of(line) for line in case.lines if line.text.strip()]
    status = STATUSES.get(case.status, "open")
    fields = {"source": NAME, "id": case.id, "subject": case.title, "status": status}
    return Ticket.model_validate({**fields, "messages": messages, "contact": case.customer})
