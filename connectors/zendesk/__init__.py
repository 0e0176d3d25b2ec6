"""Zendesk: signed event webhooks in, comments out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.signatures import Signed
from connectors.zendesk import events
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.settings import ZendeskSettings


class ZendeskConnector(Signed):
    """One Zendesk account."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {Ability.EVENTS, Ability.BACKFILL, Ability.FETCH, Ability.NOTE, Ability.REPLY, Ability.TAG, Ability.TEST}
    )

    def __init__(self, settings: ZendeskSettings) -> None:
        self.scheme = events.scheme(settings.signing_secret.get_secret_value())
        self.client = ZendeskClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets by the incremental export."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with all its comments."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add an internal or a public comment; Zendesk's API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a ticket."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the token and its rights."""
        return [
            check("address and token", lambda: f"signed in, role {self.client.myself().role}"),
            check("reads tickets", lambda: f"{self.client.count()} tickets can be seen"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = ZendeskSettings.configured()
    return None if settings is None else ZendeskConnector(settings)
