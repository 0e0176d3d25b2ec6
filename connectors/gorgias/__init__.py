"""Gorgias: hints by an HTTP integration and by polling in, internal notes and approved replies out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.gorgias import events
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.settings import GorgiasSettings
from connectors.signatures import Signed


class GorgiasConnector(Signed):
    """One Gorgias account."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(Ability) - {Ability.DRAFT}

    def __init__(self, settings: GorgiasSettings) -> None:
        self.every_s = settings.poll_seconds
        self.scheme = events.scheme(settings.webhook_secret.get_secret_value())
        self.client = GorgiasClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def poll(self, cursor: str | None) -> Polled:
        """Give what changed, was deleted, merged or rated since `cursor`, and two minutes before it once more."""
        return self.client.changes(cursor)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets, oldest first."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with all its messages."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add an internal note or send a reply; Gorgias' API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a ticket."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the key and its rights."""
        return [
            check("address and key", lambda: f"account {self.client.account()}"),
            check("reads tickets", lambda: f"the newest change: {self.client.newest()}"),
            check("reads events", lambda: f"the newest event: {self.client.newest_event()}"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = GorgiasSettings.configured()
    return None if settings is None else GorgiasConnector(settings)
