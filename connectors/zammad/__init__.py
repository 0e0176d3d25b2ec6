"""Zammad: signed webhooks in, shared drafts, internal notes and approved replies out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.signatures import Signed
from connectors.zammad import events
from connectors.zammad.client import ZammadClient
from connectors.zammad.settings import ZammadSettings


class ZammadConnector(Signed):
    """One Zammad."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(Ability) - {Ability.POLL}

    def __init__(self, settings: ZammadSettings) -> None:
        self.scheme = events.scheme(settings.webhook_secret.get_secret_value())
        self.client = ZammadClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets, oldest first."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with all its articles."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Leave a shared draft, add an internal note, or send a reply."""
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
            check("address and token", lambda: f"signed in, user {self.client.me()}"),
            check("reads tickets", lambda: f"the oldest ticket it may see: {self.client.oldest()}"),
            check("reads states", lambda: f"{len(self.client.states())} states"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = ZammadSettings.configured()
    return None if settings is None else ZammadConnector(settings)
